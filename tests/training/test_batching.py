"""Cutting samples into batches alone: which sample is in which update."""

from helpers.training.batching import Batches, array_or_dataset, checked_dataset, split

import numpy as np
import pytest
import tensorflow as tf

SAMPLES = np.arange(100, dtype="float32")[:, None]


def test_an_epoch_has_every_sample_once_but_for_those_that_fill_no_call():
    batches = Batches(SAMPLES, 8, 5, seed=0)  # 12 batches: three calls of 4
    assert batches.calls == 3
    rows = np.concatenate([batches.rows(call) for call in range(3)])
    assert rows.shape == (12, 8) and len(np.unique(rows)) == 96
    plain = Batches(SAMPLES, 8, 5, seed=0, shuffle=False)
    assert plain.rows(1).tolist() == np.arange(32, 64).reshape(4, 8).tolist()


def test_each_epochs_order_follows_from_the_seed_and_the_updates_before_it():
    batches, other = Batches(SAMPLES, 10, 10, seed=3), Batches(SAMPLES, 10, 10, seed=4)
    first, second = batches.rows(0), batches.rows(1)
    assert (first != second).any() and (first != other.rows(0)).any()
    assert (first == np.random.default_rng((3, 0)).permutation(100).reshape(10, 10)).all()
    resumed = Batches(SAMPLES, 10, 10, seed=3)
    resumed.first_update = 10  # one epoch was made before
    assert (resumed.rows(0) == second).all() and (resumed.rows(1) == batches.rows(2)).all()


def test_the_dataset_has_the_rows_in_order_without_end():
    batches = Batches(SAMPLES, 10, 5, seed=0)
    for call, batch in zip(range(5), batches.dataset().as_numpy_iterator()):
        assert (batch[..., 0] == batches.rows(call)).all()


def test_too_few_samples_are_refused():
    with pytest.raises(ValueError, match="100 samples do not fill one batch of 101"):
        Batches(SAMPLES, 101, 1, seed=0)


@pytest.mark.parametrize("fraction", [1.0, 1.5, -0.5])
def test_a_split_leaves_something_on_both_sides(fraction):
    left, right = split(SAMPLES, 0.25)
    assert len(left) == 75 and (np.concatenate([left, right]) == SAMPLES).all()
    with pytest.raises(ValueError, match=f"validation_split={fraction} leaves"):
        split(SAMPLES, fraction)


def test_tensors_become_arrays_and_datasets_stay():
    dataset = tf.data.Dataset.from_tensor_slices(SAMPLES)
    assert array_or_dataset(dataset, (1,)) is dataset
    assert (array_or_dataset(tf.constant(SAMPLES), (1,)) == SAMPLES).all()


@pytest.mark.parametrize("one_tuples", [False, True])
def test_single_batches_are_grouped_into_calls(one_tuples):
    dataset = tf.data.Dataset.from_tensor_slices(SAMPLES).batch(8)
    if one_tuples:  # as from_tensor_slices((samples,)) gives them
        dataset = dataset.map(lambda batch: (batch,))
    grouped, whether = checked_dataset(dataset, (1,), 5, [])
    shapes = [batch.shape for batch in grouped.as_numpy_iterator()]
    assert whether and sorted(shapes) == [(1, 4, 1), (2, 8, 1), (5, 8, 1), (5, 8, 1)]
    alone, whether = checked_dataset(dataset, (1,), 1, [])
    assert not whether and next(alone.as_numpy_iterator()).shape == (1, 8, 1)
