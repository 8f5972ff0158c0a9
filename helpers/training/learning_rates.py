"""How two learning rates change together: a decay, and one rate for Keras' callbacks."""

import numpy as np

from ..inputs import whole_number


class InverseTimeDecay:
    """Lets learning rates decay as 1 / (1 + t / halving_updates), t being the updates made.

    Not `keras.optimizers.schedules.InverseTimeDecay`, because a schedule's learning rate cannot be
    assigned: here one that a slider assigns decays from there on.

    Args:
        optimizers: Keras optimizers.
        halving_updates: int h >= 1, the updates after which a rate is half; None: no decay.
    """

    def __init__(self, optimizers, halving_updates):
        if halving_updates is not None:
            halving_updates = whole_number("halving_updates", halving_updates)
        self.halving_updates = halving_updates
        self._optimizers = optimizers

    def apply(self, made):
        """From rate / (1 + (t - 1) / h) to rate / (1 + t / h). made: float32 tensor, t."""
        if self.halving_updates is None:
            return
        for optimizer in self._optimizers:
            learning_rate = optimizer.learning_rate
            learning_rate.assign(learning_rate * (1 - 1 / (self.halving_updates + made)))

    def undo(self, made, left, first_rates):
        """Back from t = made to t = left, ints. first_rates: floats, the rates at t = left unless
        one was assigned since: a rate that decayed from there is exactly that one, not a rounded one.
        """
        if self.halving_updates is None:
            return
        decayed = (self.halving_updates + made) / (self.halving_updates + left)
        for optimizer, first in zip(self._optimizers, first_rates):
            rate = float(optimizer.learning_rate) * decayed
            optimizer.learning_rate.assign(first if np.isclose(rate, first, 1e-3, 0) else rate)


class BothLearningRates:
    """Stands in for `model.optimizer` where Keras' callbacks read and set a model's learning rate.

    It is the generator's. A new one is set there, and the discriminator's keeps its ratio to it.
    """

    built, variables = True, ()

    def __init__(self, generator_optimizer, discriminator_optimizer):
        self._of_generator, self._of_discriminator = generator_optimizer, discriminator_optimizer

    @property
    def learning_rate(self):
        return self._of_generator.learning_rate

    @learning_rate.setter
    def learning_rate(self, rate):
        before = float(self.learning_rate)
        ratio = float(self._of_discriminator.learning_rate) / before if before else 1.0
        self._of_generator.learning_rate = rate
        self._of_discriminator.learning_rate = rate * ratio
