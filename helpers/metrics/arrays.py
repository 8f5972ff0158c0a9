"""Checks of feature arrays that all metrics share."""

import numpy as np

from .. import inputs


def _parts(rows):
    """At most 500 rows at a time, so that tables of all pairs never stand in memory whole."""
    return np.array_split(rows, -(-len(rows) // 500))


def _share(share):
    return inputs.number("share", share, least=0, most=1)


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


def _equally_many(real, generated):
    real, generated = _feature_pair(real, generated)
    if len(real) != len(generated):
        raise ValueError(f"both need the same number of samples, got {len(real)}, {len(generated)}")
    return real, generated


def _need(least, why, **arrays):
    for name, samples in arrays.items():
        if len(samples) < least:
            raise ValueError(
                f"{name} has {len(samples)} samples of {samples.shape[1]} features: "
                f"take {least} or more ({why})"
            )
