"""Measures a generator and a discriminator while they train, whatever trains them."""

from __future__ import annotations

import copy
import inspect

import keras
import numpy as np
import tensorflow as tf

from .. import inputs
from ..losses import LOSSES
from ..metrics import sliced_wasserstein


class Monitor(keras.callbacks.Callback):
    """A callback that evaluates a generator and a discriminator and records what it measures.

    Pass it to `fit`, or call `evaluate(updates)` in a training loop of your own. Losses, scores and
    accuracies are means over all of `real` and `z`.

    Args:
        generator: a Keras model from z to samples.
        discriminator: a Keras model from samples to one logit each, (n, 1), without a sigmoid.
        real: real samples as D gets them, (n, ...), finite.
        z: latent vectors, (n, latent_dim), finite. They are the same in every evaluation, so that
            what changes was learned.
        loss: G's loss, whose gradient is measured: a name in `losses.LOSSES` that is not paired.
            D's loss is always the logistic one.
        every: number of updates between two evaluations in `fit`. All updates count if one call of
            the training step makes many.

    Attributes:
        history: {column: array (evaluations,)}.
        baseline: the "distance" between the two halves of `real`: real against real.
        real_logits, fake_logits, samples: of the last evaluation.
        sample_history: the samples of all evaluations, a list.

    Raises:
        ValueError: if an argument is not as described above.

    Example:
        >>> import keras
        >>> from helpers import data, diagnostics
        >>> generator = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        >>> discriminator = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        >>> real, z = data.ring().sample(64, seed=0), data.sample_latent(64, 3, seed=0)
        >>> monitor = diagnostics.Monitor(generator, discriminator, real, z)
        >>> monitor.evaluate(0)
        >>> monitor.history["generator_update_ratio"].tolist()
        [0.0]
    """

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        real: np.typing.ArrayLike,
        z: np.typing.ArrayLike,
        loss: str = "non_saturating",
        every: int = 50,
    ):
        super().__init__()
        if loss not in LOSSES or LOSSES[loss].paired:
            allowed = sorted(name for name in LOSSES if not LOSSES[name].paired)
            raise ValueError(f"loss must be one of {allowed}, got {loss!r}")
        for name, network in (("generator", generator), ("discriminator", discriminator)):
            if not isinstance(network, keras.layers.Layer):
                raise ValueError(f"{name} must be a Keras model, got {type(network).__name__}")
        self.generator, self.discriminator = generator, discriminator
        self.every = inputs.whole_number("every", every)
        self._loss = LOSSES[loss].generator
        self._rows: list[dict[str, float]] = []
        self._previous = None
        self.sample_history: list[np.ndarray] = []
        self._updates, self._last_batch = 0, -1
        self.set_data(real, z)
        self._weights = [_learned_weights(network) for network in (generator, discriminator)]
        self._rescaled = _rescaled_weights(generator) | _rescaled_weights(discriminator)

    def copy(self) -> Monitor:
        """Return a monitor of the same networks with the same rows, to continue in another way."""
        twin = copy.copy(self)
        twin._rows, twin.sample_history = [*self._rows], [*self.sample_history]
        return twin

    def set_data(self, real: np.typing.ArrayLike, z: np.typing.ArrayLike) -> None:
        """Use other real samples and latent vectors from now on.

        Args:
            real: real samples, (n, ...), finite, n at least 4.
            z: latent vectors, (n, latent_dim), finite.

        Raises:
            ValueError: if the shapes do not fit each other or the networks.
        """
        real, z = inputs.finite("real", real, "float32"), inputs.finite("z", z, "float32")
        if real.ndim < 2 or z.ndim < 2 or len(real) != len(z) or len(z) < 4:
            raise ValueError(
                "real must be (n, ...) and z (n, latent_dim), with the same n of at least 4, "
                f"got {real.shape} and {z.shape}"
            )
        samples = _infer_checked("generator", self.generator, z[:4])
        if samples.shape != (4, *real.shape[1:]):
            shape = ", ".join(map(str, samples.shape[1:]))
            raise ValueError(
                f"real must have the generator's shape, (n, {shape}), got {real.shape}"
            )
        logits = _infer_checked("discriminator", self.discriminator, samples)
        if tuple(logits.shape) not in ((4, 1), (4,)):
            raise ValueError(
                "the discriminator must return one logit per sample, (n, 1), "
                f"got {tuple(logits.shape)}"
            )
        self.real, self._z = real, z
        self.baseline = _distance(*_halves(self.real))

    @property
    def history(self) -> dict[str, np.ndarray]:
        """What was measured: {column: array (evaluations,)}.

        The columns are those in `COLUMNS` without "discriminator_gradient_norm".

        Raises:
            ValueError: if nothing was evaluated yet.
        """
        if not self._rows:
            raise ValueError(
                "nothing was evaluated yet: train with this callback, or call evaluate(0)"
            )
        return {name: np.array([row[name] for row in self._rows]) for name in self._rows[0]}

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Evaluate before the first update."""
        if not self._rows:
            self.evaluate(self._updates_made())

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Note that the index of the batch starts again."""
        self._last_batch = -1

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Evaluate if a multiple of `every` updates was reached."""
        previous = self._rows[-1]["updates"] if self._rows else 0
        # with `steps_per_execution` Keras calls this once for many batches, with the last one's index
        self._updates += batch - self._last_batch if batch > self._last_batch else batch + 1
        self._last_batch = batch
        made = self._updates_made()
        if made // self.every > previous // self.every:
            self.evaluate(made)

    def _updates_made(self):
        """The model's own count of updates if it has one, else one for each batch."""
        return getattr(self.model, "updates_made", self._updates)

    def evaluate(self, updates: int) -> None:
        """Measure both networks and append a row to `history`.

        Args:
            updates: number of updates made so far, at least 0.

        Raises:
            ValueError: if updates is not a whole number of at least 0.
        """
        updates = inputs.whole_number("updates", updates, 0)
        weights = [weight.value for weight in self._weights[0]]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(weights)
            samples = _infer(self.generator, self._z)
            fake = tf.cast(_infer(self.discriminator, samples), "float32")
            loss = self._loss(None, fake)
        gradient = _flat_values(tape.gradient(loss, weights, unconnected_gradients="zero"))
        real = tf.cast(_infer(self.discriminator, self.real), "float32")
        self.real_logits, self.fake_logits = real.numpy().ravel(), fake.numpy().ravel()
        self.samples = tf.cast(samples, "float32").numpy()
        self.sample_history.append(self.samples)
        self._rows.append(
            {
                "updates": updates,
                "discriminator_loss": float(LOSSES["minimax"].discriminator(real, fake)),
                "generator_loss": float(loss),
                "real_score": float(tf.reduce_mean(tf.sigmoid(real))),
                "fake_score": float(tf.reduce_mean(tf.sigmoid(fake))),
                "real_accuracy": float((self.real_logits > 0).mean()),
                "fake_accuracy": float((self.fake_logits < 0).mean()),
                "generator_gradient_norm": float(np.linalg.norm(gradient)),
                **self._weight_changes(updates, gradient),
                "distance": self._distance_to_real(),
            }
        )

    def _distance_to_real(self):
        """From one half of real to the samples of the other half of z: as many as in `baseline`."""
        return _distance(_halves(self.real)[0], _halves(self.samples)[1])

    def _weight_changes(self, updates, gradient):
        """The columns that compare the weights with those of the previous evaluation."""
        current = [[weight.numpy() for weight in weights] for weights in self._weights]
        previous, self._previous = self._previous, (updates, gradient, current)
        columns = ("generator_update_ratio", "discriminator_update_ratio", "generator_alignment")
        if previous is None or updates <= previous[0]:
            return dict.fromkeys(columns, 0.0)
        made, negative_gradient = updates - previous[0], -previous[1]
        changes = [
            _flat_values(self._change(*each, made) for each in zip(weights, old, new))
            for weights, old, new in zip(self._weights, previous[2], current)
        ]
        ratios = [
            float(np.linalg.norm(change) / (np.linalg.norm(_flat_values(old)) + 1e-30) / made)
            for change, old in zip(changes, previous[2])
        ]
        norms = np.linalg.norm(negative_gradient) * np.linalg.norm(changes[0])
        alignment = float(negative_gradient @ changes[0] / max(norms, 1e-30))
        return dict(zip(columns, [*ratios, alignment]))

    def _change(self, weight, old, new, updates):
        """new - old. Spectral normalization rescales a kernel in every call, whether it learns or
        not: there the change of its direction counts, if it is larger than rounding errors."""
        if id(weight) not in self._rescaled:
            return new - old
        norm = np.linalg.norm(old)
        change = new * (norm / max(np.linalg.norm(new), 1e-30)) - old
        rounding = np.finfo("float32").eps * updates * norm
        return change if np.linalg.norm(change) > rounding else np.zeros_like(old)


