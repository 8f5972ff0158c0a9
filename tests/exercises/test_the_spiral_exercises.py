from helpers import data, exercises
from helpers.exercises import the_spiral

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

SPIRAL = data.spiral()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (0.0698, "Right"),
        (0.07, "Right"),
        (1 / 14, "Right"),
        (0.0725, "none of the usual slips"),
        (7 * 0.025 / np.sqrt(2 * np.pi), "Right"),
        (np.float32(0.06982), "Right"),
        (1 / (2 * np.pi) / 2.28, "Right"),
        (0.159, "divide it by the density"),
        (7 * 0.025 / (2 * np.pi), "middle line"),
        (np.sqrt(2 * np.pi) / (7 * 0.025), "inverse"),
        (14.3, "inverse"),
        (0.025, "across the curve alone"),
        (0.5, "none of the usual slips"),
    ],
)
def test_area_factor(answer, words):
    assert words in exercises.check_area_factor(answer)


def test_the_map_of_the_text_has_that_factor():
    """Finite differences of the map by hand, along and across the curve, at z = 0."""
    along = np.linspace(0, 1, len(SPIRAL.centres))
    h = 0.01
    ends = [
        np.array([np.interp(stats.norm.cdf(z), along, column) for column in SPIRAL.centres.T])
        for z in (h, -h)
    ]
    along_curve = np.linalg.norm(ends[0] - ends[1]) / (2 * h)
    assert np.isclose(along_curve * SPIRAL.sigma, 7 * 0.025 / np.sqrt(2 * np.pi), rtol=0.01)
    assert exercises.check_area_factor(7 * 0.025 / np.sqrt(2 * np.pi)).is_right


def by_tape(generate, z):
    z = tf.constant(z)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(z)
        x = generate(z)
        one, other = x[:, 0], x[:, 1]
    a, b = tape.gradient(one, z), tape.gradient(other, z)
    nothing = tf.zeros_like(z)
    a, b = (nothing if one is None else one for one in (a, b))
    return float(np.mean(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0] < 0))


def by_differences(generate, z):
    h = np.float32(1e-3)
    a, b = (np.array(generate(z + h * e)) - np.array(generate(z)) for e in np.eye(2, dtype="f4"))
    return np.mean(a[:, 0] * b[:, 1] < a[:, 1] * b[:, 0])


def by_batch_jacobian(generate, z):
    z = tf.constant(z)
    with tf.GradientTape() as tape:
        tape.watch(z)
        x = generate(z)
    return tf.reduce_mean(tf.cast(tf.linalg.det(tape.batch_jacobian(x, z)) < 0, "float32"))


@pytest.mark.parametrize("answer", [by_tape, by_differences, by_batch_jacobian])
def test_mirrored_fraction_in_three_ways(answer):
    verdict = exercises.check_mirrored_fraction(answer)
    assert verdict.is_right, verdict


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda generate, z: 1 - by_tape(generate, z), "the rest"),
        (lambda generate, z: 100 * by_tape(generate, z), "from 0 to 1"),
        (lambda generate, z: 0.0, "determinant of all four derivatives"),
        (lambda generate, z: generate(z).shape[0], "from 0 to 1"),
        (0.5, "expected a function"),
    ],
)
def test_mirrored_fraction_mistakes(answer, words):
    assert words in exercises.check_mirrored_fraction(answer)


def collapsed(n=600):
    return np.random.default_rng(0).normal([0.4, 0.2], 0.02, (n, 2))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (collapsed(), "Right"),
        (tf.constant(collapsed()), "logit is high"),
        (50 * data.sample_latent(600, 2, seed=0), "left the picture"),
        (SPIRAL.sample(600, seed=0), "still much of the spiral"),
        (data.sample_latent(600, 2, seed=0), "looks like the noise"),
        (np.zeros((600, 2)), "one and the same point"),
        (collapsed(100), "n at least 500"),
        (np.full((600, 2), np.nan), "not finite"),
        (0.4, "samples of shape (n, 2)"),
    ],
)
def test_frozen_discriminator(answer, words):
    def high_at_the_clump_and_far_away(points):
        return abs(tf.reduce_sum((points - [0.4, 0.2]) ** 2, axis=1) - 1)

    assert words in exercises.check_frozen_discriminator(answer, high_at_the_clump_and_far_away)


