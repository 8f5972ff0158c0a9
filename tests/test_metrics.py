import contextlib
import io
import random

from helpers import data, metrics

import keras
import numpy as np
import ot
import prdc
import pytest
import tensorflow as tf
from scipy.special import ndtr
from sklearn.metrics.pairwise import polynomial_kernel
from sklearn.model_selection import LeaveOneOut, cross_val_score
from sklearn.neighbors import KNeighborsClassifier

RNG = np.random.default_rng


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


def test_frechet_distance_agrees_with_pot():
    one, other = RNG(0).normal(size=(80, 6)), RNG(1).gamma(2, size=(90, 6))
    moments = [one.mean(axis=0), other.mean(axis=0), np.cov(one.T), np.cov(other.T)]
    root = ot.gaussian.bures_wasserstein_distance(*moments)
    assert metrics.frechet_distance(one, other) == pytest.approx(root**2, abs=1e-6)


@pytest.mark.parametrize(("d", "n", "bias"), [(64, 1000, 2.208), (128, 500, 17.024), (1, 30, 0.1)])
def test_frechet_bias_of_the_identity(d, n, bias):
    white = with_moments(np.zeros(d), np.eye(d))
    assert metrics.frechet_bias(white, n) == pytest.approx(bias, rel=1e-9)
    assert metrics.frechet_bias(white / 10, n) == pytest.approx(bias / 100, rel=1e-9)


def test_frechet_bias_predicts_the_distance_of_perfect_samples():
    """Widths from 0.1 to 10, a correlated pair, and a feature that never fires."""
    mixing = np.diag([0.1, 0.5, 1, 3, 10, 0.0])
    mixing[0, 4] = 5
    draw = RNG(0).normal
    values = [metrics.frechet_distance(*draw(size=(2, 300, 6)) @ mixing) for _ in range(400)]
    expected = metrics.frechet_bias(draw(size=(20_000, 6)) @ mixing, 300)
    assert np.mean(values) == pytest.approx(expected, rel=0.1)


def test_without_bias_perfect_samples_stand_at_zero_and_shifted_ones_at_the_shift():
    one, other = RNG(0).normal(size=(2, 3000, 64))
    assert metrics.frechet_distance(one, other) > 0.6
    assert abs(metrics.frechet_extrapolated(one, other)) < 0.12
    shifted = other + 1 / 8  # by 1 in 64 dimensions
    assert metrics.frechet_extrapolated(one, shifted) == pytest.approx(1, abs=0.15)


def test_without_bias_follows_its_seed():
    one, other = RNG(0).normal(size=(2, 100, 2))
    values = [metrics.frechet_extrapolated(one, other, seed=seed) for seed in (0, 0, 1)]
    assert values[0] == values[1] != values[2]


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


def test_neighbourhoods_agree_with_their_authors():
    one, other = RNG(0).normal(size=(250, 3)), RNG(1).normal(0.5, 1.2, (240, 3))
    with contextlib.redirect_stdout(io.StringIO()):
        theirs = prdc.compute_prdc(one, other, 4)
    assert vars(metrics.prdc(one, other, k=4)) == pytest.approx(theirs, abs=1e-6)


@pytest.mark.parametrize("order", [slice(None), slice(None, None, -1)])
@pytest.mark.parametrize("d", [1, 2, 64])
def test_copies_score_one_in_all_neighbourhoods(d, order):
    """The k-th neighbour lies on the edge of the ball: had it counted, the density were 6 / 5."""
    samples = RNG(0).normal(size=(703, d))
    assert metrics.prdc(samples, samples[order]) == metrics.PRDC(1, 1, 1, 1)


@pytest.mark.parametrize("k", [3, 5])
def test_perfect_coverage_and_density(k):
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


RING = data.ring()


def ring_samples(modes=8, width=1, n=1000, seed=1):
    return data.Mixture(RING.centres[:modes], width * RING.sigma).sample(n, seed)


