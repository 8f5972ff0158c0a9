"""Exercises of the lesson `the_minimax_loss`: divergences, V(D*, G) and the loss of D."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf
from scipy import integrate, stats

from .answer import NotYet, Verdict, call, compare, guarded, number, number_check


@number_check(
    99,
    {
        1
        / 99: "that is the saturating loss over the non-saturating one; it is the other way round.",
        100: "nearly: the derivatives are 1 - D and D, not 1 and D.",
        np.log(99): "that is the logarithm of it, the size of the logit.",
        0.99: "that is the derivative of the non-saturating loss alone; divide by that of the other.",
        -99: "both derivatives are negative, so their ratio is positive.",
    },
    "0.99 / 0.01: where D is sure that a sample is generated, the saturating loss ignores it.",
)
def check_ratio_of_derivatives(answer: float | None) -> Verdict:
    """Check the ratio of the derivatives of -log D and log(1 - D) by the logit at D = 0.01: 99.

    Args:
        answer: The ratio.

    Returns:
        Verdict.
    """


@guarded
def check_value_with_a_missing_mode(answer: float | None) -> Verdict:
    """Check V(D*, G) if G makes one of two equal modes and misses the other: log(1/3)/2 + log(2/3).

    Args:
        answer: The value, in nats; it is right within 0.005.

    Returns:
        Verdict.
    """
    value, third, two_thirds = number(answer), np.log(1 / 3), np.log(2 / 3)
    right = third / 2 + two_thirds
    if abs(value - right) <= 0.005:
        return Verdict("right", "D* is 1/3 on the mode that G makes and 1 on the other.")
    for wrong, mistake in (
        (
            -np.log(4),
            "that is the value of a perfect generator; half of the data are missing here.",
        ),
        (0.0, "that is the value where nothing overlaps; one mode does."),
        (third + two_thirds, "only half of the real samples lie on the mode that G makes."),
        (
            right - two_thirds / 2,
            "all generated samples lie on that mode: their term counts in full.",
        ),
        (-np.log(2), "D is not undecided there: q is twice as high as p on the mode that G makes."),
        (-right, "that is D's loss; V has the opposite sign."),
        ((right + np.log(4)) / 2, "that is the divergence; V is -log 4 + 2 JSD."),
    ):
        if abs(value - wrong) <= 0.005:
            raise NotYet(mistake)
    raise NotYet(f"{value:.3f} is none of the usual slips: find D* on each mode first.")


def _kl(p, q):
    present = p > 0
    with np.errstate(divide="ignore"):
        return np.sum(p[present] * np.log(p[present] / q[present]))


@guarded
def check_kl(answer: Callable | None) -> Verdict:
    """Check a function for the Kullback-Leibler divergence KL(p || q), also with empty bins.

    Args:
        answer: Function (p, q) -> divergence in nats, on two histograms of shape (8,) that sum to 1.

    Returns:
        Verdict.
    """

    def value(p, q):
        with np.errstate(all="ignore"):
            return number(call(answer, p, q, takes="p, q"))

    pairs = np.random.default_rng(0).dirichlet(np.ones(8), (3, 2)) * 0.92 + 0.01
    m = pairs.mean(axis=1)
    right = np.array([_kl(p, q) for p, q in pairs])
    mistakes = {
        "that is KL(q || p): the mean is over p.": np.array([_kl(q, p) for p, q in pairs]),
        "the sign is turned: p stands above q.": -right,
        "that is in bits: use the natural logarithm.": right / np.log(2),
        "that is the cross-entropy; subtract the entropy of p.": np.array(
            [-np.sum(p * np.log(q)) for p, q in pairs]
        ),
        "take the sum over the bins, weighted by p, not their mean.": right / 8,
        "that is the sum of log(p / q) without the weights p.": np.array(
            [np.sum(np.log(p / q)) for p, q in pairs]
        ),
        "that is the Jensen-Shannon divergence.": np.array(
            [(_kl(p, c) + _kl(q, c)) / 2 for (p, q), c in zip(pairs, m)]
        ),
    }
    compare(np.array([value(p, q) for p, q in pairs]), right, mistakes)
    half, other = np.repeat([0.25, 0.0], 4), np.full(8, 0.125)
    for p, q, where in (
        (half, other, "where four bins of p are empty"),
        (half, half, "where p = q and four bins are empty in both"),
    ):
        found, wanted = value(p, q), _kl(p, q)
        if not np.isclose(found, wanted):
            raise NotYet(
                f"right for full bins; {where} the divergence is {wanted:.3f}, yours is {found:g}. "
                "Sum over the bins with p > 0 only."
            )
    found = value(other, half)
    if not found == np.inf:
        raise NotYet(
            f"nearly: where q is 0 and p is not, the divergence is infinite, yours is {found:g}."
        )
    return Verdict("right", "also where bins are empty.")


@guarded
def check_jsd_estimate(answer: float | None) -> Verdict:
    """Check an estimate of the Jensen-Shannon divergence of Laplace(0, 1) and N(2, 1): 0.298 nats.

    Args:
        answer: The estimate in nats, from the loss of a trained discriminator. It is right within
            0.03.

    Returns:
        Verdict. It states the divergence, computed by integration.
    """

    def integrand(x):
        p, q = stats.laplace.pdf(x), stats.norm.pdf(x, 2)
        return (p * np.log(2 * p / (p + q)) + q * np.log(2 * q / (p + q))) / 2

    true = integrate.quad(integrand, -12, 14, points=(0, 1, 2))[0]
    estimate = number(answer)
    if abs(estimate - true) <= 0.03:
        return Verdict("right", f"by integration it is {true:.3f}, you measured {estimate:.3f}.")
    for wrong, mistake in (
        (2 * true, "that is twice the divergence: -L = -log 4 + 2 JSD."),
        (np.log(4) - 2 * true, "that is D's loss itself: solve -L = -log 4 + 2 JSD for JSD."),
        (2 * true - np.log(4), "that is V; solve V = -log 4 + 2 JSD for JSD."),
        (true - np.log(4) / 2, "log 4 is missing: V = -log 4 + 2 JSD."),
        (
            (np.log(4) - (np.log(2) - true)) / 2,
            "the loss was a mean over both classes; the formula wants the sum, twice as much.",
        ),
        (true / np.log(2), "that is in bits: use the natural logarithm."),
        (np.sqrt(true), "that is the root, which scipy calls the Jensen-Shannon distance."),
    ):
        if abs(estimate - wrong) <= 0.03:
            raise NotYet(mistake)
    direction = "large" if estimate > true else "small"
    raise NotYet(
        f"{estimate:.3f} is too {direction}. Train D until its loss no longer falls, and measure "
        "the loss, the sum of both terms, on fresh samples."
    )


@guarded
def check_discriminator_loss(answer: Callable | None) -> Verdict:
    """Check a function for D's logistic loss, the sum of its real and its generated half.

    Labels that were moved or smoothed are recognised by D's loss at large logits.

    Args:
        answer: Function (real_logits, fake_logits) -> loss, a scalar, on tensors of shape (40, 1).

    Returns:
        Verdict.
    """
    rng, clip = np.random.default_rng(0), lambda s: np.clip(s, 1e-7, 1 - 1e-7)
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
        "the inputs are logits: the cross-entropy needs from_logits=True.": -np.log(
            clip(real)
        ).mean()
        - np.log(1 - clip(fake)).mean(),
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
                    "falls as D gets surer. A label lies above 1, which is no probability: give the "
                    "plain labels, 1 for real and 0 for generated."
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
