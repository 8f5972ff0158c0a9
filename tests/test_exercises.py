import inspect
import itertools

from helpers import exercises, losses, metrics
from helpers.diagnostics import scenarios
from helpers.exercises import published_bugs, training_failures

import keras
import numpy as np
import pytest
import small
import tensorflow as tf
from scipy import spatial, stats
from scipy.special import expit, logit


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (2 * np.log(2), "Right"),
        (np.log(4), "Right"),
        (np.log(2), "sum of a real and a fake part"),
        (-np.log(4), "sign"),
        (2, "bits"),
        (0.5, "logarithm"),
        (7, "none of the usual slips"),
    ],
)
def test_confused_discriminator(answer, words):
    assert words in exercises.check_confused_discriminator(answer)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (lambda p: p / 127.5 - 1, "Right"),
        (lambda p: (p - 127.5) / 127.5, "Right"),
        (lambda p: p / 255, r"range of a sigmoid"),
        (lambda p: p / 127.5, "subtract 1"),
        (lambda p: 1 - p / 127.5, "swapped"),
        (lambda p: p / 128 - 1, "0.99"),
        (lambda p: p / 255 - 0.5, "half the range"),
        (lambda p: p.mean(), "shape"),
    ],
)
def test_pixel_scale(answer, words):
    assert words in exercises.check_pixel_scale(answer)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (lambda s: tf.reduce_mean(tf.nn.softplus(-s)), "Right"),
        (lambda s: -tf.reduce_mean(tf.math.log_sigmoid(s)), "Right"),
        (lambda s: tf.reduce_mean(tf.math.log(tf.sigmoid(s))), "sign"),
        (lambda s: tf.reduce_mean(tf.math.log(1 - tf.sigmoid(s))), "saturating"),
        (lambda s: tf.reduce_mean(tf.nn.softplus(s)), "fake half"),
        (lambda s: tf.reduce_sum(tf.nn.softplus(-s)), "not the sum"),
        (lambda s: tf.reduce_mean(tf.nn.softplus(-tf.sigmoid(s))), "sigmoid twice"),
        (lambda s: tf.nn.softplus(-s), "shape"),
        (lambda s: -tf.reduce_mean(tf.math.log(tf.sigmoid(s))), "never overflows"),
    ],
)
def test_generator_loss(answer, words):
    assert words in exercises.check_generator_loss(answer)


def step(variables_of, sign=1.0, apply=True):
    def answer(gan, z):
        variables = variables_of(gan)
        with tf.GradientTape() as tape:
            loss = sign * tf.reduce_mean(tf.nn.softplus(-gan.discriminator(gan.generator(z))))
        gradients = tape.gradient(loss, variables)
        if apply:
            for variable, gradient in zip(variables, gradients):
                variable.assign_sub(0.01 * gradient)

    return answer


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (step(lambda gan: gan.generator.trainable_variables), "Right"),
        (step(lambda gan: gan.trainable_variables), "D moved too"),
        (step(lambda gan: gan.generator.trainable_variables, apply=False), "G did not move"),
        (step(lambda gan: gan.generator.trainable_variables, sign=-1.0), "sign"),
        (lambda gan, z: gan.generator_step(None, z), "Right"),
    ],
)
def test_generator_step(answer, words):
    assert words in exercises.check_generator_step(answer, small.gan)


# ---- 00: start here -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (784, "Right"),
        (28.0**2, "Right"),
        (28, "one side"),
        (56, "multiplied, not added"),
        (28 * 28 * 3, "three colours"),
        (256, "how many greys"),
        (7840, "all ten pictures"),
        (785, "none of the usual slips"),
    ],
)
def test_numbers_a_picture(answer, words):
    assert words in exercises.check_values_per_image(answer)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (4, "Right"),
        (30 * 8 / 60, "Right"),
        (240, "in seconds"),
        (4 / 60, "in hours"),
        (30, "each thousand takes 8 seconds"),
        (125, "updates a second"),
        (5, "none of the usual slips"),
    ],
)
def test_minutes_of_training(answer, words):
    assert words in exercises.check_minutes_of_training(answer)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (lambda a, b, t: a + t * (b - a), "Right"),
        (lambda a, b, t: b - (1 - t) * (b - a), "Right"),
        (lambda a, b, t: t * a + (1 - t) * b, "runs from b to a"),
        (lambda a, b, t: a + t * b, "added all of b"),
        (lambda a, b, t: t * (b - a), "add where you stand"),
        (lambda a, b, t: a + t * (a - b), "goes away from b"),
        (lambda a, b, t: (a + b) / 2, "whatever t is"),
        (lambda a, b, t: a.mean(), "shape"),
        (lambda a, b, t: a, "none of the usual slips"),
    ],
)
def test_walk(answer, words):
    assert words in exercises.check_latent_walk(answer)


