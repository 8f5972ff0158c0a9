from helpers import plots

import numpy as np
from matplotlib.figure import Figure
from plots_data import digits, history


def test_the_view_returns_true_when_its_axes_changed():
    view = plots.TrainingView()
    assert [view.update(digits(25), history(n)) for n in (0, 10, 500, 501, 900, 1001)] == [
        False,
        False,
        False,
        True,
        False,
        True,
    ]
    assert view.figure.axes[1].get_xlim() == (0, 2000)


def test_the_loss_axes_contain_all_that_is_drawn():
    axes = Figure().subplots()
    curves = plots.LossCurves(axes)
    for low, high in ((0.5, 1.4), (-7, 9), (0.0, 40)):
        losses = np.linspace(low, high, 400)
        curves.update({"discriminator_loss": losses, "generator_loss": losses})
        bottom, top = axes.get_ylim()
        assert bottom <= low and top >= high and (bottom == 0) == (low >= 0)
        assert top <= 3 * max(high, 1)  # not lost in the lower third


def test_the_loss_axis_recovers_after_a_spike():
    curves = plots.LossCurves(Figure().subplots())
    losses = np.ones(3000)
    losses[100:200] = 20_000
    for updates, recovered in ((300, False), (3000, True)):
        history = dict.fromkeys(("discriminator_loss", "generator_loss"), losses[:updates])
        curves.update(history)
        assert (curves.axes.get_ylim()[1] < 5) == recovered


def test_very_large_losses_are_shown_on_a_logarithmic_axis():
    """Losses of 3,000 and of 1 can both be read, and small ones get their linear axis back."""
    curves = plots.LossCurves(Figure().subplots())
    for high, scale in ((3000, "symlog"), (2, "linear")):
        history = dict.fromkeys(("discriminator_loss", "generator_loss"), np.linspace(0, high, 600))
        assert curves.update(history) and curves.axes.get_yscale() == scale
        heights = curves.axes.transScale.transform([(0, 0), (0, 1), (0, curves.axes.get_ylim()[1])])
        assert (heights[1] - heights[0])[1] > 0.1 * (heights[2] - heights[0])[1]


def test_losses_that_were_not_measured_leave_a_gap():
    curves = plots.LossCurves(Figure().subplots())
    losses = np.r_[np.full(10, np.nan), np.ones(10)]
    assert not curves.update({"discriminator_loss": losses, "generator_loss": losses})
    assert np.isnan(curves.moving[0].get_ydata()).tolist() == [True, True, False, False]


def test_numbers_of_marks_do_not_overlap():
    """On an axis of 1,000 updates, of 100, 101, 102 the last has its number; all have their lines."""
    axes = Figure().subplots()
    axes.set_xlim(0, 1000)
    marks = plots.Marks(axes)
    marks.update([100, 101, 102, 500])
    lines, *numbers = marks.moving
    assert len(lines.get_segments()) == 4
    assert [number.get_text() for number in numbers if number.get_visible()] == ["3", "4"]


def test_marks_stand_at_their_updates_with_their_numbers():
    """The last nine of eleven, numbered 3 to 11; none of them after a reset."""
    axes = Figure().subplots()
    axes.set_xlim(0, 120)
    marks = plots.Marks(axes)
    marks.update([10 * k for k in range(1, 12)])
    lines, *numbers = marks.moving
    assert [segment[0][0] for segment in lines.get_segments()] == [10 * k for k in range(3, 12)]
    shown = {number.get_text(): number.get_position()[0] for number in numbers}
    assert shown == {str(k): 10 * k for k in range(3, 12)}
    marks.update([])
    assert not lines.get_segments() and not any(number.get_visible() for number in numbers)
