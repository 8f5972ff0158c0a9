from helpers import exercises

import numpy as np
import pytest
import tensorflow as tf
from scipy.special import expit

GRID_SEARCH = {
    (1, 1e-3): [0.2, 0.3],
    (1, 1e-2): [0.6, 0.7],
    (2, 1e-3): [0.6, 0.6],
    (2, 1e-2): [0.9, 1.0],
    (2, 1e-1): [0.1, 0.3],
    (8, 1e-2): [0.92, 0.94],
    (9, 1e-2): [0.8, 0.8],
}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        ((2, 1e-2), "Right: 0.95 on average (seeds: 0.90, 1.00)"),
        ((8, 1e-2), "Right"),
        ((1, 1e-2), "One latent dimension draws a curve"),
        ((2, 1e-3), "over too soon"),
        ((2, 1e-1), "overruns"),
        ((9, 1e-2), "0.95 is possible"),
        ((3, 1e-2), "choose one of the settings"),
    ],
)
def test_best_setting(answer, words):
    assert words in exercises.check_best_setting(answer, GRID_SEARCH)


@pytest.mark.parametrize(
    ("quality", "words"),
    [
        ({(1, 1e-3): []}, "one number a seed, got shape (0,)"),
        ({(1, 1e-3): [[0.1]]}, "one number a seed, got shape (1, 1)"),
        ({(1, 1e-3): 0.1}, "one number a seed, got shape ()"),
        ({1: [0.1]}, "keys: (latent_dim, learning_rate), got 1"),
    ],
)
def test_invalid_grid_searches(quality, words):
    assert words in exercises.check_best_setting((1, 1e-3), quality)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (lambda s, gradient: (1 - expit(s)) * gradient, "Right"),
        (lambda s, gradient: gradient / (1 + np.exp(s)), "Right"),
        (lambda s, gradient: -(1 - expit(s)) * gradient, "sign"),
        (lambda s, gradient: expit(s) * gradient, "saturating"),
        (lambda s, gradient: gradient, "Wasserstein"),
        (lambda s, gradient: expit(s) * (1 - expit(s)) * gradient, "divide by D"),
        (lambda s, gradient: (1 - expit(s)) * gradient / len(s), "loss of its own"),
        (lambda s, gradient: 0 * gradient, "none of the usual slips"),
        (lambda s, gradient: 1 - expit(s), "shape"),
    ],
)
def test_gradient(answer, words):
    assert words in exercises.check_gradient(answer)


def test_the_right_gradient_is_that_of_autodiff():
    s = tf.Variable([[-2.0], [0.5]])
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.nn.softplus(-s))
    assert np.allclose(-tape.gradient(loss, s), 1 - expit(s.numpy()))