# ---- 01: two players ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (0.5, "Right"),
        (1 / 2, "Right"),
        (0, "turn its answers round"),
        (1, "never fooled"),
        (50, "write 0.5"),
        (np.log(2), "price of each half"),
        (0.9, "none of the usual slips"),
    ],
)
def test_equilibrium_accuracy(answer, words):
    assert words in exercises.check_equilibrium_accuracy(answer)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (lambda d: np.log(d / (1 - d)), "Right"),
        (logit, "Right"),
        (lambda d: 2 * np.arctanh(2 * d - 1), "Right"),
        (lambda d: np.log(1 / d - 1), "sign"),
        (lambda d: d / (1 - d), "odds"),
        (np.log, "divide by 1 - D"),
        (expit, "way back"),
        (lambda d: d, "probability itself"),
        (lambda d: np.log2(d / (1 - d)), "bits"),
    ],
)
def test_logit(answer, words):
    assert words in exercises.check_logit(answer)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (lambda z: 3 + z / 2, "Right"),
        (lambda z: 3 - 0.5 * z, "Right"),  # another map, the same distribution
        (lambda z: 3 + 0 * z, "collapsed"),
        (lambda z: 3 + 0.25 * z, "variance"),
        (lambda z: 0.5 + 3 * z, "changed places"),
        (lambda z: 3 + z, "spread is still that of z"),
        (lambda z: 0.5 * z, "move the mean"),
        (lambda z: 0.5 * (3 + z), "mean is stretched"),
        (lambda z: np.random.normal(3, 0.5, z.shape), "All chance must come from z"),
        (lambda z: 3.0, "one sample for each z"),
        (lambda z: 7 + z, "none of the usual slips"),
    ],
)
def test_normal_generator(answer, words):
    assert words in exercises.check_normal_generator(answer)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        ((3, 0), "Right"),
        ([-1.5, 0.0], "Right"),
        ((3, 0.2), "answer 1/2 everywhere"),
        ((0, 0), "true equilibrium"),
        ((np.nan, 0), "two finite numbers"),
        ((3, np.inf), "two finite numbers"),
    ],
)
def test_false_equilibrium(answer, words):
    assert words in exercises.check_false_equilibrium(answer)


def test_a_lazy_discriminator_hides_what_a_better_one_would_see():
    assert "93%" in exercises.check_false_equilibrium((3, 0))  # Phi(1.5) = 0.933


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        ("CFAEDGB", "Right"),
        ("f, c, a, e, d, g, b", "Right"),
        ("AFCEDGB", "C belongs before A"),
        ("CAFEDGB", "F belongs before A"),
        ("CFEADGB", "A belongs before E"),
        ("CFADEGB", "E belongs before D"),
        ("CFAEGDB", "D belongs before G"),
        ("CFAEDBG", "G belongs before B"),
        ("CFA", "each of the letters"),
    ],
)
def test_seven_steps(answer, words):
    assert words in exercises.check_seven_steps(answer)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        ("RRGG", "You are right in 100%, D in 75%"),
        ("r g g g", "You are right in 75%"),
        ("GGRR", "You are right in 0%"),
        ("RRG", "4 letters"),
        ("RRGX", "each R or G"),
    ],
)
def test_be_the_discriminator(answer, words):
    truth = np.array([True, True, False, False])
    assert words in exercises.be_the_discriminator(answer, truth, [0.9, 0.4, 0.1, 0.2])


