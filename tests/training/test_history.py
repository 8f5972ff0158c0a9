"""The record of updates alone: rows, half updates, snapshots."""

from helpers import training
from helpers.training.history import UpdateHistory

import numpy as np

COLUMNS = len(training.HISTORY_COLUMNS)


def rows(*numbers):
    return np.repeat(np.float32(numbers)[:, None], COLUMNS, axis=1)


def test_rows_come_in_the_order_in_which_they_were_appended():
    history = UpdateHistory()
    assert history.rows.shape == (0, COLUMNS)
    history.append(rows(1, 2))
    history.append(rows(3))
    assert (history.rows == rows(1, 2, 3)).all()
    columns = history.columns(more=[rows(4)])
    assert [*columns] == [*training.HISTORY_COLUMNS]
    assert all(values.tolist() == [1, 2, 3, 4] for values in columns.values())
    assert (history.rows == rows(1, 2, 3)).all()


def test_columns_are_the_readers_own():
    history = UpdateHistory()
    history.append(rows(1, 2))
    history.columns()["real_score"][:] = 9
    assert (history.rows == rows(1, 2)).all()


def test_a_step_of_g_completes_the_row_that_a_step_of_d_began():
    history = UpdateHistory()
    history.add_half_update({"discriminator_loss": 1.0, "real_score": 0.5})
    history.add_half_update({"discriminator_loss": 2.0})
    assert len(history.rows) == 0
    history.add_half_update({"generator_loss": 3.0})
    history.add_half_update({"generator_loss": 4.0})
    columns = history.columns()
    assert np.array_equal(columns["discriminator_loss"], [2, np.nan], equal_nan=True)
    assert np.array_equal(columns["real_score"], [0.5, np.nan], equal_nan=True)
    assert columns["generator_loss"].tolist() == [3, 4]
    assert np.isnan(history.half_update).all()


def test_a_whole_update_ends_a_half_one():
    history = UpdateHistory()
    history.add_half_update({"discriminator_loss": 1.0})
    history.append(rows(1))
    assert np.isnan(history.half_update).all()


def test_a_snapshot_stays_as_it_is_and_is_restored():
    history = UpdateHistory()
    history.append(rows(1))
    history.add_half_update({"discriminator_loss": 1.0})
    snapshot, half_update = history.snapshot(), history.half_update
    history.add_half_update({"discriminator_loss": 2.0})
    assert half_update[0] == 1
    history.append(rows(2))
    assert len(history.rows) == 2
    history.restore(snapshot)
    assert (history.rows == rows(1)).all() and history.half_update[0] == 1


def test_what_comes_after_an_update_is_cut():
    history = UpdateHistory()
    history.append(rows(1, 2, 3))
    history.add_half_update({"discriminator_loss": 1.0})
    history.cut(2)
    assert (history.rows == rows(1, 2)).all() and np.isnan(history.half_update).all()
