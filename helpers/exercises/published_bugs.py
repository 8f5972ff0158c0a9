"""Four small bugs of published GAN code, each beside the right version.

No line of them raises an error. What finds them is an invariant: a sentence that is true of the
right code for any input, and false of the bug for a well-chosen one.

The lesson prints the source of these functions, so each has at most nine lines: `BuggyStep.call`
describes their arguments and their result.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class BuggyStep:
    """A bug, the right version, and how to tell them apart.

    Args:
        name: Its key in `BUGGY`.
        call: How both versions are called, in words: arguments, result, shapes.
        buggy: The bug, a function.
        right: The right version, a function of the same signature.
        variants: {what it is: another right version}.
        source: Who published the bug, and where.
        harm: What the bug did, one sentence or two.
        hint: What an invariant that misses the bug should try.
    """

    name: str
    call: str
    buggy: Callable
    right: Callable
    variants: dict[str, Callable]
    source: str
    harm: str
    hint: str


# ---- labels -------------------------------------------------------------------------------


def cross_entropy(labels: ArrayLike, logits: ArrayLike) -> float:
    """Binary cross-entropy, -E [label log D + (1 - label) log(1 - D)].

    Args:
        labels: Array of the shape of logits, or one label for all of them.
        logits: Array of any shape.

    Returns:
        The mean, in nats.
    """
    labels, logits = np.asarray(labels), np.asarray(logits, "float64")
    loss = labels * np.logaddexp(0, -logits) + (1 - labels) * np.logaddexp(0, logits)
    return float(loss.mean())


def buggy_labels_loss(real_logits, fake_logits, rng):
    """D's loss with noise on its labels, 1 for real and 0 for generated."""
    real_labels = 1 + 0.1 * rng.uniform(size=np.shape(real_logits))
    fake_labels = 0 - 0.1 * rng.uniform(size=np.shape(fake_logits))
    return cross_entropy(real_labels, real_logits) + cross_entropy(fake_labels, fake_logits)


def right_labels_loss(real_logits, fake_logits, rng):
    """D's loss with labels of 1 for real and 0 for generated; rng is not needed."""
    return cross_entropy(1.0, real_logits) + cross_entropy(0.0, fake_logits)


def _smoothed_labels_loss(real_logits, fake_logits, rng):
    return cross_entropy(0.9, real_logits) + cross_entropy(0.0, fake_logits)


def _noise_inwards_loss(real_logits, fake_logits, rng):
    real_labels = 1 - 0.1 * rng.uniform(size=np.shape(real_logits))
    fake_labels = 0 + 0.1 * rng.uniform(size=np.shape(fake_logits))
    return cross_entropy(real_labels, real_logits) + cross_entropy(fake_labels, fake_logits)


# ---- interpolation ------------------------------------------------------------------------


def buggy_interpolation(real, fake, rng):
    """Where WGAN-GP takes D's gradient: for each pair, a point on the segment between the two."""
    real, fake = np.asarray(real), np.asarray(fake)
    factor = rng.normal(size=(len(real),) + (1,) * (real.ndim - 1))
    return real + factor * (fake - real)


def right_interpolation(real, fake, rng):
    """Where WGAN-GP takes D's gradient: for each pair, a point on the segment between the two."""
    real, fake = np.asarray(real), np.asarray(fake)
    factor = rng.uniform(size=(len(real),) + (1,) * (real.ndim - 1))
    return real + factor * (fake - real)


def _from_fake_to_real(real, fake, rng):
    real, fake = np.asarray(real, "float32"), np.asarray(fake, "float32")
    factor = rng.uniform(size=(len(real),) + (1,) * (real.ndim - 1)).astype("float32")
    return factor * real + (1 - factor) * fake


# ---- threshold ----------------------------------------------------------------------------


def buggy_accuracy(real_logits, fake_logits):
    """Fraction of logits that D gets right, as `keras.metrics.BinaryAccuracy()` counts."""
    right = np.concatenate([np.ravel(real_logits) > 0.5, np.ravel(fake_logits) <= 0.5])
    return float(right.mean())


def right_accuracy(real_logits, fake_logits):
    """Fraction of logits that D gets right: at logit 0 the probability is 1/2."""
    right = np.concatenate([np.ravel(real_logits) > 0, np.ravel(fake_logits) <= 0])
    return float(right.mean())


def _accuracy_of_probabilities(real_logits, fake_logits):
    real, fake = (1 / (1 + np.exp(-np.ravel(logits))) for logits in (real_logits, fake_logits))
    return float(np.concatenate([real >= 0.5, fake < 0.5]).mean())


def _mean_of_two_accuracies(real_logits, fake_logits):
    return float(np.mean(np.ravel(real_logits) > 0) + np.mean(np.ravel(fake_logits) < 0)) / 2


