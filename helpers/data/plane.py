"""Points of the plane whose density is known, and latent vectors."""

from dataclasses import dataclass, field

import numpy as np
from scipy.special import logsumexp

from .. import inputs


@dataclass(frozen=True)
class Mixture:
    """Points in the plane with a known density: round Gaussians of one width and equal weight.

    centres: float64 (k, 2), finite. sigma: their standard deviation, above 0, in the same units.
    Raises: ValueError.
    """

    centres: np.ndarray = field(repr=False)
    sigma: float

    def __post_init__(self):
        centres = inputs.finite("centres", self.centres, "float64").copy()
        if centres.ndim != 2 or centres.shape[1] != 2 or not len(centres):
            raise ValueError(f"centres must have shape (k, 2), k >= 1, got {centres.shape}")
        object.__setattr__(self, "centres", centres)
        object.__setattr__(self, "sigma", inputs.number("sigma", self.sigma, above=0))

    def sample(self, n, seed):
        """n points, float32 (n, 2). seed: an int, or a `numpy.random.Generator` to draw from."""
        n, rng = inputs.whole_number("n", n), inputs.random_generator(seed)
        chosen = self.centres[rng.integers(len(self.centres), size=n)]
        return (chosen + self.sigma * rng.standard_normal((n, 2))).astype("float32")

    def log_density(self, points):
        """log p at each point, exactly: (n, 2) -> float64 (n,), in nats per unit of area."""
        points = inputs.finite("points", points, "float64")
        if points.ndim != 2 or points.shape[1] != 2:
            raise ValueError(f"points must have shape (n, 2), got {points.shape}")
        return np.concatenate([np.empty(0), *map(self._log_density, _in_parts(points, 5000))])

    def _log_density(self, points):
        squares = ((points[:, None] - self.centres) ** 2).sum(axis=-1)
        total = logsumexp(-squares / (2 * self.sigma**2), axis=1)
        return total - np.log(2 * np.pi * self.sigma**2 * len(self.centres))

    @property
    def reach(self):
        """Half the side of a square around 0 that holds nearly all points, with a margin."""
        return float(1.15 * (abs(self.centres).max() + 3 * self.sigma))


def _in_parts(points, size):
    return [points[i : i + size] for i in range(0, len(points), size)]


def spiral(turns=2.0, inner=0.1, outer=1.0, sigma=0.025, centres=400):
    """A spiral: centres at equal distances along r = inner + (outer - inner) * angle / (2 pi turns).

    They stand closer together than sigma, so the mixture looks like one curve with a soft edge.
    turns > 0; 0 <= inner < outer; centres, at least 2: how many. Raises: ValueError.
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
    wanted = np.linspace(0, length[-1], n)
    return np.stack([np.interp(wanted, length, column) for column in curve.T], axis=1)


def ring(modes=8, radius=1.0, sigma=0.01):
    """Gaussians evenly on a circle; 8 of radius 1 and width 0.01 in PacGAN (Lin et al. 2018)."""
    modes, radius = inputs.whole_number("modes", modes), inputs.number("radius", radius, least=0)
    angle = 2 * np.pi * np.arange(modes) / modes
    return Mixture(radius * np.stack([np.cos(angle), np.sin(angle)], axis=1), sigma)


def grid(side=5, spacing=2.0, sigma=0.05):
    """side x side Gaussians; 25 at -4, -2, 0, 2, 4 of width 0.05 in PacGAN (Lin et al. 2018).

    The same in units of 4, so that it fits into [-1, 1]: spacing=0.5, sigma=0.0125.
    """
    side, spacing = inputs.whole_number("side", side), inputs.number("spacing", spacing, above=0)
    line = spacing * (np.arange(side) - (side - 1) / 2)
    return Mixture(np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2), sigma)


def two_moons(radius=0.6, sigma=0.05, centres=200):
    """Two half circles, one upside down and moved into the other."""
    centres = inputs.whole_number("centres", centres, 4)
    radius = inputs.number("radius", radius, above=0)
    angle = np.linspace(0, np.pi, centres // 2)
    moon = np.stack([np.cos(angle) - 0.5, np.sin(angle) - 0.25], axis=1)
    return Mixture(radius * np.concatenate([moon, -moon]), sigma)


def sample_latent(n, latent_dim, seed):
    """Latent vectors z ~ N(0, I).

    n, latent_dim: positive ints. seed: an int, or a `numpy.random.Generator` to draw from.
    Returns: float32 (n, latent_dim). Raises: ValueError.
    """
    shape = inputs.whole_number("n", n), inputs.whole_number("latent_dim", latent_dim)
    return inputs.random_generator(seed).standard_normal(shape, dtype="float32")
