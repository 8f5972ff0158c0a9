"""How does it look? Arrays in, (figure, axes) out; nothing here trains or samples.

One colour per role in every lesson, from the palette of Okabe and Ito (safe for colour-blind
eyes), and a line style or marker that says the same. Images come in the course's [-1, 1].
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from .data import to_display

REAL = "#009E73"
GENERATED = "#D55E00"
DISCRIMINATOR = "#0072B2"
GRADIENT = "#CC79A7"
STYLES = {REAL: "-", GENERATED: "--", DISCRIMINATOR: "-.", GRADIENT: ":"}


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


class TrainingView:
    """One frame of a training run, made to be redrawn often: samples left, losses right.

    `update(samples, history)` moves the artists listed in `moving`; everything else (axes, ticks,
    labels) changes only when it returns True. `figure` is a matplotlib Figure
    that pyplot does not know, for it is drawn from a thread of its own.
    """

    def __init__(self, columns=5):
        self.columns = columns
        self.figure = Figure(figsize=(9, 4), dpi=80)
        grid, self.axes = self.figure.subplots(1, 2, width_ratios=(1, 1.25))
        self.figure.subplots_adjust(0.01, 0.13, 0.98, 0.92, 0.14)
        _show(grid, np.zeros((30 * columns, 30 * columns)))
        self._picture = grid.images[0]
        grid.set_title("the same latent vectors, drawn again and again", fontsize=10)
        self.axes.set(xlim=(0, 500), ylim=(0, 3), xlabel="updates", ylabel="loss in nats")
        for height, name in ((2 * np.log(2), "2 log 2"), (np.log(2), "log 2")):
            self.axes.axhline(height, color="0.7", linewidth=0.8, zorder=0)
            self.axes.annotate(
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
            (self._lines[name],) = self.axes.plot(
                [], [], color=colour, linestyle=STYLES[colour], linewidth=1.3, label=label
            )
        self.axes.set_title("losses (grey: D cannot tell real from generated)", fontsize=10)
        self.axes.legend(loc="upper right", ncols=2, fontsize=9)
        self.moving = [self._picture, *self._lines.values()]

    def update(self, samples, history):
        """Show samples (columns^2, 28, 28, 1) and the losses of `GAN.update_history`.

        Returns: True if the axes' limits changed, so that the background must be drawn again.
        """
        self._picture.set_data(tile(samples, self.columns))
        n = len(history["generator_loss"])
        stride = max(5, n // 150)
        for name, line in self._lines.items():
            means = history[name][: n // stride * stride].reshape(-1, stride).mean(axis=1)
            line.set_data((np.arange(len(means)) + 1) * stride, means)
        limit = 500 * 2 ** max(0, int(np.ceil(np.log2(max(n, 1) / 500))))
        changed = self.axes.get_xlim()[1] != limit
        self.axes.set_xlim(0, limit)
        return changed
