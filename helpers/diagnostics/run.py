"""One run with its history and samples, and what the checks measure on it."""

from __future__ import annotations

import functools
import itertools

import numpy as np
from scipy.signal import find_peaks
from sklearn.decomposition import PCA

from .. import inputs
from .findings import LIMITS


class _Run:
    """What the checks read: columns of the history, generated samples, real samples, labels."""

    MAX_REAL = 2000  # real samples that features are computed of

    def __init__(self, columns, samples, real, features, labels):
        self.columns, self.samples, self.real = columns, samples, real
        self.labels, self._feature_function = labels, features

    def final(self, name):
        """Mean of a column over its last quarter."""
        return float(self.columns[name][-(len(self.columns[name]) // 4) :].mean())

    @functools.cached_property
    def halves(self):
        """Indices of two equally large sets of real samples. Features are fitted on the first and
        compared on the second, for which they are as new as for generated samples."""
        order = np.random.default_rng(0).permutation(len(self.real))[: self.MAX_REAL]
        return np.array_split(order, 2)

    @functools.cached_property
    def features(self):
        """Features (n, d) of both halves of the real samples, and of the generated ones."""
        sets = [*(self.real[half] for half in self.halves), self.samples]
        if self._feature_function is None:
            sets = [_flat(one) for one in sets]
            size = min(16, *sets[0].shape)
            if not np.ptp(sets[0], axis=0).any():
                return [one[:, :1] for one in sets]  # constant data have no components
            components = PCA(size, random_state=0).fit(sets[0])
            return [components.transform(one) for one in sets]
        features = [
            inputs.finite("the result of features", self._feature_function(one), "float64")
            for one in sets
        ]
        if any(one.ndim != 2 or len(one) != len(of) for one, of in zip(features, sets)):
            raise ValueError(
                "features must return one row for each sample, (n, d), "
                f"got {features[-1].shape} for {len(sets[-1])} samples"
            )
        return features

    @functools.cached_property
    def diversity(self):
        """Mean distance between two generated samples, over that between two real ones."""
        _, real, generated = self.features
        return _mean_distance(generated) / max(_mean_distance(real), 1e-300)

    @functools.cached_property
    def collapsed(self):
        """Whether diversity is small, and less than half of what draws of as many real samples have.
        Draws of sparse data may have hardly any, above all in components fitted on other samples."""
        if self.diversity > LIMITS.diversity:
            return False
        spaces = [self.features[1:]]
        if self._feature_function is None:
            spaces.append([_flat(self.real[self.halves[1]]), _flat(self.samples)])
        rng = np.random.default_rng(0)
        for real, generated in spaces:
            size = min(len(generated), 300)
            draws = (real[rng.integers(len(real), size=size)] for _ in range(20))
            if _mean_distance(generated) >= 0.5 * min(_mean_distance(draw) for draw in draws):
                return False
        return True

    @functools.cached_property
    def memorised(self):
        """(ratio, probability, words) if generated samples repeat real ones, or real images shifted
        by a pixel. Else None, or the reason why it cannot be decided."""
        rng = np.random.default_rng(0)
        generated = rng.permutation(self.samples)[:200]
        real = rng.permutation(len(self.real))[:200]
        shifts = [(0, 0)]
        if self.samples.ndim > 2 and min(self.samples.shape[1:3]) > 8:
            shifts += [shift for shift in itertools.product((0, 1, -1), repeat=2) if any(shift)]
        for allowed, words in ((shifts[:1], ""), (shifts, ", shifted by up to a pixel")):
            real_to_real = self._distances_to_real(self.real[real], allowed, real)
            if np.median(real_to_real) == 0:
                return "half of the real samples or more have an exact duplicate among them"
            ratio, smaller = _compare(self._distances_to_real(generated, allowed), real_to_real)
            if ratio <= LIMITS.memorisation and smaller >= LIMITS.smaller:
                return ratio, smaller, words
        return None

    def _distances_to_real(self, queries, shifts, own=None):
        """Distance of each query to the nearest of all real samples, over these shifts in pixels.
        own: indices of the queries themselves, which do not count."""
        edge = int(len(shifts) > 1)
        real = _crop(self.real, edge, (0, 0))
        shifted = [_crop(queries, edge, shift) for shift in shifts]
        return np.min(_nearest_distances(shifted, real, own), axis=0)


def _flat(samples):
    return samples.reshape(len(samples), -1)


def _crop(images, edge, shift):
    """Images without an edge of so many pixels, after a shift (down, right) by at most as many."""
    if not edge:
        return images
    down, right = shift
    height, width = images.shape[1:3]
    return images[:, edge - down : height - edge - down, edge - right : width - edge - right]


def _nearest_distances(sets, references, own=None):
    """Distance of each query to its nearest reference, for several sets of queries: (sets, n).

    own: indices of references, one for each query of a set, that do not count. The nearest is
    searched in single precision, its distance computed in double precision."""
    centre = references.mean(axis=0)
    references = _flat(references - centre)
    single = references.astype("float32")
    squared_norms, distances = (single**2).sum(axis=1), []
    for queries in sets:
        queries = _flat(queries - centre)
        squares = squared_norms - 2 * queries.astype("float32") @ single.T
        if own is not None:
            squares[np.arange(len(queries)), own] = np.inf
        distances.append(np.linalg.norm(queries - references[squares.argmin(axis=1)], axis=1))
    return np.stack(distances)


def _compare(distances, others):
    """Ratio of the medians of distances and others, and the probability that one of the distances is
    smaller than one of the others, where equal ones count half. Medians of discrete values jump;
    the probability does not."""
    below, equal = (compare(distances[:, None], others).mean() for compare in (np.less, np.equal))
    ratio = np.median(distances) / max(np.median(others), 1e-300)
    return float(ratio), float(below + equal / 2)


def _mean_distance(points):
    """Mean distance between two of the points, over some pairs of each."""
    points = np.random.default_rng(0).permutation(points)  # they may be sorted
    pairs = range(1, min(6, len(points)))
    return np.mean([np.linalg.norm(points - np.roll(points, k, axis=0), axis=1) for k in pairs])


def reversals(score: np.typing.ArrayLike, height: float) -> int:
    """Count how often a curve reverses in its second half.

    A reversal is a rise of at least `height` followed by a fall of at least `height`, or a fall
    followed by a rise. The curve is smoothed over 1/50 of its length first.

    Args:
        score: the values of the curve, (n,), n at least 4, finite.
        height: least rise and fall, above 0, in units of score.

    Returns:
        The number of reversals, an int.

    Raises:
        ValueError: if score is not a finite array (n,) with n at least 4, or height is not above 0.

    Example:
        >>> import numpy as np
        >>> from helpers import diagnostics
        >>> ten_periods = np.sin(np.linspace(0, 20 * np.pi, 1000))
        >>> diagnostics.reversals(ten_periods, height=0.1)
        10
    """
    score = inputs.finite("score", score, "float64")
    height = inputs.number("height", height, above=0)
    if score.ndim != 1 or len(score) < 4:
        raise ValueError(f"score must be (n,), n of at least 4, got {score.shape}")
    smooth, _ = _smooth_second_half(score)
    return sum(len(find_peaks(side, prominence=height)[0]) for side in (smooth, -smooth))


def _smooth_second_half(score):
    """The second half of a column, smoothed over 1/50 of the run, and the standard deviation of the
    noise between rows that is left in it."""
    window, half = max(1, len(score) // 50), len(score) // 2
    smooth = np.convolve(score, np.ones(window) / window, mode="valid")[half:]
    return smooth, np.diff(score[half:]).std() / np.sqrt(2 * window)
