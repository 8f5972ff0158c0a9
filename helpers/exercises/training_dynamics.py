"""Exercises of the lesson `training_dynamics`: eigenvalues, penalty, noise, stability, extragradient."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from .answer import (
    NotYet,
    Verdict,
    call,
    compare,
    guarded,
    number,
    number_check,
    numbers,
    pair,
    short_repr,
)


@guarded
def check_updates_needed(answer: float | None) -> Verdict:
    """Check after how many updates with eigenvalues 0.8 ± 0.5i a distance is a thousandth: 119.

    Args:
        answer: The number of updates; 118 to 120 are right, 118.6 is the solution of the equation.

    Returns:
        Verdict.
    """
    updates = number(answer)
    modulus = np.hypot(0.8, 0.5)
    if 118 <= updates <= 120:
        return Verdict(
            "right", f"the modulus is {modulus:.3f}, and log(1/1000) / log({modulus:.3f}) = 118.6."
        )
    if abs(updates - np.log(1e-3) / np.log(0.8)) < 1.1:
        raise NotYet("that uses the real part, 0.8. The factor is the modulus, and it is larger.")
    if abs(updates - np.log(1e-3) / np.log(modulus**2)) < 1.1:
        raise NotYet("that uses 0.8² + 0.5². The modulus is the square root of it.")
    if abs(updates - np.log(0.1) / np.log(modulus)) < 1.1:
        raise NotYet("that is a tenth of the distance; the question asks for a thousandth.")
    if not 0 < updates < 1e6:
        raise NotYet(f"a number of updates is above 0 and finite, got {short_repr(answer)}.")
    raise NotYet(
        f"{updates:g} updates multiply the distance by about {modulus**updates:.2g}. "
        "It should be 0.001."
    )


@guarded
def check_best_gamma(answer: float | None) -> Verdict:
    """Check the R1 weight at which alternating updates with learning rate 1 converge fastest: 0.75.

    Near the equilibrium of the Dirac-GAN the two eigenvalues meet at 1 - (learning rate) / 4.

    Args:
        answer: The weight gamma. 0.75 must be met within 0.011.

    Returns:
        Verdict.
    """
    gamma = number(answer)
    if abs(gamma - 0.75) <= 0.011:
        return Verdict(
            "right",
            "the eigenvalues meet at gamma = 1 - (learning rate) / 4, where the modulus is 0.5.",
        )
    if np.isclose(gamma, 1):
        raise NotYet(
            "that is the best for simultaneous updates. With alternate=True the largest modulus at "
            f"gamma = 1 is {alternating_modulus(1, 1):.3f}, and it can be smaller."
        )
    if np.isclose(gamma, 0.95, atol=0.005):
        raise NotYet("that is the best at the learning rate 0.2; the question is about 1.")
    if np.isclose(gamma, 0.5, atol=0.005):
        raise NotYet("0.5 is the smallest modulus that can be reached; at which gamma is it?")
    if not 0 <= gamma < 100:
        raise NotYet(f"a weight between 0 and 100, please, got {short_repr(answer)}.")
    raise NotYet(
        f"at gamma = {gamma:g} the largest modulus is {alternating_modulus(1, gamma):.3f}. "
        "It can be smaller."
    )


@number_check(
    0.25,
    {
        0.5: "that is noise on both, real and generated samples: each contributes a half of it.",
        1.0: "that is the variance; of it, each noisy kind of sample contributes a quarter.",
        0.0: "D's gradient does get a new term: multiply out D(theta + n) (theta + n).",
        0.125: "the slope of the sigmoid at 0 is 1/4, and only one factor of it enters.",
    },
    "only the generated half of D's gradient has the term, so it is half as strong.",
)
def check_one_sided_noise(answer: float | None) -> Verdict:
    """Check which R1 weight equals noise with sigma = 1 on generated samples only: 1/4.

    Args:
        answer: The weight gamma.

    Returns:
        Verdict.
    """


@guarded
def check_stability_limits(answer: Sequence[float] | None) -> Verdict:
    """Check the largest learning rates of the Dirac-GAN with alternating updates: 4 and 1.66.

    Up to 4 both eigenvalues lie on the unit circle without a penalty. With R1 of weight 1 they lie
    inside up to 4 (sqrt(2) - 1).

    Args:
        answer: (limit without penalty, limit with gamma = 1), each within 0.02.

    Returns:
        Verdict.
    """
    limits = pair(answer, "two learning rates, (without penalty, with gamma = 1)")
    rights = 4.0, 4 * (np.sqrt(2) - 1)
    if np.allclose(limits[::-1], rights, atol=0.02):
        raise NotYet("the two numbers have changed places: first without the penalty.")
    for limit, right, gamma in zip(limits, rights, (0, 1)):
        where = f"with gamma = {gamma}"
        if abs(limit - right) <= 0.02:
            continue
        if not 0 < limit < 1e6:
            raise NotYet(f"a learning rate is a number above 0, got {short_repr(limit)}.")
        if gamma and abs(limit - 4) <= 0.02:
            raise NotYet("4 is also the limit of *simultaneous* updates with gamma = 1.")
        if gamma and abs(limit - 2) <= 0.02:
            raise NotYet("2 would be the limit of D's step alone, (learning rate) * gamma < 2.")
        modulus = alternating_modulus(limit, gamma)
        if limit < right:
            raise NotYet(
                f"{where}, {limit:g} is still stable (modulus {modulus:.3f}), and larger ones are."
            )
        raise NotYet(f"{where}, at {limit:g} the largest modulus is {modulus:.3f}: too far.")
    return Verdict(
        "right", "with the penalty training converges, but over a smaller range of learning rates."
    )


@guarded
def check_extragradient(answer: Callable | None) -> Verdict:
    """Check an extragradient update of the Dirac-GAN, and run it for 500 updates.

    Source: Korpelevich 1976; Gidel et al. 2019 (arXiv:1802.10551) for GANs.

    Args:
        answer: Function (theta, w, learning_rate) -> (new theta, new w). The gradients are computed
            at the point to which a simultaneous update would lead, and applied to (theta, w).

    Returns:
        Verdict, with the distance from the equilibrium after 500 updates.
    """
    points = np.random.default_rng(0).uniform(-1.5, 1.5, (20, 2))
    rate, takes = 0.3, "theta, w, learning_rate"

    def update(theta, w, rate):
        new = call(answer, float(theta), float(w), rate, takes=takes)
        return pair(new, "two numbers, (new theta, new w), from your function")

    got = np.array([update(theta, w, rate) for theta, w in points])
    rules = {
        "that is the simultaneous update: its gradients are those of the point itself.": _step,
        "that is the alternating update: only G uses a new value.": _alternating,
        "those are two simultaneous updates: the second must start from the old point.": _twice,
        "the signs are turned: G goes down on V, D goes up.": (
            lambda theta, w, rate: _extragradient(theta, w, -rate)
        ),
        "look ahead with both: here only D's gradient comes from the new point.": (
            lambda theta, w, rate: (_step(theta, w, rate)[0], _extragradient(theta, w, rate)[1])
        ),
        "look ahead with both: here only G's gradient comes from the new point.": (
            lambda theta, w, rate: (_extragradient(theta, w, rate)[0], _step(theta, w, rate)[1])
        ),
        "theta and w come back in the wrong order.": (
            lambda theta, w, rate: _extragradient(theta, w, rate)[::-1]
        ),
        "D's answer σ(w θ) is that of the old point; compute it at the trial point, too.": _old_answer,
    }
    mistakes = {
        words: np.array([rule(theta, w, rate) for theta, w in points])
        for words, rule in rules.items()
    }
    right = np.array([_extragradient(theta, w, rate) for theta, w in points])
    compare(numbers(got), right, mistakes)
    theta, w = 1.0, 0.0
    for _ in range(500):
        theta, w = update(theta, w, 0.2)
    return Verdict(
        "right",
        f"500 of your updates lead from distance 1 to {np.hypot(theta, w):.3f}, without a penalty.",
    )


def alternating_modulus(learning_rate: float, gamma: float) -> float:
    """Compute the largest modulus of an alternating update of the Dirac-GAN with R1.

    Args:
        learning_rate: Of both networks.
        gamma: The weight of R1.

    Returns:
        The modulus of the larger eigenvalue of the Jacobian at the equilibrium.
    """
    d_step = np.array([[1, 0], [-learning_rate / 2, 1 - learning_rate * gamma]])
    g_step = np.array([[1, learning_rate / 2], [0, 1]])
    return float(abs(np.linalg.eigvals(g_step @ d_step)).max())


def _d(theta, w):
    return 1 / (1 + np.exp(-w * theta))


def _step(theta, w, rate):
    d = _d(theta, w)
    return theta + rate * d * w, w - rate * d * theta


def _old_answer(theta, w, rate):
    (trial_theta, trial_w), d = _step(theta, w, rate), _d(theta, w)
    return theta + rate * d * trial_w, w - rate * d * trial_theta


def _twice(theta, w, rate):
    theta, w = _step(theta, w, rate)
    return _step(theta, w, rate)


def _alternating(theta, w, rate):
    w = w - rate * _d(theta, w) * theta
    return theta + rate * _d(theta, w) * w, w


def _extragradient(theta, w, rate):
    ahead_theta, ahead_w = _step(theta, w, rate)
    d = _d(ahead_theta, ahead_w)
    return theta + rate * d * ahead_w, w - rate * d * ahead_theta