def test_the_truth_about_each_picture_is_told_after_the_verdict():
    told = exercises.be_the_discriminator(
        "RGGR", np.array([True, True, False, False]), np.r_[0.9, 0.4, 0.1, 0.2]
    )
    assert [" ".join(line.split()) for line in told.splitlines()[1:]] == [
        "picture 1 is real you: real D: 0.90",
        "picture 2 is real you: generated D: 0.40",
        "picture 3 is generated you: generated D: 0.10",
        "picture 4 is generated you: real D: 0.20",
    ]


# ---- 02: the minimax loss -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (0, "Right"),
        (-np.log(4) + 2 * np.log(2), "Right"),
        (-np.log(4), "both distributions are the same"),
        (np.log(2), "divergence alone"),
        (np.log(4), "still to be added"),
        (-np.log(2), "counts twice"),
        (3, "none of the usual slips"),
    ],
)
def test_value_without_overlap(answer, words):
    assert words in exercises.check_value_without_overlap(answer)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (lambda p, q: p / (p + q), "Right"),
        (lambda p, q: expit(np.log(p) - np.log(q)), "Right"),
        (lambda p, q: 1 / (1 + q / p), "Right"),
        (lambda p, q: q / (p + q), "1 - D*"),
        (lambda p, q: np.log(p / q), "logit"),
        (lambda p, q: p / q, "ratio r"),
        (lambda p, q: p / ((p + q) / 2), "twice as much"),
        (lambda p, q: p > q, "hard decision"),
        (lambda p, q: p, "no probability"),
        (lambda p, q: 0.5, "shape"),
    ],
)
def test_best_discriminator(answer, words):
    assert words in exercises.check_best_discriminator(answer)


def kl(p, q):
    return np.sum(p * np.log(p / q))


def jsd(p, q):
    return (kl(p, (p + q) / 2) + kl(q, (p + q) / 2)) / 2


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (jsd, "Right"),
        (lambda p, q: spatial.distance.jensenshannon(p, q) ** 2, "Right"),
        (lambda p, q: 2 * jsd(p, q), "take half"),
        (lambda p, q: (kl(p, p + q) + kl(q, p + q)) / 2, "mixture must sum to 1"),
        (lambda p, q: kl(p, p + q) + kl(q, p + q), "both halves are missing"),
        (lambda p, q: jsd(p, q) / np.log(2), "bits"),
        (spatial.distance.jensenshannon, "square root"),
        (kl, "KL(p || q)"),
        (lambda p, q: kl(q, p), "KL(q || p)"),
        (lambda p, q: (kl(p, q) + kl(q, p)) / 2, "without the mixture"),
        (lambda p, q: 0.0, "none of the usual slips"),
    ],
)
def test_jsd(answer, words):
    assert words in exercises.check_jsd(answer)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (lambda s: -tf.reduce_mean(tf.nn.softplus(s)), "Right"),
        (lambda s: tf.reduce_mean(tf.math.log_sigmoid(-s)), "Right"),
        (lambda s: tf.reduce_mean(tf.nn.softplus(-s)), "non-saturating"),
        (lambda s: tf.reduce_mean(tf.nn.softplus(s)), "D's own price"),
        (lambda s: -tf.reduce_mean(tf.nn.softplus(-s)), "helps D"),
        (lambda s: -tf.reduce_sum(tf.nn.softplus(s)), "not the sum"),
        (lambda s: -tf.reduce_mean(tf.nn.softplus(tf.sigmoid(s))), "sigmoid twice"),
        (lambda s: tf.reduce_mean(tf.math.log(tf.maximum(1 - s, 1e-9))), "not a probability"),
        (lambda s: tf.reduce_mean(tf.math.log(1 - tf.sigmoid(s))), "never overflows"),
        (lambda s: -tf.nn.softplus(s), "shape"),
    ],
)
def test_saturating_loss(answer, words):
    assert words in exercises.check_saturating_loss(answer)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (4, "Right"),
        (3.96, "Right"),
        (2, "slope at 0 is 1/2"),
        (1, "Go on"),
        (4.1, "modulus 1.56"),
        (-1, "above 0"),
        (np.nan, "above 0"),
        (np.inf, "above 0"),
    ],
)
def test_circling_limit(answer, words):
    assert words in exercises.check_circling_limit(answer)


