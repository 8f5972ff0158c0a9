"""Which planted failure is called what? python tests/benchmarks/diagnosis.py [--seeds 200 220] [--cures]

Plants every failure of `helpers.failures` on each seed, diagnoses it from its history and 1,000
samples, and prints how often which name was given; then failures of GANs in plain Keras, watched,
and what is wrong with samples alone, shown beside the history of a healthy run. The limits of
`helpers.diagnostics` were set on seeds below 40. --cures: applies the cure to each run of
`helpers.failures`, too, and diagnoses it again. --rows: only those whose name has one of these words.
"""

import argparse
import collections
import time

from helpers import data, diagnostics, losses, models, training
from helpers.diagnostics import scenarios

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from scipy.stats import binomtest


def stretch(game, settings, updates):
    """Train with these settings; returns that stretch of the history, to its end or its NaN."""
    before = game.gan.updates_made
    try:
        for _ in range(updates // 50):
            game.train(settings, 50)
        history = game.gan.update_history
    except training.NonFiniteTraining as error:
        history = error.history
    return {name: values[before:] for name, values in history.items()}


def diagnosed(game, settings, updates, seed):
    history = stretch(game, settings, updates)
    samples = game.gan.sample(1000, seed=seed, ema=False)
    return diagnostics.diagnose(history, samples, game.real(settings))


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


def plain_keras(seed, hidden="plain", still=None, reverse=False, sigmoid=False, r1=1.0, looks=20):
    """Train on digits in plain Keras and diagnose what a `Monitor` measured every 20 updates.

    hidden: a key of `HIDDEN`. still: the player whose learning rate is 0. reverse: G's loss has the
    wrong sign, as from swapped labels. sigmoid: D ends in one, nested, before a loss of logits.
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
    players = {"generator": generator, "discriminator": discriminator}
    optimizers = {
        name: keras.optimizers.Adam(0.0 if name == still else 1e-3, 0.5, 0.99) for name in players
    }
    for name, player in players.items():
        optimizers[name].build(player.trainable_variables)

    @tf.function(jit_compile=False)
    def update(real):
        z = tf.random.normal((64, 32))
        fake = generator(z, training=True)
        with tf.GradientTape() as tape:
            with tf.GradientTape() as inner:
                inner.watch(real)
                logits = discriminator(real, training=True)
            slopes = inner.gradient(logits, real)
            loss = losses.logistic_discriminator(logits, discriminator(fake, training=True))
            loss += r1 / 2 * tf.reduce_mean(tf.reduce_sum(slopes**2, axis=(1, 2, 3)))
        weights = discriminator.trainable_variables
        optimizers["discriminator"].apply(tape.gradient(loss, weights), weights)
        with tf.GradientTape() as tape:
            logits = discriminator(generator(z, training=True), training=True)
            loss = losses.non_saturating_generator(None, logits) * (-1 if reverse else 1)
        weights = generator.trainable_variables
        optimizers["generator"].apply(tape.gradient(loss, weights), weights)

    rng, z = np.random.default_rng(seed), data.sample_latent(256, 32, seed=0)
    watch = diagnostics.Monitor(generator, discriminator, images[::19][:256], z)
    for made in range(20 * looks + 1):
        if made % 20 == 0:
            watch.evaluate(made)
        update(tf.constant(images[rng.integers(len(images), size=64)]))
    samples = generator(data.sample_latent(1000, 32, seed=seed + 1), training=False).numpy()
    return diagnostics.diagnose(watch, samples, images, labels=labels)


PLAIN_KERAS = {  # row: the name it should get, settings
    "healthy, plain Keras": ("healthy", {"looks": 30}),
    "healthy, D with dropout": ("healthy", {"hidden": "dropout", "looks": 30}),
    "frozen D": ("discriminator not training", {"still": "discriminator"}),
    **{
        f"frozen D with {hidden}": (
            "discriminator not training",
            {"hidden": hidden, "still": "discriminator", "r1": r1},
        )
        for hidden, r1 in (("batch norm", 1.0), ("spectral norm", 0.0), ("dropout", 1.0))
    },
    "frozen G": ("generator not training", {"still": "generator"}),
    "swapped labels of G": ("generator loss reversed", {"reverse": True}),
    "D ends in a sigmoid": (
        "probabilities for logits",
        {"sigmoid": True, "r1": 0.0},
    ),
}


# ---- samples that are wrong, or right, beside a healthy history ----------------------------


def among_real(kind, seed):
    """(real digits, their labels, samples that are made of digits): half of the digits are real."""
    rng = np.random.default_rng(seed)
    images, labels = data.load_mnist()
    order = rng.permutation(len(images))
    real, fresh = order[::2], order[1::2]
    if kind.startswith("digits 0 to"):
        fresh = fresh[labels[fresh] <= int(kind[-1])]
    elif kind == "50 digits repeated":
        fresh = rng.choice(fresh[:50], 1000)
    samples = images[fresh[:1000]]
    if kind == "training digits moved by a pixel":
        moves = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1) if down or right]
        samples = np.stack(
            [np.roll(images[one], moves[rng.integers(8)], axis=(0, 1)) for one in real[:1000]]
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


AMONG_REAL = {  # row: the name it should get
    "other real digits": "healthy",
    "other coloured digits": "healthy",
    "digits 0 to 2": "missing classes",
    "digits 0 to 4": "missing classes",
    "training digits moved by a pixel": "memorisation",
    "50 digits repeated": "partial collapse",
    "grey digits of coloured data": "partial collapse",
}


# ---- counting -----------------------------------------------------------------------------


def rows(cures):
    """(row, right name, function of a seed that returns names) for each row of the matrix."""
    games = {}

    def game(name):
        if name not in games:
            games[name] = scenarios.Experiment(name)
        return games[name]

    def planted(failure, cure):
        def run(seed):
            game(failure.experiment).reset(seed)
            found = diagnosed(game(failure.experiment), failure.settings, failure.updates, seed)
            if not cure:
                return found
            if failure.anew:
                game(failure.experiment).reset(seed)
            return diagnosed(game(failure.experiment), failure.fixed, 1000, seed)

        return run

    def beside_health(kind):
        def run(seed):
            game("digits").reset(seed)
            history = stretch(game("digits"), scenarios.CALM, 500)
            real, labels, samples = among_real(kind, seed)
            return diagnostics.diagnose(history, samples, real, labels=labels)

        return run

    for failure in scenarios.FAILURES.values():
        yield failure.name, failure.name, planted(failure, False)
        if cures:
            yield f"cured: {failure.name}", "healthy", planted(failure, True)
    for row, (name, settings) in PLAIN_KERAS.items():
        yield row, name, lambda seed, settings=settings: plain_keras(seed, **settings)
    for row, name in AMONG_REAL.items():
        yield row, name, beside_health(row)


def count(seeds, cures=False, words=()):
    """{(row, right name): Counter of names given}."""
    counts = {}
    for row, name, run in rows(cures):
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
    print(f"\nplanted (rows), found (columns)\n{'':36}{heads}")
    for (row, _), given in counts.items():
        print(f"{row:36}" + " ".join(f"{given[name] or '.':>3}" for name in found))
    print("\n" + "; ".join(f"{k + 1} {name}" for k, name in enumerate(found)))
    for what, healthy in (("failures named right", False), ("healthy runs called so", True)):
        some = {key: given for key, given in counts.items() if (key[1] == "healthy") == healthy}
        total = sum(given.total() for given in some.values())
        right = sum(given[name] for (_, name), given in some.items())
        if total:
            low, high = binomtest(right, total).proportion_ci(method="exact")
            print(f"{what}: {right} of {total}, exact 95 % interval {low:.1%} to {high:.1%}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs=2, default=(200, 220), help="from, to below")
    parser.add_argument("--cures", action="store_true")
    parser.add_argument("--rows", nargs="*", default=(), help="words")
    arguments = parser.parse_args()
    begun = time.perf_counter()
    print_matrix(count(range(*arguments.seeds), arguments.cures, arguments.rows))
    print(f"{time.perf_counter() - begun:.0f} s")
