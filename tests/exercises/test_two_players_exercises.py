from helpers import exercises

import numpy as np
import pytest
from scipy.special import expit, logit


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (0.5, "Right"),
        (1 / 2, "Right"),
        (0, "invert its answers"),
        (1, "never fooled"),
        (50, "write 0.5"),
        (np.log(2), "value of each half"),
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
        (lambda z: np.random.normal(3, 0.5, z.shape), "All randomness must come from z"),
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


def test_the_accuracy_of_the_optimal_discriminator_is_stated():
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
        ("RRGG", "Your accuracy is 100%, D's is 75%"),
        ("r g g g", "Your accuracy is 75%"),
        ("GGRR", "Your accuracy is 0%"),
        ("RRG", "4 letters"),
        ("RRGX", "each R or G"),
    ],
)
def test_be_the_discriminator(answer, words):
    truth = np.array([True, True, False, False])
    assert words in exercises.be_the_discriminator(answer, truth, [0.9, 0.4, 0.1, 0.2])


def test_the_truth_about_each_picture_follows_the_accuracies():
    verdict = exercises.be_the_discriminator(
        "RGGR", np.array([True, True, False, False]), np.r_[0.9, 0.4, 0.1, 0.2]
    )
    assert [" ".join(line.split()) for line in verdict.splitlines()[1:]] == [
        "picture 1 is real you: real D: 0.90",
        "picture 2 is real you: generated D: 0.40",
        "picture 3 is generated you: generated D: 0.10",
        "picture 4 is generated you: real D: 0.20",
    ]
