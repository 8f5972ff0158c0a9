from helpers import data, exercises
from helpers.exercises import measuring_samples

import numpy as np
import pytest
from scipy import stats

# ---- coverage ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda k, ratio: 1 - (1 + ratio) ** -k, "Right"),
        (lambda k, ratio: 1 - np.exp(-k * np.log1p(ratio)), "Right"),
        (lambda k, ratio: (1 + ratio) ** -k, "balls that are empty"),
        (lambda k, ratio: 1 - 2.0**-k, "ratio does not enter"),
        (lambda k, ratio: 1 - (ratio / (1 + ratio)) ** k, "inverted"),
        (lambda k, ratio: 1 - 1 / (1 + ratio), "holds for k = 1"),
        (lambda k, ratio: 0.6, "you get 0.6"),
        (0.96875, "expected a function of (k, ratio)"),
        (lambda k: k, "raised TypeError"),
    ],
)
def test_coverage(answer, words):
    assert words in exercises.check_coverage_of_perfect_samples(answer)


# ---- permutation test -------------------------------------------------------------------


def permutation_test(real, generated, distance, permutations, rng):
    both, n = np.concatenate([real, generated]), len(real)
    observed, as_large = distance(real, generated), 0
    for _ in range(permutations):
        shuffled = rng.permutation(both)
        as_large += distance(shuffled[:n], shuffled[n:]) >= observed
    return (1 + as_large) / (1 + permutations)


def changed(**replaced):
    """The right answer with one part replaced."""
    parts = {
        "shuffle": lambda both, rng: rng.permutation(both),
        "first": lambda n, both: n,
        "compare": lambda one, observed: one >= observed,
        "p": lambda as_large, permutations: (1 + as_large) / (1 + permutations),
    } | replaced

    def test(real, generated, distance, permutations, rng):
        both = np.concatenate([real, generated])
        n = parts["first"](len(real), both)
        observed, as_large = distance(real, generated), 0
        for _ in range(permutations):
            shuffled = parts["shuffle"](both, rng)
            as_large += parts["compare"](distance(shuffled[:n], shuffled[n:]), observed)
        return parts["p"](as_large, permutations)

    return test


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (permutation_test, "Right"),
        (changed(), "Right"),
        (changed(shuffle=lambda both, rng: both[rng.permutation(len(both))]), "Right"),
        (changed(p=lambda as_large, permutations: as_large / permutations), "can never be 0"),
        (changed(compare=lambda one, observed: one > observed), "ties count"),
        (changed(compare=lambda one, observed: one <= observed), "at least as large"),
        (changed(shuffle=lambda both, rng: rng.choice(both, len(both))), "without replacement"),
        (changed(first=lambda n, both: len(both) // 2), "15 and 10 samples"),
        (changed(p=lambda as_large, permutations: 1.0), "at least as large"),
        (lambda *_: 0.025, "never calls distance"),
        (lambda a, b, distance, n, rng: distance(a, b), "called 1 times"),
        (0.05, "expected a function"),
    ],
)
def test_a_permutation_test(answer, words):
    assert words in exercises.check_permutation_test(answer)


# ---- power of Fisher's test -------------------------------------------------------------


def simulated_power(p1, p2, n):
    rng = np.random.default_rng(0)
    counts = rng.binomial(n, (p1, p2), (3000, 2))
    tables, times = np.unique(counts, axis=0, return_counts=True)
    p = [stats.fisher_exact([[a, n - a], [b, n - b]]).pvalue for a, b in tables]
    return np.average(np.array(p) <= 0.05, weights=times)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (simulated_power, "Right"),
        (lambda p1, p2, n: measuring_samples._rejection_rates(p1, p2, n)[0], "Right"),
        (lambda p1, p2, n: 1 - simulated_power(p1, p2, n), "missed, 1 - power"),
        (lambda p1, p2, n: measuring_samples._rejection_rates(p1, p2, n)[1], "do not overlap"),
        (lambda p1, p2, n: 0.8, "you get 0.8"),
        (0.57, "expected a function of (p1, p2, n)"),
    ],
)
def test_power_of_rates(answer, words):
    assert words in exercises.check_power_of_rates(answer)


def test_intervals_that_overlap_may_differ_by_fishers_test():
    power, apart = measuring_samples._rejection_rates(0.5, 0.15, 20)
    assert power == pytest.approx(0.573, abs=0.001) and apart < 0.3
    assert measuring_samples._rejection_rates(0.5, 0.15, 33)[0] == pytest.approx(0.819, abs=0.001)


# ---- own runs ---------------------------------------------------------------------------


def runs(n, collapsed, seed):
    """n runs of 500 real points; the first `collapsed` of them keep two modes only."""
    ring, rng = data.ring(sigma=0.05), np.random.default_rng(seed)
    points = np.stack([ring.sample(500, rng) for _ in range(n)])
    for run in range(collapsed):
        points[run] = ring.centres[rng.integers(2, size=500)] + rng.normal(0, 0.05, (500, 2))
    return points


def fisher(a, n, b, m):
    return stats.fisher_exact([[a, n - a], [b, m - b]]).pvalue


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda: (runs(20, 10, 0), runs(20, 3, 1), fisher(10, 20, 3, 20)), "10 of 20 (27% to 73%)"),
        (lambda: (runs(20, 10, 0), runs(20, 3, 1), stats.binomtest(0, 7).pvalue), "by McNemar"),
        (lambda: (runs(24, 0, 0), runs(20, 3, 1), fisher(0, 24, 3, 20)), "by Fisher"),
        (lambda: (runs(20, 10, 0), runs(20, 3, 1), 0.5), "you gave 0.5"),
        (lambda: (runs(5, 3, 0), runs(20, 3, 1), 0.5), "at least 20 runs"),
        (lambda: (np.repeat(runs(1, 1, 0), 20, 0), runs(20, 3, 1), 0.1), "a run counts once"),
        (lambda: (runs(20, 10, 0)[0], runs(20, 3, 1), 0.5), "shape (runs, n, 2)"),
        (lambda: (10, 3, 0.0407), "shape (runs, n, 2)"),
        (lambda: 0.0407, "expected (samples of one recipe"),
    ],
)
def test_own_comparison(answer, words):
    assert words in exercises.check_own_comparison(answer())
