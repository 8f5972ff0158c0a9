from types import SimpleNamespace

from helpers import diagnostics, plots, training

import matplotlib.pyplot as plt
import numpy as np
import pytest
from plots_data import history
from small import networks

MONITORED = (
    "generator_update_ratio",
    "discriminator_update_ratio",
    "distance",
    *training.HISTORY_COLUMNS,
)


def monitored(evaluations=3, every=50, samples=None):
    """The attributes of a `diagnostics.Monitor`: column k is k + 1 everywhere, but D's gradient norm."""
    columns = {name: np.full(evaluations, k + 1.0) for k, name in enumerate(MONITORED)}
    del columns["discriminator_gradient_norm"]
    return SimpleNamespace(
        history={**columns, "updates": every * np.arange(evaluations)},
        baseline=0.25,
        real_logits=np.linspace(0.5, 3, 60),
        fake_logits=np.linspace(-2, -0.5, 40),
        samples=np.random.default_rng(0).normal(size=(40, 2)) if samples is None else samples,
        real=np.random.default_rng(1).normal(size=(700, 2)),
    )


def drawn(view, title):
    """{label: (x, y)} of the panel with that title."""
    (axes,) = (axes for axes in view.figure.axes if title in axes.get_title())
    lines = (line for line in axes.lines if not line.get_label().startswith("_"))
    return {line.get_label(): np.array(line.get_data()) for line in lines}


def test_the_dashboard_draws_each_update_at_its_number():
    view = plots.Dashboard((2,))
    run = history(80)
    view.update(run, monitored())
    for title, label, column in (
        ("losses", "D", "discriminator_loss"),
        ("losses", "G", "generator_loss"),
        ("accuracy", "real", "real_accuracy"),
        ("accuracy", "generated", "fake_accuracy"),
    ):
        x, y = drawn(view, title)[label]
        assert (x == np.arange(1, 81)).all() and (y == run[column]).all()
    x, y = drawn(view, "gradient")["G"]
    assert np.isnan(y[0]) and (y[1:] == run["generator_gradient_norm"][1:]).all()  # no log of 0


def test_a_long_run_is_drawn_as_means_of_stretches_at_their_ends():
    view = plots.Dashboard((2,))
    run = {name: np.arange(1.0, 1051.0) for name in training.HISTORY_COLUMNS}
    view.update(run, monitored())
    x, y = drawn(view, "losses")["D"]
    assert (x == 10 * np.arange(1, 106)).all()
    assert np.allclose(y, x - 4.5)  # of x - 9 to x
    (axes,) = (axes for axes in view.figure.axes if "losses" in axes.get_title())
    assert axes.get_xlim() == (0, 1500) and axes.get_ylim()[1] >= 1050


def test_columns_missing_in_the_history_come_from_the_monitor():
    view, monitor = plots.Dashboard((2,)), monitored()
    run = history(80)
    del run["real_accuracy"]
    view.update(run, monitor)
    for title, label, column in (
        ("ratio", "D", "discriminator_update_ratio"),
        ("ratio", "G", "generator_update_ratio"),
        ("distance", "generated", "distance"),
        ("accuracy", "real", "real_accuracy"),
        ("accuracy", "generated", "fake_accuracy"),
    ):
        x, y = drawn(view, title)[label]
        assert x.tolist() == [0, 50, 100] and (y == monitor.history[column]).all(), column
    assert (drawn(view, "distance")["real vs real"][1] == 0.25).all()
    view.update(monitor.history, monitor)
    assert drawn(view, "losses")["D"][0].tolist() == [0, 50, 100]
    assert drawn(view, "gradient")["D"].size == 0  # a monitor cannot measure it
    assert drawn(view, "gradient")["G"][0].tolist() == [0, 50, 100]


@pytest.mark.parametrize("scale", [0.3, 1, 40])
def test_histograms_are_fractions_on_their_side_of_zero(scale):
    view, monitor = plots.Dashboard((2,)), monitored()
    monitor.real_logits *= scale
    monitor.fake_logits = np.append(monitor.fake_logits * scale, np.nan)
    view.update(history(80), monitor)
    (axes,) = (axes for axes in view.figure.axes if "logits" in axes.get_title())
    real, fake = (patch.get_data() for patch in axes.patches)
    for fractions, edges, _ in (real, fake):
        assert fractions.sum() == pytest.approx(1) and edges[0] == -edges[-1]
        assert (edges[0], edges[-1]) == axes.get_xlim() and axes.get_ylim()[1] >= fractions.max()
    centres = (real[1][1:] + real[1][:-1]) / 2
    assert (centres[real[0] > 0] > 0).all() and (centres[fake[0] > 0] < 0).all()
    assert centres @ real[0] == pytest.approx(monitor.real_logits.mean(), abs=np.diff(real[1])[0])


def test_no_bar_is_cut_off():
    view, monitor = plots.Dashboard((2,)), monitored()
    (axes,) = (axes for axes in view.figure.axes if "logits" in axes.get_title())
    for equal in range(1, 61):
        monitor.real_logits = np.r_[np.full(equal, 1.01), np.linspace(-2, 2, 60 - equal)]
        view.update(history(80), monitor)
        assert axes.get_ylim()[1] > max(patch.get_data()[0].max() for patch in axes.patches)


