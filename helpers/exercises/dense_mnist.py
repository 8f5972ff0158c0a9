"""Exercises of the lesson `dense_mnist`: walks, shifts, and a GAN of one's own."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike

from .answer import (
    NotYet,
    Verdict,
    call,
    explain_errors,
    guarded,
    number,
    number_check,
    numbers,
    short_repr,
)
from .own_gan import Trial

LOGITS = np.linspace(-6, 3, 25, dtype="float32").reshape(-1, 1)
MOST_SECONDS = 20.0


@number_check(
    np.sqrt(10) / 4,
    {
        np.sqrt(0.5): "that is the middle of the walk; a quarter of the way it is another value.",
        2
        * np.sqrt(10): "that is the length for 64 dimensions; give it relative to that of a and b.",
        10 / 16: "that is the squared length: variances add up, lengths do not.",
        1.0: "that is slerp; on the straight line the length shrinks.",
        0.75: "the other end counts, too: with the factor 1/4.",
        0.5: "3/4 - 1/4 would be right for opposite directions; these are at right angles.",
    },
    "the squares add up, 9/16 + 1/16, since two independent vectors are nearly at right angles.",
)
def check_walk_length(answer: float | None) -> Verdict:
    """Check the length of a straight walk at a quarter of its way, relative to its ends'.

    The ends are independent z ~ N(0, I) of many dimensions: sqrt((3/4)^2 + (1/4)^2).

    Args:
        answer: The relative length, about 0.79; within 0.1 %.

    Returns:
        Verdict.
    """


@guarded
def check_shift_each_image(answer: Callable | None) -> Verdict:
    """Check a function that shifts each image of a batch by its own random -1, 0 or 1 pixel.

    Args:
        answer: Function (images (256, 28, 28, 1), a float32 tensor) -> images of the same shape,
            each shifted cyclically along both axes.

    Returns:
        Verdict.
    """
    rng = np.random.default_rng(0)
    images = rng.uniform(-1, 1, (256, 28, 28, 1)).astype("float32")
    shifted = numbers(
        call(answer, tf.constant(images), takes="images, a tensor"), "images", images.shape
    )
    steps = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    moved = np.stack([np.roll(images, step, axis=(1, 2)) for step in steps])
    fits = np.isclose(shifted, moved).all(axis=(2, 3, 4))  # (9, 256)
    if np.isclose(shifted, images).all():
        raise NotYet("no image has moved.")
    if not fits.any(axis=0).all():
        _name_wrong_shift(images, shifted, fits)
    if fits.all(axis=1).any():
        raise NotYet("all images moved alike: that is the shift of the whole batch.")
    counts = fits.sum(axis=1)
    if counts.min() < 5:
        missing = ", ".join(str(step) for step, n in zip(steps, counts) if n < 5)
        raise NotYet(
            f"of 256 images hardly one moved by {missing}; all nine steps should be as likely. "
            "(The upper limit of tf.random.uniform is left out.)"
        )
    return Verdict("right", "each image moved on its own, by all nine steps about equally often.")


def _name_wrong_shift(images, shifted, fits):
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=-1)
    cut = [padded[:, i : i + 28, j : j + 28] for i in range(3) for j in range(3)]
    if np.isclose(shifted, np.stack(cut)).all(axis=(2, 3, 4)).any(axis=0).all():
        raise NotYet("what leaves at one edge should enter at the other, as with tf.roll.")
    wrong = int(np.argmin(fits.any(axis=0)))
    other = [np.isclose(shifted[wrong], image).all() for image in images]
    if any(other):
        raise NotYet(f"image {wrong} became another image: the order of the batch has changed.")
    raise NotYet(f"image {wrong} is not itself, shifted by -1, 0 or 1 along each axis.")


@guarded
def check_my_gan(
    answer: tuple | None,
    images: ArrayLike,
    distance: Callable,
    baselines: dict,
    seconds: float = MOST_SECONDS,
) -> Verdict:
    """Train a learner's GAN of digits for some seconds, score it, and name the usual slips.

    The check owns the loop: it cuts shuffled images into batches of 128, as long as the time lasts.
    What train_step needs to compile is not counted, up to as many seconds again.

    Args:
        answer: (generator, discriminator, train_step). The generator turns latent vectors (n, d)
            into images, the discriminator images into one number each, and train_step(real) makes
            one update of both with a batch of real images, a float32 tensor (128, 28, 28, 1).
        images: Real images to train on, float32 (n, 28, 28, 1) in [-1, 1], n >= 128.
        distance: Function (images) -> distance to held-out digits, lower is better.
        baselines: {"noise": distance, "the lesson's first loop": ..., "real digits": ...}, the
            scores to compare with. The answer is right below a third of that of noise.
        seconds: How long to train, above 0 and at most 20.

    Returns:
        Verdict, with a table of the distances.
    """
    trial = Trial(answer, images, seconds, MOST_SECONDS)
    if not callable(distance):
        raise NotYet(f"distance should be a function of images, got {short_repr(distance)}.")
    with explain_errors("reading baselines,", ' Expected {"noise": a number, ...}.'):
        rows = {str(name): float(value) for name, value in baselines.items()}
        noise = rows["noise"]
    untrained = number(
        call(distance, trial.samples(), takes="images"), "distance(images), a number"
    )
    if untrained < noise / 3:
        raise NotYet(
            f"before the first update the distance is {untrained:.1f}: the generator is trained "
            "already. Run the cell that makes the networks again, so that they begin anew."
        )
    trial.train()
    samples = trial.samples()
    mine = number(call(distance, samples, takes="images"), "distance(images), a number")
    rows["your GAN"] = mine
    table = [f"{value:7.1f}  {name}" for name, value in sorted(rows.items(), key=lambda r: -r[1])]
    trial.name_slip(samples)
    found = f"after {trial.made:,} updates the distance is {mine:.1f}, that of noise {noise:.1f}"
    if not mine < noise / 3:  # not a number, too
        raise NotYet(f"{found}; below {noise / 3:.1f} would be right. {trial.advice()}")
    return Verdict("right", "\n".join([f"{found}. It draws.", *table]))
