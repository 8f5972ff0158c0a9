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
    assert np.allclose(arrows.U, plane_view.ARROW_SCALE * 0.5) and np.allclose(arrows.V, 0)
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


def test_the_length_of_arrows_is_limited():
    view = plots.PlaneView()
    view.update(np.zeros((9, 2)), probe_result(view, negative_gradient=1e6), history(10), [], 0.02)
    assert np.allclose(view.layers["gradient"].U, 0.3)


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


@pytest.mark.parametrize(("latent_dim", "spread"), [(1, 1), (2, 2), (5, 2)])
def test_the_latent_grid_spans_the_first_two_latent_entries(latent_dim, spread):
    z = plots.PlaneView().latent_grid(latent_dim)
    assert z.shape == (289, latent_dim) and z.dtype == np.float32
    assert (z.std(axis=0) > 0).sum() == spread and abs(z).max() == 2