@pytest.mark.parametrize(
    ("modes", "width", "expected"),
    [
        (1, 1, (0.98, 0.11, 0.93, 0.11)),
        (4, 1, (0.99, 0.48, 1.00, 0.49)),
        (8, 4, (0.32, 1.00, 0.21, 0.48)),
        (8, 1, (0.99, 0.99, 1.00, 0.97)),
    ],
)
def test_what_each_neighbourhood_number_sees_on_the_ring(modes, width, expected):
    score = metrics.prdc(ring_samples(seed=0), ring_samples(modes, width))
    assert tuple(vars(score).values()) == pytest.approx(expected, abs=0.08)


def test_nearest_neighbour_test_agrees_with_leaving_one_out():
    one, other = RNG(0).normal(size=(60, 3)), RNG(1).normal(0.7, 1.0, (60, 3))
    expected = cross_val_score(
        KNeighborsClassifier(1), np.r_[one, other], [0] * 60 + [1] * 60, cv=LeaveOneOut()
    )
    assert metrics.nearest_neighbour_test(one, other) == pytest.approx(expected.mean(), abs=1e-12)


@pytest.mark.parametrize("d", [1, 2, 64])
def test_nearest_neighbour_test_at_its_ends(d):
    one, other = RNG(0).normal(size=(2, 1000, d))
    assert metrics.nearest_neighbour_test(one, other) == pytest.approx(0.5, abs=0.045)
    assert metrics.nearest_neighbour_test(one, other + 100) == 1
    assert metrics.nearest_neighbour_test(one, one[::-1]) == 0  # copies, and only this test sees


def test_nearest_neighbour_test_of_one_mode_in_eight():
    """Among n / 8 real and n generated samples in that mode, chance finds the generated 8 : 1."""
    expected = (7 / 8 + 1 / 8 * 1 / 9 + 8 / 9) / 2
    accuracy = metrics.nearest_neighbour_test(ring_samples(seed=0), ring_samples(1))
    assert accuracy == pytest.approx(expected, abs=0.025)


@pytest.mark.parametrize(("shift", "accuracy"), [(1, 0.691462), (2, 0.841345), (3, 0.933193)])
def test_classifier_test_of_shifted_gaussians(shift, accuracy):
    one, other = RNG(0).normal(size=(2, 20_000, 1))
    assert ndtr(shift / 2) == pytest.approx(accuracy, abs=1e-6)
    assert metrics.classifier_test(one, other + shift) == pytest.approx(accuracy, abs=0.01)


def test_both_halves_of_the_classifier_test_hold_as_many_of_each_kind():
    """Else one that can see nothing bets on the kind that is the larger one in its half, and is
    wrong more often than right on the other: below 1/2, not at it."""
    blind = np.zeros((30, 1))
    for seed in range(10):
        assert metrics.classifier_test(blind, blind, seed) == 0.5


def test_classifier_test_sees_width():
    """N(0, 1) and N(0, 4) have equal density at c = sqrt(8 / 3 log 2)."""
    one, other = RNG(0).normal(size=(2, 20_000, 1))
    c = np.sqrt(8 / 3 * np.log(2))
    best = ndtr(c) - ndtr(c / 2) + 1 / 2
    assert metrics.classifier_test(one, 2 * other) == pytest.approx(best, abs=0.01)


def test_classifier_test_counts_only_what_it_did_not_train_on():
    """200 samples in 64 dimensions can be told apart by heart; 1/2 +- 1 / sqrt(4 n) cannot."""
    one, other = RNG(0).normal(size=(2, 100, 64))
    values = [metrics.classifier_test(one, other, seed) for seed in range(6)]
    assert np.mean(values) == pytest.approx(0.5, abs=0.1)
    values = [metrics.classifier_test(*RNG(seed).normal(size=(2, 100, 1))) for seed in range(40)]
    assert np.mean(values) == pytest.approx(0.5, abs=0.03)
    assert np.std(values) == pytest.approx(1 / np.sqrt(4 * 100), rel=0.3)


@pytest.mark.parametrize("scale", [0, 1, 1e6])
def test_classifier_test_warns_of_nothing(scale):
    """Features that never fire, that all agree, or with a few huge values."""
    one, other = scale * RNG(0).standard_cauchy((2, 300, 1)) @ np.ones((1, 5))
    assert 0.4 < metrics.classifier_test(one, other) < 0.6
    assert metrics.classifier_test(one, one + 1e12) == 1


