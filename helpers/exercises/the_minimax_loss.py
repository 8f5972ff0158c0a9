"""Exercises of the lesson `the_minimax_loss`: D*, the divergence and the losses of D and G."""

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from .answer import NotYet, Verdict, call, compare, guarded, number, number_check, numbers

LOGITS = np.linspace(-6, 3, 25, dtype="float32").reshape(-1, 1)


@number_check(
    0.0,
    {
        -np.log(
            4
        ): "that is the value where both distributions are the same; here they never meet.",
        np.log(2): "that is the divergence alone; the value is -log 4 + 2 JSD.",
        np.log(4): "that is 2 JSD; -log 4 is still to be added.",
        -np.log(2): "the divergence counts twice: -log 4 + 2 log 2.",
    },
    "D is sure and correct everywhere, and log 1 = 0, twice.",
)
def check_value_without_overlap(answer: float | None) -> Verdict:
    """Check V(D*, G) where real and generated samples never overlap: 0.

    Args:
        answer: The value, in nats.

    Returns:
        Verdict.
    """


@guarded
def check_optimal_discriminator(answer: Callable | None) -> Verdict:
    """Check a function for D* = p / (p + q) (Goodfellow et al. 2014, eq. 2).

    Args:
        answer: Function (p, q) -> D*, on arrays of the real and the generated density.

    Returns:
        Verdict.

    Example:
        >>> from helpers import exercises
        >>> exercises.check_optimal_discriminator(lambda p, q: p / (p + q)).is_right
        True
    """
    p, q = np.random.default_rng(0).uniform(0.05, 2, (2, 40))
    mistakes = {
        "that is 1 - D*: D gives the probability of real, and p is the real density.": q / (p + q),
        "that is its logit, log p/q; D* is the sigmoid of it.": np.log(p / q),
        "that is the ratio r of the densities; the probability is r / (1 + r).": p / q,
        "that is p over the mixture (p + q) / 2, twice as much as D*.": 2 * p / (p + q),
        "that is a hard decision; D* says how sure one may be.": (p > q).astype("float64"),
        "a density is no probability: compare p with all that lies there, p + q.": p,
    }
    compare(numbers(call(answer, p, q, takes="p, q, two arrays")), p / (p + q), mistakes)
    return Verdict("right", "of all that lies at a point, the fraction that is real.")


def _kl(p, q):
    return np.sum(p * np.log(p / q), axis=-1)


@guarded
def check_jsd(answer: Callable | None) -> Verdict:
    """Check a function for the Jensen-Shannon divergence (Goodfellow et al. 2014, theorem 1).

    Args:
        answer: Function (p, q) -> divergence in nats, on two positive histograms of shape (8,).

    Returns:
        Verdict.
    """
    pairs = np.random.default_rng(0).dirichlet(np.ones(8), (3, 2)) * 0.92 + 0.01
    p, q = pairs[:, 0], pairs[:, 1]
    m = (p + q) / 2
    right = (_kl(p, m) + _kl(q, m)) / 2
    mistakes = {
        "that is twice as much: take half of the sum of the two divergences.": 2 * right,
        "the mixture must sum to 1: m = (p + q) / 2.": right - np.log(2),
        "both halves are missing: of m = (p + q) / 2, and of the sum.": 2 * right - 2 * np.log(2),
        "that is in bits: use the natural logarithm.": right / np.log(2),
        "that is the square root, the Jensen-Shannon distance.": np.sqrt(right),
        "that is KL(p || q): compare both with their mixture instead.": _kl(p, q),
        "that is KL(q || p): compare both with their mixture instead.": _kl(q, p),
        "that is the mean of both Kullback-Leibler divergences, without the mixture.": (
            _kl(p, q) + _kl(q, p)
        )
        / 2,
    }
    values = [number(call(answer, a, b, takes="p, q, two histograms")) for a, b in zip(p, q)]
    compare(np.array(values), right, mistakes)
    return Verdict(
        "right", "0 for equal histograms, log 2 at most, and the same with p and q exchanged."
    )


def loss_of_logits(
    answer: Any,
    right: float,
    mistakes: dict[str, float],
    extremes: dict[float, float],
    safer: str,
) -> None:
    """Compare a learner's loss with the right one on `LOGITS` and on single large logits.

    Args:
        answer: Function (logits) -> scalar; it is given tensors of shape (n, 1), float32.
        right: The right loss on `LOGITS`.
        mistakes: {which mistake: the wrong loss on `LOGITS` that it leads to}.
        extremes: {a logit of large size: the right loss there}.
        safer: How to avoid an overflow, as the last sentence of the message.

    Raises:
        NotYet: if one of the values is not right.
    """
    compare(numbers(call(answer, tf.constant(LOGITS), takes="logits")), right, mistakes)
    for logit, value in extremes.items():
        with np.errstate(all="ignore"):
            extreme = number(call(answer, tf.constant([[logit]]), takes="logits"))
        if not np.allclose(extreme, value):
            raise NotYet(
                f"nearly: at the logit {logit:g} it is {value:g}, yours is {extreme:g}. {safer}"
            )


