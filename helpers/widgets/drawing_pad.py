"""A square in which the learner draws points."""

from __future__ import annotations

import pathlib
from typing import Any

import anywidget
import numpy as np
import traitlets

from ..data import Mixture


class DrawingPad(anywidget.AnyWidget):
    """A square to draw points in, by pointer or by keyboard.

    By pointer: press and draw. By keyboard: arrow keys move the cross, Space adds a point,
    Backspace removes the last one.

    Args:
        points: (n, 2), in [-1, 1], the points at the start.
        sigma: standard deviation of the Gaussian around each point.
        **kwargs: of the widget, such as `layout`.

    Attributes:
        points: the points as they are now, a list of [x, y].
        mixture: the points as a `data.Mixture`.

    Example:
        >>> from helpers import widgets
        >>> pad = widgets.DrawingPad([[0.5, 0.5], [-0.5, 0.5]], sigma=0.05)
        >>> pad.points
        [[0.5, 0.5], [-0.5, 0.5]]
        >>> pad.mixture.sample(100, seed=0).shape
        (100, 2)
    """

    _esm = pathlib.Path(__file__).with_name("drawing_pad.js").read_text(encoding="utf-8")
    points: traitlets.List = traitlets.List([]).tag(sync=True)

    def __init__(self, points: np.typing.ArrayLike = (), sigma: float = 0.05, **kwargs: Any):
        super().__init__(points=np.asarray(points, float).reshape(-1, 2).tolist(), **kwargs)
        self.sigma = sigma
        self._mixture_points: list | None = None

    @property
    def mixture(self) -> Mixture:
        """The points as a `data.Mixture`, the same object until they change.

        Without any points it has one Gaussian at the origin.
        """
        points = self.points or [[0.0, 0.0]]
        if points != self._mixture_points:
            self._mixture_points, self._mixture = points, Mixture(np.asarray(points), self.sigma)
        return self._mixture
