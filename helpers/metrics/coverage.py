"""Which modes, bins, classes and sections of a curve do the samples cover?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, rel_entr
from sklearn.cluster import KMeans

from .. import inputs
from .arrays import _feature_pair, _min_fraction
from .features import _class_labels
from .two_sample import nearest_neighbours


@dataclass(frozen=True)
class NDB:
    """Result of `ndb`: how differently two sets of samples fill the same bins.

    Attributes:
        fraction: Fraction of the bins that differ, in [0, 1]; NDB / K in the paper.
        fraction_baseline: The `fraction` that perfect samples have by chance, P(|N(0, 1)| > z).
        divergence: Jensen-Shannon divergence between the two fillings, in nats, in [0, log 2].
        divergence_baseline: The `divergence` that perfect samples have by chance,
            (bins - 1) / 8 (1 / n + 1 / m).
    """

    fraction: float
    fraction_baseline: float
    divergence: float
    divergence_baseline: float


def ndb(
    real: ArrayLike, generated: ArrayLike, bins: int = 100, z: float = 1.96, seed: int = 0
) -> NDB:
    """Computes the number of statistically different bins (NDB, Richardson and Weiss 2018).

    The bins are the clusters of k-means on the real samples. A bin counts as different if the
    fractions of real and of generated samples in it are more than z standard errors apart.

    Both baselines hold for bins of 5 samples and more. Where k-means leaves many smaller bins, the
    scores of perfect samples are lower.

    Args:
        real: Features of real samples, (n, d), with at least as many different samples as bins.
        generated: Features of generated samples, (m, d).
        bins: Number of bins, at least 2.
        z: Standard errors from which on a bin counts as different, above 0. The default is the 5 %
            level of the paper.
        seed: An int >= 0, the seed of k-means.

    Returns:
        An `NDB`.

    Raises:
        ValueError: If the arrays are not finite (samples, features) arrays, there are fewer
            different real samples than bins, or bins, z or seed is invalid.
    """
    real, generated = _feature_pair(real, generated)
    bins, z = inputs.whole_number("bins", bins, 2), inputs.number("z", z, above=0)
    seed = inputs.whole_number("seed", seed, 0)
    distinct = len(np.unique(real, axis=0))
    if distinct < bins:
        raise ValueError(f"{bins} bins need as many different real samples, got {distinct}")
    clusters = KMeans(bins, n_init=1, random_state=seed).fit(real)
    counts = [
        np.bincount(cluster, minlength=bins)
        for cluster in (clusters.labels_, clusters.predict(generated))
    ]
    p, q = (count / count.sum() for count in counts)
    middle = (p + q) / 2
    inverse = 1 / len(real) + 1 / len(generated)
    pooled = sum(counts) / (len(real) + len(generated))
    return NDB(
        fraction=float((abs(p - q) > z * np.sqrt(pooled * (1 - pooled) * inverse)).mean()),
        fraction_baseline=float(2 * ndtr(-z)),
        divergence=float((rel_entr(p, middle) + rel_entr(q, middle)).sum() / 2),
        divergence_baseline=(bins - 1) / 8 * inverse,
    )


@dataclass(frozen=True)
class ClassBalance:
    """Result of `class_balance`: how evenly samples are spread over known classes.

    Attributes:
        classes: Number of classes covered.
        kl: KL divergence in nats from the class frequencies to 1 / classes, in [0, log classes].
        kl_baseline: The `kl` that perfect samples have by chance, (classes - 1) / (2 n).
    """

    classes: int
    kl: float
    kl_baseline: float


def class_balance(labels: ArrayLike, classes: int = 10, min_fraction: float = 0.2) -> ClassBalance:
    """Counts the classes covered and measures how evenly samples are spread over them.

    Args:
        labels: The class that a classifier gives each sample, ints (n,) in 0..classes - 1.
        classes: Number of classes, at least 1.
        min_fraction: A class counts as covered if it holds at least this fraction of the expected
            n / classes samples, and at least one. In [0, 1].

    Returns:
        A `ClassBalance`.

    Raises:
        ValueError: If labels are not ints (n,) in 0..classes - 1, or classes or min_fraction is
            invalid.
    """
    classes, min_fraction = inputs.whole_number("classes", classes), _min_fraction(min_fraction)
    labels = _class_labels("labels", labels, classes)
    counts = np.bincount(labels, minlength=classes)
    return ClassBalance(
        classes=int(_covered(counts, min_fraction, len(labels)).sum()),
        kl=float(rel_entr(counts / len(labels), 1 / classes).sum()),
        kl_baseline=(classes - 1) / (2 * len(labels)),
    )


def _covered(counts, min_fraction, samples):
    """Which modes, classes or bins hold enough of the samples."""
    return counts >= max(1, min_fraction * samples / len(counts))


@dataclass(frozen=True)
class ModeCoverage:
    """Result of `mode_coverage`: how samples cover known modes.

    Attributes:
        modes: Number of modes covered.
        high_quality: Fraction of the samples within 3 sigma of a mode, in [0, 1].
        kl: KL divergence in nats from the frequencies of the modes among high-quality samples to
            1 / k; infinite without any high-quality sample.
        kl_with_off: The same over k + 1 bins, the last for all samples that are not of high
            quality, to the frequencies of a perfect sampler.
    """

    modes: int
    high_quality: float
    kl: float
    kl_with_off: float


def mode_coverage(
    samples: ArrayLike, centres: ArrayLike, sigma: float, min_fraction: float = 0.2
) -> ModeCoverage:
    """Counts the modes covered and the high-quality samples of a mixture of round Gaussians.

    A sample is of high quality if it lies within 3 sigma of a centre (Srivastava et al. 2017; Lin
    et al. 2018). In two dimensions perfect samples are of high quality with probability
    1 - exp(-9/2) = 0.9889. A score clearly above that means that the samples have too little
    spread.

    Args:
        samples: Points in the plane, (n, 2).
        centres: Centres of the modes, (k, 2).
        sigma: Standard deviation of each mode, above 0, in the units of samples.
        min_fraction: A mode counts as covered if its high-quality samples are at least this
            fraction of the expected n / k, and at least one. In [0, 1]. The papers count a mode
            from one sample on, which is `min_fraction=0`; uniform noise then covers all modes.

    Returns:
        A `ModeCoverage`.

    Raises:
        ValueError: If samples or centres are not finite points in the plane, or sigma or
            min_fraction is invalid.

    Example:
        >>> from helpers import data, metrics
        >>> ring = data.ring()
        >>> samples = ring.sample(1000, seed=0)
        >>> metrics.mode_coverage(samples, ring.centres, ring.sigma).modes
        8
        >>> metrics.mode_coverage(samples, 9 + ring.centres, ring.sigma).modes
        0
    """
    samples, centres = _plane_pair(samples, centres)
    sigma, min_fraction = inputs.number("sigma", sigma, above=0), _min_fraction(min_fraction)
    index, distance = nearest_neighbours(samples, centres)
    high_quality = distance < 3 * sigma
    k, counts = len(centres), np.bincount(index[high_quality], minlength=len(centres))
    perfect_quality = 1 - np.exp(-4.5)
    frequencies = np.append(counts, (~high_quality).sum()) / len(samples)
    perfect = np.append(np.full(k, perfect_quality / k), 1 - perfect_quality)
    kl = rel_entr(counts / high_quality.sum(), 1 / k).sum() if high_quality.any() else np.inf
    return ModeCoverage(
        modes=int(_covered(counts, min_fraction, len(samples)).sum()),
        high_quality=float(high_quality.mean()),
        kl=float(kl),
        kl_with_off=float(rel_entr(frequencies, perfect).sum()),
    )


@dataclass(frozen=True)
class CurveCoverage:
    """Result of `curve_coverage`: how samples cover a curve.

    Attributes:
        on_curve: Fraction of the samples within 3 sigma of the curve, in [0, 1].
        coverage: Fraction of the length of the curve that is covered, in [0, 1].
        kl: KL divergence in nats from the frequencies of the bins and of the samples off the curve
            to those of a perfect sampler. For n perfect samples it is about bins / (2 n), not 0.
    """

    on_curve: float
    coverage: float
    kl: float


def curve_coverage(
    samples: ArrayLike,
    curve: ArrayLike,
    sigma: float,
    bins: int = 50,
    min_fraction: float = 0.2,
) -> CurveCoverage:
    """Measures how many samples lie on a curve, and how completely and evenly they cover it.

    A sample is on the curve if it lies within 3 sigma of it, as 1 - 2 Phi(-3) = 99.7 % of perfect
    samples do. The curve is cut into bins of equal length. This score was made for this course.

    Args:
        samples: Points in the plane, (n, 2).
        curve: Vertices of a polyline, (m, 2), at least two different ones.
        sigma: Standard deviation of the spread around the curve, above 0, in the units of samples.
        bins: Number of bins, at least 1.
        min_fraction: A bin counts as covered if it holds at least this fraction of the expected
            n / bins samples, and at least one. In [0, 1].

    Returns:
        A `CurveCoverage`.

    Raises:
        ValueError: If samples or curve are not finite points in the plane, the curve has fewer
            than two different vertices, or sigma, bins or min_fraction is invalid.

    Example:
        >>> from helpers import data, metrics
        >>> spiral = data.spiral()
        >>> samples = spiral.sample(5000, seed=0)
        >>> metrics.curve_coverage(samples, spiral.centres, spiral.sigma).coverage
        1.0
    """
    samples, curve = _plane_pair(samples, curve)
    sigma, min_fraction = inputs.number("sigma", sigma, above=0), _min_fraction(min_fraction)
    bins = inputs.whole_number("bins", bins)
    curve = curve[np.append(True, np.diff(curve, axis=0).any(axis=1))]  # no segment of length 0
    if len(curve) < 2:
        raise ValueError(f"curve must have two different vertices or more, got {len(curve)}")
    distance, position = _along(samples, curve)
    on_curve = distance < 3 * sigma
    bin_index = np.minimum((position[on_curve] * bins).astype(int), bins - 1)
    counts = np.bincount(bin_index, minlength=bins)
    off_curve = 2 * ndtr(-3)
    frequencies = np.append(counts, (~on_curve).sum()) / len(samples)
    perfect = np.append(np.full(bins, (1 - off_curve) / bins), off_curve)
    return CurveCoverage(
        on_curve=float(on_curve.mean()),
        coverage=float(_covered(counts, min_fraction, len(samples)).mean()),
        kl=float(rel_entr(frequencies, perfect).sum()),
    )


def _along(points, curve):
    """Distance of each point to a polyline, and the position of its foot along it, in [0, 1]."""
    start, segment = curve[:-1], np.diff(curve, axis=0)
    length = np.linalg.norm(segment, axis=1)
    before = np.append(0, length.cumsum())
    nearest_vertex, _ = nearest_neighbours(points, curve)
    best, position = np.full(len(points), np.inf), np.zeros(len(points))
    for shift in (-1, 0):  # the segments before and after the nearest vertex
        i = np.clip(nearest_vertex + shift, 0, len(segment) - 1)
        foot = np.clip(((points - start[i]) * segment[i]).sum(axis=1) / length[i] ** 2, 0, 1)
        distance = np.linalg.norm(points - start[i] - foot[:, None] * segment[i], axis=1)
        closer = distance < best
        best = np.where(closer, distance, best)
        position = np.where(closer, before[i] + foot * length[i], position)
    return best, position / before[-1]


def _plane_pair(samples, points):
    samples, points = _feature_pair(samples, points)
    if samples.shape[1] != 2:
        raise ValueError(f"samples must be points in the plane, (n, 2), got {samples.shape}")
    return samples, points
