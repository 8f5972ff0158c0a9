"""Histories, samples and models for the tests of helpers.diagnostics."""

from helpers import data, diagnostics

import keras
import numpy as np
import tensorflow as tf

RING = data.ring(sigma=0.05)
REAL, OTHER_REAL = RING.sample(1000, seed=0), RING.sample(500, seed=1)


def healthy_history(n=1000):
    """A history of a healthy run: noise around the values of two equal networks."""
    noise = np.random.default_rng(0).normal
    return {
        "discriminator_loss": noise(1.35, 0.03, n),
        "generator_loss": noise(0.75, 0.03, n),
        "real_score": noise(0.52, 0.03, n),
        "fake_score": noise(0.48, 0.03, n),
        "real_accuracy": noise(0.6, 0.05, n),
        "fake_accuracy": noise(0.6, 0.05, n),
        "discriminator_gradient_norm": noise(0.5, 0.05, n),
        "generator_gradient_norm": noise(0.5, 0.05, n),
    }


def healthy_monitor_history(n=1000):
    """The same with the columns that a `Monitor` adds."""
    noise = np.random.default_rng(1).normal
    return healthy_history(n) | {
        "discriminator_update_ratio": abs(noise(4e-3, 1e-3, n)),
        "generator_update_ratio": abs(noise(4e-3, 1e-3, n)),
        "generator_alignment": noise(0.02, 0.2, n),
    }


def confident_discriminator(gradient_norms):
    """D classifies all samples correctly, and G's gradient has these norms."""
    ones = np.ones(1000)
    scores = {"real_accuracy": ones, "fake_accuracy": ones, "fake_score": 0.01 * ones}
    return (
        healthy_history()
        | scores
        | {"real_score": 0.99 * ones, "generator_gradient_norm": gradient_norms}
    )


def sine(n=1000, height=0.3, period=100):
    return 0.5 + height * np.sin(2 * np.pi * np.arange(n) / period)


def finding_names(diagnosis):
    return [finding.name for finding in diagnosis.findings]


def found_names(history=None, samples=OTHER_REAL, real=REAL, **options):
    """The names of all findings of such a run, in order."""
    return finding_names(diagnostics.diagnose(history or {}, samples, real, **options))


class PlainGAN(keras.Model):
    """As in the Keras guide, independent of this course."""

    def __init__(self, generator, discriminator):
        super().__init__()
        self.generator, self.discriminator = generator, discriminator
        self.cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)

    def compile(self, generator_optimizer, discriminator_optimizer, **rules):
        super().compile(**rules)
        self.generator_optimizer = generator_optimizer
        self.discriminator_optimizer = discriminator_optimizer

    def train_step(self, real):
        z, ones, zeros = tf.random.normal((32, 3)), tf.ones((32, 1)), tf.zeros((32, 1))
        with tf.GradientTape() as tape:
            fake = self.generator(z)
            on_real, on_fake = (self.discriminator(x, training=True) for x in (real, fake))
            loss = self.cross_entropy(ones, on_real) + self.cross_entropy(zeros, on_fake)
        weights = self.discriminator.trainable_weights
        self.discriminator_optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        with tf.GradientTape() as tape:
            loss = self.cross_entropy(ones, self.discriminator(self.generator(z)))
        weights = self.generator.trainable_weights
        self.generator_optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        return {"loss": loss}
