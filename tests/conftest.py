"""Small players that every test of the engine can afford."""

import keras
import numpy as np
import pytest

from helpers import models, training


@pytest.fixture
def points():
    """256 points on a ring of radius 1, float32 (256, 2)."""
    angle = np.random.default_rng(0).uniform(0, 2 * np.pi, 256)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1).astype("float32")


def players(dropout=0.0):
    keras.utils.set_random_seed(0)
    generator = models.dense_generator(3, (8,), (2,), output="linear")
    return generator, models.dense_discriminator((8,), (2,), dropout=dropout)


@pytest.fixture
def small_gan():
    """A factory: small_gan(dropout=0, **compile arguments) -> a fresh compiled GAN in 2-D."""

    def build(dropout=0.0, seed=0, **rules):
        gan = training.GAN(*players(dropout), latent_dim=3, seed=seed)
        rules = {"updates_per_call": 4, "penalties": {"r1": 1.0}, **rules}
        gan.compile(keras.optimizers.Adam(1e-2), keras.optimizers.Adam(1e-2), **rules)
        return gan

    return build
