"""Static figures of images, points and training curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ..data import to_display
from .roles import DISCRIMINATOR, GENERATED, REAL, STYLES

PICTURE_DPI = 160  # of live pictures: two pixels of the image on one of the page, at 80 an inch


def tile(images: np.ndarray, columns: int) -> np.ndarray:
    """Lays out images row by row in one array, with 2-pixel gaps.

    Args:
        images: (n, height, width, 1), in [-1, 1].
        columns: images in a row; n must be a multiple of it.

    Returns:
        Array (rows * (height + 2), columns * (width + 2)) in [0, 1].

    Raises:
        ValueError: if images have another shape or do not fill whole rows.

    Example:
        >>> import numpy as np
        >>> from helpers import plots
        >>> plots.tile(np.zeros((6, 28, 28, 1)), columns=3).shape
        (60, 90)
    """
    if images.ndim != 4 or images.shape[-1] != 1 or not len(images) or len(images) % columns:
        raise ValueError(
            f"images must be (n, height, width, 1) with n a multiple of {columns}, got {images.shape}"
        )
    framed = np.pad(to_display(images[..., 0]), ((0, 0), (1, 1), (1, 1)), constant_values=0.5)
    n, height, width = framed.shape
    rows = framed.reshape(n // columns, columns, height, width).swapaxes(1, 2)
    return rows.reshape(n // columns * height, columns * width)


def _show_gray(axes, picture):
    axes.imshow(picture, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    axes.set_axis_off()


def image_grid(
    images: np.ndarray, columns: int = 5, title: str | None = None
) -> tuple[Figure, Axes]:
    """Draws a grid of digits; a grey shade means the same in every figure.

    Args:
        images: (n, height, width, 1), in [-1, 1]; n must be a multiple of `columns`.
        columns: images in a row.
        title: of the figure; none by default.

    Returns:
        The figure and its axes.

    Raises:
        ValueError: if images have another shape or do not fill whole rows.
    """
    picture = tile(images, columns)
    figure, axes = plt.subplots(figsize=(picture.shape[1] / 45, picture.shape[0] / 45 + 0.3))
    _show_gray(axes, picture)
    axes.set_title(title or "")
    return figure, axes


def image_rows(
    rows: Sequence[np.ndarray], labels: Sequence[str], title: str | None = None
) -> tuple[Figure, Axes]:
    """Draws several rows of digits, each with a label.

    Used for film strips (one row per moment), comparisons (one row per recipe), walks through
    latent space, and samples above their nearest training images.

    Args:
        rows: arrays (n, height, width, 1) in [-1, 1], one n for all.
        labels: one text for each row.
        title: of the figure; none by default.

    Returns:
        The figure and its axes.

    Raises:
        ValueError: if there are more rows than labels, or fewer.
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


def plane(
    axes: Axes,
    real: np.typing.ArrayLike = (),
    generated: np.typing.ArrayLike = (),
    title: str = "",
    size: float = 4,
    reach: float = 1.25,
) -> Line2D:
    """Draws points of the plane undistorted: real ones as dots, generated ones as crosses.

    Args:
        axes: to draw into.
        real: (n, 2), or empty.
        generated: (m, 2), or empty.
        title: of the axes.
        size: of the markers, in points.
        reach: half the side of the square that is shown.

    Returns:
        The artist of the crosses, which may be moved later.
    """
    axes.plot(*np.reshape(real, (-1, 2)).T, ".", color=REAL, markersize=size)
    (crosses,) = axes.plot(*np.reshape(generated, (-1, 2)).T, "x", color=GENERATED, markersize=size)
    ticks, limits = (-1, 0, 1), (-reach, reach)
    axes.set(aspect="equal", xlim=limits, ylim=limits, xticks=ticks, yticks=ticks)
    axes.set_title(title, fontsize=10)
    return crosses


