"""Is my answer right, and if not, which mistake? Each check returns a sentence at once.

A check compares meaning (values on many inputs, what moved and what did not), never source text.
`answer = None` means "not answered yet"; nothing raises, so the notebook runs on.
"""

import numpy as np
import tensorflow as tf
from scipy import stats

from .bugs import BUGGY

UNANSWERED = "Not answered yet: replace None and run the cell again."
LOGITS = np.linspace(-6, 3, 25, dtype="float32").reshape(-1, 1)


def _sigmoid(s):
    return 1 / (1 + np.exp(-s))


def _match(value, right, mistakes):
    """The sentence for a value: right, one of {sentence: wrong value}, or no known mistake."""
    if np.shape(value) != np.shape(right):
        return (
            f"Not yet: the answer should have shape {np.shape(right)}, yours has {np.shape(value)}."
        )
    if np.allclose(value, right, rtol=1e-3, atol=1e-4):
        return None
    for sentence, wrong in mistakes.items():
        if np.shape(wrong) == np.shape(value) and np.allclose(value, wrong, rtol=1e-3, atol=1e-4):
            return "Not yet: " + sentence
    return "Not yet, and it is none of the usual slips: compare your formula with the text."


def check_confused_discriminator(answer):
    """The discriminator's loss, in nats, where it answers 1/2 to everything: 2 log 2."""
    if answer is None:
        return UNANSWERED
    mistakes = {
        "that is log 2, the loss of one half; this loss is the sum of a real and a fake part.": np.log(
            2
        ),
        "the sign is turned: D minimises minus the value of the game.": -2 * np.log(2),
        "that is 2 log2(2), in bits; we count in nats, with the natural logarithm.": 2.0,
        "1/2 is what D answers; its loss is minus the logarithm of that, twice.": 0.5,
    }
    return _match(float(answer), 2 * np.log(2), mistakes) or (
        "Right: -log(1/2) for the real half and -log(1 - 1/2) for the generated half."
    )


def check_pixel_scale(answer):
    """A function from pixels 0..255 to the course's [-1, 1]."""
    if answer is None:
        return UNANSWERED
    pixels = np.arange(256, dtype="float32")
    mistakes = {
        "that is [0, 1], the range of a sigmoid; tanh reaches from -1 to 1.": pixels / 255,
        "that is [0, 2]: subtract 1 as well.": pixels / 127.5,
        "white and black are swapped: ink must be +1.": 1 - pixels / 127.5,
        "dividing by 128 leaves the brightest pixel at 0.99.": pixels / 128 - 1,
        "that is [-0.5, 0.5], half the range of tanh.": pixels / 255 - 0.5,
    }
    return _match(np.asarray(answer(pixels)), pixels / 127.5 - 1, mistakes) or (
        "Right: 0 becomes -1, 255 becomes +1, the two ends of tanh."
    )


def check_generator_loss(answer):
    """A function from the logits of generated images to the non-saturating loss, a scalar."""
    if answer is None:
        return UNANSWERED
    s = LOGITS.astype("float64")
    mistakes = {
        "the sign is turned: G minimises -log D(G(z)).": np.log(_sigmoid(s)).mean(),
        "that is log(1 - D(G(z))), the saturating loss.": -np.log1p(np.exp(s)).mean(),
        "that is -log(1 - D(G(z))): the discriminator's fake half, not the generator's loss.": np.log1p(
            np.exp(s)
        ).mean(),
        "take the mean over the batch, not the sum.": np.log1p(np.exp(-s)).sum(),
        "that takes the sigmoid twice: the input is a logit already.": np.log1p(
            np.exp(-_sigmoid(s))
        ).mean(),
        "that is minus the mean logit, the Wasserstein loss: the logarithm of the sigmoid is missing.": -s.mean(),
    }
    return _price_sentence(
        answer,
        np.log1p(np.exp(-s)).mean(),
        mistakes,
        {-1000.0: 1000.0},
        "Do not take the log of a sigmoid; softplus(-s) is the same number and never overflows.",
        "Right, and safe at any logit: -log sigmoid(s) = softplus(-s).",
    )


def _price_sentence(answer, right, mistakes, extremes, safer, praise):
    """The sentence for a price, logits -> scalar: by its value on LOGITS, then at {logit: value}."""
    sentence = _match(np.asarray(answer(tf.constant(LOGITS))), right, mistakes)
    if sentence:
        return sentence
    for logit, value in extremes.items():
        with np.errstate(all="ignore"):
            extreme = np.asarray(answer(tf.constant([[logit]])))
        if not np.allclose(extreme, value):
            return f"Nearly: at the logit {logit:g} it is {value:g}, yours is {extreme}. {safer}"
    return praise


