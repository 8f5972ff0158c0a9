"""Exercises of the lesson `dense_mnist`: the losses, the scale of pixels and one step of G."""

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from .answer import (
    NotYet,
    Verdict,
    call,
    compare,
    explain_errors,
    guarded,
    number,
    number_check,
    numbers,
    short_repr,
)

LOGITS = np.linspace(-6, 3, 25, dtype="float32").reshape(-1, 1)


@number_check(
    2 * np.log(2),
    {
        np.log(
            2
        ): "that is log 2, the loss of one half; this loss is the sum of a real and a fake part.",
        -2 * np.log(2): "the sign is turned: D minimises minus the value function V(D, G).",
        2.0: "that is 2 log2(2), in bits; we count in nats, with the natural logarithm.",
        0.5: "1/2 is D's probability; its loss is minus the logarithm of that, twice.",
    },
    "-log(1/2) for the real half and -log(1 - 1/2) for the generated half.",
)
def check_confused_discriminator(answer: float | None) -> Verdict:
    """Check the discriminator's loss where it answers 1/2 to everything: 2 log 2.

    Args:
        answer: The loss, in nats.

    Returns:
        Verdict.
    """


@guarded
def check_pixel_scale(answer: Callable | None) -> Verdict:
    """Check a function from pixels in 0..255 to the course's [-1, 1].

    Args:
        answer: Function (pixels) -> scaled pixels, on an array of shape (256,), float32.

    Returns:
        Verdict.
    """
    pixels = np.arange(256, dtype="float32")
    mistakes = {
        "that is [0, 1], the range of a sigmoid; tanh reaches from -1 to 1.": pixels / 255,
        "that is [0, 2]: subtract 1 as well.": pixels / 127.5,
        "white and black are swapped: ink must be +1.": 1 - pixels / 127.5,
        "dividing by 128 leaves the brightest pixel at 0.99.": pixels / 128 - 1,
        "that is [-0.5, 0.5], half the range of tanh.": pixels / 255 - 0.5,
    }
    scaled = numbers(call(answer, pixels, takes="pixels, an array"), "scaled pixels")
    compare(scaled, pixels / 127.5 - 1, mistakes)
    return Verdict("right", "0 becomes -1, 255 becomes +1, the two ends of tanh.")


def _compare_loss(answer, right, mistakes, extremes, safer):
    """Compare a learner's loss with the right one on `LOGITS` and on single large logits."""
    compare(numbers(call(answer, tf.constant(LOGITS), takes="logits")), right, mistakes)
    for logit, value in extremes.items():
        with np.errstate(all="ignore"):
            extreme = number(call(answer, tf.constant([[logit]]), takes="logits"))
        if not np.allclose(extreme, value):
            raise NotYet(
                f"nearly: at the logit {logit:g} it is {value:g}, yours is {extreme:g}. {safer}"
            )


@guarded
def check_generator_loss(answer: Callable | None) -> Verdict:
    """Check a function for the non-saturating loss, -E log D(G(z)) (Goodfellow et al. 2014).

    Args:
        answer: Function (logits of generated images (n, 1), a tensor) -> loss, a scalar.

    Returns:
        Verdict.
    """
    s = LOGITS.astype("float64")
    d = 1 / (1 + np.exp(-s))
    mistakes = {
        "the sign is turned: G minimises -log D(G(z)).": np.log(d).mean(),
        "that is log(1 - D(G(z))), the saturating loss.": -np.log1p(np.exp(s)).mean(),
        "that is -log(1 - D(G(z))): the discriminator's fake half, not the generator's loss.": np.log1p(
            np.exp(s)
        ).mean(),
        "take the mean over the batch, not the sum.": np.log1p(np.exp(-s)).sum(),
        "that takes the sigmoid twice: the input is a logit already.": np.log1p(np.exp(-d)).mean(),
        "that is minus the mean logit, the Wasserstein loss: the logarithm of the sigmoid is missing.": -s.mean(),
    }
    _compare_loss(
        answer,
        np.log1p(np.exp(-s)).mean(),
        mistakes,
        {-1000.0: 1000.0},
        "Do not take the log of a sigmoid; softplus(-s) is the same number and never overflows.",
    )
    return Verdict("right", "and safe at any logit: -log sigmoid(s) = softplus(-s).")


@guarded
def check_generator_step(answer: Callable | None, build: Callable[[], Any]) -> Verdict:
    """Check a function that updates G once and leaves D as it is.

    Args:
        answer: Function (gan, z) that updates G; z is a tensor of shape (32, latent_dim).
        build: Function () -> a fresh `training.GAN`.

    Returns:
        Verdict.
    """
    gan = call(build, takes="")
    with explain_errors(
        f"reading build()'s GAN, {short_repr(gan)},", " build() should give a fresh GAN."
    ):
        generator, discriminator = gan.generator, gan.discriminator
        before = [[w.numpy() for w in network.weights] for network in (generator, discriminator)]
        z = tf.random.stateless_normal((32, gan.latent_dim), seed=(1, 2))
        mean_logit = float(tf.reduce_mean(discriminator(generator(z))))
    call(answer, gan, z, takes="gan, z")
    updated = [
        any((w.numpy() != b).any() for w, b in zip(network.weights, weights))
        for network, weights in zip((generator, discriminator), before)
    ]
    if updated[1]:
        raise NotYet(
            "D was updated too. Take gradients with respect to the generator's variables only."
        )
    if not updated[0]:
        raise NotYet("G was not updated. Apply the gradients with gan.generator_optimizer.")
    if not float(tf.reduce_mean(discriminator(generator(z)))) >= mean_logit:
        raise NotYet("D's logits for these images have fallen. The sign of the loss is turned.")
    return Verdict(
        "right", "G was updated, D kept every bit, and D now gives the same z a higher logit."
    )
