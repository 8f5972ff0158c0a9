"""A GAN in the plane: points, D, gradients and the latent grid."""

from collections.abc import Collection, Mapping

import numpy as np
from contourpy import contour_generator
from matplotlib import colormaps
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from .roles import DISCRIMINATOR, GENERATED, GRADIENT, REAL
from .training_view import LossCurves


class _HeatMap(Artist):
    """Draws colours as `imshow` does with "nearest"; that resamples and takes ten times as long.

    `shades`, uint8 (rows, columns, 3) from the lower left, are spread evenly over the axes, the
    outermost on the edges; each pixel has the nearest one.
    """

    shades = np.full((1, 1, 3), 255, "uint8")

    def draw(self, renderer):
        if not self.get_visible():
            return
        box = self.axes.get_window_extent(renderer)
        left, lower, width, height = (round(edge) for edge in box.bounds)
        rows, columns = (
            np.rint(np.linspace(0, n - 1, pixels)).astype(int)
            for n, pixels in zip(self.shades.shape, (height, width))
        )
        image = np.full((height, width, 4), 255, "uint8")
        image[..., :3] = self.shades[rows][:, columns]
        gc = renderer.new_gc()
        renderer.draw_image(gc, left, lower, image)
        gc.restore()


LAYERS = ("real", "generated", "D's probability", "D = ½", "gradient", "warped grid")
ARROWS = 80  # the most that are drawn
ARROW_SCALE = 0.2  # length of an arrow for a gradient of length 1, in units of the data


