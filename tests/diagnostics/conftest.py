from helpers import data

import numpy as np
import pytest


@pytest.fixture
def z():
    return data.sample_latent(64, 3, seed=0)


@pytest.fixture(scope="module")
def digits():
    """800 real digits, and 250 other ones, of 7 by 7 pixels."""
    images = data.load_mnist()[0][:, 2::4, 2::4]
    return images[::6][:800], images[1::20]


@pytest.fixture(scope="module")
def full_digits():
    """2,500 digits of 28 by 28 pixels with their labels, and 2,500 other ones with theirs."""
    images, labels = data.load_mnist()
    order = np.random.default_rng(0).permutation(len(images))
    return images[order[::2]], labels[order[::2]], images[order[1::2]], labels[order[1::2]]
