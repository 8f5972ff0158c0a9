from types import SimpleNamespace

from helpers import diagnostics, plots, training
from helpers.plots import plane_view

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from small import players

matplotlib.use("Agg")


def digits(n, value=0.0):
    return np.full((n, 28, 28, 1), value, "float32")


def history(n):
    return {name: np.linspace(0, 1, n, dtype="float32") for name in training.HISTORY_COLUMNS}


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


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


def test_curves_run_from_left_to_right_at_the_updates_they_average():
    run = history(300)
    _, axes = plots.curves(run, window=10)
    left, right = axes[0].get_xlim()
    assert left < right
    first, last = axes[0].lines[0].get_xydata()[[0, -1]]
    assert np.allclose(first, [10, run["discriminator_loss"][:10].mean()])
    assert np.allclose(last, [300, run["discriminator_loss"][-10:].mean()])


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
    assert view.figure.axes[1].get_xlim() == (0, 2000)


def test_a_plane_shows_both_clouds_undistorted_and_hands_back_the_crosses():
    axes = Figure().subplots()
    real, generated = np.eye(2), np.float32([[0.5, -0.5]])
    crosses = plots.plane(axes, real, generated, "a title")
    dots = axes.lines[0]
    assert (dots.get_xydata() == real).all() and (crosses.get_xydata() == generated).all()
    assert dots.get_color() != crosses.get_color() and dots.get_marker() != crosses.get_marker()
    assert axes.get_aspect() == 1 and axes.get_xlim() == axes.get_ylim() == (-1.25, 1.25)
    assert plots.plane(Figure().subplots()).get_xydata().shape == (0, 2)


def test_the_loss_axes_hold_what_is_drawn():
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


def moment(view, pull=0.5):
    """What a discriminator that answers sigmoid(4 x) and a generator z -> z would show."""
    rng = np.random.default_rng(0)
    samples = rng.normal(0, 0.4, (100, 2))
    return {
        "samples": samples,
        "negative_gradient": np.tile([[pull, 0.0]], (100, 1)),
        "probabilities": 1 / (1 + np.exp(-4 * view.points[:, 0])),
        "latent_grid": view.latent_grid(2),
    }


def test_the_plane_shows_each_layer_where_it_belongs():
    view = plots.PlaneView()
    real = np.random.default_rng(1).normal(0, 0.4, (100, 2))
    seen = moment(view)
    view.update(real, seen, history(10), [(0, 0.5), (10, 0.1)], 0.02)
    layers = view.layers
    assert (np.stack(layers["real"].get_data(), 1) == real).all()
    assert (np.stack(layers["generated"].get_data(), 1) == seen["samples"]).all()
    red, green, _ = np.moveaxis(layers["D's probability"].shades.astype(int), -1, 0)
    assert (green - red)[:, 0].max() < -20 and (green - red)[:, -1].min() > 20  # purple, green
    (contour,) = layers["D = ½"].get_segments()
    assert np.allclose(contour[:, 0], 0, atol=0.01)
    arrows = layers["gradient"]
    assert (arrows.get_offsets() == seen["samples"][: plane_view.ARROWS]).all()
    assert np.allclose(arrows.U, plane_view.ARROW_SCALE * 0.5) and np.allclose(arrows.V, 0)
    grid = np.array(layers["warped grid"].get_segments())
    assert grid.shape == (34, 17, 2) and grid.min() == -2 and grid.max() == 2
    across, along = grid[:17], grid[17:]
    assert np.allclose(across[:, :, 1], across[:, :1, 1])  # G = identity: straight lines
    assert np.allclose(along[:, :, 0], along[:, :1, 0])


def test_the_heat_map_is_what_imshow_draws():
    shades = np.random.default_rng(0).integers(0, 255, (12, 12, 3), dtype="uint8")
    drawn = []
    for way in ("ours", "imshow"):
        view = plots.PlaneView(points=12)
        heat = view.layers["D's probability"]
        for artist in [*view.moving, *heat.axes.texts]:
            artist.set_visible(artist is heat)
        heat.shades = shades
        if way == "imshow":
            heat.set_visible(False)
            edge = 1.25 + 1.25 / 11  # the outermost squares have their middles on the edges
            extent = (-edge, edge, -edge, edge)
            heat.axes.imshow(shades, extent=extent, origin="lower", interpolation="nearest")
            heat.axes.set(xlim=(-1.25, 1.25), ylim=(-1.25, 1.25))
        canvas = FigureCanvasAgg(view.figure)
        canvas.draw()
        drawn.append(np.asarray(canvas.buffer_rgba()))
    differ = (drawn[0] != drawn[1]).any(axis=-1)
    assert differ.mean() < 0.02  # a line of pixels where two squares meet


