"""One `keras.Model` that trains a generator and a discriminator, many updates in each compiled call.

An *update* is `discriminator_steps` steps of D and then one step of G (Goodfellow et al. 2014,
Algorithm 1). `train_step` receives a batch of batches, shape (n, batch, ...), and makes n updates in
a `tf.while_loop`: the compiled function is entered once for n updates, not n times.
"""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf

from ..inputs import whole_number
from ..losses import PENALTIES, logits_and_penalties
from .checks import check_networks
from .compiled import gradient_norm, repeat, standard_normal
from .history import HISTORY_COLUMNS
from .state import State
from .two_networks import TwoNetworks


@keras.saving.register_keras_serializable("gan_course")
class GAN(TwoNetworks):
    """A generator G and a discriminator D, trained through `compile` and `fit` like any Keras model.

    May be changed between two calls, without compiling again: both optimizers' `learning_rate`,
    `penalty_weights[name]`, `ema_decay` and `active_latent_dim` (later entries of z become 0) by
    `.assign(value)`; `set_loss` and `set_discriminator_steps`. What is trained, counted and recorded
    is saved, restored and taken back as one, see `TransactionalModel`.

    Args:
        generator: any Keras model, z (batch, latent_dim) -> samples (batch, ...), float32.
        discriminator: any Keras model, samples -> one logit each, (batch, 1); no sigmoid at its end.
            Networks of `models.dense_generators` and `dense_discriminators` hold many GANs in one
            batched model: samples (batch, gans, d), logits (batch, gans); the history has their means.
        latent_dim: int >= 1, the number of entries of z.
        seed: int, of the latent vectors, of the order of the data and of the random factors in
            penalties. (Initial weights, Dropout and shifts follow `keras.utils.set_random_seed`,
            called before the networks are built.)
        ema_decay: float in [0, 1). After update t, ema <- d * ema + (1 - d) * weights of G with
            d = min(ema_decay, t / (t + 10)), so that the start is soon forgotten; 0 makes the EMA
            generator the generator itself (Yazici et al. 2019; Karras et al. 2018).

    Attributes:
        updates: variable, the number of updates made; `updates_made` is its value, an int.
        update_history: {name: float32 (updates,)} for each name in `HISTORY_COLUMNS`.
        ema_weights: variables, the trainable weights of the EMA generator.

    Raises:
        ValueError: if the networks do not fit together.

    Example:
        >>> import keras
        >>> from helpers import data, models, training
        >>> gan = training.GAN(models.dense_generator(2, [8], (2,), output="linear"),
        ...                    models.dense_discriminator([8], (2,)), latent_dim=2)
        >>> gan.compile(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3))
        >>> _ = gan.fit(data.spiral().sample(640, seed=0), batch_size=64, verbose=0)
        >>> gan.updates_made, gan.sample(5, seed=0).shape
        (10, (5, 2))
    """

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        latent_dim: int,
        seed: int = 0,
        ema_decay: float = 0.995,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.latent_dim = whole_number("latent_dim", latent_dim)
        if not 0 <= ema_decay < 1:
            raise ValueError(f"ema_decay must be at least 0 and below 1, got {ema_decay}")
        self.sample_shape = check_networks(generator, discriminator, self.latent_dim)
        self.generator = generator
        self.discriminator = discriminator
        self.seed = int(seed)
        self.penalty_seed = keras.random.SeedGenerator(self.seed + 1)
        self.ema_weights = [
            self._variable(f"average_{i}", variable, variable.dtype)
            for i, variable in enumerate(generator.trainable_variables)
        ]
        weights = generator.trainable_variables
        self._trained_weights = lambda: weights  # also once the generator is frozen
        self.ema_decay = self._variable("ema_decay", ema_decay)
        self.active_latent_dim = self._variable("active_latent_dim", self.latent_dim, "int32")
        self._discriminator_steps = self._variable("discriminator_steps", 1, "int32")
        self._loss_index = self._variable("loss_index", 0, "int32")
        self.penalty_weights = {name: self._variable(f"{name}_weight", 0) for name in PENALTIES}
        self.updates = self._variable("updates", 0, "int64")
        self.draws = self._variable("draws", 0, "int64")
        self._settings = [self.ema_decay, self.active_latent_dim, *self.penalty_weights.values()]
        self._settings += [self._discriminator_steps, self._loss_index]
        self._state = State(self, (), self._history, ())
        self.built = True

    # ---- one update ---------------------------------------------------------------------

    def draw_latent(self, n: int) -> tf.Tensor:
        """n latent vectors z ~ N(0, I), (n, latent_dim), new at every call.

        They follow from `seed` and the number of draws made, whatever compiles the call around them.
        """
        seed = tf.stack([self.seed, tf.convert_to_tensor(self.draws)])
        z = standard_normal(tf.stack([n, self.latent_dim]), seed)
        self.draws.assign_add(1)
        return self._mask(tf.ensure_shape(z, (None, self.latent_dim)))

    def _mask(self, z):
        return z * tf.cast(tf.range(self.latent_dim) < self.active_latent_dim, z.dtype)

    def _logits(self, samples, training):
        return tf.cast(self.discriminator(samples, training=training), "float32")

    def discriminator_step(self, real, z):
        """D's training step: descend L_D(D(x), D(G(z))) + sum of weight * penalty.

        Args:
            real: float32 (batch, ...).
            z: float32 (batch, latent_dim).

        Returns:
            Loss, scores, accuracies and gradient norm, scalars by name.
        """
        fake = tf.cast(self.generator(z, training=True), "float32")
        with tf.GradientTape() as tape:
            real_logits, fake_logits, penalties = logits_and_penalties(
                self.discriminator, real, fake, self.penalty_names, self.penalty_seed
            )
            loss = self.loss_function.discriminator(real_logits, fake_logits)
            penalty = sum(self.penalty_weights[name] * penalties[name] for name in penalties)
            total = loss + penalty
        gradients = tape.gradient(total, self.discriminator.trainable_variables)
        self.discriminator_optimizer.apply(gradients)
        return {
            "discriminator_loss": loss,
            "discriminator_gradient_norm": gradient_norm(gradients),
            **_scores(real_logits, fake_logits),
        }

    def generator_step(self, real, z):
        """G's training step: descend L_G(D(G(z))), then update EMA and learning rates.

        Args:
            real: float32 (batch, ...), evaluated by paired losses only.
            z: float32 (batch, latent_dim).

        Returns:
            Loss and gradient norm, scalars by name.
        """
        with tf.GradientTape() as tape:
            fake_logits = self._logits(self.generator(z, training=True), training=True)
            loss = self.loss_function.lazy_generator(
                lambda: self._logits(real, training=True), fake_logits
            )
        gradients = tape.gradient(loss, self.generator.trainable_variables)
        self.generator_optimizer.apply(gradients)
        self.updates.assign_add(1)
        self._update_ema_and_learning_rates()
        return {"generator_loss": loss, "generator_gradient_norm": gradient_norm(gradients)}

    def _update_ema_and_learning_rates(self):
        """Not Keras' `use_ema` and `InverseTimeDecay`, which are as fast: that EMA has no warm-up and
        replaces the weights that are trained; no slider can assign a schedule's learning rate."""
        made = tf.cast(self.updates, "float32")
        decay = tf.minimum(self.ema_decay, made / (made + 10))
        for average, variable in zip(self.ema_weights, self.generator.trainable_variables):
            average.assign(variable + decay * (average - variable))
        self.decay.apply(made)

    def train_step(self, data):
        """One update for each batch in data, (n, batch, ...); (batch, ...) counts as n = 1.

        Each step of D has new noise; the step of G is on the noise of D's last one. Not Keras'
        `steps_per_execution`: it returns the measurements of a call's last batch only, and makes 0.9
        times as many updates a second with the preset "course", 0.5 times with a toy's networks.
        """
        batches = self._as_batches_of_batches(data)
        n = tf.shape(batches)[0]
        one_step = self.allowed_discriminator_steps == (1,)
        steps = 1 if one_step else tf.convert_to_tensor(self._discriminator_steps)

        def discriminator_step(i, k):
            # not batches[...]: XLA would compile that slice anew for each value of steps
            real = tf.gather(batches, (i * steps + k) % n)
            z = self.draw_latent(tf.shape(real)[0])
            return self.discriminator_step(real, z), real, z

        def update(i, rows):
            if not one_step:
                repeat(
                    steps - 1, lambda k, _: discriminator_step(i, k)[0]["discriminator_loss"], 0.0
                )
            measured, real, z = discriminator_step(i, steps - 1)
            measured |= self.generator_step(real, z)
            row = tf.stack([measured[name] for name in HISTORY_COLUMNS])
            return tf.tensor_scatter_nd_update(rows, [[i]], [row])

        return {"rows": repeat(n, update, tf.zeros((n, len(HISTORY_COLUMNS))))}

    def step_alone(self, network: str, real: np.ndarray) -> dict[str, float]:
        """One training step of one network on new noise, while the other does not change.

        A step of G counts as an update; its row in the history has D's columns from the last step of
        D alone, or NaN if there was none since the last update.

        Args:
            network: "generator" or "discriminator".
            real: float32 (batch, ...).

        Returns:
            That step's measurements, floats by name.
        """
        steps = {"generator": self.generator_step, "discriminator": self.discriminator_step}
        if network not in steps:
            raise ValueError(f'network must be "generator" or "discriminator", got {network!r}')
        return self._whole_step(
            lambda: steps[network](tf.constant(real), self.draw_latent(len(real))), real
        )

    # ---- samples ------------------------------------------------------------------------

    def _losses_and_scores(self, real, batch):
        """The first six of HISTORY_COLUMNS, (6,), both networks in inference mode. batch: its number."""
        shape, seed = (
            tf.stack([tf.shape(real)[0], self.latent_dim]),
            tf.stack([self.seed, -1 - batch]),
        )
        fake = self.generator(self._mask(standard_normal(shape, seed)), training=False)
        real_logits, fake_logits = (self._logits(x, training=False) for x in (real, fake))
        loss = self.loss_function
        measured = _scores(real_logits, fake_logits)
        measured["discriminator_loss"] = loss.discriminator(real_logits, fake_logits)
        measured["generator_loss"] = loss.generator(real_logits, fake_logits)
        return tf.stack([measured[name] for name in HISTORY_COLUMNS[:6]])

    def call(self, z, ema=True):
        """Samples (batch, ...) from latent vectors z (batch, latent_dim).

        ema: from the EMA generator (smoother, the better one) or from G as it is.
        """
        mapping = zip(self._trained_weights(), self.ema_weights) if ema else ()
        with keras.StatelessScope(state_mapping=[*mapping]):
            return tf.cast(self.generator(self._mask(z), training=False), "float32")

    def sample(self, n: int, seed: int, ema: bool = True) -> np.ndarray:
        """n new samples, float32 array (n, ...). seed: an int; one seed gives one set of z."""
        z = keras.random.normal((whole_number("n", n), self.latent_dim), seed=seed)
        return self.generate(z, ema)

    def generate(self, z: np.ndarray, ema: bool = True) -> np.ndarray:
        """Samples, float32 array (n, ...), for latent vectors z of your own, (n, latent_dim), n >= 1."""
        z = np.asarray(z, "float32")
        if z.ndim != 2 or z.shape[1] != self.latent_dim or not len(z):
            raise ValueError(f"z must have shape (n, {self.latent_dim}), n >= 1, got {z.shape}")
        parts = np.array_split(z, -(-len(z) // 1000))
        return np.concatenate([self(part, ema=ema).numpy() for part in parts])

    # ---- saving -------------------------------------------------------------------------

    def get_config(self):
        return keras.saving.serialize_keras_object(
            {
                "generator": self.generator,
                "discriminator": self.discriminator,
                "latent_dim": self.latent_dim,
                "seed": self.seed,
                "ema_decay": float(self.ema_decay.numpy()),
                "name": self.name,
            }
        )

    @classmethod
    def from_config(cls, config):
        return cls(**keras.saving.deserialize_keras_object(config))


def _scores(real_logits, fake_logits):
    """D's mean scores and its accuracies."""
    return {
        "real_score": tf.reduce_mean(tf.sigmoid(real_logits)),
        "fake_score": tf.reduce_mean(tf.sigmoid(fake_logits)),
        "real_accuracy": tf.reduce_mean(tf.cast(real_logits > 0, "float32")),
        "fake_accuracy": tf.reduce_mean(tf.cast(fake_logits < 0, "float32")),
    }
