"""Failures that losses, accuracies, scores and update-to-weight ratios show.

A check takes a `_Run` and returns a `Finding`, None, or the reason why it could not be made.
"""

import numpy as np

from .findings import LIMITS, Finding
from .run import _smooth_second_half, reversals


def _non_finite(run):
    broken = [~np.isfinite(values) for values in run.columns.values()]
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
        "a loss, a gradient or a weight became NaN or infinite; nothing after that is usable.",
        "start over with a smaller learning rate; look for values in the data that are not finite, "
        "for log(0) and for a square root at 0.",
        evidence,
    )


def _different_scale(run):
    if run.samples.ndim < 3:
        return "samples are points, not images"
    finding = _scale_finding(run, 0.001)  # a linear last layer of G may give a few pixels outside
    if finding is None or _scale_finding(run, 0) is None:  # nearly all pixels may be of one shade
        return None
    return finding


def _scale_finding(run, tail):
    """A finding if the ranges of real and generated values differ. A range holds all values but
    that fraction of them at each end."""
    real_low, real_high = np.quantile(run.real, [tail, 1 - tail])
    low, high = np.quantile(run.samples, [tail, 1 - tail])
    real_range, generated_range = real_high - real_low, high - low
    ratio = max(real_range, 1e-9) / max(generated_range, 1e-9)
    margin = 0.1 * real_range
    is_outside = (run.samples < real_low - margin) | (run.samples > real_high + margin)
    outside = float(np.mean(is_outside))
    if (
        real_low > -1.01
        and real_high < 1.01
        and generated_range < 1e-3 * real_range
        and outside < 0.01
    ):
        return None  # blank samples of one shade have no scale; they are a collapse
    one_sided = generated_range > 0.3 * real_range and (
        low > real_low + 0.4 * real_range or high < real_high - 0.4 * real_range
    )
    if 1 / LIMITS.scale_ratio < ratio < LIMITS.scale_ratio and outside < 0.01 and not one_sided:
        return None
    return Finding(
        "different scale",
        f"real values lie in [{real_low:.3g}, {real_high:.3g}], generated ones in "
        f"[{low:.3g}, {high:.3g}]: D can tell them apart by that alone.",
        "scale the data to the range of G's last activation: [-1, 1] for tanh, [0, 1] for sigmoid.",
        {
            "range of real over generated values": (ratio, f"threshold: > {LIMITS.scale_ratio:g}"),
            "fraction of generated values outside": (outside, "threshold: ≥ 0.01"),
        },
    )


def _discriminator_not_training(evidence):
    return Finding(
        "discriminator not training",
        "D's weights have not changed at all, so it has learned nothing.",
        "compare D's weights before and after one update; look for `trainable = False` (in Keras 3 "
        "it acts on the training step, not on compile), an optimizer built for other variables, a "
        "learning rate of 0.",
        evidence,
    )


def _unchanged_discriminator_weights(run):
    if run.columns["discriminator_update_ratio"][1:].max() > 0:  # the first row has none
        return None
    return _discriminator_not_training(
        {"largest update-to-weight ratio of D": (0.0, "threshold: 0")}
    )


def _unchanged_discriminator_scores(run):
    """D's score of real samples changes by no more than batches differ."""
    if "discriminator_update_ratio" in run.columns:
        return None
    blocks = np.array_split(run.columns["real_score"], 10)
    noise = np.mean([block.std() for block in blocks]) / np.sqrt(len(blocks[0])) + 1e-12
    score_range = float(np.ptp([block.mean() for block in blocks]) / noise)
    if score_range > LIMITS.score_range or run.final("fake_score") < 0.9:
        return None
    return _discriminator_not_training(
        {
            "range of D(x) over the run, in standard errors": (
                score_range,
                f"threshold: ≤ {LIMITS.score_range:g}",
            ),
            "mean D(G(z)) at the end": (run.final("fake_score"), "threshold: ≥ 0.9"),
        }
    )


def _generator_not_training(run):
    if run.columns["generator_update_ratio"][1:].max() > 0:
        return None
    return Finding(
        "generator not training",
        "G's weights have not changed at all: its samples are those of its initial weights.",
        "compare G's weights before and after one update; look for `trainable = False`, a gradient "
        "of None (samples that went through NumPy), an optimizer built for other variables, a "
        "learning rate of 0.",
        {"largest update-to-weight ratio of G": (0.0, "threshold: 0")},
    )


def _generator_loss_reversed(run):
    """A mean over the whole run: G's optimizer may hide the direction of single updates."""
    alignment = float(run.columns["generator_alignment"][1:].mean())
    if alignment > LIMITS.alignment:
        return None
    return Finding(
        "generator loss reversed",
        "G's updates go against the negative gradient of its loss: its samples become easier to "
        "detect.",
        "label generated samples as real in G's step (D's step labels them as generated); look for "
        "a missing or a second minus sign.",
        {
            "mean cosine of G's updates and its negative gradient": (
                alignment,
                f"threshold: ≤ {LIMITS.alignment:g}",
            )
        },
    )


