"""Points in the plane with a known density, and latent vectors."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import logsumexp

from .. import inputs


@dataclass(frozen=True)
class Mixture:
    """A mixture of isotropic Gaussians in the plane, with equal widths and weights.

    Args:
        centres: float64 (k, 2), means of the Gaussians, finite.
        sigma: float > 0, standard deviation of each Gaussian, in the same units.

    Raises:
        ValueError: if centres have another shape or are not finite, or sigma is not above 0.

    Example:
        >>> from helpers import data
        >>> mixture = data.Mixture([[0, 0], [3, 4]], sigma=0.5)
        >>> mixture.sample(10, seed=0).shape
        (10, 2)
    """

    centres: np.ndarray = field(repr=False)
    sigma: float

    def __post_init__(self):
        centres = inputs.finite("centres", self.centres, "float64").copy()
        if centres.ndim != 2 or centres.shape[1] != 2 or not len(centres):
            raise ValueError(f"centres must have shape (k, 2), k >= 1, got {centres.shape}")
        object.__setattr__(self, "centres", centres)
        object.__setattr__(self, "sigma", inputs.number("sigma", self.sigma, above=0))

    def sample(self, n: int, seed: int | np.random.Generator) -> np.ndarray:
        """Draw random points.

        Args:
            n: int >= 1, number of points.
            seed: an int, or a generator to draw from.

        Returns:
            float32 (n, 2).

        Raises:
            ValueError: if n is not a whole number >= 1, or seed is not a seed.
        """
        n, rng = inputs.whole_number("n", n), inputs.random_generator(seed)
        chosen = self.centres[rng.integers(len(self.centres), size=n)]
        return (chosen + self.sigma * rng.standard_normal((n, 2))).astype("float32")

    def log_density(self, points: ArrayLike) -> np.ndarray:
        """Compute the exact log p at each point.

        Args:
            points: (n, 2), finite.

        Returns:
            float64 (n,), in nats per unit of area.

        Raises:
            ValueError: if points have another shape or are not finite.
        """
        points = inputs.finite("points", points, "float64")
        if points.ndim != 2 or points.shape[1] != 2:
            raise ValueError(f"points must have shape (n, 2), got {points.shape}")
        return np.concatenate([np.empty(0), *map(self._log_density, _chunks(points, 5000))])

    def _log_density(self, points):
        squares = ((points[:, None] - self.centres) ** 2).sum(axis=-1)
        total = logsumexp(-squares / (2 * self.sigma**2), axis=1)
        return total - np.log(2 * np.pi * self.sigma**2 * len(self.centres))

    @property
    def reach(self) -> float:
        """Half the side of a square around 0 that contains nearly all points, with a margin."""
        return float(1.15 * (np.abs(self.centres).max() + 3 * self.sigma))


def _chunks(points, size):
    return [points[i : i + size] for i in range(0, len(points), size)]


def spiral(
    turns: float = 2.0,
    inner: float = 0.1,
    outer: float = 1.0,
    sigma: float = 0.025,
    centres: int = 400,
) -> Mixture:
    """A spiral of Gaussians at equal distances.

    It follows r = inner + (outer - inner) * angle / (2 pi turns). By default the distance between
    Gaussians is below sigma, so the mixture looks like one curve with a soft edge.

    Args:
        turns: float > 0, number of turns.
        inner: float >= 0, radius at the inner end.
        outer: float > inner, radius at the outer end.
        sigma: float > 0, standard deviation of each Gaussian.
        centres: int >= 2, number of Gaussians.

    Returns:
        The mixture.

    Raises:
        ValueError: if an argument is out of its range.
    """
    turns, inner = inputs.number("turns", turns, above=0), inputs.number("inner", inner, least=0)
    outer = inputs.number("outer", outer, above=inner)
    centres = inputs.whole_number("centres", centres, 2)
    angle = np.linspace(0, 2 * np.pi * turns, 20_001)
    radius = np.linspace(inner, outer, len(angle))
    curve = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return Mixture(_evenly_along(curve, centres), sigma)


def _evenly_along(curve, n):
    """n points at equal distances along a polyline (m, 2), both ends included."""
    length = np.append(0, np.linalg.norm(np.diff(curve, axis=0), axis=1).cumsum())
    positions = np.linspace(0, length[-1], n)
    return np.stack([np.interp(positions, length, column) for column in curve.T], axis=1)


def ring(modes: int = 8, radius: float = 1.0, sigma: float = 0.01) -> Mixture:
    """Gaussians at equal distances on a circle.

    The defaults are those of PacGAN (Lin et al. 2018).

    Args:
        modes: int >= 1, number of Gaussians.
        radius: float >= 0, of the circle.
        sigma: float > 0, standard deviation of each Gaussian.

    Returns:
        The mixture.

    Raises:
        ValueError: if an argument is out of its range.
    """
    modes, radius = inputs.whole_number("modes", modes), inputs.number("radius", radius, least=0)
    angle = 2 * np.pi * np.arange(modes) / modes
    return Mixture(radius * np.stack([np.cos(angle), np.sin(angle)], axis=1), sigma)


def grid(side: int = 5, spacing: float = 2.0, sigma: float = 0.05) -> Mixture:
    """A square grid of side x side Gaussians, centred at 0.

    The defaults, 25 Gaussians at -4, -2, 0, 2, 4, are those of PacGAN (Lin et al. 2018). The same
    grid scaled to [-1, 1] has spacing=0.5, sigma=0.0125.

    Args:
        side: int >= 1, Gaussians in a row.
        spacing: float > 0, distance between neighbours.
        sigma: float > 0, standard deviation of each Gaussian.

    Returns:
        The mixture.

    Raises:
        ValueError: if an argument is out of its range.
    """
    side, spacing = inputs.whole_number("side", side), inputs.number("spacing", spacing, above=0)
    line = spacing * (np.arange(side) - (side - 1) / 2)
    return Mixture(np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2), sigma)


def two_moons(radius: float = 0.6, sigma: float = 0.05, centres: int = 200) -> Mixture:
    """Two interleaving half circles, similar to `sklearn.datasets.make_moons`.

    Args:
        radius: float > 0, of both half circles.
        sigma: float > 0, standard deviation of each Gaussian.
        centres: int >= 4, number of Gaussians, half of them on each half circle.

    Returns:
        The mixture.

    Raises:
        ValueError: if an argument is out of its range.
    """
    centres = inputs.whole_number("centres", centres, 4)
    radius = inputs.number("radius", radius, above=0)
    angle = np.linspace(0, np.pi, centres // 2)
    moon = np.stack([np.cos(angle) - 0.5, np.sin(angle) - 0.25], axis=1)
    return Mixture(radius * np.concatenate([moon, -moon]), sigma)


def sample_latent(n: int, latent_dim: int, seed: int | np.random.Generator) -> np.ndarray:
    """Draw latent vectors z ~ N(0, I).

    Args:
        n: int >= 1, number of vectors.
        latent_dim: int >= 1, size of each.
        seed: an int, or a generator to draw from.

    Returns:
        float32 (n, latent_dim).

    Raises:
        ValueError: if n or latent_dim is not a whole number >= 1, or seed is not a seed.
    """
    shape = inputs.whole_number("n", n), inputs.whole_number("latent_dim", latent_dim)
    return inputs.random_generator(seed).standard_normal(shape, dtype="float32")
