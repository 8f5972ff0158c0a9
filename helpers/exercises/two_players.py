"""Exercises of lesson 01."""

import numpy as np
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
    shown,
)


@number_check(
    0.5,
    {
        0.0: "a D that were always wrong would know the truth: it need only turn its answers round.",
        1.0: "that is a D that is never fooled; here the samples are of one kind.",
        50.0: "a share lies between 0 and 1: write 0.5, not 50.",
        np.log(2): "that is log 2, the price of each half of the loss; the accuracy is a share.",
    },
    "whatever D answers, half of what it meets is the other kind.",
)
def check_equilibrium_accuracy(answer):
    """D's accuracy where generated samples have the distribution of the real ones: 1/2."""


@guarded
def check_logit(answer):
    """A function from a probability D(x) to its logit log(D / (1 - D)), on arrays in (0, 1)."""
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
def check_normal_generator(answer):
    """A function from z ~ N(0, 1), an array, to samples of N(3, 0.5^2), by their distribution."""
    z = stats.norm.ppf((np.arange(999) + 0.5) / 999)
    samples, again = (numbers(call(answer, z, takes="z, an array"), "samples") for _ in range(2))
    if samples.shape != z.shape:
        raise NotYet(f"one sample for each z, please: {z.shape} in, {samples.shape} out.")
    if not np.array_equal(samples, again, equal_nan=True):
        raise NotYet("the same z gave two different samples. All chance must come from z.")
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
def check_false_equilibrium(answer):
    """(theta, k): a generator N(theta, 1) away from N(0, 1), and a D that answers 1/2 all the same."""
    theta, k = pair(answer, "two numbers, (theta, k)")
    if not np.isfinite([theta, k]).all():
        raise NotYet(f"expected two finite numbers, (theta, k), got {shown(answer)}.")
    if k != 0:
        raise NotYet(
            f"with k = {k:g} D rises or falls along the axis; it must answer 1/2 everywhere."
        )
    if abs(theta) < 0.1:
        raise NotYet("that is the true equilibrium. The generator should be wrong.")
    best = stats.norm.cdf(abs(theta) / 2)
    return Verdict(
        "right",
        f"D answers 1/2 everywhere, yet a better one would be right {best:.0%} of the time. "
        "A D at 1/2 may be beaten, or lazy.",
    )


SEVEN_STEPS = "CFAEDGB"


@guarded
def check_seven_steps(answer):
    """The letters of the seven steps of one round of training, in order."""
    order = letters(answer, "a string of the letters A to G")
    if sorted(order) != sorted(SEVEN_STEPS):
        raise NotYet(f"each of the letters A to G once, please, got {shown(answer)}.")
    place = {letter: order.index(letter) for letter in order}
    for first, then, why in (
        ("C", "A", "D needs the real batch before it can pay for it"),
        ("F", "A", "D's loss needs generated samples, so they come first"),
        ("A", "E", "there is no gradient before there is a loss"),
        ("E", "D", "G is judged by the D that has just moved: finish D's half first"),
        ("D", "G", "G's gradient is that of the price in D(G(z)), so that comes first"),
        ("G", "B", "one looks at samples when the round is over"),
    ):
        if place[first] > place[then]:
            raise NotYet(f"{first} belongs before {then}: {why}.")
    return Verdict(
        "right", "D's half, G's half, then look. Real and generated batch may also change places."
    )


@guarded
def be_the_discriminator(answer, is_real, probabilities):
    """Your accuracy beside D's and beside chance, and a line for each picture.

    answer: a string of R (real) and G (generated), one letter a picture. is_real: bools (n,).
    probabilities: D's answers (n,), each in [0, 1].
    """
    is_real = numbers(is_real, "is_real: true or false for each picture").astype(bool)
    probabilities = numbers(probabilities, "probabilities: D's, one a picture")
    if is_real.ndim != 1 or probabilities.shape != is_real.shape:
        raise NotYet(
            f"is_real and probabilities need one entry a picture each, got shapes {is_real.shape} "
            f"and {probabilities.shape}."
        )
    wanted = f"{len(is_real)} letters, each R or G"
    verdicts = letters(answer, wanted)
    if len(verdicts) != len(is_real) or set(verdicts) - {"R", "G"}:
        raise NotYet(f"{wanted}, please, got {shown(answer)}.")
    yours = np.mean((np.array(list(verdicts)) == "R") == is_real)
    its = np.mean((probabilities > 0.5) == is_real)
    lines = [
        f"You are right in {yours:.0%}, D in {its:.0%}; a coin is right in 50 %, give or take."
    ]
    for number, (real, letter, d) in enumerate(zip(is_real, verdicts, probabilities), start=1):
        truth, said = (("generated", "real")[one] for one in (int(real), letter == "R"))
        lines.append(f"picture {number:2} is {truth:9}   you: {said:9}   D: {d:.2f}")
    return Verdict("result", "\n".join(lines))