def test_the_dashboard_shows_the_samples_it_is_given():
    monitor = monitored()
    points = plots.Dashboard((2,))
    points.update(history(80), monitor)
    real, crosses = points.moving[:2]
    assert (crosses.get_xydata() == monitor.samples).all()
    assert (real.get_xydata() == monitor.real[:500]).all() and real.get_marker() == "."
    images = np.random.default_rng(0).uniform(-1, 1, (40, 28, 28, 1))
    pictures = plots.Dashboard()
    pictures.update(history(80), monitored(samples=images))
    assert np.allclose(pictures.moving[0].get_array(), plots.tile(images[:32], 8))


def test_few_images_nan_and_out_of_range_values_are_shown():
    """12 images, one NaN, one on another scale: in their places, and all others grey."""
    images = np.full((12, 28, 28, 1), -1.0)
    images[3], images[5] = np.nan, 200
    view = plots.Dashboard()
    view.update(history(80), monitored(samples=images))
    centres = np.ma.getdata(view.moving[0].get_array())[15::30, 15::30]
    expected = np.zeros(32)
    expected[[3, 5]], expected[12:] = (0.5, 1), 0.5
    assert centres.shape == (4, 8) and (centres.ravel() == expected).all()


def test_the_dashboard_returns_true_only_when_an_axis_changed():
    view, monitor = plots.Dashboard((2,)), monitored()

    def limits():
        return [(axes.get_xlim(), axes.get_ylim()) for axes in view.figure.axes]

    changes, shown = [], limits()
    for n in (10, 20, 90, 101, 150, 900):
        run = dict.fromkeys(training.HISTORY_COLUMNS, np.full(n, 0.5))
        changes.append(view.update(run, monitor))
        assert changes[-1] == (limits() != shown)
        shown = limits()
    assert changes == [True, False, False, True, False, True]
    monitor.fake_logits = monitor.fake_logits * 5
    assert view.update(run, monitor) and limits() != shown
    assert not view.update(run, monitor)


def test_lines_of_a_panel_differ_in_colour_and_style():
    for axes in plots.Dashboard((2,)).figure.axes:
        lines = [line for line in axes.lines if not line.get_label().startswith("_")]
        assert axes.get_title()
        assert len({line.get_color() for line in lines}) == len(lines)
        assert len({line.get_linestyle() for line in lines}) == len(lines)


@pytest.mark.slow
def test_the_dashboard_of_a_run_is_a_pyplot_figure(points):
    generator, discriminator = networks()
    z = np.random.default_rng(0).normal(size=(64, 3))
    monitor = diagnostics.Monitor(generator, discriminator, 3 * points[:64], z)
    monitor.evaluate(0)
    figure, view = plots.dashboard(monitor.history, monitor, "a title")
    assert plt.fignum_exists(figure.number) and view.figure is figure
    figure.canvas.draw()
    assert figure.get_suptitle() == "a title"
    shown = view.moving[0].axes
    assert shown.get_ylim()[1] >= 3 and shown.get_xlim()[1] >= 3  # all real points
    box = shown.get_window_extent()
    wide, high = np.ptp(shown.get_xlim()), np.ptp(shown.get_ylim())
    assert np.isclose(box.width / box.height, wide / high)  # a circle is round, no stripe is empty
    plt.close(figure)
    assert not plt.fignum_exists(figure.number)


def test_what_was_not_measured_has_no_entry_in_a_legend():
    plain = monitored()  # without D's gradient norm
    figure, _ = plots.dashboard(plain.history, plain)
    (norms,) = (axes for axes in figure.axes if "gradient norms" in axes.get_title())
    legend = norms.get_legend()
    shown = [text.get_text() for text in legend.get_texts() if text.get_visible()]
    assert shown == ["G"]
    assert [line.get_visible() for line in legend.get_lines()] == [False, True]
    plt.close(figure)


def test_one_spike_does_not_stay_on_the_axes_for_good():
    view, run = plots.Dashboard((2,)), {name: np.ones(1000) for name in training.HISTORY_COLUMNS}
    run["generator_loss"][100:110] = 20_000
    (axes,) = (axes for axes in view.figure.axes if "losses" in axes.get_title())
    tops = []
    for n in (150, 400, 1000):
        view.update({name: values[:n] for name, values in run.items()}, monitored())
        tops.append(axes.get_ylim()[1])
    assert tops[0] > 10_000 and tops[2] == 3


def test_the_panels_are_lettered_and_in_order():
    titles = [axes.get_title() for axes in plots.Dashboard((2,)).figure.axes]
    assert sorted(title[:3] for title in titles) == [f"({letter})" for letter in "abcdefg"]
    for letter, word in zip(
        "abcdefg", ("loss", "accuracy", "logit", "grad", "sampl", "ratio", "dist")
    ):
        (title,) = (title for title in titles if title[1] == letter)
        assert word in title


def test_a_mark_stands_in_every_curve():
    view, run = plots.Dashboard((2,)), {name: np.ones(60) for name in training.HISTORY_COLUMNS}
    view.update(run, monitored(), marks=[30])
    for curves in view._curves:
        assert [one[0][0] for one in curves._marks.moving[0].get_segments()] == [30]
