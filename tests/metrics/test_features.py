import random

from helpers import data, metrics

import keras
import numpy as np
import pytest
import tensorflow as tf


@pytest.mark.slow
def test_digit_classifier_recognises_held_out_digits_and_its_features_detect_noise():
    images, labels = data.load_mnist()
    keras.utils.set_random_seed(0)
    classifier = metrics.digit_classifier(images[::2], labels[::2], epochs=5)
    assert classifier.evaluate(images[1::2], labels[1::2], verbose=0)[1] > 0.9
    real = metrics.features(classifier, images[::2])
    held_out = metrics.features(classifier, images[1::2])
    noise = np.random.default_rng(0).uniform(-1, 1, images[:500].shape).astype("float32")
    assert real.shape == (2500, 64) and real.dtype == np.float64
    baseline = metrics.frechet_distance(real, held_out)
    assert metrics.frechet_distance(real, metrics.features(classifier, noise)) > 50 * baseline


def few_digits():
    images, labels = data.load_mnist()
    return images[::25], labels[::25], images[1::25], labels[1::25]


def some_random_numbers():
    return random.random(), np.random.rand(), float(tf.random.uniform(())), random.random()


@pytest.mark.slow
def test_a_seeded_digit_classifier_depends_on_its_seed_only_and_changes_no_other_random_numbers():
    images, labels, *_ = few_digits()
    keras.utils.set_random_seed(5)
    expected = some_random_numbers()
    weights = []
    for global_seed in (5, 6):
        keras.utils.set_random_seed(global_seed)
        weights.append(metrics.digit_classifier(images, labels, epochs=2, seed=0).get_weights())
        assert (some_random_numbers() == expected) == (global_seed == 5)
    assert all(np.allclose(one, other, atol=1e-5) for one, other in zip(*weights))


def test_initial_weights_depend_on_the_seed_argument_or_on_the_keras_seed():
    images, labels, *_ = few_digits()
    initial_weights = []
    for global_seed, seed in ((3, None), (3, None), (4, None), (3, 0), (3, 1)):
        keras.utils.set_random_seed(global_seed)
        initial_weights.append(metrics.digit_classifier(images, labels, 0, seed).get_weights()[-2])
    assert np.array_equal(initial_weights[0], initial_weights[1])
    assert len(np.unique(initial_weights, axis=0)) == 4


@pytest.mark.slow
def test_cached_classifier_is_trained_once(tmp_path, monkeypatch):
    digits = few_digits()
    keras.utils.set_random_seed(5)
    expected = some_random_numbers()
    keras.utils.set_random_seed(5)
    trained, accuracy = metrics.cached_digit_classifier(*digits, tmp_path / "new")
    assert some_random_numbers() == expected
    _, _, others, other_labels = digits
    predicted = trained(others).numpy().argmax(axis=1)
    assert accuracy == pytest.approx((predicted == other_labels).mean(), abs=1e-6)
    assert accuracy > 0.5
    monkeypatch.setattr(keras.Sequential, "fit", None)
    loaded, again = metrics.cached_digit_classifier(*digits, tmp_path / "new")
    assert again == accuracy
    assert np.array_equal(metrics.features(trained, others), metrics.features(loaded, others))
    assert len([*(tmp_path / "new").iterdir()]) == 1


@pytest.fixture
def epochs(monkeypatch):
    """A list that grows by one with each epoch, instead of training and scoring."""
    done = []
    monkeypatch.setattr(keras.Sequential, "evaluate", lambda *_, **__: [2.3, 0.1])
    monkeypatch.setattr(keras.Sequential, "fit", lambda *_, **__: done.append(1))
    return done


@pytest.mark.slow
def test_other_digits_or_another_keras_make_another_classifier(tmp_path, monkeypatch, epochs):
    images, labels, *held_out = few_digits()
    for number, digits in enumerate([(images, labels), (-images, labels), (images, 9 - labels)]):
        for _ in range(2):
            metrics.cached_digit_classifier(*digits, *held_out, tmp_path)
            assert len(epochs) == 10 * (number + 1) == 10 * len([*tmp_path.iterdir()])
    metrics.cached_digit_classifier(images, labels, held_out[0][:9], held_out[1][:9], tmp_path)
    assert len(epochs) == 30
    monkeypatch.setattr(keras, "__version__", "3.0")
    metrics.cached_digit_classifier(images, labels, *held_out, tmp_path)
    assert len(epochs) == 40


def flip(content):
    return content[:200_000] + bytes([content[200_000] ^ 1]) + content[200_001:]


@pytest.mark.parametrize(
    "damage", [flip, lambda content: content[:-1], lambda content: b"", lambda content: b"PK?"]
)
def test_a_damaged_file_is_trained_again(tmp_path, epochs, damage):
    digits = few_digits()
    metrics.cached_digit_classifier(*digits, tmp_path)
    (path,) = tmp_path.iterdir()
    path.write_bytes(damage(path.read_bytes()))
    for _ in range(2):
        metrics.cached_digit_classifier(*digits, tmp_path)
        assert len(epochs) == 20


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path, epochs):
    (tmp_path / "file").write_text("")
    for times in (1, 2):
        classifier, _ = metrics.cached_digit_classifier(*few_digits(), tmp_path / "file" / "folder")
        assert classifier.get_layer("features").units == 64 and len(epochs) == 10 * times


def test_a_full_disk_leaves_no_partial_file(tmp_path, monkeypatch, epochs):
    def write_partly(path, *_):
        path.write_bytes(b"half")
        raise OSError("no space left on device")

    monkeypatch.setattr(np, "savez", write_partly)
    metrics.cached_digit_classifier(*few_digits(), tmp_path)
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("cache", ["named", ""])
def test_the_default_folder_is_in_the_cache_of_the_user(tmp_path, monkeypatch, epochs, cache):
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", cache and str(tmp_path / cache))
    metrics.cached_digit_classifier(*few_digits())
    assert len([*(tmp_path / (cache or ".cache") / "gan-course").iterdir()]) == 1


def test_cached_classifier_refuses_digits_without_labels():
    images, labels, *_ = few_digits()
    with pytest.raises(ValueError, match="each held-out image needs a label: got 200 and 0"):
        metrics.cached_digit_classifier(images, labels, images, [])
