from helpers import exercises, metrics

import numpy as np
import pytest
from scipy import stats


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (1 - np.exp(-2), "Right"),
        (stats.chi2.cdf(4, df=2), "Right"),
        (0.9545, "one dimension"),
        (stats.norm.cdf([-2, 2]) @ [-1, 1], "one dimension"),
        (0.9545**2, "square"),
        (0.98889, "within 3 sigma"),
        (np.exp(-2), "outside"),
        (1 - np.exp(-1 / 2), "within 1 sigma"),
        (1 - np.exp(-4), "half in the exponent"),
        (0.5, "none of the usual slips"),
    ],
)
def test_two_sigma(answer, words):
    assert words in exercises.check_two_sigma(answer)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (np.log(25 / 20), "Right"),
        (20 * (1 / 20) * np.log((1 / 20) / (1 / 25)), "Right"),
        (np.log(20 / 25), "sign"),
        (np.log2(1.25), "bits"),
        (5 / 25, "fraction of dropped"),
        (1.25, "take its logarithm"),
        (np.log(5), "only 5 modes"),
        (np.inf, "other direction"),
        (0.7, "none of the usual slips"),
    ],
)
def test_dropped_modes(answer, words):
    assert words in exercises.check_dropped_modes(answer)


def modes_covered(samples, centres, sigma, radius=3, fraction=0.2, of_high_quality=False):
    """Written the slow way: one mode after the other."""
    nearest = ((samples[:, None] - centres) ** 2).sum(axis=2).argmin(axis=1)
    near = np.linalg.norm(samples - centres[nearest], axis=1) < radius * sigma
    total = near.sum() if of_high_quality else len(samples)
    counts = [np.sum(near & (nearest == mode)) for mode in range(len(centres))]
    return sum(count > 0 and count >= fraction * total / len(centres) for count in counts)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (modes_covered, "Right"),
        (lambda x, c, s: metrics.mode_coverage(x, c, s).modes, "Right"),
        (lambda x, c, s: modes_covered(x, c, s, fraction=0), "first sample"),
        (lambda x, c, s: modes_covered(x, c, s, radius=np.inf), "any distance"),
        (lambda x, c, s: modes_covered(x, c, s, radius=1), "within 1 sigma"),
        (lambda x, c, s: modes_covered(x, c, s, fraction=1), "a fifth"),
        (
            lambda x, c, s: modes_covered(x, c, s, of_high_quality=True),
            "all samples, of high quality or not",
        ),
        (lambda x, c, s: 24, "none of the usual slips"),
        (lambda x, c, s: x[:25], "shape"),
    ],
)
def test_modes_covered(answer, words):
    assert words in exercises.check_modes_covered(answer)
