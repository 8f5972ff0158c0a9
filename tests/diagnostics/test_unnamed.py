from helpers.diagnostics import scenarios, unnamed

import numpy as np
import pytest


def test_the_four_runs_are_four_failures_with_settings_of_their_own():
    runs = [unnamed.unnamed_run(letter) for letter in "ABCD"]
    assert list(unnamed.names()) == list("ABCD")
    assert len({run.failure.name for run in runs}) == 4
    for run in runs:
        known = scenarios.FAILURES[run.failure.name]
        assert run.failure.settings != known.settings and run.failure.fixed == known.fixed
        assert run.seed > 40  # the limits were set on smaller ones
        assert run.failure.name not in repr(run)


@pytest.mark.parametrize("letter", ["E", "a", None, 1, ["A"]])
def test_other_letters_are_refused(letter):
    with pytest.raises(ValueError, match=r"letter must be one of \['A', 'B', 'C', 'D'\], got"):
        unnamed.unnamed_run(letter)


def test_drawn_runs_repeat_differ_and_do_not_tell_their_name():
    runs = [unnamed.drawn_run(number) for number in range(1, 60)]
    again = unnamed.drawn_run(5)
    assert (again.failure, again.seed) == (runs[4].failure, runs[4].seed)
    assert {run.failure.name for run in runs} == {*scenarios.FAILURES} - {"healthy"}
    assert len({run.seed for run in runs}) == 59 and repr(runs[0]) == "unknown run 1"
    with pytest.raises(ValueError, match="number must be a whole number of at least 1"):
        unnamed.drawn_run(0)


def test_names_cannot_be_read_in_the_source():
    coded = " ".join(unnamed._CODED.values())
    assert not any(name[:6] in coded for name in unnamed.names().values())
    assert np.isin([*unnamed.names().values()], [*scenarios.FAILURES]).all()
