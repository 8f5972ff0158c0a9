"""Exercises of the lesson `other_losses`: Wasserstein distance, critic and gradient penalty."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import tensorflow as tf

from .answer import NotYet, Verdict, call, compare, guarded, number, number_check, numbers


@guarded
def check_wasserstein_on_a_line(answer: Callable | None) -> Verdict:
    """Check a function for the Wasserstein distance of two samples of numbers.

    Args:
        answer: Function (a, b) -> distance, on two arrays of shape (n,).

    Returns:
        Verdict.

    Example:
        >>> import numpy as np
        >>> from helpers import exercises
        >>> distance = lambda a, b: np.mean(abs(np.sort(a) - np.sort(b)))
        >>> exercises.check_wasserstein_on_a_line(distance).is_right
        True
    """
    rng = np.random.default_rng(0)
    a, b = rng.normal(0, 1, 60), rng.choice([-3.0, 4.0], 60) + rng.normal(0, 0.5, 60)
    gaps, unsorted = np.sort(a) - np.sort(b), a - b
    right = np.mean(abs(gaps))
    mistakes = {
        "that is the cost of the plan that pairs the points in the order in which they are stored; "
        "is it the cheapest?": np.mean(abs(unsorted)),
        "only one of the two samples is sorted.": np.mean(abs(np.sort(a) - b)),
        "only the other one of the two samples is sorted.": np.mean(abs(a - np.sort(b))),
        "that is the difference of the means: moves to the left cancel moves to the right. Take "
        "absolute values first.": a.mean() - b.mean(),
        "that is the difference of the means: moves to the left cancel moves to the right; "
        "take absolute values first.": b.mean() - a.mean(),
        "that is the total distance moved; W is the mean over the points.": np.sum(abs(gaps)),
        "that is the root of the mean square, the 2-Wasserstein distance; here the mean of the "
        "distances is asked.": np.sqrt(np.mean(gaps**2)),
        "that is the mean square of the moves; take absolute values.": np.mean(gaps**2),
        "that is the median of the moves; W is their mean.": np.median(abs(gaps)),
    }
    compare(numbers(call(answer, a, b, takes="a, b, two arrays")), right, mistakes)
    return Verdict("right", "in order, no two moves cross, and no plan is cheaper.")


@number_check(
    0.5,
    {
        0.75: "that is p / (p + q), right for the labels 1 and 0. Here a generated sample has -1.",
        0.0: "that is the undecided logit, where p = q.",
        np.log(3): "that is log p/q, the logit of the logistic loss.",
        1.0: "that is the label of real samples; a quarter of the samples there are generated.",
        -0.5: "the sign is turned: there are more real samples than generated ones.",
        0.25: "that is q / (p + q). Set the derivative p (s - 1) + q (s + 1) to zero.",
        2.0: "you have divided by 2 q or so; the weights p and q together are 4 q.",
    },
    "the mean of the labels 1 and -1, weighted by p and q: (p - q) / (p + q).",
)
def check_least_squares_logit(answer: float | None) -> Verdict:
    """Check the least-squares logit with labels -1 and 1 where p = 3q: 1/2 (Mao et al. 2017).

    Args:
        answer: The logit.

    Returns:
        Verdict.
    """


class _Recorder:
    """A critic with logit ||x||^2 / 2, whose gradient at x is x itself; it keeps its inputs."""

    def __init__(self):
        self.inputs = []

    def __call__(self, images, *_, **__):
        images = tf.convert_to_tensor(images, "float32")
        self.inputs.append(images.numpy())
        return tf.reduce_sum(images**2, axis=tf.range(1, tf.rank(images)))[:, None] / 2


@contextmanager
def _eager_functions() -> Iterator[None]:
    """Let `@tf.function` run line by line, so that a critic may look at its inputs."""
    before = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(before)


@guarded
def check_gradient_penalty(answer: Callable | None) -> Verdict:
    """Check a function for the WGAN-GP penalty of images (Gulrajani et al. 2017, eq. 3).

    Args:
        answer: Function (critic, real, fake) -> penalty without its weight, on images (n, height,
            width, channels).

    Returns:
        Verdict.
    """
    rng = np.random.default_rng(0)
    real, fake = rng.normal(size=(2, 40, 6, 5, 2)).astype("float32")
    critic = _Recorder()
    with _eager_functions():
        result = call(
            answer, critic, tf.constant(real), tf.constant(fake), takes="critic, real, fake"
        )
    value = number(result, "one number")
    if not critic.inputs:
        raise NotYet("your function never calls the critic.")
    between = critic.inputs[-1].astype("float64")
    if between.shape != real.shape:
        raise NotYet(f"the critic gets shape {between.shape}, the images have {real.shape}.")
    _check_segments(between, real.astype("float64"), fake.astype("float64"))
    squares = between**2  # of the gradients: that of this critic at x is x
    norms = np.sqrt(squares.sum(axis=(1, 2, 3)))
    right = np.mean((norms - 1) ** 2)
    all_but_last = np.sqrt(squares.sum(axis=(1, 2)))
    mistakes = {
        "the points are right, but the norm runs over one axis of the image only: each column of "
        "pixels gets a norm of its own. One sample has one norm.": np.mean(
            (np.sqrt(squares.sum(axis=1)) - 1) ** 2
        ),
        "the points are right, but the norm runs over the channels only: each pixel gets a norm of "
        "its own. One sample has one norm.": np.mean((np.sqrt(squares.sum(axis=-1)) - 1) ** 2),
        "the points are right, but each channel has a norm of its own: sum over the last axis, "
        "too.": np.mean((all_but_last - 1) ** 2),
        "the points are right, but the norm runs over the whole batch. One sample has one norm.": (
            np.sqrt(squares.sum()) - 1
        )
        ** 2,
        "the points are right, but each value of the gradient is compared with 1; compare the norm "
        "of a sample.": np.mean((abs(between) - 1) ** 2),
        "the root is missing: that compares the squared norm with 1.": np.mean((norms**2 - 1) ** 2),
        "that is the mean squared norm, as in R1; here the norm should be 1, not 0.": np.mean(
            norms**2
        ),
        "that is half the mean squared norm, as in R1; here the norm should be 1, not 0.": np.mean(
            norms**2
        )
        / 2,
        "the square is missing: norms above and below 1 would cancel.": np.mean(norms - 1),
        "that is the sum over the batch; take the mean.": np.sum((norms - 1) ** 2),
        "that is 10 times the penalty; leave its weight out.": 10 * right,
    }
    compare(value, right, mistakes)
    return Verdict("right", "points on the segments, and one norm for each image.")


def _check_segments(between, real, fake):
    """Raise `NotYet` unless each point lies on the segment of its pair, at a place of its own."""
    axes = (1, 2, 3)
    for images, name in ((real, "real"), (fake, "generated")):
        if np.allclose(between, images, atol=1e-5):
            raise NotYet(f"the gradient is taken at the {name} images, not between the two.")
    way, moved = real - fake, between - fake
    factor = (way * moved).sum(axis=axes) / (way**2).sum(axis=axes)
    if not np.allclose(moved, factor[:, None, None, None] * way, atol=1e-4):
        raise NotYet(
            "the points do not lie on the segments from a generated to a real image. How many "
            "factors does one image get? (There may be a second mistake.)"
        )
    if factor.min() < -1e-4 or factor.max() > 1 + 1e-4:
        raise NotYet(
            f"factors range from {factor.min():.2f} to {factor.max():.2f}: points outside the "
            "segments. Draw them from a uniform distribution on [0, 1]."
        )
    if np.ptp(factor) < 1e-4:
        raise NotYet("all pairs have the same factor; each needs one of its own, drawn at random.")


@guarded
def check_one_sided_penalty(
    answer: Callable | None, train_critic: Callable, exact: float
) -> Verdict:
    """Check a penalty that lets a critic find the distance of samples on a line, by training one.

    Source: Gulrajani et al. 2017, section 4, where a one-sided penalty is mentioned.

    Args:
        answer: Function (critic, real, fake) -> penalty without its weight, on samples (n, 1).
        train_critic: Function (penalty) -> the estimate of a critic trained with it.
        exact: The Wasserstein distance of the samples. The estimate must be met within 10 % below
            and 15 % above it, as a penalty of weight 10 lets the gradient norm exceed 1 a little.

    Returns:
        Verdict, with the estimate.
    """
    exact = number(exact, "the exact distance")
    sample = tf.constant(np.random.default_rng(0).normal(size=(2, 50, 1)).astype("float32"))
    for slope, right, words in (
        (0.5, 0.0, "a norm of 0.5 should cost nothing"),
        (-0.5, 0.0, "a norm of 0.5 should cost nothing, whichever the direction of the gradient"),
        (3.0, 4.0, "a norm of 3 is 2 too large, which costs its square"),
        (-3.0, 4.0, "a norm of 3 is 2 too large, whichever the direction of the gradient"),
    ):
        found = call(answer, lambda x, k=slope: k * x, *sample, takes="critic, real, fake")
        value = number(found, "one number, the penalty, from your function")
        if not np.isclose(value, right, atol=1e-3):
            raise NotYet(
                f"for the critic s(x) = {slope:g} x your penalty is {value:.4g}, not {right:g}: {words}."
            )
    estimate = number(call(train_critic, answer, takes="penalty"), "an estimate of the distance")
    if not np.isfinite(estimate):
        raise NotYet(f"the estimate is {estimate}; a loss or a gradient is not finite.")
    if not 0.9 * exact <= estimate <= 1.15 * exact:
        raise NotYet(
            f"for straight lines the penalty is right, but the critic trained with it estimates "
            f"{estimate:.3g}; the exact distance is {exact:.3f}. Where are the points at which you "
            "take the gradient? They should lie between a real and a generated sample."
        )
    return Verdict(
        "right", f"the critic's estimate is {estimate:.3f}, the exact distance {exact:.3f}."
    )
