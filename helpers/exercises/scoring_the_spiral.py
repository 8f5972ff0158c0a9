"""Exercises of the lesson `scoring_the_spiral`: perfect samples, dropped modes, modes covered."""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import stats

from .answer import Verdict, call, compare, guarded, number, number_check

WITHIN_TWO_SIGMA = 1 - 2 * stats.norm.sf(2)  # of a Gaussian in one dimension


@number_check(
    1 - np.exp(-2),
    {
        WITHIN_TWO_SIGMA: "that is the fraction in one dimension; in the plane two numbers must both stay small.",
        WITHIN_TWO_SIGMA
        ** 2: "that is a square of side 4 sigma; the corners of it lie farther than 2 sigma away.",
        1 - np.exp(-4.5): "that is the fraction within 3 sigma, the upper bound of the text.",
        np.exp(-2): "that is the fraction outside.",
        1 - np.exp(-0.5): "that is the fraction within 1 sigma: the exponent is r^2 / 2.",
        1 - np.exp(-4): "the half in the exponent is missing: it is r^2 / 2.",
    },
    "the squared distance over sigma^2 is exponential with mean 2.",
)
def check_two_sigma(answer: float | None) -> Verdict:
    """Check the fraction of a round 2-D Gaussian within 2 sigma of its centre: 1 - exp(-2).

    Args:
        answer: The fraction, from 0 to 1.

    Returns:
        Verdict.
    """


@number_check(
    np.log(1.25),
    {
        -np.log(1.25): "the sign is turned: a divergence is never negative.",
        np.log2(1.25): "that is in bits; we count in nats.",
        0.2: "that is the fraction of dropped modes, not the divergence.",
        1.25: "that is the ratio 25 / 20 itself: take its logarithm.",
        np.log(5): "that is log 5, as if only 5 modes were kept of 25.",
        np.inf: "that is the KL of the other direction, which divides by the fraction in a dropped mode.",
    },
    "every kept mode has 1/20 instead of 1/25, so each term is the same logarithm.",
)
def check_dropped_modes(answer: float | None) -> Verdict:
    """Check the KL from an even mixture of 20 modes to that of all 25: log(25 / 20).

    Args:
        answer: The divergence, in nats.

    Returns:
        Verdict.
    """


def _modes_covered(samples, centres, sigma, radius=3.0, fraction=0.2, of_high_quality=False):
    distance = np.linalg.norm(samples[:, None] - centres, axis=-1)
    high_quality = distance.min(axis=1) < radius * sigma
    counts = np.bincount(distance.argmin(axis=1)[high_quality], minlength=len(centres))
    expected = (high_quality.sum() if of_high_quality else len(samples)) / len(centres)
    return int((counts >= max(1, fraction * expected)).sum())


@guarded
def check_modes_covered(answer: Callable | None) -> Verdict:
    """Check a function that counts the modes that samples cover.

    A mode is covered if it holds at least 20 % of the expected number, n samples / k modes, as
    high-quality samples: those within 3 sigma of it. The function is tried on perfect samples, on
    noise, on uneven modes, on collapsed samples and on few high-quality samples among many others.

    Args:
        answer: Function (samples, centres, sigma) -> number of modes covered, on arrays of shape
            (n, 2) and (k, 2) and a float.

    Returns:
        Verdict.
    """
    rng = np.random.default_rng(0)
    line = np.arange(5) - 2.0
    centres = np.stack(np.meshgrid(line, line), -1).reshape(-1, 2)
    sigma = 0.05
    near = sigma * rng.standard_normal((5000, 2))
    uneven = np.where(np.arange(5000) < 4600, rng.integers(17, size=5000), 17 + np.arange(5000) % 8)
    cases = [
        centres[rng.integers(25, size=5000)] + near,  # perfect
        rng.uniform(-2.5, 2.5, (5000, 2)),  # noise
        centres[uneven] + near,  # 17 modes, and a quarter of the expected number in each other one
        centres[np.where(np.arange(5000) < 4900, 0, np.arange(5000) % 25)] + near,  # collapsed
        np.concatenate([centres[rng.integers(25, size=500)] + near[:500], near[500:] + 9]),
    ]
    rules: dict[str, dict[str, Any]] = {
        "that counts a mode from its first sample on, so noise covers them all; ask for a fifth of the expected number.": {
            "fraction": 0.0
        },
        "that counts samples at any distance from their nearest mode; high-quality ones lie within 3 sigma.": {
            "radius": np.inf
        },
        "that counts within 1 sigma only; high-quality samples lie within 3.": {"radius": 1.0},
        "that asks for the whole expected number; a fifth of it is enough.": {"fraction": 1.0},
        "the expected number is that of all samples, of high quality or not, over the number of modes.": {
            "of_high_quality": True
        },
    }
    counts = [
        number(call(answer, samples, centres, sigma, takes="samples, centres, sigma"), "a count")
        for samples in cases
    ]
    right = np.array([_modes_covered(samples, centres, sigma) for samples in cases])
    mistakes = {
        sentence: np.array([_modes_covered(samples, centres, sigma, **rule) for samples in cases])
        for sentence, rule in rules.items()
    }
    compare(np.array(counts), right, mistakes)
    return Verdict(
        "right",
        f"{right[0]} of 25 for perfect samples, {right[1]} for noise, {right[3]} when collapsed.",
    )
