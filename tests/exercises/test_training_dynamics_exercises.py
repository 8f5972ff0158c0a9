from helpers import exercises

import numpy as np
import pytest


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (4, "Right"),
        (3.96, "Right"),
        (2, "derivative at 0 is 1/2"),
        (1, "Go on"),
        (4.1, "modulus 1.56"),
        (-1, "above 0"),
        (np.nan, "above 0"),
        (np.inf, "above 0"),
    ],
)
def test_stability_limit(answer, words):
    assert words in exercises.check_stability_limit(answer)
