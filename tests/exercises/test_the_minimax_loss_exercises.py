from helpers import exercises

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import special, stats


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (99, "Right"),
        (np.exp(-special.logit(0.01)), "Right"),
        (1 / 99, "other way round"),
        (100, "nearly"),
        (np.log(99), "logarithm of it"),
        (0.99, "non-saturating loss alone"),
        (-99, "positive"),
        (7, "none of the usual slips"),
    ],
)
def test_ratio_of_derivatives(answer, words):
    assert words in exercises.check_ratio_of_derivatives(answer)


def test_the_ratio_of_derivatives_is_that_of_tensorflow():
    s = tf.constant(special.logit(0.01))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(s)
        losses = -tf.math.log_sigmoid(s), tf.math.log_sigmoid(-s)
    answer = tape.gradient(losses[0], s) / tape.gradient(losses[1], s)
    assert exercises.check_ratio_of_derivatives(answer).is_right


def value_at_optimum(p, q):
    d = p / (p + q)
    return np.sum(special.xlogy(p, d) + special.xlogy(q, 1 - d))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (value_at_optimum(np.array([0.5, 0.5]), np.array([1.0, 0.0])), "Right"),
        (np.log(2) - 1.5 * np.log(3), "Right"),
        (-np.log(4) + 2 * 0.215, "Right"),
        (-np.log(4), "perfect generator"),
        (0, "one mode does"),
        (np.log(2 / 9), "only half of the real samples"),
        (np.log(2 / 9) / 2, "counts in full"),
        (-np.log(2), "not undecided"),
        (0.9548, "D's loss"),
        (0.2158, "that is the divergence"),
        (3, "none of the usual slips"),
    ],
)
def test_value_with_a_missing_mode(answer, words):
    assert words in exercises.check_value_with_a_missing_mode(answer)


def kl(p, q):
    return np.sum(p * np.log(p / q))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (lambda p, q: special.rel_entr(p, q).sum(), "Right"),
        (stats.entropy, "Right"),
        (lambda p, q: sum(a * np.log(a / b) for a, b in zip(p, q) if a > 0), "Right"),
        (lambda p, q: kl(q, p), "mean is over p"),
        (lambda p, q: -kl(p, q), "sign is turned"),
        (lambda p, q: kl(p, q) / np.log(2), "bits"),
        (lambda p, q: -np.sum(p * np.log(q)), "cross-entropy"),
        (lambda p, q: np.mean(p * np.log(p / q)), "not their mean"),
        (lambda p, q: np.sum(np.log(p / q)), "without the weights"),
        (lambda p, q: (kl(p, (p + q) / 2) + kl(q, (p + q) / 2)) / 2, "Jensen-Shannon"),
        (kl, "yours is nan. Sum over the bins with p > 0"),
        (lambda p, q: special.rel_entr(p, q)[(p > 0) & (q > 0)].sum(), "is infinite, yours is"),
        (lambda p, q: np.sum(p * np.log((p + 1e-9) / (q + 1e-9))), "is infinite, yours is"),
        (lambda p, q: None, "a function without return gives None"),
        (lambda p, q: 0.0, "none of the usual slips"),
    ],
)
def test_kl(answer, words):
    assert words in exercises.check_kl(answer)


def true_jsd():
    """Of Laplace(0, 1) and N(2, 1), by a sum over a fine grid."""
    x = np.linspace(-20, 20, 40_001)
    p, q = (density / density.sum() for density in (stats.laplace.pdf(x), stats.norm.pdf(x, 2)))
    return (kl(p, (p + q) / 2) + kl(q, (p + q) / 2)) / 2


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (true_jsd(), "by integration it is 0.298, you measured 0.298"),
        (tf.constant(true_jsd() - 0.025), "Right"),
        (2 * true_jsd(), "twice the divergence"),
        (np.log(4) - 2 * true_jsd(), "D's loss itself"),
        (2 * true_jsd() - np.log(4), "that is V"),
        (true_jsd() - np.log(2), "log 4 is missing"),
        (np.log(4) / 2 - (np.log(2) - true_jsd()) / 2, "mean over both classes"),
        (true_jsd() / np.log(2), "bits"),
        (np.sqrt(true_jsd()), "that is the root"),
        (0.2, "too small"),
        (0.36, "too large"),
    ],
)
def test_jsd_estimate(answer, words):
    assert words in exercises.check_jsd_estimate(answer)


def bce(real_label, fake_label, scale=1.0):
    """Cross-entropy with labels that may be wrong: label softplus(-s) + (1 - label) softplus(s)."""

    def loss(real, fake):
        halves = [
            label * tf.nn.softplus(-s) + (1 - label) * tf.nn.softplus(s)
            for label, s in ((real_label, real), (fake_label, fake))
        ]
        return scale * sum(tf.reduce_mean(half) for half in halves)

    return loss


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (bce(1, 0), "Right"),
        (lambda r, f: -tf.reduce_mean(tf.math.log_sigmoid(r) + tf.math.log_sigmoid(-f)), "Right"),
        (bce(1.025, 0.025), "below 0"),
        (bce(0.9, 0), "smoothed"),
        (bce(1, 0.1), "smoothed"),
        (bce(1, 0, scale=0.5), "log 2 at D = 1/2"),
        (bce(1, 0, scale=-1), "sign"),
        (bce(0, 1), "exchanged"),
        (
            lambda r, f: (
                tf.reduce_mean(keras.losses.binary_crossentropy(tf.ones_like(r), r))
                + tf.reduce_mean(keras.losses.binary_crossentropy(tf.zeros_like(f), f))
            ),
            "from_logits=True",
        ),
        (lambda r, f: tf.reduce_mean(tf.nn.softplus(-r)), "only the real half"),
        (lambda r, f: tf.reduce_mean(tf.nn.softplus(f)), "only the generated half"),
        (lambda r, f: tf.reduce_sum(tf.nn.softplus(-r) + tf.nn.softplus(f)), "not the sum"),
        (lambda r, f: bce(1, 0)(tf.sigmoid(r), tf.sigmoid(f)), "sigmoid twice"),
        (lambda r, f: tf.reduce_mean((r - 1) ** 2 + f**2) / 7, "none of the usual slips"),
    ],
)
def test_discriminator_loss(answer, words):
    assert words in exercises.check_discriminator_loss(answer)
