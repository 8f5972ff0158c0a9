"""In a notebook, an interrupted cell ends with one short line instead of a traceback."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

from IPython import get_ipython

from ..progress_bar import silence_progress

MESSAGE = "Interrupted: what was trained so far is kept, and every cell can be run again."


def install(shell: Any = None) -> None:
    """Lets an interrupt (the stop button, Ctrl-C) end a cell with `MESSAGE`.

    The cell counts as failed, so that cells that were queued behind it do not run.

    Args:
        shell: an IPython shell; by default the one that runs this code, if there is one.
    """
    shell = shell or get_ipython()
    if shell is not None:
        # An interrupt of a thread that waits for another (to print, say) may end as a RuntimeError:
        # "release unlocked lock", raised by Python while it handles the interrupt.
        shell.set_custom_exc((KeyboardInterrupt, RuntimeError), _say_so)


def _say_so(shell, kind, error, traceback, tb_offset=None):
    if isinstance(error, KeyboardInterrupt) or isinstance(error.__context__, KeyboardInterrupt):
        silence_progress()
        print(f"\n{MESSAGE}")  # the line before may be unfinished
    else:
        shell.showtraceback((kind, error, traceback), tb_offset=tb_offset)


@contextlib.contextmanager
def remembered() -> Iterator[Callable[[], None]]:
    """Within it, an interrupt that was swallowed can be raised again.

    Keras converts the results of each batch below a bare `except:` (`pythonify_logs`, Keras 3.12 to
    3.15), which takes the KeyboardInterrupt of a stop button for a value that is no number.

    Yields:
        A function that raises KeyboardInterrupt if there was an interrupt. Outside the main thread,
        which alone gets interrupts, it does nothing.

    Example:
        >>> import signal
        >>> from helpers.training import interrupt
        >>> handler = signal.signal(signal.SIGINT, signal.default_int_handler)
        >>> with interrupt.remembered() as raise_again:
        ...     try:
        ...         signal.raise_signal(signal.SIGINT)
        ...     except KeyboardInterrupt:
        ...         pass
        ...     try:
        ...         raise_again()
        ...     except KeyboardInterrupt:
        ...         print("stopped")
        stopped
        >>> _ = signal.signal(signal.SIGINT, handler)
    """
    handler, arrived = signal.getsignal(signal.SIGINT), False

    def note(number, frame):
        nonlocal arrived
        arrived = True
        handler(number, frame)

    def raise_again():
        if arrived:
            raise KeyboardInterrupt

    if not callable(handler) or threading.current_thread() is not threading.main_thread():
        yield raise_again
        return
    signal.signal(signal.SIGINT, note)
    try:
        yield raise_again
    finally:
        signal.signal(signal.SIGINT, handler)