def bce(real_label, fake_label, scale=1.0):
    """Cross-entropy with labels that may be wrong: label softplus(-s) + (1 - label) softplus(s)."""

    def loss(real, fake):
        halves = [
            label * tf.nn.softplus(-s) + (1 - label) * tf.nn.softplus(s)
            for label, s in ((real_label, real), (fake_label, fake))
        ]
        return scale * sum(tf.reduce_mean(half) for half in halves)

    return loss


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (bce(1, 0), "Right"),
        (lambda r, f: -tf.reduce_mean(tf.math.log_sigmoid(r) + tf.math.log_sigmoid(-f)), "Right"),
        (bce(1.025, 0.025), "less than nothing"),
        (bce(0.9, 0), "softened"),
        (bce(1, 0.1), "softened"),
        (bce(1, 0, scale=0.5), "log 2 at D = 1/2"),
        (bce(1, 0, scale=-1), "sign"),
        (bce(0, 1), "exchanged"),
        (lambda r, f: tf.reduce_mean(tf.nn.softplus(-r)), "only the real half"),
        (lambda r, f: tf.reduce_mean(tf.nn.softplus(f)), "only the generated half"),
        (lambda r, f: tf.reduce_sum(tf.nn.softplus(-r) + tf.nn.softplus(f)), "not the sum"),
        (lambda r, f: bce(1, 0)(tf.sigmoid(r), tf.sigmoid(f)), "sigmoid twice"),
        (lambda r, f: tf.reduce_mean((r - 1) ** 2 + f**2) / 7, "none of the usual slips"),
    ],
)
def test_discriminator_loss(answer, words):
    assert words in exercises.check_discriminator_loss(answer)


# ---- 03: the spiral -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (1 - np.exp(-2), "Right"),
        (stats.chi2.cdf(4, df=2), "Right"),
        (0.9545, "one dimension"),
        (stats.norm.cdf([-2, 2]) @ [-1, 1], "one dimension"),
        (0.9545**2, "square"),
        (0.98889, "within 3 sigma"),
        (np.exp(-2), "outside"),
        (1 - np.exp(-1 / 2), "within 1 sigma"),
        (1 - np.exp(-4), "half in the exponent"),
        (0.5, "none of the usual slips"),
    ],
)
def test_two_sigma(answer, words):
    assert words in exercises.check_two_sigma(answer)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (np.log(25 / 20), "Right"),
        (20 * (1 / 20) * np.log((1 / 20) / (1 / 25)), "Right"),
        (np.log(20 / 25), "sign"),
        (np.log2(1.25), "bits"),
        (5 / 25, "share of dropped"),
        (1.25, "take its logarithm"),
        (np.log(5), "only 5 modes"),
        (np.inf, "other direction"),
        (0.7, "none of the usual slips"),
    ],
)
def test_dropped_modes(answer, words):
    assert words in exercises.check_dropped_modes(answer)


def found(samples, centres, sigma, radius=3, share=0.2, of_good=False):
    """Written the slow way: one mode after the other."""
    nearest = ((samples[:, None] - centres) ** 2).sum(axis=2).argmin(axis=1)
    near = np.linalg.norm(samples - centres[nearest], axis=1) < radius * sigma
    total = near.sum() if of_good else len(samples)
    counts = [np.sum(near & (nearest == mode)) for mode in range(len(centres))]
    return sum(count > 0 and count >= share * total / len(centres) for count in counts)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (found, "Right"),
        (lambda x, c, s: metrics.mode_coverage(x, c, s).modes, "Right"),
        (lambda x, c, s: found(x, c, s, share=0), "first sample"),
        (lambda x, c, s: found(x, c, s, radius=np.inf), "any distance"),
        (lambda x, c, s: found(x, c, s, radius=1), "within 1 sigma"),
        (lambda x, c, s: found(x, c, s, share=1), "a fifth"),
        (lambda x, c, s: found(x, c, s, of_good=True), "all samples, good or not"),
        (lambda x, c, s: 24, "none of the usual slips"),
        (lambda x, c, s: x[:25], "shape"),
    ],
)
def test_modes_found(answer, words):
    assert words in exercises.check_modes_found(answer)


