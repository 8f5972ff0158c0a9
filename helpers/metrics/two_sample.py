"""Do two samples come from the same distribution? Distances and tests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial.distance import cdist
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from .. import inputs
from .arrays import _check_sample_count, _equal_size_pair, _feature_pair, _row_batches


def kernel_distance(real: ArrayLike, generated: ArrayLike) -> float:
    """Computes the unbiased squared maximum mean discrepancy with the kernel (x y / d + 1)^3.

    Gretton et al. 2012, eq. 3. On features of an Inception network this is KID (Binkowski et al.
    2018, section 4). The time grows like n m d; the memory does not.

    Args:
        real: Features of real samples, (n, d), n at least 2.
        generated: Features of generated samples, (m, d), m at least 2.

    Returns:
        A float. Perfect samples give 0 on average, below 0 as often as above.

    Raises:
        ValueError: If the arrays are not finite (samples, features) arrays with 2 samples or more.
    """
    real, generated = _feature_pair(real, generated)
    _check_sample_count(2, "for one pair", real=real, generated=generated)
    within = 0.0
    for samples in (real, generated):
        own = ((samples**2).mean(axis=1) + 1) ** 3  # pairs of a sample with itself do not count
        pairs = len(samples) * (len(samples) - 1)
        within += (_kernel_sum(samples, samples) - own.sum()) / pairs
    between = _kernel_sum(real, generated) / (len(real) * len(generated))
    return float(within - 2 * between)


def _kernel_sum(samples, others):
    """Sum of (x y / d + 1)^3 over all pairs."""
    total = 0.0
    for batch in _row_batches(samples):
        base = batch @ others.T / others.shape[1] + 1
        total += np.einsum("ij,ij,ij", base, base, base)
    return total


@dataclass(frozen=True)
class PRDC:
    """Result of `prdc`: how two sets of samples cover each other.

    Attributes:
        precision: Fraction of generated samples inside some real ball, in [0, 1].
        recall: Fraction of real samples inside some generated ball, in [0, 1].
        density: Mean number of real balls around a generated sample, divided by k, >= 0.
        coverage: Fraction of real balls that contain a generated sample, in [0, 1].
    """

    precision: float
    recall: float
    density: float
    coverage: float


def prdc(real: ArrayLike, generated: ArrayLike, k: int = 5) -> PRDC:
    """Computes precision, recall, density and coverage from a ball around each sample.

    The ball of a sample ends just short of its k-th nearest neighbour in its own array.

    Precision and recall: Kynkaanniemi et al. 2019, eq. 1 and 2. Perfect samples stay below 1, the
    further below the higher d: 0.997 each for 1,000 of each in 2 dimensions, 0.72 in 64. Density
    and coverage: Naeem et al. 2020, section 3. For perfect samples density is 1 on average, and
    more where samples crowd; coverage is 1 - 2^-k on average for equally many samples. Exact
    copies of the real samples score 1 in all four.

    Args:
        real: Features of real samples, (n, d), n above k.
        generated: Features of generated samples, (m, d), m above k.
        k: Which neighbour limits a ball, at least 1.

    Returns:
        A `PRDC`.

    Raises:
        ValueError: If the arrays are not finite (samples, features) arrays with more than k
            samples, or k is not a whole number.

    Example:
        >>> import numpy as np
        >>> from helpers import metrics
        >>> real = np.random.default_rng(0).normal(size=(100, 2))
        >>> metrics.prdc(real, real)
        PRDC(precision=1.0, recall=1.0, density=1.0, coverage=1.0)
    """
    real, generated = _feature_pair(real, generated)
    k = inputs.whole_number("k", k)
    _check_sample_count(k + 1, f"more than k = {k} neighbours", real=real, generated=generated)
    real_radius, generated_radius = _ball_radius(real, k), _ball_radius(generated, k)
    balls, recalled, covered = np.zeros(len(generated)), [], []
    for batch, batch_radius in zip(_row_batches(real), _row_batches(real_radius)):
        distance = cdist(batch, generated)
        inside = distance < batch_radius[:, None]
        balls += inside.sum(axis=0)
        covered.append(inside.any(axis=1))
        recalled.append((distance < generated_radius).any(axis=1))
    return PRDC(
        precision=float((balls > 0).mean()),
        recall=float(np.concatenate(recalled).mean()),
        density=float(balls.mean() / k),
        coverage=float(np.concatenate(covered).mean()),
    )


def _ball_radius(samples, k):
    """Distance of each sample to its k-th nearest other sample; the sample itself is at index 0."""
    return np.concatenate(
        [np.partition(cdist(batch, samples), k, axis=1)[:, k] for batch in _row_batches(samples)]
    )


def nearest_neighbour_test(real: ArrayLike, generated: ArrayLike) -> float:
    """Computes the leave-one-out accuracy of a nearest-neighbour classifier, real vs generated.

    It is the fraction of all samples whose nearest other sample is in the same array (Schilling
    1986; for GANs, Lopez-Paz and Oquab 2017, Xu et al. 2018). This is the only test of the package
    that detects memorised samples.

    Args:
        real: Features of real samples, (n, d), n at least 2.
        generated: Features of generated samples, (n, d), as many as real.

    Returns:
        A float in [0, 1]. Perfect samples give 1/2, within about 0.03 for 1,000 of each. Samples
        far apart give 1. Memorised samples give values towards 0, exact copies 0.

    Raises:
        ValueError: If the arrays are not finite, do not have one shape, or have fewer than 2
            samples.
    """
    real, generated = _equal_size_pair(real, generated)
    _check_sample_count(2, "for a neighbour of each kind", real=real, generated=generated)
    both = np.concatenate([real, generated])
    is_generated = np.repeat([0, 1], len(real))
    index = NearestNeighbors(n_neighbors=1).fit(both).kneighbors(return_distance=False)
    return float((is_generated[index[:, 0]] == is_generated).mean())


def classifier_test(real: ArrayLike, generated: ArrayLike, seed: int = 0) -> float:
    """Computes the held-out accuracy of a classifier that separates real from generated samples.

    This is the classifier two-sample test (Lopez-Paz and Oquab 2017, section 3), with a logistic
    regression on each feature and its square. It can use means and widths, one feature at a time.
    One half of the samples is for training, the other half for the accuracy.

    Args:
        real: Features of real samples, (n, d), n at least 2.
        generated: Features of generated samples, (n, d), as many as real.
        seed: An int >= 0 that decides which samples are in which half.

    Returns:
        A float in [0, 1]. Perfect samples give 1/2 +- 1 / sqrt(4 n). Two Gaussians of unit width
        whose means differ by mu give at best Phi(mu / 2). Samples far apart give 1. Memorised
        samples are not detected.

    Raises:
        ValueError: If the arrays are not finite, do not have one shape, or have fewer than 2
            samples, or seed is not a whole number.
    """
    real, generated = _equal_size_pair(real, generated)
    _check_sample_count(2, "one for each half", real=real, generated=generated)
    seed = inputs.whole_number("seed", seed, 0)
    is_generated = np.repeat([0, 1], len(real))
    train, test, train_labels, test_labels = train_test_split(
        np.concatenate([real, generated]),
        is_generated,
        test_size=0.5,
        stratify=is_generated,
        random_state=seed,
    )
    classifier = make_pipeline(
        StandardScaler(),
        FunctionTransformer(lambda values: np.concatenate([values, values**2], axis=1)),
        StandardScaler(),
        LogisticRegression(max_iter=1000),
    )
    return float(classifier.fit(train, train_labels).score(test, test_labels))


def nearest_neighbours(samples: ArrayLike, references: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Finds the nearest reference of each sample, by Euclidean distance.

    Args:
        samples: Array (n, d), finite.
        references: Array (m, d), finite.

    Returns:
        The index of the nearest reference, ints (n,), and the distance to it, float64 (n,).

    Raises:
        ValueError: If the arrays are not finite, not 2-D, or differ in d.

    Example:
        >>> from helpers import metrics
        >>> index, distance = metrics.nearest_neighbours([[3, 4], [9, 9]], [[0, 0], [9, 8]])
        >>> index.tolist(), distance.tolist()
        ([0, 1], [5.0, 1.0])
    """
    samples, references = _feature_pair(samples, references)
    squares = (samples**2).sum(axis=1)[:, None] + (references**2).sum(axis=1)
    squares -= 2 * samples @ references.T
    index = squares.argmin(axis=1)
    return index, np.linalg.norm(samples - references[index], axis=1)


