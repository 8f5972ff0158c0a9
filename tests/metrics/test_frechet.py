from helpers import metrics

import numpy as np
import ot
import pytest
from metrics_data import RNG


def with_moments(mean, covariance, n=400):
    """Samples with exactly this mean and covariance."""
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


def test_frechet_distance_of_perfect_samples_is_the_published_bias():
    """d (d + 5) / (2 n) for n samples of N(0, I_d) on each side: 2.208 for d = 64, n = 1000."""
    draw = np.random.default_rng(0).normal
    values = [metrics.frechet_distance(*draw(size=(2, 1000, 64))) for _ in range(5)]
    assert np.mean(values) == pytest.approx(64 * 69 / 2000, rel=0.05)


def test_frechet_distance_agrees_with_pot():
    one, other = RNG(0).normal(size=(80, 6)), RNG(1).gamma(2, size=(90, 6))
    moments = [one.mean(axis=0), other.mean(axis=0), np.cov(one.T), np.cov(other.T)]
    root = ot.gaussian.bures_wasserstein_distance(*moments)
    assert metrics.frechet_distance(one, other) == pytest.approx(root**2, abs=1e-6)


@pytest.mark.parametrize(("d", "n", "bias"), [(64, 1000, 2.208), (128, 500, 17.024), (1, 30, 0.1)])
def test_frechet_bias_of_the_identity(d, n, bias):
    white = with_moments(np.zeros(d), np.eye(d))
    assert metrics.frechet_bias(white, n) == pytest.approx(bias, rel=1e-9)
    assert metrics.frechet_bias(white / 10, n) == pytest.approx(bias / 100, rel=1e-9)


def test_frechet_bias_predicts_the_distance_of_perfect_samples():
    """Widths from 0.1 to 10, a correlated pair, and a feature that is always 0."""
    mixing = np.diag([0.1, 0.5, 1, 3, 10, 0.0])
    mixing[0, 4] = 5
    draw = RNG(0).normal
    values = [metrics.frechet_distance(*draw(size=(2, 300, 6)) @ mixing) for _ in range(400)]
    expected = metrics.frechet_bias(draw(size=(20_000, 6)) @ mixing, 300)
    assert np.mean(values) == pytest.approx(expected, rel=0.1)


def test_frechet_extrapolated_of_perfect_and_of_shifted_samples():
    one, other = RNG(0).normal(size=(2, 3000, 64))
    assert metrics.frechet_distance(one, other) > 0.6
    assert abs(metrics.frechet_extrapolated(one, other)) < 0.12
    shifted = other + 1 / 8  # by 1 in 64 dimensions
    assert metrics.frechet_extrapolated(one, shifted) == pytest.approx(1, abs=0.15)


def test_frechet_extrapolated_depends_on_its_seed():
    one, other = RNG(0).normal(size=(2, 100, 2))
    values = [metrics.frechet_extrapolated(one, other, seed=seed) for seed in (0, 0, 1)]
    assert values[0] == values[1] != values[2]
