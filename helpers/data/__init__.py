"""What is real? Digits, points whose density is known, latent vectors, and pixels for display.

Inside the course every pixel is a float32 in [-1, 1]; only `to_display` leaves that scale.
Points in the plane come in the units of their publication, unless asked for in others."""

from .digits import MNIST_SOURCES, load_mnist
from .plane import Mixture, grid, ring, sample_latent, spiral, two_moons
from .scale import check_samples, to_display
