"""Watch a GAN learn digits, and steer it."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as ipw
import numpy as np

from ..data import check_samples, sample_latent
from ..plots import TrainingView
from ..training import GAN
from .controls import learning_rate_slider
from .training_panel import TrainingPanel, _built


class DigitsPanel(TrainingPanel):
    """Trains a GAN of digits live: 25 samples beside the losses; learning rate, latent dimension.

    The learning rates are the model's own, with their decay, until the slider is moved. Then the
    generator's becomes what the slider shows, the discriminator's keeps its ratio to it, and the
    decay continues from there; the status states the generator's. Start trains so many updates, or until Pause is pressed; pressed
    again, it trains on. See `TrainingPanel`.

    Args:
        build: called without arguments, returns a new compiled `training.GAN`.
        images: float32 (n, 28, 28, 1) in [-1, 1].
        batch_size: int >= 1.
        updates_per_chunk: int >= 1; one chunk is one compiled call.
        updates: int >= 1, after so many more training pauses.
        seed: of the batches, and of the 25 latent vectors whose samples are shown.

    Attributes:
        learning_rate, latent_dim: the sliders.

    Raises:
        ValueError: if build does not return a compiled GAN, the images are not of the generator's
            shape, or not in [-1, 1], or updates < 1.
    """

    def __init__(
        self,
        build: Callable[[], GAN],
        images: np.ndarray,
        batch_size: int = 64,
        updates_per_chunk: int = 5,
        updates: int = 1000,
        seed: int = 0,
    ):
        self._seed, self._batch_rng = seed, np.random.default_rng(seed)
        self._images, self._batch_size = images, batch_size
        if updates < 1:
            raise ValueError(f"updates must be an int >= 1, got {updates!r}")
        self._updates = updates
        self._until: int | None = None  # which update Start trains up to
        gan = _built(build)
        check_samples(images, gan.sample_shape)
        self._latent = sample_latent(25, gan.latent_dim, seed)
        self.learning_rate = learning_rate_slider(
            "Learning rate",
            gan.generator_optimizer.learning_rate.numpy(),
            "Of G's Adam; that of D's keeps its ratio to it",
        )
        self.latent_dim = ipw.IntSlider(
            description="Latent dimension",
            value=gan.latent_dim,
            min=1,
            max=gan.latent_dim,
            tooltip="How many entries of z vary; the others are 0. Try 1: the digits form a curve.",
        )
        controls = {"learning_rate": self.learning_rate, "latent_dim": self.latent_dim}
        super().__init__(build, gan, TrainingView(), controls, updates_per_chunk)
        self.start_button.tooltip = (
            f"Train {updates:,} updates, or until Pause is pressed; every control acts meanwhile"
        )

    def _observe(self):
        self._applied = {"learning_rate": self.learning_rate.value}  # the model has its own
        super()._observe()

    def _start_or_pause(self, button):
        if self.loop.state != "running":
            made = self.gan.updates_made
            self._until = made + self._updates - made % self._updates
        super()._start_or_pause(button)

    def run(self, chunks: int) -> None:
        """Trains without a front end and waits; what goes wrong is raised here.

        Args:
            chunks: number of chunks; 0 only waits for earlier commands.

        Raises:
            RuntimeError: if the panel is closed.
        """
        self._until = self._until if chunks == 0 else None
        super().run(chunks)

    def _train_chunk(self):
        seconds = super()._train_chunk()
        if self._until is not None and self.gan.updates_made >= self._until:
            self.loop.pause()
        return seconds

    def _measured(self):
        rate = float(self.gan.generator_optimizer.learning_rate)
        until = "" if self._until is None else f" of {self._until:,}"
        return f"{until} · learning rate {rate:.2g}"

    def _reset(self):
        super()._reset()
        self._until = self._until and self._updates
        self._batch_rng = np.random.default_rng(self._seed)  # the same run again

    def _set_model(self, changed):
        if "learning_rate" in changed:
            self.gan.optimizer.learning_rate = changed["learning_rate"]
        if "latent_dim" in changed:
            self.gan.active_latent_dim.assign(changed["latent_dim"])

    def _batches(self, updates):
        rows = self._batch_rng.integers(len(self._images), size=(updates, self._batch_size))
        return self._images[rows]

    def _show(self):
        marks = [made for made, _ in self.marks]
        self.picture.show(self.gan.generate(self._latent), self.gan.update_history, marks)

    def describe(self) -> str:
        """Describes the panel's picture in words."""
        made = self.gan.updates_made
        samples = "25 generated digits" if made else "25 images, still noise,"
        return (
            f"{samples} after {made:,} updates, latent dimension {self.latent_dim.value}, learning "
            f"rate {float(self.gan.generator_optimizer.learning_rate):.2g}; " + self._last_updates()
        )
