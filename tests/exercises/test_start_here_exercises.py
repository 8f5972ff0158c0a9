from helpers import exercises

import keras
import numpy as np
import pytest
import tensorflow as tf

Z = np.random.default_rng(0).normal(size=(6, 8)).astype("float32")


def generate(z):
    """A generator with the order of a trained one: 2z near z, then another z, then zeros."""
    return np.tanh(5 * z) if np.any(z) else np.full_like(z, 3.0)


def mild(z):
    """A generator whose image of zeros is nearer than that of another z."""
    return np.tanh(5 * z)


@pytest.mark.parametrize(
    ("answer", "generator", "words"),
    [
        (None, generate, "Not answered yet"),
        ("ABDC", generate, "Right: measured on your generator, the images change by A 0.00, B"),
        (["a", "b", "d", "c"], generate, "Right"),
        ("A, B, D, C", generate, "Right"),
        ("ABCD", mild, "Right"),
        ("BADC", generate, "the same z gives the same image"),
        ("ADBC", generate, "the direction decides most"),
        ("ABCD", generate, "never trained near 0"),
        ("ABDC", mild, "another digit, whose ink lies elsewhere"),
        ("ABC", generate, "got 'ABC'"),
        ("AABC", generate, "the letters A to D in an order"),
        ("!", generate, "the letters A to D in an order"),
        (4, generate, "the letters A to D in an order"),
    ],
)
def test_latent_order(answer, generator, words):
    assert words in exercises.check_latent_order(answer, generator, Z)


def test_the_order_of_a_keras_generator_is_measured():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(20, activation="tanh")])
    images = {k: model(change(Z)).numpy() for k, (_, change, _) in exercises.LATENT_CHANGES.items()}
    change = {k: np.sqrt(((p - images["A"]) ** 2).mean(1)).mean() for k, p in images.items()}
    order = "".join(sorted(change, key=change.get))
    assert exercises.check_latent_order(order, model, tf.constant(Z)).is_right
    assert "changes the images by" in exercises.check_latent_order(order[::-1], model, Z)


@pytest.mark.parametrize(
    ("generator", "z", "words"),
    [
        (lambda z: z[:3], Z, "6 images of finite numbers, got (3, 8)"),
        (lambda z: z + np.nan, Z, "finite numbers"),
        (lambda z: z / 0, Z * np.nan, "finite latent vectors"),
        (generate, Z[0], "expected z: finite latent vectors (n, latent_dim), got (8,)"),
        (generate, Z[:1], "got (1, 8)"),
        (3, Z, "expected a function of (z), got 3"),
    ],
)
def test_a_generator_that_is_none(generator, z, words):
    assert words in exercises.check_latent_order("ABDC", generator, z)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (1, "Right"),
        (np.int64(1), "Right"),
        (1.0, "Right"),
        (0, "zeros have long strokes"),
        (8, "eights have long strokes"),
        (7, "sevens are near"),
        (9, "nines are not the nearest"),
        (10, "how many distances to look at"),
        (4, "none of the usual slips"),
    ],
)
def test_nearest_class(answer, words):
    assert words in exercises.check_nearest_class(answer)


STEPS = (-1, 0, 1)
ALL = [(down, right) for down in STEPS for right in STEPS]
BY_TWO = [(down, right) for down in range(-2, 3) for right in range(-2, 3)]


def distances(image, digits, shifts=ALL):
    rolled = [np.roll(image, shift, (0, 1)) for shift in shifts]
    return np.array([[np.sqrt(((r - d) ** 2).mean()) for d in digits] for r in rolled])


def padded(image, digits):
    """Shifted without `np.roll`: cut out of a larger image without ink."""
    large = np.pad(image[..., 0], 1, constant_values=-1)
    cut = [large[i : i + 28, j : j + 28] for i in range(3) for j in range(3)]
    return min(np.linalg.norm(c - d[..., 0]) / 28 for c in cut for d in digits)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (lambda p, d: distances(p, d).min(), "Right"),
        (padded, "Right"),
        (lambda p, d: tf.constant(distances(p, d).min()), "Right"),
        (lambda p, d: distances(p, d, [(0, 0)]).min(), "without any shift"),
        (lambda p, d: distances(p, d, [(i, 0) for i in STEPS]).min(), "only up and down"),
        (lambda p, d: distances(p, d, [(0, i) for i in STEPS]).min(), "only left and right"),
        (lambda p, d: distances(p, d, [s for s in ALL if 0 in s]).min(), "diagonal shifts"),
        (lambda p, d: distances(p, d, [s for s in ALL if s != (0, 0)]).min(), "shift by nothing"),
        (lambda p, d: distances(p, d, BY_TWO).min(), "shifts by two pixels"),
        (lambda p, d: distances(p, d).min(axis=1).mean(), "mean over the shifts"),
        (lambda p, d: distances(p, d).mean(axis=1).min(), "mean over the digits"),
        (lambda p, d: distances(p, d).max(), "largest distance"),
        (lambda p, d: distances(p, d).min() ** 2, "take its root"),
        (lambda p, d: 28 * distances(p, d).min(), "mean over pixels is missing"),
        (lambda p, d: distances(p, d).min(axis=0).argmin(), "which digit is nearest"),
        (lambda p, d: distances(p, d).min(axis=0), "one distance for the image, its smallest"),
        (lambda p, d: 0.5, "none of the usual slips"),
        (lambda p, d: np.nan, "nan"),
        (lambda p, d: (p @ d).min(), "raised ValueError"),
    ],
)
def test_shifted_distance(answer, words):
    assert words in exercises.check_shifted_distance(answer)


def turned(angle):
    return lambda a, b, t: np.cos(angle(t)) * a + np.sin(angle(t)) * b


def corners(a, b, t):
    points = [a, b, -a, -b, a]
    k = min(int(4 * t), 3)
    return points[k] + (4 * t - k) * (points[k + 1] - points[k])


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (turned(lambda t: 2 * np.pi * t), "Right"),
        (lambda a, b, t: ((a - 1j * b) * np.exp(2j * np.pi * t)).real, "Right"),
        (turned(lambda t: t), "yours is 1"),
        (turned(lambda t: np.pi * t), "half a turn"),
        (turned(lambda t: np.pi / 2 * t), "quarter of a turn"),
        (turned(lambda t: 360 * t), "in radians"),
        (turned(lambda t: np.pi / 2 - 2 * np.pi * t), "begins at b"),
        (turned(lambda t: -2 * np.pi * t), "other way"),
        (corners, "corner to corner"),
        (lambda a, b, t: (1 - t) * a + t * b, "does not come back"),
        (lambda a, b, t: a, "none of the usual slips"),
        (lambda a, b, t: a.mean(), "shape"),
    ],
)
def test_closed_walk(answer, words):
    assert words in exercises.check_closed_walk(answer)