def sliced_wasserstein(
    real: ArrayLike,
    generated: ArrayLike,
    directions: int = 64,
    seed: int | np.random.Generator | None = 0,
) -> float:
    """Computes the sliced 2-Wasserstein distance (Rabin et al. 2011).

    Both samples are projected onto random directions and sorted. The distance is the root of the
    mean squared difference of the sorted projections.

    Args:
        real: Real samples, (n, d).
        generated: Generated samples, (n, d), as many as real.
        directions: Number of directions, drawn uniformly on the sphere, at least 1.
        seed: Decides the directions: an int, a `numpy.random.Generator`, or None.

    Returns:
        A float >= 0, in the units of the data. A sample and the same sample shifted are about
        |shift| / sqrt(d) apart.

    Raises:
        ValueError: If the arrays are not finite or do not have one shape, or directions or seed is
            invalid.

    Example:
        >>> from helpers import metrics
        >>> round(metrics.sliced_wasserstein([[0], [1], [2]], [[7], [6], [5]]), 6)
        5.0
    """
    real, generated = _equal_size_pair(real, generated)
    directions = inputs.whole_number("directions", directions)
    axes = inputs.random_generator(seed).standard_normal((real.shape[1], directions))
    axes /= np.linalg.norm(axes, axis=0)
    gaps = np.sort(real @ axes, axis=0) - np.sort(generated @ axes, axis=0)
    return float(np.sqrt((gaps**2).mean()))