MAP = {
    (1, 1e-3): [0.2, 0.3],
    (1, 1e-2): [0.6, 0.7],
    (2, 1e-3): [0.6, 0.6],
    (2, 1e-2): [0.9, 1.0],
    (2, 1e-1): [0.1, 0.3],
    (8, 1e-2): [0.92, 0.94],
    (9, 1e-2): [0.8, 0.8],
}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        ((2, 1e-2), "Right: 0.95 on average (seeds: 0.90, 1.00)"),
        ((8, 1e-2), "Right"),
        ((1, 1e-2), "One latent number draws a line"),
        ((2, 1e-3), "over too soon"),
        ((2, 1e-1), "overruns"),
        ((9, 1e-2), "0.95 is possible"),
        ((3, 1e-2), "choose one of the settings"),
    ],
)
def test_corner(answer, words):
    assert words in exercises.check_corner(answer, MAP)


@pytest.mark.parametrize(
    ("quality", "words"),
    [
        ({(1, 1e-3): []}, "one number a seed, got shape (0,)"),
        ({(1, 1e-3): [[0.1]]}, "one number a seed, got shape (1, 1)"),
        ({(1, 1e-3): 0.1}, "one number a seed, got shape ()"),
        ({1: [0.1]}, "keys: (latent_dim, learning_rate), got 1"),
    ],
)
def test_a_map_that_is_none(quality, words):
    assert words in exercises.check_corner((1, 1e-3), quality)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (lambda s, slope: (1 - expit(s)) * slope, "Right"),
        (lambda s, slope: slope / (1 + np.exp(s)), "Right"),
        (lambda s, slope: -(1 - expit(s)) * slope, "sign"),
        (lambda s, slope: expit(s) * slope, "saturating"),
        (lambda s, slope: slope, "Wasserstein"),
        (lambda s, slope: expit(s) * (1 - expit(s)) * slope, "divide by D"),
        (lambda s, slope: (1 - expit(s)) * slope / len(s), "price of its own"),
        (lambda s, slope: 0 * slope, "none of the usual slips"),
        (lambda s, slope: 1 - expit(s), "shape"),
    ],
)
def test_pull(answer, words):
    assert words in exercises.check_gradient(answer)


def test_the_right_pull_is_what_autodiff_finds():
    s = tf.Variable([[-2.0], [0.5]])
    with tf.GradientTape() as tape:
        price = tf.reduce_sum(tf.nn.softplus(-s))
    assert np.allclose(-tape.gradient(price, s), 1 - expit(s.numpy()))


# ---- 05: training diagnostics -------------------------------------------------------------

RUNS = ("saturation", "partial collapse", "healthy", "non-finite")
NAMED = dict(zip("ABCD", RUNS))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (NAMED, "Right: all 4"),
        ({**NAMED, "d": "Non finite"} | {"B": "partial_collapse"}, "Right"),
        (NAMED | {"A": "discriminator wins"}, "3 of 4 are right. A is not"),
        (NAMED | {"A": "discriminator wins"}, "G's gradient norm: it grows"),
        (NAMED | {"B": "collapse"}, "all one picture, or several kinds"),
        (NAMED | {"B": "memorisation"}, "very same picture"),
        (NAMED | {"C": "partial collapse"}, "Count which digits"),
        (NAMED | {"A": "collapse"}, "a cause or only follow"),
        (NAMED | {"D": "oscillation"}, "goes up and down to the end. If D does not, look at where"),
        (dict.fromkeys("ABCD", "generator wins"), "0 of 4 are right. A is not"),
        (NAMED | {"C": "mode collapse"}, "'mode collapse', for C, is none of the names"),
        ({"A": "healthy", "C": None}, "no name for B, C, D"),
        (["healthy"] * 4, "a dictionary"),
        (7, "a dictionary"),
    ],
)
def test_named_failures(answer, words):
    assert words in exercises.check_named_failures(answer, RUNS)


def test_every_failure_can_be_named_and_is_not_given_away():
    names = list(scenarios.FAILURES)
    assert list(exercises.FAILURE_SIGNS) == names
    assert {name for pair in training_failures._TWO_NAMES for name in pair} <= set(names)
    assert all(list(pair) == sorted(pair) for pair in training_failures._TWO_NAMES)
    for true in names:
        for given in names:
            said = exercises.check_named_failures({"A": given}, (true,))
            assert said.is_right == (given == true)
            assert given == true or f'"{true}"' not in said


