from helpers import data, diagnostics, models
from helpers.losses import LOSSES

import keras
import numpy as np
import pytest
import tensorflow as tf
from diagnostics_data import PlainGAN, finding_names
from small import networks


def test_an_update_ratio_is_the_norm_of_the_change_over_that_of_the_weights(points, z):
    generator, discriminator = networks()
    monitor = diagnostics.Monitor(generator, discriminator, points[:64], z)
    monitor.evaluate(10)
    discriminator.set_weights([1.1 * array for array in discriminator.get_weights()])
    monitor.evaluate(15)
    before = np.concatenate([array.ravel() for array in generator.get_weights()])
    shifted = [array + 0.01 for array in generator.get_weights()]
    generator.set_weights(shifted)
    monitor.evaluate(17)
    ratio = 0.01 * np.sqrt(len(before)) / np.linalg.norm(before) / 2
    assert monitor.history["updates"].tolist() == [10, 15, 17]
    assert monitor.history["discriminator_update_ratio"] == pytest.approx([0, 0.1 / 5, 0], rel=1e-4)
    assert monitor.history["generator_update_ratio"] == pytest.approx([0, 0, ratio], rel=1e-4)
    assert monitor.history["discriminator_update_ratio"][[0, 2]].tolist() == [0, 0]
    assert monitor.history["generator_update_ratio"][:2].tolist() == [0, 0]


def test_alignment_is_the_cosine_to_the_negative_gradient(points, z):
    generator, discriminator = networks()
    monitor = diagnostics.Monitor(generator, discriminator, points[:64], z)
    start = generator.get_weights()
    with tf.GradientTape() as tape:
        loss = LOSSES["non_saturating"].generator(None, discriminator(generator(z)))
    negative_gradient = [-one.numpy() for one in tape.gradient(loss, generator.trainable_variables)]
    flat = np.concatenate([one.ravel() for one in negative_gradient])
    orthogonal = np.random.default_rng(0).normal(size=flat.shape)
    orthogonal -= orthogonal @ flat / (flat @ flat) * flat
    scale = np.linalg.norm(flat) / np.linalg.norm(orthogonal)
    expected, updates = [0], 0
    monitor.evaluate(updates)
    for along, across in ((1, 0), (-1, 0), (0, 1), (3, 4), (-1, 1)):
        generator.set_weights(start)
        monitor.evaluate(updates + 1)  # its alignment is that of the way back
        change = along * flat + across * scale * orthogonal
        change *= 3 / np.linalg.norm(change)  # so far that the gradient there is another one
        parts = np.split(change, np.cumsum([one.size for one in start])[:-1])
        generator.set_weights([a + b.reshape(a.shape) for a, b in zip(start, parts)])
        updates += 2
        monitor.evaluate(updates)
        expected.append(along / np.hypot(along, across))
    assert monitor.history["generator_alignment"][::2] == pytest.approx(expected, abs=2e-3)


def test_weights_count_that_are_frozen_when_the_monitor_is_made(points, z):
    """Frozen by `trainable` of the model or of its layers, which the monitor leaves as it was."""
    for parts_of in (lambda d: [d], lambda d: d.layers):
        generator, discriminator = networks()
        for part in parts_of(discriminator):
            part.trainable = False
        monitor = diagnostics.Monitor(generator, discriminator, points[:64], z)
        assert not any(part.trainable for part in parts_of(discriminator))
        assert discriminator.trainable_weights == []
        monitor.evaluate(0)
        discriminator.set_weights([2 * array for array in discriminator.get_weights()])
        monitor.evaluate(1)
        ratio = monitor.history["discriminator_update_ratio"][1]
        assert ratio == (pytest.approx(1) if parts_of(discriminator) == [discriminator] else 0)


def normalised_discriminator(name):
    """A discriminator whose state changes in every training call, even if no weight is learned."""
    keras.utils.set_random_seed(0)
    layers = keras.layers
    hidden = {
        "batch norm": [layers.Dense(8), layers.BatchNormalization()],
        "spectral norm": [layers.SpectralNormalization(layers.Dense(8), power_iterations=1)],
        "nested": [keras.Sequential([layers.SpectralNormalization(layers.Dense(8))])],
        "the course's dropout": [layers.Dense(8), models.Dropout(0.3)],
        "Keras' dropout": [layers.Dense(8), layers.Dropout(0.3)],
    }[name]
    return keras.Sequential([keras.Input((2,)), *hidden, layers.LeakyReLU(0.2), layers.Dense(1)])


NORMALISATIONS = ["batch norm", "spectral norm", "nested", "the course's dropout", "Keras' dropout"]


@pytest.mark.slow
@pytest.mark.parametrize("learning_rate", [0.0, 1e-6])
@pytest.mark.parametrize("layer", NORMALISATIONS)
def test_moving_statistics_are_not_learned(points, layer, learning_rate):
    """A learning rate of 1e-6 changes weights a little; statistics change a lot at any."""
    discriminator = normalised_discriminator(layer)
    gan = PlainGAN(networks()[0], discriminator)
    state = [weight.numpy() for weight in discriminator.variables]
    gan.compile(keras.optimizers.Adam(0.01), keras.optimizers.SGD(learning_rate), jit_compile=False)
    z = data.sample_latent(128, 3, seed=0)
    monitor = diagnostics.Monitor(gan.generator, discriminator, points[:128], z, every=2)
    gan.fit(points, batch_size=32, epochs=6, verbose=0, shuffle=False, callbacks=[monitor])
    changed = any((a != b.numpy()).any() for a, b in zip(state, discriminator.variables))
    assert changed  # so there is something to mistake for learning
    assert (monitor.history["discriminator_update_ratio"] == 0).all() == (learning_rate == 0)
    diagnosis = diagnostics.diagnose(monitor, monitor.samples, points)
    assert ("discriminator not training" in finding_names(diagnosis)[:1]) == (learning_rate == 0)
