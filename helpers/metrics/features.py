"""A small digit classifier; images are compared in the features of its last hidden layer."""

from __future__ import annotations

import contextlib
import hashlib
import inspect
import os
import pathlib
import random
import tempfile

import keras
import numpy as np
from keras import layers
from numpy.typing import ArrayLike

from .. import inputs
from ..progress_bar import progress
from .arrays import _row_batches


def digit_classifier(
    images: ArrayLike, labels: ArrayLike, epochs: int = 10, seed: int | None = None
) -> keras.Model:
    """Trains a small convolutional classifier of digits.

    Training takes some seconds on two cores. `evaluate` of the model returns loss and accuracy.

    Args:
        images: Float32 (n, 28, 28, 1) in [-1, 1].
        labels: Ints (n,) in 0..9.
        epochs: Number of epochs, at least 0.
        seed: An int >= 0 decides the initial weights, the dropout masks and the order of the data,
            and does not change any other random numbers. With None these follow
            `keras.utils.set_random_seed`.

    Returns:
        A compiled `keras.Model`, images -> logits (n, 10). Its layer "features" has 64 values per
        image, which `features` returns.

    Raises:
        ValueError: If images, labels, epochs or seed is invalid.
    """
    images, labels = _digits(images, labels)
    epochs = inputs.whole_number("epochs", epochs, 0)
    seed = random.randrange(2**30) if seed is None else inputs.whole_number("seed", seed, 0)
    rng = np.random.default_rng(seed)
    classifier = _untrained_classifier(rng)
    for _ in progress(range(epochs), unit="epochs", leave=False):
        order = rng.permutation(len(images))
        classifier.fit(images[order], labels[order], batch_size=100, shuffle=False, verbose=0)
    return classifier


def _digits(images, labels, kind=""):
    """Checked images and labels. kind: word before both names in error messages."""
    images, labels = _digit_images(f"{kind}images", images), inputs.array(f"{kind}labels", labels)
    if labels.shape[:1] != images.shape[:1]:
        got = f"got {len(images)} and {labels.size}"
        raise ValueError(f"each {kind}image needs a label: {got}")
    return images, _class_labels(f"{kind}labels", labels, 10)


def _digit_images(name, images):
    images = inputs.pixels(name, images)
    if images.shape[1:] != (28, 28, 1) or not len(images):
        raise ValueError(f"{name} must have shape (n, 28, 28, 1), n >= 1, got {images.shape}")
    return images


def _class_labels(name, labels, classes):
    labels = inputs.array(name, labels)
    if labels.ndim != 1 or labels.dtype.kind not in "iu" or not len(labels):
        raise ValueError(
            f"{name} must be ints (n,), n >= 1, got {labels.dtype} {labels.shape}; "
            "of logits, take argmax(axis=1)"
        )
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(f"{name} must lie in 0..{classes - 1}, got {labels.min()}..{labels.max()}")
    return labels


def _untrained_classifier(rng):
    def initializer():
        return keras.initializers.GlorotUniform(int(rng.integers(2**30)))

    classifier = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(16, 5, 2, "same", activation="relu", kernel_initializer=initializer()),
            layers.Conv2D(32, 3, 2, "same", activation="relu", kernel_initializer=initializer()),
            layers.Flatten(),
            layers.Dropout(0.3, seed=int(rng.integers(2**30))),
            layers.Dense(64, activation="relu", kernel_initializer=initializer(), name="features"),
            layers.Dense(10, kernel_initializer=initializer()),
        ],
        name="digit_classifier",
    )
    classifier.compile(
        keras.optimizers.Adam(2e-3),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return classifier


def cached_digit_classifier(
    images: ArrayLike,
    labels: ArrayLike,
    held_out_images: ArrayLike,
    held_out_labels: ArrayLike,
    folder: str | os.PathLike | None = None,
) -> tuple[keras.Model, float]:
    """Loads a `digit_classifier` from a file, or trains and saves it, and measures its accuracy.

    The name of the file is a hash of everything that decides the classifier: images, labels, the
    source code (layers, optimizer, epochs) and the version of Keras. If the file is damaged, the
    classifier is trained again. If the folder cannot be written, it is trained at every call.
    The random numbers of the caller do not change.

    Args:
        images: Digits to train on, with seed=0; float32 (n, 28, 28, 1) in [-1, 1].
        labels: Ints (n,) in 0..9.
        held_out_images: Other digits, to measure the accuracy on.
        held_out_labels: Their labels.
        folder: Where the weights are saved. By default "gan-course" in $XDG_CACHE_HOME, or in
            ~/.cache if that is not set.

    Returns:
        The compiled classifier, and its accuracy on the held-out digits, in [0, 1]: about 0.96
        after training on 4,000 of the digits that `data.load_mnist` embeds.

    Raises:
        ValueError: If images or labels are invalid, or folder is not a path.
    """
    images, labels = _digits(images, labels)
    held_out = _digits(held_out_images, held_out_labels, "held-out ")
    if folder is None:
        cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        folder = os.path.join(cache, "gan-course")
    if not isinstance(folder, (str, os.PathLike)):
        raise ValueError(f"folder must be a path, got {folder!r}")
    recipe = inspect.getsource(digit_classifier) + inspect.getsource(_untrained_classifier)
    content = hashlib.sha256((recipe + keras.__version__).encode())
    for array in (images, labels):
        content.update(np.ascontiguousarray(array).data)
    path = pathlib.Path(folder, f"digit_classifier_{content.hexdigest()[:16]}.npz")
    classifier = _read_classifier(path)
    if classifier is None:
        classifier = digit_classifier(images, labels, seed=0)
        with contextlib.suppress(OSError):  # if it cannot be written, only the next call is slower
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=path.parent) as unfinished:
                np.savez(pathlib.Path(unfinished, path.name), *classifier.get_weights())
                os.replace(pathlib.Path(unfinished, path.name), path)
    return classifier, classifier.evaluate(*held_out, verbose=0)[1]


def _read_classifier(path):
    """The classifier whose weights are in a file, or None if it is missing or damaged."""
    classifier = _untrained_classifier(np.random.default_rng(0))
    try:
        with open(path, "rb") as file, np.load(file) as weights:
            classifier.set_weights([weights[name] for name in weights.files])
    except Exception:  # NumPy, zipfile and Keras raise many kinds
        return None
    return classifier


def features(classifier: keras.Model, images: ArrayLike) -> np.ndarray:
    """Computes the output of the classifier's layer "features" for each image.

    Args:
        classifier: From `digit_classifier` or `cached_digit_classifier`.
        images: Float32 (n, 28, 28, 1) in [-1, 1].

    Returns:
        Features, float64 (n, 64).

    Raises:
        ValueError: If classifier is not a Keras model with a layer "features", or images are
            invalid.
    """
    layer_names = [layer.name for layer in getattr(classifier, "layers", [])]
    if not isinstance(classifier, keras.Model) or "features" not in layer_names:
        raise ValueError(
            'classifier must be a Keras model with a layer named "features", '
            f"got {type(classifier).__name__} with the layers {layer_names}"
        )
    images = _digit_images("images", images)
    layer = classifier.get_layer("features")
    extractor = keras.Model(classifier.inputs[0], layer.output)
    batches = [extractor(batch, training=False).numpy() for batch in _row_batches(images)]
    return np.concatenate(batches).astype("float64")
