"""Draw the data."""

import pathlib

import anywidget
import numpy as np
import traitlets

from ..data import Mixture


class DrawingPad(anywidget.AnyWidget):
    """A square to draw points into, by pointer or by keyboard; `mixture` is what they stand for.

    By pointer: press and draw. By keyboard: arrows move the cross, Space puts a point, Backspace
    takes the last one away. points: [[x, y], ...] in [-1, 1], the first ones to be seen.
    sigma: width of the Gaussian that each point stands for.
    """

    _esm = pathlib.Path(__file__).with_name("drawing_pad.js").read_text(encoding="utf-8")
    points = traitlets.List([]).tag(sync=True)

    def __init__(self, points=(), sigma=0.05, **kwargs):
        super().__init__(points=np.asarray(points, float).reshape(-1, 2).tolist(), **kwargs)
        self.sigma = sigma
        self._mixture_of = None

    @property
    def mixture(self):
        """The drawn points as a `data.Mixture`, the same object until they change; before the
        first point, one at the origin."""
        points = self.points or [[0.0, 0.0]]
        if points != self._mixture_of:
            self._mixture_of, self._mixture = points, Mixture(points, self.sigma)
        return self._mixture
