"""Players small enough that every test of the engine can afford them."""

from helpers import models, training

import keras


def players(dropout=0.0):
    """z of width 3 -> points of the plane -> a logit; the same initial weights at each call.

    dropout: rate of both kinds, the course's own and Keras'.
    """
    keras.utils.set_random_seed(0)
    generator = models.dense_generator(3, (8,), (2,), output="linear")
    discriminator = models.dense_discriminator((8,), (2,), dropout=dropout)
    if dropout:
        keras_dropout = keras.layers.Dropout(dropout)
        discriminator = keras.Sequential([keras.Input((2,)), keras_dropout, *discriminator.layers])
    return generator, discriminator


def gan(dropout=0.0, seed=0, **rules):
    """A fresh GAN of these players with R1, compiled by TensorFlow (by XLA only where asked)."""
    model = training.GAN(*players(dropout), latent_dim=3, seed=seed)
    rules = {"updates_per_call": 4, "penalties": {"r1": 1.0}, "jit_compile": False, **rules}
    model.compile(keras.optimizers.Adam(1e-2), keras.optimizers.Adam(1e-2), **rules)
    return model
