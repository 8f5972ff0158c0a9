"""All that is known of one run, measured when a check asks for it."""

import functools
import itertools

import numpy as np
from scipy.signal import find_peaks
from sklearn.decomposition import PCA

from .. import inputs
from .findings import LIMITS


class _Run:
    """What the checks read: columns, and samples."""

    MOST = 2000  # real samples that are compared with

    def __init__(self, columns, samples, real, features, labels):
        self.columns, self.samples, self.real = columns, samples, real
        self.labels, self._in_features = labels, features

    def end(self, name):
        """Mean of a column over its last quarter."""
        return float(self.columns[name][-(len(self.columns[name]) // 4) :].mean())

    @functools.cached_property
    def halves(self):
        """Indices of two sets of real samples, as many in both: features are fitted on the first and
        compared on the second, for which, as for generated samples, they were not made."""
        order = np.random.default_rng(0).permutation(len(self.real))[: self.MOST]
        return np.array_split(order, 2)

    @functools.cached_property
    def features(self):
        """Features (n, d) of both halves of the real samples, and of the generated ones."""
        sets = [*(self.real[half] for half in self.halves), self.samples]
        if self._in_features is None:
            sets = [_flat(one) for one in sets]
            size = min(16, *sets[0].shape)
            if not np.ptp(sets[0], axis=0).any():
                return [one[:, :1] for one in sets]  # nothing varies, so nothing has components
            components = PCA(size, random_state=0).fit(sets[0])
            return [components.transform(one) for one in sets]
        found = [
            inputs.finite("what features returned", self._in_features(one), "float64")
            for one in sets
        ]
        if any(one.ndim != 2 or len(one) != len(of) for one, of in zip(found, sets)):
            raise ValueError(
                "features must return one row for each sample, (n, d), "
                f"got {found[-1].shape} for {len(sets[-1])} samples"
            )
        return found

    @functools.cached_property
    def variety(self):
        """Mean distance between two generated samples, over that between two real ones."""
        _, real, generated = self.features
        return _spread(generated) / max(_spread(real), 1e-300)

    @functools.cached_property
    def collapsed(self):
        """Whether variety is small, and by far smaller than chance makes that of as many real ones:
        of sparse data some draws hold hardly anything, above all in components made for others."""
        if self.variety > LIMITS.variety:
            return False
        spaces = [self.features[1:]]
        if self._in_features is None:
            spaces.append([_flat(self.real[self.halves[1]]), _flat(self.samples)])
        rng = np.random.default_rng(0)
        for real, generated in spaces:
            size = min(len(generated), 300)
            draws = (real[rng.integers(len(real), size=size)] for _ in range(20))
            if _spread(generated) >= 0.5 * min(_spread(draw) for draw in draws):
                return False
        return True

    @functools.cached_property
    def copied(self):
        """(ratio, probability, words) if generated samples are copies of real ones or of real images
        moved by a pixel; else None, or why it cannot be told."""
        rng = np.random.default_rng(0)
        generated = rng.permutation(self.samples)[:200]
        real = rng.permutation(len(self.real))[:200]
        steps = [(0, 0)]
        if self.samples.ndim > 2 and min(self.samples.shape[1:3]) > 8:
            steps += [step for step in itertools.product((0, 1, -1), repeat=2) if any(step)]
        for moves, words in ((steps[:1], ""), (steps, ", moved by up to a pixel")):
            among_real = self._to_real(self.real[real], moves, real)
            if np.median(among_real) == 0:
                return "half of the real samples or more have an exact copy among them"
            ratio, nearer = _compared(self._to_real(generated, moves), among_real)
            if ratio <= LIMITS.copies and nearer >= LIMITS.nearer:
                return ratio, nearer, words
        return None

    def _to_real(self, queries, moves, own=None):
        """Distance of each query to the nearest real sample, among all of them (copies may be of any)
        and over these moves by pixels. own: indices of the queries themselves, which do not count."""
        edge = int(len(moves) > 1)
        real = _inner(self.real, edge, (0, 0))
        moved = [_inner(queries, edge, move) for move in moves]
        return np.min(_nearest(moved, real, own), axis=0)


def _flat(samples):
    return samples.reshape(len(samples), -1)


def _inner(images, edge, move):
    """Images without an edge of so many pixels, after a move by fewer of them, (down, right)."""
    if not edge:
        return images
    down, right = move
    height, width = images.shape[1:3]
    return images[:, edge - down : height - edge - down, edge - right : width - edge - right]


def _nearest(sets, references, own=None):
    """Distance of each query to the nearest reference, for several sets of queries (sets, n).

    own: indices of references, one for each query of a set, that do not count. Looked up in single
    precision, measured in double."""
    centre = references.mean(axis=0)
    references = _flat(references - centre)
    single = references.astype("float32")
    lengths, distances = (single**2).sum(axis=1), []
    for queries in sets:
        queries = _flat(queries - centre)
        squares = lengths - 2 * queries.astype("float32") @ single.T
        if own is not None:
            squares[np.arange(len(queries)), own] = np.inf
        distances.append(np.linalg.norm(queries - references[squares.argmin(axis=1)], axis=1))
    return np.stack(distances)


def _compared(distances, others):
    """Median of the distances over that of the others, and the probability that one of them is
    smaller than one of the others, ties counting half. Where values are discrete the medians jump;
    the probability does not."""
    below, equal = (compare(distances[:, None], others).mean() for compare in (np.less, np.equal))
    ratio = np.median(distances) / max(np.median(others), 1e-300)
    return float(ratio), float(below + equal / 2)


def _spread(points):
    """Mean distance between two of the points, over some pairs of each."""
    points = np.random.default_rng(0).permutation(points)  # they may have come sorted
    pairs = range(1, min(6, len(points)))
    return np.mean([np.linalg.norm(points - np.roll(points, k, axis=0), axis=1) for k in pairs])


def reversals(score, height):
    """How often a column turns in its later half: from a rise by `height` to a fall by `height` at
    least, or back.

    score: (n,), smoothed over 1/50 of the run before. height: > 0, in units of score.
    Raises: ValueError.
    """
    score, height = (
        inputs.finite("score", score, "float64"),
        inputs.number("height", height, above=0),
    )
    if score.ndim != 1 or len(score) < 4:
        raise ValueError(f"score must be (n,), n of at least 4, got {score.shape}")
    smooth, _ = _later_half(score)
    return sum(len(find_peaks(side, prominence=height)[0]) for side in (smooth, -smooth))


def _later_half(score):
    """A column smoothed over 1/50 of the run, and the standard deviation that is left in it of what
    differs from row to row."""
    window, half = max(1, len(score) // 50), len(score) // 2
    smooth = np.convolve(score, np.ones(window) / window, mode="valid")[half:]
    return smooth, np.diff(score[half:]).std() / np.sqrt(2 * window)
