from helpers import data, metrics

import numpy as np
import pytest
from metrics_data import GRID, LINE, RNG, ring_samples


@pytest.mark.slow
def test_ndb_of_perfect_samples_is_at_its_baselines():
    """45,000 and 10,000 samples in 100 bins: 0.0015 nats, 5 bins at 5 %, 0.27 at three sigma."""
    real, generated = RNG(0).normal(size=(45_000, 2)), RNG(1).normal(size=(10_000, 2))
    score = metrics.ndb(real, generated)
    assert score.divergence_baseline == pytest.approx(0.0015125, abs=1e-9)
    assert score.fraction_baseline == pytest.approx(0.05, abs=1e-4)
    assert score.divergence == pytest.approx(score.divergence_baseline, rel=0.35)
    assert 0 < score.fraction < 0.13
    strict = metrics.ndb(real[:5000], generated, z=3)
    assert strict.fraction_baseline == pytest.approx(0.0027, abs=1e-4) and strict.fraction < 0.02


@pytest.mark.parametrize("kept", [1, 4, 7])
def test_ndb_of_dropped_modes(kept):
    """Jensen-Shannon from 1/8 each to 1/kept each; kept bins are too full."""
    p, q = np.full(8, 1 / 8), np.repeat([1 / kept, 0], [kept, 8 - kept])
    middle = (p + q) / 2
    expected = (p * np.log(p / middle)).sum() / 2 + np.log(1 / kept / middle[0]) / 2
    score = metrics.ndb(ring_samples(n=20_000), ring_samples(kept, n=20_000, seed=2), bins=8)
    assert score.divergence == pytest.approx(expected, abs=0.004)
    assert score.fraction == (1 if kept < 7 else pytest.approx(1, abs=3 / 8))


def test_a_bin_counts_as_different_from_z_standard_errors_on():
    """400 of 1,000 against 460: pooled fraction 0.43, standard error 0.02214, 2.71 of them apart."""
    real, generated = (
        np.repeat([[0.0], [1.0]], counts, axis=0) for counts in ((400, 600), (460, 540))
    )
    for z, fraction in ((2.70, 1), (2.72, 0)):
        assert metrics.ndb(real, generated, bins=2, z=z).fraction == fraction


def test_ndb_of_memorised_and_of_unrelated_samples():
    real = RNG(0).normal(size=(500, 3))
    memorised = metrics.ndb(real, real, bins=10)
    assert (memorised.fraction, memorised.divergence) == (0, 0)
    unrelated = metrics.ndb(real, np.full((500, 3), 99.0), bins=10)
    assert unrelated.fraction == 1 and 0.5 < unrelated.divergence < np.log(2)


@pytest.mark.parametrize(("kept", "kl"), [(10, 0), (8, np.log(10 / 8)), (1, np.log(10))])
def test_class_balance_of_dropped_classes(kept, kl):
    score = metrics.class_balance(np.arange(40_000) % kept)
    assert (score.classes, score.kl) == (kept, pytest.approx(kl, abs=1e-12))


def test_class_balance_of_uniform_labels_is_at_its_baseline():
    labels = RNG(0).integers(8, size=(200, 2500))
    scores = [metrics.class_balance(row, classes=8) for row in labels]
    assert scores[0].kl_baseline == pytest.approx(0.0014)
    assert np.mean([score.kl for score in scores]) == pytest.approx(0.0014, rel=0.2)


def test_a_covered_class_holds_min_fraction_of_the_expected_number():
    labels = np.repeat(np.arange(3), [19, 20, 261])  # 20 of 300 are a fifth of a third
    assert metrics.class_balance(labels, classes=3).classes == 2
    assert metrics.class_balance(labels, classes=3, min_fraction=0).classes == 3
    assert metrics.class_balance(labels, classes=4, min_fraction=0).classes == 3


def kept_modes(count, n=25_000):
    """Perfect samples of the first `count` modes of the grid."""
    return data.Mixture(GRID.centres[:count], GRID.sigma).sample(n, seed=0)