def check_generator_step(answer, build):
    """A function (gan, z) that moves G once and D not at all. build() gives a fresh GAN."""
    if answer is None:
        return UNANSWERED
    gan = build()
    before = [[w.numpy() for w in player.weights] for player in (gan.generator, gan.discriminator)]
    z = tf.random.stateless_normal((32, gan.latent_dim), seed=(1, 2))
    score = float(tf.reduce_mean(gan.discriminator(gan.generator(z))))
    answer(gan, z)
    moved = [
        any((w.numpy() != b).any() for w, b in zip(player.weights, weights))
        for player, weights in zip((gan.generator, gan.discriminator), before)
    ]
    if moved[1]:
        return (
            "Not yet: D moved too. Take gradients with respect to the generator's variables only."
        )
    if not moved[0]:
        return "Not yet: G did not move. Apply the gradients with gan.generator_optimizer."
    if float(tf.reduce_mean(gan.discriminator(gan.generator(z)))) < score:
        return "Not yet: D now trusts these images less. The sign of the loss is turned."
    return "Right: G moved, D kept every bit, and D now rates the same z higher."


# ---- 00: start here -----------------------------------------------------------------------


def check_numbers_a_picture(answer):
    """How many numbers make a grey picture of 28 by 28 pixels: 784."""
    if answer is None:
        return UNANSWERED
    mistakes = {
        "that is one side; every row has 28 pixels, and there are 28 rows.": 28,
        "the sides are multiplied, not added.": 56,
        "that is with three colours; these pictures are grey, one number a pixel.": 3 * 784,
        "that is how many greys a byte can hold; each pixel shows one of them.": 256,
        "that is for all ten pictures of a grid.": 7840,
    }
    return _match(float(answer), 784.0, mistakes) or (
        "Right: 28 rows of 28 pixels, one number each."
    )


def check_minutes_of_training(answer):
    """Minutes of 30,000 updates where 1,000 take 8 seconds: 4."""
    if answer is None:
        return UNANSWERED
    mistakes = {
        "that is in seconds.": 240.0,
        "that is in hours.": 4 / 60,
        "that is how many times as many updates there are; each thousand takes 8 seconds.": 30.0,
        "those are updates a second.": 125.0,
    }
    return _match(float(answer), 4.0, mistakes) or ("Right: 30 times 8 seconds, 240 in all.")


def check_walk(answer):
    """A function (a, b, t) -> the point at share t of the straight line from array a to array b."""
    if answer is None:
        return UNANSWERED
    a, b = np.random.default_rng(0).normal(size=(2, 32))
    t = np.linspace(0, 1, 5)[:, None]
    mistakes = {
        "that runs from b to a.": t * a + (1 - t) * b,
        "at t = 1 that has added all of b; the way to go is b - a.": a + t * b,
        "it starts at 0: add where you stand, a.": t * (b - a),
        "that goes away from b: the way to it is b - a.": a + t * (a - b),
        "that is the middle, whatever t is.": np.tile((a + b) / 2, (5, 1)),
    }
    values = np.stack([np.asarray(answer(a, b, float(share))) for share in t[:, 0]])
    return _match(values, (1 - t) * a + t * b, mistakes) or (
        "Right: it begins at a, ends at b, and goes the same way in each step."
    )


# ---- 01: two players ----------------------------------------------------------------------


def check_equilibrium_accuracy(answer):
    """D's accuracy where generated samples have the distribution of the real ones: 1/2."""
    if answer is None:
        return UNANSWERED
    mistakes = {
        "a D that were always wrong would know the truth: it need only turn its answers round.": 0.0,
        "that is a D that is never fooled; here the samples are of one kind.": 1.0,
        "a share lies between 0 and 1: write 0.5, not 50.": 50.0,
        "that is log 2, the price of each half of the loss; the accuracy is a share.": np.log(2),
    }
    return _match(float(answer), 0.5, mistakes) or (
        "Right: whatever D answers, half of what it meets is the other kind."
    )


def check_logit(answer):
    """A function from a probability D(x) to its logit log(D / (1 - D)), on arrays in (0, 1)."""
    if answer is None:
        return UNANSWERED
    d = np.linspace(0.02, 0.98, 25)
    mistakes = {
        "the sign is turned: large logits mean real.": np.log((1 - d) / d),
        "those are the odds; the logit is their logarithm.": d / (1 - d),
        "that is the logarithm of the probability; divide by 1 - D first.": np.log(d),
        "that is the sigmoid, the way from logit to probability; you want the way back.": _sigmoid(
            d
        ),
        "that is the probability itself.": d,
        "that is in bits: use the natural logarithm.": np.log2(d / (1 - d)),
    }
    return _match(np.asarray(answer(d)), np.log(d / (1 - d)), mistakes) or (
        "Right: log D - log(1 - D). It is 0 at D = 1/2, and grows without end towards 1."
    )


