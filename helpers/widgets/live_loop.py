"""A worker thread that trains in small chunks and draws in between."""

import atexit
import contextlib
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import ClassVar

from IPython import get_ipython

FRAMES_PER_SECOND = 15  # at most
DRAWING_SHARE = 0.6  # of the time, at most: the rest is for training
WAITING_SECONDS = 0.3  # between two calls of what `run` does meanwhile


class LiveLoop:
    """A worker thread that trains in small chunks, draws in between, and obeys commands.

    Args:
        train_chunk: trains one chunk (aim for 10 to 100 ms); returns None, or the seconds to wait
            before the next one, which then also waits until this one's picture is drawn.
        draw: draws one picture.
        ready: called before a picture between two chunks; False skips that picture, or delays the
            one that the next chunk waits for. The last picture is always drawn.
        on_change: called with (state, error) whenever the state may have changed.
        key: an open loop with the same key is closed first, so that running a notebook cell again
            leaves no second thread.

    Attributes:
        state: "paused", "running", "error" or "closed". It is "paused" before the picture that a
            pause ends with is drawn: a control that finds it so asks for a picture of its own, and
            the value of one that does not is in the picture to come.
        error: the exception behind the state "error", else None.
        thread: the worker, a `threading.Thread`.
    """

    _open: ClassVar[dict[str, "LiveLoop"]] = {}

    def __init__(
        self,
        train_chunk: Callable[[], float | None],
        draw: Callable[[], None],
        ready: Callable[[], bool],
        on_change: Callable[[str, BaseException | None], None],
        key: str,
    ):
        previous = LiveLoop._open.pop(key, None)
        if previous is not None:
            previous.close()
        self._train_chunk, self._draw, self._ready = train_chunk, draw, ready
        self._on_change, self._key = on_change, key
        self._commands: queue.SimpleQueue = queue.SimpleQueue()
        self._chunks_done = 0  # since the beginning
        self.state, self.error = "paused", None
        self.thread = threading.Thread(target=self._main, name=f"live-{key}", daemon=True)
        LiveLoop._open[key] = self
        self.thread.start()
        atexit.register(self.close)
        _stop_button_pauses()

    def start(self, chunks: float = float("inf")) -> None:
        """Starts training and does not wait.

        Args:
            chunks: number of chunks; by default until `pause`.
        """
        self._commands.put(("start", chunks))

    def pause(self) -> None:
        """Stops training after the current chunk; does not wait."""
        self._commands.put(("pause", None))

    def call(self, function: Callable[[], None]) -> None:
        """Calls a function between two chunks, then draws; does not wait.

        Args:
            function: called without arguments, in the worker thread.
        """
        self._commands.put(("call", (function, None)))

    def run(self, chunks: int, while_waiting: Callable[[int], None] = lambda done: None) -> None:
        """Trains and waits; an error in the worker is raised here.

        Args:
            chunks: number of chunks; 0 only waits for earlier commands.
            while_waiting: called some times a second, in this thread, with the number of chunks done.

        Raises:
            RuntimeError: if the loop is closed.
        """
        self._send_and_wait("run", chunks, while_waiting)

    def wait(self, function: Callable[[], None]) -> None:
        """Calls a function between two chunks, draws, and waits; an error in it is raised here.

        Args:
            function: called without arguments, in the worker thread.

        Raises:
            RuntimeError: if the loop is closed.
        """
        self._send_and_wait("call", function)

    def _send_and_wait(self, command, argument, while_waiting=lambda done: None):
        if not self.thread.is_alive():
            raise RuntimeError("this panel is closed: run the cell that makes it again")
        done, before = Future(), self._chunks_done
        self._commands.put((command, (argument, done)))
        try:
            while not wait([done], WAITING_SECONDS).done:
                while_waiting(self._chunks_done - before)
            return done.result()
        except KeyboardInterrupt:
            self.pause()
            raise

    def close(self) -> None:
        """Ends the thread and waits for its end; a closed loop ignores further commands."""
        self._commands.put(("close", None))
        if threading.current_thread() is not self.thread:
            self.thread.join()
        atexit.unregister(self.close)
        if LiveLoop._open.get(self._key) is self:
            del LiveLoop._open[self._key]

    def _set(self, state, error=None):
        self.state, self.error = state, error
        self._on_change(state, error)

    def _main(self):
        self._chunks_left, self._waiting = 0, []  # chunks left: infinite after `start()`
        drawn, self._due, drawing = 0.0, 0.0, 0.0  # the last picture: its begin, and its seconds
        self._owed, retry = False, 0.0  # whether the next chunk waits for a picture, its next try
        while True:
            try:
                due = retry if self._owed else self._due
                delay = due - time.monotonic() if self._chunks_left else None
                if delay is None or delay > 0 or not self._commands.empty():
                    try:
                        command = self._commands.get(timeout=delay and max(delay, 0))
                    except queue.Empty:
                        continue
                    if not self._execute(*command):
                        return
                    continue
                if not self._owed:
                    seconds = self._train_chunk()
                    self._owed = seconds is not None
                    self._due = time.monotonic() + (seconds or 0)
                    self._chunks_left, self._chunks_done = (
                        self._chunks_left - 1,
                        self._chunks_done + 1,
                    )
                if not self._chunks_left:
                    self._finish()
                elif self._ready() and (
                    self._owed
                    or time.monotonic() - drawn
                    >= max(1 / FRAMES_PER_SECOND, drawing / DRAWING_SHARE)
                ):
                    drawn, self._owed = time.monotonic(), False
                    self._draw()
                    drawing = time.monotonic() - drawn
                elif self._owed:
                    retry = time.monotonic() + 0.01
            except BaseException as error:  # shown on the panel; the thread lives on for Reset
                self._chunks_left, self._owed = 0, False
                with contextlib.suppress(Exception):  # raise the first error, not this one
                    self._set("error", error)
                for done in self._waiting:
                    done.set_exception(error)
                self._waiting = []

    def _execute(self, command, argument):
        """Execute one command; returns False when the thread should end."""
        if command in ("start", "run"):
            self._due = 0.0
        if command == "start":
            self._chunks_left = argument
            self._set("running")
        elif command == "run":
            self._chunks_left, done = argument
            self._waiting.append(done)
            if self._chunks_left:
                self._set("running")
            else:
                self._finish()
        elif command == "pause":
            if self._chunks_left:
                self._finish()
        elif command == "call":
            function, done = argument
            self._waiting += [done] if done else []
            function()
            if done or self._commands.empty():  # else the next command draws
                self._draw_as("running" if self._chunks_left else "paused")
            if done:
                self._waiting.remove(done)
                done.set_result(None)
        elif command == "close":
            for done in self._waiting:
                done.cancel()
            with contextlib.suppress(Exception):  # the thread ends in any case
                self._set("closed")
            return False
        return True

    def _finish(self):
        self._chunks_left, self._owed = 0, False
        self._draw_as("paused")
        for done in self._waiting:
            done.set_result(None)
        self._waiting = []

    def _draw_as(self, state):
        self.state = state
        self._draw()
        self._set(state)


def _stop_button_pauses():
    """Make the notebook's stop button pause open loops although no cell is running.

    ipykernel ignores interrupts between cells: it installs a handler that does nothing, and puts
    `saved_sigint_handler` back after each cell. That one is replaced here.
    """
    kernel = getattr(get_ipython(), "kernel", None)
    if hasattr(kernel, "saved_sigint_handler"):
        kernel.saved_sigint_handler = lambda *_: [
            loop.pause() for loop in [*LiveLoop._open.values()]
        ]
