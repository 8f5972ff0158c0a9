"""How much of a long cell is done, in one line."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Iterable

from tqdm import tqdm

DELAY = 1.0  # seconds, before a bar is shown
_bars: weakref.WeakSet = weakref.WeakSet()  # those that may still have an open line


def progress(
    items: Iterable | None = None,
    total: float | None = None,
    unit: str = "steps",
    leave: bool = True,
) -> tqdm:
    """Shows in one line how much of a long cell is done and how long the rest will take: tqdm's bar.

    What is done within a second shows nothing.

    Args:
        items: to go through with `for`; None to call the bar's `update` by hand.
        total: of what is done; by default the number of items.
        unit: of the total, in the plural.
        leave: whether the line stays when all is done.

    Returns:
        A `tqdm.tqdm`, which writes to the standard output.

    Example:
        >>> from helpers import training
        >>> sum(number for number in training.progress(range(4)))
        6
    """
    left = "" if unit == "s" else ", {remaining} left"
    bar = tqdm(
        items,
        total=total,
        unit=unit,
        file=sys.stdout,
        mininterval=0.3,  # seconds
        delay=DELAY,
        leave=leave,
        ncols=120,  # a cell has room for the whole line, whatever the width of the terminal is
        bar_format="{percentage:3.0f}% |{bar:16}| {n_fmt} of {total_fmt} {unit}"
        + left
        + "{postfix}",
    )
    _bars.add(bar)
    return bar


def silence_progress() -> None:
    """Leaves the bars that were interrupted as they are: they write no more, and later bars stand in
    the first line, not below them."""
    for bar in [*_bars]:
        bar.delay = float("inf")  # as if it had shown nothing: `close` writes nothing
        bar.close()
        _bars.discard(bar)
