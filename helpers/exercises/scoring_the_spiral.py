"""Exercises of lesson 03 on numbers."""

import numpy as np
from scipy import stats

from .answer import Verdict, call, compare, guarded, number, number_check

WITHIN_TWO = 1 - 2 * stats.norm.sf(2)  # of a Gaussian in one dimension


@number_check(
    1 - np.exp(-2),
    {
        WITHIN_TWO: "that is the share in one dimension; in the plane two numbers must both stay small.",
        WITHIN_TWO
        ** 2: "that is a square of side 4 sigma; the corners of it lie farther than 2 sigma away.",
        1 - np.exp(-4.5): "that is the share within 3 sigma, the ceiling of the text.",
        np.exp(-2): "that is the share outside.",
        1 - np.exp(-0.5): "that is the share within 1 sigma: the exponent is r^2 / 2.",
        1 - np.exp(-4): "the half in the exponent is missing: it is r^2 / 2.",
    },
    "the squared distance over sigma^2 is exponential with mean 2.",
)
def check_two_sigma(answer):
    """Share of the points of a round 2-D Gaussian within 2 sigma of its centre: 1 - exp(-2)."""


@number_check(
    np.log(1.25),
    {
        -np.log(1.25): "the sign is turned: a divergence is never negative.",
        np.log2(1.25): "that is in bits; we count in nats.",
        0.2: "that is the share of dropped modes, not the divergence.",
        1.25: "that is the ratio 25 / 20 itself: take its logarithm.",
        np.log(5): "that is log 5, as if only 5 modes were kept of 25.",
        np.inf: "that is the KL of the other direction, which divides by the share of a dropped mode.",
    },
    "every kept mode has 1/20 instead of 1/25, so each term is the same logarithm.",
)
def check_dropped_modes(answer):
    """KL in nats from an even mixture of 20 modes to the even mixture of all 25: log(25 / 20)."""


def _modes_found(samples, centres, sigma, radius=3.0, share=0.2, of_good=False):
    distance = np.linalg.norm(samples[:, None] - centres, axis=-1)
    good = distance.min(axis=1) < radius * sigma
    counts = np.bincount(distance.argmin(axis=1)[good], minlength=len(centres))
    fair = (good.sum() if of_good else len(samples)) / len(centres)
    return int((counts >= max(1, share * fair)).sum())


@guarded
def check_modes_found(answer):
    """A function (samples, centres, sigma) -> number of modes that hold 20 % of their fair share."""
    rng = np.random.default_rng(0)
    line = np.arange(5) - 2.0
    centres = np.stack(np.meshgrid(line, line), -1).reshape(-1, 2)
    sigma = 0.05
    near = sigma * rng.standard_normal((5000, 2))
    uneven = np.where(np.arange(5000) < 4600, rng.integers(17, size=5000), 17 + np.arange(5000) % 8)
    cases = [
        centres[rng.integers(25, size=5000)] + near,  # perfect
        rng.uniform(-2.5, 2.5, (5000, 2)),  # noise
        centres[uneven] + near,  # 17 modes, and a quarter of a fair share in each of the others
        centres[np.where(np.arange(5000) < 4900, 0, np.arange(5000) % 25)] + near,  # collapsed
        np.concatenate([centres[rng.integers(25, size=500)] + near[:500], near[500:] + 9]),
    ]
    rules = {
        "that counts a mode at its first sample, and so finds them all in noise; ask for a fifth of its fair share.": {
            "share": 0.0
        },
        "that counts samples at any distance from their nearest mode; good ones lie within 3 sigma.": {
            "radius": np.inf
        },
        "that looks within 1 sigma only; good samples lie within 3.": {"radius": 1.0},
        "that asks for the whole fair share; a fifth of it is enough.": {"share": 1.0},
        "the fair share is that of all samples, good or not, over the number of modes.": {
            "of_good": True
        },
    }
    found = [
        number(call(answer, samples, centres, sigma, takes="samples, centres, sigma"), "a count")
        for samples in cases
    ]
    right = np.array([_modes_found(samples, centres, sigma) for samples in cases])
    mistakes = {
        sentence: np.array([_modes_found(samples, centres, sigma, **rule) for samples in cases])
        for sentence, rule in rules.items()
    }
    compare(np.array(found), right, mistakes)
    return Verdict(
        "right",
        f"{right[0]} of 25 for perfect samples, {right[1]} for noise, {right[3]} when collapsed.",
    )
