"""Exercises of the lesson `the_spiral`: stretching, mirroring, a frozen D, dimension, R3GAN's step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike

from ..data import sample_latent, spiral, two_moons
from ..metrics import curve_coverage, sliced_wasserstein
from .answer import NotYet, Verdict, call, compare, explain_errors, guarded, number, numbers

GAMMA = 0.1  # of R1 and R2 in `check_r3gan_step`
UPDATES = 600  # that it trains


AREA_FACTOR = 7 * 0.025 / np.sqrt(2 * np.pi)
AREA_MISTAKES = {
    "that is the density of the noise at 0; divide it by the density that is wanted.": 0.159,
    "that is 1/(2 pi) over 1/(7 sigma): the density on the middle line is 1/(7 sigma sqrt(2 pi)), "
    "the height of a normal density across it.": 7 * 0.025 / (2 * np.pi),
    "the noise lives in the plane: its density at 0 is 1/(2 pi), not 1/sqrt(2 pi).": 0.4 / 2.28,
    "that is the density of the real points there; by which factor is area scaled?": 2.28,
    "that is the inverse: by that factor density grows, and so area shrinks.": 1 / AREA_FACTOR,
    "that is the factor across the curve alone; along it the plane is stretched, too.": 0.025,
    "that is the factor along the curve alone; across it the plane is squeezed, too.": 7 * 0.4,
}


@guarded
def check_area_factor(answer: float | None) -> Verdict:
    """Check the area factor of a one-to-one map from noise to the spiral's middle line, at z = 0.

    Density times area is kept: 1/(2 pi) = factor / (7 sigma sqrt(2 pi)), with sigma = 0.025.

    Args:
        answer: The factor, within 3 %.

    Returns:
        Verdict.
    """
    compare(number(answer), AREA_FACTOR, AREA_MISTAKES, rtol=0.03)
    return Verdict(
        "right",
        "along the curve the plane is stretched 2.8 times, across it squeezed to a fortieth.",
    )


def _maps():
    """{what a map does: (the map of tensors (n, 2), whether it mirrors the plane at z)}."""
    return {
        "folds the plane along the line z2 = 1": (
            lambda z: tf.stack([z[:, 0], tf.abs(z[:, 1] - 1)], 1),
            lambda z: z[:, 1] < 1,
        ),
        "leaves every point where it is": (lambda z: z, lambda z: 0 * z[:, 0]),
        "exchanges the two coordinates": (lambda z: z[:, ::-1], lambda z: 0 * z[:, 0] + 1),
        "rotates by a quarter turn": (
            lambda z: tf.stack([-z[:, 1], z[:, 0]], 1),
            lambda z: 0 * z[:, 0],
        ),
        "rotates by half a turn": (lambda z: -2 * z, lambda z: 0 * z[:, 0]),
        "folds the plane twice and shears it": (
            lambda z: tf.stack([tf.abs(z[:, 0]), tf.abs(z[:, 1] + 0.5) + 3 * z[:, 0]], 1),
            lambda z: (z[:, 0] < 0) != (z[:, 1] < -0.5),
        ),
    }


@guarded
def check_mirrored_fraction(answer: Callable | None) -> Verdict:
    """Check a function for the fraction of latent points at which a map mirrors the plane.

    A map mirrors where the determinant of its Jacobian is below 0.

    Args:
        answer: Function (generate, z) -> fraction. generate maps points (n, 2) to points (n, 2), a
            tensor, and TensorFlow can differentiate it; z is a float32 array (5000, 2).

    Returns:
        Verdict.
    """
    z = sample_latent(5000, 2, seed=3)
    for words, (generate, mirrors) in _maps().items():
        right = float(np.mean(np.asarray(mirrors(z), bool)))
        fraction = number(call(answer, generate, z, takes="generate, z"), "a fraction")
        if abs(fraction - right) < 0.01:
            continue
        told = f"a map that {words} mirrors the plane at {right:.0%} of the points; yours is"
        if 1 < fraction <= 100 or fraction > 1.01:
            raise NotYet(f"{told} {fraction:g}. A fraction is a number from 0 to 1.")
        if abs(1 - fraction - right) < 0.01:
            raise NotYet(
                f"{told} {fraction:.0%}: the rest. Mirrored is where the determinant is < 0."
            )
        raise NotYet(
            f"{told} {fraction:.0%}. Take the determinant of all four derivatives, at every point."
        )
    return Verdict(
        "right", "it finds mirrors, rotations and folds. Now give it the trained generator."
    )


@guarded
def check_frozen_discriminator(answer: ArrayLike | None, discriminator: Callable) -> Verdict:
    """Check samples of a generator that was trained on while D was frozen.

    Args:
        answer: Samples (n, 2), n >= 500, of the generator itself.
        discriminator: The frozen D: function of a float32 tensor (n, 2), returns logits (n, 1).

    Returns:
        Verdict. It states how much of the spiral they cover. It is right if that is below a half
        and D's mean logit is higher at the samples than at real points.
    """
    samples = numbers(answer, "samples, an array of shape (n, 2)")
    if samples.ndim != 2 or samples.shape[1] != 2 or len(samples) < 500:
        raise NotYet(f"samples of shape (n, 2), n at least 500, please, got {samples.shape}.")
    if not np.isfinite(samples).all():
        raise NotYet("some samples are not finite: start again from the trained networks.")
    curve = spiral()
    score = curve_coverage(samples, curve.centres, curve.sigma)
    found = f"{score.on_curve:.0%} of the samples on the curve, {score.coverage:.0%} of it covered"
    if samples.std(axis=0).max() < 1e-6:
        raise NotYet("all samples are one and the same point: pass different z to the generator.")
    if abs(samples.mean()) < 0.1 and np.abs(samples.std(axis=0) - 1).max() < 0.1:
        raise NotYet(f"{found}: that looks like the noise z. Pass it through the generator.")
    if score.coverage >= 0.5:
        raise NotYet(
            f"{found}: still much of the spiral. Did only the G steps run, and are these samples of "
            "the generator, not of the average?"
        )
    ours, reals = (
        numbers(call(discriminator, tf.constant(x, tf.float32), takes="points"), "logits").mean()
        for x in (samples, curve.sample(1000, 0))
    )
    found += f", D's mean logit {ours:.2g} (at real points {reals:.2g})"
    if not ours > reals:
        raise NotYet(
            f"{found}. G's steps raise D's logit at its samples. Are these samples of a G that "
            "was trained against this D?"
        )
    if np.mean(np.abs(samples).max(axis=1) > 1.25) > 0.5:
        return Verdict(
            "right",
            f"{found}. Most have left the picture, where this D was never trained and its logit "
            "still rises.",
        )
    return Verdict("right", f"{found}. They gather where this D's logit is high.")


def _clouds(n, rng):
    """{words: (points, their dimension)}."""
    turn = rng.uniform(0, 2 * np.pi, n)
    circle = np.stack([np.cos(turn), np.sin(turn)], 1)
    return {
        "points on a circle": (circle, 1),
        "points in a square": (rng.uniform(-1, 1, (n, 2)), 2),
        "points on a curve in space": (np.c_[circle, np.sin(3 * turn)], 1),
        "points in a cube": (rng.uniform(-1, 1, (n, 3)), 3),
    }


@guarded
def check_dimension(answer: Callable | None) -> Verdict:
    """Check a function that estimates the dimension of the set that points are drawn from.

    Args:
        answer: Function (points) -> estimated dimension, on 2,500 points (n, 1) to (n, 3).

    Returns:
        Verdict. Right within 0.3 of the dimension for curves, a surface and a solid.
    """
    estimates = {}
    for words, (points, dimension) in _clouds(2500, np.random.default_rng(5)).items():
        found = number(call(answer, points, takes="points"), "a dimension")
        told = f"{words}, of dimension {dimension}: yours is {found:.2f}."
        if not np.isfinite(found):
            raise NotYet(
                f"{told} Is the nearest neighbour of a point the point itself? Its distance is 0."
            )
        if abs(found - dimension) >= 0.3:
            if abs(found - points.shape[1]) < 0.05:
                raise NotYet(f"{told} That is the number of coordinates, not of the set.")
            if abs(found + dimension) < 0.3:
                raise NotYet(f"{told} The sign is turned: with more points the distance shrinks.")
            if abs(1 / max(found, 1e-9) - dimension) < 0.3:
                raise NotYet(f"{told} That is the exponent 1/d: take its inverse.")
            raise NotYet(
                f"{told} The distance to the nearest neighbour falls like n^(-1/d): compare its "
                "median for few points with that for four times as many."
            )
        estimates[words] = found
    numbers_found = ", ".join(f"{found:.2f}" for found in estimates.values())
    return Verdict("right", f"estimates {numbers_found} for dimensions 1, 2, 1, 3.")


def _small_networks():
    keras.utils.set_random_seed(0)
    layers = [[keras.layers.Dense(32, activation="leaky_relu") for _ in range(2)] for _ in "GD"]
    return [
        keras.Sequential([keras.Input((2,)), *hidden, keras.layers.Dense(outputs)])
        for hidden, outputs in zip(layers, (2, 1))
    ]


def _penalty(discriminator, points):
    with tf.GradientTape() as tape:
        tape.watch(points)
        logits = discriminator(points)
    return tf.reduce_mean(tf.reduce_sum(tape.gradient(logits, points) ** 2, axis=1))


def _r3gan_step(
    real, z, G, D, g_optimizer, d_optimizer, r1=1.0, r2=1.0, paired=True, simultaneous=False
):
    softplus, fake = tf.nn.softplus, G(z)

    def g_gradients():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(softplus(D(real) * paired - D(G(z))))
        return tape.gradient(loss, G.trainable_variables)

    before = g_gradients() if simultaneous else None
    with tf.GradientTape() as tape:
        on_real, on_fake = D(real), D(fake)
        losses = softplus(on_fake - on_real) if paired else softplus(-on_real) + softplus(on_fake)
        penalties = r1 * _penalty(D, real) + r2 * _penalty(D, fake)
        loss = tf.reduce_mean(losses) + GAMMA / 2 * penalties
    d_optimizer.apply(tape.gradient(loss, D.trainable_variables), D.trainable_variables)
    g_optimizer.apply(before or g_gradients(), G.trainable_variables)


R3GAN_MISTAKES: dict[str, dict[str, Any]] = {
    "R2 is missing: the same penalty at generated points.": {"r2": 0.0},
    "R1 is missing: the penalty at real points.": {"r1": 0.0},
    "both penalties are missing.": {"r1": 0.0, "r2": 0.0},
    "the penalties are added without the half: gamma / 2.": {"r1": 2.0, "r2": 2.0},
    "those are the losses of the text; in the relativistic ones each logit meets one of the other "
    "kind.": {"paired": False},
    "G's step used the D from before D's step.": {"simultaneous": True},
}


def _weights_after(step, optimizers):
    """All weights of G and of D, two flat arrays, before and after one step on one fixed batch."""
    networks = _small_networks()
    real, z = tf.constant(two_moons().sample(64, 1)), tf.constant(sample_latent(64, 2, 1))
    for optimizer, network in zip(optimizers, networks):
        optimizer.build(network.trainable_variables)

    def flat():
        return [np.concatenate([w.ravel() for w in n.get_weights()]) for n in networks]

    before = flat()
    step(real, z, *networks, *optimizers)
    return before, flat()


def _sgd():
    return [keras.optimizers.SGD(0.5) for _ in range(2)]


def _compare_step(answer):
    takes = "real, z, generator, discriminator, g_optimizer, d_optimizer"
    before, yours = _weights_after(lambda *given: call(answer, *given, takes=takes), _sgd())
    for name, old, new in zip("GD", before, yours):
        if (old == new).all():
            raise NotYet(f"{name} was not updated: its optimizer must apply the gradients.")
        if not np.isfinite(new).all():
            raise NotYet(f"{name}'s weights are not finite after one step.")

    def same(flags):
        _, theirs = _weights_after(lambda *given: _r3gan_step(*given, **flags), _sgd())
        return [np.allclose(y, t, atol=1e-5) for y, t in zip(yours, theirs)]

    g_right, d_right = same({})
    if g_right and d_right:
        return
    for sentence, flags in R3GAN_MISTAKES.items():
        if all(same(flags)):
            raise NotYet(sentence)
    if not d_right:
        raise NotYet(
            "D's step differs: mean of softplus(s(G(z)) - s(x)), plus gamma / 2 times both penalties; "
            "squares are summed over the two coordinates before the mean; G stays as it is."
        )
    raise NotYet(
        "D's step is right, G's differs: mean of softplus(s(x) - s(G(z))), with the new D, and "
        "only G's variables."
    )


@guarded
def check_r3gan_step(answer: Callable | None) -> Verdict:
    """Check a training step with relativistic losses, R1 and R2, and train with it.

    One step from fixed weights must lead to the right weights of both networks; then a small GAN is
    trained on the two moons with it for some seconds.

    Args:
        answer: Function (real, z, generator, discriminator, g_optimizer, d_optimizer) that updates D
            and then G, on one z, with gamma = 0.1. real and z are tensors (n, 2).

    Returns:
        Verdict. It states the distance of the trained GAN's samples to real points.
    """
    _compare_step(answer)
    generator, discriminator = networks = _small_networks()
    optimizers = [keras.optimizers.Adam(5e-3, beta_1=0.0, beta_2=0.99) for _ in networks]
    for optimizer, network in zip(optimizers, networks):
        optimizer.build(network.trainable_variables)
    moons, rng = two_moons(), np.random.default_rng(0)

    @tf.function
    def step(real, z):
        answer(real, z, generator, discriminator, *optimizers)

    with explain_errors("your function, under tf.function,"):
        for _ in range(UPDATES):
            step(tf.constant(moons.sample(64, rng)), tf.constant(sample_latent(64, 2, rng)))
    real, other = moons.sample(2000, 1), moons.sample(2000, 2)
    distance = sliced_wasserstein(real, generator(sample_latent(2000, 2, 3)).numpy())
    return Verdict(
        "right",
        f"one step is right to the last weight. After {UPDATES} updates on the two moons the "
        f"distance is {distance:.3f} (real vs real {sliced_wasserstein(real, other):.3f}).",
    )
