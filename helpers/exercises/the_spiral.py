"""Exercises of the lesson `the_spiral`: the best setting of a grid search, and G's gradient."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from .answer import NotYet, Verdict, call, compare, guarded, numbers, pair, short_repr
from .dense_mnist import LOGITS


@guarded
def check_best_setting(
    answer: Sequence[float] | None, quality: dict[tuple[int, float], ArrayLike]
) -> Verdict:
    """Check a setting whose mean quality is within 0.05 of the best of a grid search.

    Args:
        answer: (latent_dim, learning_rate), one of the keys of quality.
        quality: {(latent_dim, learning_rate): one number a seed, shape (seeds,)}, the larger the
            better.

    Returns:
        Verdict.
    """
    if not isinstance(quality, dict) or not quality:
        raise NotYet(
            "expected quality: {(latent_dim, learning_rate): one number a seed}, got "
            f"{short_repr(quality)}."
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
    chosen = pair(answer, "one setting of the grid search, (latent_dim, learning_rate)")
    if chosen not in means:
        settings = ", ".join(
            f"({dim:g}, {learning_rate:g})" for dim, learning_rate in sorted(means)
        )
        raise NotYet(
            f"choose one of the settings of the grid search: {settings}; got {short_repr(answer)}."
        )
    best = max(means, key=lambda setting: means[setting])
    mean = means[chosen]
    said = f"{mean:.2f} on average (seeds: {', '.join(f'{value:.2f}' for value in scores[chosen])})"
    if mean >= means[best] - 0.05:
        return Verdict("right", f"{said}, and the best of the grid search has {means[best]:.2f}.")
    if chosen[0] == 1 and max(means[s] for s in means if s[1] == chosen[1]) > mean + 0.05:
        raise NotYet(
            f"{said}. One latent dimension draws a curve, however it is bent; more would help."
        )
    if chosen[1] < best[1]:
        raise NotYet(f"{said}. It learns, but at this learning rate the updates are over too soon.")
    if chosen[1] > best[1]:
        raise NotYet(
            f"{said}. At this learning rate each network overruns what the other has just learned."
        )
    raise NotYet(f"{said}, but {means[best]:.2f} is possible.")


@guarded
def check_gradient(answer: Callable | None) -> Verdict:
    """Check a function for the negative gradient of G's loss with respect to generated points.

    The loss is the non-saturating one, -log sigmoid(s) for each point: its negative gradient is
    (1 - D) times the gradient of s (Goodfellow et al. 2014, section 3).

    Args:
        answer: Function (s, gradient) -> arrows (n, 2), on logits s of shape (n, 1) and the
            gradients of s with respect to the points, shape (n, 2).

    Returns:
        Verdict.
    """
    s = LOGITS.astype("float64")
    gradient = np.random.default_rng(0).normal(size=(len(s), 2))
    d = 1 / (1 + np.exp(-s))
    mistakes = {
        "the sign is turned: arrows show where the point will go, down the loss.": -(1 - d)
        * gradient,
        "that is the arrow of the saturating loss, log(1 - D), which is short where D is sure.": d
        * gradient,
        "that is the gradient of the logit alone: the arrow of the Wasserstein loss.": gradient,
        "that is the gradient of D, not of its logarithm: divide by D.": d * (1 - d) * gradient,
        "each point has a loss of its own: do not divide by their number.": (1 - d)
        * gradient
        / len(s),
    }
    compare(numbers(call(answer, s, gradient, takes="s, gradient")), (1 - d) * gradient, mistakes)
    return Verdict(
        "right",
        "where D is sure of a fake the arrow is the full gradient of the logit, where D is fooled "
        "it vanishes.",
    )
