"""How does each failure come about, and what cures it? Recipes that go wrong reproducibly.

Two small games, each compiled once, and for each failure the settings that lead into it and those
that lead out again, in the same run: learning rates, penalty, loss, latent dimension, data.
"""

from dataclasses import dataclass

import keras
import numpy as np

from .. import inputs
from ..data import load_mnist, ring, sample_latent
from ..models import dense_discriminator, dense_generator
from ..training import GAN

BATCH = 64


@dataclass(frozen=True)
class Settings:
    """What may change during a run. data: a key of `Experiment.data`. latent_dim: None for all."""

    generator_learning_rate: float = 1e-3
    discriminator_learning_rate: float = 1e-3
    r1: float = 1.0
    loss: str = "non_saturating"
    latent_dim: int | None = None
    data: str = "all"


@dataclass(frozen=True)
class Failure:
    """A recipe that goes wrong, and its cure.

    name: what `diagnostics.diagnose` calls it; "healthy" for the recipe that does not go wrong.
    game: "digits" or "ring". planted, cured: settings of the first and the second stretch.
    updates: length of the first stretch. cause, cure: one sentence each. anew: the weights are
    beyond cure, and the second stretch starts from fresh ones.
    """

    name: str
    title: str
    experiment: str
    settings: Settings
    fixed: Settings
    updates: int
    cause: str
    fix: str
    anew: bool = False


CALM = Settings()
CALM_RING = Settings(r1=0.3)

FAILURES = {
    failure.name: failure
    for failure in (
        Failure(
            "healthy",
            "a healthy run",
            "digits",
            CALM,
            CALM,
            1000,
            "Both players learn at the same rate, and R1 holds D back.",
            "Nothing to cure: train on.",
        ),
        Failure(
            "collapse",
            "collapse",
            "digits",
            Settings(2e-4, 2e-4, r1=0.0),
            CALM,
            600,
            "The textbook's recipe: no penalty, so D is steep where it looks, and all samples run "
            "down the same slope.",
            "R1 on real images, and a larger rate for both.",
        ),
        Failure(
            "partial collapse",
            "partial collapse",
            "digits",
            Settings(latent_dim=1),
            CALM,
            1000,
            "One latent number draws a line through the space of digits; most kinds lie off it.",
            "All 32 latent numbers.",
        ),
        Failure(
            "discriminator wins",
            "D wins",
            "digits",
            Settings(1e-5, 2e-3, r1=0.0),
            CALM,
            500,
            "D learns two hundred times as fast as G, and nothing holds it back.",
            "Equal rates, and R1.",
        ),
        Failure(
            "saturation",
            "saturation",
            "digits",
            Settings(1e-5, 2e-3, r1=0.0, loss="minimax"),
            CALM,
            500,
            "D wins as before, and the minimax price log(1 - D) is flat where D is sure.",
            "The non-saturating price, which is steep there; equal rates, and R1.",
        ),
        Failure(
            "generator wins",
            "G wins",
            "digits",
            Settings(2e-3, 1e-5, r1=0.0),
            CALM,
            500,
            "G learns two hundred times as fast as D, and outruns its judgement.",
            "Equal rates, and R1.",
        ),
        Failure(
            "oscillation",
            "oscillation",
            "ring",
            Settings(5e-3, 5e-3, r1=0.0),
            CALM_RING,
            1000,
            "Momentum (beta_1 = 0.9) and no penalty: each player overshoots what the other does.",
            "R1, which damps the circle (notebook 02, section 8), and smaller rates.",
        ),
        Failure(
            "memorisation",
            "memorisation",
            "digits",
            Settings(data="20 samples"),
            CALM,
            2000,
            "Only 20 real digits: the best that D can ask is whether a picture is one of them.",
            "More data.",
        ),
        Failure(
            "non-finite",
            "not finite",
            "digits",
            Settings(2e4, 2e4),
            CALM,
            1000,
            "A lost minus sign: a learning rate of 2e4 for 2e-4.",
            "Start over with the right rate: weights of that size cannot be mended.",
            anew=True,
        ),
        Failure(
            "discriminator not training",
            "D does not train",
            "digits",
            Settings(discriminator_learning_rate=0.0),
            CALM,
            500,
            "D never moves, as in the program of notebook 07 that freezes it.",
            "Let D move.",
        ),
        Failure(
            "different scale",
            "different scale",
            "digits",
            Settings(data="0..255"),
            CALM,
            500,
            "Real pixels lie in 0..255, those of G in [-1, 1], as tanh gives them.",
            "Real pixels divided by 127.5, minus 1.",
        ),
    )
}


