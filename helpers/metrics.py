"""How good, in numbers? Functions of two arrays of features: real first, generated second.

Pixels make poor features: two sevens one pixel apart are far from each other. So the course
measures in the last hidden layer of a small digit classifier of its own. Such a number can be
compared only with others from the same classifier. In the plane, where the density is known,
points are scored as they are: by modes, or along a curve. No score is perfect at 0 or 1 with
finitely many samples: print the real-vs-real row beside it. Each sees something else: copies of
the real samples pass all tests here but that of the nearest neighbour.
"""

import contextlib
import hashlib
import inspect
import os
import pathlib
import random
import tempfile
from dataclasses import dataclass

import keras
import numpy as np
from keras import layers
from scipy.spatial.distance import cdist
from scipy.special import ndtr, rel_entr
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from . import inputs


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


def kept_classifier(images, labels, held_out_images, held_out_labels, folder=None):
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

    classifier: from `digit_classifier` or `kept_classifier`. images: (n, 28, 28, 1) in [-1, 1].
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


def _parts(rows):
    """At most 500 rows at a time, so that tables of all pairs never stand in memory whole."""
    return np.array_split(rows, -(-len(rows) // 500))


def frechet_distance(real, generated):
    """Squared Frechet (2-Wasserstein) distance of the two Gaussians with the samples' moments.

    |m1 - m2|^2 + tr(S1 + S2 - 2 (S1^1/2 S2 S1^1/2)^1/2), Dowson and Landau 1982; on classifier
    features, Heusel et al. 2017, eq. 6. Roots come from symmetric eigenvalues, in float64.
    real (n, d), generated (m, d): finite, n and m above d, or the covariances are singular.
    Perfect samples do not reach 0: see `frechet_bias`, and `frechet_without_bias` for a remedy.
    Returns: float >= 0 up to rounding. Raises: ValueError.
    """
    real, generated = _feature_pair(real, generated)
    _need(real.shape[1] + 1, "more than features", real=real, generated=generated)
    covariance = np.cov(real, rowvar=False).reshape(2 * (real.shape[1],))
    other = np.cov(generated, rowvar=False).reshape(covariance.shape)
    values, vectors = np.linalg.eigh(covariance)
    root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    cross = np.sqrt(np.linalg.eigvalsh(root @ other @ root).clip(0)).sum()
    shift = ((real.mean(axis=0) - generated.mean(axis=0)) ** 2).sum()
    return float(shift + np.trace(covariance) + np.trace(other) - 2 * cross)


def frechet_bias(samples, n):
    """Frechet distance to expect between two perfect samples of n each: the floor of n samples.

    For Gaussians with covariance S of eigenvalues l_i, to the first order in 1 / n,
    (2 tr S + sum_ij l_i l_j / (l_i + l_j) + tr S / 2) / n: the means' part and the covariances'.
    For the identity in d dimensions this is d (d + 5) / (2 n). Derived for the course; it holds
    for n well above d.
    samples (m, d): S is theirs, m above d. n: how many samples each side would have, above d.
    Returns: float >= 0. Raises: ValueError.
    """
    samples, _ = _feature_pair(samples, samples)
    least = samples.shape[1] + 1
    _need(least, "more than features", samples=samples)
    n = inputs.whole_number("n", n, least)
    values = np.linalg.eigvalsh(np.atleast_2d(np.cov(samples, rowvar=False))).clip(0)
    sums = values[:, None] + values
    pairs = np.divide(np.outer(values, values), sums, out=np.zeros_like(sums), where=sums > 0)
    return float((2.5 * values.sum() + pairs.sum()) / n)


def frechet_without_bias(real, generated, sizes=8, seed=0):
    """Frechet distance extrapolated to endlessly many samples (Chong and Forsyth 2020).

    Its bias falls like 1 / n. So: the distances of n random samples from each side, at `sizes`
    numbers n from all down to a quarter, evenly spaced in 1 / n; a straight line through them
    against 1 / n; and its height at 0.
    real (n, d), generated (m, d), n and m at least 8 d. seed: of the choice of samples.
    Returns: float, about 0 for perfect samples, and below 0 as often as above: +-0.03 for two
    times 2,500 samples of N(0, I) in 64 dimensions, where `frechet_distance` says 0.88.
    Raises: ValueError.
    """
    real, generated = _feature_pair(real, generated)
    _need(8 * real.shape[1], "8 times the features", real=real, generated=generated)
    sizes = inputs.whole_number("sizes", sizes, 2)
    rng, most = inputs.random_generator(seed), min(len(real), len(generated))
    inverse = np.linspace(1 / most, 4 / most, sizes)
    distances = [
        frechet_distance(rng.permutation(real)[:n], rng.permutation(generated)[:n])
        for n in np.rint(1 / inverse).astype(int)
    ]
    return float(np.polyfit(inverse, distances, 1)[1])


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
class Neighbourhoods:
    """How two sets of samples cover each other; see `neighbourhoods`."""

    precision: float
    recall: float
    density: float
    coverage: float


def neighbourhoods(real, generated, k=5):
    """Precision, recall, density and coverage, from a ball around each sample.

    The ball of a sample ends just short of its k-th nearest neighbour of its own kind.
    real (n, d), generated (m, d), n and m above k.
    Returns: Neighbourhoods. `precision`: share of generated samples in some real ball, and
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
    return Neighbourhoods(
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


@dataclass(frozen=True)
class DifferentBins:
    """How differently two sets of samples fill the same bins; see `different_bins`."""

    share: float
    share_floor: float
    divergence: float
    divergence_floor: float


def different_bins(real, generated, bins=100, z=1.96, seed=0):
    """Bins that real and generated samples fill differently, where k-means on the real ones bins.

    Richardson and Weiss 2018: NDB, the number of statistically different bins.
    real (n, d), generated (m, d); at least as many different real samples as bins. z: a bin counts
    as different if its two shares are more than z standard errors apart; 1.96 is their 5 %.
    seed: of k-means.
    Returns: DifferentBins. `share` of the bins that differ, in [0, 1], NDB / K; `share_floor`, the
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
    return DifferentBins(
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


def nearest(samples, references):
    """For each sample, the index of the nearest reference (Euclidean) and the distance to it.

    samples (n, d), references (m, d). Returns: ints (n,), float64 (n,). Raises: ValueError.
    """
    samples, references = _feature_pair(samples, references)
    squares = (samples**2).sum(axis=1)[:, None] + (references**2).sum(axis=1)
    squares -= 2 * samples @ references.T
    index = squares.argmin(axis=1)
    return index, np.linalg.norm(samples - references[index], axis=1)


def _share(share):
    return inputs.number("share", share, least=0, most=1)


def _feature_pair(real, generated):
    arrays = [
        inputs.finite(f"the {which} array", values, "float64")
        for which, values in (("first", real), ("second", generated))
    ]
    if any(array.ndim != 2 or not array.size for array in arrays) or (
        arrays[0].shape[1] != arrays[1].shape[1]
    ):
        raise ValueError(
            "both arrays must be (samples, features) with one number of features, 1 or more, "
            f"got {arrays[0].shape} and {arrays[1].shape}"
        )
    return arrays


def _in_the_plane(samples, places):
    samples, places = _feature_pair(samples, places)
    if samples.shape[1] != 2:
        raise ValueError(f"samples must be points of the plane, (n, 2), got {samples.shape}")
    return samples, places


def _equally_many(real, generated):
    real, generated = _feature_pair(real, generated)
    if len(real) != len(generated):
        raise ValueError(f"both need the same number of samples, got {len(real)}, {len(generated)}")
    return real, generated


def _need(least, why, **arrays):
    for name, samples in arrays.items():
        if len(samples) < least:
            raise ValueError(
                f"{name} has {len(samples)} samples of {samples.shape[1]} features: "
                f"take {least} or more ({why})"
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
