"""Static figures of images, points and training curves."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from ..data import to_display
from .roles import DISCRIMINATOR, GENERATED, REAL, STYLES


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
