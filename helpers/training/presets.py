"""Classic GAN programs and the course's own recipe, by name."""

from dataclasses import dataclass, field

import keras

from ..models import dense_discriminator, dense_generator
from .gan import GAN


@dataclass(frozen=True)
class Preset:
    """Two players and the settings they are trained with; see `PRESETS`."""

    title: str
    latent_dim: int
    generator_units: tuple
    discriminator_units: tuple
    learning_rate: float
    beta_1: float = 0.9
    beta_2: float = 0.999
    batch_size: int = 64
    activation: str = "relu"  # of both players, unless generator_activation is given
    generator_activation: str | None = None
    output: str = "tanh"
    batch_norm: bool = False
    dropout: float = 0.0
    minibatch_std: bool = False
    shift: int = 0
    penalties: dict = field(default_factory=dict)
    halving_updates: int | None = None  # both learning rates fall as 1 / (1 + t / halving_updates)
    ema_decay: float = 0.0

    def networks(self, sample_shape=(28, 28, 1)):
        """A fresh generator and discriminator for samples of that shape."""
        generator = dense_generator(
            self.latent_dim,
            self.generator_units,
            sample_shape,
            self.generator_activation or self.activation,
            self.output,
            self.batch_norm,
        )
        discriminator = dense_discriminator(
            self.discriminator_units,
            sample_shape,
            self.activation,
            self.dropout,
            unit_pixels=self.output == "sigmoid",
            minibatch_std=self.minibatch_std,
            shift=self.shift,
        )
        return generator, discriminator

    def optimizer(self):
        """A fresh Adam with this preset's settings; each player needs its own."""
        return keras.optimizers.Adam(self.learning_rate, self.beta_1, self.beta_2)


PRESETS = {
    "first_steps": Preset(
        title="G 100-128-784, D 784-128-1, ReLU, Adam 1e-3",
        latent_dim=100,
        generator_units=(128,),
        discriminator_units=(128,),
        learning_rate=1e-3,
    ),
    "wide_dropout": Preset(
        title="G 100-256-1024-784, D 784-1024-512-1, LeakyReLU, Dropout, Adam 2e-4 (0.5, 0.9)",
        latent_dim=100,
        generator_units=(256, 1024),
        discriminator_units=(1024, 512),
        learning_rate=2e-4,
        beta_1=0.5,
        beta_2=0.9,
        activation="leaky_relu",
        output="sigmoid",
        dropout=0.3,
    ),
    "batch_norm": Preset(
        title="G 100-128-256-784 with BatchNorm, D 784-256-128-1, ReLU, Adam 1e-3",
        latent_dim=100,
        generator_units=(128, 256),
        discriminator_units=(256, 128),
        learning_rate=1e-3,
        batch_size=128,
        output="sigmoid",
        batch_norm=True,
    ),
    "course": Preset(
        title="G 64-128-256-784 SiLU, D 784-256-128-1 LeakyReLU, R1, minibatch std, shifts, averaged G",
        latent_dim=64,
        generator_units=(128, 256),
        discriminator_units=(256, 128),
        learning_rate=3e-3,
        beta_1=0.0,  # momentum makes two players chase each other in circles
        beta_2=0.99,
        batch_size=128,
        activation="leaky_relu",
        generator_activation="silu",
        minibatch_std=True,
        shift=1,
        penalties={"r1": 1.5},
        halving_updates=2000,  # fast at first; later, steps small enough to settle
        ema_decay=0.998,
    ),
}


def gan_from_preset(preset, seed=0, **rules):
    """A fresh GAN with the players, optimizers and penalties of a `training.Preset`, compiled.

    Train it with `fit(images, batch_size=preset.batch_size)`. rules: further arguments of
    `GAN.compile`. The players' initial weights follow `keras.utils.set_random_seed`.
    """
    gan = GAN(*preset.networks(), preset.latent_dim, seed=seed, ema_decay=preset.ema_decay)
    rules = {
        "penalties": preset.penalties,
        "halving_updates": preset.halving_updates,
        **rules,
    }
    gan.compile(preset.optimizer(), preset.optimizer(), **rules)
    return gan
