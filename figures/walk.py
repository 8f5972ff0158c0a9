"""Trains a GAN on digits and draws walk.gif: ten of its digits walk on circles through latent space.

Run: python figures/walk.py
The networks are those of notebook 07, trained for 3,000 updates from seed 0. Each digit follows the
circle through two latent vectors a and b, a cos + b sin, so the last picture joins the first. The
latent vectors are not chosen.
"""

import pathlib

import matplotlib

matplotlib.use("agg")
from helpers import data, plots, training  # noqa: E402

import keras  # noqa: E402
import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402

PICTURE = pathlib.Path(__file__).with_suffix(".gif")
UPDATES, DIGITS, FRAMES = 3000, 10, 48
PIXELS, MILLISECONDS, GREYS = 4, 120, 16  # of one pixel of a digit, of a frame, of the GIF


def trained():
    """The course's dense GAN of digits after 3,000 updates."""
    keras.utils.set_random_seed(0)
    images, _ = data.load_mnist()
    rng = np.random.default_rng(1)
    recipe = training.PRESETS["course"]
    gan = training.gan_from_preset(recipe)
    for _ in training.progress(range(UPDATES // 50), unit="calls"):
        gan.train_on_batch(images[rng.integers(len(images), size=(50, recipe.batch_size))])
    return gan


def frame(images):
    """The digits in two rows, enlarged."""
    grid = Image.fromarray(np.rint(255 * plots.tile(images, DIGITS // 2)).astype("uint8"))
    size = (PIXELS * grid.width, PIXELS * grid.height)
    return grid.resize(size, Image.Resampling.NEAREST)


def main():
    gan = trained()
    a, b = data.sample_latent(2 * DIGITS, gan.latent_dim, seed=2).reshape(2, DIGITS, -1)
    angles = np.linspace(0, 2 * np.pi, FRAMES, endpoint=False)
    circle = [(a * np.cos(angle) + b * np.sin(angle)).astype("float32") for angle in angles]
    film = [frame(gan.generate(z)) for z in circle]
    plots.save_gif(PICTURE, film, MILLISECONDS, MILLISECONDS, GREYS)
    print(f"{len(film)} frames, {PICTURE.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
