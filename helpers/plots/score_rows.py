"""A row for each score: where does it lie, measured by the scores that real samples have?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

WIDEST = 1000.0  # half-widths of the range; what lies further away is drawn here


class ScoreRows:
    """A row for each score, with a dot inside or outside a range; made to be redrawn often.

    All rows share one scale: -1 and +1 are the ends of the range of each score, which is drawn as a
    grey band. The scale is linear inside the band and logarithmic outside.

    Args:
        axes: to draw into.
        names: of the scores, from the top.

    Attributes:
        moving: the artists that `update` changes: dots and scores. It also writes the ranges, which
            change seldom.

    Example:
        >>> from helpers import plots
        >>> figure, axes = plots.live_axes(1)
        >>> rows = plots.ScoreRows(axes, ["distance", "accuracy"])
        >>> rows.update([3.0, 0.5], lowest=[1.0, 0.4], highest=[2.0, 0.6])
        [True, False]
    """

    def __init__(self, axes: Axes, names: Sequence[str]):
        self._heights = np.arange(len(names), 0, -1)
        axes.axvspan(-1, 1, color="0.85", zorder=0)
        (self._dots,) = axes.plot([], [], "o", color="black", markersize=7)
        (self._inside,) = axes.plot([], [], "o", color="black", markersize=7, fillstyle="none")
        self.texts, self.ranges = (
            [
                axes.text(
                    x,
                    float(y),
                    "",
                    transform=axes.get_yaxis_transform(),
                    ha=side,
                    va="center",
                    fontsize=10,
                )
                for y in self._heights
            ]
            for x, side in ((1.17, "right"), (1.20, "left"))
        )
        axes.set_xscale("symlog", linthresh=1)
        limit = 1.6 * WIDEST
        axes.set(xlim=(-limit, limit), ylim=(0.4, len(names) + 0.6))
        ticks = (-100, -1, 1, 100)
        axes.set_xticks(ticks, [f"{tick:+d}" for tick in ticks])
        axes.set_xticks([], minor=True)
        axes.set_yticks(self._heights, list(names))
        self.moving = [self._dots, self._inside, *self.texts]

    def update(
        self,
        scores: np.typing.ArrayLike,
        lowest: np.typing.ArrayLike,
        highest: np.typing.ArrayLike,
    ) -> list[bool]:
        """Shows other scores; those outside their range are filled dots, the others open ones.

        Args:
            scores: one number for each row.
            lowest, highest: the range of each, lowest <= highest.

        Returns:
            For each row, whether its score is outside the range.

        Raises:
            ValueError: if there are more or fewer numbers than rows.
        """
        scores, lowest, highest = (np.asarray(x, "float64") for x in (scores, lowest, highest))
        if any(x.shape != self._heights.shape for x in (scores, lowest, highest)):
            shapes = [x.shape for x in (scores, lowest, highest)]
            raise ValueError(
                f"expected one number for each of {len(self.texts)} rows, got {shapes}"
            )
        half = np.maximum((highest - lowest) / 2, 1e-12)
        x = np.clip((scores - (lowest + highest) / 2) / half, -WIDEST, WIDEST)
        outside = (scores < lowest) | (scores > highest)
        self._dots.set_data(x[outside], self._heights[outside])
        self._inside.set_data(x[~outside], self._heights[~outside])
        for text, score in zip(self.texts, scores):
            text.set_text(f"{score:.3f}")
        for text, low, high in zip(self.ranges, lowest, highest):
            text.set_text(f"({low:.3f} to {high:.3f})")
        return [bool(value) for value in outside]
