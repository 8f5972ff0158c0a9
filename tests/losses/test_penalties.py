from helpers.losses import PENALTIES, interpolate, logits_and_penalties

import keras
import numpy as np
import pytest
import tensorflow as tf


def linear_critic(gradient):
    critic = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    critic.set_weights([np.float32(gradient).reshape(2, 1), np.float32([0.7])])
    return critic


@pytest.mark.parametrize(
    ("gradient", "expected"),
    [
        ((3, 4), {"r1": 12.5, "r2": 12.5, "wgan_gp": 16}),
        ((0.6, 0.8), {"r1": 0.5, "r2": 0.5, "wgan_gp": 0}),
        ((0, 0), {"r1": 0, "r2": 0, "wgan_gp": 1}),
    ],
)
@pytest.mark.parametrize("name", PENALTIES)
def test_penalty_of_a_linear_critic(name, gradient, expected):
    """grad s = g everywhere: 1/2 |g|^2, and (|g| - 1)^2."""
    real, fake = tf.random.stateless_normal((2, 16, 2), seed=(1, 2))
    critic = linear_critic(gradient)
    seed = keras.random.SeedGenerator(0)
    on_real, on_fake, penalties = logits_and_penalties(critic, real, fake, [name], seed)
    assert np.isclose(penalties[name], expected[name], atol=1e-5)
    assert np.allclose(on_real[:, 0], real.numpy() @ gradient + 0.7, atol=1e-5)
    assert np.allclose(on_fake, critic(fake))


@pytest.mark.parametrize(("name", "expected"), [("r1", 2 * (1 + 4)), ("r2", 2 * (9 + 16))])
def test_r1_is_evaluated_on_real_samples_and_r2_on_generated_ones(name, expected):
    """s(x) = |x|^2 has the gradient 2x, so the penalty is 1/2 |2x|^2 = 2 |x|^2."""
    critic = keras.Sequential([keras.Input((2,)), keras.layers.Lambda(lambda x: x**2)])
    real, fake = tf.constant([[1.0, 2.0]]), tf.constant([[3.0, 4.0]])
    _, _, penalties = logits_and_penalties(critic, real, fake, [name])
    assert np.isclose(penalties[name], expected)


@pytest.mark.parametrize(
    ("names", "passes"), [([], 2), (["r1"], 2), (["r1", "r2"], 2), (["r1", "wgan_gp"], 3)]
)
def test_a_penalty_on_a_batch_shares_the_pass_of_its_logits(names, passes):
    evaluated = []

    def critic(samples, training):
        evaluated.append(samples)
        return tf.reduce_sum(samples**2, axis=1, keepdims=True)

    real, fake = tf.random.stateless_normal((2, 16, 2), seed=(3, 4))
    logits_and_penalties(critic, real, fake, names, keras.random.SeedGenerator(0))
    assert len(evaluated) == passes


def test_a_flat_critic_has_a_finite_wgan_gp_gradient():
    critic = linear_critic((0, 0))
    with tf.GradientTape() as tape:
        _, _, penalties = logits_and_penalties(
            critic, tf.ones((4, 2)), tf.zeros((4, 2)), ["wgan_gp"], keras.random.SeedGenerator(0)
        )
    assert np.isfinite(tape.gradient(penalties["wgan_gp"], critic.trainable_variables[0])).all()


def test_interpolates_lie_on_the_segment_one_uniform_factor_a_pair():
    real, fake = tf.ones((4000, 3)), -tf.ones((4000, 3))
    points = interpolate(real, fake, keras.random.SeedGenerator(0)).numpy()
    assert (points == points[:, :1]).all()  # one factor for all of a sample's values
    factor = (points[:, 0] + 1) / 2
    assert factor.min() >= 0 and factor.max() <= 1
    deviation = np.abs(np.sort(factor) - np.linspace(0, 1, 4000)).max()  # Kolmogorov-Smirnov
    assert deviation < 1.95 / np.sqrt(4000)  # p = 0.001


@pytest.mark.parametrize("shape", [(6, 2), (6, 4, 4, 1)])
def test_interpolation_takes_any_sample_shape(shape):
    assert (
        interpolate(tf.ones(shape), tf.zeros(shape), keras.random.SeedGenerator(0)).shape == shape
    )
