"""Three small GANs whose training can be changed while it runs, and repeated."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import keras
import numpy as np
from sklearn.model_selection import train_test_split

from .. import inputs
from ..data import load_mnist, ring, sample_latent
from ..models import dense_discriminator, dense_generator
from ..training import GAN

BATCH_SIZE = 64


@dataclass(frozen=True)
class Settings:
    """What may change during a run.

    Args:
        generator_learning_rate: of G's Adam, at least 0.
        discriminator_learning_rate: of D's Adam, at least 0.
        r1: weight of the R1 penalty, at least 0.
        loss: "non_saturating" or "minimax".
        latent_dim: number of latent dimensions in use, the others are 0. None: all.
        data: the real samples, a key of `Experiment.data`.
    """

    generator_learning_rate: float = 1e-3
    discriminator_learning_rate: float = 1e-3
    r1: float = 1.0
    loss: str = "non_saturating"
    latent_dim: int | None = None
    data: str = "all"


class Experiment:
    """A small compiled GAN that can be reset to any seed, with its data.

    Args:
        name: "digits" (small dense networks, Adam with beta_1 = 0.5), "wide" (those of lesson 07,
            with minibatch standard deviation, beta_1 = 0), both on 4,000 MNIST digits, or "ring"
            (eight Gaussians in the plane, beta_1 = 0.9).

    Attributes:
        gan: the compiled `training.GAN`.
        data: {name: real samples (n, ...), float32}.

    Raises:
        ValueError: if the name is another one.
    """

    def __init__(self, name: str):
        if name in ("digits", "wide"):
            images, labels = load_mnist()
            images, _, labels, _ = train_test_split(
                images, labels, test_size=1000, stratify=labels, random_state=0
            )
            few = np.concatenate([np.flatnonzero(labels == digit)[:2] for digit in range(10)])
            self.data = {
                "all": images,
                "20 samples": images[few],
                "digits 0 to 4": images[labels < 5],
                "0..255": (images + 1) * 127.5,
            }
            self._latent_dim, beta_1 = 32, 0.5 if name == "digits" else 0.0
        elif name == "ring":
            self.data = {"all": ring(sigma=0.05).sample(5000, seed=0)}
            self._latent_dim, beta_1 = 2, 0.9
        else:
            raise ValueError(f'name must be "digits", "wide" or "ring", got {name!r}')
        self.name = name
        generator, discriminator = self._new_networks()
        self.gan = GAN(generator, discriminator, self._latent_dim, ema_decay=0.99)
        self.gan.compile(
            keras.optimizers.Adam(1e-3, beta_1, 0.99),
            keras.optimizers.Adam(1e-3, beta_1, 0.99),
            loss=["non_saturating", "minimax"],
            penalties={"r1": 1.0},
        )
        self.reset(0)

    def _new_networks(self):
        if self.name == "digits":
            return dense_generator(32, (64, 128)), dense_discriminator((128,))
        if self.name == "wide":
            generator = dense_generator(32, (128, 256), activation="silu")
            return generator, dense_discriminator((256, 128), minibatch_std=True)
        generator = dense_generator(2, (64, 64), (2,), activation="relu", output="linear")
        return generator, dense_discriminator((64, 64), (2,))

    def reset(self, seed: int) -> None:
        """Go back to before the first update, with fresh weights.

        Args:
            seed: of weights, batches and latent vectors, at least 0.

        Raises:
            ValueError: if seed is not a whole number of at least 0.
        """
        seed = inputs.whole_number("seed", seed, 0)
        keras.utils.set_random_seed(seed)
        self.gan.reset()
        networks = self.gan.generator, self.gan.discriminator
        for network, fresh in zip(networks, self._new_networks()):
            network.set_weights(fresh.get_weights())
        self._rng = np.random.default_rng(seed)

    def snapshot(self) -> tuple[list[np.ndarray], np.random.Generator]:
        """Keep the run as it is, with optimizers, history and random states, for `restore`."""
        return self.gan.get_weights(), copy.deepcopy(self._rng)

    def restore(self, snapshot: tuple[list[np.ndarray], np.random.Generator]) -> None:
        """Go back to where a snapshot was taken; it may be restored often."""
        weights, rng = snapshot
        self.gan.set_weights(weights)
        self._rng = copy.deepcopy(rng)

    def real(self, settings: Settings) -> np.ndarray:
        """Return the real samples that a run with these settings trains on.

        Args:
            settings: of the run.

        Returns:
            Real samples, (n, ...), float32.

        Raises:
            ValueError: if the settings do not fit this experiment.
        """
        self._check_settings(settings)
        return self.data[settings.data]

    def _check_settings(self, settings):
        if not isinstance(settings, Settings):
            raise ValueError(f"settings must be a Settings, got {type(settings).__name__}")
        if settings.data not in self.data:
            raise ValueError(
                f"data must be one of {[*self.data]} in the experiment {self.name!r}, "
                f"got {settings.data!r}"
            )
        if settings.latent_dim is not None:
            inputs.whole_number("latent_dim", settings.latent_dim)
            inputs.number("latent_dim", settings.latent_dim, most=self._latent_dim)
        for name in ("generator_learning_rate", "discriminator_learning_rate", "r1"):
            inputs.number(name, getattr(settings, name), least=0)

    def evaluation_data(self, settings: Settings, n: int = 256) -> tuple[np.ndarray, np.ndarray]:
        """Return real samples and latent vectors for a `Monitor` of such a run, always the same.

        Args:
            settings: of the run.
            n: number of each, at least 1.

        Returns:
            Real samples (n, ...), repeated if there are fewer, and latent vectors (n, latent_dim),
            whose entries that the settings leave unused are 0.

        Raises:
            ValueError: if the settings do not fit this experiment, or n is less than 1.
        """
        n = inputs.whole_number("n", n)
        rng, real = np.random.default_rng(0), self.real(settings)
        z = sample_latent(n, self._latent_dim, rng)
        z[:, settings.latent_dim or self._latent_dim :] = 0
        return real[rng.permutation(np.arange(max(n, len(real))) % len(real))[:n]], z

    def train(self, settings: Settings, updates: int) -> None:
        """Make so many updates with these settings, in one compiled call.

        Args:
            settings: of these updates.
            updates: number of updates, at least 1.

        Raises:
            ValueError: if the settings do not fit this experiment, or updates is less than 1.
            NonFiniteTraining: if a loss, gradient or weight becomes NaN or infinite.
        """
        real, updates = self.real(settings), inputs.whole_number("updates", updates)
        gan = self.gan
        gan.set_loss(settings.loss)
        gan.generator_optimizer.learning_rate.assign(settings.generator_learning_rate)
        gan.discriminator_optimizer.learning_rate.assign(settings.discriminator_learning_rate)
        gan.penalty_weights["r1"].assign(settings.r1)
        gan.active_latent_dim.assign(settings.latent_dim or self._latent_dim)
        rows = self._rng.integers(len(real), size=(updates, BATCH_SIZE))
        gan.train_on_batch(real[rows])
