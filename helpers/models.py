"""Small dense networks by their sizes, and layers for discriminators."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import keras
import tensorflow as tf
from keras import layers

ACTIVATIONS = ("relu", "leaky_relu", "silu")  # leaky_relu: with a negative slope of 0.2
OUTPUTS = ("tanh", "sigmoid", "linear")


def dense_generator(
    latent_dim: int,
    units: Sequence[int],
    sample_shape: tuple[int, ...] = (28, 28, 1),
    activation: str = "leaky_relu",
    output: str = "tanh",
    batch_norm: bool = False,
) -> keras.Sequential:
    """A dense generator: z (batch, latent_dim) -> samples (batch, *sample_shape), float32.

    Args:
        latent_dim: int >= 1, size of a latent vector.
        units: widths of the hidden layers.
        sample_shape: shape of one sample.
        activation: of the hidden layers, one of `ACTIVATIONS`.
        output: "tanh" gives values in [-1, 1]; "sigmoid" makes values in [0, 1] and rescales them
            to [-1, 1] by 2v - 1; "linear" leaves them unbounded.
        batch_norm: True puts BatchNormalization between each hidden layer and its activation.

    Returns:
        An uncompiled model.

    Raises:
        ValueError: if activation or output is unknown, or latent_dim or a width is below 1.

    Example:
        >>> from helpers import models
        >>> models.dense_generator(2, (64, 64), (2,), output="linear").output_shape
        (None, 2)
    """
    _check(units, activation, latent_dim=latent_dim)
    if output not in OUTPUTS:
        raise ValueError(f"output must be one of {OUTPUTS}, got {output!r}")
    stack = [keras.Input((latent_dim,))]
    for width in units:
        stack.append(layers.Dense(width))
        if batch_norm:
            stack.append(layers.BatchNormalization())
        stack.append(_activation(activation))
    stack.append(layers.Dense(math.prod(sample_shape), activation=output))
    if output == "sigmoid":
        stack.append(layers.Rescaling(scale=2.0, offset=-1.0))
    return keras.Sequential([*stack, layers.Reshape(sample_shape)], name="generator")


def dense_discriminator(
    units: Sequence[int],
    sample_shape: tuple[int, ...] = (28, 28, 1),
    activation: str = "leaky_relu",
    dropout: float = 0.0,
    unit_pixels: bool = False,
    minibatch_std: bool = False,
    shift: int = 0,
) -> keras.Sequential:
    """A dense discriminator: samples (batch, *sample_shape) -> logits (batch, 1), large for "real".

    Args:
        units: widths of the hidden layers.
        sample_shape: shape of one sample.
        activation: of the hidden layers, one of `ACTIVATIONS`.
        dropout: rate in [0, 1) of `Dropout` after each hidden layer; 0: none.
        unit_pixels: True rescales [-1, 1] to [0, 1] first, for networks designed for that range.
        minibatch_std: True puts `MinibatchStd` before the last layer.
        shift: int, pixels of `RandomShift` before all other layers, on images; 0: none.

    Returns:
        An uncompiled model.

    Raises:
        ValueError: if activation is unknown, a width is below 1, or dropout or shift is out of
            range.
    """
    _check(units, activation)
    stack = [keras.Input(sample_shape)]
    if shift:
        stack.append(RandomShift(shift))
    stack.append(layers.Flatten())
    if unit_pixels:
        stack.append(layers.Rescaling(scale=0.5, offset=0.5))
    for width in units:
        stack += [layers.Dense(width), _activation(activation)]
        if dropout:
            stack.append(Dropout(dropout))
    if minibatch_std:
        stack.append(MinibatchStd())
    return keras.Sequential([*stack, layers.Dense(1)], name="discriminator")


def dense_generators(
    latent_dims: Sequence[int],
    units: Sequence[int],
    sample_dim: int = 2,
    activation: str = "leaky_relu",
) -> keras.Sequential:
    """The generators of many GANs in one batched model; they share no weights.

    Its input is z (batch, gans * max(latent_dims)), its output (batch, gans, sample_dim). Each GAN
    has a section of z of its own, and uses the first latent_dims entries of it.

    Args:
        latent_dims: latent dimension of each GAN, one int >= 1 for each.
        units: widths of the hidden layers, the same for all GANs.
        sample_dim: int, values in one sample.
        activation: of the hidden layers, one of `ACTIVATIONS`.

    Returns:
        An uncompiled model.

    Raises:
        ValueError: if activation is unknown, or a width or latent dimension is below 1.

    Example:
        >>> from helpers import models
        >>> generators = models.dense_generators((2, 2, 4), (32,))
        >>> generators.input_shape, generators.output_shape
        ((None, 12), (None, 3, 2))
    """
    gans, widest = len(latent_dims), max(latent_dims, default=0)
    _check(units, activation, gans=gans, latent_dim=min(latent_dims, default=1))
    used = [[float(i < dim) for i in range(widest)] for dim in latent_dims]
    stack = [keras.Input((gans * widest,)), layers.Reshape((gans, widest))]
    stack.append(layers.Rescaling(scale=used))
    stack += _hidden_layers(gans, (widest, *units), activation)
    stack.append(_batched_dense(gans, (widest, *units)[-1], sample_dim))
    return keras.Sequential(stack, name="generators")


def dense_discriminators(
    gans: int,
    units: Sequence[int],
    sample_dim: int = 2,
    activation: str = "leaky_relu",
    minibatch_std: bool = False,
) -> keras.Sequential:
    """The discriminators of many GANs in one batched model; they share no weights.

    Its input is (batch, gans, sample_dim), its output logits (batch, gans).

    Args:
        gans: int >= 1, number of GANs.
        units: widths of the hidden layers, the same for all GANs.
        sample_dim: int, values in one sample.
        activation: of the hidden layers, one of `ACTIVATIONS`.
        minibatch_std: True puts `MinibatchStd` before the last layer.

    Returns:
        An uncompiled model.

    Raises:
        ValueError: if activation is unknown, or gans or a width is below 1.
    """
    _check(units, activation, gans=gans)
    widths = (sample_dim, *units)
    stack = [keras.Input((gans, sample_dim)), *_hidden_layers(gans, widths, activation)]
    if minibatch_std:
        stack.append(MinibatchStd())
    stack.append(_batched_dense(gans, widths[-1] + minibatch_std, 1))
    return keras.Sequential([*stack, layers.Reshape((gans,))], name="discriminators")


def _hidden_layers(gans, widths, activation):
    stack = []
    for inputs, outputs in zip(widths, widths[1:]):
        stack += [_batched_dense(gans, inputs, outputs), _activation(activation)]
    return stack


def _batched_dense(gans, inputs, outputs):
    """`layers.Dense(outputs)` for each GAN: (batch, gans, inputs) -> (batch, gans, outputs).

    Its kernel is (gans, inputs, outputs). Keras' own Glorot initializer takes the fan-in of such a
    kernel as that of a convolution or otherwise, depending on the release, so the limits of Glorot
    and Bengio 2010 are computed here.
    """
    limit = math.sqrt(6 / (inputs + outputs))
    return layers.EinsumDense(
        "bgi,gio->bgo",
        output_shape=(gans, outputs),
        bias_axes="go",
        kernel_initializer=keras.initializers.RandomUniform(-limit, limit),
    )


def _activation(name):
    return layers.LeakyReLU(negative_slope=0.2) if name == "leaky_relu" else layers.Activation(name)


@keras.saving.register_keras_serializable("gan_course")
class MinibatchStd(layers.Layer):
    """Appends how much the batch varies: (batch, ..., features) -> (batch, ..., features + 1).

    The new feature is the mean over features of the standard deviation over the batch: one value
    for the whole batch, or one for each GAN of a batched model. It is small if the generator
    repeats itself, which D can detect. Karras et al. 2018, section 3, with one group.
    """

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        deviation = keras.ops.sqrt(keras.ops.var(inputs, axis=0) + 1e-8)
        mean = keras.ops.mean(deviation, axis=-1, keepdims=True)
        column = keras.ops.ones_like(inputs[..., :1]) * mean
        return keras.ops.concatenate([inputs, column], axis=-1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] + 1)


def _random_start(shape, dtype):
    """A whole number in [0, 2**30) that follows from `keras.utils.set_random_seed`.

    Drawn by Python's generator: Keras 3.12 does not reset that of `keras.random`.
    """
    return tf.fill(shape, tf.constant(random.randrange(2**30), dtype))


def _int_weight(layer, name, initializer):
    """An int32 scalar that is saved with the layer and not trained."""
    return layer.add_weight(
        name=name, shape=(), dtype="int32", initializer=initializer, trainable=False
    )


@keras.saving.register_keras_serializable("gan_course")
class Dropout(layers.Layer):
    """`keras.layers.Dropout` with random numbers that are cheap on a CPU.

    While training, each value is set to 0 with probability `rate`, and the others are scaled by
    1 / (1 - rate) (Srivastava et al. 2014). A counter-based hash of the position and the call
    number decides what is dropped: a dozen integer operations that XLA fuses with the scaling.
    Numbers from `keras.random` cost more on a CPU than the rest of an update. With
    `tf.nn.experimental.stateless_dropout` the preset "wide_dropout" makes 0.8 times as many updates a
    second (Philox), or as many (Threefry, but only under XLA). The same values are dropped with XLA
    and without.

    Args:
        rate: float in [0, 1), the probability. Inputs may have any shape.

    Raises:
        ValueError: if rate is out of [0, 1).
    """

    def __init__(self, rate: float, **kwargs):
        super().__init__(**kwargs)
        if not 0 <= rate < 1:
            raise ValueError(f"dropout must be at least 0 and below 1, got {rate}")
        self.rate = rate

    def build(self, input_shape):
        self.draws = _int_weight(self, "draws", _random_start)

    def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        if not training:
            return inputs
        draw = _hash(tf.bitcast(tf.convert_to_tensor(self.draws), "uint32"))
        position = tf.reshape(tf.range(tf.size(inputs)), tf.shape(inputs))
        number = _hash(tf.bitwise.bitwise_xor(tf.bitcast(position, "uint32"), draw))
        self.draws.assign_add(1)
        kept = number >= tf.constant(int(self.rate * 2**32), "uint32")
        return tf.where(kept, inputs / (1 - self.rate), 0.0)

    def get_config(self):
        return {**super().get_config(), "rate": self.rate}


@keras.saving.register_keras_serializable("gan_course")
class RandomShift(layers.Layer):
    """Shifts a training batch by up to `pixels` pixels vertically and horizontally, cyclically.

    One shift for the whole batch; pixels that leave at one edge enter at the opposite one. Batches
    of real and of generated images are shifted by the same rule, so D cannot memorise a few
    thousand real ones (Zhao et al. 2020, "Differentiable augmentation"), but G may then produce
    images shifted by as much. Over the first `warm_up` batches (three per update pass through D)
    the fraction of shifted batches grows from 0 to 1: early on nothing is memorised yet, and shifts
    only slow D down (Karras et al. 2020 adapt that fraction while training). Shifts follow
    `keras.utils.set_random_seed`, called before the layer is built.

    Args:
        pixels: int >= 1, the largest shift of images (batch, height, width, channels).
        warm_up: int >= 1, batches until all are shifted.

    Raises:
        ValueError: if pixels or warm_up is below 1, or inputs do not have four axes.
    """

    def __init__(self, pixels: int, warm_up: int = 12_000, **kwargs):
        super().__init__(**kwargs)
        if pixels < 1 or warm_up < 1:
            raise ValueError(f"pixels and warm_up must be at least 1, got {pixels} and {warm_up}")
        self.pixels, self.warm_up = pixels, warm_up

    def build(self, input_shape):
        if len(input_shape) != 4:
            raise ValueError(f"images must be (batch, height, width, channels), got {input_shape}")
        self.draws = _int_weight(self, "draws", "zeros")
        self.seed = _int_weight(self, "seed", _random_start)

    def call(self, images: tf.Tensor, training: bool = False) -> tf.Tensor:
        if not training:
            return images
        draw = tf.convert_to_tensor(self.draws)
        seed = tf.stack([tf.convert_to_tensor(self.seed), draw])
        numbers = tf.random.stateless_uniform((3,), seed, alg="philox")
        shifts = tf.cast(numbers[:2] * (2 * self.pixels + 1), "int32") - self.pixels
        shifted = numbers[2] * self.warm_up < tf.cast(draw, "float32")
        self.draws.assign_add(1)
        return tf.roll(images, tf.where(shifted, shifts, 0), axis=(1, 2))

    def get_config(self):
        return {**super().get_config(), "pixels": self.pixels, "warm_up": self.warm_up}


def _hash(number):
    """A one-to-one hash of uint32: "lowbias32", constants of github.com/skeeto/hash-prospector."""
    for shift, factor in ((16, 0x21F0AAAD), (15, 0x735A2D97)):
        number = tf.bitwise.bitwise_xor(
            number, tf.bitwise.right_shift(number, tf.constant(shift, "uint32"))
        )
        number *= tf.constant(factor, "uint32")
    return tf.bitwise.bitwise_xor(number, tf.bitwise.right_shift(number, tf.constant(15, "uint32")))


def _check(units, activation, **sizes):
    if activation not in ACTIVATIONS:
        raise ValueError(f"activation must be one of {ACTIVATIONS}, got {activation!r}")
    for name, size in [*sizes.items(), *(("a width in units", width) for width in units)]:
        if size < 1:
            raise ValueError(f"{name} must be at least 1, got {size}")
