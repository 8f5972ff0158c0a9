"""How is each failure diagnosed? python tests/benchmarks/diagnosis.py [--seeds 300 305] [--fixes]

Causes every failure of `scenarios.FAILURES` on each seed, diagnoses it from its history and 1,000
samples, and prints how often which name was given. The same for failures of GANs in plain Keras,
measured by a `Monitor`, and for failures of samples alone, with the history of a healthy run. The
limits of `helpers.diagnostics` were set on seeds below 40.

--fixes: also applies the fix to each run of `scenarios.FAILURES` and diagnoses it again.
--rows: only rows whose name contains one of these words; they replace theirs in the table.
It writes diagnosis.csv beside this script, which lesson 08 shows.
"""

import argparse
import collections
import csv
import pathlib
import time

from helpers import data, diagnostics, losses, models, training
from helpers.diagnostics import scenarios

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from scipy.stats import binomtest

TABLE = pathlib.Path(__file__).with_suffix(".csv")
COLUMNS = ("run", "caused", "diagnosed", "count")


def train(experiment, settings, updates):
    """Train with these settings. Returns the history of these updates, to its end or its NaN."""
    before = experiment.gan.updates_made
    try:
        for _ in range(updates // 50):
            experiment.train(settings, 50)
        history = experiment.gan.update_history
    except training.NonFiniteTraining as error:
        history = error.history
    return {name: values[before:] for name, values in history.items()}


def train_and_diagnose(experiment, settings, updates, seed):
    history = train(experiment, settings, updates)
    samples = experiment.gan.sample(1000, seed=seed, ema=False)
    return diagnostics.diagnose(history, samples, experiment.real(settings))


# ---- GANs in plain Keras ------------------------------------------------------------------

HIDDEN = {
    "plain": lambda: [layers.Dense(128), layers.LeakyReLU(0.2)],
    "batch norm": lambda: [layers.Dense(128), layers.BatchNormalization(), layers.LeakyReLU(0.2)],
    "dropout": lambda: [layers.Dense(128), layers.LeakyReLU(0.2), models.Dropout(0.3)],
    "spectral norm": lambda: [
        layers.SpectralNormalization(layers.Dense(128)),
        layers.LeakyReLU(0.2),
    ],
}


def plain_keras(
    seed, hidden="plain", frozen=None, reverse=False, sigmoid=False, r1=1.0, evaluations=20
):
    """Train on digits in plain Keras and diagnose what a `Monitor` measured every 20 updates.

    hidden: a key of `HIDDEN`. frozen: name of the network whose learning rate is 0. reverse: G's loss
    has the wrong sign, as from swapped labels. sigmoid: D ends in one, nested, before a loss of
    logits.
    """
    keras.utils.set_random_seed(seed)
    images, labels = data.load_mnist()
    generator = models.dense_generator(32, (64, 128))
    stack = [keras.Input((28, 28, 1)), layers.Flatten(), *HIDDEN[hidden](), layers.Dense(1)]
    discriminator = keras.Sequential(stack)
    if sigmoid:
        squashed = keras.Sequential([discriminator, layers.Activation("sigmoid")])
        image = keras.Input((28, 28, 1))
        discriminator = keras.Model(image, squashed(image))
    networks = {"generator": generator, "discriminator": discriminator}
    optimizers = {
        name: keras.optimizers.Adam(0.0 if name == frozen else 1e-3, 0.5, 0.99) for name in networks
    }
    for name, network in networks.items():
        optimizers[name].build(network.trainable_variables)

    @tf.function(jit_compile=False)
    def update(real):
        z = tf.random.normal((64, 32))
        fake = generator(z, training=True)
        with tf.GradientTape() as tape:
            with tf.GradientTape() as inner:
                inner.watch(real)
                logits = discriminator(real, training=True)
            gradients = inner.gradient(logits, real)
            loss = losses.logistic_discriminator(logits, discriminator(fake, training=True))
            loss += r1 / 2 * tf.reduce_mean(tf.reduce_sum(gradients**2, axis=(1, 2, 3)))
        weights = discriminator.trainable_variables
        optimizers["discriminator"].apply(tape.gradient(loss, weights), weights)
        with tf.GradientTape() as tape:
            logits = discriminator(generator(z, training=True), training=True)
            loss = losses.non_saturating_generator(None, logits) * (-1 if reverse else 1)
        weights = generator.trainable_variables
        optimizers["generator"].apply(tape.gradient(loss, weights), weights)

    rng, z = np.random.default_rng(seed), data.sample_latent(256, 32, seed=0)
    monitor = diagnostics.Monitor(generator, discriminator, images[::19][:256], z)
    for made in range(20 * evaluations + 1):
        if made % 20 == 0:
            monitor.evaluate(made)
        update(tf.constant(images[rng.integers(len(images), size=64)]))
    samples = generator(data.sample_latent(1000, 32, seed=seed + 1), training=False).numpy()
    return diagnostics.diagnose(monitor, samples, images, labels=labels)


PLAIN_KERAS = {  # row: the name it should get, settings
    "healthy in plain Keras": ("healthy", {"evaluations": 30}),
    "healthy with dropout in D": ("healthy", {"hidden": "dropout", "evaluations": 30}),
    "frozen D": ("discriminator not training", {"frozen": "discriminator"}),
    **{
        f"frozen D with {hidden}": (
            "discriminator not training",
            {"hidden": hidden, "frozen": "discriminator", "r1": r1},
        )
        for hidden, r1 in (("batch norm", 1.0), ("spectral norm", 0.0), ("dropout", 1.0))
    },
    "frozen G": ("generator not training", {"frozen": "generator"}),
    "swapped labels of G": ("generator loss reversed", {"reverse": True}),
    "D ends in a sigmoid": (
        "probabilities for logits",
        {"sigmoid": True, "r1": 0.0},
    ),
}


# ---- samples that are wrong, or right, with a healthy history ----------------------------


def digit_samples(kind, seed):
    """(real digits, their labels, samples made of digits). Half of the digits are the real ones."""
    rng = np.random.default_rng(seed)
    images, labels = data.load_mnist()
    order = rng.permutation(len(images))
    real, others = order[::2], order[1::2]
    if kind.startswith("digits 0 to"):
        others = others[labels[others] <= int(kind[-1])]
    elif kind == "50 digits repeated":
        others = rng.choice(others[:50], 1000)
    samples = images[others[:1000]]
    if kind == "training digits shifted by a pixel":
        shifts = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1) if down or right]
        samples = np.stack(
            [np.roll(images[one], shifts[rng.integers(8)], axis=(0, 1)) for one in real[:1000]]
        )
    real_images = images[real]
    if "colour" in kind:
        tints = rng.uniform(0, 1, (2, len(real), 1, 1, 3))
        real_images, samples = (
            (part + 1) * tint[: len(part)] - 1 for part, tint in zip((real_images, samples), tints)
        )
        if kind == "grey digits of coloured data":
            samples = np.repeat(samples.mean(axis=-1, keepdims=True), 3, axis=-1)
    return real_images, labels[real], samples


