from helpers import data, diagnostics

import numpy as np
import pytest
from diagnostics_data import OTHER_REAL, REAL, finding_names, found_names, healthy_history


def test_equal_samples_are_a_collapse(digits):
    equal = np.repeat(digits[1][:1], 100, axis=0)
    diagnosis = diagnostics.diagnose(healthy_history(), equal, digits[0])
    (finding,) = diagnosis.findings
    assert diagnosis.name == "collapse" and [*finding.evidence.values()][0][0] == 0
    assert str(diagnosis).startswith("COLLAPSE: ") and "try: R1" in str(diagnosis)


@pytest.mark.parametrize(("scale", "found"), [(0.1, ["collapse"]), (0.6, [])])
def test_collapse_is_measured_as_distance_over_that_of_real_samples(scale, found):
    """In many dimensions all distances are nearly the same, and shrink as the samples do."""
    real, other = np.random.default_rng(0).normal(size=(2, 600, 16))
    diagnosis = diagnostics.diagnose({}, scale * other, real)
    assert [name for name in finding_names(diagnosis) if name == "collapse"] == found
    for finding in diagnosis.findings[: len(found)]:
        ((measured, _),) = finding.evidence.values()
        assert measured == pytest.approx(scale, rel=0.1)


def test_diversity_does_not_depend_on_the_order_of_the_samples(digits):
    by_digit = np.repeat(digits[1][::10], 10, axis=0)  # 25 digits, ten times each, sorted
    shuffled = np.random.default_rng(0).permutation(by_digit)
    real = np.concatenate([digits[0], digits[1][5::10]])
    found = found_names(samples=by_digit, real=real)
    assert found == found_names(samples=shuffled, real=real) and "collapse" not in found


def test_diversity_is_measured_in_the_features_that_are_given():
    """Collapsed along y alone: found only in features that contain y."""
    flat = OTHER_REAL * [1, 0]
    assert "collapse" not in found_names(samples=flat)
    assert "collapse" in found_names(samples=flat, features=lambda points: points[:, 1:])
    assert "collapse" not in found_names(samples=flat, features=lambda points: points[:, :1])


@pytest.mark.parametrize("shade", [-1, 0, 1])
def test_blank_images_on_the_right_scale_are_a_collapse(digits, shade):
    blank = np.full((100, *digits[0].shape[1:]), shade, "float32")
    assert found_names(samples=blank, real=digits[0]) == ["collapse"]
    assert found_names(samples=blank, real=(digits[0] + 1) * 127.5) == ["different scale"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mixture", "kept", "found"),
    [
        (data.ring(sigma=0.05), [0, 3, 5], ["partial collapse"]),
        (data.ring(sigma=0.05), range(8), []),
        (data.grid(), range(0, 25, 4), ["partial collapse"]),
        (data.grid(), range(25), []),
    ],
)
def test_a_mixture_without_most_of_its_modes_is_a_partial_collapse(mixture, kept, found):
    samples = data.Mixture(mixture.centres[list(kept)], mixture.sigma).sample(500, seed=1)
    assert found_names(samples=samples, real=mixture.sample(1000, seed=0)) == found


@pytest.mark.slow
def test_fifty_images_repeated_are_a_partial_collapse(full_digits):
    real, _, others, _ = full_digits
    rng = np.random.default_rng(0)
    fifty = others[rng.permutation(len(others))[:50]]
    repeated = np.repeat(fifty, 20, axis=0)
    noise = rng.normal(0, 0.02, repeated.shape)
    for samples in (repeated, repeated + noise):
        assert found_names({}, samples, real) == ["partial collapse"]
    assert found_names({}, others[:1000], real) == []


