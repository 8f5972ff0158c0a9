"""Trains two GANs and draws learning.gif (they learn) and learning.png (digits of the trained one).

Run: python figures/learning.py
Left the spiral, with the recipe of notebook 05; right the digits, with the course's recipe. Both make
the same number of updates from seed 0, and every frame shows the same latent vectors. Samples come
from the EMA generator and are not chosen.
"""

import pathlib

import matplotlib

matplotlib.use("agg")
from helpers import data, models, plots, training  # noqa: E402

import keras  # noqa: E402
import numpy as np  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402
from PIL import Image  # noqa: E402

PICTURE = pathlib.Path(__file__).with_suffix(".gif")
CHUNK, CHUNKS, FRAMES = 25, 120, 36  # updates in a compiled call, calls, pictures
MILLISECONDS, HOLD = 180, 2000  # of a frame, and of the last one
COLOURS = 64  # of the GIF


def spiral_gan():
    generator = models.dense_generator(2, (64,) * 3, (2,), activation="relu", output="linear")
    gan = training.GAN(generator, models.dense_discriminator((64,) * 3, (2,)), 2, ema_decay=0.999)
    adams = [keras.optimizers.Adam(5e-3, beta_1=0.0, beta_2=0.99) for _ in range(2)]
    gan.compile(*adams, penalties={"r1": 0.05}, halving_updates=2000)
    return gan


def record(gan, z, batches, moments):
    """Samples (len(z), ...) of the EMA generator at each moment, in chunks made, and the GAN trained."""
    samples = {}
    for chunk in range(moments[-1] + 1):
        if chunk in moments:
            samples[chunk] = gan.generate(z)
        if chunk < moments[-1]:
            gan.train_on_batch(batches())
    return [samples[chunk] for chunk in moments]


def frame(real, points, digits, updates):
    """One picture of the film."""
    figure = Figure(figsize=(8, 4.6), dpi=100, facecolor="white")
    left, right = (figure.add_axes((x, 0.02, 0.46, 0.8)) for x in (0.02, 0.52))
    plots.plane(left, real, size=3)
    plots.plane(left, generated=points, size=3.5)
    left.set(xticks=[], yticks=[])
    right.imshow(plots.tile(digits, 5), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    right.set_axis_off()
    figure.text(0.5, 0.94, f"after {updates:,} updates", ha="center", fontsize=13)
    for text, x, colour in (
        ("real points", 0.15, plots.REAL),
        ("generated points", 0.35, plots.GENERATED),
        ("generated digits", 0.75, "black"),
    ):
        figure.text(x, 0.855, text, ha="center", fontsize=12, color=colour)
    return figure


def main():
    moments = np.unique(np.rint(CHUNKS * np.linspace(0, 1, FRAMES) ** 1.7).astype(int))
    moments = moments.tolist()
    rng = np.random.default_rng(1)

    keras.utils.set_random_seed(0)
    spiral = data.spiral()
    points = record(
        spiral_gan(),
        data.sample_latent(400, 2, seed=0),
        lambda: spiral.sample(CHUNK * 128, rng).reshape(CHUNK, 128, 2),
        moments,
    )

    keras.utils.set_random_seed(0)
    images, _ = data.load_mnist()
    recipe = training.PRESETS["course"]
    gan = training.gan_from_preset(recipe)
    digits = record(
        gan,
        data.sample_latent(25, recipe.latent_dim, seed=0),
        lambda: images[rng.integers(len(images), size=(CHUNK, recipe.batch_size))],
        moments,
    )

    real = spiral.sample(600, seed=0)
    film = [frame(real, p, d, CHUNK * k) for p, d, k in zip(points, digits, moments)]
    plots.save_gif(PICTURE, film, MILLISECONDS, HOLD, COLOURS)
    grid = plots.tile(gan.sample(60, seed=1), columns=15)
    grid = Image.fromarray(np.rint(255 * grid).astype("uint8"))
    grid = grid.resize((2 * grid.width, 2 * grid.height), Image.Resampling.NEAREST)
    grid.save(PICTURE.with_suffix(".png"), optimize=True)
    print(f"{len(film)} frames, {PICTURE.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
