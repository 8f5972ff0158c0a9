"""A trained GAN of digits collapses, and recovers or not: python tests/benchmarks/collapse_on_digits.py

Each seed is trained in a healthy way, then with the settings of "collapse" in `scenarios.FAILURES`.
From there it goes on twice, for equally many updates: with the fix, and without it (the control). From
the healthy state it is also trained with a D that is less slow ("D a tenth"), and with the slow D but
with R1. It writes collapse_on_digits.csv beside this script, which lesson 08 shows, and prints the rows. About half
a minute a seed on two free cores.
"""

import argparse
import csv
import dataclasses
import pathlib

from helpers import data, metrics
from helpers.diagnostics import diagnose, scenarios

import numpy as np
from sklearn.model_selection import train_test_split

TABLE = pathlib.Path(__file__).with_suffix(".csv")
COLUMNS = (
    "seed", "stage", "updates", "classes", "precision", "recall", "coverage", "distance",
    "d_on_generated", "diagnosis",
)  # fmt: skip


def scorer():
    """score(images) -> (classes, precision, recall, coverage, Fréchet distance), on 1,000 digits."""
    images, labels = data.load_mnist()
    train, held_out, train_labels, held_labels = train_test_split(
        images, labels, test_size=1000, stratify=labels, random_state=0
    )
    classifier, _ = metrics.cached_digit_classifier(train, train_labels, held_out, held_labels)
    real = metrics.features(classifier, held_out)

    def score(samples):
        features = metrics.features(classifier, samples)
        near = metrics.prdc(real, features)
        predicted = classifier.predict(samples, verbose=0).argmax(axis=1)
        return (
            metrics.class_balance(predicted).classes,
            round(near.precision, 3),
            round(near.recall, 3),
            round(near.coverage, 3),
            round(metrics.frechet_distance(real, features), 1),
        )

    return score, train[:1000]


def train(experiment, settings, updates):
    before = experiment.gan.updates_made
    for _ in range(updates // 50):
        experiment.train(settings, 50)
    return {name: column[before:] for name, column in experiment.gan.update_history.items()}


def stages(experiment, seed):
    """(stage, history of that stage) in turn, with the experiment in that state."""
    failure = scenarios.FAILURES["collapse"]
    milder = dataclasses.replace(failure.settings, discriminator_learning_rate=1e-4)
    with_r1 = dataclasses.replace(failure.settings, r1=failure.fixed.r1)
    experiment.reset(seed)
    yield "healthy", train(experiment, failure.fixed, failure.healthy_updates)
    healthy = experiment.snapshot()
    for stage, settings in (("D a tenth", milder), ("with R1", with_r1)):
        yield stage, train(experiment, settings, failure.more_updates)
        experiment.restore(healthy)
    yield "collapsed", train(experiment, failure.settings, failure.updates)
    collapsed = experiment.snapshot()
    yield "trained on", train(experiment, failure.settings, failure.more_updates)
    experiment.restore(collapsed)
    yield "fixed", train(experiment, failure.fixed, failure.more_updates)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs=2, default=(100, 103), help="from, to below")
    first, end = parser.parse_args().seeds
    score, real = scorer()
    rows = [("", "real digits", 0, *score(real), "", "")]
    print(*rows[0], sep=", ", flush=True)
    experiment = scenarios.Experiment("digits")
    for seed in range(first, end):
        for stage, history in stages(experiment, seed):
            samples = experiment.gan.sample(1000, seed=seed, ema=False)
            found = diagnose(history, samples, experiment.data["all"]).name
            accuracy = round(float(np.mean(history["fake_accuracy"][-100:])), 3)
            made = experiment.gan.updates_made
            rows.append((seed, stage, made, *score(samples), accuracy, found))
            print(*rows[-1], sep=", ", flush=True)
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *rows])


if __name__ == "__main__":
    main()
