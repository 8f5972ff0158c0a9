from helpers import data, metrics

import keras
import numpy as np
import pytest


def with_moments(mean, covariance, n=400):
    """Samples whose mean and covariance are exactly these: whitened noise, then coloured."""
    noise = np.random.default_rng(0).normal(size=(n, len(mean)))
    noise -= noise.mean(axis=0)
    white = noise @ np.linalg.inv(np.linalg.cholesky(np.atleast_2d(np.cov(noise.T)))).T
    return white @ np.linalg.cholesky(np.array(covariance, float)).T + mean


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (((0, 0), np.eye(2)), ((3, 4), np.eye(2)), 25),
        (((0, 0, 0), np.eye(3)), ((0, 0, 0), 4 * np.eye(3)), 3),
        (((0, 0), [[2, 0.5], [0.5, 1]]), ((1, 1), [[1, -0.3], [-0.3, 3]]), 2.9293118550),
    ],
)
def test_frechet_distance_of_gaussians(first, second, expected):
    one, other = with_moments(*first), with_moments(*second)
    assert metrics.frechet_distance(one, other) == pytest.approx(expected, rel=1e-9)
    assert metrics.frechet_distance(other, one) == pytest.approx(expected, rel=1e-9)


def test_frechet_distance_in_one_dimension():
    one, other = with_moments((0,), [[1]]), with_moments((2,), [[9]])
    assert metrics.frechet_distance(one, other) == pytest.approx(2**2 + (3 - 1) ** 2)


def test_frechet_bias_is_the_published_one():
    """d (d + 5) / (2 n) for n samples of N(0, I_d) on each side: 2.208 for d = 64, n = 1000."""
    draw = np.random.default_rng(0).normal
    values = [metrics.frechet_distance(*draw(size=(2, 1000, 64))) for _ in range(5)]
    assert np.mean(values) == pytest.approx(64 * 69 / 2000, rel=0.05)


def test_nearest_finds_copies_and_distances():
    references = np.random.default_rng(0).normal(size=(50, 3))
    index, distance = metrics.nearest(references[[7, 3]] + [0.0, 0.001, 0.0], references)
    assert index.tolist() == [7, 3] and np.allclose(distance, 0.001)


def test_digit_classifier_reads_held_out_digits_and_its_features_tell_noise():
    images, labels = data.load_mnist()
    keras.utils.set_random_seed(0)
    classifier = metrics.digit_classifier(images[::2], labels[::2], epochs=5)
    assert classifier.evaluate(images[1::2], labels[1::2], verbose=0)[1] > 0.9
    real = metrics.features(classifier, images[::2])
    held_out = metrics.features(classifier, images[1::2])
    noise = np.random.default_rng(0).uniform(-1, 1, images[:500].shape).astype("float32")
    assert real.shape == (2500, 64) and real.dtype == np.float64
    floor = metrics.frechet_distance(real, held_out)
    assert metrics.frechet_distance(real, metrics.features(classifier, noise)) > 50 * floor


GOOD = np.random.default_rng(0).normal(size=(30, 4))


@pytest.mark.parametrize(
    ("real", "generated", "message"),
    [
        (GOOD, GOOD[:, :3], "one number of features"),
        (GOOD, GOOD[0], "one number of features"),
        (GOOD, GOOD[:0], "one number of features"),
        (GOOD, GOOD * np.nan, "not finite"),
        (GOOD[:4], GOOD, "real has 4 samples of 4 features"),
        (GOOD, GOOD[:3], "generated has 3 samples of 4 features"),
    ],
)
def test_frechet_distance_refuses(real, generated, message):
    with pytest.raises(ValueError, match=message):
        metrics.frechet_distance(real, generated)


def test_classifier_refuses_images_without_labels():
    with pytest.raises(ValueError, match="each image needs a label: got 2 and 1"):
        metrics.digit_classifier(np.zeros((2, 28, 28, 1)), [1])