def test_perfect_samples_stand_at_the_floors_of_the_bins():
    """45,000 and 10,000 samples in 100 bins: 0.0015 nats, 5 bins at 5 %, 0.27 at three sigma."""
    real, generated = RNG(0).normal(size=(45_000, 2)), RNG(1).normal(size=(10_000, 2))
    score = metrics.ndb(real, generated)
    assert score.divergence_floor == pytest.approx(0.0015125, abs=1e-9)
    assert score.share_floor == pytest.approx(0.05, abs=1e-4)
    assert score.divergence == pytest.approx(score.divergence_floor, rel=0.35)
    assert 0 < score.share < 0.13
    strict = metrics.ndb(real[:5000], generated, z=3)
    assert strict.share_floor == pytest.approx(0.0027, abs=1e-4) and strict.share < 0.02


@pytest.mark.parametrize("kept", [1, 4, 7])
def test_bins_of_dropped_modes(kept):
    """Jensen-Shannon from 1/8 each to 1/kept each; all bins differ, the kept ones as too full."""
    p, q = np.full(8, 1 / 8), np.repeat([1 / kept, 0], [kept, 8 - kept])
    middle = (p + q) / 2
    expected = (p * np.log(p / middle)).sum() / 2 + np.log(1 / kept / middle[0]) / 2
    score = metrics.ndb(ring_samples(n=20_000), ring_samples(kept, n=20_000, seed=2), bins=8)
    assert score.divergence == pytest.approx(expected, abs=0.004)
    assert score.share == (1 if kept < 7 else pytest.approx(1, abs=3 / 8))


def test_a_bin_counts_as_different_from_z_standard_errors_on():
    """400 of 1,000 against 460: pooled share 0.43, standard error 0.02214, 2.71 of them apart."""
    real, generated = (
        np.repeat([[0.0], [1.0]], counts, axis=0) for counts in ((400, 600), (460, 540))
    )
    for z, share in ((2.70, 1), (2.72, 0)):
        assert metrics.ndb(real, generated, bins=2, z=z).share == share


def test_copies_and_strangers_in_bins():
    real = RNG(0).normal(size=(500, 3))
    copies = metrics.ndb(real, real, bins=10)
    assert (copies.share, copies.divergence) == (0, 0)
    strangers = metrics.ndb(real, np.full((500, 3), 99.0), bins=10)
    assert strangers.share == 1 and 0.5 < strangers.divergence < np.log(2)


@pytest.mark.parametrize(("kept", "kl"), [(10, 0), (8, np.log(10 / 8)), (1, np.log(10))])
def test_class_balance_of_dropped_classes(kept, kl):
    score = metrics.class_balance(np.arange(40_000) % kept)
    assert (score.found, score.kl) == (kept, pytest.approx(kl, abs=1e-12))


def test_class_balance_of_fair_labels_stands_at_its_floor():
    labels = RNG(0).integers(8, size=(200, 2500))
    scores = [metrics.class_balance(row, classes=8) for row in labels]
    assert scores[0].baseline == pytest.approx(0.0014)
    assert np.mean([score.kl for score in scores]) == pytest.approx(0.0014, rel=0.2)


def test_a_class_needs_its_share():
    labels = np.repeat(np.arange(3), [19, 20, 261])  # 20 of 300 are a fifth of a third
    assert metrics.class_balance(labels, classes=3).found == 2
    assert metrics.class_balance(labels, classes=3, share=0).found == 3
    assert metrics.class_balance(labels, classes=4, share=0).found == 3


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


def few_digits():
    images, labels = data.load_mnist()
    return images[::25], labels[::25], images[1::25], labels[1::25]


def some_random_numbers():
    return random.random(), np.random.rand(), float(tf.random.uniform(())), random.random()


def test_a_seeded_digit_classifier_follows_its_seed_alone_and_disturbs_no_other():
    images, labels, *_ = few_digits()
    keras.utils.set_random_seed(5)
    expected = some_random_numbers()
    found = []
    for callers in (5, 6):
        keras.utils.set_random_seed(callers)
        found.append(metrics.digit_classifier(images, labels, epochs=2, seed=0).get_weights())
        assert (some_random_numbers() == expected) == (callers == 5)
    assert all(np.allclose(one, other, atol=1e-5) for one, other in zip(*found))


