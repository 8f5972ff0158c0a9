from helpers import data, metrics

import keras
import numpy as np
import pytest


def with_moments(mean, covariance, n=400):
    """Samples whose mean and covariance are exactly these: whitened noise, then coloured."""
    noise = np.random.default_rng(0).normal(size=(n, len(mean)))
    noise -= noise.mean(axis=0)
    white = noise @ np.linalg.inv(np.linalg.cholesky(np.atleast_2d(np.cov(noise.T)))).T
    return white @ np.linalg.cholesky(np.array(covariance, float)).T + mean


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (((0, 0), np.eye(2)), ((3, 4), np.eye(2)), 25),
        (((0, 0, 0), np.eye(3)), ((0, 0, 0), 4 * np.eye(3)), 3),
        (((0, 0), [[2, 0.5], [0.5, 1]]), ((1, 1), [[1, -0.3], [-0.3, 3]]), 2.9293118550),
    ],
)
def test_frechet_distance_of_gaussians(first, second, expected):
    one, other = with_moments(*first), with_moments(*second)
    assert metrics.frechet_distance(one, other) == pytest.approx(expected, rel=1e-9)
    assert metrics.frechet_distance(other, one) == pytest.approx(expected, rel=1e-9)


def test_frechet_distance_in_one_dimension():
    one, other = with_moments((0,), [[1]]), with_moments((2,), [[9]])
    assert metrics.frechet_distance(one, other) == pytest.approx(2**2 + (3 - 1) ** 2)


def test_frechet_bias_is_the_published_one():
    """d (d + 5) / (2 n) for n samples of N(0, I_d) on each side: 2.208 for d = 64, n = 1000."""
    draw = np.random.default_rng(0).normal
    values = [metrics.frechet_distance(*draw(size=(2, 1000, 64))) for _ in range(5)]
    assert np.mean(values) == pytest.approx(64 * 69 / 2000, rel=0.05)


def test_nearest_finds_copies_and_distances():
    references = np.random.default_rng(0).normal(size=(50, 3))
    index, distance = metrics.nearest(references[[7, 3]] + [0.0, 0.001, 0.0], references)
    assert index.tolist() == [7, 3] and np.allclose(distance, 0.001)


def test_digit_classifier_reads_held_out_digits_and_its_features_tell_noise():
    images, labels = data.load_mnist()
    keras.utils.set_random_seed(0)
    classifier = metrics.digit_classifier(images[::2], labels[::2], epochs=5)
    assert classifier.evaluate(images[1::2], labels[1::2], verbose=0)[1] > 0.9
    real = metrics.features(classifier, images[::2])
    held_out = metrics.features(classifier, images[1::2])
    noise = np.random.default_rng(0).uniform(-1, 1, images[:500].shape).astype("float32")
    assert real.shape == (2500, 64) and real.dtype == np.float64
    floor = metrics.frechet_distance(real, held_out)
    assert metrics.frechet_distance(real, metrics.features(classifier, noise)) > 50 * floor


GOOD = np.random.default_rng(0).normal(size=(30, 4))


@pytest.mark.parametrize(
    ("real", "generated", "message"),
    [
        (GOOD, GOOD[:, :3], "one number of features"),
        (GOOD, GOOD[0], "one number of features"),
        (GOOD, GOOD[:0], "one number of features"),
        (GOOD, GOOD * np.nan, "not finite"),
        (GOOD[:4], GOOD, "real has 4 samples of 4 features"),
        (GOOD, GOOD[:3], "generated has 3 samples of 4 features"),
    ],
)
def test_frechet_distance_refuses(real, generated, message):
    with pytest.raises(ValueError, match=message):
        metrics.frechet_distance(real, generated)


def test_classifier_refuses_images_without_labels():
    with pytest.raises(ValueError, match="each image needs a label: got 2 and 1"):
        metrics.digit_classifier(np.zeros((2, 28, 28, 1)), [1])


GRID = data.grid()


def kept_modes(count, n=25_000):
    """Perfect samples of the first `count` modes of the grid."""
    return data.Mixture(GRID.centres[:count], GRID.sigma).sample(n, seed=0)


def test_perfect_samples_stand_at_the_ceiling_not_at_one():
    """P(within 3 sigma) = 1 - exp(-9/2) = 0.98889 in two dimensions; KL floor (k - 1) / (2 n)."""
    score = metrics.mode_coverage(kept_modes(25), GRID.centres, GRID.sigma)
    assert score.modes == 25
    assert score.high_quality == pytest.approx(1 - np.exp(-4.5), abs=0.003)
    assert 0 < score.kl < 3 * 24 / (2 * 25_000) and 0 < score.kl_with_off < 3 * 25 / (2 * 25_000)


@pytest.mark.parametrize(("count", "kl"), [(17, 0.386), (1, np.log(25))])
def test_dropped_modes_cost_their_logarithm(count, kl):
    score = metrics.mode_coverage(kept_modes(count), GRID.centres, GRID.sigma)
    assert score.modes == count and score.kl == pytest.approx(kl, abs=0.003)


