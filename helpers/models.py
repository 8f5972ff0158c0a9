"""Which shape? Layers, and small dense networks by size."""

import math
import random

import keras
import tensorflow as tf
from keras import layers

ACTIVATIONS = ("relu", "leaky_relu", "silu")  # leaky_relu: slope 0.2 below zero
OUTPUTS = ("tanh", "sigmoid", "linear")


def dense_generator(
    latent_dim,
    units,
    sample_shape=(28, 28, 1),
    activation="leaky_relu",
    output="tanh",
    batch_norm=False,
):
    """z (batch, latent_dim) -> samples (batch, *sample_shape), float32.

    units: widths of the hidden layers. output: "tanh" gives values in [-1, 1]; "sigmoid" makes
    values in [0, 1] and then carries them to [-1, 1] by 2v - 1; "linear" leaves them free.
    batch_norm: BatchNormalization between each hidden layer and its activation.
    Raises: ValueError for an unknown activation or output, or a width below 1.
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
    units,
    sample_shape=(28, 28, 1),
    activation="leaky_relu",
    dropout=0.0,
    unit_pixels=False,
    minibatch_std=False,
    shift=0,
):
    """Samples (batch, *sample_shape) -> one logit each, (batch, 1); large means "real".

    units: widths of the hidden layers. dropout: rate in [0, 1) after each of them.
    unit_pixels: carry [-1, 1] to [0, 1] first, for nets that were designed on that scale.
    minibatch_std: put `MinibatchStd` before the last layer.
    shift: put `RandomShift` by that many pixels before all else, on images.
    Raises: ValueError for an unknown activation, a width below 1, or a rate out of range.
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


def dense_generators(latent_dims, units, sample_dim=2, activation="leaky_relu"):
    """Many small generators side by side in one model, which share nothing but the call.

    latent_dims: the latent dimension of each game, one int a game. units: widths of the hidden
    layers. z (batch, games * max(latent_dims)) -> samples (batch, games, sample_dim): each game
    takes a part of z that no other sees, and of that its own first latent_dims entries.
    Raises: ValueError for an unknown activation, or a width or dimension below 1.
    """
    games, widest = len(latent_dims), max(latent_dims, default=0)
    _check(units, activation, games=games, latent_dim=min(latent_dims, default=1))
    used = [[float(i < dim) for i in range(widest)] for dim in latent_dims]
    stack = [keras.Input((games * widest,)), layers.Reshape((games, widest))]
    stack.append(layers.Rescaling(scale=used))
    stack += _dense_side_by_side(games, (widest, *units), activation)
    stack.append(_dense_layer(games, (widest, *units)[-1], sample_dim))
    return keras.Sequential(stack, name="generators")


def dense_discriminators(games, units, sample_dim=2, activation="leaky_relu", minibatch_std=False):
    """Many small discriminators side by side: samples (batch, games, d) -> logits (batch, games).

    The arguments are those of `dense_discriminator`; see `dense_generators`.
    """
    _check(units, activation, games=games)
    widths = (sample_dim, *units)
    stack = [keras.Input((games, sample_dim)), *_dense_side_by_side(games, widths, activation)]
    if minibatch_std:
        stack.append(MinibatchStd())
    stack.append(_dense_layer(games, widths[-1] + minibatch_std, 1))
    return keras.Sequential([*stack, layers.Reshape((games,))], name="discriminators")


def _dense_side_by_side(games, widths, activation):
    stack = []
    for inputs, outputs in zip(widths, widths[1:]):
        stack += [_dense_layer(games, inputs, outputs), _activation(activation)]
    return stack


def _dense_layer(games, inputs, outputs):
    """`layers.Dense(outputs)` for each game: (batch, games, inputs) -> (batch, games, outputs).

    Its kernel is (games, inputs, outputs), in which Keras' own Glorot rule sees a convolution or
    something else, from release to release: so the rule (Glorot and Bengio 2010) is spelled out.
    """
    limit = math.sqrt(6 / (inputs + outputs))
    return layers.EinsumDense(
        "bgi,gio->bgo",
        output_shape=(games, outputs),
        bias_axes="go",
        kernel_initializer=keras.initializers.RandomUniform(-limit, limit),
    )


def _activation(name):
    return layers.LeakyReLU(negative_slope=0.2) if name == "leaky_relu" else layers.Activation(name)