def check_normal_generator(answer):
    """A function from z ~ N(0, 1), an array, to samples of N(3, 0.5^2), by their distribution."""
    if answer is None:
        return UNANSWERED
    z = stats.norm.ppf((np.arange(999) + 0.5) / 999)
    samples = np.asarray(answer(z), "float64")
    if samples.shape != z.shape:
        return f"Not yet: one sample for each z, please: {z.shape} in, {samples.shape} out."
    if not np.array_equal(samples, np.asarray(answer(z), "float64")):
        return "Not yet: the same z gave two different samples. All chance must come from z."
    mistakes = {
        "a generator that makes the same thing of every z has collapsed.": np.full(999, 3.0),
        "0.5^2 is the variance; z must be stretched by its root, 0.5.": 3 + 0.25 * z,
        "mean and spread have changed places.": 0.5 + 3 * z,
        "the mean is right, the spread is still that of z.": 3 + z,
        "the spread is right; now move the mean to 3.": 0.5 * z,
        "the mean is stretched as well: multiply z alone, then add 3.": 0.5 * (3 + z),
    }
    mistakes = {sentence: np.sort(wrong) for sentence, wrong in mistakes.items()}
    return _match(np.sort(samples), np.sort(3 + 0.5 * z), mistakes) or (
        "Right: its samples have mean 3 and standard deviation 0.5. Which z makes which sample "
        "does not matter: 3 - 0.5 z would be as good."
    )


def check_false_equilibrium(answer):
    """(theta, k): a generator N(theta, 1) away from N(0, 1), and a D that answers 1/2 all the same."""
    if answer is None:
        return UNANSWERED
    theta, k = map(float, answer)
    if k != 0:
        return f"Not yet: with k = {k:g} D rises or falls along the axis; it must answer 1/2 everywhere."
    if abs(theta) < 0.1:
        return "Not yet: that is the true equilibrium. The generator should be wrong."
    best = stats.norm.cdf(abs(theta) / 2)
    return (
        f"Right: D answers 1/2 everywhere, yet a better one would be right {best:.0%} of the time. "
        "A D at 1/2 may be beaten, or lazy."
    )


SEVEN_STEPS = "CFAEDGB"


def check_seven_steps(answer):
    """The letters of the seven steps of one round of training, in order."""
    if answer is None:
        return UNANSWERED
    order = "".join(letter for letter in str(answer).upper() if letter.isalpha())
    if sorted(order) != sorted(SEVEN_STEPS):
        return f"Not yet: each of the letters A to G once, please, got {answer!r}."
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
            return f"Not yet: {first} belongs before {then}: {why}."
    return "Right: D's half, G's half, then look. Real and generated batch may also change places."


def be_the_discriminator(answer, is_real, probabilities):
    """Your accuracy beside D's and beside chance, and a line for each picture.

    answer: a string of R (real) and G (generated), one letter a picture. is_real: bools (n,).
    probabilities: D's answers (n,), each in [0, 1].
    """
    if answer is None:
        return UNANSWERED
    letters = [letter for letter in str(answer).upper() if letter.isalpha()]
    if len(letters) != len(is_real) or set(letters) - {"R", "G"}:
        return f"Not yet: {len(is_real)} letters, each R or G, please, got {answer!r}."
    yours = np.mean((np.array(letters) == "R") == is_real)
    its = np.mean((np.asarray(probabilities) > 0.5) == is_real)
    lines = [
        f"You are right in {yours:.0%}, D in {its:.0%}; a coin is right in 50 %, give or take."
    ]
    for number, (real, letter, d) in enumerate(zip(is_real, letters, probabilities), start=1):
        truth, said = (("generated", "real")[one] for one in (int(real), letter == "R"))
        lines.append(f"picture {number:2} is {truth:9}   you: {said:9}   D: {d:.2f}")
    return "\n".join(lines)


# ---- 02: the minimax loss -----------------------------------------------------------------


def check_value_without_overlap(answer):
    """V(D*, G) where real and generated samples never overlap: 0."""
    if answer is None:
        return UNANSWERED
    mistakes = {
        "that is the value where both distributions are the same; here they never meet.": -np.log(
            4
        ),
        "that is the divergence alone; the value is -log 4 + 2 JSD.": np.log(2),
        "that is 2 JSD; -log 4 is still to be added.": np.log(4),
        "the divergence counts twice: -log 4 + 2 log 2.": -np.log(2),
    }
    return _match(float(answer), 0.0, mistakes) or (
        "Right: D is sure and correct everywhere, and log 1 = 0, twice."
    )


def check_best_discriminator(answer):
    """A function (p, q) -> D* = p / (p + q), on arrays of densities."""
    if answer is None:
        return UNANSWERED
    p, q = np.random.default_rng(0).uniform(0.05, 2, (2, 40))
    mistakes = {
        "that is 1 - D*: D gives the probability of real, and p is the real density.": q / (p + q),
        "that is its logit, log p/q; D* is the sigmoid of it.": np.log(p / q),
        "that is the ratio r of the densities; the probability is r / (1 + r).": p / q,
        "that is p over the mixture (p + q) / 2, twice as much as D*.": 2 * p / (p + q),
        "that is a hard decision; D* says how sure one may be.": (p > q).astype("float64"),
        "a density is no probability: compare p with all that lies there, p + q.": p,
    }
    return _match(np.asarray(answer(p, q), "float64"), p / (p + q), mistakes) or (
        "Right: of all that lies at a point, the share that is real."
    )