@guarded
def check_saturating_loss(answer: Callable | None) -> Verdict:
    """Check a function for G's loss in the minimax form, E log(1 - D(G(z))).

    Args:
        answer: Function (logits of generated samples (n, 1), a tensor) -> loss, a scalar.

    Returns:
        Verdict.
    """
    s = LOGITS.astype("float64")
    d = 1 / (1 + np.exp(-s))
    mistakes = {
        "that is -log D, the non-saturating loss.": np.log1p(np.exp(-s)).mean(),
        "the sign is turned: that is D's own loss for these samples.": np.log1p(np.exp(s)).mean(),
        "that is log D, which G would make smaller: it helps D.": -np.log1p(np.exp(-s)).mean(),
        "take the mean over the batch, not the sum.": -np.log1p(np.exp(s)).sum(),
        "that takes the sigmoid twice: the input is a logit already.": -np.log1p(np.exp(d)).mean(),
        "that is log(1 - s): the input is a logit, not a probability.": np.log(
            np.maximum(1 - s, 1e-9)
        ).mean(),
    }
    loss_of_logits(
        answer,
        -np.log1p(np.exp(s)).mean(),
        mistakes,
        {1000.0: -1000.0, -1000.0: 0.0},
        "Do not take the log of 1 - sigmoid; -softplus(s) is the same number and never overflows.",
    )
    return Verdict("right", "and safe at any logit: log(1 - sigmoid(s)) = -softplus(s).")


@guarded
def check_discriminator_loss(answer: Callable | None) -> Verdict:
    """Check a function for D's logistic loss, the sum of its real and its generated half.

    Labels that were moved or smoothed are recognised by D's loss at large logits.

    Args:
        answer: Function (real_logits, fake_logits) -> loss, a scalar, on tensors of shape (40, 1).

    Returns:
        Verdict.
    """
    rng = np.random.default_rng(0)
    real, fake = rng.normal(0, 2, (2, 40, 1)).astype("float32")
    on_real, on_fake = np.log1p(np.exp(-real)), np.log1p(np.exp(fake))

    def value(real, fake):
        loss = call(answer, tf.constant(real), tf.constant(fake), takes="real_logits, fake_logits")
        return number(loss, "one number, the loss")

    def extra(sure):
        """D's loss, beyond log 2, where it is right with that logit on one half."""
        s, undecided = np.full((40, 1), sure, "float32"), np.zeros((40, 1), "float32")
        return np.array([value(s, undecided), value(undecided, -s)]) - np.log(2)

    right = on_real.mean() + on_fake.mean()
    mistakes = {
        "that is the mean of both halves, log 2 at D = 1/2; the course adds them: log 4.": right
        / 2,
        "the sign is turned: this is the value function V(D, G), which D maximises.": -right,
        "the labels are exchanged: real is 1.": np.log1p(np.exp(real)).mean()
        + np.log1p(np.exp(-fake)).mean(),
        "only the real half is there.": on_real.mean(),
        "only the generated half is there.": on_fake.mean(),
        "take the mean over each batch, not the sum.": on_real.sum() + on_fake.sum(),
        "that takes the sigmoid twice: the inputs are logits already.": np.log1p(
            np.exp(-1 / (1 + np.exp(-real)))
        ).mean()
        + np.log1p(np.exp(1 / (1 + np.exp(-fake)))).mean(),
    }
    got = value(real, fake)
    if not any(
        np.isclose(got, known, rtol=1e-3, atol=1e-4) for known in (right, *mistakes.values())
    ):
        beyond = extra(50)
        if np.allclose(extra(100), 2 * beyond, rtol=0.01, atol=0.01):  # (1 - label) * logit
            if beyond[0] < -0.01:
                raise NotYet(
                    f"for real samples with logit 50 D's loss is {beyond[0]:.2f}, below 0, and it "
                    "falls as D gets surer. A label lies above 1. Labels are probabilities: keep "
                    "them in [0, 1]."
                )
            if beyond.max() > 0.01:
                raise NotYet(
                    "D's loss grows where it is sure and right. A label is smoothed; the text "
                    "derives 1 for real and 0 for generated."
                )
    compare(got, right, mistakes)
    return Verdict(
        "right", "each half is a mean, their sum is 2 log 2 at D = 1/2, and it never falls below 0."
    )
