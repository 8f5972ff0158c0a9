"""All measurements of a run in one figure."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from .roles import DISCRIMINATOR, GENERATED, GRADIENT, REAL, STYLES
from .static import _show, plane, tile
from .training_view import _power_of_two_above


class Dashboard:
    """Seven readings of one run, made to be redrawn often; used as `TrainingView` is.

    Above: both losses, the share D gets right, a histogram of D's logits now, gradient norms.
    Below: samples of fixed latent vectors, how far each player's weights move in an update, and
    the distance of generated to real samples over its floor.

    samples_shape: of one sample; images (28, 28, 1), of which the first 32 are
        shown (grey where there are fewer, or a pixel is NaN), or points (2,).
    reach: half the side of the square shown for points. figure: to draw into, a new one by default.
    """

    COLUMNS = 8

    def __init__(self, samples_shape=(28, 28, 1), reach=1.5, figure=None):
        self.figure = figure or Figure(figsize=(11, 5.4), dpi=80)
        grid = self.figure.add_gridspec(2, 4, width_ratios=(1, 1, 1, 1), height_ratios=(1, 1.05))
        self.figure.subplots_adjust(0.05, 0.09, 0.985, 0.94, 0.27, 0.42)
        losses, shares, scores, slopes = (self.figure.add_subplot(grid[0, k]) for k in range(4))
        samples = self.figure.add_subplot(grid[1, :2])
        steps, far = (self.figure.add_subplot(grid[1, k]) for k in (2, 3))
        self._curves = [
            _Curves(
                losses,
                "losses (grey: D cannot tell)",
                [("discriminator_loss", "D", DISCRIMINATOR), ("generator_loss", "G", GENERATED)],
                guides=(np.log(2), 2 * np.log(2)),
            ),
            _Curves(
                shares,
                "share that D gets right",
                [("real_accuracy", "real", REAL), ("fake_accuracy", "generated", GENERATED)],
                guides=(0.5,),
                limits=(-0.03, 1.25),
            ),
            _Curves(
                slopes,
                "gradient norms",
                [
                    ("discriminator_gradient_norm", "D", DISCRIMINATOR),
                    ("generator_gradient_norm", "G", GRADIENT),
                ],
                log=True,
            ),
            _Curves(
                steps,
                "relative step of all weights",
                [("discriminator_step", "D", DISCRIMINATOR), ("generator_step", "G", GENERATED)],
                log=True,
            ),
            _Curves(
                far,
                "distance to real samples",
                [("distance", "generated", GENERATED), ("floor", "real to real", REAL)],
                log=True,
            ),
        ]
        self._scores = _Histograms(scores)
        self._images = len(samples_shape) == 3
        if self._images:
            _show(samples, np.zeros((4 * 30, self.COLUMNS * 30)))
            self._samples = [samples.images[0]]
        else:
            crosses = plane(samples, title="", size=4, reach=reach)
            real = samples.lines[0]
            self._samples = [real, crosses]
        samples.set_title("the same latent vectors again and again", fontsize=10)
        self.moving = [*self._samples, *self._scores.moving]
        for curves in self._curves:
            self.moving += curves.moving

    def update(self, history, seen):
        """Show a run so far.

        history: {column: (updates,)}, as `GAN.update_history`; with "updates" in it, as in
        `Monitor.history`, that is the horizontal axis. seen: a `diagnostics.Monitor` after a look.
        Returns: True if an axis changed, so that everything must be drawn again.
        """
        sparse = {**seen.history, "floor": np.full(len(seen.history["updates"]), seen.baseline)}
        changed = [self._scores.update(seen.real_logits, seen.fake_logits)]
        if self._images:
            # grey where there is none
            shown = np.zeros((4 * self.COLUMNS, *seen.samples.shape[1:]))
            some = seen.samples[: len(shown)]
            shown[: len(some)] = np.clip(np.nan_to_num(some), -1, 1)
            self._samples[0].set_data(tile(shown, self.COLUMNS))
        else:
            self._samples[0].set_data(*seen.real[:500].T)
            self._samples[1].set_data(*seen.samples.T)
        for curves in self._curves:
            dense = all(name in history for name in curves.names)
            changed.append(curves.update(history if dense else sparse))
        return any(changed)


class _Curves:
    """Lines over updates on axes that grow with them; `update` tells whether they had to."""

    def __init__(self, axes, title, columns, guides=(), limits=None, log=False):
        self.axes, self._limits, self._log = axes, limits, log
        self.names = [name for name, _, _ in columns]
        axes.set_title(title, fontsize=10)
        axes.tick_params(labelsize=8)
        axes.set_xlabel("updates", fontsize=8, labelpad=1)
        if log:
            axes.set_yscale("log")
        for height in guides:
            axes.axhline(height, color="0.7", linewidth=0.8, zorder=0)
        self.moving = [
            axes.plot([], [], color=colour, linestyle=STYLES[colour], linewidth=1.3, label=label)[0]
            for _, label, colour in columns
        ]
        axes.legend(loc="upper right", fontsize=8, ncols=2, framealpha=0.6)
        self._shown = None

    def update(self, history):
        seen = []
        for name, line in zip(self.names, self.moving):
            values = np.asarray(history.get(name, ()), float)
            made = np.asarray(history.get("updates", np.arange(len(values)) + 1))[-len(values) :]
            stride = max(1, len(values) // 100)
            kept = len(values) // stride * stride
            means = values[:kept].reshape(-1, stride).mean(axis=1)
            if self._log:
                means = np.where(means > 0, means, np.nan)
            line.set_data(made[stride - 1 : kept : stride], means)
            seen.append(means[np.isfinite(means)])
        end = max([100, *(line.get_xdata()[-1] for line in self.moving if len(line.get_xdata()))])
        limits = (0, 100 * _power_of_two_above(end / 100)), self._vertical(np.concatenate(seen))
        changed, self._shown = limits != self._shown, limits
        self.axes.set(xlim=limits[0], ylim=limits[1])
        return changed

    def _vertical(self, values):
        if self._limits:
            return self._limits
        if not len(values):
            return (0.1, 10) if self._log else (0, 3)
        low, high = values.min(), values.max()
        if self._log:
            return 10 ** (np.floor(np.log10(low)) - 0.1), 10 ** (np.ceil(np.log10(high)) + 0.4)
        return (
            -_power_of_two_above(-low) if low < -0.1 else 0,
            3 * _power_of_two_above(high / 2.5),
        )


class _Histograms:
    """D's logits on real and generated samples, as two humps over one axis."""

    BINS = 40

    def __init__(self, axes):
        self.axes = axes
        axes.set_title("D's logits now: two humps?", fontsize=10)
        axes.set_yticks([])
        axes.tick_params(labelsize=8)
        axes.set_xlabel("generated  <  0  <  real", fontsize=8, labelpad=1)
        axes.axvline(0, color="0.7", linewidth=0.8, zorder=0)
        self.moving = [
            axes.stairs(
                np.zeros(self.BINS), np.arange(self.BINS + 1), color=colour, fill=True, alpha=0.55,
                linestyle=STYLES[colour], linewidth=1, label=label,
            )
            for label, colour in (("real", REAL), ("generated", GENERATED))
        ]  # fmt: skip
        axes.legend(loc="upper right", fontsize=8, framealpha=0.6)
        self._shown = None

    def update(self, *logits):
        finite = [one[np.isfinite(one)] for one in logits]
        reach = 2 * _power_of_two_above(
            max([1, *(abs(one).max() for one in finite if len(one))]) / 2
        )
        edges = np.linspace(-reach, reach, self.BINS + 1)
        shares = [np.histogram(one, edges)[0] / max(1, len(one)) for one in finite]
        for patch, share in zip(self.moving, shares):
            patch.set_data(share, edges)
        highest = max(0.05, *(share.max() for share in shares))
        limits = reach, 2.0 ** np.ceil(np.log2(1.2 * highest))
        changed, self._shown = limits != self._shown, limits
        self.axes.set(xlim=(-reach, reach), ylim=(0, limits[1]))
        return changed


def dashboard(history, seen, title=""):
    """A `Dashboard` of a finished run, as a figure of pyplot. Arguments: `Dashboard.update`.

    Returns: the figure, the `Dashboard`.
    """
    reach = max(1.5, 1.1 * abs(seen.real).max())
    view = Dashboard(seen.samples.shape[1:], reach, plt.figure(figsize=(11, 5.4)))
    view.update(history, seen)
    view.figure.suptitle(title, x=0.05, y=1.03, ha="left", fontweight="bold")
    return view.figure, view
