"""A small digit classifier and its features, in which the course measures samples."""

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

from .. import inputs
from .arrays import _parts


def digit_classifier(images, labels, epochs=10, seed=None):
    """Train a small convolutional classifier of digits; some seconds on two cores.

    images: float32 (n, 28, 28, 1) in [-1, 1]. labels: ints (n,) in 0..9. seed: an int decides the
    initial weights, what is dropped and the order of the data, and leaves all other random numbers
    alone; with None they follow `keras.utils.set_random_seed`.
    Returns: a compiled `keras.Model`, images -> logits (n, 10), whose layer "features" has 64
    values; give it to `features`. `evaluate` tells its accuracy. Raises: ValueError.
    """
    images, labels = _digits(images, labels)
    epochs = inputs.whole_number("epochs", epochs, 0)
    seed = random.randrange(2**30) if seed is None else inputs.whole_number("seed", seed, 0)
    rng = np.random.default_rng(seed)
    classifier = _untrained_classifier(rng)
    for _ in range(epochs):
        order = rng.permutation(len(images))
        classifier.fit(images[order], labels[order], batch_size=100, shuffle=False, verbose=0)
    return classifier


def _digits(images, labels, kind=""):
    """Images and labels as `digit_classifier` takes them. kind: word before both names in errors."""
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
    def start():
        return keras.initializers.GlorotUniform(int(rng.integers(2**30)))

    classifier = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(16, 5, 2, "same", activation="relu", kernel_initializer=start()),
            layers.Conv2D(32, 3, 2, "same", activation="relu", kernel_initializer=start()),
            layers.Flatten(),
            layers.Dropout(0.3, seed=int(rng.integers(2**30))),
            layers.Dense(64, activation="relu", kernel_initializer=start(), name="features"),
            layers.Dense(10, kernel_initializer=start()),
        ],
        name="digit_classifier",
    )
    classifier.compile(
        keras.optimizers.Adam(2e-3),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return classifier


def cached_digit_classifier(images, labels, held_out_images, held_out_labels, folder=None):
    """A `digit_classifier`, trained once and then kept in a file, and how well it reads.

    images, labels: what `digit_classifier` trains on, with seed=0; the random numbers of the caller
    stay as they are. held_out_images, held_out_labels: other digits. folder: where the weights are
    kept; by default "gan-course" in $XDG_CACHE_HOME, or else in ~/.cache. The name of the file is a
    hash of all that makes the classifier: images, labels, the code above (layers, optimizer,
    epochs) and the version of Keras. A damaged file is trained anew. If the folder cannot be
    written, the classifier is trained every time.
    Returns: the classifier, and its accuracy on the held-out digits, in [0, 1]: 0.96 or so after
    4,000 of the digits that `data.load_mnist` embeds. Raises: ValueError.
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
        content.update(np.ascontiguousarray(array))
    path = pathlib.Path(folder, f"digit_classifier_{content.hexdigest()[:16]}.npz")
    classifier = _read_classifier(path)
    if classifier is None:
        classifier = digit_classifier(images, labels, seed=0)
        with contextlib.suppress(OSError):  # not written: only the next call is slower
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


def features(classifier, images):
    """The 64 values of the classifier's layer "features" for each image, float64 (n, 64).

    classifier: from `digit_classifier` or `cached_digit_classifier`. images: (n, 28, 28, 1) in [-1, 1].
    Raises: ValueError.
    """
    known = [layer.name for layer in getattr(classifier, "layers", [])]
    if not isinstance(classifier, keras.Model) or "features" not in known:
        raise ValueError(
            'classifier must be a Keras model with a layer named "features", '
            f"got {type(classifier).__name__} with the layers {known}"
        )
    images = _digit_images("images", images)
    layer = classifier.get_layer("features")
    extractor = keras.Model(classifier.inputs[0], layer.output)
    parts = [extractor(part, training=False).numpy() for part in _parts(images)]
    return np.concatenate(parts).astype("float64")