def _infer(model, values):
    """The model's output at inference. `call` of a custom model may lack the argument `training`."""
    if "training" in inspect.signature(model.call).parameters:
        return model(values, training=False)
    return model(values)


def _infer_checked(name, network, values):
    """As `_infer`; whatever the network raises becomes a ValueError."""
    try:
        return _infer(network, values)
    except Exception as error:  # Keras and TensorFlow raise many kinds
        raise ValueError(
            f"the {name} does not take an input of shape {tuple(values.shape)}: {error}"
        ) from error


def _learned_weights(network):
    """The weights that training changes: no moving statistics or counters. Weights that are frozen
    now count: the classic Keras program freezes and unfreezes D in turns."""
    frozen = not network.trainable
    if frozen:
        network.trainable = True
    weights = network.trainable_weights
    if frozen:
        network.trainable = False
    return weights


def _rescaled_weights(network):
    """ids of the kernels that `keras.layers.SpectralNormalization` overwrites in every call."""
    if isinstance(network, keras.layers.SpectralNormalization):
        return {id(network.kernel)}
    return set().union(*map(_rescaled_weights, getattr(network, "layers", [])))


def _flat_values(arrays):
    return np.concatenate([np.zeros(1), *(np.ravel(one) for one in arrays)])


def _halves(samples):
    half = len(samples) // 2
    return samples[:half], samples[half : 2 * half]


def _distance(real, generated):
    flat = [np.reshape(samples, (len(samples), -1)) for samples in (real, generated)]
    if not np.isfinite(flat[1]).all():
        return np.nan
    return sliced_wasserstein(*flat)
