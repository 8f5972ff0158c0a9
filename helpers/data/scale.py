"""The pixel range of the course, [-1, 1], and the check that samples are in it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .. import inputs


def to_display(images: ArrayLike) -> np.ndarray:
    """Rescale images from [-1, 1] to [0, 1], for `imshow(..., vmin=0, vmax=1)`.

    Args:
        images: any shape, values in [-1, 1].

    Returns:
        float32 of the same shape, values in [0, 1].

    Raises:
        ValueError: if a value is not finite or outside [-1, 1].

    Example:
        >>> from helpers import data
        >>> data.to_display([-1, 0, 1]).tolist()
        [0.0, 0.5, 1.0]
    """
    return np.clip((inputs.pixels("images", images) + 1) / 2, 0, 1)


def check_samples(samples: np.ndarray, shape: tuple[int, ...]) -> None:
    """Check that samples are a finite float32 array (n, *shape), n >= 1, with pixels in [-1, 1].

    Args:
        samples: array to check.
        shape: of one sample. Three axes mean an image (height, width, channels).

    Raises:
        ValueError: if dtype or shape differ, a value is not finite, or a pixel is outside [-1, 1].
    """
    if samples.dtype != np.float32:
        raise ValueError(f"samples must be float32, got {samples.dtype}")
    if samples.shape[1:] != tuple(shape) or not len(samples):
        expected = ", ".join(map(str, shape))
        raise ValueError(f"samples must have shape (n, {expected}), n >= 1, got {samples.shape}")
    least, largest = samples.min(), samples.max()  # NaN if any value is
    if not np.isfinite([least, largest]).all():
        raise ValueError("samples hold values that are not finite (NaN or infinity)")
    if len(shape) == 3 and max(-least, largest) > 1 + 1e-6:
        raise ValueError(f"pixels must lie in [-1, 1], got [{least:g}, {largest:g}]")
