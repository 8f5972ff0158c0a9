from helpers import diagnostics

import numpy as np
import pytest
from diagnostics_data import found_names, healthy_monitor_history


def binary(rng, n):
    return (rng.random((n, 12)) < 0.5).astype("float32")


def dense_binary(rng, n):
    return (rng.random((n, 300)) < 0.2).astype("uint8")


def sparse(rng, n):
    return rng.exponential(size=(n, 200)) * (rng.random((n, 200)) < 0.01)


def sparse_rows(rng, n):
    return rng.normal(size=(n, 50)) * (rng.random((n, 1)) < 0.05)


def one_hot(rng, n):
    return np.eye(10)[rng.integers(10, size=n)]


def counts(rng, n):
    return rng.poisson(0.5, (n, 3))


def on_a_line(rng, n):
    return rng.normal(size=(n, 1)) * np.linspace(1, 2, 30)


def one_number(rng, n):
    return rng.normal(size=(n, 1))


def on_a_circle(rng, n):
    angle = rng.uniform(0, 2 * np.pi, n)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def heavy_tails(rng, n):
    return rng.standard_t(3, (n, 20))


def sparse_images(rng, n):
    return (rng.random((n, 10, 10, 1)) < 1e-3).astype("float32") * 2 - 1


def binary_images(rng, n):
    return (rng.random((n, 12, 12)) < 0.5).astype("float32")


DISTRIBUTIONS = [
    binary, dense_binary, sparse, sparse_rows, one_hot, counts, on_a_line, one_number, on_a_circle,
    heavy_tails, sparse_images, binary_images,
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("draw", DISTRIBUTIONS)
@pytest.mark.parametrize(("n", "m"), [(100, 60), (100, 700), (600, 1200)])
def test_perfect_samples_of_any_data_are_healthy(draw, n, m):
    for seed in range(2):
        rng = np.random.default_rng(seed)
        real, samples = draw(rng, m), draw(rng, n)
        diagnosis = diagnostics.diagnose(healthy_monitor_history(), samples, real)
        assert diagnosis.name == "healthy", (seed, str(diagnosis))


@pytest.mark.parametrize("draw", [binary, dense_binary, heavy_tails, on_a_circle, binary_images])
def test_collapse_is_found_in_any_data(draw):
    rng = np.random.default_rng(0)
    real = draw(rng, 1000)
    assert found_names({}, np.repeat(draw(rng, 1), 300, axis=0), real) == ["collapse"]


@pytest.mark.slow
@pytest.mark.parametrize("draw", [dense_binary, heavy_tails, on_a_circle, binary_images, sparse])
def test_memorisation_is_found_in_any_data(draw):
    rng = np.random.default_rng(0)
    real = draw(rng, 1000)
    assert "memorisation" in found_names({}, real[rng.permutation(1000)[:300]], real)


def test_memorisation_cannot_be_decided_where_real_samples_coincide():
    rng = np.random.default_rng(0)
    diagnosis = diagnostics.diagnose({}, one_hot(rng, 300), one_hot(rng, 800))
    why = diagnosis.unchecked["memorisation"]
    assert why == "half of the real samples or more have an exact duplicate among them"
