"""Updates a second of four ways to train the same dense GAN, interleaved on this machine.

Run: python tests/benchmarks/updates_per_second.py [--rounds 5]
Rows: the classic predict + train_on_batch loop; one tf.function an update; keras.Model.fit with a
train_step of one update; helpers.training. The four take turns, and the median of the rounds is
printed, because machines are noisy: read the ratios.
"""

import argparse
import statistics
import time

from helpers import data, models, training

import keras
import numpy as np
import tensorflow as tf

UPDATES = {"classic": 5, "tf.function": 40, "fit, one update a step": 100, "helpers.training": 400}


def classic(preset, images):
    """predict + train_on_batch; G trains through a frozen twin of D, as the wiring needs on Keras 3."""
    generator, discriminator = preset.players()
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    discriminator.compile(preset.optimizer(), loss)
    frozen = keras.models.clone_model(discriminator)
    frozen.trainable = False
    combined = keras.Sequential([generator, frozen])
    combined.compile(preset.optimizer(), loss)
    ones, zeros = np.ones((preset.batch_size, 1)), np.zeros((preset.batch_size, 1))

    def run(updates):
        for seed in range(updates):
            z = data.sample_latent(preset.batch_size, preset.latent_dim, seed)
            fakes = generator.predict(z, verbose=0)
            discriminator.train_on_batch(images[: preset.batch_size], ones)
            discriminator.train_on_batch(fakes, zeros)
            frozen.set_weights(discriminator.get_weights())
            combined.train_on_batch(z, ones)

    return run


def one_function(preset, images):
    generator, discriminator = preset.players()
    optimizers = preset.optimizer(), preset.optimizer()
    for optimizer, player in zip(optimizers, (generator, discriminator)):
        optimizer.build(player.trainable_variables)

    @tf.function
    def update(real):
        z = tf.random.normal((preset.batch_size, preset.latent_dim))
        with tf.GradientTape() as for_g, tf.GradientTape() as for_d:
            fakes = generator(z, training=True)
            on_real = discriminator(real, training=True)
            on_fake = discriminator(fakes, training=True)
            g_loss = tf.reduce_mean(tf.nn.softplus(-on_fake))
            d_loss = tf.reduce_mean(tf.nn.softplus(-on_real) + tf.nn.softplus(on_fake))
        for optimizer, tape, loss, player in (
            (optimizers[0], for_g, g_loss, generator),
            (optimizers[1], for_d, d_loss, discriminator),
        ):
            variables = player.trainable_variables
            optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))

    def run(updates):
        for _ in range(updates):
            update(tf.constant(images[: preset.batch_size]))

    return run


def through_fit(updates_per_call):
    def make(preset, images):
        gan = training.gan_from_preset(preset, updates_per_call=updates_per_call)

        def run(updates):
            pool = images[: preset.batch_size * updates_per_call]
            epochs = updates // updates_per_call
            gan.fit(pool, batch_size=preset.batch_size, epochs=epochs, verbose=0)

        return run

    return make


WAYS = {
    "classic": classic,
    "tf.function": one_function,
    "fit, one update a step": through_fit(1),
    "helpers.training": through_fit(20),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    images = data.load_mnist()[0]
    print(f"{'preset':14}{'way':26}{'updates/s':>10}{'times classic':>15}")
    for name, preset in models.PRESETS.items():
        if preset.minibatch_std:
            continue  # the other ways would have to learn its penalty first
        runs = {way: make(preset, images) for way, make in WAYS.items()}
        for way, run in runs.items():
            run(UPDATES[way])  # compile
        speeds = {way: [] for way in runs}
        for _ in range(rounds):
            for way, run in runs.items():
                start = time.perf_counter()
                run(UPDATES[way])
                speeds[way].append(UPDATES[way] / (time.perf_counter() - start))
        median = {way: statistics.median(values) for way, values in speeds.items()}
        for way, speed in median.items():
            print(f"{name:14}{way:26}{speed:10.1f}{speed / median['classic']:15.1f}", flush=True)


if __name__ == "__main__":
    main()
