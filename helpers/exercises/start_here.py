"""Exercises of the lesson `start_here`: latent vectors, distances between digits, and a closed walk."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from .answer import (
    NotYet,
    Verdict,
    call,
    compare,
    guarded,
    letters,
    number_check,
    numbers,
    short_repr,
)

LATENT_CHANGES = {  # {letter: (in words, what becomes of the latent vectors, why the answer)}
    "A": (
        "z again",
        lambda z: z,
        "all randomness comes from z, so the same z gives the same image",
    ),
    "B": (
        "2z",
        lambda z: 2 * z,
        "2z has the direction of z, and the direction decides most of the image",
    ),
    "C": (
        "all zeros",
        lambda z: 0 * z,
        "random latent vectors have a length near the square root of their dimension, so G was "
        "never trained near 0",
    ),
    "D": (
        "another z",
        lambda z: np.roll(z, 1, axis=0),
        "another z gives another digit, whose ink lies elsewhere",
    ),
}
SHIFTS = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)]


@guarded
def check_latent_order(
    answer: str | None, generate: Callable[[np.ndarray], np.ndarray], z: ArrayLike
) -> Verdict:
    """Check which change of the latent vectors changes the images least, and which most.

    The changes are those of `LATENT_CHANGES`: A, z again; B, 2z; C, all zeros; D, another z (here
    that of another row). The order is measured: the mean over rows of the root mean square
    difference to G(z).

    Args:
        answer: The letters A to D in order, from the smallest to the largest change, such as "DBCA".
        generate: Function z (n, latent_dim) -> images (n, ...), such as `GAN.generate`.
        z: Latent vectors (n, latent_dim), n >= 2.

    Returns:
        Verdict.
    """
    expected = 'the letters A to D in an order, such as "DBCA"'
    order = letters(answer, expected)
    if sorted(order) != [*LATENT_CHANGES]:
        raise NotYet(f"expected {expected}, got {short_repr(answer)}.")
    vectors = numbers(z, "z: latent vectors (n, latent_dim)")
    if vectors.ndim != 2 or len(vectors) < 2 or not np.isfinite(vectors).all():
        raise NotYet(f"expected z: finite latent vectors (n, latent_dim), got {vectors.shape}.")
    changes = {name: change(vectors) for name, (_, change, _) in LATENT_CHANGES.items()}
    before = _images(generate, vectors)
    measured = {
        name: np.sqrt(np.square(_images(generate, after) - before).mean(axis=1)).mean()
        for name, after in changes.items()
    }
    for first, second in zip(order, order[1:]):
        if measured[first] > measured[second]:
            because = LATENT_CHANGES[second if second in "AB" else first][2]
            raise NotYet(
                f"{first} ({LATENT_CHANGES[first][0]}) changes the images by "
                f"{measured[first]:.2f}, {second} ({LATENT_CHANGES[second][0]}) by only "
                f"{measured[second]:.2f}: {because}."
            )
    table = ", ".join(f"{name} {measured[name]:.2f}" for name in order)
    return Verdict("right", f"measured on your generator, the images change by {table}.")


def _images(generate, z):
    """G(z) as rows of finite numbers."""
    images = numbers(call(generate, z.astype("float32"), takes="z"), "generate(z): images")
    if images.ndim < 2 or len(images) != len(z) or not np.isfinite(images).all():
        raise NotYet(
            f"expected generate(z): {len(z)} images of finite numbers, got {images.shape}."
        )
    return images.reshape(len(z), -1)


@number_check(
    1,
    {
        0: "zeros have long strokes, and their distances are among the large ones. Sort, and look at "
        "the smallest.",
        8: "eights have long strokes, and their distances are among the large ones. Sort, and look "
        "at the smallest.",
        7: "sevens are near, but one digit is nearer. Print the labels of the smallest distances.",
        9: "nines are not the nearest. Print the labels of the smallest distances.",
        10: "that is how many distances to look at. Which digit, 0 to 9, do their labels name?",
    },
    "a one is a short stroke, so little can differ between two of them. Distances in pixels are "
    "smallest where there is little ink, whether or not anything was copied.",
)
def check_nearest_class(answer: float | None) -> Verdict:
    """Check which digit the smallest distances between generated and real digits belong to: 1.

    Args:
        answer: The digit, 0 to 9.

    Returns:
        Verdict.

    Example:
        >>> from helpers import exercises
        >>> exercises.check_nearest_class(1).is_right
        True
    """


def _shifted_distances(image, digits, shifts=SHIFTS):
    """Root mean square differences (shifts, digits) between shifted copies of an image and digits."""
    shifted = np.stack([np.roll(image, shift, axis=(0, 1)) for shift in shifts])
    return np.sqrt(np.square(shifted[:, None] - digits[None]).mean(axis=(2, 3, 4)))


@guarded
def check_shifted_distance(answer: Callable | None) -> Verdict:
    """Check the distance from an image, shifted by up to one pixel, to the nearest of many digits.

    It is tried on planted copies, shifted in all directions and not at all, on copies that are
    shifted by two pixels, and on images that are no copies. All have a border of two pixels without
    ink, so `np.roll` and other ways of shifting agree.

    Args:
        answer: Function (image, digits) -> the smallest root mean square difference, on an image
            (28, 28, 1) and digits (n, 28, 28, 1) in [-1, 1].

    Returns:
        Verdict.
    """
    rng = np.random.default_rng(0)
    digits = np.full((6, 28, 28, 1), -1.0)
    digits[:, 4:24, 4:24] = rng.uniform(-1, 1, size=(6, 20, 20, 1))
    others = np.full((3, 28, 28, 1), -1.0)
    others[:, 4:24, 4:24] = rng.uniform(-1, 1, size=(3, 20, 20, 1))
    planted = [
        np.roll(digits[k % 6], shift, axis=(0, 1)) * 0.98 - 0.02 for k, shift in enumerate(SHIFTS)
    ]
    too_far = [np.roll(digits[0], shift, axis=(0, 1)) for shift in ((2, 0), (0, -2), (-2, 2))]
    images = [*planted, *too_far, *others]
    given = [
        numbers(call(answer, image, digits, takes="image, digits"), "one distance for the image")
        for image in images
    ]
    if any(one.shape != () for one in given):
        wrong = next(one.shape for one in given if one.shape != ())
        raise NotYet(f"expected one distance for the image, its smallest, got shape {wrong}.")
    every = [_shifted_distances(image, digits) for image in images]
    by_two = [(down, right) for down in range(-2, 3) for right in range(-2, 3)]
    straight = [SHIFTS.index(s) for s in SHIFTS if 0 in s]
    up_down, left_right = ([SHIFTS.index(s) for s in SHIFTS if s[axis] == 0] for axis in (1, 0))
    still = SHIFTS.index((0, 0))
    moved = [k for k in range(len(SHIFTS)) if k != still]
    right = np.array([one.min() for one in every])
    mistakes = {
        "that is the distance without any shift; planted copies that are shifted stay far away.": [
            one[still].min() for one in every
        ],
        "that shifts only up and down. A copy may also be shifted sideways.": [
            one[up_down].min() for one in every
        ],
        "that shifts only left and right. A copy may also be shifted up or down.": [
            one[left_right].min() for one in every
        ],
        "the diagonal shifts are missing: down and right by one pixel each, for instance.": [
            one[straight].min() for one in every
        ],
        "the shift by nothing is missing: a copy need not be shifted.": [
            one[moved].min() for one in every
        ],
        "that shifts by two pixels; up to one is asked. More shifts also bring digits near that are "
        "no copies.": [_shifted_distances(image, digits, by_two).min() for image in images],
        "that is the mean over the shifts; one good shift is enough, so take the smallest.": [
            one.min(axis=1).mean() for one in every
        ],
        "that is the mean over the digits; one near digit is enough, so take the smallest.": [
            one.mean(axis=1).min() for one in every
        ],
        "that is the largest distance; a copy has a small one.": [one.max() for one in every],
        "that is the mean square: take its root.": right**2,
        "the mean over pixels is missing: that is the Euclidean distance, 28 times as large.": 28
        * right,
        "that is which digit is nearest; the distance to it is asked.": [
            one.min(axis=0).argmin() for one in every
        ],
    }
    compare(
        np.array([float(one) for one in given]),
        right,
        {words: np.array(wrong, "float64") for words, wrong in mistakes.items()},
    )
    return Verdict(
        "right", "it finds planted copies, shifted by one pixel in any direction or not."
    )


@guarded
def check_closed_walk(answer: Callable | None) -> Verdict:
    """Check a walk on the circle from a latent vector a through b, -a and -b back to a.

    Args:
        answer: Function (a, b, t) -> the point at fraction t in [0, 1] of the way,
            a cos(2 pi t) + b sin(2 pi t), arrays of shape (64,).

    Returns:
        Verdict.

    Example:
        >>> import numpy as np
        >>> from helpers import exercises
        >>> exercises.check_closed_walk(lambda a, b, t: np.cos(t) * a + np.sin(t) * b)
        ✗ Not yet: at t = 1 the angle must be a whole turn, 2 pi in radians; yours is 1.
    """
    a, b = np.random.default_rng(0).normal(size=(2, 64))
    t = np.linspace(0, 1, 17)[:, None]

    def circle(angle):
        return np.cos(angle) * a + np.sin(angle) * b

    corners = np.stack([a, b, -a, -b, a])
    polygon = np.stack([np.interp(t[:, 0], np.linspace(0, 1, 5), one) for one in corners.T], axis=1)
    mistakes = {
        "at t = 1 the angle must be a whole turn, 2 pi in radians; yours is 1.": circle(t),
        "that is half a turn: at t = 1 it ends at -a.": circle(np.pi * t),
        "that is a quarter of a turn: at t = 1 it ends at b.": circle(np.pi / 2 * t),
        "NumPy's angles are in radians, a whole turn is 2 pi and not 360.": circle(360 * t),
        "it begins at b: exchange sine and cosine.": circle(np.pi / 2 - 2 * np.pi * t),
        "it turns the other way: b must come at t = 1/4, not -b.": circle(-2 * np.pi * t),
        "that walks on straight lines from corner to corner, and in between the vectors are too "
        "short. A circle has no corners.": polygon,
        "that is the straight line from a to b, which does not come back.": (1 - t) * a + t * b,
    }
    points = [
        numbers(call(answer, a, b, float(one), takes="a, b, t"), "a latent vector", shape=a.shape)
        for one in t[:, 0]
    ]
    compare(np.stack(points), circle(2 * np.pi * t), mistakes)
    return Verdict("right", "a, b, -a, -b and back to a, at one speed.")
