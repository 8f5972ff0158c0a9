from helpers.losses import LOSSES, PENALTIES, interpolate, logits_and_penalties

import keras
import numpy as np
import pytest
import tensorflow as tf

LOG_2 = np.log(2)
AT_ONE_HALF = {  # both players' losses where every logit is 0, that is D = 1/2
    "minimax": (2 * LOG_2, -LOG_2),
    "non_saturating": (2 * LOG_2, LOG_2),
    "least_squares": (0.5, 0.5),
    "hinge": (2, 0),
    "wasserstein": (0, 0),
    "relativistic": (LOG_2, LOG_2),
}
REAL = tf.constant([[2.0], [-1.0], [0.5]])
FAKE = tf.constant([[-1.5], [0.3], [-0.2]])


def test_every_loss_has_a_closed_form_here():
    assert AT_ONE_HALF.keys() == LOSSES.keys()


@pytest.mark.parametrize("name", LOSSES)
def test_closed_form_where_d_is_one_half(name):
    zero = tf.zeros((5, 1))
    values = LOSSES[name].discriminator(zero, zero), LOSSES[name].generator(zero, zero)
    assert np.allclose(values, AT_ONE_HALF[name], atol=1e-6)


def test_logistic_losses_agree_with_keras_cross_entropy():
    cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
    ones, zeros = tf.ones_like(REAL), tf.zeros_like(REAL)
    discriminator = cross_entropy(ones, REAL) + cross_entropy(zeros, FAKE)
    for name, generator in (
        ("minimax", -cross_entropy(zeros, FAKE)),
        ("non_saturating", cross_entropy(ones, FAKE)),
    ):
        assert np.isclose(LOSSES[name].discriminator(REAL, FAKE), discriminator)
        assert np.isclose(LOSSES[name].generator(REAL, FAKE), generator)


def test_the_other_losses_agree_with_their_formulas_by_hand():
    r, f = REAL.numpy()[:, 0].astype("float64"), FAKE.numpy()[:, 0].astype("float64")
    by_hand = {
        "least_squares": (((r - 1) ** 2).mean() / 2 + (f**2).mean() / 2, ((f - 1) ** 2).mean() / 2),
        "hinge": (np.maximum(0, 1 - r).mean() + np.maximum(0, 1 + f).mean(), -f.mean()),
        "wasserstein": (f.mean() - r.mean(), -f.mean()),
        "relativistic": (np.log1p(np.exp(f - r)).mean(), np.log1p(np.exp(r - f)).mean()),
    }
    for name, (discriminator, generator) in by_hand.items():
        assert np.isclose(LOSSES[name].discriminator(REAL, FAKE), discriminator), name
        assert np.isclose(LOSSES[name].generator(REAL, FAKE), generator), name


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("logit", [-1000.0, 1000.0])
def test_extreme_logits_stay_finite(name, logit):
    logits = tf.Variable([[logit]])
    with tf.GradientTape(persistent=True) as tape:
        discriminator = LOSSES[name].discriminator(logits, -logits)
        generator = LOSSES[name].generator(-logits, logits)
    for value in (discriminator, generator):
        assert np.isfinite(value) and np.isfinite(tape.gradient(value, logits)).all()


def gradient_weight(name, logit):
    """-d(generator loss)/d(fake logit): how hard G pushes a sample with that logit upwards."""
    fake = tf.Variable([[logit]])
    with tf.GradientTape() as tape:
        loss = LOSSES[name].generator(tf.zeros((1, 1)), fake)
    return -tape.gradient(loss, fake).numpy().item()


@pytest.mark.parametrize("logit", [-3.0, -5.0, -10.0])
def test_non_saturating_push_is_exp_minus_s_times_the_saturating_one(logit):
    """sigmoid(-s) / sigmoid(s) = exp(-s): 20.09 at -3, 148.4 at -5, 22026 at -10."""
    ratio = gradient_weight("non_saturating", logit) / gradient_weight("minimax", logit)
    assert np.isclose(ratio, np.exp(-logit), rtol=1e-4)


@pytest.mark.parametrize("name", LOSSES)
def test_both_players_pull_the_fake_logit_opposite_ways(name):
    fake = tf.Variable([[0.3]])
    with tf.GradientTape(persistent=True) as tape:
        discriminator = LOSSES[name].discriminator(tf.constant([[0.1]]), fake)
        generator = LOSSES[name].generator(tf.constant([[0.1]]), fake)
    assert tape.gradient(discriminator, fake) > 0 > tape.gradient(generator, fake)


def linear_critic(slope):
    critic = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    critic.set_weights([np.float32(slope).reshape(2, 1), np.float32([0.7])])
    return critic


@pytest.mark.parametrize(
    ("slope", "expected"),
    [
        ((3, 4), {"r1": 12.5, "r2": 12.5, "wgan_gp": 16}),
        ((0.6, 0.8), {"r1": 0.5, "r2": 0.5, "wgan_gp": 0}),
        ((0, 0), {"r1": 0, "r2": 0, "wgan_gp": 1}),
    ],
)
@pytest.mark.parametrize("name", PENALTIES)
def test_penalty_of_a_linear_critic(name, slope, expected):
    """grad s = slope everywhere: 1/2 |slope|^2, and (|slope| - 1)^2."""
    real, fake = tf.random.stateless_normal((2, 16, 2), seed=(1, 2))
    critic = linear_critic(slope)
    seed = keras.random.SeedGenerator(0)
    on_real, on_fake, penalties = logits_and_penalties(critic, real, fake, [name], seed)
    assert np.isclose(penalties[name], expected[name], atol=1e-5)
    assert np.allclose(on_real[:, 0], real.numpy() @ slope + 0.7, atol=1e-5)
    assert np.allclose(on_fake, critic(fake))


@pytest.mark.parametrize(("name", "expected"), [("r1", 2 * (1 + 4)), ("r2", 2 * (9 + 16))])
def test_r1_looks_at_real_samples_and_r2_at_generated_ones(name, expected):
    """s(x) = |x|^2 has the gradient 2x, so the penalty is 1/2 |2x|^2 = 2 |x|^2."""
    critic = keras.Sequential([keras.Input((2,)), keras.layers.Lambda(lambda x: x**2)])
    real, fake = tf.constant([[1.0, 2.0]]), tf.constant([[3.0, 4.0]])
    _, _, penalties = logits_and_penalties(critic, real, fake, [name])
    assert np.isclose(penalties[name], expected)


@pytest.mark.parametrize(
    ("names", "passes"), [([], 2), (["r1"], 2), (["r1", "r2"], 2), (["r1", "wgan_gp"], 3)]
)
def test_a_penalty_on_a_batch_shares_the_pass_of_its_logits(names, passes):
    seen = []

    def critic(samples, training):
        seen.append(samples)
        return tf.reduce_sum(samples**2, axis=1, keepdims=True)

    real, fake = tf.random.stateless_normal((2, 16, 2), seed=(3, 4))
    logits_and_penalties(critic, real, fake, names, keras.random.SeedGenerator(0))
    assert len(seen) == passes


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
    assert deviation < 1.95 / np.sqrt(4000)  # passed by 99.9 % of uniform samples


@pytest.mark.parametrize("shape", [(6, 2), (6, 4, 4, 1)])
def test_interpolation_takes_any_sample_shape(shape):
    assert (
        interpolate(tf.ones(shape), tf.zeros(shape), keras.random.SeedGenerator(0)).shape == shape
    )