def test_digit_classifiers_start_from_their_own_seed_or_from_that_of_keras():
    images, labels, *_ = few_digits()
    starts = []
    for callers, seed in ((3, None), (3, None), (4, None), (3, 0), (3, 1)):
        keras.utils.set_random_seed(callers)
        starts.append(metrics.digit_classifier(images, labels, 0, seed).get_weights()[-2])
    assert np.array_equal(starts[0], starts[1])
    assert len(np.unique(starts, axis=0)) == 4


def test_kept_classifier_is_trained_once(tmp_path, monkeypatch):
    digits = few_digits()
    keras.utils.set_random_seed(5)
    expected = some_random_numbers()
    keras.utils.set_random_seed(5)
    trained, accuracy = metrics.cached_digit_classifier(*digits, tmp_path / "new")
    assert some_random_numbers() == expected
    _, _, others, other_labels = digits
    read = trained(others).numpy().argmax(axis=1)
    assert accuracy == pytest.approx((read == other_labels).mean(), abs=1e-6) and accuracy > 0.5
    monkeypatch.setattr(keras.Sequential, "fit", None)
    kept, again = metrics.cached_digit_classifier(*digits, tmp_path / "new")
    assert again == accuracy
    assert np.array_equal(metrics.features(trained, others), metrics.features(kept, others))
    assert len([*(tmp_path / "new").iterdir()]) == 1


@pytest.fixture
def epochs(monkeypatch):
    """A list that grows by one with each epoch, instead of training and scoring."""
    done = []
    monkeypatch.setattr(keras.Sequential, "evaluate", lambda *_, **__: [2.3, 0.1])
    monkeypatch.setattr(keras.Sequential, "fit", lambda *_, **__: done.append(1))
    return done


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
def test_a_damaged_file_is_trained_anew(tmp_path, epochs, damage):
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


def test_a_full_disk_leaves_no_half_file(tmp_path, monkeypatch, epochs):
    def write_half(path, *_):
        path.write_bytes(b"half")
        raise OSError("no space left on device")

    monkeypatch.setattr(np, "savez", write_half)
    metrics.cached_digit_classifier(*few_digits(), tmp_path)
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("cache", ["named", ""])
def test_the_folder_is_in_the_cache_of_the_user(tmp_path, monkeypatch, epochs, cache):
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", cache and str(tmp_path / cache))
    metrics.cached_digit_classifier(*few_digits())
    assert len([*(tmp_path / (cache or ".cache") / "gan-course").iterdir()]) == 1


def test_kept_classifier_refuses_digits_without_labels():
    images, labels, *_ = few_digits()
    with pytest.raises(ValueError, match="each held-out image needs a label: got 200 and 0"):
        metrics.cached_digit_classifier(images, labels, images, [])


GOOD = RNG(0).normal(size=(30, 4))
TALL = GOOD.reshape(60, 2)


@pytest.mark.parametrize(
    ("real", "generated", "message"),
    [
        (GOOD, GOOD[:, :3], "one number of features"),
        (GOOD, GOOD[0], "one number of features"),
        (GOOD, GOOD[:0], "one number of features"),
        (GOOD, GOOD * np.nan, "not finite"),
        (GOOD + 0j, GOOD, "first array must be an array of real numbers, got .* complex128"),
        (GOOD[:4], GOOD, "real has 4 samples of 4 features"),
        (GOOD, GOOD[:3], "generated has 3 samples of 4 features"),
    ],
)
def test_frechet_distance_refuses(real, generated, message):
    with pytest.raises(ValueError, match=message):
        metrics.frechet_distance(real, generated)


PAIRS = [
    metrics.frechet_extrapolated,
    metrics.kernel_distance,
    metrics.prdc,
    metrics.nearest_neighbour_test,
    metrics.classifier_test,
    lambda real, generated: metrics.ndb(real, generated, bins=3),
    metrics.sliced_wasserstein,
    metrics.nearest,
]