def _kl(p, q):
    return np.sum(p * np.log(p / q), axis=-1)


def check_jsd(answer):
    """A function (p, q) -> Jensen-Shannon divergence in nats of two positive histograms."""
    if answer is None:
        return UNANSWERED
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
    values = np.array([answer(a, b) for a, b in zip(p, q)])
    return _match(values, right, mistakes) or (
        "Right: 0 for equal histograms, log 2 at most, and the same with p and q exchanged."
    )


def check_saturating_loss(answer):
    """A function from the logits of generated samples to E log(1 - D), a scalar."""
    if answer is None:
        return UNANSWERED
    s = LOGITS.astype("float64")
    mistakes = {
        "that is -log D, the non-saturating price.": np.log1p(np.exp(-s)).mean(),
        "the sign is turned: that is D's own price for these samples.": np.log1p(np.exp(s)).mean(),
        "that is log D, which G would make smaller: it helps D.": -np.log1p(np.exp(-s)).mean(),
        "take the mean over the batch, not the sum.": -np.log1p(np.exp(s)).sum(),
        "that takes the sigmoid twice: the input is a logit already.": -np.log1p(
            np.exp(_sigmoid(s))
        ).mean(),
        "that is log(1 - s): the input is a logit, not a probability.": np.log(
            np.maximum(1 - s, 1e-9)
        ).mean(),
    }
    return _price_sentence(
        answer,
        -np.log1p(np.exp(s)).mean(),
        mistakes,
        {1000.0: -1000.0, -1000.0: 0.0},
        "Do not take the log of 1 - sigmoid; -softplus(s) is the same number and never overflows.",
        "Right, and safe at any logit: log(1 - sigmoid(s)) = -softplus(s).",
    )


def check_circling_limit(answer):
    """The largest step size at which alternating steps of the Dirac-GAN circle: 4."""
    if answer is None:
        return UNANSWERED
    eta = float(answer)
    if abs(eta - 4) <= 0.05:
        return "Right: up to 4 both eigenvalues lie on the unit circle, beyond it one leaves."
    if np.isclose(eta, 2):
        return (
            "Not yet: 2 is the limit of step size times slope, and the slope at 0 is 1/2. "
            "Express it in step sizes."
        )
    if eta <= 0:
        return f"Not yet: a step size is above 0, got {eta:g}."
    if eta < 4:
        return f"Not yet: at {eta:g} they still circle, and at larger steps too. Go on."
    trace = eta**2 / 4 - 2
    size = (trace + np.sqrt(trace**2 - 4)) / 2
    return f"Not yet: at {eta:g} an eigenvalue of modulus {size:.2f} has left the circle. Go back."


def check_discriminator_loss(answer):
    """A function (real_logits, fake_logits) -> D's logistic loss, the sum of two means."""
    if answer is None:
        return UNANSWERED
    rng = np.random.default_rng(0)
    real, fake = rng.normal(0, 2, (2, 40, 1)).astype("float32")
    on_real, on_fake = np.log1p(np.exp(-real)), np.log1p(np.exp(fake))

    def value(real, fake):
        return float(np.asarray(answer(tf.constant(real), tf.constant(fake))))

    def extra(sure):
        """What D pays, beyond log 2, for being right with that logit on one half."""
        s, undecided = np.full((40, 1), sure, "float32"), np.zeros((40, 1), "float32")
        return np.array([value(s, undecided), value(undecided, -s)]) - np.log(2)

    beyond = extra(50)
    wrong_labels = np.allclose(extra(100), 2 * beyond, rtol=0.01, atol=0.01)  # (1 - label) * logit
    right = on_real.mean() + on_fake.mean()
    mistakes = {
        "that is the mean of both halves, log 2 at D = 1/2; the course adds them: log 4.": right
        / 2,
        "the sign is turned: this is the value of the game, which D makes large.": -right,
        "the labels are exchanged: real is 1.": np.log1p(np.exp(real)).mean()
        + np.log1p(np.exp(-fake)).mean(),
        "only the real half is there.": on_real.mean(),
        "only the generated half is there.": on_fake.mean(),
        "take the mean over each batch, not the sum.": on_real.sum() + on_fake.sum(),
        "that takes the sigmoid twice: the inputs are logits already.": np.log1p(
            np.exp(-_sigmoid(real))
        ).mean()
        + np.log1p(np.exp(_sigmoid(fake))).mean(),
    }
    sentence = _match(value(real, fake), right, mistakes)
    if sentence is None:
        return "Right: each half is a mean, their sum is 2 log 2 at D = 1/2, and it never falls below 0."
    if "none of the usual" in sentence and wrong_labels and beyond[0] < -0.01:
        return (
            f"Not yet: for real samples with logit 50 D pays {beyond[0]:.2f}, less than nothing: "
            "the surer, the richer. A label lies above 1. Labels are probabilities: keep them in [0, 1]."
        )
    if "none of the usual" in sentence and wrong_labels and beyond.max() > 0.01:
        return (
            "Not yet: D is charged for being sure and right. A label is softened; "
            "the text derives 1 for real and 0 for generated."
        )
    return sentence


