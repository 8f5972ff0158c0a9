"""What is given to `fit`, checked and cut into batches."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from ..data import check_samples


class Batches:
    """Batches of batches of an array, one for each compiled call, epoch after epoch.

    Args:
        samples: (n, ...); each epoch passes over them once, but for the few that fill no whole call.
        batch_size: int.
        updates_per_call: int, the most batches in one call.
        seed: int.
        shuffle: a new order for each epoch, which follows from seed and from the number of updates
            before it; else the order of the array.

    Attributes:
        first_update: int, the number of updates before the first epoch.
        calls: int, the calls in an epoch.

    Raises:
        ValueError: if the samples do not fill one batch.
    """

    def __init__(
        self,
        samples: np.ndarray,
        batch_size: int,
        updates_per_call: int,
        seed: int,
        shuffle: bool = True,
    ):
        per_epoch = len(samples) // batch_size
        if per_epoch == 0:
            raise ValueError(f"{len(samples)} samples do not fill one batch of {batch_size}")
        self.calls = -(-per_epoch // updates_per_call)
        self._shape = (self.calls, per_epoch // self.calls, batch_size)
        self._samples, self._seed, self._shuffle = samples, seed, shuffle
        self.first_update = 0

    def rows(self, call: int) -> np.ndarray:
        """Which samples are in that call, (batches, batch_size), calls being numbered from 0."""
        epoch, call = divmod(call, self.calls)
        order = np.arange(len(self._samples))
        if self._shuffle:
            updates = self.first_update + epoch * np.prod(self._shape[:2])
            order = np.random.default_rng((self._seed, updates)).permutation(order)
        return order[: np.prod(self._shape)].reshape(self._shape)[call]

    def dataset(self) -> tf.data.Dataset:
        """A `tf.data.Dataset` of batches of batches, without end."""
        pool = tf.constant(self._samples)

        @tf.autograph.experimental.do_not_convert
        def batches(call):
            chosen = tf.numpy_function(self.rows, [call], "int64", stateful=False)
            return tf.gather(pool, tf.ensure_shape(chosen, self._shape[1:]))

        options = tf.data.Options()
        options.autotune.enabled = False  # its thread sleeps, and `fit` would wait for it to wake
        dataset = tf.data.Dataset.range(np.iinfo("int64").max).map(batches).prefetch(1)
        return dataset.with_options(options)


def array_or_dataset(x, shape):
    """x as a checked numpy array of samples (n, *shape), or the `tf.data.Dataset` that it is.

    Raises:
        ValueError: for anything else.
    """
    if isinstance(x, tf.data.Dataset):
        return x
    if not hasattr(x, "__array__"):
        raise ValueError(
            "samples must be a numpy array, a tensor or a tf.data.Dataset of batches, without labels, "
            f"got {type(x).__name__}"
        )
    x = np.asarray(x)
    check_samples(x, shape)
    return x


def checked_dataset(dataset, shape, group, problems):
    """A Dataset of batches or of batches of batches as one of the latter, each checked as it comes.

    Args:
        dataset: of float32 (batch, *shape) or (n, batch, *shape).
        shape: of one sample.
        group: int, how many single batches go into a call.
        problems: list that the errors are appended to.

    Returns:
        The Dataset, and whether batches were grouped.
    """
    spec, want = dataset.element_spec, (None, *shape)
    if isinstance(spec, tuple) and len(spec) == 1:
        dataset, spec = dataset.map(lambda batch: batch), spec[0]
    if not isinstance(spec, tf.TensorSpec):
        raise ValueError(
            f"a Dataset for a GAN has samples alone, got elements {spec}: leave labels out, for "
            "instance by dataset.map(lambda x, y: x)"
        )
    if spec.dtype != tf.float32:
        raise ValueError(
            f"samples must be float32, got {spec.dtype.name}: for pixels from 0 to 255, "
            'dataset.map(lambda x: tf.cast(x, "float32") / 127.5 - 1)'
        )
    single = spec.shape.rank == len(want)
    if spec.shape.rank is None or not spec.shape.is_compatible_with(
        want if single else (None, *want)
    ):
        raise ValueError(f"batches must have shape {want} or {(None, *want)}, got {spec.shape}")

    def check(batch):
        try:
            check_samples(batch.reshape(-1, *shape), shape)
        except ValueError as error:
            problems.append(error)
            raise
        return batch

    def checked(batch):
        return tf.ensure_shape(tf.numpy_function(check, [batch], "float32"), spec.shape)

    dataset = dataset.map(tf.autograph.experimental.do_not_convert(checked))
    if not single:
        return dataset, False
    if group == 1:
        return dataset.map(lambda batch: batch[None]), False
    return dataset.group_by_window(  # by size: the last batch may be smaller
        lambda batch: tf.shape(batch, out_type="int64")[0],
        lambda size, batches: batches.batch(group),
        window_size=group,
    ), True


def split(x, fraction):
    """The array without its last `fraction`, and that."""
    if not isinstance(x, np.ndarray):
        raise ValueError(
            "validation_split is for arrays: give a Dataset of its own as validation_data"
        )
    kept = int(len(x) * (1 - fraction))
    if not 0 < kept < len(x):
        raise ValueError(
            f"validation_split={fraction} leaves {kept} of {len(x)} samples to train on"
        )
    return x[:kept], x[kept:]
