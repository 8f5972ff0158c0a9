"""Draws two_players.svg: who sends what to whom in a GAN. Run: python figures/two_players.py"""

import pathlib

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "two players"  # the same file at every run
from helpers.plots import DISCRIMINATOR, GENERATED, GRADIENT, REAL  # noqa: E402

import matplotlib.pyplot as plt  # noqa: E402


def box(axes, x, y, text, colour):
    axes.text(
        x,
        y,
        text,
        ha="center",
        va="center",
        fontsize=12,
        color="black",
        bbox={
            "boxstyle": "round,pad=0.6",
            "facecolor": "white",
            "edgecolor": colour,
            "linewidth": 2,
        },
    )


def arrow(axes, start, end, colour, style="-"):
    axes.annotate(
        "",
        end,
        start,
        arrowprops={"arrowstyle": "-|>", "color": colour, "linewidth": 2, "linestyle": style},
    )


figure, axes = plt.subplots(figsize=(8, 2.8))
axes.set(xlim=(0, 10), ylim=(0, 4))
axes.set_axis_off()
box(axes, 0.9, 1.0, "noise z", "0.4")
box(axes, 3.4, 1.0, "generator G", GENERATED)
box(axes, 3.4, 3.0, "real images x", REAL)
box(axes, 6.6, 2.0, "discriminator D", DISCRIMINATOR)
box(axes, 9.2, 2.0, "real or not?", "0.4")
arrow(axes, (1.55, 1.0), (2.5, 1.0), "0.4")
arrow(axes, (4.35, 1.1), (5.55, 1.75), GENERATED)
arrow(axes, (4.5, 2.9), (5.55, 2.25), REAL)
arrow(axes, (7.8, 2.0), (8.35, 2.0), DISCRIMINATOR)
axes.annotate(
    "",
    (3.4, 0.55),
    (6.6, 1.5),
    arrowprops={
        "arrowstyle": "-|>",
        "color": GRADIENT,
        "linewidth": 2,
        "linestyle": ":",
        "connectionstyle": "arc3,rad=-0.35",
    },
)
axes.text(6.0, 0.35, "gradient: how to look more real", color=GRADIENT, fontsize=10, ha="left")
figure.savefig(
    pathlib.Path(__file__).with_suffix(".svg"), bbox_inches="tight", metadata={"Date": None}
)
