"""In a notebook, an interrupted cell ends with one short line instead of a traceback."""

from __future__ import annotations

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
        shell.set_custom_exc((KeyboardInterrupt,), _say_so)


def _say_so(shell, kind, error, traceback, tb_offset=None):
    silence_progress()
    print(f"\n{MESSAGE}")  # the line before may be unfinished
