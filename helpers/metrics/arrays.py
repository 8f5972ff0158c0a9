"""Checks of feature arrays, shared by all metrics."""

import numpy as np

from .. import inputs


def _row_batches(rows):
    """At most 500 rows at a time, so that no table of all pairs is in memory at once."""
    return np.array_split(rows, -(-len(rows) // 500))


def _min_fraction(value):
    return inputs.number("min_fraction", value, least=0, most=1)


def _feature_pair(real, generated):
    arrays = [
        inputs.finite(f"the {which} array", values, "float64")
        for which, values in (("first", real), ("second", generated))
    ]
    if any(array.ndim != 2 or not array.size for array in arrays) or (
        arrays[0].shape[1] != arrays[1].shape[1]
    ):
        raise ValueError(
            "both arrays must be (samples, features) with one number of features, 1 or more, "
            f"got {arrays[0].shape} and {arrays[1].shape}"
        )
    return arrays


def _equal_size_pair(real, generated):
    real, generated = _feature_pair(real, generated)
    if len(real) != len(generated):
        raise ValueError(
            "both arrays must have the same number of samples, "
            f"got {len(real)} and {len(generated)}"
        )
    return real, generated


def _check_sample_count(least, why, **arrays):
    for name, samples in arrays.items():
        if len(samples) < least:
            raise ValueError(
                f"{name} must have at least {least} samples ({why}), "
                f"got {len(samples)} with {samples.shape[1]} features"
            )
