"""Measures two networks while they train, whatever trains them."""

import inspect

import keras
import numpy as np
import tensorflow as tf

from .. import inputs
from ..losses import LOSSES
from ..metrics import sliced_wasserstein


class Monitor(keras.callbacks.Callback):
    """Measures two players now and then, whatever trains them, and keeps what it measured.

    generator: a Keras model, z -> samples. discriminator: samples -> one logit each (n, 1), no
    sigmoid. real: (n, ...), real samples as D sees them; z: (n, latent_dim), the same at every
    look, so that what changes was learned; both finite. loss: whose gradient is G's, a name in
    `losses.LOSSES` that is not paired. every: updates between two looks, where it is given to `fit`
    as a callback; a call of `fit`'s that makes many updates at once counts them all. A loop of your
    own calls `evaluate(updates)`.

    `history`: {name: (looks,)}, with the names in `COLUMNS` but D's gradient norm; losses, scores
    and accuracies are over all of real and z, the losses being the logistic ones. `floor` is the
    "distance" of one half of real to the other. `real_logits`, `fake_logits` and `samples` are those
    of the last look; `film` has the samples of all looks.
    Raises: ValueError.
    """

    def __init__(self, generator, discriminator, real, z, loss="non_saturating", every=50):
        super().__init__()
        if loss not in LOSSES or LOSSES[loss].paired:
            allowed = sorted(name for name in LOSSES if not LOSSES[name].paired)
            raise ValueError(f"loss must be one of {allowed}, got {loss!r}")
        for name, player in (("generator", generator), ("discriminator", discriminator)):
            if not isinstance(player, keras.layers.Layer):
                raise ValueError(f"{name} must be a Keras model, got {type(player).__name__}")
        self.generator, self.discriminator = generator, discriminator
        self.every = inputs.whole_number("every", every)
        self._loss = LOSSES[loss].generator
        self._rows, self._before, self.sample_history = [], None, []
        self._updates, self._last_batch = 0, -1
        self.set_data(real, z)
        self._learned = [_learned_weights(player) for player in (generator, discriminator)]
        self._rescaled = _rescaled_weights(generator) | _rescaled_weights(discriminator)

    def set_data(self, real, z):
        """Measure on other real samples and latent vectors from now on."""
        real, z = inputs.finite("real", real, "float32"), inputs.finite("z", z, "float32")
        if real.ndim < 2 or z.ndim < 2 or len(real) != len(z) or len(z) < 4:
            raise ValueError(
                "give as many real samples (n, ...) as latent vectors (n, latent_dim), 4 or more: "
                f"got {real.shape} and {z.shape}"
            )
        samples = _ask("generator", self.generator, z[:4])
        if samples.shape != (4, *real.shape[1:]):
            shape = ", ".join(map(str, samples.shape[1:]))
            raise ValueError(
                f"real must have the generator's shape, (n, {shape}), got {real.shape}"
            )
        logits = _ask("discriminator", self.discriminator, samples)
        if tuple(logits.shape) not in ((4, 1), (4,)):
            raise ValueError(
                f"the discriminator must give one logit a sample, (n, 1), got {tuple(logits.shape)}"
            )
        self.real, self._z = real, z
        self.baseline = _distance(*self._halves(self.real))

    @property
    def history(self):
        if not self._rows:
            raise ValueError(
                "nothing was looked at yet: train with this callback, or call evaluate(0)"
            )
        return {name: np.array([row[name] for row in self._rows]) for name in self._rows[0]}

    def on_train_begin(self, logs=None):
        if not self._rows:
            self.evaluate(self._updates_made())

    def on_epoch_begin(self, epoch, logs=None):
        self._last_batch = -1

    def on_train_batch_end(self, batch, logs=None):
        before = self._rows[-1]["updates"] if self._rows else 0
        # with `steps_per_execution` Keras calls this once for many batches, with the last one's index
        self._updates += batch - self._last_batch if batch > self._last_batch else batch + 1
        self._last_batch = batch
        made = self._updates_made()
        if made // self.every > before // self.every:
            self.evaluate(made)

    def _updates_made(self):
        """As the model counts them, if it does; else one for each batch."""
        return getattr(self.model, "updates_made", self._updates)

    def evaluate(self, updates):
        """Measure both players after that many updates, a whole number from 0 on."""
        updates = inputs.whole_number("updates", updates, 0)
        weights = [weight.value for weight in self._learned[0]]
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
        moved = self._moved(updates, gradient)
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
                **moved,
                "distance": self._distance_to_real(),
            }
        )

    @staticmethod
    def _halves(samples):
        half = len(samples) // 2
        return samples[:half], samples[half : 2 * half]

    def _distance_to_real(self):
        """From one half of real to the samples of the other half of z: as many as for the floor."""
        return _distance(self._halves(self.real)[0], self._halves(self.samples)[1])

    def _moved(self, updates, gradient):
        """How far and which way each player has moved since the last look, by column."""
        now = [[weight.numpy() for weight in weights] for weights in self._learned]
        before, self._before = self._before, (updates, gradient, now)
        columns = ("generator_step", "discriminator_step", "generator_alignment")
        if before is None or updates <= before[0]:
            return dict.fromkeys(columns, 0.0)
        made, downhill = updates - before[0], -before[1]
        changes = [
            _flat_values(self._change(*each, made) for each in zip(weights, old, new))
            for weights, old, new in zip(self._learned, before[2], now)
        ]
        steps = [
            float(np.linalg.norm(change) / (np.linalg.norm(_flat_values(old)) + 1e-30) / made)
            for change, old in zip(changes, before[2])
        ]
        lengths = np.linalg.norm(downhill) * np.linalg.norm(changes[0])
        return dict(zip(columns, [*steps, float(downhill @ changes[0] / max(lengths, 1e-30))]))

    def _change(self, weight, old, new, updates):
        """new - old. Spectral normalization rescales a kernel in every call, learned or not: there
        the change of its direction counts, above what rounding makes of it."""
        if id(weight) not in self._rescaled:
            return new - old
        length = np.linalg.norm(old)
        change = new * (length / max(np.linalg.norm(new), 1e-30)) - old
        rounding = np.finfo("float32").eps * updates * length
        return change if np.linalg.norm(change) > rounding else np.zeros_like(old)


