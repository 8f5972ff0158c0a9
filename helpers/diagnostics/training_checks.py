"""Failures that losses, accuracies, scores and update-to-weight ratios show."""

import numpy as np

from .findings import LIMITS, Finding
from .run import _later_half, reversals


def _non_finite(run):
    broken = [~np.isfinite(values) for name, values in run.columns.items()]
    rows = np.flatnonzero(np.any(broken, axis=0)) if broken else []
    if not len(rows) and np.isfinite(run.samples).all():
        return None
    evidence = (
        {"first row that is not finite": (rows[0] + 1, f"of {len(broken[0])}")} if len(rows) else {}
    )
    evidence["fraction of sample values that are not finite"] = (
        1 - np.isfinite(run.samples).mean(),
        "should be 0",
    )
    return Finding(
        "non-finite",
        "a loss, a gradient or a weight became NaN or infinite; all that came after is void.",
        "start over with a smaller learning rate; look for values in the data that are not finite, "
        "for log(0) and for a square root at 0.",
        evidence,
    )


def _different_scale(run):
    if run.samples.ndim < 3:
        return "samples are points, not images"
    found = _scales_differ(run, 0.001)  # G's last layer may be linear, and a pixel may stray
    if found is None or _scales_differ(run, 0) is None:  # nearly all pixels may be of one shade
        return None
    return found


def _scales_differ(run, tail):
    """A finding if the two ranges differ that hold all but that fraction of values at each end."""
    low, high = np.quantile(run.real, [tail, 1 - tail])
    least, most = np.quantile(run.samples, [tail, 1 - tail])
    span, reached = high - low, most - least
    ratio = max(span, 1e-9) / max(reached, 1e-9)
    outside = float(np.mean((run.samples < low - 0.1 * span) | (run.samples > high + 0.1 * span)))
    if low > -1.01 and high < 1.01 and reached < 1e-3 * span and outside < 0.01:
        return None  # blank samples of one shade tell nothing of a scale; they are a collapse
    one_sided = reached > 0.3 * span and (least > low + 0.4 * span or most < high - 0.4 * span)
    if 1 / LIMITS.span < ratio < LIMITS.span and outside < 0.01 and not one_sided:
        return None
    return Finding(
        "different scale",
        f"real values lie in [{low:.3g}, {high:.3g}], generated ones in [{least:.3g}, {most:.3g}]: "
        "D needs no more than that to tell them apart.",
        "scale the data to the range of G's last activation: [-1, 1] for tanh, [0, 1] for sigmoid.",
        {
            "span of real over generated values": (ratio, f"threshold: > {LIMITS.span:g}"),
            "fraction of generated values outside": (outside, "threshold: ≥ 0.01"),
        },
    )


def _not_training(evidence):
    return Finding(
        "discriminator not training",
        "D has not moved at all, so it has learned nothing.",
        "compare D's weights before and after one update; look for `trainable = False` (in Keras 3 "
        "it acts on the training step, not on compile), an optimizer built for other variables, a "
        "learning rate of 0.",
        evidence,
    )


def _weights_stand_still(run):
    if run.columns["discriminator_step"][1:].max() > 0:  # at the first look there is none
        return None
    return _not_training({"largest update-to-weight ratio of D": (0.0, "threshold: 0")})


def _answers_stand_still(run):
    """What D says of real samples does not change by more than batches differ."""
    if "discriminator_step" in run.columns:
        return None
    blocks = np.array_split(run.columns["real_score"], 10)
    noise = np.mean([block.std() for block in blocks]) / np.sqrt(len(blocks[0])) + 1e-12
    moved = float(np.ptp([block.mean() for block in blocks]) / noise)
    if moved > LIMITS.still or run.end("fake_score") < 0.9:
        return None
    return _not_training(
        {
            "range of D(x) over the run, in standard errors": (
                moved,
                f"threshold: ≤ {LIMITS.still:g}",
            ),
            "mean D(G(z)) at the end": (run.end("fake_score"), "threshold: ≥ 0.9"),
        }
    )


def _generator_stands_still(run):
    if run.columns["generator_step"][1:].max() > 0:
        return None
    return Finding(
        "generator not training",
        "G has not moved at all: its samples are those of its initial weights.",
        "compare G's weights before and after one update; look for `trainable = False`, a gradient "
        "of None (samples that went through NumPy), an optimizer built for other variables, a "
        "learning rate of 0.",
        {"largest update-to-weight ratio of G": (0.0, "threshold: 0")},
    )


def _moves_uphill(run):
    """Over the whole run: G's optimizer may hide single moves, but not their mean direction."""
    alignment = float(run.columns["generator_alignment"][1:].mean())
    if alignment > LIMITS.uphill:
        return None
    return Finding(
        "generator loss reversed",
        "G moves against the negative gradient of its loss: it makes its samples easier to detect.",
        "label generated samples as real in G's step (D's step labels them as generated); look for "
        "a missing or a second minus sign.",
        {
            "mean cosine of G's moves and its negative gradient": (
                alignment,
                f"threshold: ≤ {LIMITS.uphill:g}",
            )
        },
    )


