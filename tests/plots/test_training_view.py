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


def test_losses_that_were_not_measured_leave_a_gap():
    curves = plots.LossCurves(Figure().subplots())
    losses = np.r_[np.full(10, np.nan), np.ones(10)]
    assert not curves.update({"discriminator_loss": losses, "generator_loss": losses})
    assert np.isnan(curves.moving[0].get_ydata()).tolist() == [True, True, False, False]
