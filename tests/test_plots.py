from helpers import plots, training

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")


def digits(n, value=0.0):
    return np.full((n, 28, 28, 1), value, "float32")


def history(n):
    return {name: np.linspace(0, 1, n, dtype="float32") for name in training.HISTORY_COLUMNS}


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plots.plt.close("all")


def test_tile_puts_image_i_in_row_and_column_of_i():
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
def test_tile_refuses_what_fills_no_rows(images):
    with pytest.raises(ValueError, match="multiple of 3, got"):
        plots.tile(images, columns=3)


def test_a_dark_grid_is_shown_dark():
    """imshow without limits would stretch it to white."""
    _, axes = plots.image_grid(digits(25, -0.9))
    assert axes.images[0].get_clim() == (0, 1)
    assert axes.images[0].get_array()[5, 5] < 0.06


def test_rows_are_labelled_in_order():
    _, axes = plots.image_rows([digits(4), digits(4)], ["real", "generated"])
    assert [label.get_text() for label in axes.get_yticklabels()] == ["real", "generated"]
    with pytest.raises(ValueError, match="got 2 rows and 1 labels"):
        plots.image_rows([digits(4), digits(4)], ["real"])


def test_smooth_is_a_running_mean():
    assert np.allclose(plots.smooth(np.array([1.0, 3, 5, 7]), 2), [2, 4, 6])


def test_curves_mark_the_constants_and_tell_roles_apart_twice():
    _, (losses, scores, accuracies) = plots.curves(history(300))
    heights = [line.get_ydata()[0] for line in losses.lines if line.get_color() == "0.6"]
    assert np.allclose(sorted(heights), [np.log(2), 2 * np.log(2)])
    for axes in (losses, scores, accuracies):
        drawn = [line for line in axes.lines if line.get_color() != "0.6"]
        assert (
            len({line.get_color() for line in drawn})
            == len({line.get_linestyle() for line in drawn})
            == 2
        )
        assert axes.get_xlabel() == "updates" and axes.get_ylabel()


def test_curves_of_nothing_are_refused():
    with pytest.raises(ValueError, match="train first"):
        plots.curves(history(0))


def test_the_view_says_when_its_axes_changed():
    view = plots.TrainingView()
    assert [view.update(digits(25), history(n)) for n in (0, 10, 500, 501, 900, 1001)] == [
        False,
        False,
        False,
        True,
        False,
        True,
    ]
    assert view.axes.get_xlim() == (0, 2000)