@pytest.mark.parametrize("metric", PAIRS)
@pytest.mark.parametrize(
    ("real", "generated", "message"),
    [
        (GOOD, GOOD[:, :3], "one number of features"),
        (GOOD[:0], GOOD, "one number of features"),
        (GOOD[:, :0], GOOD[:, :0], r"one number of features, 1 or more, got \(30, 0\)"),
        (GOOD * np.nan, GOOD, "not finite"),
        (GOOD, np.where(GOOD > 1, np.inf, GOOD), "not finite"),
        (GOOD + 1j, GOOD, "array of real numbers, got ndarray of dtype complex128"),
        (GOOD, GOOD + 0j, "array of real numbers"),
        (None, GOOD, "array of real numbers"),
        (GOOD, "abc", "array of real numbers"),
        (GOOD, [[1, 2], [3]], "array of real numbers"),
    ],
)
def test_every_score_refuses_what_is_no_pair_of_features(metric, real, generated, message):
    with pytest.raises(ValueError, match=message):
        metric(real, generated)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: metrics.frechet_bias(GOOD[:4], 9), "samples has 4 .* take 5 or more"),
        (lambda: metrics.frechet_bias(GOOD, 4), "n must be a whole number of at least 5, got 4"),
        (lambda: metrics.frechet_extrapolated(GOOD, GOOD), "real has 30 .* take 32 or more"),
        (lambda: metrics.frechet_extrapolated(GOOD, GOOD, 1), "real has 30 .* take 32 or more"),
        (
            lambda: metrics.frechet_extrapolated(GOOD[:, :1], GOOD[:, :1], 1),
            "sizes .* at least 2, got 1",
        ),
        (lambda: metrics.kernel_distance(GOOD, GOOD[:1]), "generated has 1 .* take 2 or more"),
        (lambda: metrics.prdc(GOOD, GOOD[:5]), "generated has 5 .* take 6 or more"),
        (
            lambda: metrics.prdc(GOOD, GOOD, k=0),
            "k must be a whole number of at least 1, got 0",
        ),
        (lambda: metrics.nearest_neighbour_test(GOOD, GOOD[:9]), "same number .* 30, 9"),
        (lambda: metrics.nearest_neighbour_test(GOOD[:1], GOOD[:1]), "real has 1 .* take 2"),
        (lambda: metrics.classifier_test(GOOD, GOOD[:9]), "same number .* 30, 9"),
        (lambda: metrics.classifier_test(GOOD[:1], GOOD[:1]), "real has 1 .* take 2"),
        (lambda: metrics.ndb(GOOD, GOOD), "100 bins need .* got 30"),
        (lambda: metrics.ndb(GOOD[[0] * 30], GOOD, 2), "2 bins need .* got 1"),
        (
            lambda: metrics.ndb(GOOD, GOOD, bins=1),
            "bins must be a whole number of at least 2, got 1",
        ),
        (lambda: metrics.frechet_bias(GOOD + 0j, 9), "array of real numbers"),
        (lambda: metrics.frechet_bias(GOOD[:, :0], 9), "one number of features, 1 or more"),
        (lambda: metrics.frechet_bias(GOOD, 9.5), "n must be a whole number .* got 9.5"),
        (lambda: metrics.frechet_bias(GOOD, "9"), "n must be a whole number .* got '9'"),
        (lambda: metrics.frechet_extrapolated(TALL, TALL, 2.5), "sizes must be a whole number"),
        (lambda: metrics.frechet_extrapolated(TALL, TALL, seed="a"), "seed must be .* got 'a'"),
        (lambda: metrics.prdc(GOOD, GOOD, k=2.5), "k must be a whole .* got 2.5"),
        (lambda: metrics.prdc(GOOD, GOOD, k="5"), "k must be a whole .* got '5'"),
        (lambda: metrics.classifier_test(GOOD, GOOD, "a"), "seed must be a whole .* got 'a'"),
        (lambda: metrics.ndb(GOOD, GOOD, bins=2.5), "bins must be a whole .* got 2.5"),
        (lambda: metrics.ndb(GOOD, GOOD, bins="9"), "bins must be a whole .* got '9'"),
        (lambda: metrics.ndb(GOOD, GOOD, 3, z=0), "z must be above 0 and .* got 0"),
        (lambda: metrics.ndb(GOOD, GOOD, 3, z=np.nan), "z must be above 0 .* got nan"),
        (lambda: metrics.ndb(GOOD, GOOD, 3, seed=-1), "seed must be a whole .* got -1"),
        (lambda: metrics.class_balance([0], classes=0), "classes must be a whole .* got 0"),
        (lambda: metrics.class_balance([0], classes="10"), "classes must be a whole .* got '10'"),
        (lambda: metrics.class_balance([0], share=2), "share must be at least 0 and at most 1"),
        (lambda: metrics.class_balance([0], share=np.nan), "share must be .* got nan"),
        (lambda: metrics.class_balance(["a"]), "labels must be"),
        (lambda: metrics.class_balance([0, 10]), "labels must lie in 0..9, got 0..10"),
        (lambda: metrics.class_balance([-1, 3]), "labels must lie in 0..9, got -1..3"),
        (lambda: metrics.class_balance([]), "labels must be ints"),
        (lambda: metrics.class_balance(GOOD), r"float64 \(30, 4\); of logits, take argmax"),
    ],
)
def test_every_score_refuses_too_little(call, message):
    with pytest.raises(ValueError, match=message):
        call()


