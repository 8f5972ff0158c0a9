"""All that training changes is kept, restored and saved as one."""

import contextlib
import functools
import os
import pathlib

import numpy as np
import tensorflow as tf


class State:
    """Every variable of a model and of its optimizers, each once, and the history of its updates.

    Args:
        model: a Keras model.
        optimizers: its Keras optimizers.
        history: an `UpdateHistory`.
        settings: those of the variables that are set by hand.

    Attributes:
        beginning: the other variables' values as they are now, see `begin_again`.
        first_rates: the optimizers' learning rates as they are now.
    """

    def __init__(self, model, optimizers, history, settings):
        found = [*model.weights, *model.variables]
        found += [variable for optimizer in optimizers for variable in optimizer.variables]
        self.variables = list({id(variable): variable for variable in found}.values())
        self.history = history
        self.first_rates = [float(optimizer.learning_rate) for optimizer in optimizers]
        by_hand = {id(variable) for variable in settings}
        self._moving = [one for one in self.variables if id(one) not in by_hand]
        self.beginning = [_compact(variable.numpy()) for variable in self._moving]

    def _values(self):
        return [tf.convert_to_tensor(variable) for variable in self.variables]

    def _finite(self):
        floats = [value for value in self._values() if value.dtype.is_floating]
        return tf.reduce_all([tf.reduce_all(tf.math.is_finite(value)) for value in floats])

    # Called as often as small networks are trained, so each is traced once and called directly.

    @functools.cached_property
    def _read(self):
        return tf.function(self._values, autograph=False).get_concrete_function()

    @functools.cached_property
    def _all_finite(self):
        return tf.function(self._finite, autograph=False).get_concrete_function()

    def finite(self):
        """Whether no variable holds NaN or infinity."""
        return bool(self._all_finite())

    @contextlib.contextmanager
    def all_or_nothing(self):
        """Whatever stops the block takes back what it did: an error, an interrupt.

        The end of the data does not: nothing has been done then.
        """
        values, measured = self._read(), self.history.snapshot()
        beginning, first_rates = self.beginning, self.first_rates
        try:
            yield
        except (StopIteration, tf.errors.OutOfRangeError):
            raise
        except BaseException:
            self._assign(self.variables, values)
            self.history.restore(measured)
            self.beginning, self.first_rates = beginning, first_rates
            raise

    @staticmethod
    def _assign(variables, values):
        for variable, value in zip(variables, values):
            variable.assign(value)

    def arrays(self):
        """The whole state as numpy arrays: the variables, then the history."""
        values = [variable.numpy() for variable in self.variables]
        return [*values, self.history.rows, self.history.half_update]

    def set_arrays(self, arrays):
        """Take over what `arrays` returned. Raises: ValueError if it is not of such a model."""
        values, history = arrays[:-2], arrays[-2:]
        shapes, expected = [np.shape(one) for one in values], [v.shape for v in self.variables]
        if shapes != [tuple(shape) for shape in expected]:
            raise ValueError(
                f"expected the {len(expected) + 2} arrays that get_weights() of a model with these "
                f"networks and optimizers returns, got {len(arrays)}, or other shapes: weights "
                "alone would not fit the optimizers and the history. For one network alone: "
                "model.generator.set_weights(...)"
            )
        self._assign(self.variables, values)
        self.history.set(*map(np.array, history))

    def begin_again(self):
        """All variables but the settings as they were when `beginning` was kept."""
        for variable, value in zip(self._moving, self.beginning):
            variable.assign(np.broadcast_to(value, variable.shape))

    def set_beginning(self, values):
        """Take over the `beginning` of a saved model; one that was not compiled has fewer entries."""
        self.beginning = [*values, *self.beginning[len(values) :]][: len(self.beginning)]


def _compact(array):
    """The array, or one entry of it where all are equal, as in an optimizer before its first step."""
    return array.reshape(-1)[0] if array.size and (array == array.reshape(-1)[0]).all() else array


def replace_file(path, write):
    """write(temporary path), then put that file in the place of `path`, as one step of the system.

    So a process that dies while it writes leaves the file that was there before.
    """
    path = pathlib.Path(path)
    unfinished = path.with_name(f"unfinished_{path.name}")
    try:
        write(unfinished)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