def test_high_quality_of_perfect_samples():
    """P(within 3 sigma) = 1 - exp(-9/2) = 0.98889 in two dimensions; KL baseline (k - 1) / (2 n)."""
    score = metrics.mode_coverage(kept_modes(25), GRID.centres, GRID.sigma)
    assert score.modes == 25
    assert score.high_quality == pytest.approx(1 - np.exp(-4.5), abs=0.003)
    assert 0 < score.kl < 3 * 24 / (2 * 25_000) and 0 < score.kl_with_off < 3 * 25 / (2 * 25_000)


@pytest.mark.parametrize(("count", "kl"), [(17, 0.386), (1, np.log(25))])
def test_kl_of_dropped_modes(count, kl):
    score = metrics.mode_coverage(kept_modes(count), GRID.centres, GRID.sigma)
    assert score.modes == count and score.kl == pytest.approx(kl, abs=0.003)


def test_high_quality_of_modes_of_twice_the_width():
    wide = data.Mixture(GRID.centres, 2 * GRID.sigma).sample(25_000, seed=0)
    score = metrics.mode_coverage(wide, GRID.centres, GRID.sigma)
    assert score.high_quality == pytest.approx(1 - np.exp(-9 / 8), abs=0.01)


def test_uniform_noise_covers_all_modes_by_one_sample_and_none_by_min_fraction():
    """Published tables count a mode from one sample on: noise then covers 25 of 25."""
    noise = np.random.default_rng(0).uniform(-5, 5, (10_000, 2))
    by_one_sample = metrics.mode_coverage(noise, GRID.centres, GRID.sigma, min_fraction=0)
    assert by_one_sample.modes == 25 and by_one_sample.kl < 0.08  # better than published rows
    default = metrics.mode_coverage(noise, GRID.centres, GRID.sigma)
    assert default.modes == 0 and default.high_quality < 0.03 and default.kl_with_off > 3.5


def test_samples_far_from_all_modes():
    score = metrics.mode_coverage(np.full((10, 2), 99.0), GRID.centres, GRID.sigma)
    assert (score.modes, score.high_quality, score.kl) == (0, 0, np.inf)


def test_curve_coverage_of_perfect_samples():
    rng = np.random.default_rng(0)
    samples = np.stack([rng.uniform(0, 10, 50_000), 0.05 * rng.standard_normal(50_000)], axis=1)
    score = metrics.curve_coverage(samples, LINE, 0.05)
    assert score.on_curve == pytest.approx(0.9973, abs=0.001)
    assert score.coverage == 1 and 0 < score.kl < 3 * 50 / (2 * 50_000)


def test_coverage_of_half_a_curve():
    samples = np.stack([np.random.default_rng(0).uniform(0, 5, 10_000), np.zeros(10_000)], axis=1)
    score = metrics.curve_coverage(samples, LINE, 0.05)
    assert score.coverage == 0.5 and score.on_curve == 1
    assert score.kl == pytest.approx(np.log(2), abs=0.01)


def test_distance_is_to_the_curve_not_to_its_vertices():
    """Between two vertices 0.1 apart, at a height of 0.02: 0.02 from the line, 0.054 from both."""
    score = metrics.curve_coverage(np.array([[5.05, 0.02]]), LINE, 0.01)
    assert score.on_curve == 1
    assert metrics.curve_coverage(np.array([[5.05, 0.04]]), LINE, 0.01).on_curve == 0
    for beyond in (-0.04, 10.04):  # its ends
        assert metrics.curve_coverage(np.array([[beyond, 0.0]]), LINE, 0.01).on_curve == 0


def test_repeated_vertices_change_nothing():
    samples = RNG(0).uniform([0, -0.1], [10, 0.1], (500, 2))
    doubled = np.repeat(LINE, [1, 3, *[1] * 98, 2], axis=0)
    assert metrics.curve_coverage(samples, doubled, 0.05) == metrics.curve_coverage(
        samples, LINE, 0.05
    )


def test_curve_coverage_of_the_spiral_by_its_own_samples():
    spiral = data.spiral()
    score = metrics.curve_coverage(spiral.sample(20_000, seed=0), spiral.centres, spiral.sigma)
    assert score.on_curve > 0.995 and score.coverage == 1 and score.kl < 0.01