def _probabilities_for_logits(run):
    """A sigmoid keeps D's outputs in (0, 1): none is negative, and a second sigmoid turns them into
    probabilities between sigmoid(0) and sigmoid(1)."""
    lowest, highest = (
        float(pick([pick(run.columns[name]) for name in ("real_score", "fake_score")]))
        for pick in (np.min, np.max)
    )
    accuracy = float(run.columns["fake_accuracy"].max())
    sigmoid_of_one = 1 / (1 + np.exp(-1))
    if accuracy > 0 or lowest < 0.5 or highest > sigmoid_of_one + 1e-4:
        return None
    return Finding(
        "probabilities for logits",
        "D returns probabilities where logits are expected: a second sigmoid flattens its loss, "
        "which stays close to 2 log 2 = 1.386, and its gradients.",
        "remove the sigmoid from D's last layer, however deep it is nested, and keep from_logits="
        "True; if your loss takes probabilities, give `Monitor` D without its sigmoid.",
        {
            "D's largest accuracy on generated samples": (accuracy, "threshold: 0"),
            "lowest of D(x) and D(G(z)), read as sigmoids of logits": (lowest, "threshold: ≥ 0.5"),
            "highest": (highest, "threshold: ≤ sigmoid(1) = 0.731"),
        },
    )


def _generator_wins(run):
    accuracy, score = run.final("fake_accuracy"), run.final("fake_score")
    if accuracy > LIMITS.fooled_accuracy or score < 0.9:
        return None
    return Finding(
        "generator wins",
        "D classifies generated samples as real and does not catch up; G learns nothing from it.",
        "a larger learning rate for D or a smaller one for G; more steps of D; a wider D.",
        {
            "D's accuracy on generated samples": (
                accuracy,
                f"threshold: ≤ {LIMITS.fooled_accuracy:g}",
            ),
            "mean D(G(z))": (score, "threshold: ≥ 0.9"),
        },
    )


def _discriminator_is_confident(run):
    accuracy = min(run.final("real_accuracy"), run.final("fake_accuracy"))
    return accuracy > LIMITS.confident_accuracy and run.final("fake_score") < 0.05


def _gradient_fraction(run):
    """G's gradient norm in the last quarter, over the largest of 20 blocks of rows."""
    blocks = np.array_split(run.columns["generator_gradient_norm"], 20)
    medians = np.array([np.median(block) for block in blocks])
    return float(medians[-5:].mean() / max(medians.max(), 1e-300))


def _saturation(run):
    fraction = _gradient_fraction(run)
    if not _discriminator_is_confident(run) or fraction > LIMITS.gradient_fraction:
        return None
    return Finding(
        "saturation",
        "D is certain of every sample, and there G's loss is flat: its gradient vanishes.",
        "the non-saturating loss, -log D(G(z)); then R1 and equal learning rates, as D has won.",
        {
            "G's gradient norm over its largest": (
                fraction,
                f"threshold: ≤ {LIMITS.gradient_fraction:g}",
            ),
            "mean D(G(z))": (run.final("fake_score"), "threshold: < 0.05"),
        },
    )


def _discriminator_wins(run):
    if not _discriminator_is_confident(run):
        return None
    return Finding(
        "discriminator wins",
        "D classifies every sample correctly: its loss is near 0, and its gradient no longer "
        "helps G.",
        "R1; equal learning rates; fewer steps of D; check whether a simple artefact marks "
        "generated samples.",
        {
            "D's accuracy on real samples": (
                run.final("real_accuracy"),
                f"threshold: > {LIMITS.confident_accuracy:g}",
            ),
            "D's accuracy on generated samples": (
                run.final("fake_accuracy"),
                f"threshold: > {LIMITS.confident_accuracy:g}",
            ),
            "mean D(G(z))": (run.final("fake_score"), "threshold: < 0.05"),
        },
    )


def _oscillation(run):
    score = run.columns["fake_score"]
    count = reversals(score, LIMITS.reversal_height)
    if count < LIMITS.reversals:
        return None
    smooth, noise = _smooth_second_half(score)
    above_noise = max(LIMITS.reversal_height, LIMITS.reversal_noise * noise)
    if reversals(score, above_noise) < LIMITS.reversals:
        return "D(G(z)) changes from row to row as much as it oscillates: evaluate more often"
    low, high = np.quantile(smooth, [0.05, 0.95])
    return Finding(
        "oscillation",
        "D's score of generated samples goes up and down and does not converge: each network undoes "
        "what the other has just learned.",
        "R1; beta_1 = 0 in Adam; smaller learning rates; and show the EMA generator.",
        {
            f"reversals of D(G(z)) by {LIMITS.reversal_height:g} or more": (
                count,
                f"threshold: ≥ {LIMITS.reversals}",
            ),
            "range of its oscillation": (high - low, "5 % to 95 %"),
        },
    )
