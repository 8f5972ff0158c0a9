"""The GAN of lesson 01, section 8: Adam's beta_1, R1 and EMA, one change at a time, eight seeds each.

Run: python tests/benchmarks/momentum_penalty_ema.py
It prints the Markdown table of lesson 03, section 9: the Wasserstein distance between generated and real
samples, mean over the last 20 of 60 evaluations, as mean over the seeds with its 95 % confidence
interval. The training loop is that of the lesson.
"""

import time

from helpers import training  # noqa: F401  it quiets TensorFlow

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from scipy import stats

SEEDS = range(8, 16)  # the weight of R1 was chosen on 0 to 7
UPDATES, EVERY, LAST = 3000, 50, 20
ROWS = {0.9: (0.0, 3.0), 0.5: (0.0, 3.0), 0.0: (0.0, 3.0)}  # {beta_1: weights of R1}
FIXED_Z = stats.norm.ppf((np.arange(2000) + 0.5) / 2000).astype("float32")[:, None]


def network():
    hidden = [layers.Dense(32, activation="relu"), layers.Dense(32, activation="relu")]
    return keras.Sequential([keras.Input((1,)), *hidden, layers.Dense(1)])


def sample_real(shape, rng):
    centres = rng.choice([-2.0, 2.0], size=shape, p=[0.7, 0.3])
    return (centres + 0.5 * rng.normal(size=shape)).astype("float32")


def sample_noise(shape, rng):
    return rng.normal(size=shape).astype("float32")


class Run:
    """Networks, optimizers and the compiled loop for one beta_1; `start` makes them new."""

    def __init__(self, beta_1):
        self.networks = generator, discriminator, ema = network(), network(), network()
        self.optimizers = [keras.optimizers.Adam(1e-3, beta_1=beta_1) for _ in range(2)]
        g_optimizer, d_optimizer = self.optimizers
        for optimizer, net in zip(self.optimizers, self.networks):
            optimizer.build(net.trainable_variables)
        self.fresh = [[v.numpy() for v in one.variables] for one in self.optimizers]

        @tf.function(jit_compile=True)
        def train(reals, z_for_d, z_for_g, gamma):
            for i in tf.range(len(reals)):
                real = reals[i]
                with tf.GradientTape() as tape:
                    with tf.GradientTape() as inner:
                        inner.watch(real)
                        real_logits = discriminator(real)
                    slope = inner.gradient(real_logits, real)
                    penalty = gamma / 2 * tf.reduce_mean(tf.reduce_sum(slope**2, axis=1))
                    fake_logits = discriminator(generator(z_for_d[i]))
                    loss = tf.reduce_mean(tf.nn.softplus(-real_logits)) + tf.reduce_mean(
                        tf.nn.softplus(fake_logits)
                    )
                    loss += penalty
                variables = discriminator.trainable_variables
                d_optimizer.apply(tape.gradient(loss, variables), variables)
                with tf.GradientTape() as tape:
                    loss = tf.reduce_mean(tf.nn.softplus(-discriminator(generator(z_for_g[i]))))
                variables = generator.trainable_variables
                g_optimizer.apply(tape.gradient(loss, variables), variables)
                for mean, weight in zip(ema.variables, generator.variables):
                    mean.assign(0.99 * mean + 0.01 * weight)

        self.train = train

    def start(self, seed):
        keras.utils.set_random_seed(seed)
        generator, discriminator, ema = self.networks
        for net in (generator, discriminator):
            net.set_weights(network().get_weights())
        ema.set_weights(generator.get_weights())
        for optimizer, values in zip(self.optimizers, self.fresh):
            for variable, value in zip(optimizer.variables, values):
                variable.assign(value)

    def distances(self, seed, gamma, test):
        """(evaluations, 2): of the generator and of the EMA generator."""
        self.start(seed)
        rng, measured = np.random.default_rng(seed), []
        for _ in range(UPDATES // EVERY):
            shape = EVERY, 128, 1
            batches = sample_real(shape, rng), sample_noise(shape, rng), sample_noise(shape, rng)
            self.train(*map(tf.constant, batches), tf.constant(gamma))
            generated = [net(FIXED_Z).numpy().ravel() for net in self.networks[::2]]
            measured.append([stats.wasserstein_distance(one, test) for one in generated])
        return np.array(measured)


def interval(values):
    half = stats.t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values))
    return f"{np.mean(values):.2f} ± {half:.2f}"


def main():
    rng = np.random.default_rng(0)
    test = sample_real(20_000, rng)
    baseline = [stats.wasserstein_distance(sample_real(2000, rng), test) for _ in range(200)]
    print(f"real vs real: {np.mean(baseline):.3f}")
    print("| β₁ | γ | generator | EMA generator |\n|---|---|---|---|")
    for beta_1, gammas in ROWS.items():
        run = Run(beta_1)
        for gamma in gammas:
            start = time.perf_counter()
            all_ = np.array([run.distances(seed, gamma, test) for seed in SEEDS])
            last = all_[:, -LAST:].mean(axis=1)
            words = [interval(column) for column in last.T]
            print(f"| {beta_1:g} | {gamma:g} | {words[0]} | {words[1]} |", flush=True)
            print(last.round(3).tolist(), f"{time.perf_counter() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main()
