"""Gradient penalties on D, computed together with D's logits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import keras
import tensorflow as tf


@dataclass(frozen=True)
class Penalty:
    """A penalty on the norm of D's gradient with respect to its input.

    Args:
        name: str, its key in `PENALTIES`.
        samples: where the gradient is taken: "real", "fake", or "interpolated" (see `interpolate`).
        penalty: callable, maps ||grad_x s(x)||^2 of each sample, (batch, ...), to a scalar >= 0.
    """

    name: str
    samples: str
    penalty: Callable[[tf.Tensor], tf.Tensor]


def half_mean_square(squared_norms: tf.Tensor) -> tf.Tensor:
    """The R1 or R2 penalty, 1/2 E ||grad s||^2; its weight is gamma.

    Mescheder et al. 2018, eq. 9 (R1) and 10 (R2).

    Args:
        squared_norms: float32 (batch, ...), ||grad s||^2 of each sample.

    Returns:
        Scalar >= 0.
    """
    return 0.5 * tf.reduce_mean(squared_norms)


def unit_gradient_norm(squared_norms: tf.Tensor) -> tf.Tensor:
    """The WGAN-GP penalty, E (||grad s|| - 1)^2; its weight is 10 in the paper.

    Gulrajani et al. 2017, eq. 3. The root has 1e-12 inside it, so that a gradient of exactly zero
    gives 1, not NaN.

    Args:
        squared_norms: float32 (batch, ...), ||grad s||^2 of each sample.

    Returns:
        Scalar >= 0.
    """
    return tf.reduce_mean((tf.sqrt(squared_norms + 1e-12) - 1) ** 2)


PENALTIES = {
    penalty.name: penalty
    for penalty in (
        Penalty("r1", "real", half_mean_square),
        Penalty("r2", "fake", half_mean_square),
        Penalty("wgan_gp", "interpolated", unit_gradient_norm),
    )
}


def logits_and_penalties(
    discriminator: Callable[..., tf.Tensor],
    real: tf.Tensor,
    fake: tf.Tensor,
    names: Sequence[str] = (),
    seed: keras.random.SeedGenerator | None = None,
) -> tuple[tf.Tensor, tf.Tensor, dict[str, tf.Tensor]]:
    """D's logits and gradient penalties, with one pass of D for each batch.

    D must not normalise over the batch (no BatchNormalization), or the gradient at a sample is not
    that sample's own. If D holds many GANs in one batched model, samples are (batch, gans, ...) and
    logits (batch, gans): each GAN has a gradient of its own.

    Args:
        discriminator: Keras model, gives one logit for each sample, (batch, 1) or (batch, gans).
        real: float32 (batch, ...), real samples.
        fake: float32 (batch, ...), generated samples, of the same shape.
        names: names in `PENALTIES`.
        seed: needed by "wgan_gp" only, for its interpolation factors.

    Returns:
        Logits of real, logits of fake, {name: scalar penalty >= 0}.

    Example:
        >>> import keras, numpy as np, tensorflow as tf
        >>> from helpers.losses import logits_and_penalties
        >>> D = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        >>> D.set_weights([np.float32([[3], [4]]), np.float32([0])])  # gradient (3, 4) everywhere
        >>> _, _, penalties = logits_and_penalties(D, tf.ones((8, 2)), tf.zeros((8, 2)), ["r1"])
        >>> float(penalties["r1"])
        12.5
    """
    batches = {"real": real, "fake": fake}
    penalised = {PENALTIES[name].samples for name in names}
    if "interpolated" in penalised:
        batches["interpolated"] = interpolate(real, fake, seed)
    logits, squared_norms = {}, {}
    for kind, samples in batches.items():
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(samples)
            logits[kind] = tf.cast(discriminator(samples, training=True), "float32")
            total = tf.reduce_sum(logits[kind])
        if kind in penalised:
            gradient = tape.gradient(total, samples)
            many_gans = logits[kind].shape[1:] == gradient.shape[1:-1]
            sample_axes = range(2 if many_gans else 1, len(gradient.shape))
            squared_norms[kind] = tf.reduce_sum(gradient**2, axis=sample_axes)
    penalties = {
        name: PENALTIES[name].penalty(squared_norms[PENALTIES[name].samples]) for name in names
    }
    return logits["real"], logits["fake"], penalties


def interpolate(
    real: tf.Tensor, fake: tf.Tensor, seed: keras.random.SeedGenerator | None
) -> tf.Tensor:
    """Random points on the segments from fake to real, one factor in [0, 1] for each pair.

    Gulrajani et al. 2017, Algorithm 1, lines 4-6.

    Args:
        real: float32 (batch, ...), real samples.
        fake: float32 (batch, ...), generated samples, of the same shape.
        seed: source of the uniform factors; None draws from Keras' global generator.

    Returns:
        float32, samples of the shape of `real`.
    """
    shape = (tf.shape(real)[0],) + (1,) * (len(real.shape) - 1)
    factor = keras.random.uniform(shape, 0.0, 1.0, seed=seed)
    return factor * real + (1 - factor) * fake
