"""Exercises of the lesson `start_here`: sizes, times, and a walk between two latent points."""

from collections.abc import Callable

import numpy as np

from .answer import Verdict, call, compare, guarded, number_check, numbers


@number_check(
    784,
    {
        28: "that is one side; every row has 28 pixels, and there are 28 rows.",
        56: "the sides are multiplied, not added.",
        3 * 784: "that is with three colours; these pictures are grey, one number a pixel.",
        256: "that is how many greys a byte can hold; each pixel shows one of them.",
        7840: "that is for all ten pictures of a grid.",
    },
    "28 rows of 28 pixels, one number each.",
)
def check_values_per_image(answer: float | None) -> Verdict:
    """Check how many numbers make a grey picture of 28 by 28 pixels: 784.

    Args:
        answer: The number.

    Returns:
        Verdict.

    Example:
        >>> from helpers import exercises
        >>> exercises.check_values_per_image(28)
        ✗ Not yet: that is one side; every row has 28 pixels, and there are 28 rows.
        >>> exercises.check_values_per_image(28 * 28).is_right
        True
    """


@number_check(
    4,
    {
        240: "that is in seconds.",
        4 / 60: "that is in hours.",
        30: "that is how many times as many updates there are; each thousand takes 8 seconds.",
        125: "those are updates a second.",
    },
    "30 times 8 seconds, 240 in all.",
)
def check_minutes_of_training(answer: float | None) -> Verdict:
    """Check the minutes of 30,000 updates if 1,000 take 8 seconds: 4.

    Args:
        answer: The number, in minutes.

    Returns:
        Verdict.
    """


@guarded
def check_latent_walk(answer: Callable | None) -> Verdict:
    """Check a function that walks on the straight line from one latent point to another.

    Args:
        answer: Function (a, b, t) -> the point at fraction t in [0, 1] of the line from a to b,
            arrays of shape (32,).

    Returns:
        Verdict.

    Example:
        >>> from helpers import exercises
        >>> exercises.check_latent_walk(lambda a, b, t: a + t * b)
        ✗ Not yet: at t = 1 that has added all of b; the way to go is b - a.
    """
    a, b = np.random.default_rng(0).normal(size=(2, 32))
    t = np.linspace(0, 1, 5)[:, None]
    mistakes = {
        "that runs from b to a.": t * a + (1 - t) * b,
        "at t = 1 that has added all of b; the way to go is b - a.": a + t * b,
        "it starts at 0: add where you stand, a.": t * (b - a),
        "that goes away from b: the way to it is b - a.": a + t * (a - b),
        "that is the middle, whatever t is.": np.tile((a + b) / 2, (5, 1)),
    }
    points = [
        numbers(call(answer, a, b, float(fraction), takes="a, b, t"), "a point", shape=a.shape)
        for fraction in t[:, 0]
    ]
    compare(np.stack(points), (1 - t) * a + t * b, mistakes)
    return Verdict("right", "it begins at a, ends at b, and goes the same way in each step.")
