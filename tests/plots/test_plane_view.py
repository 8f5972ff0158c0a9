from helpers import plots
from helpers.plots import plane_view

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from plots_data import history


def probe_result(view, negative_gradient=0.5):
    """What a probe returns for a discriminator sigmoid(4 x) and a generator z -> z."""
    rng = np.random.default_rng(0)
    samples = rng.normal(0, 0.4, (100, 2))
    return {
        "samples": samples,
        "negative_gradient": np.tile([[negative_gradient, 0.0]], (100, 1)),
        "probabilities": 1 / (1 + np.exp(-4 * view.points[:, 0])),
        "latent_grid": view.latent_grid(2),
    }


def test_the_view_shows_each_layer_where_it_belongs():
    view = plots.PlaneView()
    real = np.random.default_rng(1).normal(0, 0.4, (100, 2))
    found = probe_result(view)
    view.update(real, found, history(10), [(0, 0.5), (10, 0.1)], 0.02)
    layers = view.layers
    assert (np.stack(layers["real"].get_data(), 1) == real).all()
    assert (np.stack(layers["generated"].get_data(), 1) == found["samples"]).all()
    red, green, _ = np.moveaxis(layers["D's probability"].shades.astype(int), -1, 0)
    assert (green - red)[:, 0].max() < -20 and (green - red)[:, -1].min() > 20  # purple, green
    (contour,) = layers["D = ½"].get_segments()
    assert np.allclose(contour[:, 0], 0, atol=0.01)
    arrows = layers["gradient"]
    assert (arrows.get_offsets() == found["samples"][: plane_view.ARROWS]).all()
    assert np.allclose(arrows.U, plane_view.ARROW_LENGTH) and np.allclose(arrows.V, 0)
    grid = np.array(layers["warped grid"].get_segments())
    assert grid.shape == (34, 17, 2) and grid.min() == -2 and grid.max() == 2
    across, along = grid[:17], grid[17:]
    assert np.allclose(across[:, :, 1], across[:, :1, 1])  # G = identity: straight lines
    assert np.allclose(along[:, :, 0], along[:, :1, 0])


def test_the_heat_map_is_what_imshow_draws():
    shades = np.random.default_rng(0).integers(0, 255, (12, 12, 3), dtype="uint8")
    drawn = []
    for method in ("ours", "imshow"):
        view = plots.PlaneView(points=12)
        heat = view.layers["D's probability"]
        for artist in [*view.moving, *heat.axes.texts]:
            artist.set_visible(artist is heat)
        heat.shades = shades
        if method == "imshow":
            heat.set_visible(False)
            edge = 1.25 + 1.25 / 11  # the outermost squares are centred on the edges
            extent = (-edge, edge, -edge, edge)
            heat.axes.imshow(shades, extent=extent, origin="lower", interpolation="nearest")
            heat.axes.set(xlim=(-1.25, 1.25), ylim=(-1.25, 1.25))
        canvas = FigureCanvasAgg(view.figure)
        canvas.draw()
        drawn.append(np.asarray(canvas.buffer_rgba()))
    differ = (drawn[0] != drawn[1]).any(axis=-1)
    assert differ.mean() < 0.02  # a line of pixels where two squares meet


@pytest.mark.parametrize("length", [1e-4, 1.0, 1e6])
def test_arrows_are_visible_at_every_stage_and_their_scale_is_stated(length):
    """One gradient in twenty is a hundred times longer; its arrow is cut, the others are not."""
    view = plots.PlaneView()
    found = probe_result(view, negative_gradient=length)
    found["negative_gradient"][: plane_view.ARROWS : 20] *= 100
    view.update(np.zeros((9, 2)), found, history(10), [], 0.02)
    drawn = np.sort(view.layers["gradient"].U)
    assert np.allclose(drawn[:-4], plane_view.ARROW_LENGTH)
    assert np.allclose(drawn[-4:], 1.5 * plane_view.ARROW_LENGTH)
    (scale,) = view.layers["real"].axes.texts
    assert scale.get_text() == f"arrow of length 0.2: gradient {length:.2g}"


def test_no_gradient_has_no_arrow():
    view = plots.PlaneView()
    view.update(np.zeros((9, 2)), probe_result(view, negative_gradient=0), history(10), [], 0.02)
    assert (view.layers["gradient"].U == 0).all()


@pytest.mark.slow
def test_hidden_layers_are_hidden():
    view = plots.PlaneView()
    view.update(
        np.zeros((9, 2)), probe_result(view), history(10), [], 0.02, hidden=["gradient", "real"]
    )
    layers = view.layers
    assert [name for name, artist in layers.items() if not artist.get_visible()] == [
        "real",
        "gradient",
    ]
    legend = layers["real"].axes.get_legend()
    labels = ["generated", "D ≤ 0.2", "D ≥ 0.8", "D = ½", "warped grid"]
    assert [text.get_text() for text in legend.get_texts()] == labels


@pytest.mark.parametrize(("latent_dim", "spread"), [(1, 1), (2, 2), (5, 2)])
def test_the_latent_grid_spans_the_first_two_latent_entries(latent_dim, spread):
    z = plots.PlaneView().latent_grid(latent_dim)
    assert z.shape == (289, latent_dim) and z.dtype == np.float32
    assert (z.std(axis=0) > 0).sum() == spread and abs(z).max() == 2


def test_the_pointer_reads_the_probability_where_the_picture_shows_it():
    """The place of each grid point on the picture, by the axes' own transform."""
    view = plots.PlaneView(points=12)
    view.update(np.zeros((3, 2)), probe_result(view), history(10), [(0, 0.5)], 0.02)
    FigureCanvasAgg(view.figure).draw()
    where, values = view.under_pointer, view.values_under_pointer
    left, top, width, height = where["box"]
    corners = [(left, top + height), (left + width, top)]  # lower left, upper right
    transform = view.layers["real"].axes.transData + view.figure.transFigure.inverted()
    limits = list(zip(where["x"], where["y"]))
    expected = transform.transform(limits)
    assert np.allclose(corners, np.c_[expected[:, 0], 1 - expected[:, 1]])
    assert values.dtype == "float32" and values.shape == (where["rows"], where["columns"])
    assert np.allclose(values.ravel(), 1 / (1 + np.exp(-4 * view.points[:, 0])))


def test_a_turned_control_is_marked_on_both_curves():
    view = plots.PlaneView(points=12)
    found = probe_result(view)
    for marks in ((), (4, 9)):
        view.update(np.zeros((3, 2)), found, history(10), [(0, 0.5)], 0.02, (), marks)
        for one in (view._marks, view._losses._marks):
            assert [segment[0][0] for segment in one.moving[0].get_segments()] == [*marks]
