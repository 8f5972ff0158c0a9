"""How good, in numbers? Functions of two arrays of features: real first, generated second.

Pixels make poor features: two sevens one pixel apart are far from each other. So the course
measures in the last hidden layer of a small digit classifier of its own. Such a number can be
compared only with others from the same classifier: print the real-vs-real row beside it. In the
plane, where the density is known, points are scored as they are: by modes, or along a curve.
"""

from dataclasses import dataclass

import keras
import numpy as np
from keras import layers
from scipy.special import ndtr, rel_entr


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


@dataclass(frozen=True)
class ModeCoverage:
    """How samples meet known modes; see `mode_coverage`."""

    modes: int
    high_quality: float
    kl: float
    kl_with_off: float


def mode_coverage(samples, centres, sigma, share=0.2):
    """Modes found, share of good samples, and evenness, for known round Gaussians.

    samples (n, 2); centres (k, 2); sigma > 0. A sample is of high quality within 3 sigma of a
    centre (Srivastava et al. 2017; Lin et al. 2018). A mode counts as found if it holds `share` of
    its fair share n / k of the samples, as high-quality ones; their rule is one sample, `share=0`,
    which noise passes. In two dimensions perfect samples are of high quality with probability
    1 - exp(-9/2) = 0.9889, and any score clearly above that means too little spread.
    Returns: ModeCoverage: `modes` found, `high_quality` share, `kl` in nats from the shares of
    the modes among high-quality samples to 1/k (infinite without any), and `kl_with_off`, the same
    over k + 1 bins, the last for all other samples, against what a perfect sampler fills.
    Raises: ValueError.
    """
    samples, centres = _feature_pair(samples, centres)
    if not sigma > 0:
        raise ValueError(f"sigma must be above 0, got {sigma}")
    index, distance = nearest(samples, centres)
    good = distance < 3 * sigma
    k, counts = len(centres), np.bincount(index[good], minlength=len(centres))
    found = counts >= max(1, share * len(samples) / k)
    ceiling = 1 - np.exp(-4.5)
    filled = np.append(counts, (~good).sum()) / len(samples)
    perfect = np.append(np.full(k, ceiling / k), 1 - ceiling)
    return ModeCoverage(
        int(found.sum()),
        float(good.mean()),
        float(rel_entr(counts / good.sum(), 1 / k).sum()) if good.any() else np.inf,
        float(rel_entr(filled, perfect).sum()),
    )


@dataclass(frozen=True)
class CurveCoverage:
    """How samples follow a curve; see `curve_coverage`."""

    on_curve: float
    bins: float
    kl: float


def curve_coverage(samples, curve, sigma, bins=50, share=0.2):
    """Share of samples on a curve, share of its length that they cover, and evenness along it.

    samples (n, 2); curve (m, 2), a polyline; sigma > 0, the spread around it. A sample is on the
    curve within 3 sigma of it, as 1 - 2 Phi(-3) = 99.7 % of perfect samples are. The curve is cut
    into `bins` parts of equal length; one counts as covered if it holds `share` of its fair share
    n / bins of the samples. This scoring is the course's own.
    Returns: CurveCoverage: `on_curve` share, share of covered `bins`, and `kl` in nats from the
    shares of the bins and of the off-curve rest to those of a perfect sampler; for n perfect
    samples it is about bins / (2 n), not 0. Raises: ValueError.
    """
    samples, curve = _feature_pair(samples, curve)
    if not sigma > 0:
        raise ValueError(f"sigma must be above 0, got {sigma}")
    distance, position = _along(samples, curve)
    on_curve = distance < 3 * sigma
    part = np.minimum((position[on_curve] * bins).astype(int), bins - 1)
    counts = np.bincount(part, minlength=bins)
    off = 2 * ndtr(-3)
    filled = np.append(counts, (~on_curve).sum()) / len(samples)
    perfect = np.append(np.full(bins, (1 - off) / bins), off)
    return CurveCoverage(
        float(on_curve.mean()),
        float((counts >= max(1, share * len(samples) / bins)).mean()),
        float(rel_entr(filled, perfect).sum()),
    )


def _along(points, curve):
    """Distance of each point to a polyline, and where along its length the foot lies, in [0, 1]."""
    start, step = curve[:-1], np.diff(curve, axis=0)
    length = np.linalg.norm(step, axis=1)
    before = np.append(0, length.cumsum())
    nearest_vertex, _ = nearest(points, curve)
    best, where = np.full(len(points), np.inf), np.zeros(len(points))
    for shift in (-1, 0):  # the segments before and after the nearest vertex
        i = np.clip(nearest_vertex + shift, 0, len(step) - 1)
        foot = np.clip(((points - start[i]) * step[i]).sum(axis=1) / length[i] ** 2, 0, 1)
        distance = np.linalg.norm(points - start[i] - foot[:, None] * step[i], axis=1)
        closer = distance < best
        best = np.where(closer, distance, best)
        where = np.where(closer, before[i] + foot * length[i], where)
    return best, where / before[-1]


def sliced_wasserstein(real, generated, directions=64, seed=0):
    """Sliced 2-Wasserstein distance (Rabin et al. 2011): the root of the mean, over directions, of
    the squared distance between the sorted projections.

    real, generated: (n, d) both. directions: how many, drawn evenly on the sphere.
    Returns: float >= 0, in the units of the data; |shift| / sqrt(d) for two copies shifted.
    Raises: ValueError.
    """
    real, generated = _feature_pair(real, generated)
    if len(real) != len(generated):
        raise ValueError(f"both need the same number of samples, got {len(real)}, {len(generated)}")
    axes = np.random.default_rng(seed).standard_normal((real.shape[1], directions))
    axes /= np.linalg.norm(axes, axis=0)
    gaps = np.sort(real @ axes, axis=0) - np.sort(generated @ axes, axis=0)
    return float(np.sqrt((gaps**2).mean()))
