from helpers import exercises

import numpy as np
import pytest
import tensorflow as tf
from scipy import stats
from scipy.special import expit, logit


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (-0.75, "Right"),
        (np.float32(-3 / 4), "Right"),
        (0.75, "below 0"),
        (-0.5, "two factors are missing"),
        (-0.25, "last factor is missing"),
        (-1.5, "middle factor is missing"),
        (1.5, "three factors"),
        (-3, "D near 0"),
        (0, "not 0"),
        (7, "none of the usual slips"),
    ],
)
def test_gradient_through_d(answer, words):
    assert words in exercises.check_gradient_through_d(answer)


def test_the_gradient_through_d_is_that_of_tensorflow():
    theta, z = tf.Variable(2.0), 3.0
    with tf.GradientTape() as tape:
        loss = -tf.math.log_sigmoid(0.5 * (theta * z - 6.0))  # s = 0 and ds/dx = 0.5 at x = 6
    assert exercises.check_gradient_through_d(tape.gradient(loss, theta)).is_right


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (lambda s: s + np.log(9), "Right"),
        (lambda s: logit(9 * expit(s) / (9 * expit(s) + expit(-s))), "Right"),  # Bayes' rule
        (lambda s: 9 * s, "logits are added"),
        (lambda s: 9 * np.exp(s), "those are the odds"),
        (lambda s: s + 9, "not 9"),
        (lambda s: s - np.log(9), "turns it round"),
        (lambda s: np.full(25, np.log(9)), "prior alone"),
        (lambda s: s + np.log(0.9), "0.9 is the probability"),
        (lambda s: s + np.log2(9), "bits"),
        (lambda s: expit(s + np.log(9)), "that is the probability"),
        (lambda s: s, "before the note is seen"),
        (lambda s: s**2, "none of the usual slips"),
    ],
)
def test_logit_with_prior(answer, words):
    assert words in exercises.check_logit_with_prior(answer)


RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (RNG.exponential(size=2000), "Right: the distance is 0.0"),
        (tf.constant(RNG.exponential(size=(2000, 1))), "0.0% of the samples are below 0"),
        (RNG.exponential(size=2000) - 0.1, "Right"),
        (np.ones(2000), "all nearly the same, 1.00"),
        (RNG.normal(size=2000), "looks like the noise z"),
        (RNG.normal(0.04, 0.11, size=2000), "untrained generator"),
        (RNG.choice([-2, 2], 2000) + RNG.normal(size=2000) / 2, "section 8's data"),
        (RNG.exponential(size=2000) * 3, "Train longer"),
        (np.r_[np.nan, np.ones(999)], "not finite"),
        (np.ones(40), "at least 500 samples"),
    ],
)
def test_exponential_samples(answer, words):
    assert words in exercises.check_exponential_samples(answer)


def test_the_distance_of_exponential_samples_is_wassersteins():
    samples = RNG.exponential(size=2000) - 0.15
    distance = stats.wasserstein_distance(
        samples, stats.expon.ppf((np.arange(10**6) + 0.5) / 10**6)
    )
    assert f"the distance is {distance:.2f}" in exercises.check_exponential_samples(samples)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        ("RRGG", "Your accuracy is 100%, D's is 75%"),
        ("r g g g", "Your accuracy is 75%"),
        ("GGRR", "Your accuracy is 0%"),
        ("RRG", "4 letters"),
        ("RRGX", "each R or G"),
    ],
)
def test_be_the_discriminator(answer, words):
    truth = np.array([True, True, False, False])
    assert words in exercises.be_the_discriminator(answer, truth, [0.9, 0.4, 0.1, 0.2])


def test_the_truth_about_each_picture_follows_the_accuracies():
    verdict = exercises.be_the_discriminator(
        "RGGR", np.array([True, True, False, False]), np.r_[0.9, 0.4, 0.1, 0.2]
    )
    assert [" ".join(line.split()) for line in verdict.splitlines()[1:]] == [
        "picture 1 is real you: real D: 0.90",
        "picture 2 is real you: generated D: 0.40",
        "picture 3 is generated you: generated D: 0.10",
        "picture 4 is generated you: real D: 0.20",
    ]
