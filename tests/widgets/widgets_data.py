"""Small GANs for panels, and what all tests of panels do with one."""

import time

from helpers import data, models, training

import keras
from PIL import Image

IMAGES = data.load_mnist()[0][::50].copy()
SPIRAL, RING = data.spiral(), data.ring(sigma=0.05)


def build_digits(loss="non_saturating"):
    keras.utils.set_random_seed(0)
    gan = training.GAN(
        models.dense_generator(4, (8,)), models.dense_discriminator((8,)), latent_dim=4
    )
    rules = {"loss": loss, "jit_compile": False}
    gan.compile(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3), **rules)
    return gan


def build_decaying(learning_rate=1.5e-3, discriminator_learning_rate=1.5e-3):
    gan = build_digits()
    gan.compile(
        keras.optimizers.Adam(learning_rate),
        keras.optimizers.Adam(discriminator_learning_rate),
        halving_updates=10,
        jit_compile=False,
    )
    return gan


def build_points(losses=("non_saturating", "wasserstein", "relativistic")):
    keras.utils.set_random_seed(0)
    gan = training.GAN(
        models.dense_generator(4, (8,), (2,), output="linear"),
        models.dense_discriminator((8,), (2,)),
        latent_dim=4,
    )
    gan.compile(
        keras.optimizers.Adam(1e-3),
        keras.optimizers.Adam(1e-3),
        loss=losses,
        penalties={"r1": 0.1},
        discriminator_steps=[1, 3],
        jit_compile=False,
    )
    return gan


def reset(panel):
    panel.reset_button.click()
    panel.run(0)


def wait_for(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the condition was not met in time"
        time.sleep(0.01)


def frames(path):
    """How many pictures a GIF has."""
    with Image.open(path) as film:
        return film.n_frames
