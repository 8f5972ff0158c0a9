import urllib.error

from helpers import data

import keras
import numpy as np
import pytest
from keras.src.utils import file_utils


def test_embedded_digits_are_real_balanced_and_in_range():
    images, labels = data.load_mnist()
    assert images.shape == (5000, 28, 28, 1) and images.dtype == np.float32
    assert images.min() == -1 and images.max() == 1
    assert np.bincount(labels).tolist() == [500] * 10
    assert -0.76 < images.mean() < -0.72  # MNIST's mean pixel is 33.3 of 255: -0.74 here


def test_a_nearest_mean_classifier_recognises_most_digits():
    """A nearest-mean classifier recognises most real digits; it would fail on noise."""
    images, labels = data.load_mnist()
    flat = images.reshape(len(images), -1)
    means = np.stack([flat[::2][labels[::2] == digit].mean(axis=0) for digit in range(10)])
    distance = ((flat[1::2, None] - means) ** 2).sum(axis=-1)
    assert (distance.argmin(axis=1) == labels[1::2]).mean() > 0.75


def test_labels_name_their_digits():
    """A one has the least ink of all digits, and a zero the darkest centre."""
    images, labels = data.load_mnist()
    means = np.stack([images[labels == digit].mean(axis=0)[..., 0] for digit in range(10)])
    assert means.mean(axis=(1, 2)).argmin() == 1
    assert means[:, 12:16, 12:16].mean(axis=(1, 2)).argmin() == 0


def test_each_call_gives_a_fresh_copy():
    images, _ = data.load_mnist()
    images[:] = 0
    assert data.load_mnist()[0].max() == 1


def test_full_is_read_through_keras(monkeypatch):
    pixels = np.arange(2 * 28 * 28, dtype="uint8").reshape(2, 28, 28)
    loaded = ((pixels, np.array([3, 7], "uint8")), None)
    monkeypatch.setattr(keras.datasets.mnist, "load_data", lambda: loaded)
    images, labels = data.load_mnist("full")
    assert images.shape == (2, 28, 28, 1) and labels.tolist() == [3, 7]
    assert np.allclose(images[..., 0], pixels / 127.5 - 1, atol=1e-6)


def test_full_without_network_says_what_failed_and_what_to_do(monkeypatch, tmp_path):
    def fail(*arguments, **options):
        raise urllib.error.URLError("no route to host")

    monkeypatch.setattr(file_utils, "urlretrieve", fail)
    monkeypatch.setattr(file_utils.config, "keras_home", lambda: str(tmp_path))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    with pytest.raises(OSError, match="no route to host") as raised:
        data.load_mnist("full")
    assert "embedded" in str(raised.value) and str(tmp_path / "datasets") in str(raised.value)


def test_an_unknown_source_is_refused():
    with pytest.raises(ValueError, match="embedded.*full.*'fashion'"):
        data.load_mnist("fashion")


@pytest.mark.parametrize("source", [None, 5, ["embedded"], np.zeros(2)])
def test_a_source_that_is_not_a_string_is_refused(source):
    with pytest.raises(ValueError, match="source must be one of .*embedded.*full"):
        data.load_mnist(source)
