"""Spiral, ring and grid, five seeds each, side by side: our recipe, the textbook's, baselines.

Run: python tests/benchmarks/toys.py
The scores are those of lesson 06: modes covered, 2,500 samples on ring and grid (as in
VEEGAN and PacGAN), 10,000 on the spiral. It prints a Markdown table: the mean over the seeds and, in
brackets, the worst of them. Into toys.csv beside this script, which lesson 06 reads, it writes the
scores of each seed, with `from_one`: modes (or bins) covered if one sample is enough, as in the
papers.
"""

import csv
import pathlib
import time

from helpers import data, metrics, models, training

import keras
import numpy as np

SEEDS = 5
TABLE = pathlib.Path(__file__).with_suffix(".csv")
COLUMNS = (
    "data",
    "samples_from",
    "seed",
    "high_quality",
    "covered",
    "kl",
    "from_one",
    "kl_with_off",
)
MIXTURES = {"spiral": data.spiral(), "ring": data.ring(), "grid": data.grid()}
UNIFORM_BOX = {"spiral": 1, "ring": 1, "grid": 5}  # half its side: as wide as the data
# numbers of updates after which the GANs are scored, learning rate, weight of R1, updates until the
# learning rates have halved, EMA decay
OURS = {
    "spiral": ((3000,), 5e-3, 0.05, 2000, 0.999),
    "ring": ((1000, 5000), 5e-3, 0.1, 1000, 0.999),
    "grid": ((20_000,), 6e-3, 0.3, 2000, 0.9995),
}


def gan(adam, ema_decay, **rules):
    """Five GANs with three hidden layers of 64 in each network; latent dimension 2."""
    keras.utils.set_random_seed(0)
    five = training.GAN(
        models.dense_generators((2,) * SEEDS, (64,) * 3, activation="relu"),
        models.dense_discriminators(SEEDS, (64,) * 3),
        latent_dim=2 * SEEDS,
        ema_decay=ema_decay,
    )
    five.compile(adam(), adam(), **rules)
    return five


def ours(learning_rate, r1, halving, ema_decay):
    return gan(
        lambda: keras.optimizers.Adam(learning_rate, 0.0, 0.99),
        ema_decay,
        penalties={"r1": r1},
        halving_updates=halving,
    )


def textbook():
    """Radford et al. 2016: Adam 2e-4 with beta_1 = 0.5; no penalty, no EMA, no decay."""
    return gan(lambda: keras.optimizers.Adam(2e-4, 0.5), 0.0)


def train(five, mixture, moments):
    """Fresh points for every update; yields, after so many updates, the seconds of all but the
    first call, which compiles."""
    rng = np.random.default_rng(0)
    start = None
    for call in range(1, max(moments) // 50 + 1):
        five.train_on_batch(mixture.sample(50 * 128 * SEEDS, rng).reshape(50, 128, SEEDS, 2))
        start = start or time.perf_counter()
        if call * 50 in moments:
            yield call * 50, time.perf_counter() - start


def scores(name, samples):
    """(fraction of high-quality samples, fraction of bins or number of modes covered, KL, covered
    from one sample on, KL with one more bin for all other samples; the spiral has no other KL)."""
    mixture = MIXTURES[name]
    if name == "spiral":
        score, lenient = (
            metrics.curve_coverage(samples, mixture.centres, mixture.sigma, min_fraction=least)
            for least in (0.2, 0)
        )
        return score.on_curve, score.coverage, score.kl, lenient.coverage, score.kl
    score, lenient = (
        metrics.mode_coverage(samples, mixture.centres, mixture.sigma, min_fraction=least)
        for least in (0.2, 0)
    )
    return score.high_quality, score.modes, score.kl, lenient.modes, score.kl_with_off


def row(label, name, runs, seconds=None):
    """One line of the table, and its lines of the file. runs: for each seed what `scores` returns."""
    high_quality, covered, kl, *_ = np.array(runs).T
    width = ".0%" if name == "spiral" else ".1f"
    took = "" if seconds is None else f"{seconds:.0f}"
    print(
        f"| {name} | {label} | {high_quality.mean():.1%} ({high_quality.min():.1%}) "
        f"| {covered.mean():{width}} ({covered.min():{width}}) | {kl.mean():.3f} ({kl.max():.3f}) | {took} |",
        flush=True,
    )
    return [
        (name, label, seed, *(round(float(value), 4) for value in run))
        for seed, run in enumerate(runs)
    ]


def baselines(name, n):
    """Five draws each of real points, a Gaussian with their moments, and a uniform box."""
    mixture, rng = MIXTURES[name], np.random.default_rng(1)
    real = mixture.sample(5000, rng)
    edge = UNIFORM_BOX[name]
    return {
        "real points": [mixture.sample(n, rng) for _ in range(SEEDS)],
        "Gaussian fit": [
            rng.multivariate_normal(real.mean(axis=0), np.cov(real.T), n) for _ in range(SEEDS)
        ],
        "uniform box": [rng.uniform(-edge, edge, (n, 2)) for _ in range(SEEDS)],
    }


def main():
    print(
        "| data | samples from | high quality: mean (worst) | covered: mean (worst) | KL: mean (worst) | seconds |"
    )
    print("|---|---|---|---|---|---|")
    rows = []
    for name, (moments, *recipe) in OURS.items():
        n = 10_000 if name == "spiral" else 2500
        for label, five, scored in (
            ("ours", ours(*recipe), moments),
            ("textbook", textbook(), moments[-1:]),
        ):
            for made, seconds in train(five, MIXTURES[name], scored):
                drawn = five.sample(n, seed=1).swapaxes(0, 1)
                runs = [scores(name, samples) for samples in drawn]
                rows += row(f"{label} after {made} updates", name, runs, seconds)
        for label, sets in baselines(name, n).items():
            rows += row(label, name, [scores(name, samples) for samples in sets])
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *rows])


if __name__ == "__main__":
    main()