DIGIT_SAMPLES = {  # row: the name it should get
    "other real digits": "healthy",
    "other coloured digits": "healthy",
    "digits 0 to 2": "missing classes",
    "digits 0 to 4": "missing classes",
    "training digits shifted by a pixel": "memorisation",
    "50 digits repeated": "partial collapse",
    "grey digits of coloured data": "partial collapse",
}


# ---- counting -----------------------------------------------------------------------------


def rows(fixes):
    """(row, right name, function of a seed that returns names) for each row of the matrix."""
    experiments = {}

    def experiment(name):
        if name not in experiments:
            experiments[name] = scenarios.Experiment(name)
        return experiments[name]

    def run_failure(failure, with_fix):
        def run(seed):
            experiment(failure.experiment).reset(seed)
            if failure.healthy_updates:
                train(experiment(failure.experiment), failure.fixed, failure.healthy_updates)
            found = train_and_diagnose(
                experiment(failure.experiment), failure.settings, failure.updates, seed
            )
            if not with_fix:
                return found
            if failure.restart:
                experiment(failure.experiment).reset(seed)
            return train_and_diagnose(
                experiment(failure.experiment), failure.fixed, failure.more_updates, seed
            )

        return run

    def with_healthy_history(kind):
        def run(seed):
            experiment("digits").reset(seed)
            history = train(experiment("digits"), scenarios.HEALTHY, 500)
            real, labels, samples = digit_samples(kind, seed)
            return diagnostics.diagnose(history, samples, real, labels=labels)

        return run

    for failure in scenarios.FAILURES.values():
        yield failure.name, failure.name, run_failure(failure, False)
        if fixes:
            yield f"fixed: {failure.name}", "healthy", run_failure(failure, True)
    for row, (name, settings) in PLAIN_KERAS.items():
        yield row, name, lambda seed, settings=settings: plain_keras(seed, **settings)
    for row, name in DIGIT_SAMPLES.items():
        yield row, name, with_healthy_history(row)


def count(seeds, fixes=False, words=()):
    """{(row, right name): Counter of names given}."""
    counts = {}
    for row, name, run in rows(fixes):
        if words and not any(word in row for word in words):
            continue
        start = time.perf_counter()
        counts[row, name] = collections.Counter(run(seed).name for seed in seeds)
        seconds = (time.perf_counter() - start) / len(seeds)
        print(f"{row}: {dict(counts[row, name])}, {seconds:.1f} s a run", flush=True)
    return counts


def print_matrix(counts):
    order = ["healthy", *dict.fromkeys(name for name, _, _ in diagnostics.CHECKS)]
    found = [name for name in order if any(given[name] for given in counts.values())]
    heads = " ".join(f"{k + 1:>3}" for k in range(len(found)))
    print(f"\nfailures (rows), findings (columns)\n{'':36}{heads}")
    for (row, _), given in counts.items():
        print(f"{row:36}" + " ".join(f"{given[name] or '.':>3}" for name in found))
    print("\n" + "; ".join(f"{k + 1} {name}" for k, name in enumerate(found)))
    for what, healthy in (
        ("failures named correctly", False),
        ("healthy runs named healthy", True),
    ):
        some = {key: given for key, given in counts.items() if (key[1] == "healthy") == healthy}
        total = sum(given.total() for given in some.values())
        right = sum(given[name] for (_, name), given in some.items())
        if total:
            low, high = binomtest(right, total).proportion_ci(method="exact")
            print(f"{what}: {right} of {total}, exact 95 % interval {low:.1%} to {high:.1%}")


def write(counts):
    """Write the counts of these rows into the table, whose other rows stay."""
    rows = []
    if TABLE.exists():
        with TABLE.open(encoding="utf-8") as file:
            rows = [row for row in list(csv.reader(file))[1:] if (row[0], row[1]) not in counts]
    for (row, caused), given in counts.items():
        rows += [(row, caused, name, count) for name, count in given.items()]
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *rows])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs=2, default=(300, 305), help="from, to below")
    parser.add_argument("--fixes", action="store_true")
    parser.add_argument("--rows", nargs="*", default=(), help="words")
    arguments = parser.parse_args()
    begun = time.perf_counter()
    counted = count(range(*arguments.seeds), arguments.fixes, arguments.rows)
    print_matrix(counted)
    write(counted)
    print(f"{time.perf_counter() - begun:.0f} s")