# ---- 03: the spiral -----------------------------------------------------------------------


def check_two_sigma(answer):
    """Share of the points of a round 2-D Gaussian within 2 sigma of its centre: 1 - exp(-2)."""
    if answer is None:
        return UNANSWERED
    mistakes = {
        "that is the share in one dimension; in the plane two numbers must both stay small.": (
            1 - 2 * stats.norm.sf(2)
        ),
        "that is a square of side 4 sigma; the corners of it lie farther than 2 sigma away.": (
            (1 - 2 * stats.norm.sf(2)) ** 2
        ),
        "that is the share within 3 sigma, the ceiling of the text.": 1 - np.exp(-4.5),
        "that is the share outside.": np.exp(-2),
        "that is the share within 1 sigma: the exponent is r^2 / 2.": 1 - np.exp(-0.5),
        "the half in the exponent is missing: it is r^2 / 2.": 1 - np.exp(-4),
    }
    return _match(float(answer), 1 - np.exp(-2), mistakes) or (
        "Right: the squared distance over sigma^2 is exponential with mean 2."
    )


def check_dropped_modes(answer):
    """KL in nats from an even mixture of 20 modes to the even mixture of all 25: log(25 / 20)."""
    if answer is None:
        return UNANSWERED
    mistakes = {
        "the sign is turned: a divergence is never negative.": -np.log(1.25),
        "that is in bits; we count in nats.": np.log2(1.25),
        "that is the share of dropped modes, not the divergence.": 0.2,
        "that is the ratio 25 / 20 itself: take its logarithm.": 1.25,
        "that is log 5, as if only 5 modes were kept of 25.": np.log(5),
        "that is the KL of the other direction, which divides by the share of a dropped mode.": (
            np.inf
        ),
    }
    return _match(float(answer), np.log(1.25), mistakes) or (
        "Right: every kept mode has 1/20 instead of 1/25, so each term is the same logarithm."
    )


def _modes_found(samples, centres, sigma, radius=3.0, share=0.2, of_good=False):
    distance = np.linalg.norm(samples[:, None] - centres, axis=-1)
    good = distance.min(axis=1) < radius * sigma
    counts = np.bincount(distance.argmin(axis=1)[good], minlength=len(centres))
    fair = (good.sum() if of_good else len(samples)) / len(centres)
    return int((counts >= max(1, share * fair)).sum())


def check_modes_found(answer):
    """A function (samples, centres, sigma) -> number of modes that hold 20 % of their fair share."""
    if answer is None:
        return UNANSWERED
    rng = np.random.default_rng(0)
    line = np.arange(5) - 2.0
    centres = np.stack(np.meshgrid(line, line), -1).reshape(-1, 2)
    sigma = 0.05
    near = sigma * rng.standard_normal((5000, 2))
    uneven = np.where(np.arange(5000) < 4600, rng.integers(17, size=5000), 17 + np.arange(5000) % 8)
    cases = [
        centres[rng.integers(25, size=5000)] + near,  # perfect
        rng.uniform(-2.5, 2.5, (5000, 2)),  # noise
        centres[uneven] + near,  # 17 modes, and a quarter of a fair share in each of the others
        centres[np.where(np.arange(5000) < 4900, 0, np.arange(5000) % 25)] + near,  # collapsed
        np.concatenate([centres[rng.integers(25, size=500)] + near[:500], near[500:] + 9]),
    ]
    rules = {
        "that counts a mode at its first sample, and so finds them all in noise; ask for a fifth of its fair share.": {
            "share": 0.0
        },
        "that counts samples at any distance from their nearest mode; good ones lie within 3 sigma.": {
            "radius": np.inf
        },
        "that looks within 1 sigma only; good samples lie within 3.": {"radius": 1.0},
        "that asks for the whole fair share; a fifth of it is enough.": {"share": 1.0},
        "the fair share is that of all samples, good or not, over the number of modes.": {
            "of_good": True
        },
    }
    value = np.array([answer(samples.copy(), centres.copy(), sigma) for samples in cases])
    right = np.array([_modes_found(samples, centres, sigma) for samples in cases])
    mistakes = {
        sentence: np.array([_modes_found(samples, centres, sigma, **rule) for samples in cases])
        for sentence, rule in rules.items()
    }
    return _match(value, right, mistakes) or (
        f"Right: {right[0]} of 25 for perfect samples, {right[1]} for noise, {right[3]} when collapsed."
    )


