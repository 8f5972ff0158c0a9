from helpers import data, exercises, metrics

import numpy as np
import pytest
from scipy import stats
from scipy.special import rel_entr


def value_of_the_best(p, q):
    """V of the optimal D for two densities on a few points, from its definition."""
    d = p / (p + q)
    terms = [p[p > 0] * np.log(d[p > 0]), q[q > 0] * np.log(1 - d[q > 0])]
    return sum(term.sum() for term in terms)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (value_of_the_best(np.array([1.0, 0]), np.array([0.75, 0.25])), "Right"),
        (-1.1952, "Right"),
        (-np.log(4), "p = q"),
        ((np.log(4) - 1.1952) / 2, "JSD"),
        (1.1952, "D's loss"),
        (np.log2(4 / 7) + 0.75 * np.log2(3 / 7), "bits"),
        (np.log(4 / 7) + np.log(3 / 7), "three quarters"),
        (-1.1952 - 0.25 * np.log(2), "not 1/2 there"),
        (-1.75 * np.log(2), "on the curve"),
        (np.log(3 / 7) + 0.75 * np.log(4 / 7), "exchanged"),
        (0.5, "none of the usual slips"),
    ],
)
def test_value_bound(answer, words):
    assert words in exercises.check_value_bound(answer)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        ((1, 1, 0, 0), "Right"),
        (np.array([1.0, 1.0, 0.0, 0.0]), "Right"),
        ((1, 1, 49 / 20_000, 0), "Right"),
        ((0.9973, 1, 0, 0), "high quality 0.9973"),
        ((100, 100, 0, 0), "percentages"),
        ((1, 0.5, 0, 0), "covered 0.5"),
        ((1, 1, np.log(50), 0), "KL 3.91"),
        ((1, 1, 0, -np.log(4)), "p = q"),
        ((1, 1, 0, np.log(2)), "V 0.69"),
        ((1, 1, 0, np.nan), "nan"),
        ((1, 1, 0), "shape (4,)"),
    ],
)
def test_perfect_curve(answer, words):
    assert words in exercises.check_perfect_curve(answer)


def test_the_curve_without_width_has_the_scores_of_the_answer():
    spiral = data.spiral()
    line = np.repeat(spiral.centres, 10, axis=0)
    score = metrics.curve_coverage(line, spiral.centres, spiral.sigma)
    assert score.on_curve == 1 and score.coverage == 1 and score.kl < 0.01


def with_off(counts, n, good):
    """Written the slow way: one bin after the other."""
    total = 0.0
    for count in counts:
        if count:
            total += count / n * np.log(count / n * len(counts) / good)
    rest = n - sum(counts)
    return total + (rest / n * np.log(rest / n / (1 - good)) if rest else 0)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (with_off, "Right"),
        (lambda c, n, g: 0, "none of the usual slips"),
        (lambda c, n, g: with_off(c, n, g) / np.log(2), "bits"),
        (lambda c, n, g: stats.entropy(c, np.ones(len(c))) if c.sum() else 0, "leaves out"),
        (lambda c, n, g: with_off(c * 1, n, g) + c.sum() / n * np.log(g), "good / k"),
        (
            lambda c, n, g: rel_entr(
                np.append(np.full(len(c), g / len(c)), 1 - g), np.append(c, n - c.sum()) / n
            ).sum(),
            "other way",
        ),
        (lambda c, n, g: np.sum(c / n * np.log(c * len(c) / n / g)), "0 log 0"),
        (lambda c, n, g: c, "shape ()"),
        (0.5, "expected a function of (counts, n, good)"),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_kl_with_off(answer, words):
    assert words in exercises.check_kl_with_off(answer)


def test_it_is_the_kl_of_the_library():
    grid = data.grid()
    samples = np.random.default_rng(0).uniform(-5, 5, (2500, 2))
    score = metrics.mode_coverage(samples, grid.centres, grid.sigma)
    nearest, distance = metrics.nearest_neighbours(samples, grid.centres)
    counts = np.bincount(nearest[distance < 3 * grid.sigma], minlength=25)
    assert np.isclose(with_off(counts, 2500, 1 - np.exp(-4.5)), score.kl_with_off)


# N(0, I) against N((1, 0), I): the optimal logit is 1/2 - x
RNG = np.random.default_rng(0)
REAL = RNG.normal(size=(4000, 2)).astype("float32")
GENERATED = (RNG.normal(size=(4000, 2)) + [1, 0]).astype("float32")


def optimal(points):
    return 0.5 - points[:, :1]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (optimal, "Right"),
        (lambda x: optimal(x).ravel(), "Right"),
        (lambda x: -optimal(x), "labels swapped"),
        (lambda x: 1 / (1 + np.exp(-optimal(x))), "look like probabilities"),
        (lambda x: 0 * x[:, 0], "Was it trained"),
        (lambda x: 1e-3 * (1 - x[:, 0] ** 2), "cannot tell"),
        (lambda x: 30 * optimal(x), "surer than it is right"),
        (lambda x: x, "one logit for each"),
        (lambda x: np.full(len(x), np.inf), "infinite"),
        (-1.2, "a trained discriminator"),
    ],
)
def test_new_discriminator(answer, words):
    assert words in exercises.check_new_discriminator(answer, REAL, GENERATED)


def test_a_new_discriminator_gets_the_value_of_the_theory():
    """2 JSD - log 4 for unit Gaussians one apart is -1.1635."""
    verdict = exercises.check_new_discriminator(optimal, REAL, GENERATED)
    assert abs(float(verdict.split("V = ")[1].split()[0]) + 1.1635) < 0.03
