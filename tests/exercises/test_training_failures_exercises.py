import itertools

from helpers import data, exercises, losses
from helpers.diagnostics import scenarios
from helpers.exercises import published_bugs, training_failures

import numpy as np
import pytest
import tensorflow as tf

RUNS = ("saturation", "partial collapse", "healthy", "non-finite")


NAMED = dict(zip("ABCD", RUNS))


@pytest.fixture
def of_runs(monkeypatch):
    """check(answer, names): the check with other runs."""

    def check(answer, names=RUNS):
        named = dict(zip("ABCD", names))
        monkeypatch.setattr(training_failures.unnamed, "names", lambda: named)
        return exercises.check_named_failures(answer)

    return check


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (NAMED, "Right: all 4"),
        ({**NAMED, "d": "Non finite"} | {"B": "partial_collapse"}, "Right"),
        (NAMED | {"A": "discriminator wins"}, "3 of 4 are right. A is not"),
        (NAMED | {"A": "discriminator wins"}, "G's gradient norm: it grows"),
        (NAMED | {"B": "collapse"}, "all one picture, or several classes"),
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
def test_named_failures(of_runs, answer, words):
    assert words in of_runs(answer)


def test_every_failure_can_be_named_and_is_not_given_away(of_runs):
    names = list(scenarios.FAILURES)
    assert list(exercises.FAILURE_SIGNS) == names
    assert {name for pair in training_failures._TWO_NAMES for name in pair} <= set(names)
    assert all(list(pair) == sorted(pair) for pair in training_failures._TWO_NAMES)
    for true in names:
        for given in names:
            verdict = of_runs({"A": given}, (true,))
            assert verdict.is_right == (given == true)
            assert given == true or f'"{true}"' not in verdict


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
    verdict = exercises.check_invariant(INVARIANTS[name], name)
    assert verdict.is_right and published_bugs.BUGGY[name].source in verdict
    verdict = exercises.check_invariant(TOO_WEAK[name], name)
    assert "Not yet: it lets the published bug pass." in verdict
    assert published_bugs.BUGGY[name].hint in verdict
    too_strict, version = TOO_STRICT[name]
    verdict = exercises.check_invariant(too_strict, name)
    assert "also rejects another right version" in verdict and version in verdict
    verdict = exercises.check_invariant(lambda step: not INVARIANTS[name](step), name)
    assert "inverted" in verdict
    assert "pass" in exercises.check_invariant(lambda step: True, name)
    assert "rejects the right version." in exercises.check_invariant(lambda step: False, name)


def test_an_invariant_that_draws_too_few_pairs_is_rejected():
    rng = np.random.default_rng(0)

    def one_pair(step):
        return 0 <= step(np.zeros((1, 1)), np.ones((1, 1)), rng).item() <= 1

    assert "pass, 1 times in 5" in exercises.check_invariant(one_pair, "interpolation")
    by_chance = itertools.cycle([True, False, True, True, False]).__next__
    verdict = exercises.check_invariant(lambda step: by_chance(), "interpolation")
    assert "rejects the right version, 2 times in 5" in verdict


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
        (CONSTANTS | {"minimax": (np.log(4), -np.log(4))}, "value function"),
        (CONSTANTS | {"minimax": (np.log(4), -1)}, "G of minimax: that is in bits"),
        (CONSTANTS | {"minimax": (np.log(4), 0.5)}, "that is 1 - D"),
        (CONSTANTS | {"non_saturating": (np.log(2), 1)}, "D of non_saturating: that is the mean"),
        (CONSTANTS | {"non_saturating": (np.log(4), -np.log(2))}, "G minimises -log D"),
        (CONSTANTS | {"non_saturating": (np.log(4), np.log(4))}, "with two halves"),
        (CONSTANTS | {"non_saturating": (np.log(4), 1)}, "in bits"),
        (CONSTANTS | {"non_saturating": (np.log(4), 0.5)}, "that is D;"),
        (CONSTANTS | {"hinge": (1, 0)}, "D of hinge: that is the mean of both"),
        (CONSTANTS | {"hinge": (0, 0)}, "margin is 1, not 0"),
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
    def losses_at(name, logit):
        s, loss = tf.fill((6, 1), logit), losses.LOSSES[name]
        return float(loss.discriminator(s, s)), float(loss.generator(None, s))

    verdict = exercises.check_loss_constants({name: losses_at(name, 0.0) for name in CONSTANTS})
    assert verdict.is_right and "1/2: D's loss is 1/4, G's 1/8" in verdict
    assert losses_at("least_squares", 0.5) == (0.25, 0.125)


def points(modes, seed):
    ring = data.ring(sigma=0.05)
    every = ring.sample(6000, seed=seed)
    near = np.linalg.norm(every[:, None] - ring.centres, axis=-1).argmin(axis=1)
    return every[near < modes][:600]


FAILED, CONTROL, FIXED = points(1, 0), points(2, 1), points(8, 2)


@pytest.mark.parametrize(
    ("samples", "words"),
    [
        ((FAILED, CONTROL, FIXED), "Right: modes covered: failed 1, control 2, fixed 8."),
        ((FIXED, CONTROL, FAILED), "has not failed"),
        ((FAILED, FIXED, CONTROL), "changed places"),
        ((FAILED, CONTROL, points(5, 3)), "Not fixed yet"),
        ((FAILED, points(8, 4), FIXED), "control recovered as well"),
        ((FAILED, FAILED, FIXED), "failed and control are the same"),
        ((FAILED, CONTROL, CONTROL), "control and fixed are the same"),
        ((FAILED, CONTROL, FIXED[:9]), "for fixed it returned (9, 2)"),
        ((FAILED, CONTROL, 8), "for fixed"),
        ((FAILED, CONTROL[:, :1], FIXED), "for control it returned"),
    ],
)
def test_control(samples, words):
    given = dict(zip(("failed", "control", "fixed"), samples))
    assert words in exercises.check_control(lambda seed: given)


def test_control_wants_a_function_of_a_seed_that_returns_three_sets_of_samples():
    assert "expected a function" in exercises.check_control({"failed": FAILED})
    assert "should return a dictionary" in exercises.check_control(lambda seed: FAILED)
    assert "called with (seed)" in exercises.check_control(lambda: FAILED)
    assert exercises.check_control(None).state == "not answered"