def _infer(model, values):
    """What a model gives at inference; `call` of a model of one's own need not know `training`."""
    if "training" in inspect.signature(model.call).parameters:
        return model(values, training=False)
    return model(values)


def _ask(name, player, values):
    try:
        return _infer(player, values)
    except Exception as error:  # Keras and TensorFlow raise many kinds
        raise ValueError(
            f"the {name} does not take an input of shape {tuple(values.shape)}: {error}"
        ) from error


def _learned_weights(player):
    """The weights that training moves. Moving statistics, counters and the like are none; weights
    that are frozen at the moment are: the classic Keras program freezes and thaws D in turns."""
    frozen = not player.trainable
    if frozen:
        player.trainable = True
    weights = player.trainable_weights
    if frozen:
        player.trainable = False
    return weights


def _rescaled_weights(player):
    """ids of the kernels that `keras.layers.SpectralNormalization` overwrites in every call."""
    if isinstance(player, keras.layers.SpectralNormalization):
        return {id(player.kernel)}
    return set().union(*map(_rescaled_weights, getattr(player, "layers", [])))


def _flat_values(arrays):
    return np.concatenate([np.zeros(1), *(np.ravel(one) for one in arrays)])


def _distance(real, generated):
    flat = [np.reshape(samples, (len(samples), -1)) for samples in (real, generated)]
    if not np.isfinite(flat[1]).all():
        return np.nan
    return sliced_wasserstein(*flat)
