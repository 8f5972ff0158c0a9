"""Failures that generated samples show when they are compared with real ones.

A check takes a `_Run` and returns a `Finding`, None, or the reason why it could not be made.
"""

import numpy as np
from sklearn.cluster import KMeans
from sklearn.neighbors import KNeighborsClassifier

from .findings import LIMITS, Finding
from .run import _compare, _nearest_distances


def _collapse(run):
    if not run.collapsed:
        return None
    return Finding(
        "collapse",
        "all generated samples are nearly the same.",
        "R1; a smaller learning rate for G; minibatch standard deviation in D.",
        {
            "distance between two samples, over that of real ones": (
                run.diversity,
                f"threshold: ≤ {LIMITS.diversity:g}",
            )
        },
    )


def _partial_collapse(run):
    if run.collapsed:
        return None
    finding = _colourless(run)
    if finding is not None:
        return finding
    if len(run.real) < 500:
        return "fewer than 500 real samples"
    return _empty_clusters(run) or _repeated(run)


def _partial_collapse_finding(description, evidence):
    return Finding(
        "partial collapse",
        description,
        "more latent dimensions; R1; minibatch standard deviation in D; a longer run.",
        evidence,
    )


def _empty_clusters(run):
    """Clusters of one half of the real samples that hold samples of the other half, but hardly a
    generated one. The mean of five clusterings, because each depends on its random start."""
    fitted, *sets = run.features
    empty = []
    for start in range(5):
        clusters = KMeans(min(20, len(np.unique(fitted, axis=0))), n_init=1, random_state=start)
        clusters.fit(fitted)
        real, generated = (
            np.bincount(clusters.predict(one), minlength=clusters.n_clusters) / len(one)
            for one in sets
        )
        empty.append(real[generated < 0.2 * real].sum())
    empty = float(np.mean(empty))
    if empty < LIMITS.empty_clusters:
        return None
    return _partial_collapse_finding(
        f"{empty:.0%} of the real samples are in clusters that G hardly ever generates.",
        {
            "fraction of real samples in clusters with less than a fifth of their generated ones": (
                empty,
                f"threshold: ≥ {LIMITS.empty_clusters:g}",
            )
        },
    )


def _repeated(run):
    """Fewer different samples than a birthday test of as many real ones lets expect (Arora and
    Zhang 2017)."""
    if isinstance(run.memorised, tuple):
        return None  # memorisation explains the repeated samples
    rng = np.random.default_rng(0)
    size = min(len(run.samples), 500)
    sets = (rng.permutation(one)[:size] for one in (run.samples, run.real))
    generated, real = (_nearest_distances([one], one, np.arange(size))[0] for one in sets)
    ratio, smaller = _compare(generated, real)
    if ratio > LIMITS.repetition or smaller < LIMITS.smaller:
        return None
    return _partial_collapse_finding(
        "G generates few different samples, again and again.",
        {
            "distance to the nearest other generated sample, over that among real ones": (
                ratio,
                f"threshold: ≤ {LIMITS.repetition:g}",
            ),
            "probability that it is the smaller one": (smaller, f"threshold: ≥ {LIMITS.smaller:g}"),
        },
    )


def _colourless(run):
    """Images with channels: how much the channels differ from each other."""
    if run.samples.ndim != 4 or run.samples.shape[-1] < 2:
        return None

    def variation(images):
        """Of brightness and colour together, and of colour alone."""
        centred = images - images.mean(axis=0)
        return centred.std(), (centred - centred.mean(axis=-1, keepdims=True)).std()

    real_variation, real_colour = variation(run.real[np.concatenate(run.halves)])
    ratio = float(variation(run.samples)[1] / max(real_colour, 1e-300))
    if ratio > LIMITS.colour or real_colour < 0.01 * real_variation:  # of grey images
        return None
    return _partial_collapse_finding(
        "generated images hardly vary in colour, real ones do.",
        {
            "variation of colour, over that of real images": (
                ratio,
                f"threshold: ≤ {LIMITS.colour:g}",
            )
        },
    )


def _missing_classes(run):
    if run.labels is None:
        return "give the labels of the real samples"
    if run.collapsed:
        return None
    *real, generated = run.features
    labels = run.labels[np.concatenate(run.halves)]
    if len(labels) < 100:
        return "fewer than 100 real samples"
    predicted = KNeighborsClassifier(5).fit(np.concatenate(real), labels).predict(generated)
    classes, counts = np.unique(labels, return_counts=True)
    expected = counts / len(labels)
    missing = np.array([(predicted == one).mean() for one in classes]) < 0.2 * expected
    fraction = float(expected[missing].sum())
    if fraction < LIMITS.missing_classes:
        return None
    return Finding(
        "missing classes",
        f"G hardly ever generates the classes {', '.join(map(str, classes[missing]))}.",
        "more latent dimensions; R1; minibatch standard deviation in D; a conditional GAN.",
        {
            "fraction of real samples in classes with less than a fifth of their generated ones": (
                fraction,
                f"threshold: ≥ {LIMITS.missing_classes:g}",
            )
        },
    )


def _memorisation(run):
    if run.collapsed:
        return None
    if isinstance(run.memorised, str) or run.memorised is None:
        return run.memorised
    ratio, smaller, shifted = run.memorised
    return Finding(
        "memorisation",
        "generated samples lie nearer to single real ones than real ones lie to each other.",
        "more data, or shifts of real and generated samples alike; stop earlier; a smaller G.",
        {
            f"distance to the nearest real one{shifted}, over that among real ones": (
                ratio,
                f"threshold: ≤ {LIMITS.memorisation:g}",
            ),
            "probability that it is the smaller one": (smaller, f"threshold: ≥ {LIMITS.smaller:g}"),
        },
    )
