import itertools
import re
import types

from helpers import data, exercises
from helpers.exercises import own_gan

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (np.hypot(0.25, 0.75), "Right"),
        (10**0.5 / 4, "Right"),
        (np.sqrt(0.5), "the middle"),
        (0.625, "squared length"),
        (1, "slerp"),
        (0.75, "other end"),
        (6.3246, "relative to that of a and b"),
    ],
)
def test_walk_length(answer, words):
    assert words in exercises.check_walk_length(answer)


def test_walk_length_is_what_long_vectors_have():
    z, other = data.sample_latent(2, 1_000_000, seed=0)
    relative = np.linalg.norm(0.75 * z + 0.25 * other) / np.linalg.norm(z)
    assert exercises.check_walk_length(relative).is_right


# ---- shifts -----------------------------------------------------------------------------


def shift_each(images, most=2, axes=(0, 1), fill=None):
    steps = tf.random.uniform((len(images), 2), -1, most, "int32")
    rolled = [tf.roll(one, step, axes) for one, step in zip(images, steps)]
    return tf.stack(rolled)


def shift_by_gather(images):
    steps = tf.random.uniform((256, 2), -1, 2, "int32")
    rows = (tf.range(28) + steps[:, :1]) % 28
    columns = (tf.range(28) + steps[:, 1:]) % 28
    images = tf.gather(images, rows, axis=1, batch_dims=1)
    return tf.gather(images, columns, axis=2, batch_dims=1)


def cut_out(images):
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=-1)
    steps = np.random.default_rng(0).integers(3, size=(256, 2))
    return np.stack([one[i : i + 28, j : j + 28] for one, (i, j) in zip(padded, steps)])


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (shift_each, "Right"),
        (shift_by_gather, "Right"),
        (lambda images: images, "no image has moved"),
        (lambda images: tf.roll(images, (1, -1), axis=(1, 2)), "all images moved alike"),
        (lambda images: shift_each(images, most=1), "upper limit"),
        (lambda images: tf.roll(images, 1, axis=0), "the order of the batch"),
        (cut_out, "enter at the other"),
        (lambda images: shift_each(images) * 0.5, "is not itself"),
        (lambda images: shift_each(images)[..., 0], "shape"),
    ],
)
def test_shift_each_image(answer, words):
    assert words in exercises.check_shift_each_image(answer)


# ---- a GAN of one's own -----------------------------------------------------------------

IMAGES = data.load_mnist()[0][::10]
BASELINES = {"noise": 60.0, "the lesson's first loop": 2.0, "real digits": 0.1}
softplus = tf.nn.softplus
mean = tf.reduce_mean


def networks(output="tanh", end=None, batch_norm=False, dropout=0.0):
    generator = [keras.Input((8,)), layers.Dense(32, activation="relu")]
    generator += [layers.BatchNormalization()] if batch_norm else []
    generator += [layers.Dense(784, activation=output), layers.Reshape((28, 28, 1))]
    discriminator = [keras.Input((28, 28, 1)), layers.Flatten()]
    discriminator += [layers.Dense(32, activation="leaky_relu")]
    discriminator += [layers.Dropout(dropout)] if dropout else []
    discriminator += [layers.Dense(1, activation=end)]
    return keras.Sequential(generator), keras.Sequential(discriminator)


def d_loss(real, fake):
    return mean(softplus(-real)) + mean(softplus(fake))


def g_loss(fake):
    return mean(softplus(-fake))


