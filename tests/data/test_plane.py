from helpers import data

import numpy as np
import pytest


def test_latent_vectors_are_standard_normal_and_follow_the_seed():
    z = data.sample_latent(20_000, 3, seed=1)
    assert z.shape == (20_000, 3) and z.dtype == np.float32
    assert np.abs(z.mean(axis=0)).max() < 0.04  # 5.6 standard errors
    assert np.abs(np.cov(z.T) - np.eye(3)).max() < 0.06
    assert (z == data.sample_latent(20_000, 3, seed=1)).all()
    generator = np.random.default_rng(1)
    assert (data.sample_latent(20_000, 3, generator) == z).all()
    assert (data.sample_latent(20_000, 3, generator) != z).any()


@pytest.mark.parametrize(
    ("n", "latent_dim", "name"),
    [
        (0, 2, "n"),
        (5, 0, "latent_dim"),
        (-1, 2, "n"),
        (2.5, 2, "n"),
        ("5", 2, "n"),
        (None, 2, "n"),
        (5, [2], "latent_dim"),
        (5, np.nan, "latent_dim"),
    ],
)
def test_latent_sizes_that_are_not_positive_whole_numbers_are_refused(n, latent_dim, name):
    with pytest.raises(ValueError, match=f"{name} must be a whole number of at least 1"):
        data.sample_latent(n, latent_dim, seed=0)


MIXTURES = {
    "spiral": data.spiral(),
    "ring": data.ring(),
    "grid": data.grid(),
    "two moons": data.two_moons(),
    "drawn by hand": data.Mixture([[0, 0], [1, 0.5]], 0.2),
}