def right_labels(step):
    return step(20.0, -20.0, np.random.default_rng(0)) >= 0


def on_the_segments(step):
    real, fake = np.zeros((100, 3)), np.ones((100, 3))
    points = step(real, fake, np.random.default_rng(0))
    return points.min() >= 0 and points.max() <= 1


INVARIANTS = {
    "labels": right_labels,
    "interpolation": on_the_segments,
    "threshold": lambda step: step([0.1, 0.4], [-0.1, -0.4]) == 1,
    "penalty": lambda step: np.isfinite(step(np.zeros((1, 2)))).all(),
}
TOO_WEAK = {
    "labels": lambda step: step(0.0, 0.0, np.random.default_rng(0)) >= 0,
    "interpolation": lambda step: step(*np.ones((2, 9, 3)), np.random.default_rng(0)).max() < 1.1,
    "threshold": lambda step: step([3.0], [-3.0]) == 1,
    "penalty": lambda step: np.isfinite(step(np.ones((1, 2)))).all(),
}
TOO_STRICT = {
    "labels": (lambda step: step(20.0, -20.0, np.random.default_rng(0)) < 0.1, "one-sided"),
    "interpolation": (
        lambda step: step(*np.eye(2)[:, None], np.random.default_rng(0)).dtype == "float64",
        "up to rounding",
    ),
    "threshold": (lambda step: step([1.0, 1.0, 1.0], [1.0]) == 0.75, "the mean of the accuracies"),
    "penalty": (lambda step: step(np.full((1, 1), 1e-5)).all(), "a root of at least"),
}


@pytest.mark.parametrize("name", published_bugs.BUGGY)
def test_invariants(name):
    assert exercises.check_invariant(None, name).state == "not answered"
    said = exercises.check_invariant(INVARIANTS[name], name)
    assert said.is_right and published_bugs.BUGGY[name].source in said
    said = exercises.check_invariant(TOO_WEAK[name], name)
    assert "Not yet: it lets the published bug pass." in said
    assert published_bugs.BUGGY[name].hint in said
    too_strict, version = TOO_STRICT[name]
    said = exercises.check_invariant(too_strict, name)
    assert "also rejects another right version" in said and version in said
    said = exercises.check_invariant(lambda step: not INVARIANTS[name](step), name)
    assert "turned round" in said
    assert "pass" in exercises.check_invariant(lambda step: True, name)
    assert "rejects the right version." in exercises.check_invariant(lambda step: False, name)


def test_an_invariant_that_draws_too_few_pairs_is_told_so():
    rng = np.random.default_rng(0)

    def one_pair(step):
        return 0 <= step(np.zeros((1, 1)), np.ones((1, 1)), rng).item() <= 1

    assert "pass, 1 times in 5" in exercises.check_invariant(one_pair, "interpolation")
    by_chance = itertools.cycle([True, False, True, True, False]).__next__
    said = exercises.check_invariant(lambda step: by_chance(), "interpolation")
    assert "rejects the right version, 2 times in 5" in said


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (True, "write a function of step"),
        (lambda step: None, "returned None"),
        (lambda step: np.array([True, True]), "returned ndarray of shape (2,)"),
        (lambda step: step(1), "raised TypeError"),
        (lambda: True, "raised TypeError"),
        (lambda step: 1 / 0, "ZeroDivisionError"),
        (lambda step: [[1], [1, 2]], "returned [[1], [1, 2]]"),
        (lambda step: tf.constant(True), "lets the published bug pass"),
    ],
)
def test_no_invariant_breaks_the_check(answer, words):
    assert words in exercises.check_invariant(answer, "labels")
    assert "labels, interpolation" in exercises.check_invariant(answer, "label")


def test_labels_beyond_1_leave_the_loss_without_a_floor():
    rng = np.random.default_rng(0)
    real, fake = rng.normal(size=(2, 500, 1))
    assert published_bugs.right_labels_loss(real, fake, rng) == pytest.approx(
        float(losses.logistic_discriminator(real, fake))
    )
    sure = np.full((500, 1), 20.0)
    assert published_bugs.buggy_labels_loss(sure, -sure, rng) == pytest.approx(
        -2 * 0.05 * 20, rel=0.1
    )
    assert published_bugs.buggy_labels_loss(2 * sure, -2 * sure, rng) == pytest.approx(-4, rel=0.1)
    assert published_bugs.right_labels_loss(sure, -sure, rng) == pytest.approx(0, abs=1e-6)


