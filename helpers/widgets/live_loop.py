"""What may I turn? Controls and pictures, no maths: live training panels, and an explorer of formulas.

One worker thread owns the model and the figure. Buttons and sliders only put commands into its
queue or set plain values that it reads before its next chunk, so they may be called from any
thread (ipykernel 7 runs callbacks now in one thread, now in another)."""

import atexit
import contextlib
import queue
import threading
import time
from concurrent.futures import Future

from IPython import get_ipython

FRAMES_PER_SECOND = 15


class LiveLoop:
    """A thread that trains in small chunks and draws in between, steered by commands.

    step: trains one chunk (aim for 10 to 100 ms) and returns how many seconds to rest before the
    next, or None. draw: renders one picture. ready: called before a picture between two chunks;
    False skips that one, but never the last. changed: called with (state, error) whenever the
    state may have changed; state is one of "paused", "running", "error", "closed". key: a loop with
    the same key is closed first, so that running a notebook cell again leaves no second thread.

    `state` is "paused" before the picture that a pause ends with: a control that finds it so asks
    for a picture of its own, one that does not is seen by the picture to come.
    """

    _open = {}

    def __init__(self, step, draw, ready, changed, key):
        previous = LiveLoop._open.pop(key, None)
        if previous is not None:
            previous.close()
        self._step, self._draw, self._ready = step, draw, ready
        self._changed, self._key = changed, key
        self._commands = queue.SimpleQueue()
        self.state, self.error = "paused", None
        self.thread = threading.Thread(target=self._main, name=f"live-{key}", daemon=True)
        LiveLoop._open[key] = self
        self.thread.start()
        atexit.register(self.close)
        _stop_button_pauses()

    def start(self, chunks=float("inf")):
        """Train that many chunks; do not wait."""
        self._commands.put(("start", chunks))

    def pause(self):
        self._commands.put(("pause", None))

    def call(self, function):
        """Run function() between two chunks, then draw."""
        self._commands.put(("call", (function, None)))

    def run(self, chunks):
        """Train that many chunks now and wait; an error in them is raised here."""
        self._and_wait("run", chunks)

    def wait(self, function):
        """Run function() between two chunks, then draw, and wait; an error in it is raised here."""
        self._and_wait("call", function)

    def _and_wait(self, command, argument):
        if not self.thread.is_alive():
            raise RuntimeError("this panel is closed: run the cell that makes it again")
        done = Future()
        self._commands.put((command, (argument, done)))
        try:
            return done.result()
        except KeyboardInterrupt:
            self.pause()
            raise

    def close(self):
        """End the thread and wait for it; a closed loop ignores further commands."""
        self._commands.put(("close", None))
        if threading.current_thread() is not self.thread:
            self.thread.join()
        atexit.unregister(self.close)
        if LiveLoop._open.get(self._key) is self:
            del LiveLoop._open[self._key]

    def _set(self, state, error=None):
        self.state, self.error = state, error
        self._changed(state, error)

    def _main(self):
        self._chunks_left, self._waiting = 0, []  # chunks_left: infinity while running freely
        drawn = self._due = 0.0
        while True:
            try:
                rest = self._due - time.monotonic() if self._chunks_left else None
                if rest is None or rest > 0 or not self._commands.empty():
                    try:
                        command = self._commands.get(timeout=rest and max(rest, 0))
                    except queue.Empty:
                        continue
                    if not self._obey(*command):
                        return
                    continue
                self._due = time.monotonic() + (self._step() or 0)
                self._chunks_left -= 1
                if not self._chunks_left:
                    self._finish()
                elif time.monotonic() - drawn >= 1 / FRAMES_PER_SECOND and self._ready():
                    drawn = time.monotonic()
                    self._draw()
            except BaseException as error:  # shown on the panel; the thread lives on for Reset
                self._chunks_left = 0
                with contextlib.suppress(
                    Exception
                ):  # the error that is waited for is the first one
                    self._set("error", error)
                for done in self._waiting:
                    done.set_exception(error)
                self._waiting = []

    def _obey(self, command, argument):
        """Carry out one command; returns False when the thread should end."""
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
            if done or self._commands.empty():  # else what comes next is drawn, or draws
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
        self._chunks_left = 0
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

    ipykernel ignores interrupts between cells by installing a handler that does nothing and
    putting `saved_sigint_handler` back after each cell; that one we replace.
    """
    kernel = getattr(get_ipython(), "kernel", None)
    if hasattr(kernel, "saved_sigint_handler"):
        kernel.saved_sigint_handler = lambda *_: [
            loop.pause() for loop in [*LiveLoop._open.values()]
        ]
