"""Draws two_runs.gif: two runs of the Dirac-GAN, one that spirals out and one that spirals in.

Run: python figures/two_runs.py
Both start at (1, 0) with the learning rate 0.2 and simultaneous updates. The right one has an R1 penalty
of 0.3, which is the answer to the opening question of notebook 03 and therefore not written on it.
"""

import pathlib

import matplotlib

matplotlib.use("agg")
from helpers import plots  # noqa: E402

import numpy as np  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402

PICTURE = pathlib.Path(__file__).with_suffix(".gif")
LEARNING_RATE, UPDATES, EVERY = 0.2, 300, 5
MILLISECONDS, HOLD = 90, 2500


def path(gamma):
    """(updates + 1, 2): theta and w after each update."""
    theta, w = 1.0, 0.0
    points = [(theta, w)]
    for _ in range(UPDATES):
        d = 1 / (1 + np.exp(-w * theta))
        theta, w = (
            theta + LEARNING_RATE * d * w,
            w - LEARNING_RATE * (d * theta + gamma * w),
        )
        points.append((theta, w))
    return np.array(points)


def frame(runs, updates):
    """One picture of the film."""
    figure = Figure(figsize=(8, 5.6), dpi=90, facecolor="white")
    axes = figure.subplots(2, 2, height_ratios=(1, 2.2))
    x = np.linspace(-3, 3, 101)
    for column, (name, run) in enumerate(runs.items()):
        theta, w = run[updates]
        line, plane = axes[:, column]
        line.plot(x, 1 / (1 + np.exp(-w * x)), "-.", color=plots.DISCRIMINATOR)
        line.plot(0, 0.06, "o", color=plots.REAL, markersize=10)
        line.plot(theta, 0.06, "x", color=plots.GENERATED, markersize=10, markeredgewidth=3)
        line.set(xlim=(-3, 3), ylim=(0, 1), yticks=(0, 0.5, 1), xlabel="x", title=name)
        plane.plot(*run[: updates + 1].T, color="black", linewidth=0.8)
        plane.plot(*run[updates], "s", color="black", markersize=6)
        plane.plot(0, 0, "+", color="0.4", markersize=16)
        plane.set(xlim=(-3, 3), ylim=(-3, 3), aspect="equal", xlabel="θ (generator)")
    axes[0, 0].set_ylabel("D(x)")
    axes[1, 0].set_ylabel("w (discriminator)")
    for text, place, colour in (
        ("● real sample", 0.02, plots.REAL),
        ("× generated sample", 0.24, plots.GENERATED),
        ("-·- D", 0.55, plots.DISCRIMINATOR),
    ):
        figure.text(place, 0.965, text, fontsize=11, color=colour)
    figure.text(0.98, 0.965, f"after {updates} updates", fontsize=11, ha="right")
    figure.tight_layout(rect=(0, 0, 1, 0.96))
    return figure


def main():
    runs = {"left run": path(0.0), "right run": path(0.3)}
    moments = [
        UPDATES,
        *range(0, UPDATES + 1, EVERY),
    ]  # first the whole, for pages that stand still
    film = [frame(runs, updates) for updates in moments]
    plots.save_gif(PICTURE, film, MILLISECONDS, HOLD, colours=32)
    print(f"{len(film)} frames, {PICTURE.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
