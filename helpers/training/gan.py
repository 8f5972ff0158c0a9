"""Who moves when? One `keras.Model` that trains two players, many updates in each compiled call.

An *update* is `discriminator_steps` steps of D and then one step of G. `train_step` receives
a batch of batches, shape (n, batch, ...), and walks it in a `tf.while_loop`: the compiled
function is entered once for n updates, not n times."""

import os
import warnings

import keras
import numpy as np
import tensorflow as tf

from ..data import check_samples
from ..inputs import whole_number
from ..losses import LOSSES, PENALTIES, logits_and_penalties
from .batching import Batches, _split, array_or_dataset, checked_dataset
from .callbacks import with_safe_backups
from .checks import NOT_COMPILED, _check_players, _refuse_labels, _refuse_strategy
from .compiled import _norm, _standard_normal, _walk, xla_is_faster
from .history import HISTORY_COLUMNS, NonFiniteTraining, UpdateHistory
from .state import State, replace_file


@keras.saving.register_keras_serializable("gan_course")
class GAN(keras.Model):
    """Two players, trained through `compile` and `fit` like any Keras model.

    generator: any Keras model, z (batch, latent_dim) -> samples (batch, ...), float32.
    discriminator: any Keras model, samples -> one logit each, (batch, 1); no sigmoid at its end.
        Players of `models.dense_generators` and `dense_discriminators` hold many games side by
        side: samples (batch, games, d), logits (batch, games), and the history has their means.
    latent_dim: width of z. seed: int, of the latent vectors, of the order of the data and of the
        random factors in penalties. (The players' initial weights, Dropout and shifts follow
        `keras.utils.set_random_seed`, called before they are built.)
    ema_decay: in [0, 1). After update t, average <- d * average + (1 - d) * weights of G with
        d = min(ema_decay, t / (t + 10)), so that the start is soon forgotten; 0 makes the
        averaged generator the generator itself.

    These variables may be changed with `.assign(value)` between two calls, without compiling
    again: `generator_optimizer.learning_rate`, `discriminator_optimizer.learning_rate`,
    `penalty_weights[name]`, `ema_decay`, and `active_latent_dim` (later entries of z become 0).
    Nor is anything compiled again by `choose_loss` and `choose_discriminator_steps`, for what was
    given to `compile`, or by `start_over`, which goes back to before the first update.

    `updates` counts the updates made; `update_history` holds their measurements. The state is one:
    weights of both networks and of the average, both optimizers, counters, random state, history.
    An error or an interrupt takes back the compiled call that it stops. Saving is Keras' own and
    complete: `save("gan.keras")` and `keras.models.load_model`, or `save_weights` and
    `load_weights`; a file is replaced only when the new one is complete. `get_weights` returns the
    whole state too, so that `EarlyStopping(restore_best_weights=True)` goes back in all of it.

    Raises: ValueError if the players do not fit together.
    """

    def __init__(self, generator, discriminator, latent_dim, seed=0, ema_decay=0.995, **kwargs):
        super().__init__(**kwargs)
        _refuse_strategy()
        self.latent_dim = whole_number("latent_dim", latent_dim)
        if not 0 <= ema_decay < 1:
            raise ValueError(f"ema_decay must be at least 0 and below 1, got {ema_decay}")
        self.sample_shape = _check_players(generator, discriminator, self.latent_dim)
        self.generator = generator
        self.discriminator = discriminator
        self.seed = int(seed)
        self.penalty_seed = keras.random.SeedGenerator(self.seed + 1)
        self.averaged_weights = [
            self._variable(f"average_{i}", variable, variable.dtype)
            for i, variable in enumerate(generator.trainable_variables)
        ]
        weights = generator.trainable_variables
        self._averaged_of = lambda: weights  # also once the generator is frozen
        self.ema_decay = self._variable("ema_decay", ema_decay)
        self.active_latent_dim = self._variable("active_latent_dim", self.latent_dim, "int32")
        self._discriminator_steps = self._variable("discriminator_steps", 1, "int32")
        self._loss_index = self._variable("loss_index", 0, "int32")
        self.penalty_weights = {name: self._variable(f"{name}_weight", 0) for name in PENALTIES}
        self.updates = self._variable("updates", 0, "int64")
        self.draws = self._variable("draws", 0, "int64")
        self._history = UpdateHistory()
        self._epoch_total, self._epoch_updates = 0.0, 0
        self._epoch = -1  # of `fit`; noted in files, for backups
        self._state = State(self, (), self._history, ())
        self.built = True

    def _variable(self, name, value, dtype="float32"):
        """A variable that no optimizer touches and that is saved with the model."""
        return self.add_weight(
            name=name,
            shape=getattr(value, "shape", ()),
            dtype=dtype,
            initializer=lambda shape, dtype: keras.ops.cast(value, dtype),
            trainable=False,
        )

    # ---- the rules ----------------------------------------------------------------------

    def compile(
        self,
        generator_optimizer,
        discriminator_optimizer,
        loss="non_saturating",
        penalties=None,
        discriminator_steps=1,
        halving_updates=None,
        updates_per_call=50,
        jit_compile="auto",
        run_eagerly=False,
        **others,
    ):
        """Choose the rules of the game.

        generator_optimizer, discriminator_optimizer: two separate Keras optimizers.
        loss: a name in `losses.LOSSES`; or several, all compiled, of which the first is played.
        penalties: {name in `losses.PENALTIES`: weight >= 0}.
        discriminator_steps: steps of D in each update, each on a batch of its own; or several such
            numbers, of which the first is played. That costs a longer wait for the compiler.
        halving_updates: h > 0 lets both learning rates fall as 1 / (1 + t / h), t being the updates
            made: half after h of them. A rate assigned meanwhile falls on from there. None: constant.
        updates_per_call: the most updates that one compiled call makes under `fit`.
        jit_compile: True compiles with XLA, False uses TensorFlow's own kernels; "auto" takes what
            is faster on a CPU: XLA, unless a network has convolutions or draws random numbers from
            Keras, as `keras.layers.Dropout` does and `models.Dropout` does not.
        run_eagerly: True runs each operation at once, for looking into it; slow.
        Raises: ValueError for an unknown name, a weight below 0, one optimizer for both, rates
            that are to fall by `halving_updates` and by a schedule of their own, or an argument of
            `keras.Model.compile` that means nothing for a GAN.
        """
        _refuse_strategy()
        for name in others:
            raise ValueError(f"compile takes no {name}: {NOT_COMPILED.get(name, 'see its help')}")
        loss_names = (loss,) if isinstance(loss, str) else tuple(loss)
        for name in loss_names:
            if name not in LOSSES:
                raise ValueError(f"loss must be one of {sorted(LOSSES)}, got {name!r}")
        if len(set(loss_names)) != len(loss_names) or not loss_names:
            raise ValueError(f"give at least one loss, each once, got {loss_names}")
        penalties = dict(penalties or {})
        for name, weight in penalties.items():
            if name not in PENALTIES:
                raise ValueError(f"penalties must be among {sorted(PENALTIES)}, got {name!r}")
            if not weight >= 0:
                raise ValueError(f"the weight of {name} must be at least 0, got {weight}")
        players = {
            "generator": (keras.optimizers.get(generator_optimizer), self.generator),
            "discriminator": (keras.optimizers.get(discriminator_optimizer), self.discriminator),
        }
        if players["generator"][0] is players["discriminator"][0]:
            raise ValueError("each player needs an optimizer of its own, got one object for both")
        for name, (optimizer, player) in players.items():
            if optimizer.built:
                raise ValueError(
                    f"the {name}'s optimizer already belongs to other variables: make a new one"
                )
            if not player.trainable_variables:
                raise ValueError(f"the {name} has nothing to train: is `trainable` False?")
            if halving_updates is not None and not hasattr(optimizer.learning_rate, "assign"):
                raise ValueError(
                    f"the {name}'s learning rate follows a schedule: "
                    "give the optimizer a number, or leave halving_updates out"
                )
        if halving_updates is not None:
            halving_updates = whole_number("halving_updates", halving_updates)
        self.halving_updates = halving_updates
        if run_eagerly:
            jit_compile = False
        elif jit_compile == "auto":
            networks = self.generator, self.discriminator
            jit_compile = xla_is_faster(*networks, self.latent_dim, self.sample_shape)
        super().compile(optimizer=None, jit_compile=jit_compile, run_eagerly=run_eagerly)
        self.loss_names = loss_names
        self._loss_index.assign(0)
        self.penalty_names = tuple(penalties)
        for name, weight in penalties.items():
            self.penalty_weights[name].assign(weight)
        self.allowed_discriminator_steps = tuple(
            whole_number("discriminator_steps", number)
            for number in np.atleast_1d(np.array(discriminator_steps)).tolist()
        )
        self._discriminator_steps.assign(self.allowed_discriminator_steps[0])
        self.updates_per_call = whole_number("updates_per_call", updates_per_call)
        for name, (optimizer, player) in players.items():
            setattr(self, f"{name}_optimizer", optimizer)
            optimizer.build(player.trainable_variables)
        self.optimizer = _BothLearningRates(self.generator_optimizer, self.discriminator_optimizer)
        self._measure = tf.function(
            self._measure_now, jit_compile=self.jit_compile, autograph=False
        )
        self._look = tf.function(self._look_now, jit_compile=self.jit_compile, autograph=False)
        optimizers = self.generator_optimizer, self.discriminator_optimizer
        self._state = State(self, optimizers, self._history, self._settings())

    @property
    def loss_name(self):
        return self.loss_names[int(self._loss_index.numpy())]

    def choose_loss(self, name):
        """Play for another of the losses given to `compile`, from the next update on."""
        if name not in self.loss_names:
            raise ValueError(f"compiled for {self.loss_names}, got {name!r}: give both to compile")
        self._loss_index.assign(self.loss_names.index(name))

    @property
    def discriminator_steps(self):
        return int(self._discriminator_steps.numpy())

    def choose_discriminator_steps(self, number):
        """Let D take another of the numbers of steps given to `compile`, from the next update on."""
        if number not in self.allowed_discriminator_steps:
            raise ValueError(
                f"compiled for {self.allowed_discriminator_steps} steps of D, got {number!r}: "
                "give both to compile"
            )
        self._discriminator_steps.assign(number)

    def set_learning_rates(self, rate):
        """Let both players learn at this rate from now on."""
        for optimizer in (self.generator_optimizer, self.discriminator_optimizer):
            optimizer.learning_rate.assign(rate)

    def _settings(self):
        """The variables that are set by hand and that no update changes, but for learning rates."""
        rates = [self.generator_optimizer.learning_rate, self.discriminator_optimizer.learning_rate]
        settings = [self.ema_decay, self.active_latent_dim, *self.penalty_weights.values()]
        return [*rates, *settings, self._discriminator_steps, self._loss_index]

    def start_over(self):
        """Weights, optimizers, average, noise and history as they were when `compile` was called.

        For a loaded model: when it was called for the model that was saved. What is set by hand stays
        as it is: learning rates go back to where their fall began. Nothing is compiled again.
        """
        self._check_ready("start_over")
        made = self.updates_made
        self._state.begin_again()
        if self.halving_updates is not None:
            fallen = (self.halving_updates + made) / (self.halving_updates + self.updates_made)
            optimizers = self.generator_optimizer, self.discriminator_optimizer
            for optimizer, first in zip(optimizers, self._state.first_rates):
                rate = float(optimizer.learning_rate) * fallen
                # it has been rounded at each update: exactly the first one, if it fell from there
                optimizer.learning_rate.assign(first if np.isclose(rate, first, 1e-3, 0) else rate)
        self._history.cut(self.updates_made)

    def _check_ready(self, what):
        """Raise a ValueError unless `compile` was called, and for what the networks train now."""
        if not self.compiled:
            raise ValueError(
                f"call compile(generator_optimizer, discriminator_optimizer) before {what}"
            )
        for name in ("generator", "discriminator"):
            optimizer, network = getattr(self, f"{name}_optimizer"), getattr(self, name)
            compiled, now = len(optimizer._trainable_variables), len(network.trainable_variables)
            if now != compiled:
                raise ValueError(
                    f"the {name} was compiled with {compiled} trainable variables and has {now} now: "
                    "set `trainable` back, or call compile again. To let one network stand still, "
                    "set its optimizer's learning_rate to 0, or use step_alone"
                )

    # ---- one update ---------------------------------------------------------------------

    def draw_latent(self, n):
        """n latent vectors z ~ N(0, I), (n, latent_dim), new at every call.

        They follow from `seed` and the number of draws made, whatever compiles the call around them.
        """
        seed = tf.stack([self.seed, tf.convert_to_tensor(self.draws)])
        z = _standard_normal(tf.stack([n, self.latent_dim]), seed)
        self.draws.assign_add(1)
        return self._mask(tf.ensure_shape(z, (None, self.latent_dim)))

    def _mask(self, z):
        return z * tf.cast(tf.range(self.latent_dim) < self.active_latent_dim, z.dtype)

    def discriminator_step(self, real, z):
        """Move D once. real: (batch, ...); z: (batch, latent_dim).

        Returns: loss, scores, accuracies and gradient norm, scalars by name.
        """
        fake = tf.cast(self.generator(z, training=True), "float32")
        with tf.GradientTape() as tape:
            real_logits, fake_logits, penalties = logits_and_penalties(
                self.discriminator, real, fake, self.penalty_names, self.penalty_seed
            )
            loss = price = self._chosen("discriminator", real_logits, fake_logits)
            for name, penalty in penalties.items():
                price += self.penalty_weights[name] * penalty
        gradients = tape.gradient(price, self.discriminator.trainable_variables)
        self.discriminator_optimizer.apply(gradients)
        return {
            "discriminator_loss": loss,
            "discriminator_gradient_norm": _norm(gradients),
            **self._opinions(real_logits, fake_logits),
        }

    @staticmethod
    def _opinions(real_logits, fake_logits):
        """D's mean scores and its accuracies."""
        return {
            "real_score": tf.reduce_mean(tf.sigmoid(real_logits)),
            "fake_score": tf.reduce_mean(tf.sigmoid(fake_logits)),
            "real_accuracy": tf.reduce_mean(tf.cast(real_logits > 0, "float32")),
            "fake_accuracy": tf.reduce_mean(tf.cast(fake_logits < 0, "float32")),
        }

    def generator_step(self, real, z):
        """Move G once, the averaged generator after it, and count the update.

        real: (batch, ...), looked at by paired losses only; z: (batch, latent_dim).
        Returns: loss and gradient norm, scalars by name.
        """
        with tf.GradientTape() as tape:
            fake_logits = self._logits(self.generator(z, training=True), training=True)
            real_logits = self._paired_logits(real, fake_logits, training=True)
            loss = self._chosen("generator", real_logits, fake_logits)
        gradients = tape.gradient(loss, self.generator.trainable_variables)
        self._move_generator(gradients)
        return {"generator_loss": loss, "generator_gradient_norm": _norm(gradients)}

    def _logits(self, samples, training):
        return tf.cast(self.discriminator(samples, training=training), "float32")

    def _paired_logits(self, real, fake_logits, training):
        """D's logits of real samples while a paired loss is played, else nothing of that shape."""
        paired = [LOSSES[name].paired for name in self.loss_names]
        if not any(paired):
            return None
        return tf.cond(
            tf.gather(paired, self._loss_index),
            lambda: self._logits(real, training),
            lambda: tf.zeros_like(fake_logits),
        )

    def _chosen(self, player, real_logits, fake_logits):
        """That player's price by the loss that is played: where several are compiled, by a switch."""
        prices = [
            getattr(LOSSES[name], player)(real_logits, fake_logits) for name in self.loss_names
        ]
        if len(prices) == 1:
            return prices[0]
        return tf.reduce_sum(tf.one_hot(self._loss_index, len(prices)) * tf.stack(prices))

    def step_alone(self, player, real):
        """One step of "generator" or "discriminator" on new noise, while the other stands still.

        real: float32 (batch, ...). A step of G counts as an update; its row in the history has
        D's columns from the last step of D alone, or NaN if there was none since the last update.
        Returns: that step's measurements, floats by name.
        """
        if player not in ("generator", "discriminator"):
            raise ValueError(f'player must be "generator" or "discriminator", got {player!r}')
        check_samples(real, self.sample_shape)
        self._check_ready("step_alone")
        step = self.generator_step if player == "generator" else self.discriminator_step
        with self._state.all_or_nothing():
            made = self.updates_made
            measured = step(tf.constant(real), self.draw_latent(len(real)))
            measured = {name: float(value) for name, value in measured.items()}
            self._check_finite(np.array([[*measured.values()]]), made + 1)
            self._history.add_half_update(measured)
        return measured

    def _move_generator(self, gradients):
        self.generator_optimizer.apply(gradients)
        self.updates.assign_add(1)
        made = tf.cast(self.updates, "float32")
        if self.halving_updates is not None:  # from rate / (1 + (t - 1) / h) to rate / (1 + t / h)
            for optimizer in (self.generator_optimizer, self.discriminator_optimizer):
                rate = optimizer.learning_rate
                rate.assign(rate * (1 - 1 / (self.halving_updates + made)))
        decay = tf.minimum(self.ema_decay, made / (made + 10))
        for average, variable in zip(self.averaged_weights, self.generator.trainable_variables):
            average.assign(variable + decay * (average - variable))

    def train_step(self, data):
        """One update for each batch in data, (n, batch, ...); (batch, ...) counts as n = 1.

        Each step of D has new noise; G then moves on the noise that D has just seen.
        """
        batches = self._as_batches_of_batches(data)
        n = tf.shape(batches)[0]
        one_step = self.allowed_discriminator_steps == (1,)
        steps = 1 if one_step else tf.convert_to_tensor(self._discriminator_steps)

        def move_discriminator(i, k):
            # not batches[...]: XLA would compile that slice anew for each value of steps
            real = tf.gather(batches, (i * steps + k) % n)
            z = self.draw_latent(tf.shape(real)[0])
            return self.discriminator_step(real, z), real, z

        def one_update(i, rows):
            def extra(k, loss):
                return move_discriminator(i, k)[0]["discriminator_loss"]

            if not one_step:
                _walk(steps - 1, extra, tf.zeros(()))
            measured, real, z = move_discriminator(i, steps - 1)
            measured |= self.generator_step(real, z)
            row = tf.stack([measured[name] for name in HISTORY_COLUMNS])
            return tf.tensor_scatter_nd_update(rows, [[i]], [row])

        rows = _walk(n, one_update, tf.zeros((n, len(HISTORY_COLUMNS))))
        return {"rows": rows}

    # ---- around the compiled call -------------------------------------------------------

    def make_train_function(self, force=False):
        if self.train_function is not None and not force:
            return
        super().make_train_function(force)
        compiled_call = self.train_function

        def train_function(iterator):
            self._check_ready("training")
            with self._state.all_or_nothing():
                made = self.updates_made
                rows = compiled_call(iterator)["rows"].numpy()
                self._check_finite(rows, made + 1, more=[rows])
                self._history.append(rows)
            self._epoch_total += rows.sum(axis=0, dtype="float64")
            self._epoch_updates += len(rows)
            return dict(zip(HISTORY_COLUMNS, self._epoch_total / self._epoch_updates))

        self.train_function = train_function

    def _check_finite(self, measured, first, more=()):
        """Raise NonFiniteTraining unless measurements, (updates, ...), and all variables are finite.

        first: the number of the first of these updates. more: rows for the error's history.
        """
        finite = np.isfinite(measured).all(axis=1)
        if finite.all() and self._state.finite():
            return
        update = first + (len(finite) - 1 if finite.all() else int(finite.argmin()))
        what = "a weight" if finite.all() else "a loss or gradient"
        raise NonFiniteTraining(
            f"{what} became NaN or infinite at update {update:,}. The model is back at update "
            f"{first - 1:,}, as it was before this call. Try a smaller learning rate, a penalty such "
            "as {'r1': 1.0}, or look for values in the data that are not finite; then train on.",
            self._history.columns(more),
        )

    def reset_metrics(self):
        super().reset_metrics()
        self._epoch_total, self._epoch_updates = 0.0, 0

    def fit(
        self,
        x=None,
        y=None,
        batch_size=None,
        epochs=1,
        verbose="auto",
        callbacks=None,
        validation_split=0.0,
        validation_data=None,
        shuffle=True,
        **kwargs,
    ):
        """Train as `keras.Model.fit` does; one epoch is one pass over x.

        x: float32 samples (n, ...), images in [-1, 1], as an array or tensor: the few samples that
            fill no whole call are left out of that epoch. Or a `tf.data.Dataset` of batches
            (batch, ...), one update each, or of batches of batches (n, batch, ...), n updates a
            call. With several discriminator_steps as many batches go into one call, so that each
            step has its own.
        batch_size: of arrays, 64 if None. shuffle: a new order for each epoch, of arrays.
        validation_data: real samples like x, on which `evaluate` reports after each epoch.
        The order depends on `seed` and on the updates made so far, so that training resumed at
        the end of an epoch goes on exactly as if it had not been interrupted.
        Other arguments are those of `keras.Model.fit`; a GAN has no labels and no weights of samples.
        Returns: the Keras history (means of each epoch); `update_history` has every update.
        Raises: ValueError for samples D does not take; NonFiniteTraining.
        """
        _refuse_strategy()
        self._check_ready("fit")
        _refuse_labels(y, kwargs)
        x = array_or_dataset(x, self.sample_shape)
        if validation_split:
            x, validation_data = _split(x, validation_split)
        if validation_data is not None:
            validation_data = array_or_dataset(validation_data, self.sample_shape)
        self._epoch, self._initial_epoch = -1, None  # what the last `fit` left
        callbacks, problems = with_safe_backups(callbacks), []
        if isinstance(x, np.ndarray):
            if kwargs.get("steps_per_epoch"):
                raise ValueError(
                    "steps_per_epoch is for a Dataset: an epoch passes over an array once"
                )
            batch_size = whole_number("batch_size", 64 if batch_size is None else batch_size)
            batches = Batches(x, batch_size, self.updates_per_call, self.seed, shuffle)
            x, kwargs["steps_per_epoch"] = batches.dataset(), batches.calls
            kwargs.setdefault("validation_batch_size", batch_size)
            callbacks.append(  # the last one: a backup may have been restored by then
                keras.callbacks.LambdaCallback(
                    on_train_begin=lambda logs: setattr(batches, "first_update", self.updates_made)
                )
            )
            grouped = False
        else:
            if batch_size is not None:
                raise ValueError(
                    f"a Dataset has batches already: leave batch_size={batch_size} out"
                )
            group = max(self.allowed_discriminator_steps)
            x, grouped = checked_dataset(x, self.sample_shape, group, problems)
            if grouped and kwargs.get("steps_per_epoch"):
                kwargs["steps_per_epoch"] = -(-kwargs["steps_per_epoch"] // group)
        rules = {"epochs": epochs, "verbose": verbose, "callbacks": callbacks, "shuffle": False}
        try:
            with warnings.catch_warnings():
                if grouped:  # such a Dataset does not know its length, and Keras warns at its end
                    warnings.filterwarnings("ignore", "Your input ran out of data")
                return super().fit(x, validation_data=validation_data, **rules, **kwargs)
        except tf.errors.InvalidArgumentError as error:
            for problem in problems:
                raise problem from error
            raise

    def _as_batches_of_batches(self, data):
        batches, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        if batches.shape.rank == len(self.sample_shape) + 1:
            batches = batches[None]
        return tf.ensure_shape(batches, (None, None, *self.sample_shape))

    def evaluate(self, x=None, y=None, batch_size=None, steps=None, return_dict=False, **kwargs):
        """Losses, scores and accuracies on real samples x, and on as many generated ones.

        Both networks are in inference mode and stay as they are. x: samples as for `fit`, an array
        or a `tf.data.Dataset`. Latent vectors follow from `seed`, the same at each call.
        Returns: means over all samples, as a list or by name; names are the first six of the history.
        """
        self._check_ready("evaluate")
        _refuse_labels(y, kwargs)
        x = array_or_dataset(x, self.sample_shape)
        if isinstance(x, np.ndarray):
            size = whole_number("batch_size", 64 if batch_size is None else batch_size)
            x = [x[i : i + size] for i in range(0, len(x), size)]
        sums, samples = np.zeros(6), 0
        for i, real in zip(range(steps or len(x)), x):
            real = tf.reshape(real, (-1, *self.sample_shape))
            check_samples(real.numpy(), self.sample_shape)
            z = _standard_normal([len(real), self.latent_dim], [self.seed, -1 - i])
            sums += len(real) * self._measure(real, self._mask(z)).numpy()
            samples += len(real)
        means = dict(zip(HISTORY_COLUMNS, (sums / samples).tolist()))
        return means if return_dict else [*means.values()]

    def _measure_now(self, real, z):
        real_logits, fake_logits = (
            self._logits(samples, training=False)
            for samples in (real, self.generator(z, training=False))
        )
        measured = self._opinions(real_logits, fake_logits)
        for name in ("discriminator", "generator"):
            measured[f"{name}_loss"] = self._chosen(name, real_logits, fake_logits)
        return tf.stack([measured[name] for name in HISTORY_COLUMNS[:6]])

    # ---- what came of it ----------------------------------------------------------------

    @property
    def updates_made(self):
        return int(self.updates.numpy())

    @property
    def update_history(self):
        """{column: float32 (updates,)} for each name in HISTORY_COLUMNS; row i is update i + 1."""
        return self._history.columns()

    def call(self, z, averaged=True):
        """Samples (batch, ...) from latent vectors z (batch, latent_dim).

        averaged: from the averaged generator (smoother, the better one) or from G as it is.
        """
        average = zip(self._averaged_of(), self.averaged_weights) if averaged else ()
        with keras.StatelessScope(state_mapping=[*average]):
            return tf.cast(self.generator(self._mask(z), training=False), "float32")

    def sample(self, n, seed, averaged=True):
        """n new samples, a numpy array (n, ...). seed: an int; one seed gives one set of z."""
        z = keras.random.normal((whole_number("n", n), self.latent_dim), seed=seed)
        return self.generate(z, averaged)

    def generate(self, z, averaged=True):
        """Samples for latent vectors of your own. z: float32 (n, latent_dim), n >= 1."""
        z = np.asarray(z, "float32")
        if z.ndim != 2 or z.shape[1] != self.latent_dim or not len(z):
            raise ValueError(f"z must have shape (n, {self.latent_dim}), n >= 1, got {z.shape}")
        parts = np.array_split(z, -(-len(z) // 1000))
        return np.concatenate([self(part, averaged=averaged).numpy() for part in parts])

    def look(self, real, z, places, lattice, averaged=False):
        """What both players do at this moment, in one compiled call: for a picture while training.

        real: (n, ...), looked at by paired losses only; z: (n, latent_dim); places: (m, ...), of
        the shape of samples; lattice: latent points (k, latent_dim); all float32.
        Returns numpy arrays: "samples" (n, ...) = G(z); "pull" (n, ...), minus the slope of each
        sample's own price for G, the way in which its loss would move it; "answers" (m,), D's
        probability at places; "lattice" (k, ...), G there. averaged: look at the averaged G.
        """
        self._check_ready("look")
        answers = self._look(real, z, places, lattice, averaged)
        return {name: answer.numpy() for name, answer in answers.items()}

    def _look_now(self, real, z, places, lattice, averaged):
        samples = self(z, averaged=averaged)
        with tf.GradientTape() as tape:
            tape.watch(samples)
            fake_logits = self._logits(samples, training=False)
            real_logits = self._paired_logits(real, fake_logits, training=False)
            price = self._chosen("generator", real_logits, fake_logits)
        return {
            "samples": samples,
            "pull": -tape.gradient(price, samples) * tf.cast(tf.shape(z)[0], "float32"),
            "answers": tf.sigmoid(self._logits(places, training=False))[:, 0],
            "lattice": self(lattice, averaged=averaged),
        }

    # ---- saving -------------------------------------------------------------------------

    def _random_states(self):
        """The states that Keras leaves out of its files: our own and those of Keras' Dropout layers."""
        return [variable for variable in self.variables if variable.name == "seed_generator_state"]

    def get_weights(self):
        """The whole state as numpy arrays: Keras' list, optimizers, random state and history."""
        return self._state.arrays()

    def set_weights(self, weights):
        """Take over what `get_weights` returned. Raises: ValueError for anything else."""
        self._state.set_arrays(weights)

    def save_own_variables(self, store):
        super().save_own_variables(store)
        for i, state in enumerate(self._random_states()):
            store[f"random_{i}"] = state.numpy()
        for i, value in enumerate(self._state.beginning):
            store[f"beginning_{i}"] = value
        store["history"], store["half_update"] = self._history.rows, self._history.half_update
        store["epoch"] = np.array(self._epoch)
        store["first_rates"] = np.array(self._state.first_rates)

    def load_own_variables(self, store):
        own = {key: np.array(store[key]) for key in store.keys()}  # noqa: SIM118
        self._history.set(own.pop("history"), own.pop("half_update"))
        self._epoch = int(own.pop("epoch"))
        self._state.first_rates = own.pop("first_rates").tolist() or self._state.first_rates
        for i, state in enumerate(self._random_states()):
            state.assign(own.pop(f"random_{i}"))
        entries = sum(key.startswith("beginning_") for key in own)
        self._state.set_beginning([own.pop(f"beginning_{i}") for i in range(entries)])
        super().load_own_variables(own)

    def load_weights(self, filepath, *args, **kwargs):
        with self._state.all_or_nothing():
            super().load_weights(filepath, *args, **kwargs)

    def save(self, filepath, overwrite=True, zipped=None, **kwargs):
        path = str(filepath)
        if zipped is False or "://" in path or not overwrite and os.path.exists(path):
            return super().save(filepath, overwrite, zipped, **kwargs)
        save = super().save
        return replace_file(path, lambda unfinished: save(unfinished, zipped=zipped, **kwargs))

    def save_weights(self, filepath, overwrite=True, max_shard_size=None):
        path = str(filepath)
        if max_shard_size or "://" in path or not overwrite and os.path.exists(path):
            return super().save_weights(filepath, overwrite, max_shard_size)
        save = super().save_weights
        return replace_file(path, lambda unfinished: save(unfinished))

    def get_config(self):
        return {
            "generator": keras.saving.serialize_keras_object(self.generator),
            "discriminator": keras.saving.serialize_keras_object(self.discriminator),
            "latent_dim": self.latent_dim,
            "seed": self.seed,
            "ema_decay": float(self.ema_decay.numpy()),
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config):
        players = {
            name: keras.saving.deserialize_keras_object(config[name])
            for name in ("generator", "discriminator")
        }
        return cls(**{**config, **players})

    def get_compile_config(self):
        if not self.compiled:
            return None
        serialize = keras.saving.serialize_keras_object
        return {
            "generator_optimizer": serialize(self.generator_optimizer),
            "discriminator_optimizer": serialize(self.discriminator_optimizer),
            "loss": list(self.loss_names),
            "penalties": {n: float(self.penalty_weights[n].numpy()) for n in self.penalty_names},
            "discriminator_steps": list(self.allowed_discriminator_steps),
            "halving_updates": self.halving_updates,
            "updates_per_call": self.updates_per_call,
            "jit_compile": self.jit_compile,
        }

    def compile_from_config(self, config):
        optimizers = {
            name: keras.saving.deserialize_keras_object(config[name])
            for name in ("generator_optimizer", "discriminator_optimizer")
        }
        self.compile(**{**config, **optimizers})


class _BothLearningRates:
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