def test_twice_the_width_at_the_right_places():
    wide = data.Mixture(GRID.centres, 2 * GRID.sigma).sample(25_000, seed=0)
    score = metrics.mode_coverage(wide, GRID.centres, GRID.sigma)
    assert score.high_quality == pytest.approx(1 - np.exp(-9 / 8), abs=0.01)


def test_uniform_noise_finds_all_modes_by_one_hit_and_none_by_fair_share():
    """Published tables count a mode at its first sample: noise then covers 25 of 25."""
    noise = np.random.default_rng(0).uniform(-5, 5, (10_000, 2))
    by_one_hit = metrics.mode_coverage(noise, GRID.centres, GRID.sigma, share=0)
    assert by_one_hit.modes == 25 and by_one_hit.kl < 0.08  # better than published rows
    fair = metrics.mode_coverage(noise, GRID.centres, GRID.sigma)
    assert fair.modes == 0 and fair.high_quality < 0.03 and fair.kl_with_off > 3.5


def test_samples_nowhere_near_a_mode():
    score = metrics.mode_coverage(np.full((10, 2), 99.0), GRID.centres, GRID.sigma)
    assert (score.modes, score.high_quality, score.kl) == (0, 0, np.inf)


LINE = np.stack([np.linspace(0, 10, 101), np.zeros(101)], axis=1)


def test_perfect_samples_of_a_curve():
    rng = np.random.default_rng(0)
    samples = np.stack([rng.uniform(0, 10, 50_000), 0.05 * rng.standard_normal(50_000)], axis=1)
    score = metrics.curve_coverage(samples, LINE, 0.05)
    assert score.on_curve == pytest.approx(0.9973, abs=0.001)
    assert score.bins == 1 and 0 < score.kl < 3 * 50 / (2 * 50_000)


def test_half_a_curve_covers_half_of_its_bins():
    samples = np.stack([np.random.default_rng(0).uniform(0, 5, 10_000), np.zeros(10_000)], axis=1)
    score = metrics.curve_coverage(samples, LINE, 0.05)
    assert (
        score.bins == 0.5 and score.on_curve == 1 and score.kl == pytest.approx(np.log(2), abs=0.01)
    )


def test_distance_is_to_the_curve_not_to_its_vertices():
    """Between two vertices 0.1 apart, at a height of 0.02: 0.02 from the line, 0.054 from both."""
    score = metrics.curve_coverage(np.array([[5.05, 0.02]]), LINE, 0.01)
    assert score.on_curve == 1
    assert metrics.curve_coverage(np.array([[5.05, 0.04]]), LINE, 0.01).on_curve == 0
    assert metrics.curve_coverage(np.array([[10.04, 0.0]]), LINE, 0.01).on_curve == 0  # its end


def test_a_spiral_keeps_its_own_points():
    spiral = data.spiral()
    score = metrics.curve_coverage(spiral.sample(20_000, seed=0), spiral.centres, spiral.sigma)
    assert score.on_curve > 0.995 and score.bins == 1 and score.kl < 0.01


@pytest.mark.parametrize("dimensions", [2, 16])
def test_sliced_wasserstein_of_a_shifted_copy(dimensions):
    """Its square is |shift|^2 / d on average over all directions."""
    samples = np.random.default_rng(0).normal(size=(500, dimensions))
    shift = np.zeros(dimensions)
    shift[0] = 2
    distance = metrics.sliced_wasserstein(samples, samples + shift, directions=4000)
    assert distance == pytest.approx(2 / np.sqrt(dimensions), rel=0.05)


def test_sliced_wasserstein_in_one_dimension_is_the_wasserstein_distance():
    rng = np.random.default_rng(0)
    one, other = rng.normal(size=(2000, 1)), 3 * rng.normal(size=(2000, 1))
    expected = np.sqrt(np.mean((np.sort(one[:, 0]) - np.sort(other[:, 0])) ** 2))
    assert metrics.sliced_wasserstein(one, other) == pytest.approx(expected)
    assert expected == pytest.approx(2, rel=0.1)  # |sigma - 1| for two Gaussians
    assert metrics.sliced_wasserstein(one, one[::-1]) == 0


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (lambda: metrics.mode_coverage(LINE, GRID.centres, 0), "sigma must be above 0, got 0"),
        (lambda: metrics.curve_coverage(LINE, LINE, -1), "sigma must be above 0, got -1"),
        (lambda: metrics.mode_coverage(LINE, np.zeros((3, 3)), 1), "one number of features"),
        (lambda: metrics.sliced_wasserstein(LINE, LINE[:5]), "same number of samples, got 101, 5"),
    ],
)
def test_scores_refuse_what_they_cannot_mean(call, what):
    with pytest.raises(ValueError, match=what):
        call()
