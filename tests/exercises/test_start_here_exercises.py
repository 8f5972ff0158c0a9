from helpers import exercises

import pytest


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
def test_values_per_image(answer, words):
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
def test_latent_walk(answer, words):
    assert words in exercises.check_latent_walk(answer)
