"""How often do the saturating and the non-saturating loss collapse on the ring, under ten settings?

Run: python tests/benchmarks/collapse_rates.py
It writes collapse_rates.csv beside this script, one line for each run, which lesson 09 reads, and
prints a Markdown table: for each setting and loss, how many of 100 runs cover fewer than 5 of the 8
modes, with the 95 % Clopper-Pearson interval, and p of the exact McNemar test (run k of both losses
has the same initial weights, real points and latent vectors, so the runs are paired). Each setting
changes one thing of the first, "base". About four minutes on two free cores; `--settings base` makes
only the named ones and keeps the other lines of the table.
"""

import argparse
import csv
import pathlib

from helpers import data, metrics, models, training

import keras
import numpy as np
from scipy import stats

RUNS, SAMPLES = 100, 1000
LOSSES = "minimax", "non_saturating"
RING = data.ring(sigma=0.05)
TABLE = pathlib.Path(__file__).with_suffix(".csv")
COLUMNS = ("setting", "loss", "run", "modes", "sectors", "distance")
BASE = {"learning_rate": 2e-3, "beta_1": 0.5, "r1": 0.0, "updates": 800, "batch": 32}
SETTINGS = {
    "base": {},
    "learning rate 5e-4": {"learning_rate": 5e-4},
    "learning rate 1e-3": {"learning_rate": 1e-3},
    "learning rate 4e-3": {"learning_rate": 4e-3},
    "beta_1 0": {"beta_1": 0.0},
    "beta_1 0.9": {"beta_1": 0.9},
    "R1 0.1": {"r1": 0.1},
    "R1 0.3": {"r1": 0.3},
    "R1 1": {"r1": 1.0},
    "3200 updates": {"updates": 3200},
}


def hundred_gans(beta_1):
    """100 GANs in one batched model: two hidden layers of 32 in each network, latent dimension 2."""
    keras.utils.set_random_seed(1000)
    gans = training.GAN(
        models.dense_generators((2,) * RUNS, (32, 32), activation="relu"),
        models.dense_discriminators(RUNS, (32, 32)),
        latent_dim=2 * RUNS,
    )
    adam = [keras.optimizers.Adam(2e-3, beta_1=beta_1, beta_2=0.99) for _ in range(2)]
    gans.compile(*adam, loss=[*LOSSES], penalties={"r1": 0.0})
    return gans


def train(gans, loss, learning_rate, r1, updates, batch):
    gans.reset()
    gans.set_loss(loss)
    gans.set_learning_rates(learning_rate)
    gans.penalty_weights["r1"].assign(r1)
    rng = np.random.default_rng(1001)
    for _ in range(updates // 100):
        points = RING.sample(100 * batch * RUNS, rng)
        gans.train_on_batch(points.reshape(100, batch, RUNS, 2))


def scores(gans):
    """(modes covered, sectors covered, distance) of each GAN; of G as it is, not of the EMA."""
    real = RING.sample(SAMPLES, seed=1002)
    return [score(real, one) for one in gans.sample(SAMPLES, seed=0, ema=False).swapaxes(0, 1)]


def score(real, samples):
    """A sector has all points nearest to one centre; both rules ask for a fifth of 1/8 of them."""
    modes = metrics.mode_coverage(samples, RING.centres, RING.sigma).modes
    nearest, _ = metrics.nearest_neighbours(samples, RING.centres)
    sectors = (np.bincount(nearest, minlength=8) >= 0.2 * len(samples) / 8).sum()
    return modes, int(sectors), round(metrics.sliced_wasserstein(real, samples), 3)


def print_setting(name, of_losses):
    few = [np.array([modes < 5 for modes, _, _ in of_losses[loss]]) for loss in LOSSES]
    cells = []
    for loss, each in zip(LOSSES, few):
        interval = stats.binomtest(int(each.sum()), RUNS).proportion_ci(method="exact")
        diffuse = sum(modes < 5 <= sectors for modes, sectors, _ in of_losses[loss])
        cells.append(f"{each.sum()} ({interval.low:.0%} to {interval.high:.0%}), {diffuse} diffuse")
    only = [int((few[i] & ~few[1 - i]).sum()) for i in (0, 1)]
    p = stats.binomtest(only[0], sum(only)).pvalue if sum(only) else 1.0
    print(f"| {name} | {cells[0]} | {cells[1]} | {only[0]}, {only[1]} | {p:.2g} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settings", nargs="+", default=[*SETTINGS], choices=[*SETTINGS])
    chosen = parser.parse_args().settings
    kept = {}
    if TABLE.exists():
        with TABLE.open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                kept.setdefault(row["setting"], []).append(list(row.values()))
    print("| setting | saturating: below 5 modes | non-saturating | only one of a pair | p |")
    print("|---|---|---|---|---|")
    models_of = {}
    for name in chosen:
        setting = BASE | SETTINGS[name]
        beta_1 = setting.pop("beta_1")
        if beta_1 not in models_of:
            models_of[beta_1] = hundred_gans(beta_1)
        gans, of_losses = models_of[beta_1], {}
        for loss in LOSSES:
            train(gans, loss, **setting)
            of_losses[loss] = scores(gans)
        print_setting(name, of_losses)
        kept[name] = [
            [name, loss, run, *one]
            for loss, runs in of_losses.items()
            for run, one in enumerate(runs)
        ]
        with TABLE.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows(row for name in SETTINGS for row in kept.get(name, []))


if __name__ == "__main__":
    main()
