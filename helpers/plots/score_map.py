"""Heat maps: scores of a grid search, and values over cells of the plane."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle


class ScoreMap:
    """A heat map of scores from 0 to 1 with a text in each cell, made to be redrawn often.

    Args:
        axes: to draw into.
        rows: labels of the rows, from the top.
        columns: labels of the columns, from the left.
        row_name, column_name: what they are, for the axes.

    Attributes:
        moving: the artists that `update` changes.

    Example:
        >>> from helpers import plots
        >>> figure, axes = plots.live_axes(1)
        >>> score_map = plots.ScoreMap(axes, (1, 2), ("slow", "fast"), "dimension", "speed")
        >>> score_map.update([[0.1, 0.2], [0.9, 0.5]], chosen=(1, 0))
        >>> [text.get_text() for text in score_map.texts]
        ['0.10', '0.20', '0.90', '0.50']
    """

    def __init__(
        self,
        axes: Axes,
        rows: Sequence,
        columns: Sequence,
        row_name: str = "",
        column_name: str = "",
    ):
        self._shape = len(rows), len(columns)
        self.image = axes.imshow(
            np.zeros(self._shape), cmap="cividis", vmin=0, vmax=1, aspect="auto"
        )
        self.texts = [
            axes.text(j, i, "", ha="center", va="center", fontsize=10)
            for i in range(len(rows))
            for j in range(len(columns))
        ]
        self._frame = Rectangle((0, 0), 0.94, 0.94, fill=False, edgecolor="white", linewidth=4)
        self._edge = Rectangle((0, 0), 0.94, 0.94, fill=False, edgecolor="black", linewidth=1.5)
        for frame in (self._frame, self._edge):
            frame.set_visible(False)
            axes.add_patch(frame)
        axes.set_xticks(range(len(columns)), list(map(str, columns)))
        axes.set_yticks(range(len(rows)), list(map(str, rows)))
        axes.set(xlabel=column_name, ylabel=row_name)
        self.moving = [self.image, *self.texts, self._frame, self._edge]

    def update(
        self,
        scores: np.typing.ArrayLike,
        texts: Sequence[Sequence[str]] | None = None,
        chosen: tuple[int, int] | None = None,
    ) -> None:
        """Shows other scores.

        Args:
            scores: (rows, columns), in [0, 1].
            texts: of the cells, (rows, columns); the scores to two decimals by default.
            chosen: (row, column) of the cell that gets a frame; none by default.

        Raises:
            ValueError: if scores or texts have another shape.
        """
        scores = np.asarray(scores, "float64")
        words = [f"{score:.2f}" for score in scores.flat] if texts is None else np.ravel(texts)
        if scores.shape != self._shape or len(words) != scores.size:
            raise ValueError(
                f"scores and texts must be {self._shape}, got {scores.shape} and {len(words)} texts"
            )
        self.image.set_data(scores)
        for text, score, word in zip(self.texts, scores.flat, words):
            text.set(text=str(word), color="black" if score > 0.5 else "white")
        for frame in (self._frame, self._edge):
            frame.set_visible(chosen is not None)
            if chosen is not None:
                frame.set_xy((chosen[1] - 0.47, chosen[0] - 0.47))


def plane_map(
    axes: Axes,
    edges: np.ndarray,
    values: np.ndarray,
    shown: np.ndarray | None = None,
    title: str = "",
    cmap: str = "PRGn",
    limits: tuple[float, float] = (0, 1),
) -> AxesImage:
    """Draws a value for each cell of the plane; cells that are not shown are grey.

    Args:
        axes: to draw into.
        edges: of the cells, (cells + 1,), at equal distances, the same for both axes.
        values: (cells, cells); values[i, j] is for x between edges[i] and edges[i + 1] and y between
            edges[j] and edges[j + 1], as `numpy.histogram2d` counts.
        shown: bools (cells, cells); all by default.
        title: of the axes.
        cmap: name of a colour map.
        limits: the values that have its first and its last colour.

    Returns:
        The image. `image.set_data(plots.masked(values, shown))` shows other values.

    Raises:
        ValueError: if values are not (cells, cells).
    """
    if np.shape(values) != 2 * (len(edges) - 1,):
        raise ValueError(
            f"values must be {2 * (len(edges) - 1,)} for {len(edges)} edges, got {np.shape(values)}"
        )
    colours = colormaps[cmap].with_extremes(bad="0.75")
    extent = (edges[0], edges[-1], edges[0], edges[-1])
    image = axes.imshow(
        masked(values, shown),
        cmap=colours,
        origin="lower",
        extent=extent,
        vmin=limits[0],
        vmax=limits[1],
        interpolation="nearest",
    )
    axes.set(xticks=(-1, 0, 1), yticks=(-1, 0, 1))
    axes.set_title(title, fontsize=10)
    return image


def masked(values: np.ndarray, shown: np.ndarray | None = None) -> np.ma.MaskedArray:
    """Turns values of cells into what `imshow` draws: y upwards, and hidden cells left out.

    Args:
        values: (n, n), the first index for x.
        shown: bools (n, n); all by default.

    Returns:
        Masked array (n, n), the first index for y.

    Example:
        >>> import numpy as np
        >>> from helpers import plots
        >>> plots.masked(np.array([[1, 2], [3, 4]]), np.array([[True, False], [True, True]]))
        masked_array(
          data=[[1, 3],
                [--, 4]],
          mask=[[False, False],
                [ True, False]],
          fill_value=999999)
    """
    hidden = np.zeros(np.shape(values), bool) if shown is None else ~np.asarray(shown, bool)
    return np.ma.masked_array(values, hidden).T
