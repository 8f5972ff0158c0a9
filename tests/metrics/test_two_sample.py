import contextlib
import io

from helpers import metrics

import numpy as np
import ot
import prdc
import pytest
from metrics_data import RNG, ring_samples
from scipy.special import ndtr
from sklearn.metrics.pairwise import polynomial_kernel
from sklearn.model_selection import LeaveOneOut, cross_val_score
from sklearn.neighbors import KNeighborsClassifier


def test_kernel_distance_agrees_with_a_sum_over_all_pairs():
    one, other = RNG(0).normal(size=(700, 5)), RNG(1).gamma(1, size=(600, 5))
    within = []
    for samples in (one, other):
        kernel = polynomial_kernel(samples, degree=3, coef0=1)
        within.append(kernel[~np.eye(len(samples), dtype=bool)].mean())
    between = polynomial_kernel(one, other, degree=3, coef0=1).mean()
    assert metrics.kernel_distance(one, other) == pytest.approx(sum(within) - 2 * between, rel=1e-9)


@pytest.mark.parametrize(("shift", "width", "expected"), [(1, 1, 22), (0, 2, 27), (0, 1, 0)])
def test_kernel_distance_of_gaussians(shift, width, expected):
    """3 dm1^2 + 3 dm2^2 + dm3^2 of the raw moments, in one dimension."""
    draw = RNG(0).normal
    values = [
        metrics.kernel_distance(draw(size=(1000, 1)), draw(shift, width, (1000, 1)))
        for _ in range(15)
    ]
    assert np.mean(values) == pytest.approx(expected, rel=0.08, abs=0.03)
    assert (min(values) < 0) == (expected == 0)  # unbiased: perfect samples often fall below 0


def test_prdc_agrees_with_the_package_of_its_authors():
    one, other = RNG(0).normal(size=(250, 3)), RNG(1).normal(0.5, 1.2, (240, 3))
    with contextlib.redirect_stdout(io.StringIO()):
        expected = prdc.compute_prdc(one, other, 4)
    assert vars(metrics.prdc(one, other, k=4)) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("order", [slice(None), slice(None, None, -1)])
@pytest.mark.parametrize("d", [1, 2, 64])
def test_prdc_of_memorised_samples_is_one(d, order):
    """The k-th neighbour lies on the edge of the ball: if it counted, the density would be 6 / 5."""
    samples = RNG(0).normal(size=(703, d))
    assert metrics.prdc(samples, samples[order]) == metrics.PRDC(1, 1, 1, 1)


@pytest.mark.parametrize("k", [3, 5])
def test_coverage_and_density_of_perfect_samples(k):
    """Coverage 1 - prod_i (n - i) / (2 n - i) for n of each, here 0.876 and 0.969; density 1."""
    i = np.arange(1, k + 1)
    expected = 1 - np.prod((1000 - i) / (2000 - i))
    scores = [metrics.prdc(*RNG(seed).normal(size=(2, 1000, 2)), k) for seed in range(9)]
    assert np.mean([score.coverage for score in scores]) == pytest.approx(expected, abs=0.012)
    assert np.mean([score.density for score in scores]) == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize(("d", "expected"), [(2, 0.997), (16, 0.87), (64, 0.725)])
def test_precision_and_recall_of_perfect_samples_fall_with_the_dimension(d, expected):
    score = metrics.prdc(*RNG(0).normal(size=(2, 1000, d)))
    assert (score.precision, score.recall) == pytest.approx((expected, expected), abs=0.04)


@pytest.mark.parametrize(
    ("modes", "width", "expected"),
    [
        (1, 1, (0.98, 0.11, 0.93, 0.11)),
        (4, 1, (0.99, 0.48, 1.00, 0.49)),
        (8, 4, (0.32, 1.00, 0.21, 0.48)),
        (8, 1, (0.99, 0.99, 1.00, 0.97)),
    ],
)
def test_prdc_on_the_ring(modes, width, expected):
    score = metrics.prdc(ring_samples(seed=0), ring_samples(modes, width))
    assert tuple(vars(score).values()) == pytest.approx(expected, abs=0.08)


def test_nearest_neighbour_test_agrees_with_leave_one_out():
    one, other = RNG(0).normal(size=(60, 3)), RNG(1).normal(0.7, 1.0, (60, 3))
    expected = cross_val_score(
        KNeighborsClassifier(1), np.r_[one, other], [0] * 60 + [1] * 60, cv=LeaveOneOut()
    )
    assert metrics.nearest_neighbour_test(one, other) == pytest.approx(expected.mean(), abs=1e-12)


