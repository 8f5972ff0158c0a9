"""Exercises of the lesson `two_players`: D's accuracy, logits, generators and one training update."""

from collections.abc import Callable, Sequence

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
    pair,
    short_repr,
)


@number_check(
    0.5,
    {
        0.0: "a D that is always wrong knows the truth: it need only invert its answers.",
        1.0: "that is a D that is never fooled; here both distributions are the same.",
        50.0: "an accuracy lies between 0 and 1: write 0.5, not 50.",
        np.log(2): "that is log 2, the value of each half of the loss; an accuracy is a fraction.",
    },
    "whatever D answers, half of the samples that it gets are of the other class.",
)
def check_equilibrium_accuracy(answer: float | None) -> Verdict:
    """Check D's accuracy where generated samples have the distribution of the real ones: 1/2.

    Args:
        answer: The accuracy, from 0 to 1.

    Returns:
        Verdict.
    """


@guarded
def check_logit(answer: Callable | None) -> Verdict:
    """Check a function from a probability to its logit, log(D / (1 - D)).

    Args:
        answer: Function (d) -> logits, on an array of probabilities in (0, 1).

    Returns:
        Verdict.
    """
    d = np.linspace(0.02, 0.98, 25)
    mistakes = {
        "the sign is turned: large logits mean real.": np.log((1 - d) / d),
        "those are the odds; the logit is their logarithm.": d / (1 - d),
        "that is the logarithm of the probability; divide by 1 - D first.": np.log(d),
        "that is the sigmoid, the way from logit to probability; you want the way back.": 1
        / (1 + np.exp(-d)),
        "that is the probability itself.": d,
        "that is in bits: use the natural logarithm.": np.log2(d / (1 - d)),
    }
    compare(numbers(call(answer, d, takes="d, an array")), np.log(d / (1 - d)), mistakes)
    return Verdict(
        "right",
        "log D - log(1 - D). It is 0 at D = 1/2, and grows without end towards 1.",
    )


@guarded
def check_normal_generator(answer: Callable | None) -> Verdict:
    """Check a generator of N(3, 0.5^2) by the distribution of its samples.

    Args:
        answer: Function (z) -> samples, on an array of z ~ N(0, 1) of shape (999,). The same z must
            give the same samples.

    Returns:
        Verdict.
    """
    z = stats.norm.ppf((np.arange(999) + 0.5) / 999)
    samples, again = (numbers(call(answer, z, takes="z, an array"), "samples") for _ in range(2))
    if samples.shape != z.shape:
        raise NotYet(f"one sample for each z, please: {z.shape} in, {samples.shape} out.")
    if not np.array_equal(samples, again, equal_nan=True):
        raise NotYet("the same z gave two different samples. All randomness must come from z.")
    mistakes = {
        "a generator that makes the same thing of every z has collapsed.": np.full(999, 3.0),
        "0.5^2 is the variance; z must be stretched by its root, 0.5.": 3 + 0.25 * z,
        "mean and spread have changed places.": 0.5 + 3 * z,
        "the mean is right, the spread is still that of z.": 3 + z,
        "the spread is right; now move the mean to 3.": 0.5 * z,
        "the mean is stretched as well: multiply z alone, then add 3.": 0.5 * (3 + z),
    }
    mistakes = {sentence: np.sort(wrong) for sentence, wrong in mistakes.items()}
    compare(np.sort(samples), np.sort(3 + 0.5 * z), mistakes)
    return Verdict(
        "right",
        "its samples have mean 3 and standard deviation 0.5. Which z makes which sample does not "
        "matter: 3 - 0.5 z would be as good.",
    )


@guarded
def check_false_equilibrium(answer: Sequence[float] | None) -> Verdict:
    """Check a wrong generator N(theta, 1) of N(0, 1) whose D answers 1/2 all the same.

    Args:
        answer: (theta, k): the mean of the generator and the steepness of D. It is right if theta is
            at least 0.1 away from 0, and k = 0.

    Returns:
        Verdict. It states the accuracy of the optimal discriminator, Phi(|theta| / 2).
    """
    theta, k = pair(answer, "two numbers, (theta, k)")
    if not np.isfinite([theta, k]).all():
        raise NotYet(f"expected two finite numbers, (theta, k), got {short_repr(answer)}.")
    if k != 0:
        raise NotYet(
            f"with k = {k:g} D rises or falls along the axis; it must answer 1/2 everywhere."
        )
    if abs(theta) < 0.1:
        raise NotYet("that is the true equilibrium. The generator should be wrong.")
    optimal_accuracy = stats.norm.cdf(abs(theta) / 2)
    return Verdict(
        "right",
        "D answers 1/2 everywhere, yet the optimal discriminator would be right "
        f"{optimal_accuracy:.0%} of the time. D at 1/2 means a perfect G, or a D that has not "
        "learned.",
    )


SEVEN_STEPS = "CFAEDGB"


@guarded
def check_seven_steps(answer: str | None) -> Verdict:
    """Check the order of the seven steps of one training update.

    Args:
        answer: The letters A to G in order, as in `SEVEN_STEPS`. The real batch (C) and the
            generated batch (F) may swap.

    Returns:
        Verdict.
    """
    order = letters(answer, "a string of the letters A to G")
    if sorted(order) != sorted(SEVEN_STEPS):
        raise NotYet(f"each of the letters A to G once, please, got {short_repr(answer)}.")
    position = {letter: order.index(letter) for letter in order}
    for first, then, why in (
        ("C", "A", "D's loss needs the real batch"),
        ("F", "A", "D's loss needs generated samples, so they come first"),
        ("A", "E", "there is no gradient before there is a loss"),
        ("E", "D", "G's loss uses the D that has just been updated: finish D's half first"),
        ("D", "G", "G's gradient is that of its loss, so the loss comes first"),
        ("G", "B", "samples are evaluated when the update is done"),
    ):
        if position[first] > position[then]:
            raise NotYet(f"{first} belongs before {then}: {why}.")
    return Verdict(
        "right",
        "D's half, G's half, then the evaluation. Real and generated batch may also change places.",
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
