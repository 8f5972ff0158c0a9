"""Failures that generated samples show beside real ones."""

import numpy as np
from sklearn.cluster import KMeans
from sklearn.neighbors import KNeighborsClassifier

from .findings import LIMITS, Finding
from .run import _compared, _nearest


def _collapse(run):
    if not run.collapsed:
        return None
    return Finding(
        "collapse",
        "all generated samples are nearly the same.",
        "R1; a smaller learning rate for G; minibatch standard deviation in D.",
        {
            "distance between two samples, over that of real ones": (
                run.variety,
                f"threshold: ≤ {LIMITS.variety:g}",
            )
        },
    )


def _partial_collapse(run):
    if run.collapsed:
        return None
    found = _colourless(run)
    if found is not None:
        return found
    if len(run.real) < 500:
        return "fewer than 500 real samples"
    return _empty_cells(run) or _repeated(run)


def _partly_collapsed(sentence, evidence):
    return Finding(
        "partial collapse",
        sentence,
        "more latent dimensions; R1; minibatch standard deviation in D; a longer run.",
        evidence,
    )


def _empty_cells(run):
    """Clusters of one half of the real samples that hold others of the other half, but hardly a
    generated one. The mean of five clusterings: one of them hangs on its start."""
    fitted, *sets = run.features
    empty = []
    for start in range(5):
        cells = KMeans(min(20, len(np.unique(fitted, axis=0))), n_init=1, random_state=start)
        cells.fit(fitted)
        real, generated = (
            np.bincount(cells.predict(one), minlength=cells.n_clusters) / len(one) for one in sets
        )
        empty.append(real[generated < 0.2 * real].sum())
    empty = float(np.mean(empty))
    if empty < LIMITS.empty:
        return None
    return _partly_collapsed(
        f"{empty:.0%} of the real samples are in clusters that G hardly ever generates.",
        {
            "fraction of real samples in clusters with less than a fifth of their generated ones": (
                empty,
                f"threshold: ≥ {LIMITS.empty:g}",
            )
        },
    )


def _repeated(run):
    """Fewer different samples than a birthday test of as many real ones lets expect (Arora and
    Zhang 2017)."""
    if isinstance(run.copied, tuple):
        return None  # then repeats follow from that
    rng = np.random.default_rng(0)
    size = min(len(run.samples), 500)
    sets = (rng.permutation(one)[:size] for one in (run.samples, run.real))
    generated, real = (_nearest([one], one, np.arange(size))[0] for one in sets)
    ratio, nearer = _compared(generated, real)
    if ratio > LIMITS.repeats or nearer < LIMITS.nearer:
        return None
    return _partly_collapsed(
        "G generates few different samples, again and again.",
        {
            "distance to the nearest other generated sample, over that among real ones": (
                ratio,
                f"threshold: ≤ {LIMITS.repeats:g}",
            ),
            "probability that it is the smaller one": (nearer, f"threshold: ≥ {LIMITS.nearer:g}"),
        },
    )


def _colourless(run):
    """Of images with channels: how far the channels vary apart from each other."""
    if run.samples.ndim != 4 or run.samples.shape[-1] < 2:
        return None
    widths = []
    for images in (run.real[np.concatenate(run.halves)], run.samples):
        varied = images - images.mean(axis=0)
        widths.append((varied - varied.mean(axis=-1, keepdims=True)).std())
        brightness = varied.std()
    ratio = float(widths[1] / max(widths[0], 1e-300))
    if ratio > LIMITS.colour or widths[0] < 0.01 * brightness:
        return None
    return _partly_collapsed(
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
    read = KNeighborsClassifier(5).fit(np.concatenate(real), labels).predict(generated)
    classes, counts = np.unique(labels, return_counts=True)
    wanted = counts / len(labels)
    missing = np.array([(read == one).mean() for one in classes]) < 0.2 * wanted
    fraction = float(wanted[missing].sum())
    if fraction < LIMITS.classes:
        return None
    return Finding(
        "missing classes",
        f"G hardly ever generates the classes {', '.join(map(str, classes[missing]))}.",
        "more latent dimensions; R1; minibatch standard deviation in D; a conditional GAN.",
        {
            "fraction of real samples in classes with less than a fifth of their generated ones": (
                fraction,
                f"threshold: ≥ {LIMITS.classes:g}",
            )
        },
    )


def _memorisation(run):
    if run.collapsed:
        return None
    if isinstance(run.copied, str) or run.copied is None:
        return run.copied
    ratio, nearer, moved = run.copied
    return Finding(
        "memorisation",
        "generated samples lie nearer to single real ones than real ones lie to each other.",
        "more data, or shifts of real and generated samples alike; stop earlier; a smaller G.",
        {
            f"distance to the nearest real one{moved}, over that among real ones": (
                ratio,
                f"threshold: ≤ {LIMITS.copies:g}",
            ),
            "probability that it is the smaller one": (nearer, f"threshold: ≥ {LIMITS.nearer:g}"),
        },
    )
