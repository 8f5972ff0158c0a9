"""The course's one pixel scale, [-1, 1], and the check that samples are on it."""

import numpy as np

from .. import inputs


def to_display(images):
    """Images from [-1, 1] to [0, 1], the range `imshow(..., vmin=0, vmax=1)` is given.

    images: any shape, values in [-1, 1]. Returns: float32 of the same shape in [0, 1].
    Raises: ValueError if a value is not finite or lies outside [-1, 1].
    """
    return np.clip((inputs.pixels("images", images) + 1) / 2, 0, 1)


def check_samples(samples, shape):
    """Raise a ValueError unless samples is a finite float32 array (n, *shape), n >= 1.

    Images (height, width, channels) must lie in [-1, 1], the course's one pixel scale.
    """
    if samples.dtype != np.float32:
        raise ValueError(f"samples must be float32, got {samples.dtype}")
    if samples.shape[1:] != tuple(shape) or not len(samples):
        raise ValueError(
            f"samples must have shape (n, {', '.join(map(str, shape))}), n >= 1, got {samples.shape}"
        )
    least, largest = samples.min(), samples.max()  # NaN if any of them is
    if not np.isfinite([least, largest]).all():
        raise ValueError("samples hold values that are not finite (NaN or infinity)")
    if len(shape) == 3 and max(-least, largest) > 1 + 1e-6:
        raise ValueError(f"pixels must lie in [-1, 1], got [{least:g}, {largest:g}]")