def test_a_normal_factor_leaves_the_segment_two_times_in_three():
    rng = np.random.default_rng(0)
    real, fake = rng.normal(size=(2, 4000, 7, 2))

    def detour(points):
        """How much longer the way from real to fake is through the points."""

        def length(way):
            return np.linalg.norm(way.reshape(len(way), -1), axis=1)

        return length(points - real) + length(fake - points) - length(fake - real)

    assert abs(detour(published_bugs.right_interpolation(real, fake, rng))).max() < 1e-6
    outside = detour(published_bugs.buggy_interpolation(real, fake, rng)) > 1e-6
    assert outside.mean() == pytest.approx(1 - (stats.norm.cdf(1) - 0.5), abs=0.03)


def test_keras_counts_logits_as_the_bug_does():
    real, fake = np.random.default_rng(0).normal(size=(2, 200, 1))
    labels = np.repeat([1.0, 0.0], 200)[:, None]
    for count, threshold in (
        (published_bugs.buggy_accuracy, 0.5),
        (published_bugs.right_accuracy, 0.0),
    ):
        metric = keras.metrics.BinaryAccuracy(threshold=threshold)
        metric.update_state(labels, np.concatenate([real, fake]))
        assert count(real, fake) == pytest.approx(float(metric.result()))
    assert keras.metrics.BinaryAccuracy().threshold == 0.5


def test_a_root_without_epsilon_has_no_gradient_at_zero():
    slopes = np.random.default_rng(0).normal(size=(5, 3))
    length = np.linalg.norm(slopes, axis=1, keepdims=True)
    by_hand = 2 * (length - 1) * slopes / length / 5
    assert np.allclose(published_bugs.right_penalty_gradient(slopes), by_hand, atol=1e-6)
    assert np.allclose(published_bugs.buggy_penalty_gradient(slopes), by_hand, atol=1e-6)
    slopes[2] = 0
    assert np.isnan(published_bugs.buggy_penalty_gradient(slopes)).any(axis=1).tolist() == [
        0,
        0,
        1,
        0,
        0,
    ]
    assert (published_bugs.right_penalty_gradient(slopes)[2] == 0).all()


def test_the_bugs_can_be_read_at_a_glance():
    for bug in published_bugs.BUGGY.values():
        for step in (bug.buggy, bug.right):
            assert len(inspect.getsource(step).splitlines()) <= 9
        assert bug.call.startswith(f"step{inspect.signature(bug.buggy)}")
        assert inspect.signature(bug.buggy) == inspect.signature(bug.right)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (23, "Right: with 23 seeds"),
        (np.ceil(8 * 0.05**2 / 0.03**2), "Right"),
        (22, "rounded down"),
        (12, "standard error of one mean"),
        (6, "once its standard error"),
        (14, "square s / d"),
        (46, "both recipes together"),
        (3, "turned round"),
        (8 * 0.05**2 / 0.03**2, "round it up"),
        (7.5, "a whole number"),
        (10, "is 1.34 times its standard error; ask for 2"),
        (40, "is 2.68 times its standard error; fewer seeds"),
        (0, "above 0"),
        (-5, "above 0"),
        (np.nan, "above 0"),
        ("many", "above 0"),
        ([23], "above 0"),
        (10**400, "above 0"),
    ],
)
def test_seeds_needed(answer, words):
    assert words in exercises.check_seeds_needed(answer, 0.05, 0.03)


@pytest.mark.parametrize("exact", [2, 8, 50, 72, 200])
def test_a_whole_number_of_seeds_is_not_rounded_up(exact):
    spread = 0.1
    difference = spread * np.sqrt(8 / exact)
    assert exercises.check_seeds_needed(exact, spread, -difference).is_right
    assert 8 * (0.07 / 0.02) ** 2 > 98  # by a rounding error
    assert exercises.check_seeds_needed(98, 0.07, 0.02).is_right


