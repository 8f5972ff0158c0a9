from helpers import data, diagnostics, training

import keras
import numpy as np
import pytest
from diagnostics_data import (
    OTHER_REAL,
    REAL,
    PlainGAN,
    finding_names,
    healthy_history,
    healthy_monitor_history,
    sine,
)
from small import networks


def test_a_healthy_history_with_other_real_samples_is_healthy(digits):
    labels = data.load_mnist()[1][::6][:800]
    diagnosis = diagnostics.diagnose(healthy_monitor_history(), digits[1], digits[0], labels=labels)
    assert diagnosis.name == "healthy" and str(diagnosis) == "Nothing found."
    assert diagnosis.unchecked == {}  # so all was checked
    of_points = diagnostics.diagnose(healthy_monitor_history(), OTHER_REAL, REAL)
    assert of_points.name == "healthy"
    assert [*of_points.unchecked] == ["different scale", "missing classes"]
    assert "not checked: missing classes (give the labels of the real" in str(of_points)


CONFIDENT = {"fake_score", "real_accuracy", "fake_accuracy"}
NEEDED_COLUMNS = {  # by each check of the history
    "discriminator not training": {"real_score", "fake_score"},
    "probabilities for logits": CONFIDENT | {"real_score"},
    "generator wins": CONFIDENT,
    "saturation": CONFIDENT | {"generator_gradient_norm"},
    "discriminator wins": CONFIDENT,
    "oscillation": {"fake_score"},
}

NEVER_CHECKED = {  # of points, without a `Monitor` and labels
    "different scale",
    "generator not training",
    "generator loss reversed",
    "missing classes",
}


@pytest.mark.parametrize("column", sorted(healthy_history()))
def test_a_check_without_its_column_says_so(column):
    history = healthy_history()
    del history[column]
    unchecked = diagnostics.diagnose(history, OTHER_REAL, REAL).unchecked
    for name in NEVER_CHECKED:
        del unchecked[name]
    assert [*unchecked] == [name for name, needs in NEEDED_COLUMNS.items() if column in needs]
    assert all(f"history has no {column}" == why for why in unchecked.values())


@pytest.mark.parametrize(
    ("history", "options", "why"),
    [
        (healthy_history(19), {}, "fewer than 20 measurements"),
        (healthy_history(), {"loss": "wasserstein"}, "the logits of wasserstein are not log-odds"),
        (healthy_history(), {"loss": "hinge"}, "not log-odds"),
        # a relativistic D may add any number to its logits
        (healthy_history(), {"loss": "relativistic"}, "not log-odds"),
    ],
)
def test_scores_that_cannot_be_interpreted_are_left_out(history, options, why):
    oscillating = history | {"fake_score": sine(len(history["fake_score"]))}
    equal = np.repeat(OTHER_REAL[:1], 100, axis=0)
    diagnosis = diagnostics.diagnose(oscillating, equal, REAL, **options)
    assert finding_names(diagnosis) == ["collapse"]
    assert {name for name, said in diagnosis.unchecked.items() if why in said} == {*NEEDED_COLUMNS}
    assert f"not checked: oscillation ({diagnosis.unchecked['oscillation']})" in str(diagnosis)


def test_columns_are_those_of_the_gan_and_of_a_monitor(points, z):
    monitor = diagnostics.Monitor(*networks(), points[:64], z)
    monitor.evaluate(0)
    assert {*diagnostics.COLUMNS} == {*training.HISTORY_COLUMNS, *monitor.history}


@pytest.mark.slow
def test_the_result_of_fit_is_accepted_or_refused(small_gan, points):
    gan = small_gan()
    history = gan.fit(points, batch_size=16, epochs=25, verbose=0)
    found = diagnostics.diagnose(history, np.repeat(points[:1], 100, axis=0), points)
    assert found.name == "collapse" and "oscillation" not in found.unchecked  # 25 rows are enough
    other = PlainGAN(*networks())
    other.compile(keras.optimizers.Adam(), keras.optimizers.Adam(), jit_compile=False)
    history = other.fit(points, batch_size=32, epochs=1, verbose=0)
    with pytest.raises(ValueError, match=r"the columns of history may be .* got also \['loss'\]"):
        diagnostics.diagnose(history, points, points)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"samples": OTHER_REAL[:, :1]}, r"one shape per sample, got \(500, 1\), \(1000, 2\)"),
        ({"samples": OTHER_REAL[:, 0], "real": REAL[:, 0]}, "one shape"),
        ({"samples": OTHER_REAL[:99]}, "at least 100 generated .* got 99 and 1000"),
        ({"real": REAL[:1]}, "got 500 and 1"),
        ({"real": np.where(REAL > 1, np.nan, REAL)}, "real holds values that are not finite"),
        (
            {"history": healthy_history() | {"fake_score": np.ones(7)}},
            r"all of one n, got .*'fake_score': \(7,\)",
        ),
        ({"history": {"fake_score": 0.5}}, r"must be \(n,\), .*'fake_score': \(\)"),
        ({"loss": "cross_entropy"}, "loss must be one of .*'wasserstein'.*got 'cross_entropy'"),
        (
            {"history": healthy_history() | {"d_loss": np.ones(1000)}},
            r"may be \[.*'real_score'.*\['d_loss'\]",
        ),
        (
            {"history": healthy_history() | {"fake_scores": np.ones(1000)}},
            r"got also \['fake_scores'\]",
        ),
        (
            {"history": {"fake_score": ["a", "b"]}},
            r"history\['fake_score'\] must be an array of real",
        ),
        ({"history": [0.5, 0.4]}, "must be a dict of columns, a Monitor or .* got list"),
        ({"history": None}, "must be a dict of columns, a Monitor or .* got NoneType"),
        ({"samples": OTHER_REAL + 1j}, "samples must be an array of real numbers, got .*complex"),
        ({"samples": "abc"}, "samples must be an array of real numbers"),
        ({"real": [[1, 2], [3]]}, "real must be an array of real numbers"),
        ({"real": None}, "real must be an array of real numbers"),
        ({"samples": OTHER_REAL[:, :0], "real": REAL[:, :0]}, "one shape"),
        ({"features": 5}, "features must be a function of samples, got int"),
        (
            {"features": lambda x: x[:50]},
            r"one row for each sample, \(n, d\), got \(50, 2\) for 500",
        ),
        ({"features": lambda x: x[:, 0]}, r"one row for each sample, \(n, d\), got \(500,\)"),
        ({"features": lambda x: x * np.nan}, "the result of features holds .* not finite"),
        (
            {"labels": np.zeros(999, int)},
            r"one for each real sample, \(1000,\), got int64 \(999,\)",
        ),
        ({"labels": np.zeros(1000)}, r"labels must be ints .* got float64 \(1000,\)"),
        ({"labels": np.full(1000, -1)}, "labels must be ints of at least 0"),
        ({"labels": ["a"] * 1000}, "labels must be an array of real numbers"),
    ],
)
def test_diagnose_refuses(change, message):
    with pytest.raises(ValueError, match=message):
        arguments = {"history": healthy_history(), "samples": OTHER_REAL, "real": REAL}
        diagnostics.diagnose(**{**arguments, **change})
