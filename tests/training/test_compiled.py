from helpers import models, training

import keras
import pytest
from small import copy, same


class OwnConvolution(keras.layers.Layer):
    """Convolves without any layer of Keras."""

    def build(self, shape):
        self.kernel = self.add_weight(shape=(3, 3, shape[-1], 2), name="kernel")

    def call(self, images):
        return keras.ops.conv(images, self.kernel)


class HoldsLayers(keras.Model):
    """Subclassed, with its layers in a list."""

    def __init__(self, *inner):
        super().__init__()
        self.inner = [*inner, keras.layers.Flatten(), keras.layers.Dense(1)]

    def call(self, images):
        for layer in self.inner:
            images = layer(images)
        return images


L = keras.layers


IMAGE_NETWORKS = {  # layers of a discriminator of images: does XLA train it faster?
    "dense": (lambda: [L.Flatten(), L.Dense(4, activation="relu")], True),
    "our dropout": (lambda: [L.Flatten(), models.Dropout(0.3)], True),
    "norms": (
        lambda: [L.Flatten(), L.SpectralNormalization(L.Dense(4)), L.LayerNormalization()],
        True,
    ),
    "Keras' dropout": (lambda: [L.Flatten(), L.Dropout(0.3)], False),
    "Conv2D": (lambda: [L.Conv2D(2, 3)], False),
    "Conv1D": (lambda: [L.Reshape((8, 8)), L.Conv1D(2, 3)], False),
    "Conv3D": (lambda: [L.Reshape((8, 8, 1, 1)), L.Conv3D(2, 1)], False),
    "DepthwiseConv2D": (lambda: [L.DepthwiseConv2D(3)], False),
    "SeparableConv2D": (lambda: [L.SeparableConv2D(2, 3)], False),
    "Conv2DTranspose": (lambda: [L.Conv2DTranspose(2, 3)], False),
    "wrapped": (lambda: [L.SpectralNormalization(L.Conv2D(2, 3))], False),
    "nested": (lambda: [keras.Sequential([keras.Sequential([L.Conv2D(2, 3)])])], False),
    "subclassed": (lambda: [HoldsLayers(L.Conv2D(2, 3))], False),
    "own layer": (lambda: [OwnConvolution()], False),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", IMAGE_NETWORKS)
def test_xla_is_chosen_where_it_is_faster(name):
    build, faster = IMAGE_NETWORKS[name]
    end = [] if name == "subclassed" else [L.Flatten(), L.Dense(1)]
    discriminator = keras.Sequential([keras.Input((8, 8, 1)), *build(), *end])
    gan = training.GAN(models.dense_generator(2, (4,), (8, 8, 1)), discriminator, 2)
    before = copy(gan.variables)
    gan.compile(keras.optimizers.Adam(), keras.optimizers.Adam())
    assert gan.jit_compile is faster
    assert same(before, copy(gan.variables))


def test_a_generator_with_convolutions_is_not_for_xla_either():
    generator = keras.Sequential([keras.Input((2,)), L.Reshape((1, 1, 2)), L.Conv2DTranspose(1, 8)])
    gan = training.GAN(generator, models.dense_discriminator((4,), (8, 8, 1)), 2)
    gan.compile(keras.optimizers.Adam(), keras.optimizers.Adam())
    assert gan.jit_compile is False


@pytest.mark.parametrize("name", training.PRESETS)
def test_every_preset_is_trained_by_xla(name):
    assert training.gan_from_preset(training.PRESETS[name]).jit_compile is True