def check_corner(answer, quality):
    """A (latent_dim, learning_rate) whose mean quality is within 0.05 of the best in the map.

    quality: {(latent_dim, learning_rate): array of one number a seed}.
    """
    if answer is None:
        return UNANSWERED
    means = {setting: np.mean(values) for setting, values in quality.items()}
    if answer not in means:
        return (
            f"Not yet: choose one of the settings of the map, {sorted(means)}; yours is {answer}."
        )
    best = max(means, key=means.get)
    said = (
        f"{means[answer]:.2f} on average (seeds: {', '.join(f'{v:.2f}' for v in quality[answer])})"
    )
    if means[answer] >= means[best] - 0.05:
        return f"Right: {said}, and the best of the map has {means[best]:.2f}."
    if answer[0] == 1 and max(means[s] for s in means if s[1] == answer[1]) > means[answer] + 0.05:
        return (
            f"Not yet: {said}. One latent number draws a line, however it is bent; more would help."
        )
    if answer[1] < best[1]:
        return f"Not yet: {said}. It learns, but at this rate the updates are over too soon."
    if answer[1] > best[1]:
        return (
            f"Not yet: {said}. At this rate each player overruns what the other has just learned."
        )
    return f"Not yet: {said}, but {means[best]:.2f} is possible."


def check_pull(answer):
    """A function (s, slope) -> the arrow at a generated point, -grad of -log sigmoid(s): (1 - D) slope.

    s: logits (n, 1); slope: the gradients of s with respect to the points, (n, 2).
    """
    if answer is None:
        return UNANSWERED
    s = LOGITS.astype("float64")
    slope = np.random.default_rng(0).normal(size=(len(s), 2))
    d = _sigmoid(s)
    mistakes = {
        "the sign is turned: arrows show where the point will go, down the price.": -(1 - d)
        * slope,
        "that is the arrow of the saturating price, log(1 - D), which is short where D is sure.": d
        * slope,
        "that is the slope of the logit alone: the arrow of the Wasserstein price.": slope,
        "that is the slope of D, not of its logarithm: divide by D.": d * (1 - d) * slope,
        "each point has a price of its own: do not divide by their number.": (1 - d)
        * slope
        / len(s),
    }
    return _match(np.asarray(answer(s, slope)), (1 - d) * slope, mistakes) or (
        "Right: where D is sure of a fake the arrow has the full slope, where it is fooled none."
    )


# ---- 05: training diagnostics -------------------------------------------------------------

FAILURE_SIGNS = {  # {name: (what such a run shows, where to look for it)}
    "healthy": ("scores of D that stay away from 0 and 1, and samples that vary", "every curve"),
    "collapse": (
        "samples that are nearly the same, while D is not yet sure of them",
        "the samples, side by side",
    ),
    "partial collapse": (
        "samples of a few kinds only, while the curves are calm",
        "which digits there are among the samples, and which are not",
    ),
    "discriminator wins": (
        "accuracies of 1 on both kinds, and a gradient of G that is large",
        "D's accuracies, and then G's gradient norm",
    ),
    "saturation": (
        "accuracies of 1 on both kinds, and a gradient of G that has shrunk to nothing",
        "D's accuracies, and then G's gradient norm",
    ),
    "generator wins": (
        "a D(G(z)) near 1, while D(x) still moves a little",
        "D's accuracy on generated samples, and then D(x)",
    ),
    "oscillation": (
        "a D(G(z)) that goes up and down to the end",
        "D(G(z)) in the later half of the run",
    ),
    "memorisation": (
        "samples that lie on top of single real ones, while the curves are calm",
        "each sample beside the real one nearest to it",
    ),
    "non-finite": ("curves that break off at a NaN", "where the curves end"),
    "discriminator not training": (
        "a D(x) that never moves",
        "D(x) from the first update to the last",
    ),
    "different scale": (
        "real and generated pixels in different ranges",
        "the range of the pixels, real and generated",
    ),
}

_ALIKE = (
    "Samples that are alike can be a cause or only follow from one. Look at D first: is it "
    "undecided about them, or sure of the same answer all the time?"
)
_TWO_NAMES = {  # {two names that look alike: what tells one from the other, whichever is true}
    ("discriminator wins", "saturation"): (
        "Two failures have a D that is sure of everything. Look at G's gradient norm: it grows "
        "where G's price is steep, and shrinks to nothing where it is flat."
    ),
    ("different scale", "discriminator wins"): (
        "D tells both kinds apart. Ask what gives generated images away: compare their pixels' "
        "range with that of real ones."
    ),
    ("different scale", "saturation"): (
        "D tells both kinds apart. Ask what gives generated images away: compare their pixels' "
        "range with that of real ones."
    ),
    ("discriminator not training", "generator wins"): (
        "Two failures have a D that takes all samples for real. Look at D(x): a D that learns too "
        "slowly still moves, one that does not learn stands still."
    ),
    ("collapse", "partial collapse"): (
        "Lay the samples side by side: are they all one picture, or several kinds with others "
        "missing?"
    ),
    ("collapse", "memorisation"): (
        "Lay the samples side by side: copies of several real digits differ from each other, "
        "collapsed ones do not."
    ),
    ("memorisation", "partial collapse"): (
        "Hold each sample beside the real one nearest to it: is it of the same kind, or the very "
        "same picture?"
    ),
    ("healthy", "memorisation"): (
        "The curves alone look well in both. Hold each sample beside the real one nearest to it."
    ),
    ("healthy", "partial collapse"): (
        "The curves alone look well in both. Count which digits there are among the samples."
    ),
    **{
        tuple(sorted(("collapse", other))): _ALIKE
        for other in (
            "discriminator wins",
            "saturation",
            "generator wins",
            "discriminator not training",
            "different scale",
        )
    },
}


