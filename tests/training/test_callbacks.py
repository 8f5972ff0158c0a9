from helpers import progress_bar, training

import keras
import numpy as np
import pytest


@pytest.mark.slow
def test_snapshots_show_the_same_latents_at_the_chosen_epochs(small_gan, points):
    z = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
    gan = small_gan()
    before = gan.generate(z)
    snapshots = training.Snapshots(z, epochs=(0, 2, 3, 99))
    gan.fit(points, batch_size=16, epochs=3, verbose=0, callbacks=[snapshots])
    assert snapshots.epochs == [0, 2, 3] and snapshots.samples.shape == (3, 5, 2)
    assert np.allclose(snapshots.samples[0], before) and np.allclose(
        snapshots.samples[2], gan.generate(z)
    )


@pytest.mark.slow
def test_time_limit_stops_and_counts(small_gan, points):
    gan, limit = small_gan(), training.TimeLimit(0.3)
    gan.fit(points, batch_size=16, epochs=100_000, verbose=0, callbacks=[limit])
    assert 16 < gan.updates_made < 100_000 * 16
    assert 0 < limit.updates_per_second <= (gan.updates_made - 4) / 0.3


def last_lines(printed):
    """What a terminal shows in the end: of each line, what was written after its last return."""
    return [line.split("\r")[-1].rstrip() for line in printed.split("\n")]


def test_a_limit_that_was_interrupted_at_once_has_no_rate_and_raises_nothing():
    assert np.isnan(training.TimeLimit(1).updates_per_second) and training.TimeLimit(1).elapsed == 0


@pytest.fixture
def bars_at_once(monkeypatch):
    monkeypatch.setattr(progress_bar, "DELAY", 0)


@pytest.mark.parametrize("chunk", [1, 4])
def test_progress_counts_updates_to_the_end_of_the_last_epoch(
    small_gan, points, capsys, bars_at_once, chunk
):
    gan = small_gan(updates_per_call=chunk)
    shown = training.Progress()
    for run in (1, 2):  # the second run begins at 0 again
        gan.fit(points[:160], batch_size=16, epochs=3, verbose=0, callbacks=[shown])
        *_, line, end = last_lines(capsys.readouterr().out)
        made = gan.updates_made // run
        assert end == "" and "100% |" in line and f"{made} of {made} updates" in line
        loss = gan.update_history["discriminator_loss"][-10:].mean()
        assert f"D's loss {loss:.2f}" in line


def test_progress_towards_a_limit_counts_seconds(small_gan, points, capsys, bars_at_once):
    gan, limit = small_gan(), training.TimeLimit(1.0)
    callbacks = [limit, training.Progress(limit)]
    gan.fit(points, batch_size=16, epochs=100_000, verbose=0, callbacks=callbacks)
    *_, line, _ = last_lines(capsys.readouterr().out)
    assert "1 of 1 s, " in line and f"{gan.updates_made:,} updates" in line


def test_progress_of_a_plain_keras_model_counts_batches(capsys, bars_at_once):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    shown = training.Progress()
    model.fit(np.ones((40, 2)), np.ones(40), 8, 2, verbose=0, callbacks=[shown])
    assert "10 of 10 updates" in last_lines(capsys.readouterr().out)[-2]