@pytest.mark.parametrize("d", [1, 2, 64])
def test_nearest_neighbour_test_of_perfect_distant_and_memorised_samples(d):
    one, other = RNG(0).normal(size=(2, 1000, d))
    assert metrics.nearest_neighbour_test(one, other) == pytest.approx(0.5, abs=0.045)
    assert metrics.nearest_neighbour_test(one, other + 100) == 1
    memorised = one[::-1]
    assert metrics.nearest_neighbour_test(one, memorised) == 0


def test_nearest_neighbour_test_of_one_mode_in_eight():
    """Of n / 8 real and n generated samples in that mode, 8 of 9 neighbours are generated."""
    expected = (7 / 8 + 1 / 8 * 1 / 9 + 8 / 9) / 2
    accuracy = metrics.nearest_neighbour_test(ring_samples(seed=0), ring_samples(1))
    assert accuracy == pytest.approx(expected, abs=0.025)


@pytest.mark.parametrize(("shift", "accuracy"), [(1, 0.691462), (2, 0.841345), (3, 0.933193)])
def test_classifier_test_of_shifted_gaussians(shift, accuracy):
    one, other = RNG(0).normal(size=(2, 20_000, 1))
    assert ndtr(shift / 2) == pytest.approx(accuracy, abs=1e-6)
    assert metrics.classifier_test(one, other + shift) == pytest.approx(accuracy, abs=0.01)


def test_both_halves_of_the_classifier_test_are_stratified():
    """Otherwise a classifier of constant features predicts the larger class of its half, and its
    accuracy on the other half is below 1/2."""
    constant = np.zeros((30, 1))
    for seed in range(10):
        assert metrics.classifier_test(constant, constant, seed) == 0.5


def test_classifier_test_detects_width():
    """N(0, 1) and N(0, 4) have equal density at c = sqrt(8 / 3 log 2)."""
    one, other = RNG(0).normal(size=(2, 20_000, 1))
    c = np.sqrt(8 / 3 * np.log(2))
    best = ndtr(c) - ndtr(c / 2) + 1 / 2
    assert metrics.classifier_test(one, 2 * other) == pytest.approx(best, abs=0.01)


def test_classifier_test_counts_only_held_out_samples():
    """A classifier can memorise 200 samples in 64 dimensions; held out: 1/2 +- 1 / sqrt(4 n)."""
    one, other = RNG(0).normal(size=(2, 100, 64))
    values = [metrics.classifier_test(one, other, seed) for seed in range(6)]
    assert np.mean(values) == pytest.approx(0.5, abs=0.1)
    values = [metrics.classifier_test(*RNG(seed).normal(size=(2, 100, 1))) for seed in range(40)]
    assert np.mean(values) == pytest.approx(0.5, abs=0.03)
    assert np.std(values) == pytest.approx(1 / np.sqrt(4 * 100), rel=0.3)


@pytest.mark.parametrize("scale", [0, 1, 1e6])
def test_classifier_test_raises_no_warning(scale):
    """Features that are always 0, that are all equal, or with a few huge values."""
    one, other = scale * RNG(0).standard_cauchy((2, 300, 1)) @ np.ones((1, 5))
    assert 0.4 < metrics.classifier_test(one, other) < 0.6
    assert metrics.classifier_test(one, one + 1e12) == 1


def test_nearest_neighbours_finds_index_and_distance():
    references = np.random.default_rng(0).normal(size=(50, 3))
    index, distance = metrics.nearest_neighbours(references[[7, 3]] + [0.0, 0.001, 0.0], references)
    assert index.tolist() == [7, 3] and np.allclose(distance, 0.001)


@pytest.mark.parametrize("dimensions", [2, 16])
def test_sliced_wasserstein_of_a_shifted_sample(dimensions):
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


def test_sliced_wasserstein_agrees_with_pot():
    one, other = RNG(0).normal(size=(300, 4)), RNG(1).gamma(2, size=(300, 4))
    axes = RNG(7).standard_normal((4, 50))
    axes /= np.linalg.norm(axes, axis=0)
    expected = ot.sliced_wasserstein_distance(one, other, projections=axes, p=2)
    distance = metrics.sliced_wasserstein(one, other, directions=50, seed=7)
    assert distance == pytest.approx(expected, abs=1e-6)
