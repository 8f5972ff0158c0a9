"""Samples that several test files of the metrics share."""

from helpers import data

import numpy as np

RNG = np.random.default_rng

RING = data.ring()


def ring_samples(modes=8, width=1, n=1000, seed=1):
    """Samples of the first modes of the ring. width: in units of its sigma."""
    return data.Mixture(RING.centres[:modes], width * RING.sigma).sample(n, seed)


GRID = data.grid()

LINE = np.stack([np.linspace(0, 10, 101), np.zeros(101)], axis=1)
