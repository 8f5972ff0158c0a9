"""Losses of both networks on D's logits.

A logit s = D(x) is any real number, large if D considers x real; the probability is sigmoid(s).
Logits are float32, (batch, 1) or (batch,). Both networks minimise. A discriminator loss is the
*sum* of a term for real and a term for generated samples, each a mean over the batch. The logistic
losses are in nats: at D = 1/2 the discriminator's is 2 log 2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import tensorflow as tf
from keras import ops

softplus = ops.softplus  # softplus(-s) = -log sigmoid(s), without overflow


@dataclass(frozen=True)
class Loss:
    """The losses of both networks; each maps (real_logits, fake_logits) to a scalar.

    Args:
        name: str, its key in `LOSSES`.
        discriminator: callable, D's loss.
        generator: callable, G's loss.
        paired: True if G's loss depends on real_logits too; otherwise it accepts None for them.
    """

    name: str
    discriminator: Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
    generator: Callable[[tf.Tensor | None, tf.Tensor], tf.Tensor]
    paired: bool = False


def logistic_discriminator(real_logits: tf.Tensor, fake_logits: tf.Tensor) -> tf.Tensor:
    """D's logistic loss, -E log D(x) - E log(1 - D(G(z))), in nats.

    Goodfellow et al. 2014, eq. 1 with the opposite sign.

    Args:
        real_logits: float32 (batch, 1), of real samples.
        fake_logits: float32 (batch, 1), of generated samples.

    Returns:
        Scalar loss, at least 0.

    Example:
        >>> import tensorflow as tf
        >>> from helpers.losses import logistic_discriminator
        >>> logits = tf.zeros((64, 1))  # D = 1/2 everywhere
        >>> print(f"{float(logistic_discriminator(logits, logits)):.3f}")  # 2 log 2
        1.386
    """
    return ops.mean(softplus(-real_logits)) + ops.mean(softplus(fake_logits))


def minimax_generator(real_logits: tf.Tensor | None, fake_logits: tf.Tensor) -> tf.Tensor:
    """G's minimax (saturating) loss, E log(1 - D(G(z))), in nats.

    Goodfellow et al. 2014, eq. 1. Its gradient vanishes where D is sure that a sample is generated.

    Args:
        real_logits: not used.
        fake_logits: float32 (batch, 1), of generated samples.

    Returns:
        Scalar loss, at most 0.
    """
    return -ops.mean(softplus(fake_logits))


def non_saturating_generator(real_logits: tf.Tensor | None, fake_logits: tf.Tensor) -> tf.Tensor:
    """G's non-saturating loss, -E log D(G(z)), in nats.

    Goodfellow et al. 2014, section 3.

    Args:
        real_logits: not used.
        fake_logits: float32 (batch, 1), of generated samples.

    Returns:
        Scalar loss, at least 0.
    """
    return ops.mean(softplus(-fake_logits))


def least_squares_discriminator(real_logits: tf.Tensor, fake_logits: tf.Tensor) -> tf.Tensor:
    """D's least-squares loss, 1/2 E (s(x) - 1)^2 + 1/2 E s(G(z))^2.

    Mao et al. 2017, eq. 9 (a = 0, b = c = 1).

    Args:
        real_logits: float32 (batch, 1), of real samples.
        fake_logits: float32 (batch, 1), of generated samples.

    Returns:
        Scalar loss, at least 0.
    """
    return 0.5 * (ops.mean((real_logits - 1) ** 2) + ops.mean(fake_logits**2))


def least_squares_generator(real_logits: tf.Tensor | None, fake_logits: tf.Tensor) -> tf.Tensor:
    """G's least-squares loss, 1/2 E (s(G(z)) - 1)^2.

    Mao et al. 2017, eq. 9.

    Args:
        real_logits: not used.
        fake_logits: float32 (batch, 1), of generated samples.

    Returns:
        Scalar loss, at least 0.
    """
    return 0.5 * ops.mean((fake_logits - 1) ** 2)


def hinge_discriminator(real_logits: tf.Tensor, fake_logits: tf.Tensor) -> tf.Tensor:
    """D's hinge loss, E max(0, 1 - s(x)) + E max(0, 1 + s(G(z))).

    Lim and Ye 2017; Miyato et al. 2018, eq. 16.

    Args:
        real_logits: float32 (batch, 1), of real samples.
        fake_logits: float32 (batch, 1), of generated samples.

    Returns:
        Scalar loss, at least 0.
    """
    return ops.mean(ops.relu(1 - real_logits)) + ops.mean(ops.relu(1 + fake_logits))


def wasserstein_discriminator(real_logits: tf.Tensor, fake_logits: tf.Tensor) -> tf.Tensor:
    """The critic's Wasserstein loss, E s(G(z)) - E s(x): minus the estimated distance.

    Arjovsky et al. 2017, eq. 2.

    Args:
        real_logits: float32 (batch, 1), of real samples.
        fake_logits: float32 (batch, 1), of generated samples.

    Returns:
        Scalar loss, of either sign.
    """
    return ops.mean(fake_logits) - ops.mean(real_logits)


def wasserstein_generator(real_logits: tf.Tensor | None, fake_logits: tf.Tensor) -> tf.Tensor:
    """G's loss for both the hinge and the Wasserstein loss of D, -E s(G(z)).

    Args:
        real_logits: not used.
        fake_logits: float32 (batch, 1), of generated samples.

    Returns:
        Scalar loss, of either sign.
    """
    return -ops.mean(fake_logits)


def relativistic_discriminator(real_logits: tf.Tensor, fake_logits: tf.Tensor) -> tf.Tensor:
    """D's relativistic loss over pairs, E log(1 + exp(s(G(z)) - s(x))), in nats.

    Jolicoeur-Martineau 2019; Huang et al. 2024, eq. 2.

    Args:
        real_logits: float32 (batch, 1), of real samples.
        fake_logits: float32 (batch, 1), of generated samples.

    Returns:
        Scalar loss, at least 0.
    """
    return ops.mean(softplus(fake_logits - real_logits))


def relativistic_generator(real_logits: tf.Tensor, fake_logits: tf.Tensor) -> tf.Tensor:
    """G's relativistic loss over pairs, E log(1 + exp(s(x) - s(G(z)))), in nats.

    The discriminator's loss with real and generated samples exchanged.

    Args:
        real_logits: float32 (batch, 1), of real samples.
        fake_logits: float32 (batch, 1), of generated samples.

    Returns:
        Scalar loss, at least 0.
    """
    return ops.mean(softplus(real_logits - fake_logits))


LOSSES = {
    loss.name: loss
    for loss in (
        Loss("minimax", logistic_discriminator, minimax_generator),
        Loss("non_saturating", logistic_discriminator, non_saturating_generator),
        Loss("least_squares", least_squares_discriminator, least_squares_generator),
        Loss("hinge", hinge_discriminator, wasserstein_generator),
        Loss("wasserstein", wasserstein_discriminator, wasserstein_generator),
        Loss("relativistic", relativistic_discriminator, relativistic_generator, paired=True),
    )
}
