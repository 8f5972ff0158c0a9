"""Exercises of the lesson `two_players`: the gradient through D, logits, and a GAN of one's own."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from .answer import (
    NotYet,
    Verdict,
    call,
    compare,
    guarded,
    letters,
    number_check,
    numbers,
    short_repr,
)


@number_check(
    -0.75,
    {
        0.75: "the loss is -log D: its derivative with respect to the logit is -(1 - D), below 0.",
        -0.5: "that is the derivative with respect to the logit alone; two factors are missing.",
        -0.25: "the last factor is missing: how x = theta z changes with theta.",
        -1.5: "the middle factor is missing: how the logit changes with x.",
        1.5: "three factors, please: -(1 - D), then 0.5, then the change of x with theta.",
        -3.0: "that is the derivative for D near 0; the logit 0 means D = 1/2.",
        0.0: "D is undecided at the logit 0, but its gradient is 0.5, not 0.",
    },
    "-1/2 times 1/2 times 3. The loss falls as theta grows: the sample moves to higher logits.",
)
def check_gradient_through_d(answer: float | None) -> Verdict:
    """Check the gradient of -log D(theta z) with respect to theta, for z = 3, s = 0, ds/dx = 0.5.

    By the chain rule it is -(1 - D) * 0.5 * z = -0.75.

    Args:
        answer: The gradient.

    Returns:
        Verdict.
    """


@guarded
def check_logit_with_prior(answer: Callable | None) -> Verdict:
    """Check a function that corrects a logit for prior odds of 9 to 1: s + log 9.

    Args:
        answer: Function (s) -> logits, on an array of logits of shape (25,).

    Returns:
        Verdict.
    """
    s = np.linspace(-4, 4, 25)
    mistakes = {
        "a logit is the logarithm of the odds: where odds are multiplied, logits are added.": 9 * s,
        "those are the odds; the logit is their logarithm.": 9 * np.exp(s),
        "add the logarithm of 9, not 9.": s + 9,
        "that turns it round: real notes are the more frequent ones.": s - np.log(9),
        "that is the prior alone; the note itself counts, too.": np.full(25, np.log(9)),
        "0.9 is the probability of real in the till; its odds are 9 to 1.": s + np.log(0.9),
        "that is in bits: use the natural logarithm.": s + np.log2(9),
        "that is the probability; the question is its logit.": 9 / (9 + np.exp(-s)),
        "in the till the odds are 9 to 1 before the note is seen.": s,
    }
    compare(numbers(call(answer, s, takes="s, an array")), s + np.log(9), mistakes)
    return Verdict("right", "the odds are multiplied by 9, so log 9 is added to every logit.")


@guarded
def check_exponential_samples(answer: ArrayLike | None) -> Verdict:
    """Check samples of a generator that was trained on the exponential distribution.

    Args:
        answer: At least 500 samples of any shape. They are right if the mean distance over which
            they have to be moved to become exponential of mean 1 (Wasserstein) is below 0.2.

    Returns:
        Verdict. It states that distance and the fraction of samples below 0.
    """
    samples = np.sort(numbers(answer, "an array of samples").ravel())
    if len(samples) < 500:
        raise NotYet(f"at least 500 samples, please, got {len(samples)}.")
    if not np.isfinite(samples).all():
        raise NotYet("some samples are not finite: training has diverged. Start again.")
    quantiles = stats.expon.ppf((np.arange(len(samples)) + 0.5) / len(samples))
    distance = np.abs(samples - quantiles).mean()
    found = f"the distance is {distance:.2f}"
    if distance < 0.2:
        negative = np.mean(samples < 0)
        return Verdict("right", f"{found}; {negative:.1%} of the samples are below 0.")
    if samples.std() < 0.05:
        raise NotYet(f"{found}: the samples are all nearly the same, {samples.mean():.2f}.")
    if np.mean(samples < -1.5) > 0.3:
        raise NotYet(f"{found}: samples around -2 are those of section 8's data; train anew.")
    if abs(samples.mean()) < 0.3 and samples.std() < 0.5:
        raise NotYet(
            f"{found}: that looks like an untrained generator. `update` is compiled for the networks "
            "it was first called with: for new ones, run its definition again."
        )
    if abs(samples.mean()) < 0.2 and abs(samples.std() - 1) < 0.2:
        raise NotYet(f"{found}: that looks like the noise z. Pass it through your generator.")
    raise NotYet(
        f"{found}, and should be below 0.2. Their mean is {samples.mean():.2f} (right: 1), their "
        f"standard deviation {samples.std():.2f} (right: 1). Train longer, or anew."
    )


@guarded
def be_the_discriminator(
    answer: str | None, is_real: ArrayLike, probabilities: ArrayLike
) -> Verdict:
    """Compare your accuracy with D's and with chance, and tell the truth about each picture.

    Args:
        answer: A string of R (real) and G (generated), one letter a picture.
        is_real: Bools (n,).
        probabilities: D's probabilities of real (n,), each in [0, 1].

    Returns:
        Verdict with the state "result", and a line for each picture.

    Example:
        >>> from helpers import exercises
        >>> exercises.be_the_discriminator("RG", [True, True], [0.9, 0.25])
        • Result: Your accuracy is 50%, D's is 50%; guessing gives about 50 %.
        picture  1 is real        you: real        D: 0.90
        picture  2 is real        you: generated   D: 0.25
    """
    is_real = numbers(is_real, "is_real: true or false for each picture").astype(bool)
    probabilities = numbers(probabilities, "probabilities: D's, one a picture")
    if is_real.ndim != 1 or probabilities.shape != is_real.shape:
        raise NotYet(
            f"is_real and probabilities need one entry a picture each, got shapes {is_real.shape} "
            f"and {probabilities.shape}."
        )
    expected = f"{len(is_real)} letters, each R or G"
    classes = letters(answer, expected)
    if len(classes) != len(is_real) or set(classes) - {"R", "G"}:
        raise NotYet(f"{expected}, please, got {short_repr(answer)}.")
    yours = np.mean((np.array(list(classes)) == "R") == is_real)
    discriminators = np.mean((probabilities > 0.5) == is_real)
    lines = [
        f"Your accuracy is {yours:.0%}, D's is {discriminators:.0%}; guessing gives about 50 %.",
    ]
    for number, (real, letter, d) in enumerate(zip(is_real, classes, probabilities), start=1):
        truth, said = (("generated", "real")[one] for one in (int(real), letter == "R"))
        lines.append(f"picture {number:2} is {truth:9}   you: {said:9}   D: {d:.2f}")
    return Verdict("result", "\n".join(lines))