def _probabilities(run):
    """A sigmoid keeps what D returns in (0, 1): none is negative, and a second one makes of them
    probabilities between sigmoid(0) and sigmoid(1)."""
    lowest, highest = (
        float(pick([pick(run.columns[name]) for name in ("real_score", "fake_score")]))
        for pick in (np.min, np.max)
    )
    right = float(run.columns["fake_accuracy"].max())
    top = 1 / (1 + np.exp(-1))
    if right > 0 or lowest < 0.5 or highest > top + 1e-4:
        return None
    return Finding(
        "probabilities for logits",
        "D returns probabilities where logits are expected: a second sigmoid flattens its loss, "
        "which never leaves 2 log 2 = 1.386 by much, and its gradients.",
        "remove the sigmoid from D's last layer, however deep it is nested, and keep from_logits="
        "True; if your loss takes probabilities, give `Monitor` D without its sigmoid.",
        {
            "D's largest accuracy on generated samples": (right, "threshold: 0"),
            "lowest of D(x) and D(G(z)), read as sigmoids of logits": (lowest, "threshold: ≥ 0.5"),
            "highest": (highest, "threshold: ≤ sigmoid(1) = 0.731"),
        },
    )


def _generator_wins(run):
    right, fooled = run.end("fake_accuracy"), run.end("fake_score")
    if right > LIMITS.fooled or fooled < 0.9:
        return None
    return Finding(
        "generator wins",
        "D takes generated samples for real ones and does not catch up; G learns nothing from it.",
        "a larger learning rate for D or a smaller one for G; more steps of D; a wider D.",
        {
            "D's accuracy on generated samples": (right, f"threshold: ≤ {LIMITS.fooled:g}"),
            "mean D(G(z))": (fooled, "threshold: ≥ 0.9"),
        },
    )


def _d_is_sure(run):
    return min(run.end("real_accuracy"), run.end("fake_accuracy")) > LIMITS.sure and (
        run.end("fake_score") < 0.05
    )


def _slope_left(run):
    """G's gradient norm in the last quarter, over the largest of 20 stretches."""
    stretches = np.array_split(run.columns["generator_gradient_norm"], 20)
    medians = np.array([np.median(stretch) for stretch in stretches])
    return float(medians[-5:].mean() / max(medians.max(), 1e-300))


def _saturation(run):
    left = _slope_left(run)
    if not _d_is_sure(run) or left > LIMITS.slope:
        return None
    return Finding(
        "saturation",
        "D is sure of every sample, and where it is sure G's loss is flat: its gradient vanishes.",
        "the non-saturating loss, -log D(G(z)); then R1 and equal learning rates, as D has won.",
        {
            "G's gradient norm over its largest": (left, f"threshold: ≤ {LIMITS.slope:g}"),
            "mean D(G(z))": (run.end("fake_score"), "threshold: < 0.05"),
        },
    )


def _discriminator_wins(run):
    if not _d_is_sure(run):
        return None
    return Finding(
        "discriminator wins",
        "D tells every sample apart: its loss is near 0, and its gradient no longer helps G.",
        "R1; equal learning rates; fewer steps of D; look whether a trivial mark gives samples away.",
        {
            "D's accuracy on real samples": (
                run.end("real_accuracy"),
                f"threshold: > {LIMITS.sure:g}",
            ),
            "D's accuracy on generated samples": (
                run.end("fake_accuracy"),
                f"threshold: > {LIMITS.sure:g}",
            ),
            "mean D(G(z))": (run.end("fake_score"), "threshold: < 0.05"),
        },
    )


def _oscillation(run):
    score = run.columns["fake_score"]
    found = reversals(score, LIMITS.swing)
    if found < LIMITS.reversals:
        return None
    smooth, noise = _later_half(score)
    if reversals(score, max(LIMITS.swing, LIMITS.above_noise * noise)) < LIMITS.reversals:
        return "from row to row D(G(z)) jumps as far as it swings: measure more often"
    low, high = np.quantile(smooth, [0.05, 0.95])
    return Finding(
        "oscillation",
        "D's score of generated samples goes up and down and does not converge: each player undoes "
        "what the other has just learned.",
        "R1; beta_1 = 0 in Adam; smaller learning rates; and show the EMA generator.",
        {
            f"reversals of D(G(z)) by {LIMITS.swing:g} or more": (
                found,
                f"threshold: ≥ {LIMITS.reversals}",
            ),
            "width of its swing": (high - low, "5 % to 95 %"),
        },
    )
