"""Runs for an exercise: which failure is it? Their names are not to be read by accident."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, replace

import numpy as np

from .. import inputs
from .scenarios import FAILURES, Failure

_CODED = {  # {letter: base64 of [name of the failure, seed, {changed setting: value}]}
    "A": ("WyJwYXJ0aWFsIGNvbGxhcHNlIiwgNjEsIHsiZ2VuZXJhdG9yX2xlYXJuaW5nX3JhdGUiOiAwLjAwMTJ9XQ=="),
    "B": (
        "WyJkaXNjcmltaW5hdG9yIHdpbnMiLCA1MiwgeyJnZW5lcmF0b3JfbGVhcm5pbmdfcmF0ZSI6IDJlLTA1"
        "LCAiZGlzY3JpbWluYXRvcl9sZWFybmluZ19yYXRlIjogMC4wMDN9XQ=="
    ),
    "C": ("WyJvc2NpbGxhdGlvbiIsIDczLCB7ImdlbmVyYXRvcl9sZWFybmluZ19yYXRlIjogMC4wMDR9XQ=="),
    "D": (
        "WyJkaXNjcmltaW5hdG9yIG5vdCB0cmFpbmluZyIsIDQ3LCB7ImdlbmVyYXRvcl9sZWFybmluZ19yYXRl"
        "IjogMC4wMDA1fV0="
    ),
}
_DRAWN = [name for name in FAILURES if name != "healthy"]


@dataclass(frozen=True)
class UnnamedRun:
    """A run whose failure is not told.

    Args:
        title: what to call it, such as "run A".
        failure: the `Failure`, with the settings of this run.
        seed: of the run.
    """

    title: str
    failure: Failure
    seed: int

    def __repr__(self):
        return self.title


def unnamed_run(letter: str) -> UnnamedRun:
    """Return one of the four runs of the exercise.

    They have seeds and settings that no run of the lesson has.

    Args:
        letter: "A", "B", "C" or "D".

    Raises:
        ValueError: if letter is another one.

    Example:
        >>> from helpers.diagnostics import unnamed
        >>> unnamed.unnamed_run("A")
        run A
    """
    if not isinstance(letter, str) or letter not in _CODED:
        raise ValueError(f"letter must be one of {[*_CODED]}, got {letter!r}")
    name, seed, changes = json.loads(base64.b64decode(_CODED[letter]))
    failure = FAILURES[name]
    settings = replace(failure.settings, **changes)
    return UnnamedRun(f"run {letter}", replace(failure, settings=settings), seed)


def names() -> dict[str, str]:
    """Return {letter: name of the failure} of the four runs."""
    return {letter: unnamed_run(letter).failure.name for letter in _CODED}


def drawn_run(number: int) -> UnnamedRun:
    """Return a run that is drawn at random, the same for the same number.

    Args:
        number: at least 1.

    Raises:
        ValueError: if number is not a whole number of at least 1.

    Example:
        >>> from helpers.diagnostics import unnamed
        >>> unnamed.drawn_run(3)
        unknown run 3
    """
    number = inputs.whole_number("number", number)
    name = np.random.default_rng(number).choice(_DRAWN)
    return UnnamedRun(f"unknown run {number}", FAILURES[name], 1000 + number)