@pytest.mark.slow
def test_grey_samples_of_coloured_data_are_a_partial_collapse(full_digits):
    real, _, others, _ = full_digits
    tint = np.random.default_rng(0).uniform(0, 1, (len(real), 1, 1, 3))

    def coloured(images):
        return (images + 1) * tint[: len(images)] - 1

    grey = np.repeat(coloured(others).mean(axis=-1, keepdims=True), 3, axis=-1)
    found = diagnostics.diagnose({}, grey[:500], coloured(real))
    assert finding_names(found) == ["partial collapse"] and "hardly vary in colour" in str(found)
    assert found_names({}, coloured(others[:500]), coloured(real)) == []
    noise = np.random.default_rng(0).normal(0, 5e-4, (*real.shape[:3], 3)).astype("float32")
    grey_data = np.repeat(real, 3, axis=-1) + noise  # hardly any colour, whatever G's contrast
    assert "colour" not in str(diagnostics.diagnose({}, 0.02 * grey[:500], grey_data))
    assert found_names({}, grey[:500], grey[500:1500]) == []  # the data are grey, too


def test_partial_collapse_is_not_checked_with_few_real_samples():
    few = diagnostics.diagnose({}, OTHER_REAL, REAL[:499])
    assert few.unchecked["partial collapse"] == "fewer than 500 real samples"
    assert "partial collapse" not in diagnostics.diagnose({}, OTHER_REAL, REAL[:500]).unchecked


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        (range(10), []),
        (range(3), ["missing classes"]),
        (range(5), ["missing classes"]),
        ([0, 1, 2, 3, 4, 5, 7, 8], []),  # two of ten are below the limit
    ],
)
def test_missing_classes(full_digits, kept, expected):
    real, labels, others, other_labels = full_digits
    some = np.random.default_rng(0).permutation(others[np.isin(other_labels, kept)])[:700]
    found = diagnostics.diagnose({}, some, real, labels=labels)
    assert finding_names(found)[:1] == expected
    if expected:
        absent = ", ".join(str(digit) for digit in range(10) if digit not in kept)
        assert f"hardly ever generates the classes {absent}." in str(found)
    unlabelled = diagnostics.diagnose({}, some, real)
    assert unlabelled.unchecked["missing classes"] == "give the labels of the real samples"
    assert "missing classes (give the labels of the real samples)" in str(unlabelled)


@pytest.mark.slow
def test_training_samples_are_memorised_and_other_real_samples_are_not(digits):
    images = digits[0][::27]  # 30 of all classes
    repeated = images[np.random.default_rng(0).integers(30, size=200)]
    (finding,) = diagnostics.diagnose({}, repeated, digits[0]).findings
    (ratio, _), (smaller, _) = finding.evidence.values()
    assert finding.name == "memorisation" and ratio == pytest.approx(0, abs=1e-6) and smaller == 1
    assert found_names(samples=digits[1], real=digits[0]) == []
    noise = np.random.default_rng(1).normal(0, 0.05, repeated.shape)
    assert found_names(samples=repeated + noise, real=digits[0]) == ["memorisation"]


def test_memorised_samples_are_found_wherever_they_lie_among_many_real_samples():
    rng = np.random.default_rng(0)
    real = rng.normal(size=(20_000, 8))
    assert found_names(samples=real[rng.integers(5000, 5030, 200)], real=real) == ["memorisation"]


@pytest.mark.slow
@pytest.mark.parametrize("shift", [(1, 0), (0, -1), (-1, 1), (0, 0)])
@pytest.mark.parametrize("padded", [False, True])
def test_training_images_shifted_by_a_pixel_are_memorised(full_digits, shift, padded):
    real, _, others, _ = full_digits

    def shifted(images):
        rolled = np.roll(images, shift, axis=(1, 2))
        if padded:  # the edge that comes in is blank
            rolled[:, [0, -1]] = rolled[:, :, [0, -1]] = -1
        return rolled

    (finding,) = diagnostics.diagnose({}, shifted(real[:300]), real).findings
    (ratio, _), (smaller, _) = finding.evidence.values()
    assert finding.name == "memorisation" and ratio < 1e-3 and smaller > 0.99
    assert finding_names(diagnostics.diagnose({}, shifted(others[:300]), real)) == []
