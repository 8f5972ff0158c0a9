"""Six losses on the ring of eight modes, ten seeds each, with and without a penalty.

Run: python tests/benchmarks/ring_losses.py
It writes ring_losses.csv beside this script, which lesson 04 draws, and prints a Markdown table: the
mean distance to real points over the seeds with its 95 % t interval, the worst seed, and the mean
number of modes covered. The networks, the optimizer, the number of updates and the real points are
the same for all rows. About three minutes on two free cores; `--rows r1` makes only the rows whose
penalty has that name.
"""

import argparse
import csv
import pathlib

from helpers import data, losses, metrics, models, training

import keras
import numpy as np
from scipy import stats

SEEDS, UPDATES, BATCH, SAMPLES = 10, 2000, 64, 10_000
RING = data.ring(sigma=0.05)
TABLE = pathlib.Path(__file__).with_suffix(".csv")
COLUMNS = ("loss", "penalty", "weight", "discriminator_steps", "seed", "distance", "modes")


# {(name of the penalty, D steps in an update): [(loss, weight of the penalty), ...]}
NAMES = list(losses.LOSSES)
SETTINGS = {
    ("none", 1): [(name, 0.0) for name in NAMES],
    ("r1", 1): [(name, 0.3) for name in NAMES],
    ("wgan_gp", 1): [("wasserstein", 0.1), ("wasserstein", 1.0)],
    ("wgan_gp", 5): [("wasserstein", 1.0)],
}


def ten_gans(names, penalty, steps):
    """Ten GANs in one batched model: two hidden layers of 64 in each network, latent dimension 2."""
    keras.utils.set_random_seed(0)
    gans = training.GAN(
        models.dense_generators((2,) * SEEDS, (64, 64), activation="relu"),
        models.dense_discriminators(SEEDS, (64, 64)),
        latent_dim=2 * SEEDS,
    )
    gans.compile(
        *[keras.optimizers.Adam(2e-3, beta_1=0.5, beta_2=0.99) for _ in range(2)],
        loss=names,
        penalties={} if penalty == "none" else {penalty: 0.0},
        halving_updates=1000,
        discriminator_steps=steps,
    )
    return gans


def train(gans, loss, penalty, weight):
    gans.reset()
    gans.set_loss(loss)
    if penalty != "none":
        gans.penalty_weights[penalty].assign(weight)
    points = RING.sample(UPDATES * BATCH * SEEDS, seed=1).reshape(-1, SEEDS, 2)
    gans.fit(points, batch_size=BATCH, epochs=1, verbose=0)


def scores(gans):
    """(distance to real points, modes covered) of each GAN; of G as it is, not of the EMA."""
    real = RING.sample(SAMPLES, seed=2)
    samples = gans.sample(SAMPLES, seed=0, ema=False).swapaxes(0, 1)
    return [score(real, one) for one in samples]


def score(real, samples):
    modes = metrics.mode_coverage(samples, RING.centres, RING.sigma).modes
    return metrics.sliced_wasserstein(real, samples), modes


def real_points():
    """The real-vs-real baseline: ten other sets of real points."""
    real = RING.sample(SAMPLES, seed=2)
    return [score(real, RING.sample(SAMPLES, seed=10 + seed)) for seed in range(SEEDS)]


def rows(setting, scored):
    return [(*setting, seed, round(d, 4), modes) for seed, (d, modes) in enumerate(scored)]


def print_row(setting, scored):
    distance, modes = np.array(scored).T
    half = stats.t.ppf(0.975, SEEDS - 1) * distance.std(ddof=1) / np.sqrt(SEEDS)
    loss, penalty, weight, steps = setting
    print(
        f"| {loss} | {penalty} | {weight:g} | {steps} | {distance.mean():.3f} ± {half:.3f} "
        f"| {distance.max():.3f} | {modes.mean():.1f} |",
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", help="name of a penalty; prints its rows and writes no file")
    only = parser.parse_args().rows
    print("| loss | penalty | weight | D steps | distance: mean ± half interval | worst | modes |")
    print("|---|---|---|---|---|---|---|")
    written = []
    for (penalty, steps), of_rows in SETTINGS.items():
        if only not in (None, penalty):
            continue
        gans = ten_gans([*dict(of_rows)], penalty, steps)
        for loss, weight in of_rows:
            train(gans, loss, penalty, weight)
            setting, scored = (loss, penalty, weight, steps), scores(gans)
            print_row(setting, scored)
            written += rows(setting, scored)
    setting = ("real points", "none", 0.0, 0)
    scored = real_points()
    print_row(setting, scored)
    if only is None:
        with TABLE.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows(
                [COLUMNS, *written, *rows(setting, scored)]
            )


if __name__ == "__main__":
    main()
