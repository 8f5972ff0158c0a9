"""All measurements of a run in one figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D

from .roles import DISCRIMINATOR, GENERATED, GRADIENT, REAL, STYLES
from .static import PICTURE_DPI, _show_gray, plane, tile
from .training_view import Marks, _power_of_two_above

if TYPE_CHECKING:
    from ..diagnostics import Monitor

SIZE = (10, 5.4)  # inches


class Dashboard:
    """All measurements of one run in a figure made to be redrawn often; used as `TrainingView` is.

    (a) both losses, (b) D's accuracy, (c) histograms of D's logits at the last evaluation, (d)
    gradient norms, (e) samples of fixed latent vectors, (f) update-to-weight ratios, (g) the distance from generated to real samples with its real-vs-real baseline. Axes hold the last half
    of a run and all but the outermost hundredths of the rest: a spike does not stay for good.

    Args:
        sample_shape: of one sample. Of images, (28, 28, 1), the first 32 are shown (grey where there
            are fewer, or where a pixel is NaN); points, (2,), are shown in the plane.
        reach: half the side of the square shown for points.
        figure: to draw into; a new one by default.

    Attributes:
        figure: as given.
        moving: the artists that `update` changes.
    """

    COLUMNS = 8

    def __init__(
        self,
        sample_shape: tuple[int, ...] = (28, 28, 1),
        reach: float = 1.5,
        figure: Figure | None = None,
    ):
        self.figure = figure or Figure(figsize=SIZE, dpi=PICTURE_DPI)
        grid = self.figure.add_gridspec(2, 4, width_ratios=(1, 1, 1, 1), height_ratios=(1, 1.05))
        self.figure.subplots_adjust(0.05, 0.1, 0.975, 0.94, 0.32, 0.46)
        losses, accuracies, logits, gradients = (
            self.figure.add_subplot(grid[0, k]) for k in range(4)
        )
        samples = self.figure.add_subplot(grid[1, :2])
        ratios, distances = (self.figure.add_subplot(grid[1, k]) for k in (2, 3))
        self._curves = [
            _Curves(
                losses,
                "(a) losses (grey: D = ½)",
                [("discriminator_loss", "D", DISCRIMINATOR), ("generator_loss", "G", GENERATED)],
                guides=(np.log(2), 2 * np.log(2)),
            ),
            _Curves(
                accuracies,
                "(b) D's accuracy",
                [("real_accuracy", "real", REAL), ("fake_accuracy", "generated", GENERATED)],
                guides=(0.5,),
                limits=(-0.03, 1.25),
            ),
            _Curves(
                gradients,
                "(d) gradient norms",
                [
                    ("discriminator_gradient_norm", "D", DISCRIMINATOR),
                    ("generator_gradient_norm", "G", GRADIENT),
                ],
                log=True,
            ),
            _Curves(
                ratios,
                "(f) update-to-weight ratio",
                [
                    ("discriminator_update_ratio", "D", DISCRIMINATOR),
                    ("generator_update_ratio", "G", GENERATED),
                ],
                log=True,
            ),
            _Curves(
                distances,
                "(g) distance to real",
                [("distance", "generated", GENERATED), ("baseline", "real vs real", REAL)],
                log=True,
            ),
        ]
        self._logits = _Histograms(logits)
        self._images = len(sample_shape) == 3
        if self._images:
            _show_gray(samples, np.zeros((4 * 30, self.COLUMNS * 30)))
            self._samples: list[AxesImage] | list[Line2D] = [samples.images[0]]
        else:
            crosses = plane(samples, title="", size=4, reach=reach)
            box = samples.get_position(original=True)
            width, height = (
                side * inches for side, inches in zip(box.size, self.figure.get_size_inches())
            )
            samples.set_xlim(-reach * width / height, reach * width / height)  # no empty stripes
            self._samples = [samples.lines[0], crosses]
        samples.set_title("(e) samples of fixed latent vectors", fontsize=10)
        self.moving = [*self._samples, *self._logits.moving]
        for curves in self._curves:
            self.moving += curves.moving

    def update(
        self, history: Mapping[str, np.ndarray], monitor: Monitor, marks: Sequence[int] = ()
    ) -> bool:
        """Shows a run so far.

        Args:
            history: {column: (updates,)}, as `GAN.update_history`. With "updates" among its columns,
                as in `Monitor.history`, that column is the horizontal axis. A panel whose columns
                are not all there shows those of `monitor.history`.
            monitor: a `diagnostics.Monitor` that has evaluated the run.
            marks: updates at which `Marks` stand in all curves.

        Returns:
            True if the limits of any axes changed, so that everything must be drawn again.
        """
        sparse = monitor.history
        sparse = {**sparse, "baseline": np.full(len(sparse["updates"]), monitor.baseline)}
        changed = [self._logits.update(monitor.real_logits, monitor.fake_logits)]
        if self._images:
            shown = np.zeros((4 * self.COLUMNS, *monitor.samples.shape[1:]))  # 0 is grey
            given = monitor.samples[: len(shown)]
            shown[: len(given)] = np.clip(np.nan_to_num(given), -1, 1)
            self._samples[0].set_data(tile(shown, self.COLUMNS))
        else:
            self._samples[0].set_data(*monitor.real[:500].T)
            self._samples[1].set_data(*monitor.samples.T)
        for curves in self._curves:
            dense = all(name in history for name in curves.names)
            changed.append(curves.update(history if dense else sparse, marks))
        return any(changed)


class _Curves:
    """Lines over updates, on axes that grow; `update` returns True if the limits changed."""

    def __init__(self, axes, title, columns, guides=(), limits=None, log=False):
        self.axes, self._limits, self._log = axes, limits, log
        self.names = [name for name, _, _ in columns]
        axes.set_title(title, fontsize=10)
        axes.tick_params(labelsize=10)
        axes.set_xlabel("updates", fontsize=10, labelpad=1)
        if log:
            axes.set_yscale("log")
        for height in guides:
            axes.axhline(height, color="0.55", linewidth=0.8, zorder=0)
        self.moving = [
            axes.plot([], [], color=colour, linestyle=STYLES[colour], linewidth=1.3, label=label)[0]
            for _, label, colour in columns
        ]
        short = {"handlelength": 1.6, "handletextpad": 0.5, "columnspacing": 0.9}
        rows = sum(len(name) for _, name, _ in columns) // 20  # no wider than the axes
        axes.legend(loc="upper right", fontsize=10, ncols=2 - rows, framealpha=0.6, **short)
        self._marks, self._shown = Marks(axes, upper=False), None
        self.moving += self._marks.moving

    def update(self, history, marks):
        self._marks.update(marks)
        finite = []
        for name, line in zip(self.names, self.moving):  # the marks come after
            values = np.asarray(history.get(name, ()), float)
            updates = np.asarray(history.get("updates", np.arange(len(values)) + 1))
            updates = updates[-len(values) :]
            stride = max(1, len(values) // 100)
            kept = len(values) // stride * stride
            means = values[:kept].reshape(-1, stride).mean(axis=1)
            if self._log:
                means = np.where(means > 0, means, np.nan)
            line.set_data(updates[stride - 1 : kept : stride], means)
            finite.append(_usual(means))
        lines = self.moving[: len(self.names)]
        end = max([100, *(line.get_xdata()[-1] for line in lines if len(line.get_xdata()))])
        limits = (0, _round_above(end)), self._y_limits(np.concatenate(finite))
        changed, self._shown = limits != self._shown, limits
        self.axes.set(xlim=limits[0], ylim=limits[1])
        return changed

    def hide_entries_without_line(self):
        """What was not measured has no entry in the legend."""
        legend = self.axes.get_legend()
        for line, *entry in zip(self.moving, legend.get_lines(), legend.get_texts()):
            for part in entry:
                part.set_visible(len(line.get_xdata()) > 0)

    def _y_limits(self, values):
        if self._limits:
            return self._limits
        if not len(values):
            return (0.1, 10) if self._log else (0, 3)
        low, high = values.min(), values.max()
        if self._log:
            low, high = np.floor(2 * np.log10(low)) / 2, np.ceil(2 * np.log10(high)) / 2
            return 10 ** (low - 0.1), 10 ** (high + max(0.35, 0.2 * (high - low)))  # for the legend
        return (
            -_power_of_two_above(-low) if low < -0.1 else 0,
            3 * _power_of_two_above(high / 2.5),
        )


def _usual(values):
    """The finite values of the last half, and the 2nd to 98th percentile of all."""
    late = values[len(values) // 2 :]
    finite, late = values[np.isfinite(values)], late[np.isfinite(late)]
    return np.concatenate([late, np.quantile(finite, [0.02, 0.98])]) if len(finite) else finite


def _round_above(value):
    """The smallest of 100, 150, 200, 300, 400, 500, 600, 800, 1000, 1500 ... that is not below value."""
    power = 10.0 ** np.floor(np.log10(value))
    return next(m * power for m in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if m * power >= value)


class _Histograms:
    """Histograms of D's logits on real and on generated samples, over one axis."""

    BINS = 40

    def __init__(self, axes):
        self.axes = axes
        axes.set_title("(c) D's logits, latest", fontsize=10)
        axes.set_yticks([])
        axes.tick_params(labelsize=10)
        axes.set_xlabel("generated  <  0  <  real", fontsize=10, labelpad=1)
        axes.axvline(0, color="0.55", linewidth=0.8, zorder=0)
        self.moving = [
            axes.stairs(
                np.zeros(self.BINS), np.arange(self.BINS + 1), color=colour, fill=True, alpha=0.55,
                linestyle=STYLES[colour], linewidth=1, label=label,
            )
            for label, colour in (("real", REAL), ("generated", GENERATED))
        ]  # fmt: skip
        axes.legend(loc="upper right", fontsize=10, framealpha=0.6, handlelength=1.2)
        self._shown = None

    def update(self, *logits):
        finite = [one[np.isfinite(one)] for one in logits]
        reach = 2 * _power_of_two_above(
            max([1, *(abs(one).max() for one in finite if len(one))]) / 2
        )
        edges = np.linspace(-reach, reach, self.BINS + 1)
        fractions = [np.histogram(one, edges)[0] / max(1, len(one)) for one in finite]
        for patch, fraction in zip(self.moving, fractions):
            patch.set_data(fraction, edges)
        highest = max(0.05, *(fraction.max() for fraction in fractions))
        limits = reach, 2.0 ** np.ceil(np.log2(1.5 * highest))
        changed, self._shown = limits != self._shown, limits
        self.axes.set(xlim=(-reach, reach), ylim=(0, limits[1]))
        return changed


def dashboard(
    history: Mapping[str, np.ndarray], monitor: Monitor, title: str = ""
) -> tuple[Figure, Dashboard]:
    """Draws the `Dashboard` of a finished run as a pyplot figure.

    Args:
        history: {column: (updates,)}, see `Dashboard.update`.
        monitor: a `diagnostics.Monitor` that has evaluated the run.
        title: of the figure.

    Returns:
        The figure and the `Dashboard`.
    """
    reach = max(1.5, 1.1 * np.abs(monitor.real).max())
    view = Dashboard(monitor.samples.shape[1:], reach, plt.figure(figsize=SIZE))
    view.update(history, monitor)
    for curves in view._curves:
        curves.hide_entries_without_line()
    view.figure.suptitle(title, x=0.05, y=1.03, ha="left", fontweight="bold")
    return view.figure, view
