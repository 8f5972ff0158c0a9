"""A grid search on the spiral, latent dimension by learning rate, ten seeds for each setting.

Run: python tests/benchmarks/spiral_grid.py
It writes spiral_grid.csv beside this script, which lesson 06 reads, and prints a Markdown table: the
mean quality (fraction of high-quality samples times fraction of sections covered) over ten seeds
with its 95 % t interval, after 750 and after 3,000 updates on 64 points each. Networks, optimizer
and schedule are the same for all. About four minutes on two free cores.
"""

import csv
import pathlib

from helpers import data, metrics, models, training

import keras
import numpy as np
from scipy import stats

DIMS, RATES, SEEDS = (1, 2, 8), (1e-3, 3e-3, 1e-2, 3e-2), 10
BATCH, SAMPLES, MOMENTS = 64, 3000, (750, 3000)  # scored after so many updates
SPIRAL = data.spiral()
SECTIONS = 50  # of the 400 centres, eight after eight
TABLE = pathlib.Path(__file__).with_suffix(".csv")
COLUMNS = ("latent_dim", "learning_rate", "updates", "seed", "high_quality", "covered", "kl")


def many_gans():
    """Ten GANs for each latent dimension in one batched model, three hidden layers of 64."""
    keras.utils.set_random_seed(0)
    dims = sorted(DIMS * SEEDS)
    gans = training.GAN(
        models.dense_generators(dims, (64,) * 3, activation="relu"),
        models.dense_discriminators(len(dims), (64,) * 3),
        latent_dim=len(dims) * max(dims),
        ema_decay=0.999,
    )
    gans.compile(
        *[keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99) for _ in range(2)],
        penalties={"r1": 0.05},
        halving_updates=1000,
    )
    return gans, dims


def scores(samples):
    """(fraction of high-quality samples, fraction of sections covered, KL of the sections)."""
    nearest, distance = metrics.nearest_neighbours(samples, SPIRAL.centres)
    section = nearest[distance < 3 * SPIRAL.sigma] // (len(SPIRAL.centres) // SECTIONS)
    counts = np.bincount(section, minlength=SECTIONS)
    q = counts[counts > 0] / max(counts.sum(), 1)
    covered = np.mean(counts >= 0.2 * len(samples) / SECTIONS)
    return counts.sum() / len(samples), covered, np.sum(q * np.log(q * SECTIONS))


def main():
    gans, dims = many_gans()
    rows = []
    for rate in RATES:
        gans.reset()
        gans.set_learning_rates(rate)
        rng = np.random.default_rng(1)  # the same points for each learning rate
        for moment in range(1, max(MOMENTS) // 750 + 1):
            points = SPIRAL.sample(750 * BATCH * len(dims), rng).reshape(-1, len(dims), 2)
            gans.fit(points, batch_size=BATCH, verbose=0)
            if gans.updates_made not in MOMENTS:
                continue
            for k, samples in enumerate(gans.sample(SAMPLES, seed=0).swapaxes(0, 1)):
                scored = [round(float(score), 4) for score in scores(samples)]
                rows.append((dims[k], rate, moment * 750, k % SEEDS, *scored))
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *rows])
    print_table(rows)


def print_table(rows):
    print("| updates | latent dimension |", *(f"{rate:g} |" for rate in RATES))
    print("|---" * (2 + len(RATES)) + "|")
    for updates in MOMENTS:
        for dim in DIMS:
            cells = []
            for rate in RATES:
                ten = [row[4] * row[5] for row in rows if row[:3] == (dim, rate, updates)]
                half = stats.t.ppf(0.975, SEEDS - 1) * np.std(ten, ddof=1) / np.sqrt(SEEDS)
                cells.append(f"{np.mean(ten):.2f} ± {half:.2f}")
            print(f"| {updates:,} | {dim} |", " | ".join(cells), "|")


if __name__ == "__main__":
    main()
