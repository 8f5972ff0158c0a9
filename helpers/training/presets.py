"""Classic GAN programs and the course's own recipe, by name."""

from __future__ import annotations

from dataclasses import dataclass, field

import keras

from ..models import dense_discriminator, dense_generator
from .gan import GAN


@dataclass(frozen=True)
class Preset:
    """Two dense networks of digits and the settings they are trained with; see `PRESETS`.

    Args:
        title: one line that says it all.
        latent_dim: int, entries of z.
        generator_units, discriminator_units: tuples of int, widths of the hidden layers.
        learning_rate, beta_1, beta_2: of both Adam optimizers.
        batch_size: int.
        activation: of both networks, unless generator_activation is given; see `models`.
        output: "tanh" or "sigmoid", of the generator.
        batch_norm: BatchNormalization in the generator.
        dropout: float in [0, 1), in the discriminator.
        minibatch_std, shift: see `models.dense_discriminator`.
        penalties, halving_updates: see `GAN.compile`.
        ema_decay: see `GAN`.
    """

    title: str
    latent_dim: int
    generator_units: tuple
    discriminator_units: tuple
    learning_rate: float
    beta_1: float = 0.9
    beta_2: float = 0.999
    batch_size: int = 64
    activation: str = "relu"
    generator_activation: str | None = None
    output: str = "tanh"
    batch_norm: bool = False
    dropout: float = 0.0
    minibatch_std: bool = False
    shift: int = 0
    penalties: dict = field(default_factory=dict)
    halving_updates: int | None = None
    ema_decay: float = 0.0

    def networks(
        self, sample_shape: tuple[int, ...] = (28, 28, 1)
    ) -> tuple[keras.Sequential, keras.Sequential]:
        """A new generator and discriminator for samples of that shape."""
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

    def optimizer(self) -> keras.optimizers.Adam:
        """A new Adam with this preset's settings; each network needs its own."""
        return keras.optimizers.Adam(self.learning_rate, self.beta_1, self.beta_2)


PRESETS: dict[str, Preset] = {
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
        title="G 64-128-256-784 SiLU, D 784-256-128-1 LeakyReLU, R1, minibatch std, shifts, EMA of G",
        latent_dim=64,
        generator_units=(128, 256),
        discriminator_units=(256, 128),
        learning_rate=3e-3,
        beta_1=0.0,  # with momentum the two networks oscillate around each other
        beta_2=0.99,
        batch_size=128,
        activation="leaky_relu",
        generator_activation="silu",
        minibatch_std=True,
        shift=1,
        penalties={"r1": 1.5},
        halving_updates=2000,  # fast at first; later small enough to converge
        ema_decay=0.998,
    ),
}


def gan_from_preset(preset: Preset, seed: int = 0, **compile_arguments) -> GAN:
    """A new compiled GAN with the networks, optimizers and penalties of a preset.

    Train it with `fit(images, batch_size=preset.batch_size)`. Initial weights follow
    `keras.utils.set_random_seed`.

    Args:
        preset: for instance `PRESETS["course"]`.
        seed: see `GAN`.
        compile_arguments: of `GAN.compile`; they replace the preset's.

    Example:
        >>> from helpers import training
        >>> gan = training.gan_from_preset(training.PRESETS["course"])
        >>> gan.latent_dim, gan.sample_shape, gan.loss_name
        (64, (28, 28, 1), 'non_saturating')
    """
    gan = GAN(*preset.networks(), preset.latent_dim, seed=seed, ema_decay=preset.ema_decay)
    own = {"penalties": preset.penalties, "halving_updates": preset.halving_updates}
    gan.compile(preset.optimizer(), preset.optimizer(), **{**own, **compile_arguments})
    return gan