class Experiment:
    """A small compiled GAN that starts afresh from any seed, and its data.

    name: "digits" (dense players of MNIST, Adam with beta_1 = 0.5) or "ring" (eight Gaussians in
    the plane, beta_1 = 0.9). `gan` is the `training.GAN`; `data` its real samples by name.
    Raises: ValueError for another name.
    """

    def __init__(self, name):
        if name == "digits":
            images, labels = load_mnist()
            few = np.concatenate([np.flatnonzero(labels == digit)[:2] for digit in range(10)])
            self.data = {"all": images, "20 samples": images[few], "0..255": (images + 1) * 127.5}
            self._latent_dim, beta_1 = 32, 0.5
        elif name == "ring":
            self.data = {"all": ring(sigma=0.05).sample(5000, seed=0)}
            self._latent_dim, beta_1 = 2, 0.9
        else:
            raise ValueError(f'the games are "digits" and "ring", got {name!r}')
        self.name = name
        self.gan = GAN(*self._players(), self._latent_dim, ema_decay=0.99)
        self.gan.compile(
            keras.optimizers.Adam(1e-3, beta_1, 0.99),
            keras.optimizers.Adam(1e-3, beta_1, 0.99),
            loss=["non_saturating", "minimax"],
            penalties={"r1": 1.0},
        )
        self.reset(0)

    def _players(self):
        if self.name == "digits":
            return dense_generator(32, (64, 128)), dense_discriminator((128,))
        generator = dense_generator(2, (64, 64), (2,), activation="relu", output="linear")
        return generator, dense_discriminator((64, 64), (2,))

    def reset(self, seed):
        """Back to before the first update, with fresh weights and batches that follow seed."""
        seed = inputs.whole_number("seed", seed, 0)
        keras.utils.set_random_seed(seed)
        self.gan.reset()
        for player, fresh in zip((self.gan.generator, self.gan.discriminator), self._players()):
            player.set_weights(fresh.get_weights())
        self._order = np.random.default_rng(seed)

    def real(self, settings):
        """The real samples that these settings train on. Raises: ValueError."""
        self._check(settings)
        return self.data[settings.data]

    def _check(self, settings):
        if not isinstance(settings, Settings):
            raise ValueError(f"settings must be a Settings, got {type(settings).__name__}")
        if settings.data not in self.data:
            raise ValueError(
                f"data of this game must be one of {[*self.data]}, got {settings.data!r}"
            )
        if settings.latent_dim is not None and not 1 <= settings.latent_dim <= self._latent_dim:
            raise ValueError(
                f"latent_dim must be at least 1 and at most {self._latent_dim}, "
                f"got {settings.latent_dim}"
            )
        for name in ("generator_learning_rate", "discriminator_learning_rate", "r1"):
            inputs.number(name, getattr(settings, name), least=0)

    def evaluation_data(self, settings, n=256):
        """What to look at during such a run: n real samples (n, ...), and n latent vectors.

        The same at every call; real ones repeat where there are fewer. Latent entries that the
        settings leave unused are 0. Raises: ValueError.
        """
        n = inputs.whole_number("n", n)
        rng, real = np.random.default_rng(0), self.real(settings)
        z = sample_latent(n, self._latent_dim, rng)
        z[:, settings.latent_dim or self._latent_dim :] = 0
        return real[rng.permutation(np.arange(max(n, len(real))) % len(real))[:n]], z

    def train(self, settings, updates):
        """That many updates with these settings, in one compiled call. Raises: ValueError."""
        real, updates = self.real(settings), inputs.whole_number("updates", updates)
        gan = self.gan
        gan.set_loss(settings.loss)
        gan.generator_optimizer.learning_rate.assign(settings.generator_learning_rate)
        gan.discriminator_optimizer.learning_rate.assign(settings.discriminator_learning_rate)
        gan.penalty_weights["r1"].assign(settings.r1)
        gan.active_latent_dim.assign(settings.latent_dim or self._latent_dim)
        rows = self._order.integers(len(real), size=(updates, BATCH))
        gan.train_on_batch(real[rows])
