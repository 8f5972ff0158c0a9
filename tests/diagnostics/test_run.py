from helpers import diagnostics

import numpy as np
import pytest
from diagnostics_data import sine


def test_reversals_count_the_extrema_of_a_sine_that_are_high_enough():
    n, period = 2000, 160
    updates = np.arange(n // 2 + 20, n - 20)  # the second half, without the smoothing window
    extrema = np.abs(np.diff(np.sign(np.cos(2 * np.pi * updates / period)))).sum() / 2
    smoothed = np.sin(np.pi * 40 / period) / (40 * np.sin(np.pi / period))
    height = 2 * 0.3 * smoothed  # from minimum to maximum
    found = diagnostics.reversals(sine(n, 0.3, period), 0.98 * height)
    assert found == extrema - 2  # the first and the last lack a full rise or fall on one side
    assert diagnostics.reversals(sine(n, 0.3, period), 1.02 * height) == 0
    assert diagnostics.reversals(np.linspace(0, 1, n), 0.01) == 0
    assert diagnostics.reversals(np.full(100, 0.3), 0.01) == 0


@pytest.mark.parametrize(
    ("score", "height", "message"),
    [
        (np.zeros((9, 9)), 0.1, r"score must be \(n,\), n of at least 4, got \(9, 9\)"),
        ([1, 2, 3], 0.1, r"got \(3,\)"),
        ([1, 2, np.nan, 3], 0.1, "score holds values that are not finite"),
        ("abc", 0.1, "score must be an array of real numbers"),
        (np.zeros(9), 0, "height must be above 0 and finite, got 0"),
        (np.zeros(9), "1", "height must be above 0 and finite, got '1'"),
    ],
)
def test_reversals_refuses(score, height, message):
    with pytest.raises(ValueError, match=message):
        diagnostics.reversals(score, height)