def my_gan(
    d_loss=d_loss,
    g_loss=g_loss,
    training=True,
    optimizers=2,
    prepare=lambda real: real,
    compiled=True,
    rate=3e-3,
    **shape,
):
    """A learner's answer, with whatever is wrong with it."""
    keras.utils.set_random_seed(0)
    generator, discriminator = networks(**shape)
    made = [keras.optimizers.Adam(rate, beta_1=0.5) for _ in range(optimizers)]
    flag = {"training": True} if training else {}

    def train_step(real):
        real, z = prepare(real), tf.random.normal((len(real), 8))
        with tf.GradientTape() as tape:
            on_fake = discriminator(generator(z, **flag), **flag)
            loss = d_loss(discriminator(real, **flag), on_fake)
        variables = discriminator.trainable_variables
        made[0].apply(tape.gradient(loss, variables), variables)
        with tf.GradientTape() as tape:
            loss = g_loss(discriminator(generator(z, **flag), **flag))
        variables = generator.trainable_variables
        made[-1].apply(tape.gradient(loss, variables), variables)

    return generator, discriminator, tf.function(train_step) if compiled else train_step


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Each look at the clock takes a hundredth of a second: a second has a hundred updates."""
    ticks = itertools.count()
    fake = types.SimpleNamespace(perf_counter=lambda: next(ticks) / 100)
    monkeypatch.setattr(own_gan, "time", fake)


def check(answer, seconds=0.5, trained=15.0, baselines=BASELINES, untrained=60.0):
    """The verdict if the distance is `untrained` before the first update and `trained` after it."""
    distances = iter([untrained, trained])
    return exercises.check_my_gan(answer, IMAGES, lambda _: next(distances), baselines, seconds)


cross_entropy = keras.losses.BinaryCrossentropy(from_logits=False)


def d_loss_of_probabilities(real, fake):
    on_real = cross_entropy(tf.ones_like(real), real)
    return on_real + cross_entropy(tf.zeros_like(fake), fake)


def g_loss_of_probabilities(fake):
    return cross_entropy(tf.ones_like(fake), fake)


RIGHT = {
    "as in the lesson": {},
    "a sigmoid and its own loss": {
        "end": "sigmoid",
        "rate": 5e-4,
        "d_loss": d_loss_of_probabilities,
        "g_loss": g_loss_of_probabilities,
    },
    "least squares": {
        "d_loss": lambda real, fake: mean((real - 1) ** 2) + mean(fake**2),
        "g_loss": lambda fake: mean((fake - 1) ** 2),
    },
    "both signs turned": {
        "d_loss": lambda real, fake: d_loss(-real, -fake),
        "g_loss": lambda fake: g_loss(-fake),
    },
    "batch normalisation and dropout": {"batch_norm": True, "dropout": 0.3},
    "not compiled": {"compiled": False},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", RIGHT)
def test_a_gan_of_a_good_distance_is_right_however_it_is_written(name):
    verdict = check(my_gan(**RIGHT[name]))
    assert verdict.is_right, verdict
    lines = verdict.splitlines()
    assert re.search(r"after 5\d updates the distance is 15.0, that of noise 60.0", lines[0])
    assert [line.split(maxsplit=1)[1] for line in lines[1:]] == [
        "noise",
        "your GAN",
        "the lesson's first loop",
        "real digits",
    ]


def frozen(network):
    answer = my_gan()
    answer[network].trainable = False
    return answer


def step_of_d_alone():
    generator, discriminator, _ = my_gan()
    optimizer = keras.optimizers.Adam(1e-3)

    @tf.function
    def train_step(real):
        with tf.GradientTape() as tape:
            loss = d_loss(discriminator(real), discriminator(generator(tf.random.normal((128, 8)))))
        variables = discriminator.trainable_variables
        optimizer.apply(tape.gradient(loss, variables), variables)

    return generator, discriminator, train_step


SLIPS = {
    "D frozen": (lambda: frozen(1), "discriminator is frozen"),
    "G never trained": (step_of_d_alone, "generator is frozen"),
    "a sigmoid before a loss on logits": (lambda: my_gan(end="sigmoid"), "ends in a sigmoid"),
    "pixels in [0, 1]": (lambda: my_gan(output="sigmoid"), "wrong scale"),
    "scaled twice": (lambda: my_gan(prepare=lambda r: r / 127.5 - 1, rate=1e-2), "wrong scale"),
    "labels swapped for D": (
        lambda: my_gan(d_loss=lambda real, fake: d_loss(fake, real)),
        "swapped in D's loss",
    ),
    "labels swapped for G": (
        lambda: my_gan(g_loss=lambda fake: g_loss(-fake)),
        "swapped in G's loss",
    ),
    "training= forgotten, batch norm": (
        lambda: my_gan(training=False, batch_norm=True),
        "BatchNormalization in your generator",
    ),
    "training= forgotten, dropout": (
        lambda: my_gan(training=False, dropout=0.3),
        "Dropout in your discriminator",
    ),
    "one optimizer for both": (lambda: my_gan(optimizers=1), "give each its own"),
    "diverged": (lambda: my_gan(rate=float("nan")), "nan"),
    "turned round": (lambda: (my_gan()[1], my_gan()[0], my_gan()[2]), "changed places"),
    "two things": (lambda: my_gan()[:2], "expected (generator, discriminator, train_step)"),
    "a list of layers": (lambda: ([], *my_gan()[1:]), "should be a Keras model, got []"),
    "no step": (lambda: (*my_gan()[:2], None), "train_step should be a function"),
    "a step without argument": (lambda: (*my_gan()[:2], lambda: None), "TypeError"),
    "one layer short": (
        lambda: (keras.Sequential([keras.Input((8,)), layers.Dense(700)]), *my_gan()[1:]),
        "should return images",
    ),
    "images without a shape": (
        lambda: (keras.Sequential([keras.Input((8,)), layers.Dense(784)]), *my_gan()[1:]),
        "should return images",
    ),
    "two numbers": (
        lambda: (
            my_gan()[0],
            keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(2)]),
            my_gan()[2],
        ),
        "one number for each image",
    ),
    "no input shape": (
        lambda: (keras.Sequential([layers.Dense(784)]), *my_gan()[1:]),
        "keras.Input",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_named(name):
    make, words = SLIPS[name]
    verdict = check(make(), seconds=3 if name == "scaled twice" else 0.5)
    assert verdict.state == "not yet" and words in verdict, verdict
    assert "\n" not in verdict and len(verdict) < 500


def test_a_gan_that_is_not_good_enough_gets_its_distance_and_advice():
    verdict = check(my_gan(rate=1e-6), trained=22.3)
    assert "distance is 22.3, that of noise 60.0; below 20.0 would be right" in verdict
    assert verdict.state == "not yet" and "rate" in verdict


def test_networks_that_are_trained_already_are_refused():
    verdict = check(my_gan(), untrained=12.5)
    assert verdict.state == "not yet" and "12.5: the generator is trained already" in verdict


def test_a_slow_loop_is_told_about_tf_function(monkeypatch):
    ticks = itertools.count()
    monkeypatch.setattr(own_gan.time, "perf_counter", lambda: next(ticks) / 5)
    verdict = check(my_gan(compiled=False), 1, 25.0)
    assert "Only 5 updates a second: is @tf.function above train_step?" in verdict


def test_an_error_inside_a_compiled_step_is_told_with_its_line():
    generator, discriminator, _ = my_gan()

    @tf.function
    def train_step(real):
        return generator(real[:, :5, 0, 0])

    verdict = check((generator, discriminator, train_step))
    assert "train_step raised RuntimeError: ValueError" in verdict and "in user code" not in verdict
    assert "(in the line: return generator(real[:, :5, 0, 0])" in verdict and len(verdict) < 500


def test_control_c_gets_through():
    def train_step(real):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check((*my_gan()[:2], train_step))


@pytest.mark.parametrize("seconds", [0, -1, 20.5, "5", None])
def test_it_trains_for_at_most_twenty_seconds(seconds):
    verdict = check(my_gan(), seconds)
    assert verdict.state == "not yet" and "seconds" in verdict
