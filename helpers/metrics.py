"""How good, in numbers? Functions of two arrays of features: real first, generated second.

Pixels make poor features: two sevens one pixel apart are far from each other. So the course
measures in the last hidden layer of a small digit classifier of its own. Such a number can be
compared only with others from the same classifier: print the real-vs-real row beside it.
"""

import keras
import numpy as np
from keras import layers


def digit_classifier(images, labels, epochs=10):
    """Train a small convolutional classifier of digits; some seconds on two cores.

    images: float32 (n, 28, 28, 1) in [-1, 1]. labels: ints (n,) in 0..9. Its initial weights and
    the order of the data follow `keras.utils.set_random_seed`.
    Returns: a compiled `keras.Model`, images -> logits (n, 10), whose layer "features" has 64
    values; give it to `features`. `evaluate` tells its accuracy.
    """
    if len(images) != len(labels) or not len(images):
        raise ValueError(f"each image needs a label: got {len(images)} and {len(labels)}")
    classifier = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(16, 5, strides=2, padding="same", activation="relu"),
            layers.Conv2D(32, 3, strides=2, padding="same", activation="relu"),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(64, activation="relu", name="features"),
            layers.Dense(10),
        ],
        name="digit_classifier",
    )
    classifier.compile(
        keras.optimizers.Adam(2e-3),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    classifier.fit(images, labels, batch_size=100, epochs=epochs, verbose=0)
    return classifier


def features(classifier, images):
    """The 64 values of the classifier's layer "features" for each image, float64 (n, 64)."""
    layer = classifier.get_layer("features")
    extractor = keras.Model(classifier.inputs[0], layer.output)
    parts = np.array_split(images, -(-len(images) // 500))
    return np.concatenate([extractor(part, training=False).numpy() for part in parts]).astype(
        "float64"
    )


def frechet_distance(real, generated):
    """Squared Frechet (2-Wasserstein) distance of the two Gaussians with the samples' moments.

    |m1 - m2|^2 + tr(S1 + S2 - 2 (S1^1/2 S2 S1^1/2)^1/2), Dowson and Landau 1982; on classifier
    features, Heusel et al. 2017, eq. 6. Roots come from symmetric eigenvalues, in float64.
    real (n, d), generated (m, d): finite, n and m above d, or the covariances are singular.
    It is biased upwards by about d (d + 5) / (2 n) for n samples of N(0, I) on each side.
    Returns: float >= 0 up to rounding. Raises: ValueError.
    """
    real, generated = _feature_pair(real, generated)
    for name, samples in (("real", real), ("generated", generated)):
        if len(samples) <= samples.shape[1]:
            raise ValueError(
                f"{name} has {len(samples)} samples of {samples.shape[1]} features: "
                "take more samples than features"
            )
    covariance = np.cov(real, rowvar=False).reshape(2 * (real.shape[1],))
    other = np.cov(generated, rowvar=False).reshape(covariance.shape)
    values, vectors = np.linalg.eigh(covariance)
    root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    cross = np.sqrt(np.linalg.eigvalsh(root @ other @ root).clip(0)).sum()
    shift = ((real.mean(axis=0) - generated.mean(axis=0)) ** 2).sum()
    return float(shift + np.trace(covariance) + np.trace(other) - 2 * cross)


def nearest(samples, references):
    """For each sample, the index of the nearest reference (Euclidean) and the distance to it.

    samples (n, d), references (m, d). Returns: ints (n,), float64 (n,).
    """
    samples, references = _feature_pair(samples, references)
    squares = (samples**2).sum(axis=1)[:, None] + (references**2).sum(axis=1)
    squares -= 2 * samples @ references.T
    index = squares.argmin(axis=1)
    return index, np.linalg.norm(samples - references[index], axis=1)


def _feature_pair(real, generated):
    arrays = [np.asarray(array, "float64") for array in (real, generated)]
    if any(array.ndim != 2 or not len(array) for array in arrays) or (
        arrays[0].shape[1] != arrays[1].shape[1]
    ):
        raise ValueError(
            "both arrays must be (samples, features) with one number of features, "
            f"got {arrays[0].shape} and {arrays[1].shape}"
        )
    if not all(np.isfinite(array).all() for array in arrays):
        raise ValueError("the arrays hold values that are not finite (NaN or infinity)")
    return arrays
