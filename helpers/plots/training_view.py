"""Images beside their losses, redrawn while training."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .roles import DISCRIMINATOR, GENERATED, STYLES
from .static import _show_gray, tile


class LossCurves:
    """The two losses of a run over its updates, on axes made to be redrawn often.

    Args:
        axes: to draw into.

    Attributes:
        axes: as given.
        moving: the artists that `update` changes.
    """

    def __init__(self, axes: Axes):
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
        axes.set_title("losses (grey: values at D = ½)", fontsize=10)
        axes.legend(loc="upper right", ncols=2, fontsize=9)
        self.moving = [*self._lines.values()]

    def update(self, history: Mapping[str, np.ndarray]) -> bool:
        """Shows the losses, as means over about 150 equal stretches of the run.

        Args:
            history: {column: (updates,)}, as `GAN.update_history`.

        Returns:
            True if the axes' limits changed, so that everything must be drawn again.
        """
        n = len(history["generator_loss"])
        stride = max(5, n // 150)
        finite = []
        for name, line in self._lines.items():
            means = history[name][: n // stride * stride].reshape(-1, stride).mean(axis=1)
            line.set_data((np.arange(len(means)) + 1) * stride, means)
            finite.append(means[np.isfinite(means)])
        finite = np.concatenate(finite)
        low, high = np.quantile(finite, [0.01, 0.99]) if len(finite) else (0, 0)
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

    Args:
        columns: images in a row, and rows.

    Attributes:
        figure: a matplotlib `Figure` that pyplot does not know: a thread of its own draws it.
        moving: the artists that `update` changes; axes, ticks and labels change only when it
            returns True.
    """

    def __init__(self, columns: int = 5):
        self.columns = columns
        self.figure = Figure(figsize=(9, 4), dpi=80)
        grid, axes = self.figure.subplots(1, 2, width_ratios=(1, 1.25))
        self.figure.subplots_adjust(0.01, 0.13, 0.98, 0.92, 0.14)
        _show_gray(grid, np.zeros((30 * columns, 30 * columns)))
        self._picture = grid.images[0]
        grid.set_title("samples of fixed latent vectors", fontsize=10)
        self._losses = LossCurves(axes)
        self.moving = [self._picture, *self._losses.moving]

    def update(self, samples: np.ndarray, history: Mapping[str, np.ndarray]) -> bool:
        """Shows samples and losses.

        Args:
            samples: (columns^2, 28, 28, 1), in [-1, 1].
            history: {column: (updates,)}, as `GAN.update_history`.

        Returns:
            True if the axes' limits changed, so that everything must be drawn again.
        """
        self._picture.set_data(tile(samples, self.columns))
        return self._losses.update(history)