BLANK = np.zeros((2, 28, 28, 1), "float32")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"labels": [1]}, "each (held-out )?image needs a label: got 2 and 1"),
        ({"images": BLANK[:0], "labels": []}, r"must have shape \(n, 28, 28, 1\), n >= 1, got \(0"),
        ({"images": BLANK[..., 0]}, r"must have shape \(n, 28, 28, 1\).* got \(2, 28, 28\)"),
        ({"images": BLANK * np.nan}, "images holds values that are not finite"),
        ({"images": BLANK + 255}, r"must lie in \[-1, 1\], got \[255, 255\]; divide"),
        ({"images": BLANK + 1j}, "array of real numbers, got ndarray of dtype complex"),
        ({"images": "digits"}, "images must be an array of real numbers"),
        ({"labels": [0.5, 1]}, r"labels must be ints \(n,\), n >= 1, got float64 \(2,\)"),
        ({"labels": [[0], [1]]}, r"labels must be ints \(n,\), n >= 1, got int64 \(2, 1\)"),
        ({"labels": [0, 10]}, r"labels must lie in 0..9, got 0..10"),
        ({"labels": ["a", "b"]}, "labels must be"),
    ],
)
def test_both_classifiers_refuse_what_are_no_digits(change, message, tmp_path):
    digits = {"images": BLANK, "labels": [0, 1], **change}
    for call in (
        lambda: metrics.digit_classifier(**digits),
        lambda: metrics.cached_digit_classifier(*digits.values(), BLANK, [0, 1], tmp_path),
        lambda: metrics.cached_digit_classifier(BLANK, [0, 1], *digits.values(), tmp_path),
    ):
        with pytest.raises(ValueError, match=message):
            call()
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": -1}, "epochs must be a whole number of at least 0, got -1"),
        ({"epochs": 2.5}, "epochs must be a whole number of at least 0, got 2.5"),
        ({"seed": "a"}, "seed must be a whole number of at least 0, got 'a'"),
        ({"seed": -1}, "seed must be a whole number of at least 0, got -1"),
    ],
)
def test_digit_classifier_refuses_options(options, message):
    with pytest.raises(ValueError, match=message):
        metrics.digit_classifier(BLANK, [0, 1], **options)


def test_kept_classifier_refuses_a_folder_that_is_none():
    with pytest.raises(ValueError, match="folder must be a path, got 5"):
        metrics.cached_digit_classifier(BLANK, [0, 1], BLANK, [0, 1], folder=5)


