from helpers import exercises

import numpy as np
import pytest
import tensorflow as tf
from scipy import spatial
from scipy.special import expit


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (0, "Right"),
        (-np.log(4) + 2 * np.log(2), "Right"),
        (-np.log(4), "both distributions are the same"),
        (np.log(2), "divergence alone"),
        (np.log(4), "still to be added"),
        (-np.log(2), "counts twice"),
        (3, "none of the usual slips"),
    ],
)
def test_value_without_overlap(answer, words):
    assert words in exercises.check_value_without_overlap(answer)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (lambda p, q: p / (p + q), "Right"),
        (lambda p, q: expit(np.log(p) - np.log(q)), "Right"),
        (lambda p, q: 1 / (1 + q / p), "Right"),
        (lambda p, q: q / (p + q), "1 - D*"),
        (lambda p, q: np.log(p / q), "logit"),
        (lambda p, q: p / q, "ratio r"),
        (lambda p, q: p / ((p + q) / 2), "twice as much"),
        (lambda p, q: p > q, "hard decision"),
        (lambda p, q: p, "no probability"),
        (lambda p, q: 0.5, "shape"),
    ],
)
def test_optimal_discriminator(answer, words):
    assert words in exercises.check_optimal_discriminator(answer)


def kl(p, q):
    return np.sum(p * np.log(p / q))


def jsd(p, q):
    return (kl(p, (p + q) / 2) + kl(q, (p + q) / 2)) / 2


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (jsd, "Right"),
        (lambda p, q: spatial.distance.jensenshannon(p, q) ** 2, "Right"),
        (lambda p, q: 2 * jsd(p, q), "take half"),
        (lambda p, q: (kl(p, p + q) + kl(q, p + q)) / 2, "mixture must sum to 1"),
        (lambda p, q: kl(p, p + q) + kl(q, p + q), "both halves are missing"),
        (lambda p, q: jsd(p, q) / np.log(2), "bits"),
        (spatial.distance.jensenshannon, "square root"),
        (kl, "KL(p || q)"),
        (lambda p, q: kl(q, p), "KL(q || p)"),
        (lambda p, q: (kl(p, q) + kl(q, p)) / 2, "without the mixture"),
        (lambda p, q: 0.0, "none of the usual slips"),
    ],
)
def test_jsd(answer, words):
    assert words in exercises.check_jsd(answer)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (lambda s: -tf.reduce_mean(tf.nn.softplus(s)), "Right"),
        (lambda s: tf.reduce_mean(tf.math.log_sigmoid(-s)), "Right"),
        (lambda s: tf.reduce_mean(tf.nn.softplus(-s)), "non-saturating"),
        (lambda s: tf.reduce_mean(tf.nn.softplus(s)), "D's own loss"),
        (lambda s: -tf.reduce_mean(tf.nn.softplus(-s)), "helps D"),
        (lambda s: -tf.reduce_sum(tf.nn.softplus(s)), "not the sum"),
        (lambda s: -tf.reduce_mean(tf.nn.softplus(tf.sigmoid(s))), "sigmoid twice"),
        (lambda s: tf.reduce_mean(tf.math.log(tf.maximum(1 - s, 1e-9))), "not a probability"),
        (lambda s: tf.reduce_mean(tf.math.log(1 - tf.sigmoid(s))), "never overflows"),
        (lambda s: -tf.nn.softplus(s), "shape"),
    ],
)
def test_saturating_loss(answer, words):
    assert words in exercises.check_saturating_loss(answer)


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
        (lambda r, f: tf.reduce_mean(tf.nn.softplus(-r)), "only the real half"),
        (lambda r, f: tf.reduce_mean(tf.nn.softplus(f)), "only the generated half"),
        (lambda r, f: tf.reduce_sum(tf.nn.softplus(-r) + tf.nn.softplus(f)), "not the sum"),
        (lambda r, f: bce(1, 0)(tf.sigmoid(r), tf.sigmoid(f)), "sigmoid twice"),
        (lambda r, f: tf.reduce_mean((r - 1) ** 2 + f**2) / 7, "none of the usual slips"),
    ],
)
def test_discriminator_loss(answer, words):
    assert words in exercises.check_discriminator_loss(answer)
