"""Trains the GAN of lesson 05 and draws folding.gif: noise and a grid of lines, and where G puts them.

Run: python figures/folding.py
Left the latent plane, which does not change; right the same points and lines after the EMA generator.
Seed 0, not chosen.
"""

import pathlib

import matplotlib

matplotlib.use("agg")
from helpers import data, models, plots, training  # noqa: E402

import keras  # noqa: E402
import numpy as np  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402

PICTURE = pathlib.Path(__file__).with_suffix(".gif")
CHUNK, CHUNKS, FRAMES = 25, 120, 32  # updates in a compiled call, calls, pictures
LINES, POINTS = 17, 120  # of the latent grid in each direction, and points of a line
MILLISECONDS, HOLD, COLOURS = 200, 3000, 24  # of a frame, of the last one, of the GIF


def build():
    keras.utils.set_random_seed(0)
    generator = models.dense_generator(2, (64,) * 3, (2,), activation="relu", output="linear")
    gan = training.GAN(generator, models.dense_discriminator((64,) * 3, (2,)), 2, ema_decay=0.99)
    adams = [keras.optimizers.Adam(5e-3, beta_1=0.0, beta_2=0.99) for _ in range(2)]
    gan.compile(*adams, penalties={"r1": 0.05}, halving_updates=2000)
    return gan


def latent_lines():
    """float32 (2 * LINES * POINTS, 2): upright lines, then level ones."""
    ticks, fine = np.linspace(-2, 2, LINES), np.linspace(-2, 2, POINTS)
    upright = np.stack(np.meshgrid(ticks, fine, indexing="ij"), axis=-1)
    return np.concatenate([upright, upright[..., ::-1]]).reshape(-1, 2).astype("float32")


def draw(axes, lines, points, reach, real=()):
    axes.plot(*lines.reshape(2 * LINES, POINTS, 2).T, color="0.45", linewidth=0.6)
    plots.plane(axes, real, points, size=3.5, reach=reach)
    axes.set(xticks=[], yticks=[])


def frame(z, lines, real, moved, moved_lines, updates):
    """One picture of the film."""
    figure = Figure(figsize=(8, 4.3), dpi=90, facecolor="white")
    left, right = (figure.add_axes((x, 0.02, 0.46, 0.84)) for x in (0.02, 0.52))
    draw(left, lines, z, 3)
    draw(right, moved_lines, moved, 1.2, real)
    left.set_title("noise z")
    right.set_title(f"G(z) after {updates:,} updates")
    return figure


def main():
    gan, spiral, rng = build(), data.spiral(), np.random.default_rng(1)
    z, lines, real = data.sample_latent(300, 2, seed=0), latent_lines(), spiral.sample(500, seed=0)
    moments = np.unique(np.rint(CHUNKS * np.linspace(0, 1, FRAMES) ** 1.7).astype(int)).tolist()
    film = []
    for chunk in range(CHUNKS + 1):
        if chunk in moments:
            moved, moved_lines = gan.generate(z), gan.generate(lines)
            film.append(frame(z, lines, real, moved, moved_lines, CHUNK * chunk))
        gan.train_on_batch(spiral.sample(CHUNK * 128, rng).reshape(CHUNK, 128, 2))
    plots.save_gif(PICTURE, film, MILLISECONDS, HOLD, COLOURS)
    print(f"{len(film)} frames, {PICTURE.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
