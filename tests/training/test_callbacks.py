from helpers import training

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
