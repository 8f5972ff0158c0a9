"""Images beside their losses, redrawn while training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from .roles import DISCRIMINATOR, GENERATED, STYLES
from .static import PICTURE_DPI, _show_gray, tile

LINEAR_LOSSES = 24  # beyond, the axis is linear up to 2 and then logarithmic


class Marks:
    """Numbered vertical lines at some updates, on axes made to be redrawn often.

    Args:
        axes: to draw into, with updates on the horizontal axis.
        upper: whether the numbers stand at the upper ends; else at the lower.

    Attributes:
        moving: the artists that `update` changes.
    """

    MOST = 9  # that are shown

    def __init__(self, axes: Axes, upper: bool = True):
        across = axes.get_xaxis_transform()  # vertically, fractions of the axes
        self._axes = axes
        self._lines = LineCollection([], colors="0.35", linewidths=0.9, transform=across, zorder=1)
        axes.add_collection(self._lines, autolim=False)
        self._numbers = [
            axes.text(
                *(0, 0.97 if upper else 0.03, ""), transform=across, fontsize=9, ha="center",
                va="top" if upper else "bottom", color="0.2",
                clip_on=True, bbox={"facecolor": "white", "linewidth": 0, "pad": 0.8},
            )
            for _ in range(self.MOST)
        ]  # fmt: skip
        self.moving = [self._lines, *self._numbers]

    def update(self, marks: Sequence[int]) -> None:
        """Shows the last `MOST` marks, numbered from 1.

        Args:
            marks: updates, in the order of the numbers. Of numbers that would overlap only the
                last is shown.
        """
        left, right = self._axes.get_xlim()
        first = max(0, len(marks) - self.MOST)
        self._lines.set_segments([[(at, 0), (at, 1)] for at in marks[first:]])
        for k, number in enumerate(self._numbers):
            shown = first + k < len(marks)
            if first + k + 1 < len(marks):
                shown = marks[first + k + 1] - marks[first + k] > 0.04 * (right - left)
            number.set(text=str(first + k + 1) if shown else "", visible=shown)
            number.set_x(marks[first + k] if shown else 0)


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
        axes.xaxis.set_major_locator(MaxNLocator(5))
        self._references: list[Artist] = []  # lines and words
        for height, name in ((2 * np.log(2), "2 log 2"), (np.log(2), "log 2")):
            self._references.append(axes.axhline(height, color="0.55", linewidth=0.8, zorder=0))
            words = axes.annotate(name, (1, height), xycoords=("axes fraction", "data"))
            words.set(fontsize=8, ha="right", va="bottom", color="0.4")
            self._references.append(words)
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
        self._marks = Marks(axes, upper=False)
        self.moving = [*self._lines.values(), *self._marks.moving]

    def update(
        self, history: Mapping[str, np.ndarray], marks: Sequence[int] = (), logistic: bool = True
    ) -> bool:
        """Shows the losses, as means over about 150 equal stretches of the run.

        The axis fits the last half of the run, at least 500 updates: an early spike leaves it. Above
        `LINEAR_LOSSES` it is logarithmic.

        Args:
            history: {column: (updates,)}, as `GAN.update_history`.
            marks: updates at which `Marks` stand.
            logistic: whether they are minimax or non-saturating; only these have the grey lines.

        Returns:
            True if the axes' limits or words changed, so that everything must be drawn again.
        """
        relabelled = self._references[0].get_visible() != logistic
        if relabelled:
            for artist in self._references:
                artist.set_visible(logistic)
            self.axes.set_title("losses" + " (grey: values at D = ½)" * logistic, fontsize=10)
            self.axes.set_ylabel("loss in nats" if logistic else "loss")
        n = len(history["generator_loss"])
        stride = max(5, n // 150)
        finite = []
        for name, line in self._lines.items():
            means = history[name][: n // stride * stride].reshape(-1, stride).mean(axis=1)
            line.set_data((np.arange(len(means)) + 1) * stride, means)
            recent = means[-max(len(means) // 2, 500 // stride) :]
            finite.append(recent[np.isfinite(recent)])
        values = np.concatenate(finite)
        low, high = np.quantile(values, [0.01, 0.99]) if len(values) else (0, 0)
        limits = (
            (0, 500 * _power_of_two_above(n / 500)),
            (
                -_power_of_two_above(-low) if low < -0.1 else 0,
                3 * _power_of_two_above(high / 2.5),
            ),
        )
        changed = (self.axes.get_xlim(), self.axes.get_ylim()) != limits
        scale = "symlog" if limits[1][1] > LINEAR_LOSSES else "linear"
        if scale != self.axes.get_yscale():
            self.axes.set_yscale(scale, **({"linthresh": 2} if scale == "symlog" else {}))
            changed = True
        self.axes.set(xlim=limits[0], ylim=limits[1])
        self._marks.update(marks)
        return changed or relabelled


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
        self.figure = Figure(figsize=(9, 4), dpi=PICTURE_DPI)
        grid, axes = self.figure.subplots(1, 2, width_ratios=(1, 1.25))
        self.figure.subplots_adjust(0.01, 0.13, 0.98, 0.92, 0.14)
        _show_gray(grid, np.zeros((30 * columns, 30 * columns)))
        self._picture = grid.images[0]
        grid.set_title("samples of fixed latent vectors", fontsize=10)
        self._losses = LossCurves(axes)
        self.moving = [self._picture, *self._losses.moving]

    def update(
        self, samples: np.ndarray, history: Mapping[str, np.ndarray], marks: Sequence[int] = ()
    ) -> bool:
        """Shows samples and losses.

        Args:
            samples: (columns^2, 28, 28, 1), in [-1, 1].
            history: {column: (updates,)}, as `GAN.update_history`.
            marks: updates at which `Marks` stand.

        Returns:
            True if the axes' limits changed, so that everything must be drawn again.
        """
        self._picture.set_data(tile(samples, self.columns))
        return self._losses.update(history, marks)
