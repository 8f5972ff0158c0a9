"""Images beside their losses, drawn again and again while training."""

import numpy as np
from matplotlib.figure import Figure

from .roles import DISCRIMINATOR, GENERATED, STYLES
from .static import _show, tile


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
