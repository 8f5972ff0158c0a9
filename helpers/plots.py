"""How does it look? Arrays in, (figure, axes) out; nothing here trains or samples.

One colour per role in every lesson, from the palette of Okabe and Ito (safe for colour-blind
eyes), and a line style or marker that says the same. Images come in the course's [-1, 1].
"""

import matplotlib.pyplot as plt
import numpy as np
from contourpy import contour_generator
from matplotlib import colormaps
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from .data import to_display

REAL = "#009E73"
GENERATED = "#D55E00"
DISCRIMINATOR = "#0072B2"
GRADIENT = "#CC79A7"
STYLES = {REAL: "-", GENERATED: "--", DISCRIMINATOR: "-.", GRADIENT: ":"}


def tile(images, columns):
    """Images (n, height, width, 1) laid out row by row: one array in [0, 1] with 2-pixel gaps.

    Raises: ValueError if images are not of that shape or do not fill whole rows.
    """
    if images.ndim != 4 or images.shape[-1] != 1 or not len(images) or len(images) % columns:
        raise ValueError(
            f"images must be (n, height, width, 1) with n a multiple of {columns}, got {images.shape}"
        )
    framed = np.pad(to_display(images[..., 0]), ((0, 0), (1, 1), (1, 1)), constant_values=0.5)
    n, height, width = framed.shape
    rows = framed.reshape(n // columns, columns, height, width).swapaxes(1, 2)
    return rows.reshape(n // columns * height, columns * width)


def _show(axes, picture):
    axes.imshow(picture, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    axes.set_axis_off()


def image_grid(images, columns=5, title=None):
    """A grid of digits, 25 of them as 5 by 5; grey shades mean the same in every picture."""
    picture = tile(images, columns)
    figure, axes = plt.subplots(figsize=(picture.shape[1] / 45, picture.shape[0] / 45 + 0.3))
    _show(axes, picture)
    axes.set_title(title or "")
    return figure, axes


def image_rows(rows, labels, title=None):
    """One labelled row of digits for each array in rows, all of one length.

    Used for film strips (a row for each moment), races (a row for each recipe), walks through
    latent space, and samples above their nearest training images.
    """
    if len(rows) != len(labels):
        raise ValueError(f"each row needs a label: got {len(rows)} rows and {len(labels)} labels")
    picture = tile(np.concatenate(rows), len(rows[0]))
    height = picture.shape[0] / len(rows)
    figure, axes = plt.subplots(figsize=(9, 9 * picture.shape[0] / picture.shape[1] * 0.85 + 0.3))
    axes.imshow(picture, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks(height * (np.arange(len(rows)) + 0.5), labels)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_title(title or "")
    figure.tight_layout()
    return figure, axes


def plane(axes, real=(), generated=(), title="", size=4, reach=1.25):
    """Points of the plane, undistorted: real ones as dots, generated ones as crosses.

    real, generated: (n, 2), or empty. size: of the marks, in points. reach: half the side of the
    square that is shown. Returns: the artist of the crosses, which may be moved later.
    """
    axes.plot(*np.reshape(real, (-1, 2)).T, ".", color=REAL, markersize=size)
    (crosses,) = axes.plot(*np.reshape(generated, (-1, 2)).T, "x", color=GENERATED, markersize=size)
    ticks, limits = (-1, 0, 1), (-reach, reach)
    axes.set(aspect="equal", xlim=limits, ylim=limits, xticks=ticks, yticks=ticks)
    axes.set_title(title, fontsize=10)
    return crosses


def live_axes(columns):
    """Axes side by side in a figure that pyplot does not know, to be shown by `widgets.Explorer`."""
    figure = Figure(figsize=(9, 3.8), dpi=80)
    axes = figure.subplots(1, columns)
    figure.subplots_adjust(0.08, 0.14, 0.98, 0.95, 0.25)
    return figure, axes


def smooth(values, window):
    """Means over windows of neighbouring values, (n,) -> (n - window + 1,); window >= 1."""
    return np.convolve(values, np.ones(window) / window, mode="valid")


def _draw_curves(axes, history, columns, window):
    for column, label, colour in columns:
        values = smooth(history[column], window)
        steps = np.arange(len(values)) + window
        axes.plot(steps, values, color=colour, linestyle=STYLES[colour], label=label)
    axes.set_xlabel("updates")
    axes.legend(loc="upper right", fontsize=9)


def curves(history, window=None):
    """Losses, scores and accuracies of a run, side by side, over updates.

    history: `GAN.update_history`. window: updates in each running mean; by default 1 % of the run.
    Dashed grey lines: where the logistic losses stand when D cannot tell (2 log 2 and log 2),
    and D = 1/2. Returns: figure, array of three axes.
    """
    n = len(history["discriminator_loss"])
    if n < 1:
        raise ValueError("the history is empty: train first")
    window = window or max(1, n // 100)
    figure, (losses, scores, accuracies) = plt.subplots(1, 3, figsize=(11, 3.1))
    _draw_curves(
        losses,
        history,
        [
            ("discriminator_loss", "D loss", DISCRIMINATOR),
            ("generator_loss", "G loss", GENERATED),
        ],
        window,
    )
    losses.set_ylabel("nats")
    for height in (np.log(2), 2 * np.log(2)):
        losses.axhline(height, color="0.6", linewidth=0.8, zorder=0)
    for axes, what, pair in (
        (scores, "mean D", ("real_score", "fake_score")),
        (accuracies, "share D gets right", ("real_accuracy", "fake_accuracy")),
    ):
        _draw_curves(
            axes,
            history,
            [(pair[0], "on real", REAL), (pair[1], "on generated", GENERATED)],
            window,
        )
        axes.set(ylabel=what, ylim=(0, 1))
        axes.axhline(0.5, color="0.6", linewidth=0.8, zorder=0)
    figure.tight_layout()
    return figure, np.array([losses, scores, accuracies])


class LossCurves:
    """The two losses of a run over its updates, on axes made to be redrawn often.

    `update(history)` moves the artists in `moving`, and returns True if it had to change the
    axes' limits, so that everything else must be drawn again.
    """

    def __init__(self, axes):
        self.axes = axes
        axes.set(xlim=(0, 500), ylim=(0, 3), xlabel="updates", ylabel="loss in nats")
        for height, name in ((2 * np.log(2), "2 log 2"), (np.log(2), "log 2")):
            axes.axhline(height, color="0.7", linewidth=0.8, zorder=0)
            axes.annotate(
                name,
                (1, height),
                xycoords=("axes fraction", "data"),
                fontsize=8,
                ha="right",
                va="bottom",
                color="0.4",
            )
        self._lines = {}
        for name, label, colour in (
            ("discriminator_loss", "discriminator", DISCRIMINATOR),
            ("generator_loss", "generator", GENERATED),
        ):
            (self._lines[name],) = axes.plot(
                [], [], color=colour, linestyle=STYLES[colour], linewidth=1.3, label=label
            )
        axes.set_title("losses (grey: D cannot tell the two apart)", fontsize=10)
        axes.legend(loc="upper right", ncols=2, fontsize=9)
        self.moving = [*self._lines.values()]

    def update(self, history):
        """Show the losses of `GAN.update_history`, as means over 150 stretches of the run."""
        n = len(history["generator_loss"])
        stride = max(5, n // 150)
        seen = []
        for name, line in self._lines.items():
            means = history[name][: n // stride * stride].reshape(-1, stride).mean(axis=1)
            line.set_data((np.arange(len(means)) + 1) * stride, means)
            seen.append(means[np.isfinite(means)])
        seen = np.concatenate(seen)
        low, high = np.quantile(seen, [0.01, 0.99]) if len(seen) else (0, 0)
        limits = (
            (0, 500 * _power_of_two_above(n / 500)),
            (
                -_power_of_two_above(-low) if low < -0.1 else 0,
                3 * _power_of_two_above(high / 2.5),
            ),
        )
        changed = (self.axes.get_xlim(), self.axes.get_ylim()) != limits
        self.axes.set(xlim=limits[0], ylim=limits[1])
        return changed


def _power_of_two_above(value):
    """The smallest of 1, 2, 4 ... that is not below value."""
    return 2.0 ** max(0, int(np.ceil(np.log2(max(value, 1)))))


class TrainingView:
    """One frame of a training run, made to be redrawn often: samples left, losses right.

    `update(samples, history)` moves the artists listed in `moving`; everything else (axes, ticks,
    labels) changes only when it returns True. `figure` is a matplotlib Figure
    that pyplot does not know, for it is drawn from a thread of its own.
    """

    def __init__(self, columns=5):
        self.columns = columns
        self.figure = Figure(figsize=(9, 4), dpi=80)
        grid, axes = self.figure.subplots(1, 2, width_ratios=(1, 1.25))
        self.figure.subplots_adjust(0.01, 0.13, 0.98, 0.92, 0.14)
        _show(grid, np.zeros((30 * columns, 30 * columns)))
        self._picture = grid.images[0]
        grid.set_title("the same latent vectors, drawn again and again", fontsize=10)
        self._losses = LossCurves(axes)
        self.moving = [self._picture, *self._losses.moving]

    def update(self, samples, history):
        """Show samples (columns^2, 28, 28, 1) and the losses of `GAN.update_history`.

        Returns: True if the axes' limits changed, so that the background must be drawn again.
        """
        self._picture.set_data(tile(samples, self.columns))
        return self._losses.update(history)


class _HeatMap(Artist):
    """Colours, uint8 (rows, columns, 3) from the lower left, spread evenly over the axes, the
    outermost on its edges; each pixel has the nearest one. `imshow` resamples: ten times as long."""

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


LAYERS = ("real", "generated", "D's answer", "D = ½", "gradient", "warped grid")
ARROWS = 80
ARROW_SCALE = 0.2  # length of an arrow for a gradient of length 1, in units of the data


class PlaneView:
    """One frame of a game in the plane, made to be redrawn often; used as `TrainingView` is.

    Left, as layers that can be hidden: real points (dots), generated points (crosses), D's
    answer as a heat map with its contour at 1/2, arrows along which the generator's loss pulls
    generated points, and the warped grid: the generator's image of a square grid of latent points.
    Right: losses, and the distance from generated to real over time.

    reach: half the side of the square that is shown. places: how many points a side D is asked at.
    lattice: how many latent points a side the grid has.
    """

    def __init__(self, reach=1.25, places=48, lattice=17):
        self.figure = Figure(figsize=(9, 5.2), dpi=80)
        plane = self.figure.add_axes((0.045, 0.13, 0.495, 0.85))
        plane.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
        plane.tick_params(labelsize=8)
        self._line = np.linspace(-reach, reach, places)
        self.places = np.stack(np.meshgrid(self._line, self._line), -1).reshape(-1, 2)
        self._lattice = lattice
        self.layers = self._paint(plane, reach)
        handles = [self.layers[name] for name in LAYERS if name not in ("D's answer", "gradient")]
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
        far = self.figure.add_axes((0.63, 0.11, 0.345, 0.32))
        far.set(yscale="log", ylim=(0.003, 2), xlabel="updates", ylabel="distance")
        far.set_title("sliced Wasserstein distance to real points", fontsize=10)
        (self._distance,) = far.plot([], [], color=GENERATED, linewidth=1.3, label="generated")
        (self._floor,) = far.plot(
            [0, 1e9], [1, 1], color=REAL, linestyle=":", label="real against real"
        )
        far.legend(loc="lower right", ncols=2, fontsize=9)
        self._far = far
        painted = sorted(self.layers.values(), key=lambda artist: artist.zorder)
        frame = plane.spines.values()  # painted again, over the heat map
        self.moving = [*painted, *frame, *self._losses.moving, self._distance, self._floor]

    def _paint(self, plane, reach):
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

    def _shades(self, answers):
        """Pale PRGn from 0.2 to 0.8 (a penalised D is rarely surer), uint8 (..., 3)."""
        shades = colormaps["PRGn"]((answers - 0.2) / 0.6, bytes=True)[..., :3]
        return 255 - (0.6 * (255 - shades)).astype("uint8")

    def lattice(self, latent_dim):
        """Latent points of the grid, float32 (lattice^2, latent_dim): its first two entries over
        [-2, 2], all others 0. With one entry the grid is a line, laid over itself."""
        line = np.linspace(-2, 2, self._lattice, dtype="float32")
        z = np.zeros((self._lattice**2, latent_dim), "float32")
        z[:, :2] = np.stack(np.meshgrid(line, line), -1).reshape(-1, 2)[:, :latent_dim]
        return z

    def update(self, real, seen, history, distances, floor, hidden=()):
        """Show one moment.

        real: (n, 2). seen: what `GAN.look` answers at `places` and `lattice`. history: as of
        `GAN.update_history`. distances: (m, 2), updates and distances. floor: the distance
        between two samples of real points. hidden: names among `LAYERS`.
        Returns: True if the axes' limits changed, so that the background must be drawn again.
        """
        artists = self.layers
        for name, artist in artists.items():
            artist.set_visible(name not in hidden)
        artists["real"].set_data(*real.T)
        artists["generated"].set_data(*seen["samples"].T)
        answers = seen["answers"].reshape(2 * (len(self._line),))
        artists["D's answer"].shades = self._shades(answers)
        contours = contour_generator(self._line, self._line, answers)
        artists["D = ½"].set_segments(contours.lines(0.5))
        pull = ARROW_SCALE * seen["pull"][:ARROWS]
        length = np.linalg.norm(pull, axis=1, keepdims=True)
        pull *= np.minimum(1, 0.3 / np.maximum(length, 1e-9))
        artists["gradient"].set_offsets(seen["samples"][:ARROWS])
        artists["gradient"].set_UVC(*pull.T)
        nodes = seen["lattice"].reshape(self._lattice, self._lattice, 2)
        artists["warped grid"].set_segments([*nodes, *nodes.swapaxes(0, 1)])
        self._distance.set_data(*np.reshape(distances, (-1, 2)).T)
        self._floor.set_ydata([floor, floor])
        changed = self._losses.update(history)
        self._far.set_xlim(self._losses.axes.get_xlim())
        return changed


class Dashboard:
    """Seven readings of one run, made to be redrawn often; used as `TrainingView` is.

    Above: both losses, the share D gets right, a histogram of D's logits now, gradient norms.
    Below: samples of fixed latent vectors, how far each player's weights move in an update, and
    the distance of generated to real samples over its floor.

    samples_shape: of one sample; images (28, 28, 1), of which the first 32 are
        shown (grey where there are fewer, or a pixel is NaN), or points (2,).
    reach: half the side of the square shown for points. figure: to draw into, a new one by default.
    """

    COLUMNS = 8

    def __init__(self, samples_shape=(28, 28, 1), reach=1.5, figure=None):
        self.figure = figure or Figure(figsize=(11, 5.4), dpi=80)
        grid = self.figure.add_gridspec(2, 4, width_ratios=(1, 1, 1, 1), height_ratios=(1, 1.05))
        self.figure.subplots_adjust(0.05, 0.09, 0.985, 0.94, 0.27, 0.42)
        losses, shares, scores, slopes = (self.figure.add_subplot(grid[0, k]) for k in range(4))
        samples = self.figure.add_subplot(grid[1, :2])
        steps, far = (self.figure.add_subplot(grid[1, k]) for k in (2, 3))
        self._curves = [
            _Curves(
                losses,
                "losses (grey: D cannot tell)",
                [("discriminator_loss", "D", DISCRIMINATOR), ("generator_loss", "G", GENERATED)],
                guides=(np.log(2), 2 * np.log(2)),
            ),
            _Curves(
                shares,
                "share that D gets right",
                [("real_accuracy", "real", REAL), ("fake_accuracy", "generated", GENERATED)],
                guides=(0.5,),
                limits=(-0.03, 1.25),
            ),
            _Curves(
                slopes,
                "gradient norms",
                [
                    ("discriminator_gradient_norm", "D", DISCRIMINATOR),
                    ("generator_gradient_norm", "G", GRADIENT),
                ],
                log=True,
            ),
            _Curves(
                steps,
                "relative step of all weights",
                [("discriminator_step", "D", DISCRIMINATOR), ("generator_step", "G", GENERATED)],
                log=True,
            ),
            _Curves(
                far,
                "distance to real samples",
                [("distance", "generated", GENERATED), ("floor", "real to real", REAL)],
                log=True,
            ),
        ]
        self._scores = _Histograms(scores)
        self._images = len(samples_shape) == 3
        if self._images:
            _show(samples, np.zeros((4 * 30, self.COLUMNS * 30)))
            self._samples = [samples.images[0]]
        else:
            crosses = plane(samples, title="", size=4, reach=reach)
            real = samples.lines[0]
            self._samples = [real, crosses]
        samples.set_title("the same latent vectors again and again", fontsize=10)
        self.moving = [*self._samples, *self._scores.moving]
        for curves in self._curves:
            self.moving += curves.moving

    def update(self, history, seen):
        """Show a run so far.

        history: {column: (updates,)}, as `GAN.update_history`; with "updates" in it, as in
        `Watch.history`, that is the horizontal axis. seen: a `diagnostics.Watch` after a look.
        Returns: True if an axis changed, so that everything must be drawn again.
        """
        sparse = {**seen.history, "floor": np.full(len(seen.history["updates"]), seen.floor)}
        changed = [self._scores.update(seen.real_logits, seen.fake_logits)]
        if self._images:
            # grey where there is none
            shown = np.zeros((4 * self.COLUMNS, *seen.samples.shape[1:]))
            some = seen.samples[: len(shown)]
            shown[: len(some)] = np.clip(np.nan_to_num(some), -1, 1)
            self._samples[0].set_data(tile(shown, self.COLUMNS))
        else:
            self._samples[0].set_data(*seen.real[:500].T)
            self._samples[1].set_data(*seen.samples.T)
        for curves in self._curves:
            dense = all(name in history for name in curves.names)
            changed.append(curves.update(history if dense else sparse))
        return any(changed)


class _Curves:
    """Lines over updates on axes that grow with them; `update` tells whether they had to."""

    def __init__(self, axes, title, columns, guides=(), limits=None, log=False):
        self.axes, self._limits, self._log = axes, limits, log
        self.names = [name for name, _, _ in columns]
        axes.set_title(title, fontsize=10)
        axes.tick_params(labelsize=8)
        axes.set_xlabel("updates", fontsize=8, labelpad=1)
        if log:
            axes.set_yscale("log")
        for height in guides:
            axes.axhline(height, color="0.7", linewidth=0.8, zorder=0)
        self.moving = [
            axes.plot([], [], color=colour, linestyle=STYLES[colour], linewidth=1.3, label=label)[0]
            for _, label, colour in columns
        ]
        axes.legend(loc="upper right", fontsize=8, ncols=2, framealpha=0.6)
        self._shown = None

    def update(self, history):
        seen = []
        for name, line in zip(self.names, self.moving):
            values = np.asarray(history.get(name, ()), float)
            made = np.asarray(history.get("updates", np.arange(len(values)) + 1))[-len(values) :]
            stride = max(1, len(values) // 100)
            kept = len(values) // stride * stride
            means = values[:kept].reshape(-1, stride).mean(axis=1)
            if self._log:
                means = np.where(means > 0, means, np.nan)
            line.set_data(made[stride - 1 : kept : stride], means)
            seen.append(means[np.isfinite(means)])
        end = max([100, *(line.get_xdata()[-1] for line in self.moving if len(line.get_xdata()))])
        limits = (0, 100 * _power_of_two_above(end / 100)), self._vertical(np.concatenate(seen))
        changed, self._shown = limits != self._shown, limits
        self.axes.set(xlim=limits[0], ylim=limits[1])
        return changed

    def _vertical(self, values):
        if self._limits:
            return self._limits
        if not len(values):
            return (0.1, 10) if self._log else (0, 3)
        low, high = values.min(), values.max()
        if self._log:
            return 10 ** (np.floor(np.log10(low)) - 0.1), 10 ** (np.ceil(np.log10(high)) + 0.4)
        return (
            -_power_of_two_above(-low) if low < -0.1 else 0,
            3 * _power_of_two_above(high / 2.5),
        )


class _Histograms:
    """D's logits on real and generated samples, as two humps over one axis."""

    BINS = 40

    def __init__(self, axes):
        self.axes = axes
        axes.set_title("D's logits now: two humps?", fontsize=10)
        axes.set_yticks([])
        axes.tick_params(labelsize=8)
        axes.set_xlabel("generated  <  0  <  real", fontsize=8, labelpad=1)
        axes.axvline(0, color="0.7", linewidth=0.8, zorder=0)
        self.moving = [
            axes.stairs(
                np.zeros(self.BINS), np.arange(self.BINS + 1), color=colour, fill=True, alpha=0.55,
                linestyle=STYLES[colour], linewidth=1, label=label,
            )
            for label, colour in (("real", REAL), ("generated", GENERATED))
        ]  # fmt: skip
        axes.legend(loc="upper right", fontsize=8, framealpha=0.6)
        self._shown = None

    def update(self, *logits):
        finite = [one[np.isfinite(one)] for one in logits]
        reach = 2 * _power_of_two_above(
            max([1, *(abs(one).max() for one in finite if len(one))]) / 2
        )
        edges = np.linspace(-reach, reach, self.BINS + 1)
        shares = [np.histogram(one, edges)[0] / max(1, len(one)) for one in finite]
        for patch, share in zip(self.moving, shares):
            patch.set_data(share, edges)
        highest = max(0.05, *(share.max() for share in shares))
        limits = reach, 2.0 ** np.ceil(np.log2(1.2 * highest))
        changed, self._shown = limits != self._shown, limits
        self.axes.set(xlim=(-reach, reach), ylim=(0, limits[1]))
        return changed


def dashboard(history, seen, title=""):
    """A `Dashboard` of a finished run, as a figure of pyplot. Arguments: `Dashboard.update`.

    Returns: the figure, the `Dashboard`.
    """
    reach = max(1.5, 1.1 * abs(seen.real).max())
    view = Dashboard(seen.samples.shape[1:], reach, plt.figure(figsize=(11, 5.4)))
    view.update(history, seen)
    view.figure.suptitle(title, x=0.05, y=1.03, ha="left", fontweight="bold")
    return view.figure, view
