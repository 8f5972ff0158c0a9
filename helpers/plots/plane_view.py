"""A GAN in the plane: points, D, gradients and the latent grid."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from contourpy import contour_generator
from matplotlib import colormaps
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from .roles import DISCRIMINATOR, GENERATED, GRADIENT, REAL
from .static import PICTURE_DPI
from .training_view import LossCurves, Marks


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
ARROW_LENGTH = 0.2  # of the arrow that is longer than nine in ten, in units of the data


class PlaneView:
    """One frame of a GAN in the plane, made to be redrawn often; used as `TrainingView` is.

    Left, as layers that can be hidden: real points (dots), generated points (crosses), D's
    probabilities as a heat map with their contour at 1/2, arrows along the negative gradient of the
    generator's loss (nine in ten are at most `ARROW_LENGTH` long, at every stage; the scale is
    stated), and the warped grid: the generator's image of a square latent grid.
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
        under_pointer, values_under_pointer: see `widgets.Picture`: D's probabilities at `points`.

    Example:
        >>> from helpers import plots
        >>> view = plots.PlaneView(points=48, latent_grid=17)
        >>> view.points.shape, view.latent_grid(latent_dim=16).shape
        ((2304, 2), (289, 16))
    """

    def __init__(self, reach: float = 1.25, points: int = 48, latent_grid: int = 17):
        self.figure = Figure(figsize=(9, 5.2), dpi=PICTURE_DPI)
        plane = self.figure.add_axes((0.045, 0.13, 0.495, 0.85))
        plane.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
        plane.tick_params(labelsize=8)
        self._line = np.linspace(-reach, reach, points)
        self.points = np.stack(np.meshgrid(self._line, self._line), -1).reshape(-1, 2)
        self._latent_grid = latent_grid
        self.layers = self._add_layers(plane, reach)
        self._hidden: tuple[str, ...] = ()
        self._arrow_scale = plane.text(
            *(0.015, 0.015, ""),
            transform=plane.transAxes,
            fontsize=9,
            zorder=5,
            bbox={"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 2},
        )
        self._draw_legend(plane)
        self._losses = LossCurves(self.figure.add_axes((0.63, 0.62, 0.345, 0.31)))
        distances = self.figure.add_axes((0.63, 0.11, 0.345, 0.32))
        distances.set(yscale="log", ylim=(0.003, 2), xlabel="updates", ylabel="distance")
        distances.xaxis.set_major_locator(MaxNLocator(5))
        distances.set_title("sliced Wasserstein distance to real points", fontsize=10)
        (self._distance,) = distances.plot(
            [], [], color=GENERATED, linewidth=1.3, label="generated"
        )
        (self._baseline,) = distances.plot(
            [0, 1e9], [1, 1], color=REAL, linestyle=":", label="real vs real"
        )
        distances.legend(loc="lower right", ncols=2, fontsize=9)
        self._distance_axes, self._marks = distances, Marks(distances)
        layers = [*self.layers.values(), *self._edges.values()]
        layers.sort(key=lambda artist: artist.zorder)
        layers.append(self._arrow_scale)
        frame = plane.spines.values()  # drawn again, over the heat map
        self.moving = [*layers, *frame, *self._losses.moving, self._distance, self._baseline]
        self.moving += self._marks.moving
        self.under_pointer = {"name": "D(x)", "rows": points, "columns": points}
        self.under_pointer |= self._box_and_limits(plane)
        self.values_under_pointer = np.full((points, points), 0.5, "float32")

    def _add_layers(self, plane, reach):
        heat = plane.add_artist(_HeatMap())
        warped = LineCollection([], colors="0.5", linewidths=0.5, label="warped grid", zorder=1)
        contour = LineCollection(
            [], colors=DISCRIMINATOR, linewidths=1.4, linestyles="-.", label="D = ½", zorder=2
        )
        # white edges, so that each stands out from a dark shade of D, too
        contour_edge = LineCollection([], colors="white", linewidths=3.4, zorder=1.9)
        for lines in (warped, contour_edge, contour):
            plane.add_collection(lines, autolim=False)
        edge = {"markeredgecolor": "white", "markeredgewidth": 0.5}
        (real,) = plane.plot(
            [], [], "o", color=REAL, markersize=3.2, label="real", zorder=3, **edge
        )
        cross = {"marker": "x", "markersize": 4.5, "linestyle": ""}
        (generated_edge,) = plane.plot(
            [], [], color="white", markeredgewidth=2.4, zorder=2.9, **cross
        )
        (generated,) = plane.plot([], [], color=GENERATED, label="generated", zorder=3, **cross)
        self._edges = {"D = ½": contour_edge, "generated": generated_edge}
        arrows = plane.quiver(
            *np.zeros((4, ARROWS)),
            color=GRADIENT,
            angles="xy",
            scale_units="xy",
            scale=1,
            width=0.006,
            edgecolor="white",
            linewidth=0.5,
            zorder=4,
        )
        return dict(zip(LAYERS, (real, generated, heat, contour, arrows, warped)))

    def _box_and_limits(self, axes):
        """Where axes of equal scale stand, [left, top, width, height] in fractions of the figure."""
        axes.apply_aspect()
        box = axes.get_position()
        return {
            "box": [box.x0, 1 - box.y1, box.width, box.height],
            "x": [*map(float, axes.get_xlim())],
            "y": [*map(float, axes.get_ylim())],
        }

    def _draw_legend(self, plane):
        """The layers that are shown; the heat map by its two ends, which are its scale."""
        ends = [
            Patch(color=self._shades(np.array([probability]))[0] / 255, label=label)
            for probability, label in ((0.2, "D ≤ 0.2"), (0.8, "D ≥ 0.8"))
        ]
        arrow = Line2D([], [], color=GRADIENT, marker=r"$\rightarrow$", markersize=11, linestyle="")
        arrow.set_label("negative gradient")
        handles = {name: [artist] for name, artist in self.layers.items()}
        handles |= {"D's probability": ends, "gradient": [arrow]}
        plane.legend(
            handles=[one for name in LAYERS if name not in self._hidden for one in handles[name]],
            loc="upper center",
            bbox_to_anchor=(0.5, -0.04),
            ncols=4,
            fontsize=9,
            frameon=False,
            handletextpad=0.4,
            columnspacing=1.2,
        )

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
        marks: Sequence[int] = (),
        logistic: bool = True,
    ) -> bool:
        """Shows one moment of a run.

        Args:
            real: (n, 2), real points.
            found: what a `training.PlaneProbe` returns at `points` and `latent_grid`.
            history: {column: (updates,)}, as `GAN.update_history`.
            distances: (m, 2), pairs of updates made and distance.
            baseline: the distance between two samples of real points.
            hidden: names among `LAYERS`.
            marks: updates at which `Marks` stand on both curves.
            logistic: whether the losses are, see `LossCurves`.

        Returns:
            True if the axes' limits changed, so that everything must be drawn again.
        """
        artists = self.layers
        for name, artist in (*artists.items(), *self._edges.items()):
            artist.set_visible(name not in hidden)
        artists["real"].set_data(*real.T)
        for crosses in (artists["generated"], self._edges["generated"]):
            crosses.set_data(*found["samples"].T)
        probabilities = found["probabilities"].reshape(2 * (len(self._line),))
        artists["D's probability"].shades = self._shades(probabilities)
        self.values_under_pointer = probabilities.astype("float32")
        contours = contour_generator(self._line, self._line, probabilities).lines(0.5)
        for lines in (artists["D = ½"], self._edges["D = ½"]):
            lines.set_segments(contours)
        gradient = found["negative_gradient"][:ARROWS]
        length = np.linalg.norm(gradient, axis=1, keepdims=True)
        usual = max(float(np.percentile(length, 90)), 1e-9)
        longest = np.maximum(length, 1.5 * usual)  # a longer arrow is cut
        artists["gradient"].set_offsets(found["samples"][:ARROWS])
        artists["gradient"].set_UVC(*(gradient * ARROW_LENGTH * 1.5 / longest).T)
        self._arrow_scale.set_text(f"arrow of length {ARROW_LENGTH:g}: gradient {usual:.2g}")
        self._arrow_scale.set_visible("gradient" not in hidden)
        nodes = found["latent_grid"].reshape(self._latent_grid, self._latent_grid, 2)
        artists["warped grid"].set_segments([*nodes, *nodes.swapaxes(0, 1)])
        self._distance.set_data(*np.reshape(distances, (-1, 2)).T)
        self._baseline.set_ydata([baseline, baseline])
        changed = self._losses.update(history, marks, logistic)
        self._distance_axes.set_xlim(self._losses.axes.get_xlim())
        self._marks.update(marks)
        highest = 20 if np.nanmax(np.append(self._distance.get_ydata(), 0)) > 2 else 2
        if highest != self._distance_axes.get_ylim()[1]:
            self._distance_axes.set_ylim(0.003, highest)
            changed = True
        if self._hidden != tuple(hidden):
            self._hidden, changed = tuple(hidden), True
            self._draw_legend(artists["real"].axes)
        return changed
