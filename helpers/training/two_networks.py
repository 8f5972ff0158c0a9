"""A Keras model of two networks, each with an optimizer of its own: `compile`, and its settings."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from ..inputs import whole_number
from ..losses import SwitchableLoss
from .checks import check_compile, check_optimizers, check_trainable, refuse_strategy
from .compiled import xla_is_faster
from .learning_rates import BothLearningRates, InverseTimeDecay
from .state import State
from .transactional_model import TransactionalModel


class TwoNetworks(TransactionalModel):
    """How `GAN` is compiled, and what may be changed afterwards without compiling again.

    A subclass sets `generator`, `discriminator`, `latent_dim`, `sample_shape`, `penalty_weights` and
    the variables in `_settings`, and has a method `_losses_and_scores`, see `TransactionalModel`.
    """

    def compile(
        self,
        generator_optimizer: keras.Optimizer | str,
        discriminator_optimizer: keras.Optimizer | str,
        loss: str | Sequence[str] = "non_saturating",
        penalties: dict[str, float] | None = None,
        discriminator_steps: int | Sequence[int] = 1,
        halving_updates: int | None = None,
        updates_per_call: int = 50,
        jit_compile: bool | str = "auto",
        run_eagerly: bool = False,
        **others,
    ) -> None:
        """Choose how both networks are trained.

        Args:
            generator_optimizer, discriminator_optimizer: two separate Keras optimizers.
            loss: a name in `losses.LOSSES`; or several, all compiled, the first in use (`set_loss`).
            penalties: {name in `losses.PENALTIES`: weight >= 0}.
            discriminator_steps: int >= 1, steps of D in each update, each on a batch of its own; or
                several such ints, the first in use. That costs a longer wait for the compiler.
            halving_updates: int h; both learning rates decay as 1 / (1 + t / h), t being the updates
                made: half after h of them. Assigning a learning rate mid-run continues the decay from
                that value. None: constant.
            updates_per_call: int, the most updates that one compiled call makes under `fit`.
            jit_compile: True compiles with XLA, False uses TensorFlow's own kernels; "auto" takes what
                is faster on a CPU: XLA, unless a network has convolutions or draws random numbers
                from Keras, as `keras.layers.Dropout` does and `models.Dropout` does not.
            run_eagerly: True runs each operation at once, for looking into it; slow.

        Raises:
            ValueError: for an unknown name, a weight below 0, one optimizer for both, learning rates
                that are to decay by `halving_updates` and by a schedule of their own, or an argument
                of `keras.Model.compile` that means nothing for a GAN.
        """
        refuse_strategy()
        loss_names = (loss,) if isinstance(loss, str) else tuple(loss)
        penalties = dict(penalties or {})
        check_compile(loss_names, penalties, others)
        allowed_discriminator_steps = tuple(
            whole_number("discriminator_steps", number)
            for number in np.atleast_1d(np.array(discriminator_steps)).tolist()
        )
        updates_per_call = whole_number("updates_per_call", updates_per_call)
        if halving_updates is not None:
            halving_updates = whole_number("halving_updates", halving_updates)
        self.generator_optimizer, self.discriminator_optimizer = check_optimizers(
            (generator_optimizer, self.generator),
            (discriminator_optimizer, self.discriminator),
            halving_updates,
        )
        if run_eagerly:
            jit_compile = False
        elif jit_compile == "auto":
            networks = self.generator, self.discriminator
            jit_compile = xla_is_faster(*networks, self.latent_dim, self.sample_shape)
        super().compile(optimizer=None, jit_compile=jit_compile, run_eagerly=run_eagerly)
        self._loss_index.assign(0)
        self.loss_function = SwitchableLoss(loss_names, self._loss_index)
        self.penalty_names = tuple(penalties)
        for name, weight in penalties.items():
            self.penalty_weights[name].assign(weight)
        self.allowed_discriminator_steps = allowed_discriminator_steps
        self.batches_per_update = max(allowed_discriminator_steps)
        self._discriminator_steps.assign(allowed_discriminator_steps[0])
        self.updates_per_call = updates_per_call
        self._evaluate_batch = tf.function(
            self._losses_and_scores, jit_compile=self.jit_compile, autograph=False
        )
        self.optimizer = BothLearningRates(self.generator_optimizer, self.discriminator_optimizer)
        optimizers = self.generator_optimizer, self.discriminator_optimizer
        self.decay = InverseTimeDecay(optimizers, halving_updates)
        learning_rates = [optimizer.learning_rate for optimizer in optimizers]
        self._state = State(self, optimizers, self._history, learning_rates + self._settings)

    @property
    def loss_name(self) -> str:
        """Name of the loss in use."""
        return self.loss_function.name

    def set_loss(self, name: str) -> None:
        """Use another of the losses given to `compile`, from the next update on."""
        self.loss_function.set(name)

    @property
    def discriminator_steps(self) -> int:
        """Steps of D in each update."""
        return int(self._discriminator_steps.numpy())

    def set_discriminator_steps(self, number: int) -> None:
        """Use another of the numbers of steps given to `compile`, from the next update on."""
        if number not in self.allowed_discriminator_steps:
            raise ValueError(
                f"compiled for {self.allowed_discriminator_steps} steps of D, got {number!r}: "
                "give both to compile"
            )
        self._discriminator_steps.assign(number)

    def set_learning_rates(self, learning_rate: float) -> None:
        """Set the learning rate of both optimizers."""
        for optimizer in (self.generator_optimizer, self.discriminator_optimizer):
            optimizer.learning_rate.assign(learning_rate)

    def _check_ready(self, what):
        super()._check_ready(what)
        check_trainable("generator", self.generator, self.generator_optimizer)
        check_trainable("discriminator", self.discriminator, self.discriminator_optimizer)

    def get_compile_config(self):
        if not self.compiled:
            return None
        return keras.saving.serialize_keras_object(
            {
                "generator_optimizer": self.generator_optimizer,
                "discriminator_optimizer": self.discriminator_optimizer,
                "loss": list(self.loss_function.names),
                "penalties": {
                    n: float(self.penalty_weights[n].numpy()) for n in self.penalty_names
                },
                "discriminator_steps": list(self.allowed_discriminator_steps),
                "halving_updates": self.decay.halving_updates,
                "updates_per_call": self.updates_per_call,
                "jit_compile": self.jit_compile,
            }
        )

    def compile_from_config(self, config):
        self.compile(**keras.saving.deserialize_keras_object(config))
