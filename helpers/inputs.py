"""Checks of arguments: each returns the value, ready for use, or raises a ValueError that says what
was passed and what was expected."""

from __future__ import annotations

import numbers
from typing import TypeGuard

import numpy as np
from numpy.typing import ArrayLike, DTypeLike


def whole_number(name: str, value: object, least: int = 1) -> int:
    """Return value as an int.

    Args:
        name: of the argument, for the message.
        value: a whole number; 2.0 is one, "2" and True are not.
        least: the smallest value allowed.

    Returns:
        int.

    Raises:
        ValueError: if value is not a whole number of at least `least`.

    Example:
        >>> from helpers import inputs
        >>> inputs.whole_number("epochs", 2.0)
        2
        >>> inputs.whole_number("epochs", 0)
        Traceback (most recent call last):
            ...
        ValueError: epochs must be a whole number of at least 1, got 0
    """
    if _is_real(value) and np.isfinite(value) and value == int(value) and value >= least:
        return int(value)
    raise ValueError(f"{name} must be a whole number of at least {least}, got {value!r}")


def number(
    name: str,
    value: object,
    least: float | None = None,
    above: float | None = None,
    most: float | None = None,
) -> float:
    """Return value as a float.

    Args:
        name: of the argument, for the message.
        value: a finite real number; True is not one.
        least: value must be >= least. None: no bound.
        above: value must be > above. None: no bound.
        most: value must be <= most. None: no bound.

    Returns:
        float.

    Raises:
        ValueError: if value is not a finite number or is out of bounds.
    """
    if (
        _is_real(value)
        and np.isfinite(value)
        and (least is None or value >= least)
        and (above is None or value > above)
        and (most is None or value <= most)
    ):
        return float(value)
    bounds = ((least, "at least"), (above, "above"), (most, "at most"))
    limits = [f"{words} {bound:g}" for bound, words in bounds if bound is not None]
    raise ValueError(f"{name} must be {' and '.join([*limits, 'finite'])}, got {value!r}")


def _is_real(value: object) -> TypeGuard[float]:
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def array(name: str, values: ArrayLike, dtype: DTypeLike | None = None) -> np.ndarray:
    """Return values as an array of real numbers or booleans.

    Args:
        name: of the argument, for the message.
        values: numbers or booleans; complex numbers, text, objects and lists of unequal lengths are
            refused.
        dtype: of the result. None: as given.

    Returns:
        The array.

    Raises:
        ValueError: if values are not real numbers or booleans.
    """
    try:
        result = np.asarray(values)
    except Exception as error:  # NumPy and TensorFlow raise many kinds
        raise ValueError(f"{name} must be an array of real numbers: {error}") from error
    if result.dtype.kind not in "biuf":
        raise ValueError(
            f"{name} must be an array of real numbers, got {type(values).__name__} "
            f"of dtype {result.dtype}"
        )
    return result if dtype is None else result.astype(dtype)


def finite(name: str, values: ArrayLike, dtype: DTypeLike | None = None) -> np.ndarray:
    """Return values as an array without NaN and infinity.

    Args:
        name: of the argument, for the message.
        values: as for `array`.
        dtype: of the result. None: as given.

    Returns:
        The array.

    Raises:
        ValueError: if values are not real numbers or booleans, or not all finite.
    """
    result = array(name, values, dtype)
    if not np.isfinite(result).all():
        raise ValueError(f"{name} holds values that are not finite (NaN or infinity)")
    return result


def pixels(name: str, images: ArrayLike) -> np.ndarray:
    """Return images as float32, in the pixel range of the course, [-1, 1].

    Args:
        name: of the argument, for the message.
        images: any shape, finite, values in [-1, 1].

    Returns:
        float32 of the same shape.

    Raises:
        ValueError: if images are not real numbers, not finite, or outside [-1, 1].
    """
    result = finite(name, images, "float32")
    if result.size and np.abs(result).max() > 1 + 1e-6:
        raise ValueError(
            f"{name}: pixels must lie in [-1, 1], got [{result.min():g}, {result.max():g}]; "
            "divide 0..255 pixels by 127.5 and subtract 1"
        )
    return result


def random_generator(seed: int | np.random.Generator | None) -> np.random.Generator:
    """Return the NumPy generator of a seed.

    Args:
        seed: int >= 0; a generator, which is returned itself; or None, for a random start.

    Returns:
        The generator.

    Raises:
        ValueError: if seed is none of these.
    """
    try:
        return np.random.default_rng(seed)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"seed must be a whole number of at least 0 or a numpy Generator, got {seed!r}"
        ) from error