def live_axes(columns: int) -> tuple[Figure, Axes | np.ndarray]:
    """Makes axes side by side for `widgets.Explorer`, in a figure that pyplot does not know.

    Args:
        columns: number of axes.

    Returns:
        The figure and an array of its axes (of one: the axes themselves).
    """
    figure = Figure(figsize=(9, 3.8), dpi=PICTURE_DPI)
    axes = figure.subplots(1, columns)
    figure.subplots_adjust(0.08, 0.14, 0.98, 0.95, 0.25)
    return figure, axes


def seed_dots(
    axes: Axes,
    rows: Mapping[str, Sequence[float]],
    baseline: float | None = None,
    limits: tuple[float, float] | None = None,
    ticks: Sequence[float] = (),
) -> None:
    """Draws a row of dots for each setting, one dot for each seed, and a bar at their mean.

    Args:
        axes: to draw into; its horizontal axis becomes logarithmic.
        rows: {label: one positive number for each seed}; the first is at the top.
        baseline: where to draw a grey line; none by default.
        limits: of the horizontal axis.
        ticks: of the horizontal axis, by default those of Matplotlib.
    """
    axes.set_xscale("log")
    for height, values in zip(range(len(rows), 0, -1), rows.values()):
        axes.plot(
            values, np.full(len(values), height), "o", color="black", alpha=0.35, markersize=5
        )
        mean = float(np.mean(values))
        axes.plot(mean, height, "|", color="black", markersize=18, markeredgewidth=2)
    if baseline is not None:
        axes.axvline(baseline, color="0.55", zorder=0)
    if len(ticks):
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.set_xticks([], minor=True)
    axes.set(xlim=limits, ylim=(0.4, len(rows) + 0.6))
    axes.set_yticks(range(len(rows), 0, -1), list(rows))


def smooth(values: np.typing.ArrayLike, window: int) -> np.ndarray:
    """Computes running means.

    Args:
        values: (n,).
        window: neighbouring values in each mean, 1 to n.

    Returns:
        Array (n - window + 1,).

    Example:
        >>> from helpers import plots
        >>> plots.smooth([1, 3, 5, 7], window=2).tolist()
        [2.0, 4.0, 6.0]
    """
    return np.convolve(np.asarray(values), np.ones(window) / window, mode="valid")


def _draw_curves(axes, history, columns, window):
    for column, label, colour in columns:
        values = smooth(history[column], window)
        updates = np.arange(len(values)) + window
        axes.plot(updates, values, color=colour, linestyle=STYLES[colour], label=label)
    axes.set_xlabel("updates")
    axes.legend(loc="upper right", fontsize=9)


def curves(
    history: Mapping[str, np.ndarray], window: int | None = None
) -> tuple[Figure, np.ndarray]:
    """Draws losses, scores and accuracies of a run, side by side, over updates.

    Grey lines mark the values at D = 1/2: 2 log 2 and log 2 for the logistic losses, 1/2 for scores
    and accuracies.

    Args:
        history: {column: (updates,)}, as `GAN.update_history`.
        window: updates in each running mean; by default 1 % of the run.

    Returns:
        The figure and an array of its three axes.

    Raises:
        ValueError: if the history is empty.
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
    losses.set_ylabel("loss in nats")
    for height in (np.log(2), 2 * np.log(2)):
        losses.axhline(height, color="0.55", linewidth=0.8, zorder=0)
    for axes, label, (on_real, on_generated) in (
        (scores, "mean D", ("real_score", "fake_score")),
        (accuracies, "D's accuracy", ("real_accuracy", "fake_accuracy")),
    ):
        _draw_curves(
            axes,
            history,
            [(on_real, "on real", REAL), (on_generated, "on generated", GENERATED)],
            window,
        )
        axes.set(ylabel=label, ylim=(0, 1))
        axes.axhline(0.5, color="0.55", linewidth=0.8, zorder=0)
    figure.tight_layout()
    return figure, np.array([losses, scores, accuracies])
