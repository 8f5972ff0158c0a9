"""Exercises of the lesson `measuring_samples`: coverage, a permutation test, power, own runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy import stats

from .. import data, metrics
from .answer import NotYet, Verdict, call, guarded, number, numbers, short_repr

RING = data.ring(sigma=0.05)


@guarded
def check_coverage_of_perfect_samples(answer: Callable | None) -> Verdict:
    """Check the coverage that perfect samples have on average, for very many samples.

    The k nearest neighbours of a real sample among all others must not all be real: each is real
    with probability 1 / (1 + ratio), so the coverage is 1 - (1 + ratio)^-k.

    Args:
        answer: Function (k, ratio) -> coverage; there are ratio generated samples for each real one.

    Returns:
        Verdict.
    """
    for k, ratio in ((5, 1.0), (3, 1.0), (5, 2.0), (2, 0.5), (1, 3.0)):
        value = number(call(answer, k, ratio, takes="k, ratio"), "one number")
        right = 1 - (1 + ratio) ** -k
        if np.isclose(value, right, rtol=1e-3, atol=1e-3):
            continue
        mistakes = {
            "that is the fraction of balls that are empty; coverage is the rest.": 1 - right,
            "ratio does not enter, or not rightly: with more generated samples fewer balls stay "
            "empty.": 1 - 2.0**-k,
            "the ratio is inverted: ratio generated samples come to each real one.": 1
            - (1 + 1 / ratio) ** -k,
            "that holds for k = 1; all k nearest neighbours must be real for an empty ball.": 1
            - (1 + ratio) ** -1,
        }
        for sentence, wrong in mistakes.items():
            if np.isclose(value, wrong, rtol=1e-3, atol=1e-3):
                raise NotYet(sentence)
        raise NotYet(
            f"for k = {k} and {ratio:g} generated samples to each real one you get {value:g}. Draw "
            "the neighbours of one real sample: when is its ball empty?"
        )
    return Verdict(
        "right",
        "the ball is empty if the k nearest neighbours are all real. No distribution enters: that "
        "is why coverage has a known baseline, and precision and recall have none.",
    )


@guarded
def check_permutation_test(answer: Callable | None) -> Verdict:
    """Check a permutation test of two samples.

    Args:
        answer: Function (real, generated, distance, permutations, rng) -> p, with arrays (n, d) and
            (m, d) and a function distance(real, generated) -> a number that is large where the
            two differ. p = (1 + number of permuted distances at least as large) / (1 + permutations).

    Returns:
        Verdict.
    """
    takes = "real, generated, distance, permutations, rng"
    rng = np.random.default_rng(3)

    def p_of(real, generated, distance, permutations):
        value = call(answer, real, generated, distance, permutations, rng, takes=takes)
        return number(value, "p, one number")

    near, far = rng.normal(size=(15, 2)), rng.normal(size=(10, 2)) + 9
    pool = np.sort(np.concatenate([near, far]).ravel())
    seen: list[tuple] = []

    def recorded(real, generated):
        real, generated = numbers(real), numbers(generated)
        seen.append((real.shape, generated.shape))
        if real.shape != (15, 2) or generated.shape != (10, 2):
            raise NotYet(
                "real and generated have 15 and 10 samples here, and so must both parts after each "
                f"permutation; distance got shapes {real.shape} and {generated.shape}."
            )
        if not np.allclose(np.sort(np.concatenate([real, generated]).ravel()), pool):
            raise NotYet(
                "each permutation must use every sample of the pool once: shuffle without "
                "replacement, and keep the entries of a sample together."
            )
        return abs(real.mean() - generated.mean())

    p = p_of(near, far, recorded, 39)
    if not seen:
        raise NotYet("your function never calls distance.")
    if len(seen) < 39:
        raise NotYet(f"39 permutations were asked for, distance was called {len(seen)} times.")
    if p == 0:
        raise NotYet("p can never be 0: the division that you have observed is one of all. Add 1.")
    if not np.isclose(p, 1 / 40, rtol=1e-6):
        if p > 0.9:
            raise NotYet("count the permuted distances that are at least as large, not as small.")
        raise NotYet(
            f"two sets far apart, 39 permutations: expected p = (1 + 0) / (1 + 39) = 0.025, got {p:g}."
        )
    if not np.isclose(p_of(near, far, lambda real, generated: 1.0, 19), 1):
        raise NotYet("a distance that is always 1 shows nothing, p should be 1: ties count, too.")
    sets = [(rng.normal(size=(12, 1)), rng.normal(size=(12, 1))) for _ in range(60)]
    found = np.array([p_of(*pair, lambda a, b: abs(a.mean() - b.mean()), 39) for pair in sets])
    if (found > 1 + 1e-9).any() or not 0.35 < found.mean() < 0.65:
        raise NotYet(
            f"for 60 pairs from one distribution the mean p should be about 0.5, yours is "
            f"{found.mean():.2f}."
        )
    return Verdict(
        "right",
        "if both samples come from one distribution, P(p ≤ 0.05) is at most 0.05, for any distance "
        "and any n: no formula for its bias is needed.",
    )


@guarded
def check_power_of_rates(answer: Callable | None) -> Verdict:
    """Check the power of Fisher's exact test for two rates, n unpaired runs of each.

    Args:
        answer: Function (p1, p2, n) -> the probability that Fisher's test gives p <= 0.05. It may
            be exact or simulated, to 0.04.

    Returns:
        Verdict.
    """
    for p1, p2, n in ((0.5, 0.15, 20), (0.5, 0.05, 10), (0.3, 0.3, 20)):
        value = number(call(answer, p1, p2, n, takes="p1, p2, n"), "a probability")
        right, apart = _rejection_rates(p1, p2, n)
        if abs(value - right) < 0.04:
            continue
        if p1 == p2 and value > 0.9:
            raise NotYet(
                "two equal rates: the test should rarely reject, yours mostly does not. Which of "
                "the two have you counted?"
            )
        if abs(value - (1 - right)) < 0.02:
            raise NotYet("that is the probability that the difference is missed, 1 - power.")
        if abs(value - apart) < 0.02:
            raise NotYet(
                "that is how often the two 95 % intervals do not overlap; the test finds more."
            )
        raise NotYet(
            f"for rates {p1:g} and {p2:g} and {n} runs of each you get {value:.3g}. Sum (or draw) "
            "over all counts of both recipes; count those with p at most 0.05."
        )
    return Verdict(
        "right",
        "50 % against 15 %: 20 runs of each find it with a probability of 57 %, 33 with 82 %.",
    )


def _rejection_rates(p1, p2, n):
    """How often Fisher's test rejects, and how often two Clopper-Pearson intervals are apart."""
    k = np.arange(n + 1)
    weights = np.outer(stats.binom.pmf(k, n, p1), stats.binom.pmf(k, n, p2))
    low, high = stats.beta.ppf(0.025, k, n - k + 1), stats.beta.ppf(0.975, k + 1, n - k)
    low, high = np.where(k == 0, 0, low), np.where(k == n, 1, high)
    apart = (low[:, None] > high) | (low > high[:, None])
    reject = [[stats.fisher_exact([[a, n - a], [b, n - b]]).pvalue <= 0.05 for b in k] for a in k]
    return float((weights * reject).sum()), float((weights * apart).sum())


