from helpers import plots

import numpy as np
import pytest
from matplotlib.figure import Figure
from plots_data import digits, history


def test_tile_puts_images_row_by_row():
    images = np.linspace(-1, 1, 6, dtype="float32")[:, None, None, None] * np.ones(
        (1, 4, 4, 1), "float32"
    )
    picture = plots.tile(images, columns=3)
    assert picture.shape == (2 * 6, 3 * 6)
    centres = picture[3::6, 3::6]
    assert np.allclose(centres, np.linspace(0, 1, 6).reshape(2, 3), atol=1e-6)


@pytest.mark.parametrize(
    "images", [digits(7), digits(0), digits(6)[..., 0], digits(6).repeat(3, -1)]
)
def test_tile_rejects_images_that_do_not_fill_rows(images):
    with pytest.raises(ValueError, match="multiple of 3, got"):
        plots.tile(images, columns=3)


def test_a_dark_grid_is_shown_dark():
    """imshow without limits would stretch it to white."""
    _, axes = plots.image_grid(digits(25, -0.9))
    assert axes.images[0].get_clim() == (0, 1)
    assert axes.images[0].get_array()[5, 5] < 0.06


def test_seeds_are_dots_above_their_mean_in_the_order_of_the_rows():
    axes = Figure().add_subplot()
    rows = {"first": [0.1, 0.3], "second": [0.5, 0.5, 0.8]}
    plots.seed_dots(axes, rows, baseline=0.05, limits=(0.01, 1), ticks=(0.1, 1))
    dots, mean, others, other_mean, baseline = axes.lines
    assert dots.get_xdata().tolist() == [0.1, 0.3] and mean.get_xdata()[0] == pytest.approx(0.2)
    assert len(others.get_xdata()) == 3 and other_mean.get_xdata()[0] == pytest.approx(0.6)
    assert dots.get_ydata()[0] > others.get_ydata()[0] and baseline.get_xdata()[0] == 0.05
    places = {
        tick.get_text(): place for tick, place in zip(axes.get_yticklabels(), axes.get_yticks())
    }
    assert places == {"first": dots.get_ydata()[0], "second": others.get_ydata()[0]}
    assert axes.get_xscale() == "log" and axes.get_xlim() == (0.01, 1)
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["0.1", "1"]


def test_seeds_need_neither_baseline_nor_ticks():
    axes = Figure().add_subplot()
    plots.seed_dots(axes, {"only": [1.0, 2.0]})
    assert len(axes.lines) == 2 and len(axes.get_yticks()) == 1


def test_rows_are_labelled_in_order():
    _, axes = plots.image_rows([digits(4), digits(4)], ["real", "generated"])
    assert [label.get_text() for label in axes.get_yticklabels()] == ["real", "generated"]
    with pytest.raises(ValueError, match="got 2 rows and 1 labels"):
        plots.image_rows([digits(4), digits(4)], ["real"])


def test_plane_shows_real_and_generated_points_undistorted_and_returns_the_crosses():
    axes = Figure().subplots()
    real, generated = np.eye(2), np.float32([[0.5, -0.5]])
    crosses = plots.plane(axes, real, generated, "a title")
    dots = axes.lines[0]
    assert (dots.get_xydata() == real).all() and (crosses.get_xydata() == generated).all()
    assert dots.get_color() != crosses.get_color() and dots.get_marker() != crosses.get_marker()
    assert axes.get_aspect() == 1 and axes.get_xlim() == axes.get_ylim() == (-1.25, 1.25)
    assert plots.plane(Figure().subplots()).get_xydata().shape == (0, 2)


def test_smooth_is_a_running_mean():
    assert np.allclose(plots.smooth(np.array([1.0, 3, 5, 7]), 2), [2, 4, 6])


def test_curves_mark_the_constants_and_differ_in_colour_and_style():
    _, (losses, scores, accuracies) = plots.curves(history(300))
    heights = [line.get_ydata()[0] for line in losses.lines if line.get_color() == "0.55"]
    assert np.allclose(sorted(heights), [np.log(2), 2 * np.log(2)])
    for axes in (losses, scores, accuracies):
        drawn = [line for line in axes.lines if line.get_color() != "0.55"]
        assert (
            len({line.get_color() for line in drawn})
            == len({line.get_linestyle() for line in drawn})
            == 2
        )
        assert axes.get_xlabel() == "updates" and axes.get_ylabel()


def test_curves_are_drawn_at_the_last_update_of_each_mean():
    run = history(300)
    _, axes = plots.curves(run, window=10)
    left, right = axes[0].get_xlim()
    assert left < right
    first, last = axes[0].lines[0].get_xydata()[[0, -1]]
    assert np.allclose(first, [10, run["discriminator_loss"][:10].mean()])
    assert np.allclose(last, [300, run["discriminator_loss"][-10:].mean()])


def test_curves_reject_an_empty_history():
    with pytest.raises(ValueError, match="train first"):
        plots.curves(history(0))
