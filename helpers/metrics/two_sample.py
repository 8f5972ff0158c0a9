"""Are two samples from one distribution? Distances and tests."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from .. import inputs
from .arrays import _equally_many, _feature_pair, _need, _parts


def kernel_distance(real, generated):
    """Kernel distance: the unbiased squared maximum mean discrepancy with (x y / d + 1)^3.

    Gretton et al. 2012, eq. 3; on classifier features KID, Binkowski et al. 2018, section 4.
    real (n, d), generated (m, d), n and m at least 2; time grows like n m d, memory does not.
    Returns: float. Perfect samples give 0 on average, and fall below it as often as above.
    Raises: ValueError.
    """
    real, generated = _feature_pair(real, generated)
    _need(2, "for one pair", real=real, generated=generated)
    within = 0.0
    for samples in (real, generated):
        own = ((samples**2).mean(axis=1) + 1) ** 3  # each with itself does not count
        pairs = len(samples) * (len(samples) - 1)
        within += (_kernel_sum(samples, samples) - own.sum()) / pairs
    between = _kernel_sum(real, generated) / (len(real) * len(generated))
    return float(within - 2 * between)


def _kernel_sum(samples, others):
    """Sum of (x y / d + 1)^3 over all pairs."""
    total = 0.0
    for part in _parts(samples):
        base = part @ others.T / others.shape[1] + 1
        total += np.einsum("ij,ij,ij", base, base, base)
    return total


@dataclass(frozen=True)
class PRDC:
    """How two sets of samples cover each other; see `prdc`."""

    precision: float
    recall: float
    density: float
    coverage: float


def prdc(real, generated, k=5):
    """Precision, recall, density and coverage, from a ball around each sample.

    The ball of a sample ends just short of its k-th nearest neighbour of its own kind.
    real (n, d), generated (m, d), n and m above k.
    Returns: PRDC. `precision`: share of generated samples in some real ball, and
    `recall`: share of real samples in some generated ball (Kynkaanniemi et al. 2019, eq. 1 and 2),
    in [0, 1]. Perfect samples fall short of 1, the more the higher d: 0.997 each for 1,000 of each
    in 2 dimensions, 0.72 in 64. `density`: real balls around a generated sample, over k, 1 on
    average for perfect samples and more where they crowd; `coverage`: share of real balls that
    hold a generated sample, in [0, 1], 1 - 2^-k on average for equally many perfect samples (Naeem
    et al. 2020, section 3). Exact copies of the real samples score 1 in all four.
    Raises: ValueError.
    """
    real, generated = _feature_pair(real, generated)
    k = inputs.whole_number("k", k)
    _need(k + 1, f"more than k = {k} neighbours", real=real, generated=generated)
    radius, reach = _radius(real, k), _radius(generated, k)
    balls, recalled, covered = np.zeros(len(generated)), [], []
    for part, part_radius in zip(_parts(real), _parts(radius)):
        distance = cdist(part, generated)
        inside = distance < part_radius[:, None]
        balls += inside.sum(axis=0)
        covered.append(inside.any(axis=1))
        recalled.append((distance < reach).any(axis=1))
    return PRDC(
        precision=float((balls > 0).mean()),
        recall=float(np.concatenate(recalled).mean()),
        density=float(balls.mean() / k),
        coverage=float(np.concatenate(covered).mean()),
    )


def _radius(samples, k):
    """Distance of each sample to its k-th nearest other one; the nearest of all is itself."""
    return np.concatenate(
        [np.partition(cdist(part, samples), k, axis=1)[:, k] for part in _parts(samples)]
    )


def nearest_neighbour_test(real, generated):
    """Share of all samples whose nearest other sample is of their own kind: real or generated.

    The leave-one-out accuracy of a nearest-neighbour classifier (Schilling 1986; for GANs, Lopez-Paz
    and Oquab 2017, Xu et al. 2018).
    real, generated: (n, d) both, n at least 2.
    Returns: float in [0, 1]. Perfect samples give 1/2, within 0.03 or so for 1,000 of each; 1 if
    the two lie apart; towards 0 if the generated ones copy the real ones, 0 for exact copies.
    Raises: ValueError.
    """
    real, generated = _equally_many(real, generated)
    _need(2, "for a neighbour of each kind", real=real, generated=generated)
    both = np.concatenate([real, generated])
    side = np.repeat([0, 1], len(real))
    index = NearestNeighbors(n_neighbors=1).fit(both).kneighbors(return_distance=False)
    return float((side[index[:, 0]] == side).mean())


def classifier_test(real, generated, seed=0):
    """Accuracy of a classifier that tells real from generated, on the half it did not train on.

    The classifier two-sample test (Lopez-Paz and Oquab 2017, section 3), with a logistic
    regression on each feature and its square: it sees means and widths, one feature at a time.
    real, generated: (n, d) both, n at least 2. seed: of the halves.
    Returns: float in [0, 1]. Perfect samples give 1/2 +- 1 / sqrt(4 n); Gaussians of unit width,
    mu apart, Phi(mu / 2) at best; 1 if the two lie apart. Copies pass unseen. Raises: ValueError.
    """
    real, generated = _equally_many(real, generated)
    _need(2, "one for each half", real=real, generated=generated)
    seed = inputs.whole_number("seed", seed, 0)
    side = np.repeat([0, 1], len(real))
    train, test, train_side, test_side = train_test_split(
        np.concatenate([real, generated]), side, test_size=0.5, stratify=side, random_state=seed
    )
    classifier = make_pipeline(
        StandardScaler(),
        FunctionTransformer(lambda values: np.concatenate([values, values**2], axis=1)),
        StandardScaler(),
        LogisticRegression(max_iter=1000),
    )
    return float(classifier.fit(train, train_side).score(test, test_side))


def nearest(samples, references):
    """For each sample, the index of the nearest reference (Euclidean) and the distance to it.

    samples (n, d), references (m, d). Returns: ints (n,), float64 (n,). Raises: ValueError.
    """
    samples, references = _feature_pair(samples, references)
    squares = (samples**2).sum(axis=1)[:, None] + (references**2).sum(axis=1)
    squares -= 2 * samples @ references.T
    index = squares.argmin(axis=1)
    return index, np.linalg.norm(samples - references[index], axis=1)


def sliced_wasserstein(real, generated, directions=64, seed=0):
    """Sliced 2-Wasserstein distance (Rabin et al. 2011): the root of the mean, over directions, of
    the squared distance between the sorted projections.

    real, generated: (n, d) both. directions: how many, drawn evenly on the sphere.
    Returns: float >= 0, in the units of the data; |shift| / sqrt(d) for two copies shifted.
    Raises: ValueError.
    """
    real, generated = _equally_many(real, generated)
    directions = inputs.whole_number("directions", directions)
    axes = inputs.random_generator(seed).standard_normal((real.shape[1], directions))
    axes /= np.linalg.norm(axes, axis=0)
    gaps = np.sort(real @ axes, axis=0) - np.sort(generated @ axes, axis=0)
    return float(np.sqrt((gaps**2).mean()))
