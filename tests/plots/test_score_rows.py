from helpers import plots

import numpy as np
import pytest
from matplotlib.figure import Figure


@pytest.fixture
def rows():
    return plots.ScoreRows(Figure().add_subplot(), ["distance", "accuracy", "recall"])


def test_the_ends_of_each_range_are_at_one_and_its_middle_at_zero(rows):
    outside = rows.update([1.0, 0.5, 0.9], lowest=[1.0, 0.4, 0.5], highest=[3.0, 0.6, 0.9])
    assert outside == [False, False, False]  # the ends belong to the range
    filled, hollow = rows.moving[:2]
    assert len(filled.get_xdata()) == 0
    assert np.allclose(hollow.get_xdata(), [-1, 0, 1]) and list(hollow.get_ydata()) == [3, 2, 1]
    assert rows.texts[1].get_text() == "0.500"
    assert rows.ranges[1].get_text() == "(0.400 to 0.600)"


def test_a_score_outside_is_a_filled_dot_at_its_distance_in_half_widths(rows):
    assert rows.update([7.0, 0.5, 0.0], [1, 0.4, 0.5], [3, 0.6, 0.9]) == [True, False, True]
    filled, hollow = rows.moving[:2]
    assert np.allclose(filled.get_xdata(), [5, -3.5]) and list(filled.get_ydata()) == [3, 1]
    assert np.allclose(hollow.get_xdata(), [0])


def test_far_scores_and_ranges_without_width_stay_in_the_picture(rows):
    assert rows.update([1e9, 0.4, 0.3], [1, 0.5, 0.3], [3, 0.5, 0.3]) == [True, True, False]
    left, right = rows.texts[0].axes.get_xlim()
    assert ((rows.moving[0].get_xdata() > left) & (rows.moving[0].get_xdata() < right)).all()


def test_too_few_numbers_are_refused(rows):
    with pytest.raises(ValueError, match="each of 3 rows"):
        rows.update([1, 2], [0, 0], [3, 3])
