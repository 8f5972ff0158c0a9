"""Exercises of the lesson `scoring_the_spiral`: the bound on V, a curve, a better KL, a new D."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import rel_entr

from .answer import NotYet, Verdict, call, compare, guarded, number_check, numbers, short_repr

LEAST_GAIN = 0.1  # nats above -log 4 that a new discriminator must reach
VALUE = np.log(4 / 7) + 0.75 * np.log(3 / 7)


@number_check(
    VALUE,
    {
        -np.log(4): "that is the value for p = q; a quarter of these samples are off the curve.",
        (VALUE + np.log(4)) / 2: "that is the JSD; the question is the value V itself.",
        -VALUE: "that is D's loss, which is -V.",
        VALUE / np.log(2): "that is in bits; we count in nats.",
        np.log(4 / 7) + np.log(3 / 7): (
            "only three quarters of the generated samples meet that D* on the curve; the others "
            "lie where D* is another."
        ),
        np.log(4 / 7)
        + 0.75 * np.log(3 / 7)
        + 0.25 * np.log(1 / 2): "off the curve there are no real points, so D* is not 1/2 there.",
        1.75 * np.log(1 / 2): "on the curve D* is not 1/2: q is only three quarters of p there.",
        np.log(3 / 7) + 0.75 * np.log(4 / 7): "D* and 1 - D* are exchanged.",
    },
    "D* is 4/7 on the curve and 0 off it, so V = log(4/7) + 3/4 log(3/7) + 1/4 log 1.",
)
def check_value_bound(answer: float | None) -> Verdict:
    """Check the value of D* if three quarters of the samples are perfect and the rest off the curve.

    Args:
        answer: V, in nats.

    Returns:
        Verdict.
    """


@guarded
def check_perfect_curve(answer: Sequence[float] | None) -> Verdict:
    """Check the scores of a generator whose samples lie evenly along the centre line itself.

    Args:
        answer: (fraction of high quality, fraction covered, KL, V of the optimal D), four numbers.

    Returns:
        Verdict.
    """
    quality, covered, kl, value = numbers(
        answer, "four numbers, (high quality, covered, KL, V of D*)", (4,)
    )
    if np.isnan([quality, covered, kl, value]).any():
        raise NotYet("four numbers, please; one of yours is nan.")
    if 90 <= quality <= 100 or 90 <= covered <= 100:
        raise NotYet("give fractions from 0 to 1, not percentages.")
    if quality < 0.999:
        raise NotYet(
            f"high quality {quality:g}: a real point may lie more than 3 sigma from the centre "
            "line. How far from it is a sample that lies on it?"
        )
    if not np.isclose(covered, 1, atol=1e-3):
        raise NotYet(f"covered {covered:g}: which section of the curve holds too few samples?")
    if not abs(kl) < 0.006:  # 49 / 2n is a right answer, too, for n of 4,100 and more
        raise NotYet(f"KL {kl:g}: all 50 sections hold equally many. What is log of 1?")
    if np.isclose(value, -np.log(4), atol=2e-3):
        raise NotYet(
            "V = -log 4 is the value for p = q. Has the line, which has no width, a density q?"
        )
    if not abs(value) < 1e-3:
        raise NotYet(
            f"V {value:g}: how many real points lie exactly on the line? What may D* answer on "
            "the line, and what everywhere else?"
        )
    return Verdict(
        "right",
        "three perfect scores, and an optimal D that is never wrong: the JSD is log 2, as for the "
        "parallel lines of lesson 04. None of the three scores sees that the line has no width.",
    )


def _divergence(counts, n, good, sections_only=False, unscaled=False, reverse=False):
    if sections_only:
        return rel_entr(counts / max(counts.sum(), 1), 1 / len(counts)).sum()
    share = 1 if unscaled else good
    q = np.append(counts, n - counts.sum()) / n
    p = np.append(np.full(len(counts), share / len(counts)), 1 - good)
    return rel_entr(p, q).sum() if reverse else rel_entr(q, p).sum()


@guarded
def check_kl_with_off(answer: Callable | None) -> Verdict:
    """Check a KL over the sections and one more bin, for all samples that are in no section.

    It is tried on perfect counts, on noise, on a generator that has dropped sections, on samples
    that are all off the curve, and on 25 modes instead of 50 sections.

    Args:
        answer: Function (counts, n, good) -> KL in nats, on the counts of high-quality samples,
            ints (k,), the number of all samples, and the fraction of high-quality samples that a
            perfect sampler has.

    Returns:
        Verdict.
    """
    rng = np.random.default_rng(0)

    def counted(on_curve, sections, k=50):
        return np.bincount(rng.integers(sections, size=on_curve), minlength=k)

    cases = [
        (counted(9973, 50), 10_000, 0.9973),  # perfect
        (counted(2350, 50), 10_000, 0.9973),  # noise
        (counted(6000, 30), 6000, 0.9973),  # 20 sections dropped, and nothing off the curve
        (np.zeros(50, int), 500, 0.9973),  # nothing on the curve
        (counted(1500, 25, 25), 2500, 0.9889),  # 25 modes
    ]
    given = [numbers(call(answer, *case, takes="counts, n, good"), "a KL", ()) for case in cases]
    rules = {
        "that leaves out the samples off the curve, so noise looks perfect: divide the counts by "
        "n, and add a bin for the rest.": {"sections_only": True},
        "a perfect sampler has only the fraction `good` on the curve, so each section holds "
        "good / k of its samples, not 1 / k.": {"unscaled": True},
        "that is the KL from the perfect fractions to the counted ones; we take it the other way "
        "round.": {"reverse": True},
    }
    right = np.array([_divergence(*case) for case in cases])
    mistakes = {
        sentence: np.array([_divergence(*case, **rule) for case in cases])
        for sentence, rule in rules.items()
    }
    values = np.array([float(value) for value in given])
    if np.isnan(values).any():
        raise NotYet(
            "your result is nan. Two causes: 0 log 0, which counts as 0, and a division by 0 where "
            "all samples are off the curve (divide by n)."
        )
    compare(values, right, mistakes | {"that is in bits; we count in nats.": right / np.log(2)})
    return Verdict(
        "right",
        f"{right[0]:.3f} for perfect samples, {right[1]:.1f} for noise, which had "
        f"{_divergence(*cases[1], sections_only=True):.3f} without the additional bin.",
    )


def _value(on_real, on_generated):
    """V(D, G) from logits, and its standard error."""
    terms = -np.logaddexp(0, -on_real), -np.logaddexp(0, on_generated)
    value = float(sum(term.mean() for term in terms))
    return value, float(np.sqrt(sum(term.var() / len(term) for term in terms)))


@guarded
def check_new_discriminator(
    answer: Callable | None, real: ArrayLike, generated: ArrayLike
) -> Verdict:
    """Check a discriminator on points that it was not trained on.

    Its value V must be at least `LEAST_GAIN` above -log 4, the value of a D that cannot tell.

    Args:
        answer: A trained Keras model, or a function: points (n, 2) -> logits (n,) or (n, 1), large
            for real.
        real: Real points that it was not trained on, (n, 2).
        generated: Generated points that it was not trained on, (m, 2).

    Returns:
        Verdict.
    """
    points = []
    for name, given in (("real", real), ("generated", generated)):
        array = numbers(given, f"{name}: points of shape (n, 2)").astype("float32")
        if array.ndim != 2 or array.shape[1] != 2 or not len(array) or not np.isfinite(array).all():
            raise NotYet(
                f"expected {name}: finite points of shape (n, 2), got {short_repr(given)}."
            )
        points.append(array)
    if not callable(answer):
        raise NotYet(
            f"expected a trained discriminator, so that it can be tried on new points; got "
            f"{short_repr(answer)}."
        )
    shape = getattr(answer, "input_shape", (None, 2))
    if tuple(shape) != (None, 2):
        raise NotYet(f"expected a model of points, input shape (None, 2), got one of {shape}.")
    logits = []
    for array in points:
        returned = numbers(call(answer, array, takes="points"), "one logit for each point")
        if returned.size != len(array):
            raise NotYet(
                f"expected one logit for each of the {len(array)} points, got shape {returned.shape}."
            )
        if not np.isfinite(returned).all():
            raise NotYet("a logit is nan or infinite: did training diverge?")
        logits.append(returned.ravel())
    return _judge(*logits)


def _judge(on_real, on_generated):
    value, error = _value(on_real, on_generated)
    both = np.append(on_real, on_generated)
    said = f"V = {value:.3f} on new points"
    if np.ptp(both) < 1e-6:
        raise NotYet(f"{said}: every point gets the same logit. Was it trained?")
    if both.min() >= 0 and both.max() <= 1:
        raise NotYet(
            f"{said}: all answers lie from 0 to 1, so they look like probabilities; return logits, "
            "without a sigmoid."
        )
    turned, _ = _value(-on_real, -on_generated)
    if value < -np.log(4) - 2 * error and turned > -np.log(4) + 2 * error:
        raise NotYet(f"{said}, and {turned:.3f} with the signs turned: are the labels swapped?")
    if value < -np.log(4) - 2 * error:
        raise NotYet(
            f"{said}, below -log 4 = {-np.log(4):.3f}: it is surer than it is right. Train it on "
            "new points in each step, or for fewer steps."
        )
    if value < -np.log(4) + LEAST_GAIN:
        raise NotYet(
            f"{said}; a D that cannot tell has -log 4 = {-np.log(4):.3f}, and "
            f"{-np.log(4) + LEAST_GAIN:.3f} is asked for. Train longer, or a larger network."
        )
    return Verdict(
        "right",
        f"{said} (standard error {error:.3f}), so the JSD of real and generated points is at least "
        f"about {(value + np.log(4)) / 2:.3f} nats.",
    )
