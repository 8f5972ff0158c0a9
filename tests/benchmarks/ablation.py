"""The additions of lesson 07 to a plain GAN of digits, one at a time, three seeds each.

Run: python tests/benchmarks/ablation.py [--seeds 0 1 2] [--updates 500 1500] [--rows plain R1]
It writes ablation.csv beside this file and prints it as a Markdown table. All rows have the networks and
the batches in common, and the training step has the lines of the lesson, compiled by `@tf.function`.

They are compared at equal updates and at equal time. First all rows train in turns, a few updates
each, so that other programs on the machine slow all of them alike; that gives the time of an update
of each row, in units of that of a plain one. Then each row, but those that leave one out, is trained
anew, for as many updates as fit into the time of the plain row.
"""

import argparse
import csv
import pathlib
import time

from helpers import data, metrics

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from scipy import stats
from sklearn.model_selection import train_test_split

LATENT_DIM, BATCH, SAMPLES = 64, 128, 4000
ROWS = {  # {row: (additions, learning rate, beta_1 of both Adams)}
    "plain": ((), 3e-3, 0.0),
    "R1": (("r1",), 3e-3, 0.0),
    "minibatch std": (("r1", "std"), 3e-3, 0.0),
    "shifts": (("r1", "std", "shifts"), 3e-3, 0.0),
    "decay": (("r1", "std", "shifts", "decay"), 3e-3, 0.0),
    "plain with Adam 1e-3 (0.5)": ((), 1e-3, 0.5),
    "all but R1": (("std", "shifts", "decay"), 3e-3, 0.0),
    "all but minibatch std": (("r1", "shifts", "decay"), 3e-3, 0.0),
}
GAMMA, EMA_DECAY, HALVING_UPDATES = 1.5, 0.998, 2000
COLUMNS = ("row", "seed", "budget", "updates", "generator", "ema", "gap", "cost")
TURNS, UPDATES_A_TURN = 15, 20


class MinibatchStd(layers.Layer):
    """Appends to each row the mean standard deviation of the features over the batch."""

    def call(self, features):
        variance = tf.math.reduce_variance(features, axis=0)
        deviation = tf.reduce_mean(tf.sqrt(variance + 1e-8))
        return tf.concat([features, tf.fill((tf.shape(features)[0], 1), deviation)], axis=1)

    def compute_output_shape(self, shape):
        return shape[0], shape[1] + 1


def make_generator():
    return keras.Sequential(
        [
            keras.Input((LATENT_DIM,)),
            layers.Dense(128, activation="silu"),
            layers.Dense(256, activation="silu"),
            layers.Dense(784, activation="tanh"),
            layers.Reshape((28, 28, 1)),
        ]
    )


def make_discriminator(std):
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Flatten(),
            layers.Dense(256, activation="leaky_relu"),
            layers.Dense(128, activation="leaky_relu"),
            *([MinibatchStd()] if std else []),
            layers.Dense(1),
        ]
    )


def shift(images):
    """The whole batch, moved by -1, 0 or 1 pixel along each axis."""
    return tf.roll(images, tf.random.uniform((2,), -1, 2, "int32"), axis=(1, 2))


def r1(discriminator, real):
    """Half the mean squared norm of the gradient of D's logit with respect to the image."""
    with tf.GradientTape() as tape:
        tape.watch(real)
        logits = discriminator(real, training=True)
    gradient = tape.gradient(logits, real)
    return tf.reduce_mean(tf.reduce_sum(gradient**2, axis=(1, 2, 3))) / 2, logits