class PlaneView:
    """One frame of a GAN in the plane, made to be redrawn often; used as `TrainingView` is.

    Left, as layers that can be hidden: real points (dots), generated points (crosses), D's
    probabilities as a heat map with their contour at 1/2, arrows along the negative gradient of the
    generator's loss, and the warped grid: the generator's image of a square latent grid.
    Right: losses, and the sliced Wasserstein distance from generated to real points, over updates.

    Args:
        reach: half the side of the square that is shown.
        points: grid points a side at which D is evaluated.
        latent_grid: latent points a side of the latent grid.

    Attributes:
        figure: a matplotlib `Figure` that pyplot does not know.
        layers: {name: artist} for the names in `LAYERS`.
        moving: the artists that `update` changes.
        points: float64 (points^2, 2), the grid points at which D is evaluated.

    Example:
        >>> from helpers import plots
        >>> view = plots.PlaneView(points=48, latent_grid=17)
        >>> view.points.shape, view.latent_grid(latent_dim=16).shape
        ((2304, 2), (289, 16))
    """

    def __init__(self, reach: float = 1.25, points: int = 48, latent_grid: int = 17):
        self.figure = Figure(figsize=(9, 5.2), dpi=80)
        plane = self.figure.add_axes((0.045, 0.13, 0.495, 0.85))
        plane.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
        plane.tick_params(labelsize=8)
        self._line = np.linspace(-reach, reach, points)
        self.points = np.stack(np.meshgrid(self._line, self._line), -1).reshape(-1, 2)
        self._latent_grid = latent_grid
        self.layers = self._add_layers(plane, reach)
        handles = [
            self.layers[name] for name in LAYERS if name not in ("D's probability", "gradient")
        ]
        plane.legend(
            handles=handles,
            loc="upper center",
            bbox_to_anchor=(0.5, -0.05),
            ncols=4,
            fontsize=9,
            frameon=False,
            handletextpad=0.4,
            columnspacing=1.2,
        )
        self._losses = LossCurves(self.figure.add_axes((0.63, 0.62, 0.345, 0.31)))
        distances = self.figure.add_axes((0.63, 0.11, 0.345, 0.32))
        distances.set(yscale="log", ylim=(0.003, 2), xlabel="updates", ylabel="distance")
        distances.set_title("sliced Wasserstein distance to real points", fontsize=10)
        (self._distance,) = distances.plot(
            [], [], color=GENERATED, linewidth=1.3, label="generated"
        )
        (self._baseline,) = distances.plot(
            [0, 1e9], [1, 1], color=REAL, linestyle=":", label="real vs real"
        )
        distances.legend(loc="lower right", ncols=2, fontsize=9)
        self._distance_axes = distances
        layers = sorted(self.layers.values(), key=lambda artist: artist.zorder)
        frame = plane.spines.values()  # drawn again, over the heat map
        self.moving = [*layers, *frame, *self._losses.moving, self._distance, self._baseline]

    def _add_layers(self, plane, reach):
        heat = plane.add_artist(_HeatMap())
        warped = LineCollection([], colors="0.5", linewidths=0.5, label="warped grid", zorder=1)
        contour = LineCollection(
            [], colors=DISCRIMINATOR, linewidths=1.4, linestyles="-.", label="D = ½", zorder=2
        )
        for lines in (warped, contour):
            plane.add_collection(lines, autolim=False)
        (real,) = plane.plot([], [], ".", color=REAL, markersize=4, label="real", zorder=3)
        (generated,) = plane.plot(
            [], [], "x", color=GENERATED, markersize=4.5, label="generated", zorder=3
        )
        arrows = plane.quiver(
            *np.zeros((4, ARROWS)),
            color=GRADIENT,
            angles="xy",
            scale_units="xy",
            scale=1,
            width=0.005,
            zorder=4,
        )
        return dict(zip(LAYERS, (real, generated, heat, contour, arrows, warped)))

    def _shades(self, probabilities):
        """Pale PRGn from 0.2 to 0.8 (a penalised D is rarely more confident), uint8 (..., 3)."""
        shades = colormaps["PRGn"]((probabilities - 0.2) / 0.6, bytes=True)[..., :3]
        return 255 - (0.6 * (255 - shades)).astype("uint8")

    def latent_grid(self, latent_dim: int) -> np.ndarray:
        """Makes the latent grid: the first two entries of z over [-2, 2], all others 0.

        Args:
            latent_dim: entries of z. With 1 the grid is a line, drawn several times over itself.

        Returns:
            Array float32 (latent_grid^2, latent_dim).
        """
        line = np.linspace(-2, 2, self._latent_grid, dtype="float32")
        z = np.zeros((self._latent_grid**2, latent_dim), "float32")
        z[:, :2] = np.stack(np.meshgrid(line, line), -1).reshape(-1, 2)[:, :latent_dim]
        return z

    def update(
        self,
        real: np.ndarray,
        found: Mapping[str, np.ndarray],
        history: Mapping[str, np.ndarray],
        distances: np.typing.ArrayLike,
        baseline: float,
        hidden: Collection[str] = (),
    ) -> bool:
        """Shows one moment of a run.

        Args:
            real: (n, 2), real points.
            found: what a `training.PlaneProbe` returns at `points` and `latent_grid`.
            history: {column: (updates,)}, as `GAN.update_history`.
            distances: (m, 2), pairs of updates made and distance.
            baseline: the distance between two samples of real points.
            hidden: names among `LAYERS`.

        Returns:
            True if the axes' limits changed, so that everything must be drawn again.
        """
        artists = self.layers
        for name, artist in artists.items():
            artist.set_visible(name not in hidden)
        artists["real"].set_data(*real.T)
        artists["generated"].set_data(*found["samples"].T)
        probabilities = found["probabilities"].reshape(2 * (len(self._line),))
        artists["D's probability"].shades = self._shades(probabilities)
        contours = contour_generator(self._line, self._line, probabilities)
        artists["D = ½"].set_segments(contours.lines(0.5))
        arrows = ARROW_SCALE * found["negative_gradient"][:ARROWS]
        length = np.linalg.norm(arrows, axis=1, keepdims=True)
        arrows *= np.minimum(1, 0.3 / np.maximum(length, 1e-9))
        artists["gradient"].set_offsets(found["samples"][:ARROWS])
        artists["gradient"].set_UVC(*arrows.T)
        nodes = found["latent_grid"].reshape(self._latent_grid, self._latent_grid, 2)
        artists["warped grid"].set_segments([*nodes, *nodes.swapaxes(0, 1)])
        self._distance.set_data(*np.reshape(distances, (-1, 2)).T)
        self._baseline.set_ydata([baseline, baseline])
        changed = self._losses.update(history)
        self._distance_axes.set_xlim(self._losses.axes.get_xlim())
        return changed
