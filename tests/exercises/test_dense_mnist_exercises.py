from helpers import exercises

import numpy as np
import pytest
import small
import tensorflow as tf


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (2 * np.log(2), "Right"),
        (np.log(4), "Right"),
        (np.log(2), "sum of a real and a fake part"),
        (-np.log(4), "sign"),
        (2, "bits"),
        (0.5, "logarithm"),
        (7, "none of the usual slips"),
    ],
)
def test_confused_discriminator(answer, words):
    assert words in exercises.check_confused_discriminator(answer)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (lambda p: p / 127.5 - 1, "Right"),
        (lambda p: (p - 127.5) / 127.5, "Right"),
        (lambda p: p / 255, r"range of a sigmoid"),
        (lambda p: p / 127.5, "subtract 1"),
        (lambda p: 1 - p / 127.5, "swapped"),
        (lambda p: p / 128 - 1, "0.99"),
        (lambda p: p / 255 - 0.5, "half the range"),
        (lambda p: p.mean(), "shape"),
    ],
)
def test_pixel_scale(answer, words):
    assert words in exercises.check_pixel_scale(answer)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (lambda s: tf.reduce_mean(tf.nn.softplus(-s)), "Right"),
        (lambda s: -tf.reduce_mean(tf.math.log_sigmoid(s)), "Right"),
        (lambda s: tf.reduce_mean(tf.math.log(tf.sigmoid(s))), "sign"),
        (lambda s: tf.reduce_mean(tf.math.log(1 - tf.sigmoid(s))), "saturating"),
        (lambda s: tf.reduce_mean(tf.nn.softplus(s)), "fake half"),
        (lambda s: tf.reduce_sum(tf.nn.softplus(-s)), "not the sum"),
        (lambda s: tf.reduce_mean(tf.nn.softplus(-tf.sigmoid(s))), "sigmoid twice"),
        (lambda s: tf.nn.softplus(-s), "shape"),
        (lambda s: -tf.reduce_mean(tf.math.log(tf.sigmoid(s))), "never overflows"),
    ],
)
def test_generator_loss(answer, words):
    assert words in exercises.check_generator_loss(answer)


def step(variables_of, sign=1.0, apply=True):
    def answer(gan, z):
        variables = variables_of(gan)
        with tf.GradientTape() as tape:
            loss = sign * tf.reduce_mean(tf.nn.softplus(-gan.discriminator(gan.generator(z))))
        gradients = tape.gradient(loss, variables)
        if apply:
            for variable, gradient in zip(variables, gradients):
                variable.assign_sub(0.01 * gradient)

    return answer


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (step(lambda gan: gan.generator.trainable_variables), "Right"),
        (step(lambda gan: gan.trainable_variables), "D was updated too"),
        (step(lambda gan: gan.generator.trainable_variables, apply=False), "G was not updated"),
        (step(lambda gan: gan.generator.trainable_variables, sign=-1.0), "sign"),
        (lambda gan, z: gan.generator_step(None, z), "Right"),
    ],
)
def test_generator_step(answer, words):
    assert words in exercises.check_generator_step(answer, small.gan)