class Run:
    """One GAN with some of the additions, and the EMA of its generator."""

    def __init__(self, row, seed):
        additions, rate, beta_1 = ROWS[row]
        keras.utils.set_random_seed(seed)
        self.generator, self.ema = make_generator(), make_generator()
        self.discriminator = make_discriminator("std" in additions)
        self.ema.set_weights(self.generator.get_weights())
        self.made, self.rng = 0, np.random.default_rng(seed)
        if "decay" in additions:
            rate = keras.optimizers.schedules.InverseTimeDecay(rate, HALVING_UPDATES, 1.0)
        g_optimizer, d_optimizer = (keras.optimizers.Adam(rate, beta_1, 0.99) for _ in range(2))
        generator, discriminator, ema = self.generator, self.discriminator, self.ema
        seen = shift if "shifts" in additions else tf.identity

        @tf.function
        def train_step(real, decay):
            real, z = seen(real), tf.random.normal((BATCH, LATENT_DIM))
            with tf.GradientTape() as tape:
                if "r1" in additions:
                    penalty, real_logits = r1(discriminator, real)
                else:
                    penalty, real_logits = 0.0, discriminator(real, training=True)
                fake_logits = discriminator(seen(generator(z, training=True)), training=True)
                loss = tf.reduce_mean(tf.nn.softplus(-real_logits))
                loss += tf.reduce_mean(tf.nn.softplus(fake_logits)) + GAMMA * penalty
            weights = discriminator.trainable_variables
            d_optimizer.apply(tape.gradient(loss, weights), weights)
            with tf.GradientTape() as tape:
                fake_logits = discriminator(seen(generator(z, training=True)), training=True)
                loss = tf.reduce_mean(tf.nn.softplus(-fake_logits))
            weights = generator.trainable_variables
            g_optimizer.apply(tape.gradient(loss, weights), weights)
            for mean, weight in zip(ema.trainable_variables, weights):
                mean.assign(decay * mean + (1 - decay) * weight)

        self.train_step = train_step

    def _batches(self, images):
        """One epoch: the numbers of all images, shuffled, 128 at a time."""
        return self.rng.permutation(images)[: images // BATCH * BATCH].reshape(-1, BATCH)

    def train_until(self, updates, images):
        """Trains up to so many updates in all."""
        while self.made < updates:
            for rows in self._batches(len(images))[: updates - self.made]:
                self.made += 1
                decay = min(EMA_DECAY, self.made / (self.made + 10))
                self.train_step(tf.constant(images[rows]), tf.constant(decay, "float32"))


def costs(images):
    """{additions: CPU time of an update, divided by that of a plain one}, the median of the turns."""
    runs = {additions: Run(row, seed=0) for row, (additions, *_) in ROWS.items()}
    for run in runs.values():
        run.train_until(5, images)  # compiles
    seconds = {additions: [] for additions in runs}
    for _ in range(TURNS):
        for additions, run in runs.items():
            start = time.process_time()
            run.train_until(run.made + UPDATES_A_TURN, images)
            seconds[additions].append(time.process_time() - start)
    plain = np.array(seconds[()])
    return {additions: float(np.median(each / plain)) for additions, each in seconds.items()}


def interval(values):
    """The mean, and half the 95 % t interval of it."""
    half = stats.t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values))
    return np.mean(values), half


def table(rows):
    """The Markdown table of rows of the CSV."""
    groups = {}
    for row, _, budget, updates, *measured in rows:
        groups.setdefault((row, budget, updates), []).append([float(one) for one in measured])
    yield "| row | after | updates | generator | EMA generator | gap | time of an update |"
    yield "|---|---|---|---|---|---|---|"
    for (row, budget, updates), seeds in groups.items():
        (g, g_half), (e, e_half), (gap, gap_half), (cost, _) = map(interval, zip(*seeds))
        yield (
            f"| {row} | {budget} | {updates:,} | {g:.1f} ± {g_half:.1f} | {e:.1f} ± {e_half:.1f} "
            f"| {gap:.2f} ± {gap_half:.2f} | {cost:.2f} |"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--updates", type=int, nargs="+", default=[500, 1500])
    parser.add_argument("--rows", nargs="+", choices=ROWS, default=[*ROWS])
    parser.add_argument(
        "--out", type=pathlib.Path, default=pathlib.Path(__file__).with_suffix(".csv")
    )
    arguments = parser.parse_args()
    images, labels = data.load_mnist()
    train_images, held_out, *both_labels = train_test_split(
        images, labels, test_size=1000, stratify=labels, random_state=0
    )
    classifier, _ = metrics.cached_digit_classifier(
        train_images, both_labels[0], held_out, both_labels[1]
    )
    real = metrics.features(classifier, held_out)
    z = data.sample_latent(SAMPLES, LATENT_DIM, seed=99)

    def distance(images):
        return metrics.frechet_distance(real, metrics.features(classifier, images))

    uniform = np.random.default_rng(0).uniform(-1, 1, (SAMPLES, 28, 28, 1)).astype("float32")
    print(f"real digits {distance(train_images):.2f}, noise {distance(uniform):.0f}", flush=True)
    cost, last = costs(train_images), arguments.updates[-1]
    print(*(f"{'+'.join(of) or 'plain'} {each:.2f}" for of, each in cost.items()), flush=True)
    rows = []
    for seed in arguments.seeds:
        for row in arguments.rows:
            row_cost = cost[ROWS[row][0]]
            in_time = int(round(last / row_cost, -1))
            checkpoints = [(updates, f"{updates} updates") for updates in arguments.updates]
            equal_time = [(in_time, "equal time")]
            plans = [checkpoints + equal_time] if in_time == last else [checkpoints, equal_time]
            if row.startswith("all but"):
                plans = [checkpoints]
            for plan in plans:
                run = Run(row, seed)
                for updates, budget in plan:
                    run.train_until(updates, train_images)
                    on_train, on_held_out = (
                        run.discriminator(one).numpy().mean() for one in (train_images, held_out)
                    )
                    measured = [distance(net(z).numpy()) for net in (run.generator, run.ema)]
                    measured += [on_train - on_held_out, row_cost]
                    numbers = [f"{one:.3f}" for one in measured]
                    rows.append((row, seed, budget, updates, *numbers))
                    print(*rows[-1], sep=",", flush=True)
    rows.sort(key=lambda one: arguments.rows.index(one[0]))  # stable: seeds stay in order
    with open(arguments.out, "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *rows])
    print(*table(rows), sep="\n")


if __name__ == "__main__":
    main()