def test_frozen_discriminator_asks_the_discriminator():
    def rises_to_the_right(points):
        return points[:, :1]

    verdict = exercises.check_frozen_discriminator(collapsed(), rises_to_the_right)
    assert verdict.is_right and "mean logit 0.4" in verdict
    verdict = exercises.check_frozen_discriminator(collapsed(), lambda x: -rises_to_the_right(x))
    assert not verdict.is_right and "trained against this D" in verdict
    verdict = exercises.check_frozen_discriminator(collapsed(), lambda points: np.nan)
    assert not verdict.is_right
    assert "points" in exercises.check_frozen_discriminator(collapsed(), lambda: 0)


def nearest(points):
    gaps = np.linalg.norm(points[:, None] - points, axis=-1)
    np.fill_diagonal(gaps, np.inf)
    return np.median(gaps.min(axis=1))


def dimension(points):
    return np.log(4) / np.log(nearest(points[:500]) / nearest(points[500:2500]))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (dimension, "Right"),
        (lambda points: np.log(2.5) / np.log(nearest(points[:1000]) / nearest(points)), "Right"),
        (lambda points: -dimension(points), "sign is turned"),
        (lambda points: 1 / dimension(points), "exponent 1/d"),
        (lambda points: points.shape[1], "number of coordinates"),
        (lambda points: np.inf, "the point itself"),
        (lambda points: 1.0, "falls like"),
        (1, "expected a function"),
    ],
)
def test_dimension(answer, words):
    assert words in exercises.check_dimension(answer)


def r3gan(real, z, generator, discriminator, g_optimizer, d_optimizer):
    """Written apart from the check's own: one tape for both penalties, losses by Keras."""
    cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
    fake = generator(z)
    with tf.GradientTape() as tape:
        with tf.GradientTape(persistent=True) as inner:
            inner.watch([real, fake])
            on_real, on_fake = discriminator(real), discriminator(fake)
        slopes = inner.gradient(on_real, real), inner.gradient(on_fake, fake)
        squares = sum(tf.reduce_sum(slope**2) for slope in slopes) / len(real)
        loss = cross_entropy(tf.ones_like(on_real), on_real - on_fake) + 0.05 * squares
    d_variables = discriminator.trainable_variables
    d_optimizer.apply(tape.gradient(loss, d_variables), d_variables)
    with tf.GradientTape() as tape:
        pairs = discriminator(generator(z)) - discriminator(real)
        loss = cross_entropy(tf.ones_like(pairs), pairs)
    g_variables = generator.trainable_variables
    g_optimizer.apply(tape.gradient(loss, g_variables), g_variables)


@pytest.mark.slow
def test_r3gan_step_written_differently_is_right_and_learns():
    verdict = exercises.check_r3gan_step(r3gan)
    assert verdict.is_right, verdict
    assert float(verdict.split("distance is ")[1].split()[0]) < 0.15


@pytest.mark.parametrize(("sentence", "flags"), the_spiral.R3GAN_MISTAKES.items())
def test_r3gan_mistakes_are_named(sentence, flags):
    verdict = exercises.check_r3gan_step(lambda *given: the_spiral._r3gan_step(*given, **flags))
    assert verdict == f"✗ Not yet: {sentence}"


def only_g(real, z, generator, discriminator, g_optimizer, d_optimizer):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(generator(z) ** 2)
    variables = generator.trainable_variables
    g_optimizer.apply(tape.gradient(loss, variables), variables)


def wrong_g(real, z, generator, discriminator, g_optimizer, d_optimizer):
    kept = [v.numpy() for v in generator.trainable_variables]
    the_spiral._r3gan_step(real, z, generator, discriminator, g_optimizer, d_optimizer)
    for variable, value in zip(generator.trainable_variables, kept):
        variable.assign(value + 0.1)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (only_g, "D was not updated"),
        (lambda *_: None, "G was not updated"),
        (wrong_g, "D's step is right, G's differs"),
        (lambda *given: the_spiral._r3gan_step(*given, r1=0.3), "D's step differs"),
        (lambda real, z: None, "called with (real, z, generator"),
    ],
)
def test_r3gan_other_answers(answer, words):
    assert words in exercises.check_r3gan_step(answer)
