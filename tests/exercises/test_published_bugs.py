import inspect

from helpers import losses
from helpers.exercises import published_bugs

import keras
import numpy as np
import pytest
from scipy import stats


def test_labels_beyond_1_leave_the_loss_without_a_lower_bound():
    rng = np.random.default_rng(0)
    real, fake = rng.normal(size=(2, 500, 1))
    assert published_bugs.right_labels_loss(real, fake, rng) == pytest.approx(
        float(losses.logistic_discriminator(real, fake))
    )
    sure = np.full((500, 1), 20.0)
    assert published_bugs.buggy_labels_loss(sure, -sure, rng) == pytest.approx(
        -2 * 0.05 * 20, rel=0.1
    )
    assert published_bugs.buggy_labels_loss(2 * sure, -2 * sure, rng) == pytest.approx(-4, rel=0.1)
    assert published_bugs.right_labels_loss(sure, -sure, rng) == pytest.approx(0, abs=1e-6)


def test_a_normal_factor_leaves_the_segment_two_times_in_three():
    rng = np.random.default_rng(0)
    real, fake = rng.normal(size=(2, 4000, 7, 2))

    def detour(points):
        """How much longer the way from real to fake is through the points."""

        def length(way):
            return np.linalg.norm(way.reshape(len(way), -1), axis=1)

        return length(points - real) + length(fake - points) - length(fake - real)

    assert abs(detour(published_bugs.right_interpolation(real, fake, rng))).max() < 1e-6
    outside = detour(published_bugs.buggy_interpolation(real, fake, rng)) > 1e-6
    assert outside.mean() == pytest.approx(1 - (stats.norm.cdf(1) - 0.5), abs=0.03)


def test_keras_counts_logits_as_the_bug_does():
    real, fake = np.random.default_rng(0).normal(size=(2, 200, 1))
    labels = np.repeat([1.0, 0.0], 200)[:, None]
    for count, threshold in (
        (published_bugs.buggy_accuracy, 0.5),
        (published_bugs.right_accuracy, 0.0),
    ):
        metric = keras.metrics.BinaryAccuracy(threshold=threshold)
        metric.update_state(labels, np.concatenate([real, fake]))
        assert count(real, fake) == pytest.approx(float(metric.result()))
    assert keras.metrics.BinaryAccuracy().threshold == 0.5


def test_a_root_without_epsilon_has_no_gradient_at_zero():
    gradients = np.random.default_rng(0).normal(size=(5, 3))
    norm = np.linalg.norm(gradients, axis=1, keepdims=True)
    by_hand = 2 * (norm - 1) * gradients / norm / 5
    assert np.allclose(published_bugs.right_penalty_gradient(gradients), by_hand, atol=1e-6)
    assert np.allclose(published_bugs.buggy_penalty_gradient(gradients), by_hand, atol=1e-6)
    gradients[2] = 0
    assert np.isnan(published_bugs.buggy_penalty_gradient(gradients)).any(axis=1).tolist() == [
        0,
        0,
        1,
        0,
        0,
    ]
    assert (published_bugs.right_penalty_gradient(gradients)[2] == 0).all()


def test_the_bugs_can_be_read_at_a_glance():
    for bug in published_bugs.BUGGY.values():
        for step in (bug.buggy, bug.right):
            assert len(inspect.getsource(step).splitlines()) <= 9
        assert bug.call.startswith(f"step{inspect.signature(bug.buggy)}")
        assert inspect.signature(bug.buggy) == inspect.signature(bug.right)
