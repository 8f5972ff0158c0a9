from helpers import exercises
from helpers.exercises import training_dynamics

import numpy as np
import pytest
import tensorflow as tf


def check(name, answer, words):
    verdict = getattr(exercises, f"check_{name}")(answer)
    assert words in verdict
    assert verdict.is_right == verdict.startswith("✓ Right")
    assert verdict.is_right == (words == "Right")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (119, "Right"),
        (np.log(1e-3) / np.log(abs(0.8 + 0.5j)), "Right"),
        (np.int64(118), "Right"),
        (31, "real part"),
        (59, "square root"),
        (60, "square root"),
        (39.5, "a thousandth"),
        (200, "8.7e-06"),
        (-5, "above 0"),
        (np.nan, "above 0"),
        (np.inf, "above 0"),
    ],
)
def test_updates_needed(answer, words):
    check("updates_needed", answer, words)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (0.75, "Right"),
        (0.74, "Right"),
        (np.float32(0.7575), "Right"),
        (1, "simultaneous updates"),
        (1, "is 0.750"),
        (0.95, "learning rate 0.2"),
        (0.5, "at which gamma"),
        (0.6, "0.632"),
        (3, "It can be smaller"),
        (-1, "between 0 and 100"),
        (np.nan, "between 0 and 100"),
    ],
)
def test_best_gamma(answer, words):
    check("best_gamma", answer, words)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (0.25, "Right"),
        (1 / 4, "Right"),
        (0.5, "on both"),
        (1, "the variance"),
        (0, "does get a new term"),
        (0.125, "only one factor"),
        (0.3, "none of the usual slips"),
    ],
)
def test_one_sided_noise(answer, words):
    check("one_sided_noise", answer, words)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        ((4, 1.66), "Right"),
        (np.array([3.99, 1.6569]), "Right"),
        ([4, 4 * (2**0.5 - 1)], "Right"),
        ((1.66, 4), "changed places"),
        ((4, 4), "simultaneous"),
        ((4, 2), "D's step alone"),
        ((2, 1.66), "still stable"),
        ((4, 1), "still stable"),
        ((4.1, 1.66), "1.562: too far"),
        ((4, 1.8), "too far"),
        ((-1, 1.66), "above 0"),
        ((4, np.nan), "above 0"),
        (4, "two learning rates"),
    ],
)
def test_stability_limits(answer, words):
    check("stability_limits", answer, words)


def slope(theta, w):
    """The gradient of V with respect to (theta, w)."""
    d = 1 / (1 + np.exp(-w * theta))
    return -d * w, -d * theta


def extragradient(theta, w, learning_rate):
    at_theta, at_w = slope(theta, w)
    g_theta, g_w = slope(theta - learning_rate * at_theta, w + learning_rate * at_w)
    return theta - learning_rate * g_theta, w + learning_rate * g_w


def by_tensorflow(theta, w, learning_rate):
    """The same, with automatic differentiation."""
    theta, w = (tf.constant(one, tf.float64) for one in (theta, w))

    def gradients(theta, w):
        with tf.GradientTape() as tape:
            tape.watch((theta, w))
            value = tf.math.log_sigmoid(-w * theta)
        return tape.gradient(value, (theta, w))

    g_theta, g_w = gradients(theta, w)
    g_theta, g_w = gradients(theta - learning_rate * g_theta, w + learning_rate * g_w)
    return theta - learning_rate * g_theta, w + learning_rate * g_w


def old_answer(theta, w, rate):
    trial_theta, trial_w = simultaneous(theta, w, rate)
    d = 1 / (1 + np.exp(-w * theta))
    return theta + rate * d * trial_w, w - rate * d * trial_theta


def simultaneous(theta, w, rate):
    g_theta, g_w = slope(theta, w)
    return theta - rate * g_theta, w + rate * g_w


def alternating(theta, w, rate):
    w = w + rate * slope(theta, w)[1]
    return theta - rate * slope(theta, w)[0], w


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (extragradient, "Right"),
        (lambda *a: np.array(extragradient(*a)), "Right"),
        (by_tensorflow, "Right"),
        (simultaneous, "that is the simultaneous update"),
        (alternating, "that is the alternating update"),
        (lambda t, w, r: simultaneous(*simultaneous(t, w, r), r), "two simultaneous updates"),
        (lambda t, w, r: extragradient(t, w, -r), "signs are turned"),
        (
            lambda t, w, r: (simultaneous(t, w, r)[0], extragradient(t, w, r)[1]),
            "only D's gradient",
        ),
        (
            lambda t, w, r: (extragradient(t, w, r)[0], simultaneous(t, w, r)[1]),
            "only G's gradient",
        ),
        (lambda t, w, r: extragradient(t, w, r)[::-1], "wrong order"),
        (old_answer, "at the trial point, too"),
        (lambda t, w, r: (0, 0), "none of the usual slips"),
        (lambda t, w, r: t, "two numbers"),
        (lambda t, w: (t, w), "TypeError"),
        (0.5, "expected a function of (theta, w, learning_rate)"),
    ],
)
def test_extragradient(answer, words):
    check("extragradient", answer, words)


def test_the_verdict_on_extragradient_says_how_far_it_came():
    assert "to 0.08" in exercises.check_extragradient(extragradient)


def test_the_modulus_of_alternating_updates_is_that_of_the_formula():
    for rate, gamma in ((0.2, 0), (1, 0.3), (0.5, 0.5)):  # complex eigenvalues
        modulus = training_dynamics.alternating_modulus(rate, gamma)
        assert np.isclose(modulus, np.sqrt(1 - rate * gamma))
