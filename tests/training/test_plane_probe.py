from helpers import training
from helpers.losses import LOSSES

import keras
import numpy as np
import pytest
import tensorflow as tf
from small import WithoutTraining, copy, equal, everything, networks, same


@pytest.mark.slow
@pytest.mark.parametrize("name", ["non_saturating", "minimax", "relativistic"])
def test_a_probe_agrees_with_the_networks_and_changes_nothing(small_gan, points, name):
    gan = small_gan(loss=["hinge", name])
    gan.set_loss(name)
    gan.train_on_batch(points[:64].reshape(2, 32, 2))
    real, places, z = points[:20], points[20:50], gan.draw_latent(20).numpy()
    before, rows = copy(gan.variables), len(gan.update_history["real_score"])
    probe = training.PlaneProbe(gan)
    found = probe(real, z, places, z[:5])
    assert np.allclose(found["samples"], gan.generator(z), atol=1e-5)
    assert np.allclose(found["latent_grid"], found["samples"][:5], atol=1e-5)
    probabilities = tf.sigmoid(gan.discriminator(places))[:, 0]
    assert np.allclose(found["probabilities"], probabilities, atol=1e-5)

    def loss_of(samples):  # of each sample on its own: the sum over the batch
        loss = LOSSES[name].generator(gan.discriminator(real), gan.discriminator(samples))
        return 20 * float(loss)

    for i, axis in ((0, 0), (7, 1)):  # by finite differences
        bump = np.zeros_like(found["samples"])
        bump[i, axis] = 1e-2
        gradient = (loss_of(found["samples"] + bump) - loss_of(found["samples"] - bump)) / 2e-2
        assert np.isclose(found["negative_gradient"][i, axis], -gradient, rtol=0.1, atol=2e-3)
    of_ema = probe(real, z, places, z[:5], ema=True)
    assert np.allclose(of_ema["samples"], gan.generate(z), atol=1e-5)
    assert np.allclose(of_ema["latent_grid"], of_ema["samples"][:5], atol=1e-5)
    assert abs(of_ema["samples"] - found["samples"]).max() > 1e-4
    assert same(before, copy(gan.variables)) and len(gan.update_history["real_score"]) == rows


def test_a_probe_drops_nothing(small_gan, points):
    """Both kinds of Dropout in D, and one in G, are off in the probe; their counters stay."""
    keras.utils.set_random_seed(0)
    discriminator = networks(dropout=0.5)[1]
    gan = training.GAN(WithoutTraining(), discriminator, latent_dim=3)
    gan.compile(keras.optimizers.Adam(), keras.optimizers.Adam(), loss="relativistic")
    real, places, z = points[:20], points[20:50], gan.draw_latent(20).numpy()
    before = everything(gan)
    probe = training.PlaneProbe(gan)
    first, second = (probe(real, z, places, z[:5], ema=False) for _ in range(2))
    assert all((first[name] == second[name]).all() for name in first)
    assert np.allclose(first["samples"], gan.generator(z, training=False), atol=1e-5)
    answers = tf.sigmoid(discriminator(places, training=False))[:, 0]
    assert np.allclose(first["probabilities"], answers, atol=1e-5)
    assert equal(before, everything(gan))
