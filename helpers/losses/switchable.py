"""A loss that can be changed while training, without compiling again."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import keras
import tensorflow as tf

from .adversarial import LOSSES


class SwitchableLoss:
    """Several losses compiled together, of which one is in use; `set` chooses it.

    Args:
        names: names in `LOSSES`.
        index: int32 variable, the position in `names` of the loss in use; it belongs to the model's
            state.
    """

    def __init__(self, names: Sequence[str], index: tf.Variable | keras.Variable):
        self.names = names
        self._losses = [LOSSES[name] for name in names]
        self._index = index

    @property
    def name(self) -> str:
        """The name of the loss in use."""
        return self.names[int(self._index.numpy())]

    def set(self, name: str) -> None:
        """Use the loss of that name from the next update on.

        Args:
            name: one of `names`.

        Raises:
            ValueError: if it is not one of them.
        """
        if name not in self.names:
            raise ValueError(f"compiled for {self.names}, got {name!r}: give both to compile")
        self._index.assign(self.names.index(name))

    def discriminator(self, real_logits: tf.Tensor, fake_logits: tf.Tensor) -> tf.Tensor:
        """D's loss.

        Args:
            real_logits: float32 (batch, 1), of real samples.
            fake_logits: float32 (batch, 1), of generated samples.

        Returns:
            Scalar loss.
        """
        return self._in_use([loss.discriminator(real_logits, fake_logits) for loss in self._losses])

    def generator(self, real_logits: tf.Tensor | None, fake_logits: tf.Tensor) -> tf.Tensor:
        """G's loss.

        Args:
            real_logits: float32 (batch, 1), of real samples; may be None if no loss is paired.
            fake_logits: float32 (batch, 1), of generated samples.

        Returns:
            Scalar loss.
        """
        return self._in_use([loss.generator(real_logits, fake_logits) for loss in self._losses])

    def lazy_generator(
        self, compute_real_logits: Callable[[], tf.Tensor], fake_logits: tf.Tensor
    ) -> tf.Tensor:
        """G's loss, where D evaluates real samples only if the loss in use is paired.

        Args:
            compute_real_logits: callable without arguments, returns float32 (batch, 1).
            fake_logits: float32 (batch, 1), of generated samples.

        Returns:
            Scalar loss.
        """
        paired = [loss.paired for loss in self._losses]
        real_logits = None
        if any(paired):
            unused = lambda: tf.zeros_like(fake_logits)  # noqa: E731
            real_logits = tf.cond(tf.gather(paired, self._index), compute_real_logits, unused)
        return self.generator(real_logits, fake_logits)

    def _in_use(self, values):
        if len(values) == 1:
            return values[0]
        return tf.gather(tf.stack(values), self._index)  # in a sum, 0 times infinity would be NaN
