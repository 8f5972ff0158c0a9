"""Exercises of lesson 04."""

import numpy as np
import tensorflow as tf

from .answer import (
    NotYet,
    Verdict,
    call,
    compare,
    explained,
    guarded,
    number_check,
    numbers,
    shown,
)
from .the_minimax_loss import LOGITS, loss_of_logits


@number_check(
    2 * np.log(2),
    {
        np.log(
            2
        ): "that is log 2, the loss of one half; this loss is the sum of a real and a fake part.",
        -2 * np.log(2): "the sign is turned: D minimises minus the value of the game.",
        2.0: "that is 2 log2(2), in bits; we count in nats, with the natural logarithm.",
        0.5: "1/2 is what D answers; its loss is minus the logarithm of that, twice.",
    },
    "-log(1/2) for the real half and -log(1 - 1/2) for the generated half.",
)
def check_confused_discriminator(answer):
    """The discriminator's loss, in nats, where it answers 1/2 to everything: 2 log 2."""


@guarded
def check_pixel_scale(answer):
    """A function from pixels 0..255 to the course's [-1, 1]."""
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


@guarded
def check_generator_loss(answer):
    """A function from the logits of generated images to the non-saturating loss, a scalar."""
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
    loss_of_logits(
        answer,
        np.log1p(np.exp(-s)).mean(),
        mistakes,
        {-1000.0: 1000.0},
        "Do not take the log of a sigmoid; softplus(-s) is the same number and never overflows.",
    )
    return Verdict("right", "and safe at any logit: -log sigmoid(s) = softplus(-s).")


@guarded
def check_generator_step(answer, build):
    """A function (gan, z) that moves G once and D not at all. build() gives a fresh GAN."""
    gan = call(build, takes="")
    with explained(f"reading build()'s GAN, {shown(gan)},", " build() should give a fresh GAN."):
        generator, discriminator = gan.generator, gan.discriminator
        before = [[w.numpy() for w in player.weights] for player in (generator, discriminator)]
        z = tf.random.stateless_normal((32, gan.latent_dim), seed=(1, 2))
        score = float(tf.reduce_mean(discriminator(generator(z))))
    call(answer, gan, z, takes="gan, z")
    moved = [
        any((w.numpy() != b).any() for w, b in zip(player.weights, weights))
        for player, weights in zip((generator, discriminator), before)
    ]
    if moved[1]:
        raise NotYet("D moved too. Take gradients with respect to the generator's variables only.")
    if not moved[0]:
        raise NotYet("G did not move. Apply the gradients with gan.generator_optimizer.")
    if not float(tf.reduce_mean(discriminator(generator(z)))) >= score:
        raise NotYet("D now trusts these images less. The sign of the loss is turned.")
    return Verdict("right", "G moved, D kept every bit, and D now rates the same z higher.")
