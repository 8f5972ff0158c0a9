"""Exercises of lesson 03 on watching and steering."""

import numpy as np

from .answer import NotYet, Verdict, call, compare, guarded, numbers, pair, shown
from .the_minimax_loss import LOGITS


@guarded
def check_corner(answer, quality):
    """A (latent_dim, learning_rate) whose mean quality is within 0.05 of the best in the map.

    quality: {(latent_dim, learning_rate): array of one number a seed}.
    """
    if not isinstance(quality, dict) or not quality:
        raise NotYet(
            "expected quality: {(latent_dim, learning_rate): one number a seed}, got "
            f"{shown(quality)}."
        )
    one_a_seed = "quality's values: one number a seed"
    scores = {
        pair(setting, "quality's keys: (latent_dim, learning_rate)"): numbers(values, one_a_seed)
        for setting, values in quality.items()
    }
    for values in scores.values():
        if values.ndim != 1 or not len(values):
            raise NotYet(f"expected {one_a_seed}, got shape {values.shape}.")
    means = {setting: values.mean() for setting, values in scores.items()}
    chosen = pair(answer, "one setting of the map, (latent_dim, learning_rate)")
    if chosen not in means:
        settings = ", ".join(f"({dim:g}, {rate:g})" for dim, rate in sorted(means))
        raise NotYet(f"choose one of the settings of the map: {settings}; got {shown(answer)}.")
    best = max(means, key=means.get)
    mean = means[chosen]
    said = f"{mean:.2f} on average (seeds: {', '.join(f'{value:.2f}' for value in scores[chosen])})"
    if mean >= means[best] - 0.05:
        return Verdict("right", f"{said}, and the best of the map has {means[best]:.2f}.")
    if chosen[0] == 1 and max(means[s] for s in means if s[1] == chosen[1]) > mean + 0.05:
        raise NotYet(
            f"{said}. One latent number draws a line, however it is bent; more would help."
        )
    if chosen[1] < best[1]:
        raise NotYet(f"{said}. It learns, but at this rate the updates are over too soon.")
    if chosen[1] > best[1]:
        raise NotYet(f"{said}. At this rate each player overruns what the other has just learned.")
    raise NotYet(f"{said}, but {means[best]:.2f} is possible.")


@guarded
def check_gradient(answer):
    """A function (s, slope) -> the arrow at a generated point, -grad of -log sigmoid(s): (1 - D) slope.

    s: logits (n, 1); slope: the gradients of s with respect to the points, (n, 2).
    """
    s = LOGITS.astype("float64")
    slope = np.random.default_rng(0).normal(size=(len(s), 2))
    d = 1 / (1 + np.exp(-s))
    mistakes = {
        "the sign is turned: arrows show where the point will go, down the price.": -(1 - d)
        * slope,
        "that is the arrow of the saturating price, log(1 - D), which is short where D is sure.": d
        * slope,
        "that is the slope of the logit alone: the arrow of the Wasserstein price.": slope,
        "that is the slope of D, not of its logarithm: divide by D.": d * (1 - d) * slope,
        "each point has a price of its own: do not divide by their number.": (1 - d)
        * slope
        / len(s),
    }
    compare(numbers(call(answer, s, slope, takes="s, slope")), (1 - d) * slope, mistakes)
    return Verdict(
        "right", "where D is sure of a fake the arrow has the full slope, where it is fooled none."
    )
