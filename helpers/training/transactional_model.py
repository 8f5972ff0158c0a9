"""A Keras model that trains by whole calls: each is made completely, or leaves nothing behind."""

from __future__ import annotations

import os
import warnings

import keras
import numpy as np
import tensorflow as tf

from ..data import check_samples
from ..inputs import whole_number
from . import interrupt
from .batching import Batches, array_or_dataset, checked_dataset, split
from .callbacks import with_safe_backups
from .checks import refuse_labels, refuse_strategy
from .history import HISTORY_COLUMNS, NonFiniteTraining, UpdateHistory
from .state import replace_file


class TransactionalModel(keras.Model):
    """What `GAN` adds to `keras.Model` that has nothing to do with two networks.

    A compiled call that is stopped, by an error or an interrupt, leaves weights, optimizers, counters,
    random states and history as they were before it. All of these are saved, and restored, as one.

    A subclass sets `sample_shape`, the shape of one sample, and `updates`, a variable that counts;
    its `train_step` returns {"rows": float32 (n, columns)}, a row for each update of the call; its
    `compile` sets `updates_per_call`, `batches_per_update`, `decay`, `_state` and `_evaluate_batch`,
    which takes real samples and the number of that batch and returns float32 (6,).
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        refuse_strategy()
        self._history = UpdateHistory()
        self._epoch_total, self._epoch_updates = 0.0, 0
        self._epoch = -1  # of `fit`; noted in files, for backups

    def _variable(self, name, value, dtype="float32"):
        """A variable that no optimizer touches and that is saved with the model."""
        return self.add_weight(
            name=name,
            shape=getattr(value, "shape", ()),
            dtype=dtype,
            initializer=lambda shape, dtype: keras.ops.cast(value, dtype),
            trainable=False,
        )

    def _check_ready(self, what):
        """Raise a ValueError unless `compile` was called; a subclass may ask for more."""
        if not self.compiled:
            raise ValueError(
                f"call compile(generator_optimizer, discriminator_optimizer) before {what}"
            )

    # ---- training -----------------------------------------------------------------------

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

        The order of an array depends on `seed` and on the updates made so far, so that training
        resumed at the end of an epoch goes on exactly as if it had not been interrupted.

        Args:
            x: float32 samples (n, ...), images in [-1, 1], as an array or tensor: the few samples
                that fill no whole call are left out of that epoch. Or a `tf.data.Dataset` of batches
                (batch, ...), one update each, or of batches of batches (n, batch, ...), n updates a
                call. With several discriminator_steps as many batches go into one call, so that each
                step has its own.
            batch_size: int, of arrays; 64 if None.
            shuffle: a new order for each epoch, of arrays.
            validation_data: real samples like x, on which `evaluate` reports after each epoch.
            Others: as in `keras.Model.fit`. A GAN has no labels and no weights of samples.

        Returns:
            The Keras history (means of each epoch); `update_history` has every update.

        Raises:
            ValueError: for samples D does not take. NonFiniteTraining.
        """
        refuse_strategy()
        self._check_ready("fit")
        refuse_labels(y, kwargs)
        x = array_or_dataset(x, self.sample_shape)
        if validation_split:
            x, validation_data = split(x, validation_split)
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
            group = self.batches_per_update
            x, grouped = checked_dataset(x, self.sample_shape, group, problems)
            if grouped and kwargs.get("steps_per_epoch"):
                kwargs["steps_per_epoch"] = -(-kwargs["steps_per_epoch"] // group)
        rules = {"epochs": epochs, "verbose": verbose, "callbacks": callbacks, "shuffle": False}
        try:
            with warnings.catch_warnings(), interrupt.remembered() as raise_again:
                if grouped:  # such a Dataset does not know its length, and Keras warns at its end
                    warnings.filterwarnings("ignore", "Your input ran out of data")
                callbacks.append(
                    keras.callbacks.LambdaCallback(
                        on_train_batch_begin=lambda batch, logs: raise_again(),
                        on_train_end=lambda logs: raise_again(),
                    )
                )
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

    def evaluate(
        self, x=None, y=None, batch_size=None, steps=None, return_dict=False, **kwargs
    ) -> list[float] | dict[str, float]:
        """Losses, scores and accuracies on real samples x, and on as many generated ones.

        Both networks are in inference mode and stay as they are. Latent vectors follow from `seed`,
        the same at each call.

        Args:
            x: samples as for `fit`, an array or a `tf.data.Dataset`.

        Returns:
            Means over all samples, as a list or by name: the first six of `HISTORY_COLUMNS`.
        """
        self._check_ready("evaluate")
        refuse_labels(y, kwargs)
        x = array_or_dataset(x, self.sample_shape)
        if isinstance(x, np.ndarray):
            size = whole_number("batch_size", 64 if batch_size is None else batch_size)
            x = [x[i : i + size] for i in range(0, len(x), size)]
        sums, samples = np.zeros(6), 0
        for i, real in zip(range(steps or len(x)), x):
            real = tf.reshape(real, (-1, *self.sample_shape))
            check_samples(real.numpy(), self.sample_shape)
            sums += len(real) * self._evaluate_batch(real, tf.constant(i)).numpy()
            samples += len(real)
        means = dict(zip(HISTORY_COLUMNS, (sums / samples).tolist()))
        return means if return_dict else [*means.values()]

    def _whole_step(self, step, real):
        """Make a step that is half an update, and record it; see `UpdateHistory`."""
        check_samples(real, self.sample_shape)
        self._check_ready("step_alone")
        with self._state.all_or_nothing():
            made = self.updates_made
            measured = {name: float(value) for name, value in step().items()}
            self._check_finite(np.array([[*measured.values()]]), made + 1)
            self._history.add_half_update(measured)
        return measured

    def reset(self) -> None:
        """All that training changes as it was when `compile` was called.

        For a loaded model: when it was called for the model that was saved. Settings stay as they
        are: learning rates go back to where their decay began. Nothing is compiled again.
        """
        self._check_ready("reset")
        made = self.updates_made
        self._state.begin_again()
        self.decay.undo(made, self.updates_made, self._state.first_rates)
        self._history.cut(self.updates_made)

    # ---- what was measured ---------------------------------------------------------------

    @property
    def updates_made(self) -> int:
        """Number of updates made."""
        return int(self.updates.numpy())

    @property
    def update_history(self) -> dict[str, np.ndarray]:
        """{column: float32 (updates,)} for each name in HISTORY_COLUMNS; row i is update i + 1."""
        return self._history.columns()

    # ---- the whole state, in memory and in files ------------------------------------------

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