@pytest.mark.parametrize("name", MIXTURES)
def test_density_integrates_to_one(name):
    mixture = MIXTURES[name]
    step = mixture.sigma / 2  # far below the width, so that a plain sum is exact
    (left, below), (right, above) = (
        mixture.centres.min(axis=0) - 6 * mixture.sigma,
        mixture.centres.max(axis=0) + 6 * mixture.sigma,
    )
    total = 0.0
    for x in np.arange(left, right, step):
        column = np.arange(below, above, step)
        total += np.exp(mixture.log_density(np.stack([np.full(len(column), x), column], 1))).sum()
    assert total * step**2 == pytest.approx(1, abs=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("name", MIXTURES)
def test_samples_follow_the_density(name):
    """Fractions of points in boxes against sums of the density over them; mean log-density against
    its integral, which detects a sigma that is wrong by some per cent."""
    mixture = MIXTURES[name]
    points = mixture.sample(20_000, seed=1)
    assert points.shape == (20_000, 2) and points.dtype == np.float32
    cells = int(np.ceil(mixture.reach / 3 / (mixture.sigma / 2)))  # per side of each of 6 x 6 boxes
    lines = np.linspace(-mixture.reach, mixture.reach, 6 * cells + 1)
    counts, _, _ = np.histogram2d(*points.T, bins=(lines[::cells], lines[::cells]))
    middles, area = (lines[1:] + lines[:-1]) / 2, (lines[1] - lines[0]) ** 2
    columns = [np.stack([np.full(len(middles), x), middles], axis=1) for x in middles]
    logs = np.array([mixture.log_density(column) for column in columns])
    density = np.exp(logs)
    expected = density.reshape(6, cells, 6, cells).sum(axis=(1, 3)) * area
    deviation = np.sqrt(expected / len(points) + 1e-9)
    assert (abs(counts / len(points) - expected) < 5 * deviation).all()
    measured = mixture.log_density(points)
    error = measured.std() / np.sqrt(len(points))
    assert abs(measured.mean() - (density * logs).sum() * area) < 5 * error
    assert counts.sum() > 0.99 * len(points)  # `reach` covers nearly all of them


def test_log_density_of_one_gaussian_is_the_closed_form():
    points = np.array([[0.0, 0], [3, 4], [300, 400]])
    expected = -0.5 * np.array([0, 25, 250_000]) / 4 - np.log(2 * np.pi * 4)
    assert np.allclose(data.Mixture([[0, 0]], 2.0).log_density(points), expected)


def test_ring_and_grid_are_the_published_ones():
    ring, grid = data.ring(), data.grid()
    assert len(ring.centres) == 8 and np.allclose(np.linalg.norm(ring.centres, axis=1), 1)
    neighbours = np.linalg.norm(ring.centres - np.roll(ring.centres, 1, axis=0), axis=1)
    assert np.allclose(neighbours, 2 * np.sin(np.pi / 8))  # eight, not seven and one twice
    assert sorted(map(tuple, grid.centres)) == [
        (x, y) for x in (-4, -2, 0, 2, 4) for y in (-4, -2, 0, 2, 4)
    ]
    assert (ring.sigma, grid.sigma) == (0.01, 0.05)


def test_spiral_centres_are_evenly_spaced_on_it():
    centres = data.spiral().centres
    gaps = np.linalg.norm(np.diff(centres, axis=0), axis=1)
    assert gaps.std() < 1e-3 * gaps.mean() and gaps.max() < 0.025
    radius = np.linalg.norm(centres, axis=1)
    assert radius[[0, -1]] == pytest.approx([0.1, 1.0])
    angle = np.unwrap(np.arctan2(*centres.T[::-1]))
    assert np.allclose(radius, 0.1 + 0.9 * angle / (4 * np.pi), atol=1e-3)


def test_moons_are_point_symmetric():
    centres = data.two_moons().centres
    assert np.allclose(centres[:100], -centres[100:])
    assert np.allclose(np.linalg.norm(centres[:100] + [0.3, 0.15], axis=1), 0.6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: data.Mixture([[0, 0, 0]], 1), r"centres must have shape \(k, 2\).*\(1, 3\)"),
        (lambda: data.Mixture(np.empty((0, 2)), 1), r"k >= 1, got \(0, 2\)"),
        (lambda: data.Mixture([[0, np.nan]], 1), "not finite"),
        (lambda: data.Mixture([[0, 0]], 0), "sigma must be above 0 and finite, got 0"),
        (lambda: data.Mixture([[0, 0]], "1"), "sigma must be above 0 and finite, got '1'"),
        (lambda: data.Mixture([[0, 0]], np.nan), "sigma must be above 0 and finite, got nan"),
        (lambda: data.Mixture([[0, 1j]], 1), "centres must be an array of real numbers"),
        (lambda: data.Mixture("ab", 1), "centres must be an array of real numbers"),
        (lambda: data.spiral(turns=np.inf), "turns must be above 0 and finite, got inf"),
        (lambda: data.spiral(outer=np.nan), "outer must be .* got nan"),
        (lambda: data.spiral(turns="2"), "turns must be .*finite, got '2'"),
        (lambda: data.spiral(centres=2.5), "centres must be a whole number of at least 2, got 2.5"),
        (lambda: data.ring(modes=2.5), "modes must be a whole number of at least 1, got 2.5"),
        (lambda: data.ring(radius=np.nan), "radius must be .* got nan"),
        (lambda: data.ring(radius="1"), "radius must be .* got '1'"),
        (lambda: data.ring(radius=-1), "radius must be at least 0 and finite, got -1"),
        (lambda: data.grid(side="5"), "side must be a whole number of at least 1, got '5'"),
        (lambda: data.grid(spacing=np.inf), "spacing must be .* got inf"),
        (lambda: data.grid(spacing=0), "spacing must be above 0 and finite, got 0"),
        (lambda: data.two_moons(centres=4.5), "centres must be a whole number .* 4, got 4.5"),
        (lambda: data.two_moons(centres=3), "centres must be a whole number of at least 4, got 3"),
        (lambda: data.two_moons(radius="1"), "radius must be above 0 and finite, got '1'"),
        (lambda: data.ring().sample(2.5, seed=0), "n must be a whole number .* got 2.5"),
        (lambda: data.ring().sample(2, seed="a"), "seed must be .* got 'a'"),
        (lambda: data.sample_latent(2, 2, seed=-1), "seed must be .* got -1"),
        (lambda: data.ring().log_density(np.zeros((3, 2)) + 1j), "points must be an array of real"),
        (lambda: data.ring().log_density([[0, np.nan]]), "points holds values .* not finite"),
        (lambda: data.spiral(turns=0), "turns must be above 0 and finite, got 0"),
        (lambda: data.spiral(inner=3), "outer must be above 3 and finite, got 1"),
        (lambda: data.two_moons(radius=0), "radius must be above 0 and finite, got 0"),
        (lambda: data.ring(modes=0), "modes must be a whole number of at least 1, got 0"),
        (lambda: data.grid(side=0), "side must be a whole number of at least 1, got 0"),
        (lambda: data.ring().sample(0, seed=0), "n must be a whole number of at least 1, got 0"),
        (lambda: data.ring().log_density(np.zeros(2)), r"points must have shape \(n, 2\)"),
    ],
)
def test_arguments_out_of_range_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