def _plain(name):
    return " ".join(str(name).lower().replace("_", " ").replace("-", " ").split())


def _number(answer):
    """answer as a float, or None where it is no number."""
    try:
        return float(answer) if np.ndim(answer) == 0 else None
    except (TypeError, ValueError, OverflowError):
        return None


def check_named_failures(answer, names):
    """{"A": name of a failure, ...} of runs without a label. names: the true ones, A's first."""
    if answer is None:
        return UNANSWERED
    letters = [chr(ord("A") + k) for k in range(len(names))]
    if not isinstance(answer, dict):
        return f'Not yet: a dictionary with a name for each of {", ".join(letters)}, please: {{"A": …}}.'
    given = {str(letter).strip().upper(): name for letter, name in answer.items()}
    missing = [letter for letter in letters if given.get(letter) is None]
    if missing:
        return f"Not yet: there is no name for {', '.join(missing)}."
    known = {_plain(name): name for name in FAILURE_SIGNS}
    for letter in letters:
        if _plain(given[letter]) not in known:
            return (
                f"Not yet: {given[letter]!r}, for {letter}, is none of the names. They are: "
                f"{', '.join(FAILURE_SIGNS)}."
            )
    given = [known[_plain(given[letter])] for letter in letters]
    right = sum(one == true for one, true in zip(given, names))
    if right == len(names):
        return (
            f"Right: all {right}. No single curve names a failure; accuracies, G's gradient and "
            "the samples together do."
        )
    letter, one, true = next(row for row in zip(letters, given, names) if row[1] != row[2])
    hint = _TWO_NAMES.get(tuple(sorted((one, true)))) or (
        f'A run called "{one}" shows {FAILURE_SIGNS[one][0]}. If {letter} does not, look at '
        f"{FAILURE_SIGNS[true][1]}."
    )
    return f'Not yet: {right} of {len(names)} are right. {letter} is not "{one}". {hint}'


def check_invariant(name, answer):
    """A function (step) -> bool, True for right versions of `bugs.BUGGY[name]`, False for the bug."""
    if answer is None:
        return UNANSWERED
    if name not in BUGGY:
        return f"Not yet: the bugs are {', '.join(BUGGY)}; got {name!r}."
    bug = BUGGY[name]
    if not callable(answer):
        return (
            f"Not yet: write a function of step that returns True or False, got {answer!r}. "
            f"It may call {bug.call}."
        )
    tries = 5  # an invariant may draw at random
    steps = {"the right version": bug.right, **bug.variants, "the published one": bug.buggy}
    held = {}
    for version, step in steps.items():
        verdicts = []
        for _ in range(tries):
            try:
                verdict = np.asarray(answer(step))
            except Exception as error:  # whatever a learner's code may raise
                return (
                    f"Not yet: on {version} it raised {type(error).__name__}: {error}. It should "
                    f"return True or False, and call {bug.call}."
                )
            if verdict.shape != () or verdict.dtype != bool:
                return (
                    f"Not yet: it should return one True or False; on {version} it returned "
                    f"{verdict.tolist()!r}."
                )
            verdicts.append(bool(verdict))
        held[version] = sum(verdicts)
    passed = held.pop("the published one")
    if passed == tries and held["the right version"] == 0:
        return "Not yet: it is turned round: True should mean that all is well."
    for version, times in held.items():
        if times < tries:
            how_often = "" if times == 0 else f", {tries - times} times in {tries}"
            which = "" if version == "the right version" else "another right version: "
            return f"Not yet: your invariant also rejects {which}{version}{how_often}."
    if passed:
        how_often = "" if passed == tries else f", {passed} times in {tries}"
        return f"Not yet: it lets the published bug pass{how_often}. Hint: {bug.hint}"
    return f"Right: {bug.harm} Published: {bug.source}."


