from helpers import exercises

import numpy as np
import pytest


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
        (3, "inverted"),
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
