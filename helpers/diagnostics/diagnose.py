"""Looks for every failure at once."""

from collections.abc import Mapping

from .. import inputs
from ..losses import LOSSES
from .findings import LIMITS, LOGISTIC, Diagnosis
from .run import _Run
from .sample_checks import _collapse, _memorisation, _missing_classes, _partial_collapse
from .training_checks import (
    _answers_stand_still,
    _different_scale,
    _discriminator_wins,
    _generator_stands_still,
    _generator_wins,
    _moves_uphill,
    _non_finite,
    _oscillation,
    _probabilities,
    _saturation,
    _weights_stand_still,
)

COLUMNS = {  # of a history
    "updates": "made so far",
    "discriminator_loss": "D's loss without penalties",
    "generator_loss": "G's loss",
    "real_score": "mean D(x), a probability",
    "fake_score": "mean D(G(z)), a probability",
    "real_accuracy": "D's accuracy on real samples",
    "fake_accuracy": "D's accuracy on generated samples",
    "discriminator_gradient_norm": "of D's loss with respect to D's weights",
    "generator_gradient_norm": "of G's loss with respect to G's weights",
    "discriminator_step": "D's update-to-weight ratio: length of the change of all learned weights "
    "in one update, over their own length; 0 at the first look",
    "generator_step": "G's update-to-weight ratio",
    "generator_alignment": "cosine, in [-1, 1], of the change of G's weights since the last look and "
    "the negative gradient of G's loss at that look; 0 at the first look",
    "distance": "sliced Wasserstein, of half of G(z) to half of real",
}


def diagnose(history, samples, real, features=None, loss="non_saturating", labels=None):
    """Look for every failure in `CHECKS` at once.

    history: {name: (n,)} of one run in order, with any of the columns in `COLUMNS`:
        `GAN.update_history`, `Monitor.history`, or lists of your own; a `Monitor` or what `fit` returns
        is read, too. Each check says which columns it needs. NaN counts as non-finite: leave out the
        rows that `GAN.step_alone` wrote, which has no values for the player that stood still.
    samples: (n, ...) generated at the end, 100 or more. real: (m, ...) what it was trained on.
    features: a function from samples to features (n, d), for the checks of variety; by default the
        16 principal components of half of the real samples.
    loss: a name in `losses.LOSSES`; where its logits are no log-odds, what is read from D's scores
        is left out.
    labels: ints (m,) >= 0, the classes of real: without them no class can be missed.
    Returns: `Diagnosis`, the cause first. Raises: ValueError.
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
            unchecked[name] = f"the logits of {loss} are no log-odds"
        else:
            found = check(run)
            if isinstance(found, str):
                unchecked[name] = found
                continue
            checked.add(name)
            if found is not None:
                findings.append(found)
                if name in ("non-finite", "different scale"):
                    break  # nothing else can be read beside these
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
            f"samples and real must have samples of one shape, got {samples.shape}, {real.shape}"
        )
    if len(samples) < 100 or len(real) < 2:
        raise ValueError(
            "give 100 generated samples or more and 2 real ones or more, "
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


CHECKS = (  # name, columns needed, function of a `_Run`; the cause before what follows from it
    ("non-finite", (), _non_finite),
    ("different scale", (), _different_scale),
    ("discriminator not training", ("discriminator_step",), _weights_stand_still),
    ("discriminator not training", ("real_score", "fake_score"), _answers_stand_still),
    ("generator not training", ("generator_step",), _generator_stands_still),
    ("generator loss reversed", ("generator_alignment",), _moves_uphill),
    ("probabilities for logits", SCORES, _probabilities),
    ("generator wins", SCORES[1:], _generator_wins),
    ("saturation", (*SCORES[1:], "generator_gradient_norm"), _saturation),
    ("discriminator wins", SCORES[1:], _discriminator_wins),
    ("oscillation", ("fake_score",), _oscillation),
    ("collapse", (), _collapse),
    ("missing classes", (), _missing_classes),
    ("partial collapse", (), _partial_collapse),
    ("memorisation", (), _memorisation),
)