def check_seeds_needed(answer, spread, difference):
    """Seeds a recipe, n, for a difference of means of 2 standard errors: 8 s^2 / d^2, rounded up.

    spread: s > 0, standard deviation from seed to seed, the same for both recipes. difference: d.
    Raises: ValueError where s or d cannot be used.
    """
    if answer is None:
        return UNANSWERED
    if spread <= 0 or difference == 0:
        raise ValueError(f"spread must be above 0, difference not 0; got {spread}, {difference}")
    square = (spread / difference) ** 2
    exact = 8 * square

    def up(value):
        return float(np.ceil(value - 1e-9))  # a whole number may come out a hair above itself

    n = _number(answer)
    if n is None or not np.isfinite(n) or n <= 0:
        return f"Not yet: a number of seeds, please, above 0; got {answer!r}."
    if np.isclose(n, up(exact)):
        return (
            f"Right: with {up(exact):.0f} seeds a recipe the difference is twice its standard "
            "error, s sqrt(2 / n). Half the difference needs four times as many."
        )
    if n != round(n):
        if np.isclose(n, exact, rtol=1e-3):
            return "Not yet: that is no whole number of seeds; round it up."
        return f"Not yet: a whole number of seeds, please, got {n:g}."
    mistakes = {
        "that holds for s / sqrt(n), the standard error of one mean; a difference of two has "
        "s sqrt(2 / n).": up(4 * square),
        "there the difference is once its standard error; ask for twice.": up(2 * square),
        "that is rounded down: there the difference is just below twice its standard error.": (
            np.floor(exact)
        ),
        "square s / d: the standard error falls with the root of n.": up(8 * np.sqrt(square)),
        "that is for both recipes together; how many for each?": 2 * up(exact),
        "the ratio is turned round: more spread needs more seeds.": up(8 / square),
    }
    for sentence, wrong in mistakes.items():
        if n == wrong:
            return "Not yet: " + sentence
    errors = abs(difference) / (spread * np.sqrt(2 / n))
    verdict = "ask for 2" if errors < 2 else "fewer seeds will do"
    return (
        f"Not yet: with {n:.0f} seeds the difference is {errors:.2f} times its standard error; "
        f"{verdict}."
    )


def check_loss_constants(answer):
    """{name: (D's loss, G's loss)} where all logits are 0, of four games of `losses.LOSSES`."""
    if answer is None:
        return UNANSWERED
    log2 = float(np.log(2))
    right = {
        "minimax": (2 * log2, -log2),
        "non_saturating": (2 * log2, log2),
        "hinge": (2.0, 0.0),
        "wasserstein": (0.0, 0.0),
    }
    one_half = "that is the mean of both halves, or only one of them; the course adds them."
    bits = "that is in bits; we count in nats, with the natural logarithm."
    logistic_d = {
        one_half: log2,
        bits: 2.0,
        "the sign is turned: D minimises minus the value of the game.": -2 * log2,
        "1/2 is what D answers; its loss is minus the logarithm of that, twice.": 0.5,
        "D is undecided, not right: each half costs log 2.": 0.0,
    }
    mean_logit = {
        "no margin here: G's price is minus the mean logit of its samples.": 1.0,
        "no logarithm here: G's price is minus the mean logit of its samples.": log2,
    }
    mistakes = {
        ("minimax", "D"): logistic_d,
        ("minimax", "G"): {
            "the sign is turned: G minimises log(1 - D) itself, and log 1/2 is below 0.": log2,
            "that is the value of the game; its real half does not depend on G.": -2 * log2,
            bits: -1.0,
            "that is 1 - D; the logarithm of it is missing.": 0.5,
        },
        ("non_saturating", "D"): logistic_d,
        ("non_saturating", "G"): {
            "the sign is turned: G minimises -log D, and log 1/2 is below 0.": -log2,
            "that is D's price, with two halves; G's has one.": 2 * log2,
            bits: 1.0,
            "that is D; minus the logarithm of it is missing.": 0.5,
        },
        ("hinge", "D"): {
            one_half: 1.0,
            "D pays up to the margin of 1, not up to 0: at logit 0 each half costs 1.": 0.0,
            "that is the logistic price; this one has no logarithm: max(0, 1 - s).": 2 * log2,
            "the sign is turned: D pays for what is missing to the margin.": -2.0,
        },
        ("hinge", "G"): mean_logit,
        ("wasserstein", "D"): {
            "no logarithm here: D's price is the difference of two mean logits.": 2 * log2,
            "no margin here: D's price is the difference of two mean logits.": 2.0,
        },
        ("wasserstein", "G"): mean_logit,
    }
    if not isinstance(answer, dict):
        return f"Not yet: a dictionary, please, with a pair (D, G) for each of {', '.join(right)}."
    given = {_plain(name): pair for name, pair in answer.items()}
    for name, prices in right.items():
        pair = given.get(_plain(name))
        values = [_number(value) for value in pair] if np.iterable(pair) else []
        if len(values) != 2 or None in values:
            return f"Not yet: {name} should have two numbers, (D's loss, G's loss), got {pair!r}."
        for player, value, price in zip("DG", values, prices):
            sentence = _match(value, price, mistakes[name, player])
            if sentence:
                return sentence.replace("Not yet", f"Not yet, {player} of {name}", 1)
    return (
        "Right: a loss tells little until you know where it stands when D cannot tell. Least squares "
        "draws logits to 1 and 0, so where D cannot tell they are 1/2: D pays 1/4, G 1/8."
    )