def test_arrows_have_a_longest_length():
    view = plots.PlaneView()
    view.update(np.zeros((9, 2)), moment(view, pull=1e6), history(10), [], 0.02)
    assert np.allclose(view.layers["gradient"].U, 0.3)


def test_hidden_layers_are_hidden():
    view = plots.PlaneView()
    view.update(np.zeros((9, 2)), moment(view), history(10), [], 0.02, hidden=["gradient", "real"])
    layers = view.layers
    assert [name for name, artist in layers.items() if not artist.get_visible()] == [
        "real",
        "gradient",
    ]


@pytest.mark.parametrize(("latent_dim", "spread"), [(1, 1), (2, 2), (5, 2)])
def test_the_lattice_spans_the_first_two_latent_entries(latent_dim, spread):
    z = plots.PlaneView().lattice(latent_dim)
    assert z.shape == (289, latent_dim) and z.dtype == np.float32
    assert (z.std(axis=0) > 0).sum() == spread and abs(z).max() == 2


# ---- the dashboard ------------------------------------------------------------------------

WATCHED = ("generator_step", "discriminator_step", "distance", *training.HISTORY_COLUMNS)


def watched(looks=3, every=50, samples=None):
    """What a `diagnostics.Monitor` holds: column k is k + 1 everywhere, but D's gradient norm."""
    columns = {name: np.full(looks, k + 1.0) for k, name in enumerate(WATCHED)}
    del columns["discriminator_gradient_norm"]
    return SimpleNamespace(
        history={**columns, "updates": every * np.arange(looks)},
        floor=0.25,
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


def test_the_dashboard_draws_each_update_where_it_was_made():
    view = plots.Dashboard((2,))
    run = history(80)
    view.update(run, watched())
    for title, label, column in (
        ("losses", "D", "discriminator_loss"),
        ("losses", "G", "generator_loss"),
        ("share", "real", "real_accuracy"),
        ("share", "generated", "fake_accuracy"),
    ):
        x, y = drawn(view, title)[label]
        assert (x == np.arange(1, 81)).all() and (y == run[column]).all()
    x, y = drawn(view, "gradient")["G"]
    assert np.isnan(y[0]) and (y[1:] == run["generator_gradient_norm"][1:]).all()  # no log of 0


def test_a_long_run_is_drawn_as_means_of_stretches_at_their_ends():
    view = plots.Dashboard((2,))
    run = {name: np.arange(1.0, 1051.0) for name in training.HISTORY_COLUMNS}
    view.update(run, watched())
    x, y = drawn(view, "losses")["D"]
    assert (x == 10 * np.arange(1, 106)).all()
    assert np.allclose(y, x - 4.5)  # of x - 9 to x
    (axes,) = (axes for axes in view.figure.axes if "losses" in axes.get_title())
    assert axes.get_xlim() == (0, 1600) and axes.get_ylim()[1] >= 1050


def test_columns_that_the_run_has_not_are_those_of_the_watch():
    view, seen = plots.Dashboard((2,)), watched()
    run = history(80)
    del run["real_accuracy"]
    view.update(run, seen)
    for title, label, column in (
        ("relative step", "D", "discriminator_step"),
        ("relative step", "G", "generator_step"),
        ("distance", "generated", "distance"),
        ("share", "real", "real_accuracy"),
        ("share", "generated", "fake_accuracy"),
    ):
        x, y = drawn(view, title)[label]
        assert x.tolist() == [0, 50, 100] and (y == seen.history[column]).all(), column
    assert (drawn(view, "distance")["real to real"][1] == 0.25).all()
    view.update(seen.history, seen)
    assert drawn(view, "losses")["D"][0].tolist() == [0, 50, 100]
    assert drawn(view, "gradient")["D"].size == 0  # that is what no watch can know
    assert drawn(view, "gradient")["G"][0].tolist() == [0, 50, 100]


@pytest.mark.parametrize("scale", [0.3, 1, 40])
def test_the_humps_are_shares_on_their_side_of_zero(scale):
    view, seen = plots.Dashboard((2,)), watched()
    seen.real_logits *= scale
    seen.fake_logits = np.append(seen.fake_logits * scale, np.nan)
    view.update(history(80), seen)
    (axes,) = (axes for axes in view.figure.axes if "logits" in axes.get_title())
    real, fake = (patch.get_data() for patch in axes.patches)
    for shares, edges, _ in (real, fake):
        assert shares.sum() == pytest.approx(1) and edges[0] == -edges[-1]
        assert (edges[0], edges[-1]) == axes.get_xlim() and axes.get_ylim()[1] >= shares.max()
    middles = (real[1][1:] + real[1][:-1]) / 2
    assert (middles[real[0] > 0] > 0).all() and (middles[fake[0] > 0] < 0).all()
    assert middles @ real[0] == pytest.approx(seen.real_logits.mean(), abs=np.diff(real[1])[0])


def test_no_bar_is_cut_off():
    view, seen = plots.Dashboard((2,)), watched()
    (axes,) = (axes for axes in view.figure.axes if "logits" in axes.get_title())
    for together in range(1, 61):
        seen.real_logits = np.r_[np.full(together, 1.01), np.linspace(-2, 2, 60 - together)]
        view.update(history(80), seen)
        assert axes.get_ylim()[1] > max(patch.get_data()[0].max() for patch in axes.patches)


def test_the_dashboard_shows_the_samples_it_is_given():
    seen = watched()
    points = plots.Dashboard((2,))
    points.update(history(80), seen)
    real, crosses = points.moving[:2]
    assert (crosses.get_xydata() == seen.samples).all()
    assert (real.get_xydata() == seen.real[:500]).all() and real.get_marker() == "."
    images = np.random.default_rng(0).uniform(-1, 1, (40, 28, 28, 1))
    pictures = plots.Dashboard()
    pictures.update(history(80), watched(samples=images))
    assert np.allclose(pictures.moving[0].get_array(), plots.tile(images[:32], 8))


def test_few_broken_and_bright_images_are_shown_nevertheless():
    """12 of them, one NaN, one on another scale: in their places, and all others grey."""
    images = np.full((12, 28, 28, 1), -1.0)
    images[3], images[5] = np.nan, 200
    view = plots.Dashboard()
    view.update(history(80), watched(samples=images))
    centres = np.ma.getdata(view.moving[0].get_array())[15::30, 15::30]
    expected = np.zeros(32)
    expected[[3, 5]], expected[12:] = (0.5, 1), 0.5
    assert centres.shape == (4, 8) and (centres.ravel() == expected).all()


def test_the_dashboard_says_when_an_axis_changed_and_only_then():
    view, seen = plots.Dashboard((2,)), watched()

    def limits():
        return [(axes.get_xlim(), axes.get_ylim()) for axes in view.figure.axes]

    answers, shown = [], limits()
    for n in (10, 20, 90, 101, 150, 900):
        run = dict.fromkeys(training.HISTORY_COLUMNS, np.full(n, 0.5))
        answers.append(view.update(run, seen))
        assert answers[-1] == (limits() != shown)
        shown = limits()
    assert answers == [True, False, False, True, False, True]
    seen.fake_logits = seen.fake_logits * 5
    assert view.update(run, seen) and limits() != shown
    assert not view.update(run, seen)


def test_each_panel_tells_its_lines_apart_twice():
    for axes in plots.Dashboard((2,)).figure.axes:
        lines = [line for line in axes.lines if not line.get_label().startswith("_")]
        assert axes.get_title()
        assert len({line.get_color() for line in lines}) == len(lines)
        assert len({line.get_linestyle() for line in lines}) == len(lines)


def test_the_dashboard_of_a_run_is_a_figure_of_pyplot(points):
    generator, discriminator = players()
    z = np.random.default_rng(0).normal(size=(64, 3))
    watch = diagnostics.Monitor(generator, discriminator, 3 * points[:64], z)
    watch.evaluate(0)
    figure, view = plots.dashboard(watch.history, watch, "a title")
    assert plots.plt.fignum_exists(figure.number) and view.figure is figure
    figure.canvas.draw()
    assert figure.get_suptitle() == "a title"
    shown = view.moving[0].axes
    assert shown.get_xlim()[1] >= 3 and shown.get_ylim() == shown.get_xlim()  # all real points
    plt.close(figure)
    assert not plots.plt.fignum_exists(figure.number)
