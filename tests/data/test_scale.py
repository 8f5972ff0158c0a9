from helpers import data

import numpy as np
import pytest


def test_display_maps_the_ends_and_the_middle():
    assert data.to_display(np.float32([-1, 0, 1])).tolist() == [0, 0.5, 1]
    # a dark picture stays dark: the range is fixed, not taken from the values
    assert data.to_display(np.full((2, 2), -0.8)).max() < 0.11


@pytest.mark.parametrize("pixels", [[0.0, 255.0], [-1.5, 0.0]])
def test_display_refuses_other_ranges(pixels):
    with pytest.raises(ValueError, match=r"must lie in \[-1, 1\]"):
        data.to_display(np.array(pixels))


@pytest.mark.parametrize("images", [np.zeros(3) + 1j, "picture", [None], [[1], [1, 0]]])
def test_display_refuses_what_is_not_an_array_of_numbers(images):
    with pytest.raises(ValueError, match="images must be an array of real numbers"):
        data.to_display(images)


def test_display_refuses_nan():
    with pytest.raises(ValueError, match="not finite"):
        data.to_display(np.array([0.0, np.nan]))