def test_that_many_seeds_make_the_difference_two_standard_errors():
    rng = np.random.default_rng(0)
    means = rng.normal(0, 0.05, size=(20000, 2, 23)).mean(axis=2)
    assert 0.03 / (means[:, 0] - means[:, 1]).std() == pytest.approx(2, abs=0.06)
    assert "got 0.1 and 0" in exercises.check_seeds_needed(8, 0.1, 0)


CONSTANTS = {
    "minimax": (np.log(4), -np.log(2)),
    "non_saturating": (np.log(4), np.log(2)),
    "hinge": (2, 0),
    "wasserstein": (0, 0),
}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (CONSTANTS, "Right"),
        (CONSTANTS | {"Non-Saturating": [np.log(4), np.log(2)]}, "Right"),
        (CONSTANTS | {"minimax": (np.log(2), 0)}, "D of minimax: that is the mean of both"),
        (CONSTANTS | {"minimax": (-np.log(4), 0)}, "D of minimax: the sign"),
        (CONSTANTS | {"minimax": (2, -1)}, "D of minimax: that is in bits"),
        (CONSTANTS | {"minimax": (0.5, 0.5)}, "minus the logarithm of that, twice"),
        (CONSTANTS | {"minimax": (0, 0)}, "undecided"),
        (CONSTANTS | {"minimax": (np.log(4), np.log(2))}, "G of minimax: the sign"),
        (CONSTANTS | {"minimax": (np.log(4), -np.log(4))}, "value of the game"),
        (CONSTANTS | {"minimax": (np.log(4), -1)}, "G of minimax: that is in bits"),
        (CONSTANTS | {"minimax": (np.log(4), 0.5)}, "that is 1 - D"),
        (CONSTANTS | {"non_saturating": (np.log(2), 1)}, "D of non_saturating: that is the mean"),
        (CONSTANTS | {"non_saturating": (np.log(4), -np.log(2))}, "G minimises -log D"),
        (CONSTANTS | {"non_saturating": (np.log(4), np.log(4))}, "with two halves"),
        (CONSTANTS | {"non_saturating": (np.log(4), 1)}, "in bits"),
        (CONSTANTS | {"non_saturating": (np.log(4), 0.5)}, "that is D;"),
        (CONSTANTS | {"hinge": (1, 0)}, "D of hinge: that is the mean of both"),
        (CONSTANTS | {"hinge": (0, 0)}, "margin of 1, not up to 0"),
        (CONSTANTS | {"hinge": (np.log(4), 0)}, "max(0, 1 - s)"),
        (CONSTANTS | {"hinge": (-2, 0)}, "D of hinge: the sign"),
        (CONSTANTS | {"hinge": (2, 1)}, "G of hinge: no margin here"),
        (CONSTANTS | {"hinge": (2, np.log(2))}, "G of hinge: no logarithm here"),
        (CONSTANTS | {"wasserstein": (np.log(4), 0)}, "D of wasserstein: no logarithm"),
        (CONSTANTS | {"wasserstein": (2, 0)}, "D of wasserstein: no margin"),
        (CONSTANTS | {"wasserstein": (0, np.nan)}, "G of wasserstein: your result has nan"),
        (CONSTANTS | {"hinge": 2}, "hinge to have two numbers"),
        (CONSTANTS | {"hinge": (2, 0, 0)}, "hinge to have two numbers"),
        (CONSTANTS | {"hinge": (2, "zero")}, "hinge to have two numbers"),
        ({"minimax": (np.log(4), -np.log(2))}, "non_saturating to have two numbers"),
        ([1, 2], "a dictionary"),
    ],
)
def test_loss_constants(answer, words):
    assert words in exercises.check_loss_constants(answer)


def test_the_loss_constants_are_those_of_the_losses():
    def stand(name, logit):
        s, loss = tf.fill((6, 1), logit), losses.LOSSES[name]
        return float(loss.discriminator(s, s)), float(loss.generator(None, s))

    said = exercises.check_loss_constants({name: stand(name, 0.0) for name in CONSTANTS})
    assert said.is_right and "1/2: D pays 1/4, G 1/8" in said
    assert stand("least_squares", 0.5) == (0.25, 0.125)
