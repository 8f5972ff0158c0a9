from helpers.losses import LOSSES

import keras
import numpy as np
import pytest
import tensorflow as tf

LOG_2 = np.log(2)
AT_ONE_HALF = {  # both networks' losses where every logit is 0, that is D = 1/2
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


def negative_gradient(name, logit):
    """-d(generator loss)/d(fake logit): the negative gradient at a sample with that logit."""
    fake = tf.Variable([[logit]])
    with tf.GradientTape() as tape:
        loss = LOSSES[name].generator(tf.zeros((1, 1)), fake)
    return -tape.gradient(loss, fake).numpy().item()


@pytest.mark.parametrize("logit", [-3.0, -5.0, -10.0])
def test_non_saturating_gradient_is_exp_minus_s_times_the_saturating_one(logit):
    """sigmoid(-s) / sigmoid(s) = exp(-s): 20.09 at -3, 148.4 at -5, 22026 at -10."""
    ratio = negative_gradient("non_saturating", logit) / negative_gradient("minimax", logit)
    assert np.isclose(ratio, np.exp(-logit), rtol=1e-4)


@pytest.mark.parametrize("name", LOSSES)
def test_gradients_of_both_networks_have_opposite_signs(name):
    fake = tf.Variable([[0.3]])
    with tf.GradientTape(persistent=True) as tape:
        discriminator = LOSSES[name].discriminator(tf.constant([[0.1]]), fake)
        generator = LOSSES[name].generator(tf.constant([[0.1]]), fake)
    assert tape.gradient(discriminator, fake) > 0 > tape.gradient(generator, fake)
