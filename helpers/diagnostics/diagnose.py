"""Checks a history and samples for every known failure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import keras
import numpy as np

from .. import inputs
from ..losses import LOSSES
from .findings import LIMITS, LOGISTIC, Diagnosis
from .monitor import Monitor
from .run import _Run
from .sample_checks import _collapse, _memorisation, _missing_classes, _partial_collapse
from .training_checks import (
    _different_scale,
    _discriminator_wins,
    _generator_loss_reversed,
    _generator_not_training,
    _generator_wins,
    _non_finite,
    _oscillation,
    _probabilities_for_logits,
    _saturation,
    _unchanged_discriminator_scores,
    _unchanged_discriminator_weights,
)

COLUMNS = {  # of a history
    "updates": "number of updates made so far",
    "discriminator_loss": "D's loss without penalties",
    "generator_loss": "G's loss",
    "real_score": "mean D(x), a probability",
    "fake_score": "mean D(G(z)), a probability",
    "real_accuracy": "D's accuracy on real samples",
    "fake_accuracy": "D's accuracy on generated samples",
    "discriminator_gradient_norm": "of D's loss with respect to D's weights",
    "generator_gradient_norm": "of G's loss with respect to G's weights",
    "discriminator_update_ratio": "D's update-to-weight ratio: norm of the change of all learned "
    "weights in one update, over the norm of the weights; 0 in the first evaluation",
    "generator_update_ratio": "G's update-to-weight ratio",
    "generator_alignment": "cosine, in [-1, 1], of the change of G's weights since the previous "
    "evaluation and the negative gradient of G's loss there; 0 in the first evaluation",
    "distance": "sliced Wasserstein distance of half of G(z) to half of real",
}


def diagnose(
    history: Mapping[str, np.typing.ArrayLike] | Monitor | keras.callbacks.History,
    samples: np.typing.ArrayLike,
    real: np.typing.ArrayLike,
    features: Callable[[np.ndarray], np.typing.ArrayLike] | None = None,
    loss: str = "non_saturating",
    labels: np.typing.ArrayLike | None = None,
) -> Diagnosis:
    """Check a run for every failure in `CHECKS`.

    Args:
        history: {column: values (n,)} of one run in order, with any of the columns in `COLUMNS`:
            `GAN.update_history`, `Monitor.history`, lists of your own. A `Monitor` and what `fit`
            returns are accepted, too. `CHECKS` names the columns that each check needs. NaN counts
            as non-finite: leave out the rows that `GAN.step_alone` wrote, which have no values for
            the network that was not updated.
        samples: generated at the end of the run, (n, ...), n at least 100.
        real: real samples that the run was trained on, (m, ...), m at least 2, finite.
        features: function from samples to features (n, d), used to measure diversity, coverage and
            classes. None: the 16 principal components of half of the real samples.
        loss: the run's loss, a name in `losses.LOSSES`. If its logits are not log-odds, the checks
            that read D's scores are left out.
        labels: classes of real, ints >= 0, (m,). None: missing classes are not checked.

    Returns:
        A `Diagnosis`, whose findings name a cause before its consequences.

    Raises:
        ValueError: if an argument is not as described above.

    Example:
        >>> import numpy as np
        >>> from helpers import diagnostics
        >>> real = np.random.default_rng(0).normal(size=(500, 2))
        >>> diagnosis = diagnostics.diagnose({}, samples=np.zeros((100, 2)), real=real)
        >>> diagnosis.name
        'collapse'
        >>> diagnosis.unchecked["oscillation"]
        'history has no fake_score'
    """
    columns = _check_history(history)
    samples, real = _check_samples(samples, real)
    if loss not in LOSSES:
        raise ValueError(f"loss must be one of {sorted(LOSSES)}, got {loss!r}")
    if features is not None and not callable(features):
        raise ValueError(f"features must be a function of samples, got {type(features).__name__}")
    run = _Run(columns, samples, real, features, _check_labels(labels, real))
    findings, unchecked, checked = [], {}, set()
    for name, needs, check in CHECKS:
        missing = [column for column in needs if column not in columns]
        if missing:
            unchecked[name] = f"history has no {', '.join(missing)}"
        elif needs and len(columns[needs[0]]) < LIMITS.rows:
            unchecked[name] = f"fewer than {LIMITS.rows} measurements"
        elif set(needs) & set(SCORES) and loss not in LOGISTIC:
            unchecked[name] = f"the logits of {loss} are not log-odds"
        else:
            result = check(run)
            if isinstance(result, str):
                unchecked[name] = result
                continue
            checked.add(name)
            if result is not None:
                findings.append(result)
                if name in ("non-finite", "different scale"):
                    break  # the other checks mean nothing then
    unchecked = {name: why for name, why in unchecked.items() if name not in checked}
    return Diagnosis(tuple(findings), unchecked)


def _check_history(history):
    history = getattr(history, "history", history)  # of a Monitor, or of what `fit` returns
    if not isinstance(history, Mapping):
        raise ValueError(
            "history must be a dict of columns, a Monitor or what `fit` returned, "
            f"got {type(history).__name__}"
        )
    unknown = [name for name in history if name not in COLUMNS]
    if unknown:
        raise ValueError(f"the columns of history may be {[*COLUMNS]}, got also {unknown}")
    columns = {
        name: inputs.array(f"history[{name!r}]", values, "float64")
        for name, values in history.items()
    }
    shapes = {name: values.shape for name, values in columns.items()}
    if len(set(shapes.values())) > 1 or any(len(shape) != 1 for shape in shapes.values()):
        raise ValueError(f"the columns of history must be (n,), all of one n, got {shapes}")
    return columns


def _check_samples(samples, real):
    samples, real = inputs.array("samples", samples), inputs.finite("real", real)
    if samples.ndim < 2 or samples.shape[1:] != real.shape[1:] or 0 in samples.shape[1:]:
        raise ValueError(
            f"samples and real must have one shape per sample, got {samples.shape}, {real.shape}"
        )
    if len(samples) < 100 or len(real) < 2:
        raise ValueError(
            "samples must hold at least 100 generated and real at least 2 real samples, "
            f"got {len(samples)} and {len(real)}"
        )
    return samples.astype("float64"), real.astype("float64")


def _check_labels(labels, real):
    if labels is None:
        return None
    labels = inputs.array("labels", labels)
    if labels.shape != (len(real),) or labels.dtype.kind not in "iu" or labels.min() < 0:
        raise ValueError(
            f"labels must be ints of at least 0, one for each real sample, ({len(real)},), "
            f"got {labels.dtype} {labels.shape}"
        )
    return labels


SCORES = ("real_score", "fake_score", "real_accuracy", "fake_accuracy")


CHECKS = (  # name, columns needed, function of a `_Run`; a cause before its consequences
    ("non-finite", (), _non_finite),
    ("different scale", (), _different_scale),
    (
        "discriminator not training",
        ("discriminator_update_ratio",),
        _unchanged_discriminator_weights,
    ),
    (
        "discriminator not training",
        ("real_score", "fake_score"),
        _unchanged_discriminator_scores,
    ),
    ("generator not training", ("generator_update_ratio",), _generator_not_training),
    ("generator loss reversed", ("generator_alignment",), _generator_loss_reversed),
    ("probabilities for logits", SCORES, _probabilities_for_logits),
    ("generator wins", SCORES[1:], _generator_wins),
    ("saturation", (*SCORES[1:], "generator_gradient_norm"), _saturation),
    ("discriminator wins", SCORES[1:], _discriminator_wins),
    ("oscillation", ("fake_score",), _oscillation),
    ("collapse", (), _collapse),
    ("missing classes", (), _missing_classes),
    ("partial collapse", (), _partial_collapse),
    ("memorisation", (), _memorisation),
)
