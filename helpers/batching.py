"""Which samples make which update? Arrays cut into batches, many to a call."""

import numpy as np
import tensorflow as tf


class Batches:
    """Batches of batches of an array, one for each compiled call, epoch after epoch.

    samples: (n, ...); each epoch passes over them once, but for the few that fill no whole call.
    updates_per_call: the most batches in one call. shuffle: a new order for each epoch, which
    follows from seed and from the number of updates before it; else that of the array.
    `first_update` is that number before the first epoch, `calls` the calls in an epoch.
    Raises: ValueError if the samples do not fill one batch.
    """

    def __init__(self, samples, batch_size, updates_per_call, seed, shuffle=True):
        per_epoch = len(samples) // batch_size
        if per_epoch == 0:
            raise ValueError(f"{len(samples)} samples do not fill one batch of {batch_size}")
        self.calls = -(-per_epoch // updates_per_call)
        self._shape = (self.calls, per_epoch // self.calls, batch_size)
        self._samples, self._seed, self._shuffle = samples, seed, shuffle
        self.first_update = 0

    def rows(self, call):
        """Which samples are in that call, (batches, batch_size), calls being numbered from 0."""
        epoch, call = divmod(call, self.calls)
        order = np.arange(len(self._samples))
        if self._shuffle:
            updates = self.first_update + epoch * np.prod(self._shape[:2])
            order = np.random.default_rng((self._seed, updates)).permutation(order)
        return order[: np.prod(self._shape)].reshape(self._shape)[call]

    def dataset(self):
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
