"""Exercise of the lesson `measuring_samples`: how many seeds a comparison needs."""

import numpy as np

from .answer import NotYet, Verdict, guarded, number, short_repr


@guarded
def check_seeds_needed(answer: float | None, spread: float, difference: float) -> Verdict:
    """Check the seeds a recipe needs, n, for a difference of two standard errors.

    n = 8 s^2 / d^2, rounded up: the difference of two means has the standard error s sqrt(2 / n).

    Args:
        answer: n, a whole number above 0.
        spread: s, standard deviation from seed to seed, above 0, the same for both recipes.
        difference: d, the difference of the means, of either sign but not 0.

    Returns:
        Verdict.

    Example:
        >>> from helpers import exercises
        >>> exercises.check_seeds_needed(31, spread=0.1, difference=0.05)
        ✗ Not yet: with 31 seeds the difference is 1.97 times its standard error; ask for 2.
    """
    spread = number(spread, "spread, a number above 0")
    difference = number(difference, "difference, a number other than 0")
    if not (np.isfinite([spread, difference]).all() and spread > 0 and difference != 0):
        raise NotYet(
            f"expected a spread above 0 and a difference other than 0, got {spread:g} and "
            f"{difference:g}."
        )
    square = (spread / difference) ** 2
    exact = 8 * square

    def up(value):
        return float(np.ceil(value - 1e-9))  # a whole number may come out a hair above itself

    n = number(answer, "a number of seeds, above 0")
    if not np.isfinite(n) or n <= 0:
        raise NotYet(f"a number of seeds, please, above 0; got {short_repr(answer)}.")
    if np.isclose(n, up(exact)):
        return Verdict(
            "right",
            f"with {up(exact):.0f} seeds a recipe the difference is twice its standard error, "
            "s sqrt(2 / n). Half the difference needs four times as many.",
        )
    if n != round(n):
        if np.isclose(n, exact, rtol=1e-3):
            raise NotYet("that is no whole number of seeds; round it up.")
        raise NotYet(f"a whole number of seeds, please, got {n:g}.")
    mistakes = {
        "that holds for s / sqrt(n), the standard error of one mean; a difference of two has "
        "s sqrt(2 / n).": up(4 * square),
        "there the difference is once its standard error; ask for twice.": up(2 * square),
        "that is rounded down: there the difference is just below twice its standard error.": (
            np.floor(exact)
        ),
        "square s / d: the standard error falls with the root of n.": up(8 * np.sqrt(square)),
        "that is for both recipes together; how many for each?": 2 * up(exact),
        "the ratio is inverted: more spread needs more seeds.": up(8 / square),
    }
    for sentence, wrong in mistakes.items():
        if n == wrong:
            raise NotYet(sentence)
    errors = abs(difference) / (spread * np.sqrt(2 / n))
    advice = "ask for 2" if errors < 2 else "fewer seeds will do"
    raise NotYet(
        f"with {n:.0f} seeds the difference is {errors:.2f} times its standard error; {advice}."
    )
