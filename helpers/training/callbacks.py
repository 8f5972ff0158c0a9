"""Callbacks for `fit`."""

import pathlib
import time

import keras
import numpy as np


class Snapshots(keras.callbacks.Callback):
    """Samples from the same latent vectors at the end of chosen epochs: what changed was learned.

    z: float32 (n, latent_dim). epochs: iterable of ints; 0 is before training.
    After `fit`, `epochs` lists those reached and `samples` has shape (len(epochs), n, ...).
    """

    def __init__(self, z, epochs):
        super().__init__()
        self.z = z
        self.wanted = set(epochs)
        self.epochs = []
        self._samples = []

    @property
    def samples(self):
        return np.stack(self._samples)

    def _take(self, epoch):
        if epoch in self.wanted and epoch not in self.epochs:
            self.epochs.append(epoch)
            self._samples.append(self.model.generate(self.z))

    def on_train_begin(self, logs=None):
        self._take(0)

    def on_epoch_end(self, epoch, logs=None):
        self._take(epoch + 1)


class TimeLimit(keras.callbacks.Callback):
    """Stop `fit` after a number of seconds, counted from the end of the first compiled call.

    So compiling is not counted; `updates_per_second` tells what the time bought.
    """

    def __init__(self, seconds):
        super().__init__()
        if not seconds > 0:
            raise ValueError(f"seconds must be above 0, got {seconds}")
        self.seconds = seconds
        self.started = None

    def on_train_batch_end(self, batch, logs=None):
        now = time.perf_counter()
        if self.started is None:
            self.started, self._updates_before = now, self.model.updates_made
            return
        elapsed = now - self.started
        self.updates_per_second = (self.model.updates_made - self._updates_before) / elapsed
        if elapsed >= self.seconds:
            self.model.stop_training = True


def with_safe_backups(callbacks):
    """The callbacks for `fit` as a list, with a `BackupEpoch` for each backup among them."""
    callbacks = keras.tree.flatten(callbacks or [])
    backups = [one for one in callbacks if isinstance(one, keras.callbacks.BackupAndRestore)]
    return [*callbacks, *map(BackupEpoch, backups)]


class BackupEpoch(keras.callbacks.Callback):
    """Follows a `keras.callbacks.BackupAndRestore`, so that it restores weights and epoch of one moment.

    Keras notes the epoch in a second file, and a process may die before that is written. So that file
    is not looked at: a `GAN` notes the epoch in the file of the weights.
    """

    def __init__(self, backup):
        super().__init__()
        if backup.save_freq != "epoch":
            raise ValueError(
                f"BackupAndRestore(save_freq={backup.save_freq}) would go back to the beginning of "
                'an epoch with the weights of its middle: give it save_freq="epoch"'
            )
        (pathlib.Path(backup.backup_dir) / "training_metadata.json").unlink(missing_ok=True)

    def on_train_begin(self, logs=None):
        self.model._initial_epoch = self.model._epoch + 1

    def on_epoch_begin(self, epoch, logs=None):
        self.model._epoch = epoch
