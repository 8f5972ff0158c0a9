"""How does each failure come about, and what fixes it? Runs that fail reproducibly.

`Experiment` is one of two small GANs, compiled once. `FAILURES` holds for each failure the settings
that cause it and those that fix it, within one run: learning rates, penalty, loss, latent dimension,
data.
"""

from dataclasses import dataclass

import keras
import numpy as np

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


@dataclass(frozen=True)
class Failure:
    """Settings that make a run fail, and settings that fix it.

    Args:
        name: what `diagnostics.diagnose` calls it; "healthy" for the run that does not fail.
        title: a short name for buttons and figures.
        experiment: name of the `Experiment`, "digits" or "ring".
        settings: what makes the run fail.
        fixed: what fixes the run when it goes on.
        updates: number of updates with `settings` until it fails.
        cause: a sentence.
        fix: a sentence.
        restart: whether the weights are beyond repair, so that the fix needs fresh ones.

    Example:
        >>> from helpers.diagnostics import scenarios
        >>> collapse = scenarios.FAILURES["collapse"]
        >>> collapse.settings.r1, collapse.fixed.r1
        (0.0, 1.0)
    """

    name: str
    title: str
    experiment: str
    settings: Settings
    fixed: Settings
    updates: int
    cause: str
    fix: str
    restart: bool = False


HEALTHY = Settings()
HEALTHY_RING = Settings(r1=0.3)

FAILURES = {
    failure.name: failure
    for failure in (
        Failure(
            "healthy",
            "a healthy run",
            "digits",
            HEALTHY,
            HEALTHY,
            1000,
            "Both networks have the same learning rate, and R1 regularises D.",
            "Nothing to fix: train on.",
        ),
        Failure(
            "collapse",
            "collapse",
            "digits",
            Settings(2e-4, 2e-4, r1=0.0),
            HEALTHY,
            600,
            "The textbook recipe has no penalty: D's gradient with respect to its input is large, "
            "and it moves all samples in the same direction.",
            "R1 on real images, and a larger learning rate for both networks.",
        ),
        Failure(
            "partial collapse",
            "partial collapse",
            "digits",
            Settings(latent_dim=1),
            HEALTHY,
            1000,
            "With one latent dimension G's samples form a curve in the space of digits; most classes "
            "lie off it.",
            "All 32 latent dimensions.",
        ),
        Failure(
            "discriminator wins",
            "D wins",
            "digits",
            Settings(1e-5, 2e-3, r1=0.0),
            HEALTHY,
            500,
            "D's learning rate is 200 times G's, and no penalty regularises D.",
            "Equal learning rates, and R1.",
        ),
        Failure(
            "saturation",
            "saturation",
            "digits",
            Settings(1e-5, 2e-3, r1=0.0, loss="minimax"),
            HEALTHY,
            500,
            "D wins, and the minimax loss log(1 - D) is flat where D is certain.",
            "The non-saturating loss, whose gradient is large there; equal learning rates, and R1.",
        ),
        Failure(
            "generator wins",
            "G wins",
            "digits",
            Settings(2e-3, 1e-5, r1=0.0),
            HEALTHY,
            500,
            "G's learning rate is 200 times D's, and D cannot keep up.",
            "Equal learning rates, and R1.",
        ),
        Failure(
            "oscillation",
            "oscillation",
            "ring",
            Settings(5e-3, 5e-3, r1=0.0),
            HEALTHY_RING,
            1000,
            "Momentum (beta_1 = 0.9) and no penalty: each network overshoots in response to the "
            "other.",
            "R1, which damps the oscillation (notebook 03), and smaller learning rates.",
        ),
        Failure(
            "memorisation",
            "memorisation",
            "digits",
            Settings(data="20 samples"),
            HEALTHY,
            2000,
            "Only 20 real digits: the best that D can do is to check if an image is one of them.",
            "More data.",
        ),
        Failure(
            "non-finite",
            "not finite",
            "digits",
            Settings(2e4, 2e4),
            HEALTHY,
            1000,
            "A missing minus sign: a learning rate of 2e4 instead of 2e-4.",
            "Start over with the right learning rate: weights of that size cannot be recovered.",
            restart=True,
        ),
        Failure(
            "discriminator not training",
            "D does not train",
            "digits",
            Settings(discriminator_learning_rate=0.0),
            HEALTHY,
            500,
            "D's weights never change, as in the program of notebook 07 that freezes it.",
            "A learning rate above 0 for D.",
        ),
        Failure(
            "different scale",
            "different scale",
            "digits",
            Settings(data="0..255"),
            HEALTHY,
            500,
            "Real pixels lie in [0, 255], those of G in [-1, 1], as tanh returns them.",
            "Real pixels divided by 127.5, minus 1.",
        ),
    )
}


class Experiment:
    """A small compiled GAN that can be reset to any seed, with its data.

    Args:
        name: "digits" (dense networks on MNIST, Adam with beta_1 = 0.5) or "ring" (eight Gaussians
            in the plane, beta_1 = 0.9).

    Attributes:
        gan: the compiled `training.GAN`.
        data: {name: real samples (n, ...), float32}.

    Raises:
        ValueError: if the name is another one.
    """

    def __init__(self, name: str):
        if name == "digits":
            images, labels = load_mnist()
            few = np.concatenate([np.flatnonzero(labels == digit)[:2] for digit in range(10)])
            self.data = {"all": images, "20 samples": images[few], "0..255": (images + 1) * 127.5}
            self._latent_dim, beta_1 = 32, 0.5
        elif name == "ring":
            self.data = {"all": ring(sigma=0.05).sample(5000, seed=0)}
            self._latent_dim, beta_1 = 2, 0.9
        else:
            raise ValueError(f'name must be "digits" or "ring", got {name!r}')
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
        """Return real samples and latent vectors for a `Monitor` of such a run.

        They are the same in every call.

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