@guarded
def check_own_comparison(answer: Sequence[Any] | None) -> Verdict:
    """Check a comparison of two recipes on the ring with sigma = 0.05, and report its result.

    Args:
        answer: (samples of the runs of one recipe, those of the other, p): two arrays (runs, n, 2)
            with at least 20 runs and 500 samples, and the p-value of the test for their numbers of
            collapsed runs (below 5 modes): Fisher's for unpaired runs, McNemar's for paired ones.

    Returns:
        Verdict.
    """
    expected = "(samples of one recipe, samples of the other, p)"
    if not isinstance(answer, (tuple, list)) or len(answer) != 3:
        raise NotYet(f"expected {expected}, got {short_repr(answer)}.")
    collapsed = []
    for which, samples in zip(("first", "second"), answer):
        samples = numbers(samples, f"the samples of the {which} recipe, an array (runs, n, 2)")
        if samples.ndim != 3 or samples.shape[2] != 2 or not np.isfinite(samples).all():
            raise NotYet(
                f"the samples of the {which} recipe should be finite and have shape (runs, n, 2), "
                f"got {samples.shape}."
            )
        if len(samples) < 20 or samples.shape[1] < 500:
            raise NotYet(
                f"at least 20 runs with 500 samples each, please; the {which} recipe has "
                f"{len(samples)} with {samples.shape[1]}."
            )
        if len(np.unique(samples.reshape(len(samples), -1), axis=0)) < len(samples):
            raise NotYet(
                f"some runs of the {which} recipe are the same: a run counts once. Train each from "
                "other initial weights."
            )
        modes = [metrics.mode_coverage(one, RING.centres, RING.sigma).modes for one in samples]
        collapsed.append(np.array(modes) < 5)
    p = number(answer[2], "p, a number")
    a, b = (int(one.sum()) for one in collapsed)
    n, m = (len(one) for one in collapsed)
    right = {"Fisher": stats.fisher_exact([[a, n - a], [b, m - b]]).pvalue}
    if n == m:
        only = [int((collapsed[i] & ~collapsed[1 - i]).sum()) for i in (0, 1)]
        right["McNemar"] = stats.binomtest(only[0], sum(only)).pvalue if sum(only) else 1.0
    name = next((name for name, value in right.items() if np.isclose(p, value, rtol=0.01)), None)
    if name is None:
        values = ", ".join(f"{value:.3g} by {name}" for name, value in right.items())
        raise NotYet(
            f"{a} of {n} against {b} of {m} runs collapsed: p is {values}, you gave {p:.3g}."
        )
    low, high = zip(
        *(stats.binomtest(k, size).proportion_ci(method="exact") for k, size in ((a, n), (b, m)))
    )
    return Verdict(
        "right",
        f"{a} of {n} ({low[0]:.0%} to {high[0]:.0%}) against {b} of {m} ({low[1]:.0%} to "
        f"{high[1]:.0%}), p = {p:.2g} by {name}. Was this the question before you saw the runs?",
    )