# ---- penalty ------------------------------------------------------------------------------


def buggy_penalty_gradient(gradients):
    """Gradient of WGAN-GP's penalty E (||g|| - 1)^2 with respect to D's gradients g, (n, d)."""
    gradients = tf.cast(gradients, "float32")
    with tf.GradientTape() as tape:
        tape.watch(gradients)
        norm = tf.sqrt(tf.reduce_sum(gradients**2, axis=1))
        penalty = tf.reduce_mean((norm - 1) ** 2)
    return tape.gradient(penalty, gradients).numpy()


def right_penalty_gradient(gradients):
    """Gradient of WGAN-GP's penalty E (||g|| - 1)^2 with respect to D's gradients g, (n, d)."""
    gradients = tf.cast(gradients, "float32")
    with tf.GradientTape() as tape:
        tape.watch(gradients)
        norm = tf.sqrt(tf.reduce_sum(gradients**2, axis=1) + 1e-12)
        penalty = tf.reduce_mean((norm - 1) ** 2)
    return tape.gradient(penalty, gradients).numpy()


def _clipped_penalty_gradient(gradients):
    gradients = tf.cast(gradients, "float32")
    with tf.GradientTape() as tape:
        tape.watch(gradients)
        norm = tf.sqrt(tf.maximum(tf.reduce_sum(gradients**2, axis=1), 1e-7))
        penalty = tf.reduce_mean((norm - 1) ** 2)
    return tape.gradient(penalty, gradients).numpy()


BUGGY = {
    bug.name: bug
    for bug in (
        BuggyStep(
            "labels",
            "step(real_logits, fake_logits, rng) -> D's loss, a number",
            buggy_labels_loss,
            right_labels_loss,
            {
                "labels of 0.9 for real, one-sided smoothing": _smoothed_labels_loss,
                "noise on the labels that stays inside [0, 1]": _noise_inwards_loss,
            },
            "D. Foster, Generative Deep Learning, 2nd edition, 2023, github.com/davidADSP/"
            "Generative_Deep_Learning_2nd_Edition at 3d28172, notebooks/04_gan/01_dcgan/dcgan.ipynb, "
            "DCGAN.train_step; keras-team/keras-io at 0d5f327, examples/generative/"
            "dcgan_overriding_train_step.py, adds up to 0.05 to all labels",
            "where a label lies above 1 or below 0, D's loss falls below 0, and further the "
            "surer D is: the loss has no lower bound, and its curve cannot be read.",
            "what is D's loss where it is right and very sure, at logits of 20 and more?",
        ),
        BuggyStep(
            "interpolation",
            "step(real, fake, rng) -> points; all three of one shape, (n, ...)",
            buggy_interpolation,
            right_interpolation,
            {"factor * real + (1 - factor) * fake, up to rounding": _from_fake_to_real},
            "keras-team/keras-io at ab3ce3d, examples/generative/wgan_gp.py, line 273, from 2020 to "
            "2023, issues 143, 415 and 624; also in Foster's notebooks/04_gan/02_wgan_gp/wgan_gp.ipynb",
            "a factor from a normal leaves [0, 1] two times in three, so most gradients were "
            "taken outside the segments. Readers found it by comparing the code with the paper.",
            "take many pairs: one factor in three falls between 0 and 1 even here.",
        ),
        BuggyStep(
            "threshold",
            "step(real_logits, fake_logits) -> accuracy, a fraction from 0 to 1",
            buggy_accuracy,
            right_accuracy,
            {
                "probabilities compared with 0.5": _accuracy_of_probabilities,
                "the mean of the accuracies on real and on generated": _mean_of_two_accuracies,
            },
            "tensorflow/docs, site/en/tutorials/images/transfer_learning.ipynb, until pull request "
            "1623 of 15 July 2020; tensorflow/tensorflow issue 41413",
            "logits from 0 to 0.5 are probabilities from 0.50 to 0.62, yet they counted as "
            '"generated": accuracy on real images reads too low, on generated ones too high.',
            "which logits does it classify wrongly? Try some between 0 and 1.",
        ),
        BuggyStep(
            "penalty",
            "step(gradients) -> gradient of the penalty; both of shape (n, d)",
            buggy_penalty_gradient,
            right_penalty_gradient,
            {"a root of at least 1e-7": _clipped_penalty_gradient},
            "keras-team/keras-io at ab3ce3d, examples/generative/wgan_gp.py, line 285, from 2020 to "
            "pull request 2364 of May 2026, issues 624 and 910; also in Foster's "
            "notebooks/04_gan/02_wgan_gp/wgan_gp.ipynb",
            "a single sample where D is flat gives infinity times 0, and the next update makes all "
            "of D's weights NaN, after any number of good ones.",
            "a root has no derivative at 0. Which gradients lead there?",
        ),
    )
}
