"""Which modes, bins, classes and parts of a curve are covered?"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, rel_entr
from sklearn.cluster import KMeans

from .. import inputs
from .arrays import _feature_pair, _share
from .features import _class_labels
from .two_sample import nearest


@dataclass(frozen=True)
class NDB:
    """How differently two sets of samples fill the same bins; see `ndb`."""

    share: float
    share_floor: float
    divergence: float
    divergence_floor: float


def ndb(real, generated, bins=100, z=1.96, seed=0):
    """Bins that real and generated samples fill differently, where k-means on the real ones bins.

    Richardson and Weiss 2018: NDB, the number of statistically different bins.
    real (n, d), generated (m, d); at least as many different real samples as bins. z: a bin counts
    as different if its two shares are more than z standard errors apart; 1.96 is their 5 %.
    seed: of k-means.
    Returns: NDB. `share` of the bins that differ, in [0, 1], NDB / K; `share_floor`, the
    share to expect by chance for perfect samples, P(|N(0, 1)| > z); `divergence`, Jensen-Shannon,
    of the shares of the bins, in nats, in [0, log 2]; `divergence_floor`, to expect by chance,
    (bins - 1) / 8 (1 / n + 1 / m). Both floors are for bins of 5 samples and more; where k-means
    leaves many smaller ones, chance gives less. Raises: ValueError.
    """
    real, generated = _feature_pair(real, generated)
    bins, z = inputs.whole_number("bins", bins, 2), inputs.number("z", z, above=0)
    seed = inputs.whole_number("seed", seed, 0)
    distinct = len(np.unique(real, axis=0))
    if distinct < bins:
        raise ValueError(f"{bins} bins need as many different real samples, got {distinct}")
    cells = KMeans(bins, n_init=1, random_state=seed).fit(real)
    counts = [
        np.bincount(cell, minlength=bins) for cell in (cells.labels_, cells.predict(generated))
    ]
    p, q = (count / count.sum() for count in counts)
    middle = (p + q) / 2
    inverse = 1 / len(real) + 1 / len(generated)
    pooled = sum(counts) / (len(real) + len(generated))
    return NDB(
        share=float((abs(p - q) > z * np.sqrt(pooled * (1 - pooled) * inverse)).mean()),
        share_floor=float(2 * ndtr(-z)),
        divergence=float((rel_entr(p, middle) + rel_entr(q, middle)).sum() / 2),
        divergence_floor=(bins - 1) / 8 * inverse,
    )


@dataclass(frozen=True)
class ClassBalance:
    """How evenly samples fall into known classes; see `class_balance`."""

    found: int
    kl: float
    floor: float


def class_balance(labels, classes=10, share=0.2):
    """Classes found, and evenness over them, from the label that a classifier gives each sample.

    labels: ints (n,) in 0..classes - 1. A class counts as found if it holds `share` of its fair
    share n / classes of the samples.
    Returns: ClassBalance: classes `found`, `kl` in nats from the shares of the classes to
    1 / classes, in [0, log classes], and its `floor`, to expect by chance for perfect samples,
    (classes - 1) / (2 n). Raises: ValueError.
    """
    classes, share = inputs.whole_number("classes", classes), _share(share)
    labels = _class_labels("labels", labels, classes)
    counts = np.bincount(labels, minlength=classes)
    return ClassBalance(
        found=int((counts >= max(1, share * len(labels) / classes)).sum()),
        kl=float(rel_entr(counts / len(labels), 1 / classes).sum()),
        floor=(classes - 1) / (2 * len(labels)),
    )


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
    samples, centres = _in_the_plane(samples, centres)
    sigma, share = inputs.number("sigma", sigma, above=0), _share(share)
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
    samples, curve = _in_the_plane(samples, curve)
    sigma, share = inputs.number("sigma", sigma, above=0), _share(share)
    bins = inputs.whole_number("bins", bins)
    curve = curve[np.append(True, np.diff(curve, axis=0).any(axis=1))]  # no segment of length 0
    if len(curve) < 2:
        raise ValueError(f"curve must have two different vertices or more, got {len(curve)}")
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


def _in_the_plane(samples, places):
    samples, places = _feature_pair(samples, places)
    if samples.shape[1] != 2:
        raise ValueError(f"samples must be points of the plane, (n, 2), got {samples.shape}")
    return samples, places
