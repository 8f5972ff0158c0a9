"""Real data: handwritten digits, points with a known density, latent vectors, and the pixel range.

Pixels are float32 in [-1, 1] everywhere in the course; only `to_display` leaves that range. Points
are in the units of their publication by default.
"""

from .digits import MNIST_SOURCES, load_mnist
from .plane import Mixture, grid, ring, sample_latent, spiral, two_moons
from .scale import check_samples, to_display
