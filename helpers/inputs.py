"""Is this input usable? Each check returns the input, ready for use, or raises a ValueError that
says what was passed and what was expected."""

import numbers

import numpy as np


def whole_number(name, value, least=1):
    """value as an int. It must be a whole number (2.0 is one, "2" and True are not) >= least."""
    if _is_real(value) and np.isfinite(value) and value == int(value) and value >= least:
        return int(value)
    raise ValueError(f"{name} must be a whole number of at least {least}, got {value!r}")


def number(name, value, least=None, above=None, most=None):
    """value as a float. It must be a finite number, >= least, > above, <= most where given."""
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


def _is_real(value):
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def array(name, values, dtype=None):
    """values as a numpy array of numbers or of truth values, of that dtype if one is given.

    Complex numbers, text, objects and lists of unequal lengths are refused.
    """
    try:
        found = np.asarray(values)
    except Exception as error:  # NumPy and TensorFlow raise many kinds
        raise ValueError(f"{name} must be an array of real numbers: {error}") from error
    if found.dtype.kind not in "biuf":
        raise ValueError(
            f"{name} must be an array of real numbers, got {type(values).__name__} "
            f"of dtype {found.dtype}"
        )
    return found if dtype is None else found.astype(dtype)


def finite(name, values, dtype=None):
    """As `array`, without NaN and infinity."""
    found = array(name, values, dtype)
    if not np.isfinite(found).all():
        raise ValueError(f"{name} holds values that are not finite (NaN or infinity)")
    return found


def pixels(name, images):
    """images as float32, any shape, finite and in [-1, 1], the course's one pixel scale."""
    found = finite(name, images, "float32")
    if found.size and np.abs(found).max() > 1 + 1e-6:
        raise ValueError(
            f"{name}: pixels must lie in [-1, 1], got [{found.min():g}, {found.max():g}]; "
            "divide 0..255 pixels by 127.5 and subtract 1"
        )
    return found


def random_generator(seed):
    """The `numpy.random.Generator` that follows from seed: an int >= 0, a Generator, or None."""
    try:
        return np.random.default_rng(seed)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"seed must be a whole number of at least 0 or a numpy Generator, got {seed!r}"
        ) from error
