"""Callbacks for `fit`, and a line that shows how far a long cell is."""

import math
import pathlib
import time
from collections.abc import Iterable

import keras
import numpy as np

from ..progress_bar import progress


class Snapshots(keras.callbacks.Callback):
    """Records samples from the same latent vectors at the end of chosen epochs.

    What changes between them was learned.

    Args:
        z: float32 (n, latent_dim).
        epochs: ints; 0 is before training.

    Attributes:
        epochs: list of int, the chosen epochs that `fit` reached.
        samples: float32 (len(epochs), n, ...), from the EMA generator.

    Example:
        >>> import numpy as np
        >>> from helpers import training
        >>> snapshots = training.Snapshots(np.zeros((2, 64), "float32"), epochs=[0, 5])
        >>> snapshots.epochs  # give it to `fit` among its callbacks
        []
    """

    def __init__(self, z: np.ndarray, epochs: Iterable[int]):
        super().__init__()
        self.z = z
        self.wanted = set(epochs)
        self.epochs: list[int] = []
        self._samples: list[np.ndarray] = []

    @property
    def samples(self) -> np.ndarray:
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
    """Stops `fit` after a number of seconds, counted from the end of the first compiled call.

    So compiling is not counted.

    Args:
        seconds: float above 0.

    Attributes:
        updates_per_second: float, over the time that is counted; NaN before the second call.

    Raises:
        ValueError: if seconds is not above 0.

    Example:
        >>> from helpers import training
        >>> limit = training.TimeLimit(30)  # fit(..., epochs=1000, callbacks=[limit])
        >>> limit.seconds
        30.0
    """

    def __init__(self, seconds: float):
        super().__init__()
        if not seconds > 0:
            raise ValueError(f"seconds must be above 0, got {seconds}")
        self.seconds = float(seconds)
        self.started, self.updates_per_second = None, math.nan

    @property
    def elapsed(self) -> float:
        """The seconds that are counted so far."""
        return 0.0 if self.started is None else time.perf_counter() - self.started

    def on_train_batch_end(self, batch, logs=None):
        if self.started is None:
            self.started, self._updates_before = time.perf_counter(), self.model.updates_made
            return
        elapsed = self.elapsed
        self.updates_per_second = (self.model.updates_made - self._updates_before) / elapsed
        if elapsed >= self.seconds:
            self.model.stop_training = True


class Progress(keras.callbacks.Callback):
    """Shows updates, time left and both losses of `fit` in one line (`progress`).

    Of a model that does not count its updates (`GAN.updates_made`), each batch is one.

    Args:
        limit: the `TimeLimit` that ends `fit`; by default it ends with the last epoch.

    Example:
        >>> from helpers import training
        >>> progress = training.Progress()  # fit(..., verbose=0, callbacks=[progress])
    """

    def __init__(self, limit: TimeLimit | None = None):
        super().__init__()
        self._limit = limit

    def on_train_begin(self, logs=None):
        self._epoch, self._made, self._before = 0, 0, getattr(self.model, "updates_made", 0)
        if self._limit is not None:
            self._bar = progress(total=round(self._limit.seconds), unit="s")
        else:  # calls, until it is known how many updates one makes
            self._calls = self.params["steps"] and self.params["steps"] * self.params["epochs"]
            self._bar = progress(total=self._calls, unit="updates")

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        self._made += 1
        bar = self._bar
        made = getattr(self.model, "updates_made", self._before + self._made) - self._before
        words = [f"{made:,} updates"] if self._limit is not None else []
        for name, network in (("discriminator_loss", "D"), ("generator_loss", "G")):
            if logs and name in logs:
                words.append(f"{network}'s loss {float(logs[name]):.2f}")
        bar.set_postfix_str(", ".join(words), refresh=False)
        if self._limit is not None:
            bar.update(min(round(self._limit.elapsed), bar.total) - bar.n)
            return
        if self._calls:
            calls = self._epoch * self.params["steps"] + batch + 1
            bar.total = round(made * self._calls / calls)
        bar.update(made - bar.n)

    def on_train_end(self, logs=None):
        self._bar.close()


def with_safe_backups(callbacks):
    """The callbacks for `fit` as a list, with a `BackupEpoch` for each backup among them."""
    callbacks = keras.tree.flatten(callbacks or [])
    backups = [one for one in callbacks if isinstance(one, keras.callbacks.BackupAndRestore)]
    return [*callbacks, *map(BackupEpoch, backups)]


class BackupEpoch(keras.callbacks.Callback):
    """Follows a `keras.callbacks.BackupAndRestore`, so that it restores weights and epoch of one moment.

    Keras writes the epoch to a second file, and a process may die before that is written. So that
    file is not read: a `GAN` writes the epoch to the file of the weights.
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
