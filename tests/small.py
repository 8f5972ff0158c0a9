"""Networks small enough that every test of the engine can afford them."""

from helpers import models, training

import keras
import numpy as np
import pytest


def networks(dropout=0.0):
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
    """A fresh GAN of these networks with R1, compiled by TensorFlow (by XLA only where asked)."""
    model = training.GAN(*networks(dropout), latent_dim=3, seed=seed)
    rules = {"updates_per_call": 4, "penalties": {"r1": 1.0}, "jit_compile": False, **rules}
    model.compile(keras.optimizers.Adam(1e-2), keras.optimizers.Adam(1e-2), **rules)
    return model


def everything(gan):
    """Copies of every variable of the model and both optimizers, found by walking over them all, and
    of the whole history: what must be equal where two runs are."""
    owners = [gan, gan.generator, gan.discriminator, *gan._flatten_layers()]
    owners += [gan.generator_optimizer, gan.discriminator_optimizer]
    variables = {id(variable): variable for owner in owners for variable in owner.variables}
    half_update = gan._history.half_update
    return [
        *(variable.numpy().copy() for variable in variables.values()),
        *gan.update_history.values(),
        half_update.copy(),
    ]


def equal(first, second):
    """Whether two results of `everything` are the same to the bit."""
    return len(first) == len(second) and all(
        np.array_equal(a, b, equal_nan=True) for a, b in zip(first, second)
    )


# h5py's way of writing, and train_on_batch in Keras 3.12, go through numpy's old __array__ signature
old_array_call = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy")


def copy(variables):
    return [variable.numpy().copy() for variable in variables]


def same(first, second):
    return all((a == b).all() for a, b in zip(first, second))


class WithoutTraining(keras.Model):
    """`call` takes no `training`; what is inside must be told all the same."""

    def __init__(self):
        super().__init__()
        self.noisy, self.out = keras.layers.Dropout(0.5), keras.layers.Dense(2)

    def call(self, z):
        return self.out(self.noisy(z))
