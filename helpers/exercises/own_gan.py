"""Trains a learner's own GAN of digits, and finds out which of the usual slips it has.

A slip is found by what the networks and the training step do, never by their source text.
"""

from __future__ import annotations

import re
import time
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from .. import inputs
from ..progress_bar import progress
from .answer import NotYet, explain_errors, number, short_repr

BATCH, PROBED_STEPS, PROBED_IMAGES = 128, 8, 256
SHARED_OPTIMIZER = ("Unknown variable", "cannot recognize variable", "originally built")


class Trial:
    """One training of a learner's GAN.

    Args:
        answer: (generator, discriminator, train_step), see `check_my_gan`.
        images: Real images, float32 (n, 28, 28, 1) in [-1, 1].
        seconds: How long to train.
        most: The largest number of seconds.

    Attributes:
        made: Updates made so far.

    Raises:
        NotYet: If something is not what it should be.
    """

    def __init__(self, answer: Any, images: Any, seconds: Any, most: float):
        if not isinstance(answer, (tuple, list)) or len(answer) != 3:
            raise NotYet(
                f"expected (generator, discriminator, train_step), got {short_repr(answer)}."
            )
        self.generator, self.discriminator, self.train_step = answer
        for name, network in (("generator", answer[0]), ("discriminator", answer[1])):
            if not isinstance(network, keras.Model):
                raise NotYet(f"the {name} should be a Keras model, got {short_repr(network)}.")
        if not callable(self.train_step):
            raise NotYet(f"train_step should be a function, got {short_repr(self.train_step)}.")
        try:
            self.images = inputs.pixels("images", images)
        except ValueError as error:
            raise NotYet(str(error)) from None
        if self.images.shape[1:] != (28, 28, 1) or len(self.images) < BATCH:
            raise NotYet(
                f"images should have shape (n, 28, 28, 1), n >= {BATCH}, got {self.images.shape}."
            )
        self.seconds = number(seconds, "seconds, a number")
        if not 0 < self.seconds <= most:
            raise NotYet(f"seconds should be above 0 and at most {most:g}, got {self.seconds:g}.")
        self.made, self.speed, self._slip = 0, 0.0, ""
        self._read_networks()

    def _read_networks(self):
        shapes = []
        for name, network in (("generator", self.generator), ("discriminator", self.discriminator)):
            with explain_errors(
                f"reading the input shape of your {name}",
                " Begin it with keras.Input: ((latent_dim,)) for G, ((28, 28, 1)) for D.",
            ):
                shapes.append(tuple(network.input_shape))
        of_generator, self._d_shape = shapes
        if np.prod(of_generator[1:]) == 784 and np.prod(self._d_shape[1:]) != 784:
            raise NotYet("the two networks have changed places: the generator comes first.")
        if len(of_generator) != 2:
            raise NotYet(f"the generator should take z of shape (n, d), it takes {of_generator}.")
        self._z = np.random.default_rng(1).normal(size=(PROBED_IMAGES, of_generator[1]))
        if np.prod(self._d_shape[1:]) != 784:
            raise NotYet(f"the discriminator should take images, it takes {self._d_shape}.")
        self._generate(self._z)
        real = self.images[:PROBED_IMAGES]
        ends = self._logits(1e3 * real), self._logits(-1e3 * real)
        self._d_is_probability = min(map(np.min, ends)) >= 0 and max(map(np.max, ends)) <= 1

    def _generate(self, z, training=False):
        with explain_errors("your generator", " It is called with z, (n, latent_dim)."):
            out = np.asarray(self.generator(z.astype("float32"), training=training))
        if out.shape != (len(z), 28, 28, 1):
            raise NotYet(
                f"the generator should return images (n, 28, 28, 1), it returns {out.shape}."
            )
        return out

    def _logits(self, images, training=False):
        images = images.astype("float32").reshape(-1, *self._d_shape[1:])
        with explain_errors("your discriminator", " It is called with images."):
            out = np.asarray(self.discriminator(images, training=training))
        if out.size != len(images):
            raise NotYet(
                f"the discriminator should return one number for each image, of {len(images)} "
                f"images it returns {out.shape}."
            )
        return out.ravel()

    # ---- training -----------------------------------------------------------------------

    def train(self) -> None:
        """Trains for the given seconds; what the first calls need to compile is not counted.

        Raises:
            NotYet: If train_step raises.
        """
        self._before = self._snapshot()
        self._probe_sigmoid()
        self._probe_directions()
        rng, probed, start = np.random.default_rng(0), self.made, time.perf_counter()
        bar = progress(total=max(1, round(self.seconds)), unit="s", leave=False)
        try:
            elapsed = 0.0
            while elapsed < self.seconds:
                self._step(self.images[rng.integers(len(self.images), size=BATCH)])
                elapsed = time.perf_counter() - start
                bar.update(min(int(elapsed), bar.total) - bar.n)
            self.speed = (self.made - probed) / elapsed
        finally:
            bar.close()

    def _step(self, real):
        try:
            self.train_step(tf.constant(real))
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            if any(words in str(error) for words in SHARED_OPTIMIZER):
                raise NotYet(
                    "an optimizer was given variables that it does not know. One optimizer serves "
                    "both networks: give each its own. (If each has its own, they were made for "
                    "earlier networks: run the whole cell again.)"
                ) from None
            with explain_errors("train_step", " It is called with real, (128, 28, 28, 1)."):
                raise _readable(error) from None
        self.made += 1

    def _snapshot(self):
        networks = self.generator, self.discriminator
        return [[v.numpy().copy() for v in network.variables] for network in networks]

    @staticmethod
    def _restore(network, values):
        for variable, value in zip(network.variables, values):
            variable.assign(value)

    def _probe_sigmoid(self):
        """With a D that says σ(-3) to everything, any right loss raises its bias; a loss on logits,
        given the probability, pulls that down to 0."""
        last = [
            layer
            for layer in self.discriminator._flatten_layers()
            if getattr(layer, "bias", None) is not None and hasattr(layer, "kernel")
        ][-1:]
        if not self._d_is_probability or not last or last[0].bias.shape != (1,):
            return
        values = self._snapshot()[1]
        last[0].kernel.assign(0 * last[0].kernel.numpy())
        last[0].bias.assign([-3.0])
        self._step(self.images[:BATCH])
        if float(last[0].bias.numpy()[0]) < -3:
            self._slip = (
                "D ends in a sigmoid, and its output goes into a loss that expects logits: leave "
                "the sigmoid out, or use from_logits=False."
            )
        self._restore(self.discriminator, values)

    def _probe_directions(self):
        """Do D's steps raise D(real) - D(fake)? Do G's raise D(fake)? Positive: yes."""
        self.d_direction = self.g_direction = 0.0
        real = self.images[:PROBED_IMAGES]
        for k in range(PROBED_STEPS):
            of_generator, of_discriminator = self._snapshot()
            fake = self._generate(self._z, training=True)
            gap = self._logits(real).mean() - self._logits(fake).mean()
            self._restore(self.generator, of_generator)  # batch normalisation's means
            self._step(self.images[k * BATCH % (len(self.images) - BATCH + 1) :][:BATCH])
            old = self._logits(fake)
            self.d_direction += float(self._logits(real).mean() - old.mean() - gap)
            now, _ = self._snapshot()
            new = self._logits(self._generate(self._z, training=True))
            self._restore(self.generator, now)
            self.g_direction += float(np.mean(new - old))

    # ---- the result ---------------------------------------------------------------------

    def samples(self) -> np.ndarray:
        """Generates 4,000 images, cut to [-1, 1].

        Returns:
            float32 (4000, 28, 28, 1).

        Raises:
            NotYet: If a pixel is not finite.
        """
        z = np.random.default_rng(2).normal(size=(4000, self._z.shape[1]))
        images = self._generate(z)
        if not np.isfinite(images).all():
            raise NotYet("pixels are nan or infinite: training has diverged. Lower the rate.")
        return images.clip(-1, 1).astype("float32")

    def name_slip(self, samples: np.ndarray) -> None:
        """Raises the usual slip that this GAN has, if it has one.

        Args:
            samples: As `samples` returned them.

        Raises:
            NotYet: If there is one.
        """
        after = self._snapshot()
        networks = ("generator", self.generator), ("discriminator", self.discriminator)
        for (name, network), old, new in zip(networks, self._before, after):
            weights = [
                (old[k] != new[k]).any()
                for k, variable in enumerate(network.variables)
                if not any(word in variable.path for word in ("moving_", "seed"))
            ]
            if not any(weights):
                frozen = "" if network.trainable else f" {name}.trainable is False."
                raise NotYet(
                    f"the {name} is frozen: no weight of it has changed.{frozen} train_step should "
                    f"apply a gradient to {name}.trainable_variables. (If it does, it was compiled for "
                    "earlier networks: run the whole cell again.)"
                )
        if self._slip:
            raise NotYet(self._slip)
        for name, network in networks:
            idle = _idle_layer(network)
            if idle:
                raise NotYet(
                    f"training= is forgotten: {idle} in your {name} works only in calls with "
                    f"training=True, {name}(..., training=True)."
                )
        if self._generate(30 * self._z).min() > -1e-3:
            raise NotYet(
                "wrong scale: your generator's pixels lie above 0, the real ones in [-1, 1], so D "
                "knows a generated image by its background. End the generator with tanh."
            )
        if np.quantile(samples, 0.99) < -0.5 or np.quantile(samples, 0.01) > 0.5:
            raise NotYet(
                "nearly all pixels of all samples are alike: wrong scale? Real images come in "
                "[-1, 1] already and need no rescaling in train_step."
            )
        if self.d_direction < 0 < self.g_direction:
            raise NotYet(
                "labels are swapped in D's loss: its steps raise D on generated images and lower it "
                "on real ones. D's loss is small where it is right (real 1, generated 0)."
            )
        if self.g_direction < 0 < self.d_direction:
            raise NotYet(
                "labels are swapped in G's loss: its steps make D surer that its images are "
                "generated. G's loss is small where D takes its images for real (label 1)."
            )

    def advice(self) -> str:
        """What to try if there is no usual slip.

        Returns:
            One or two sentences.
        """
        if self.speed < 25 and not hasattr(self.train_step, "python_function"):
            return f"Only {self.speed:.0f} updates a second: is @tf.function above train_step?"
        images = self._generate(self._z)
        if images.std(axis=0).mean() < 0.05:
            return "All samples are nearly the same image: collapse. Try a smaller learning rate."
        gap = self._logits(self.images[:PROBED_IMAGES]).min() - self._logits(images).max()
        if gap > 0:
            return "D is right about every image: it is too strong. Try R1, or another rate for D."
        return "No usual slip was found. Try more updates, or another learning rate."


def _readable(error):
    """What was raised inside a `tf.function`, without the frames that its message begins with."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if not lines or not lines[0].startswith("in user code"):
        return error
    own = [
        line
        for place, line in zip(lines, lines[1:])
        if place.startswith("File ") and "site-packages" not in place
    ]
    where = f" (in the line: {own[-1]})" if own else ""
    named = [line for line in lines if re.match(r"\w+(Error|Exception): ", line)]
    return RuntimeError(f"{(named or lines)[-1]}{where}")


def _idle_layer(network):
    """The class of layers that never ran in training mode, or None: their state is as it was built."""
    ran = {}
    for layer in network._flatten_layers():
        if isinstance(layer, keras.layers.BatchNormalization):
            used = bool((layer.moving_mean.numpy() != 0).any())
        elif isinstance(getattr(layer, "seed_generator", None), keras.random.SeedGenerator):
            used = int(np.asarray(layer.seed_generator.state)[1]) > 0
        else:
            continue
        name = type(layer).__name__
        ran[name] = ran.get(name, False) or used
    return next((name for name, used in ran.items() if not used), None)
