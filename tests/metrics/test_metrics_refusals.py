from helpers import metrics

import keras
import numpy as np
import pytest
from metrics_data import GRID, LINE, RNG

VALID = RNG(0).normal(size=(30, 4))
TALL = VALID.reshape(60, 2)
BLANK = np.zeros((2, 28, 28, 1), "float32")
CUBE = np.zeros((5, 3))


@pytest.mark.parametrize(
    ("real", "generated", "message"),
    [
        (VALID, VALID[:, :3], "one number of features"),
        (VALID, VALID[0], "one number of features"),
        (VALID, VALID[:0], "one number of features"),
        (VALID, VALID * np.nan, "not finite"),
        (VALID + 0j, VALID, "first array must be an array of real numbers, got .* complex128"),
        (VALID[:4], VALID, "real must have at least 5 samples .* got 4 with 4 features"),
        (VALID, VALID[:3], "generated must have at least 5 samples .* got 3 with 4 features"),
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
    metrics.nearest_neighbours,
]


@pytest.mark.parametrize("metric", PAIRS)
@pytest.mark.parametrize(
    ("real", "generated", "message"),
    [
        (VALID, VALID[:, :3], "one number of features"),
        (VALID[:0], VALID, "one number of features"),
        (VALID[:, :0], VALID[:, :0], r"one number of features, 1 or more, got \(30, 0\)"),
        (VALID * np.nan, VALID, "not finite"),
        (VALID, np.where(VALID > 1, np.inf, VALID), "not finite"),
        (VALID + 1j, VALID, "array of real numbers, got ndarray of dtype complex128"),
        (VALID, VALID + 0j, "array of real numbers"),
        (None, VALID, "array of real numbers"),
        (VALID, "abc", "array of real numbers"),
        (VALID, [[1, 2], [3]], "array of real numbers"),
    ],
)
def test_metrics_refuse_what_is_no_pair_of_feature_arrays(metric, real, generated, message):
    with pytest.raises(ValueError, match=message):
        metric(real, generated)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: metrics.frechet_bias(VALID[:4], 9),
            "samples must have at least 5 samples .* got 4",
        ),
        (lambda: metrics.frechet_bias(VALID, 4), "n must be a whole number of at least 5, got 4"),
        (
            lambda: metrics.frechet_extrapolated(VALID, VALID),
            "real must have at least 32 samples .* got 30",
        ),
        (
            lambda: metrics.frechet_extrapolated(VALID, VALID, 1),
            "real must have at least 32 samples .* got 30",
        ),
        (
            lambda: metrics.frechet_extrapolated(VALID[:, :1], VALID[:, :1], 1),
            "sizes .* at least 2, got 1",
        ),
        (
            lambda: metrics.kernel_distance(VALID, VALID[:1]),
            "generated must have at least 2 samples .* got 1",
        ),
        (lambda: metrics.prdc(VALID, VALID[:5]), "generated must have at least 6 samples .* got 5"),
        (
            lambda: metrics.prdc(VALID, VALID, k=0),
            "k must be a whole number of at least 1, got 0",
        ),
        (lambda: metrics.nearest_neighbour_test(VALID, VALID[:9]), "same number .* 30 and 9"),
        (
            lambda: metrics.nearest_neighbour_test(VALID[:1], VALID[:1]),
            "real must have at least 2 samples .* got 1",
        ),
        (lambda: metrics.classifier_test(VALID, VALID[:9]), "same number .* 30 and 9"),
        (
            lambda: metrics.classifier_test(VALID[:1], VALID[:1]),
            "real must have at least 2 samples .* got 1",
        ),
        (lambda: metrics.ndb(VALID, VALID), "100 bins need .* got 30"),
        (lambda: metrics.ndb(VALID[[0] * 30], VALID, 2), "2 bins need .* got 1"),
        (
            lambda: metrics.ndb(VALID, VALID, bins=1),
            "bins must be a whole number of at least 2, got 1",
        ),
        (lambda: metrics.frechet_bias(VALID + 0j, 9), "array of real numbers"),
        (lambda: metrics.frechet_bias(VALID[:, :0], 9), "one number of features, 1 or more"),
        (lambda: metrics.frechet_bias(VALID, 9.5), "n must be a whole number .* got 9.5"),
        (lambda: metrics.frechet_bias(VALID, "9"), "n must be a whole number .* got '9'"),
        (lambda: metrics.frechet_extrapolated(TALL, TALL, 2.5), "sizes must be a whole number"),
        (lambda: metrics.frechet_extrapolated(TALL, TALL, seed="a"), "seed must be .* got 'a'"),
        (lambda: metrics.prdc(VALID, VALID, k=2.5), "k must be a whole .* got 2.5"),
        (lambda: metrics.prdc(VALID, VALID, k="5"), "k must be a whole .* got '5'"),
        (lambda: metrics.classifier_test(VALID, VALID, "a"), "seed must be a whole .* got 'a'"),
        (lambda: metrics.ndb(VALID, VALID, bins=2.5), "bins must be a whole .* got 2.5"),
        (lambda: metrics.ndb(VALID, VALID, bins="9"), "bins must be a whole .* got '9'"),
        (lambda: metrics.ndb(VALID, VALID, 3, z=0), "z must be above 0 and .* got 0"),
        (lambda: metrics.ndb(VALID, VALID, 3, z=np.nan), "z must be above 0 .* got nan"),
        (lambda: metrics.ndb(VALID, VALID, 3, seed=-1), "seed must be a whole .* got -1"),
        (lambda: metrics.class_balance([0], classes=0), "classes must be a whole .* got 0"),
        (lambda: metrics.class_balance([0], classes="10"), "classes must be a whole .* got '10'"),
        (
            lambda: metrics.class_balance([0], min_fraction=2),
            "min_fraction must be at least 0 and at most 1",
        ),
        (
            lambda: metrics.class_balance([0], min_fraction=np.nan),
            "min_fraction must be .* got nan",
        ),
        (lambda: metrics.class_balance(["a"]), "labels must be"),
        (lambda: metrics.class_balance([0, 10]), "labels must lie in 0..9, got 0..10"),
        (lambda: metrics.class_balance([-1, 3]), "labels must lie in 0..9, got -1..3"),
        (lambda: metrics.class_balance([]), "labels must be ints"),
        (lambda: metrics.class_balance(VALID), r"float64 \(30, 4\); of logits, take argmax"),
    ],
)
def test_metrics_refuse_too_few_samples_and_invalid_options(call, message):
    with pytest.raises(ValueError, match=message):
        call()


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
def test_both_classifiers_refuse_invalid_digits(change, message, tmp_path):
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


def test_cached_classifier_refuses_an_invalid_folder():
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


@pytest.mark.parametrize(
    ("call", "message"),
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
            r"points in the plane, \(n, 2\), got \(5, 3\)",
        ),
        (
            lambda: metrics.curve_coverage(CUBE, CUBE, 1),
            r"points in the plane, \(n, 2\), got \(5, 3\)",
        ),
        (lambda: metrics.mode_coverage(LINE + 0j, LINE, 1), "array of real numbers"),
        (
            lambda: metrics.mode_coverage(LINE, LINE, 1, min_fraction=-1),
            "min_fraction must be .* got -1",
        ),
        (
            lambda: metrics.curve_coverage(LINE, LINE, 1, min_fraction="a"),
            "min_fraction must be .* got 'a'",
        ),
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
        (
            lambda: metrics.sliced_wasserstein(LINE, LINE[:5]),
            "same number of samples, got 101 and 5",
        ),
    ],
)
def test_plane_metrics_and_sliced_wasserstein_refuse_invalid_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call()
