"""The settings of lesson 05, one change at a time, eight seeds each.

Run: python tests/benchmarks/spiral_settings.py
It writes spiral_settings.csv beside this script, which lesson 05 shows, and prints a Markdown table
with means over the seeds and their 95 % t intervals. The networks, the batches and the number of updates
are those of the lesson's loop; all rows train on the same real points. Some minutes on two free
cores; `--rows "as in the lesson"` makes only the row of that name and writes no file.
"""

import argparse
import csv
import pathlib

from helpers import data, metrics, models, training

import keras
import numpy as np
from scipy import stats

SEEDS, UPDATES, BATCH, SAMPLES = 8, 3000, 128, 10_000
SPIRAL = data.spiral()
TABLE = pathlib.Path(__file__).with_suffix(".csv")
COLUMNS = ("setting", "seed", "off_curve", "off_curve_ema", "distance", "distance_ema")
LESSON = {"learning_rate": 5e-3, "beta_1": 0.0, "gamma": 0.05, "halving_updates": 2000}
ROWS = {
    "as in the lesson": {},
    "no R1": {"gamma": 0.0},
    "R1 with γ = 1": {"gamma": 1.0},
    "learning rate 0.0005": {"learning_rate": 5e-4},
    "learning rate 0.02": {"learning_rate": 2e-2},
    "β₁ = 0.5": {"beta_1": 0.5},
    "β₁ = 0.9": {"beta_1": 0.9},
    "constant learning rate": {"halving_updates": None},
}


def gans(beta_1, halving_updates):
    """One GAN for each seed in one batched model; three hidden layers of 64 in each network."""
    keras.utils.set_random_seed(0)
    many = training.GAN(
        models.dense_generators((2,) * SEEDS, (64,) * 3, activation="relu"),
        models.dense_discriminators(SEEDS, (64,) * 3),
        latent_dim=2 * SEEDS,
        ema_decay=0.99,
    )
    adams = [keras.optimizers.Adam(1e-3, beta_1=beta_1, beta_2=0.99) for _ in range(2)]
    many.compile(*adams, penalties={"r1": 0.0}, halving_updates=halving_updates)
    return many


def train(many, learning_rate, gamma):
    many.reset()
    many.set_learning_rates(learning_rate)
    many.penalty_weights["r1"].assign(gamma)
    points = SPIRAL.sample(UPDATES * BATCH * SEEDS, seed=1).reshape(-1, SEEDS, 2)
    many.fit(points, batch_size=BATCH, epochs=1, verbose=0)


def score(samples):
    """(fraction farther than 3 sigma from the curve, distance to real points)."""
    coverage = metrics.curve_coverage(samples, SPIRAL.centres, SPIRAL.sigma)
    real = SPIRAL.sample(SAMPLES, seed=2)
    return 1 - coverage.on_curve, metrics.sliced_wasserstein(real, samples)


def scores(many):
    """(off_curve, off_curve_ema, distance, distance_ema) of each GAN."""
    of_both = [
        [score(one) for one in many.sample(SAMPLES, seed=0, ema=ema).swapaxes(0, 1)]
        for ema in (False, True)
    ]
    return [(g[0], e[0], g[1], e[1]) for g, e in zip(*of_both)]


def real_points():
    """The real-vs-real baseline: other sets of real points."""
    found = [score(SPIRAL.sample(SAMPLES, seed=10 + seed)) for seed in range(SEEDS)]
    return [(off, off, distance, distance) for off, distance in found]


def print_row(name, found):
    cells = []
    for values, factor, digits in zip(np.transpose(found), (100, 100, 1, 1), (1, 1, 3, 3)):
        half = stats.t.ppf(0.975, SEEDS - 1) * values.std(ddof=1) / np.sqrt(SEEDS)
        cells.append(f"{factor * values.mean():.{digits}f} ± {factor * half:.{digits}f}")
    print(f"| {name} | {' | '.join(cells)} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", help="name of a row; prints it and writes no file")
    only = parser.parse_args().rows
    print("| setting | off the curve, G, % | EMA, % | distance, G | EMA |\n|---|---|---|---|---|")
    written, many, compiled = [], None, None
    for name, change in ROWS.items():
        if only not in (None, name):
            continue
        setting = LESSON | change
        if compiled != (setting["beta_1"], setting["halving_updates"]):
            compiled = setting["beta_1"], setting["halving_updates"]
            many = gans(*compiled)
        train(many, setting["learning_rate"], setting["gamma"])
        found = scores(many)
        print_row(name, found)
        written += [(name, seed, *np.round(row, 4)) for seed, row in enumerate(found)]
    print_row("real points", real_points())
    if only is None:
        written += [("real points", s, *np.round(r, 4)) for s, r in enumerate(real_points())]
        with TABLE.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows([COLUMNS, *written])


if __name__ == "__main__":
    main()