@pytest.mark.parametrize(
    ("classifier", "images", "message"),
    [
        (
            None,
            BLANK,
            'classifier must be a Keras model with a layer named "features", got NoneType',
        ),
        (keras.Sequential([keras.layers.Flatten()]), BLANK, 'a layer named "features", got Sequ'),
        (
            "digits",
            BLANK[:0],
            r"images must have shape \(n, 28, 28, 1\), n >= 1, got \(0, 28, 28, 1\)",
        ),
        ("digits", BLANK[..., :0], r"n >= 1, got \(2, 28, 28, 0\)"),
        ("digits", BLANK * np.nan, "not finite"),
        ("digits", BLANK + 255, r"must lie in \[-1, 1\]"),
        ("digits", BLANK + 1j, "array of real numbers"),
    ],
)
def test_features_refuses(classifier, images, message):
    if classifier == "digits":
        classifier = metrics.digit_classifier(BLANK, [0, 1], epochs=0)
    with pytest.raises(ValueError, match=message):
        metrics.features(classifier, images)


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
CUBE = np.zeros((5, 3))


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


def test_a_vertex_that_stands_twice_changes_nothing():
    samples = RNG(0).uniform([0, -0.1], [10, 0.1], (500, 2))
    doubled = np.repeat(LINE, [1, 3, *[1] * 98, 2], axis=0)
    assert metrics.curve_coverage(samples, doubled, 0.05) == metrics.curve_coverage(
        samples, LINE, 0.05
    )


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


def test_sliced_wasserstein_agrees_with_pot():
    one, other = RNG(0).normal(size=(300, 4)), RNG(1).gamma(2, size=(300, 4))
    axes = RNG(7).standard_normal((4, 50))
    axes /= np.linalg.norm(axes, axis=0)
    expected = ot.sliced_wasserstein_distance(one, other, projections=axes, p=2)
    found = metrics.sliced_wasserstein(one, other, directions=50, seed=7)
    assert found == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (
            lambda: metrics.mode_coverage(LINE, GRID.centres, 0),
            "sigma must be above 0 and f.* got 0",
        ),
        (lambda: metrics.curve_coverage(LINE, LINE, -1), "sigma must be above 0 and .* got -1"),
        (lambda: metrics.mode_coverage(LINE, LINE, np.nan), "sigma must be above 0 and .* got nan"),
        (lambda: metrics.mode_coverage(LINE, LINE, np.inf), "sigma must be above 0 and .* got inf"),
        (lambda: metrics.curve_coverage(LINE, LINE, "1"), "sigma must be above 0 and .* got '1'"),
        (lambda: metrics.mode_coverage(LINE, np.zeros((3, 3)), 1), "one number of features"),
        (
            lambda: metrics.mode_coverage(CUBE, CUBE, 1),
            r"points of the plane, \(n, 2\), got \(5, 3\)",
        ),
        (
            lambda: metrics.curve_coverage(CUBE, CUBE, 1),
            r"points of the plane, \(n, 2\), got \(5, 3\)",
        ),
        (lambda: metrics.mode_coverage(LINE + 0j, LINE, 1), "array of real numbers"),
        (lambda: metrics.mode_coverage(LINE, LINE, 1, share=-1), "share must be .* got -1"),
        (lambda: metrics.curve_coverage(LINE, LINE, 1, share="a"), "share must be .* got 'a'"),
        (
            lambda: metrics.curve_coverage(LINE, LINE[:1], 1),
            "two different vertices or more, got 1",
        ),
        (
            lambda: metrics.curve_coverage(LINE, LINE[[3, 3]], 1),
            "different vertices or more, got 1",
        ),
        (lambda: metrics.curve_coverage(LINE, LINE, 1, bins=0), "bins must be a whole .* got 0"),
        (
            lambda: metrics.curve_coverage(LINE, LINE, 1, bins=2.5),
            "bins must be a whole .* got 2.5",
        ),
        (lambda: metrics.sliced_wasserstein(LINE, LINE, 0), "directions must be .* least 1, got 0"),
        (lambda: metrics.sliced_wasserstein(LINE, LINE, "9"), "directions must be .* got '9'"),
        (lambda: metrics.sliced_wasserstein(LINE, LINE, seed="a"), "seed must be .* got 'a'"),
        (lambda: metrics.sliced_wasserstein(LINE, LINE[:5]), "same number of samples, got 101, 5"),
    ],
)
def test_scores_refuse_what_they_cannot_mean(call, what):
    with pytest.raises(ValueError, match=what):
        call()
