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


def test_classes_differ_as_digits_do():
    """A nearest-mean rule, the crudest classifier, reads most real digits; noise it could not."""
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
    answer = ((pixels, np.array([3, 7], "uint8")), None)
    monkeypatch.setattr(keras.datasets.mnist, "load_data", lambda: answer)
    images, labels = data.load_mnist("full")
    assert images.shape == (2, 28, 28, 1) and labels.tolist() == [3, 7]
    assert np.allclose(images[..., 0], pixels / 127.5 - 1, atol=1e-6)


def test_full_offline_says_what_failed_what_works_and_where_to_put_the_file(monkeypatch, tmp_path):
    def refuse(*arguments, **options):
        raise urllib.error.URLError("no route to host")

    monkeypatch.setattr(file_utils, "urlretrieve", refuse)
    monkeypatch.setattr(file_utils.config, "keras_home", lambda: str(tmp_path))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    with pytest.raises(OSError, match="no route to host") as caught:
        data.load_mnist("full")
    assert "embedded" in str(caught.value) and str(tmp_path / "datasets") in str(caught.value)


def test_unknown_source_is_named():
    with pytest.raises(ValueError, match="embedded.*full.*'fashion'"):
        data.load_mnist("fashion")


def test_latent_vectors_are_standard_normal_and_follow_the_seed():
    z = data.sample_latent(20_000, 3, seed=1)
    assert z.shape == (20_000, 3) and z.dtype == np.float32
    assert np.abs(z.mean(axis=0)).max() < 0.04  # 5.6 standard errors
    assert np.abs(np.cov(z.T) - np.eye(3)).max() < 0.06
    assert (z == data.sample_latent(20_000, 3, seed=1)).all()
    generator = np.random.default_rng(1)
    assert (data.sample_latent(20_000, 3, generator) == z).all()
    assert (data.sample_latent(20_000, 3, generator) != z).any()


@pytest.mark.parametrize(
    ("n", "latent_dim", "name"), [(0, 2, "n"), (5, 0, "latent_dim"), (-1, 2, "n")]
)
def test_latent_sizes_below_one_are_refused(n, latent_dim, name):
    with pytest.raises(ValueError, match=f"{name} must be at least 1"):
        data.sample_latent(n, latent_dim, seed=0)


def test_display_maps_the_ends_and_the_middle():
    assert data.to_display(np.float32([-1, 0, 1])).tolist() == [0, 0.5, 1]
    # a dark picture stays dark: the scale is stated, never guessed from the values
    assert data.to_display(np.full((2, 2), -0.8)).max() < 0.11


@pytest.mark.parametrize("pixels", [[0.0, 255.0], [-1.5, 0.0]])
def test_display_refuses_other_scales(pixels):
    with pytest.raises(ValueError, match=r"must lie in \[-1, 1\]"):
        data.to_display(np.array(pixels))


def test_display_refuses_nan():
    with pytest.raises(ValueError, match="not finite"):
        data.to_display(np.array([0.0, np.nan]))