@keras.saving.register_keras_serializable("gan_course")
class MinibatchStd(layers.Layer):
    """Appends how much the batch varies: (batch, ..., features) -> (batch, ..., features + 1).

    The new value, one for the whole batch (of each game, where games lie side by side), is the mean
    over features of the standard deviation over the batch (Karras et al. 2018, section 3, with one
    group). A generator that repeats itself makes it small, and D can see that.
    """

    def call(self, inputs):
        deviation = keras.ops.sqrt(keras.ops.var(inputs, axis=0) + 1e-8)
        mean = keras.ops.mean(deviation, axis=-1, keepdims=True)
        column = keras.ops.ones_like(inputs[..., :1]) * mean
        return keras.ops.concatenate([inputs, column], axis=-1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] + 1)


def _any_start(shape, dtype):
    """A whole number in [0, 2**30) that follows from `keras.utils.set_random_seed`.

    Drawn by Python's generator: Keras 3.12 does not start that of `keras.random` anew.
    """
    return tf.fill(shape, tf.constant(random.randrange(2**30), dtype))


def _whole_number(layer, name, initializer):
    """An int32 that belongs to the layer, is saved with it, and that no optimizer touches."""
    return layer.add_weight(
        name=name, shape=(), dtype="int32", initializer=initializer, trainable=False
    )


@keras.saving.register_keras_serializable("gan_course")
class Dropout(layers.Layer):
    """Drops each number with probability `rate` while training and scales the rest by 1 / (1 - rate).

    Does what `keras.layers.Dropout` does (Srivastava et al. 2014), but what to drop follows from
    scrambling each position and the number of draws made, a dozen integer operations that XLA
    fuses with the scaling: drawn by `keras.random`, the numbers cost more on a CPU than all else
    in an update. The same under XLA as without. Raises: ValueError for a rate out of [0, 1).
    """

    def __init__(self, rate, **kwargs):
        super().__init__(**kwargs)
        if not 0 <= rate < 1:
            raise ValueError(f"dropout must be at least 0 and below 1, got {rate}")
        self.rate = rate

    def build(self, input_shape):
        self.draws = _whole_number(self, "draws", _any_start)

    def call(self, inputs, training=False):
        if not training:
            return inputs
        draw = _scramble(tf.bitcast(tf.convert_to_tensor(self.draws), "uint32"))
        position = tf.reshape(tf.range(tf.size(inputs)), tf.shape(inputs))
        number = _scramble(tf.bitwise.bitwise_xor(tf.bitcast(position, "uint32"), draw))
        self.draws.assign_add(1)
        kept = number >= tf.constant(int(self.rate * 2**32), "uint32")
        return tf.where(kept, inputs / (1 - self.rate), 0.0)

    def get_config(self):
        return {**super().get_config(), "rate": self.rate}


@keras.saving.register_keras_serializable("gan_course")
class RandomShift(layers.Layer):
    """While training, shows D each batch moved by up to `pixels` pixels up or down and sideways.

    Images (batch, height, width, channels); what leaves at one edge comes in at the other. Real
    and generated images are moved alike, so that D cannot learn a few thousand real ones by heart
    (Zhao et al. 2020, "Differentiable augmentation"); G may then move its own by as much. Over the
    first `warm_up` batches (D sees three in an update) the share of moved ones grows from 0
    to 1: early on nothing is learned by heart yet, and moves only slow D (Karras et al. 2020 let
    that share follow the need). Moves follow `keras.utils.set_random_seed`, called before the layer
    is built. Raises: ValueError for pixels or warm_up below 1, or inputs that are not images.
    """

    def __init__(self, pixels, warm_up=12_000, **kwargs):
        super().__init__(**kwargs)
        if pixels < 1 or warm_up < 1:
            raise ValueError(f"pixels and warm_up must be at least 1, got {pixels} and {warm_up}")
        self.pixels, self.warm_up = pixels, warm_up

    def build(self, input_shape):
        if len(input_shape) != 4:
            raise ValueError(f"images must be (batch, height, width, channels), got {input_shape}")
        self.draws = _whole_number(self, "draws", "zeros")
        self.seed = _whole_number(self, "seed", _any_start)

    def call(self, images, training=False):
        if not training:
            return images
        draw = tf.convert_to_tensor(self.draws)
        seed = tf.stack([tf.convert_to_tensor(self.seed), draw])
        numbers = tf.random.stateless_uniform((3,), seed, alg="philox")
        moves = tf.cast(numbers[:2] * (2 * self.pixels + 1), "int32") - self.pixels
        moved = numbers[2] * self.warm_up < tf.cast(draw, "float32")
        self.draws.assign_add(1)
        return tf.roll(images, tf.where(moved, moves, 0), axis=(1, 2))

    def get_config(self):
        return {**super().get_config(), "pixels": self.pixels, "warm_up": self.warm_up}


def _scramble(number):
    """uint32 -> uint32, one to one, neighbours far apart: "lowbias32" with the constants of
    github.com/skeeto/hash-prospector."""
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
