import numpy as np
import pytest
import small


@pytest.fixture(scope="session")
def ring_points():
    """256 points on a ring of radius 1, float32 (256, 2)."""
    angle = np.random.default_rng(0).uniform(0, 2 * np.pi, 256)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1).astype("float32")


@pytest.fixture
def points(ring_points):
    """A copy of them for each test."""
    return ring_points.copy()


@pytest.fixture
def small_gan():
    """A factory of fresh compiled GANs in 2-D: small_gan(dropout=0, seed=0, **rules)."""
    return small.gan
