"""Real data: handwritten digits, a reader's own images, points with a known density, latent vectors.

Pixels are float32 in [-1, 1] everywhere in the course; only `to_display` leaves that range. Points
are in the units of their publication by default.
"""

from .digits import MNIST_SOURCES, load_mnist
from .images import SUFFIXES, load_folder
from .plane import Mixture, grid, ring, sample_latent, spiral, two_moons
from .scale import check_samples, to_display
