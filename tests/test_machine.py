import importlib.metadata
import pathlib
import re

from helpers import data, machine, models, training

import keras
import nbformat
import numpy as np
import pytest

LESSON = pathlib.Path(__file__).resolve().parents[1] / "notebooks/00_start_here.ipynb"


def test_this_machine_is_ready():
    results = machine.check_all()
    assert [result.name for result in results] == [
        "Python",
        "packages",
        "Keras",
        "digits",
        "cores",
        "memory",
    ]
    must_be_fine = [result for result in results if result.name not in ("cores", "memory")]
    assert {result.state for result in must_be_fine} == {"fine"}, "\n".join(map(str, results))


@pytest.mark.parametrize(
    ("version", "fine"),
    [((3, 9), False), ((3, 10), True), ((3, 13), True), ((3, 14), False), ((4, 0), False)],
)
def test_python(version, fine):
    result = machine.check_python(version)
    assert (
        result.state == ("fine" if fine else "FIX") and ("3.10 to 3.13" in result.message) != fine
    )


def versions(**installed):
    def version_of(name):
        if name not in installed:
            raise importlib.metadata.PackageNotFoundError(name)
        return installed[name]

    return version_of


@pytest.mark.parametrize(
    ("installed", "fine", "message"),
    [
        ({"keras": "3.12.1", "jupyterlab": "4.4.0"}, True, "all 2 are here"),
        ({"keras": "3.12.1"}, False, "jupyterlab is missing."),
        ({"keras": "2.15.0", "jupyterlab": "4.4.0"}, False, "keras is 2.15.0, the course needs"),
        ({"keras": "4.0.0", "jupyterlab": "3.6"}, False, "jupyterlab is 3.6, the course needs"),
    ],
)
def test_packages(installed, fine, message):
    requirements = [
        "keras<4,>=3.12",
        'jupyterlab<5,>=4.4; extra == "lessons"',
        'playwright>=1.50; extra == "browser"',  # for contributors
        'tomli>=2; python_version < "3"',  # not for this Python
    ]
    result = machine.check_packages(requirements, versions(**installed))
    assert result.state == ("fine" if fine else "FIX") and message in result.message
    assert ("-m pip install -r requirements.txt" in result.message) != fine


def test_the_packages_are_those_of_pyproject():
    requested = []
    assert (
        machine.check_packages(version_of=lambda name: requested.append(name) or "0").state == "FIX"
    )
    assert {"tensorflow", "keras", "anywidget", "jupyterlab"} <= set(requested)
    assert not {"playwright", "ruff", "nbval"} & set(requested)


def test_a_course_that_is_not_installed(monkeypatch):
    monkeypatch.setattr(machine, "DISTRIBUTION", "not-installed")
    result = machine.check_packages()
    assert result.state == "FIX" and "not-installed, the course's own, is not" in result.message


def test_the_backend_of_keras():
    assert machine.check_keras().state == "fine"
    result = machine.check_keras("jax")
    assert (
        result.state == "FIX"
        and "runs on jax" in result.message
        and "KERAS_BACKEND" in result.message
    )


def test_digits_that_cannot_be_read():
    def load():
        raise FileNotFoundError("mnist_5k.csv.gz")

    result = machine.check_digits(load)
    assert result.state == "FIX" and "FileNotFoundError: mnist_5k.csv.gz" in result.message
    assert "5,000 real ones of 10 classes" in machine.check_digits().message


@pytest.mark.parametrize(
    ("check", "enough", "too_little", "state", "advice"),
    [
        (machine.check_cores, 2, 1, "slow", "one more"),
        (machine.check_memory, 2.5, 1.2, "FIX", "Shut down other kernels"),
    ],
)
def test_cores_and_memory(check, enough, too_little, state, advice):
    assert check(enough).state == "fine" and check(too_little).state == state
    assert advice in check(too_little).message and str(too_little) in check(too_little).message
    assert check().message[0].isdigit()  # measured on this machine


def test_the_summary_names_what_to_fix():
    fine, broken = machine.check_python((3, 12)), machine.check_keras("torch")
    slow, digits = machine.check_cores(1), machine.CheckResult("digits", "FIX", "")
    assert machine.summary([fine]) == "Your machine is ready."
    assert machine.summary([fine, slow]) == "Your machine is ready, if slow (cores)."
    assert machine.summary([fine, broken, slow, digits]) == "Not ready: first fix Keras, digits."
    assert str(fine) == "fine  Python: 3.12." and str(broken).startswith("FIX  Keras:")


@pytest.mark.slow
def test_the_probe_trains_and_measures_its_time():
    images = data.load_mnist()[0][:1280]
    gan, seconds = machine.speed_probe(images)
    assert 0 < seconds < 120 and gan.updates_made == 24 * 20
    assert np.abs(gan.sample(3, seed=0)).max() <= 1


def test_lesson_00_trains_what_the_probe_trains():
    """Its minutes are predicted from the seconds of its own training."""
    cells = [cell.source for cell in nbformat.read(LESSON, as_version=4).cells]
    build = [cell for cell in cells if "models.dense_generator(" in cell or "gan.compile(" in cell]
    lesson = {"keras": keras, "models": models, "training": training}
    exec("\n".join(build), lesson)
    gan, probe = lesson["gan"], training.gan_from_preset(machine.PROBE)
    for network in ("generator", "discriminator"):
        layers = [getattr(g, network).get_config()["layers"] for g in (gan, probe)]
        one, other = ([without_names(layer) for layer in some] for some in layers)
        assert one == other
        configs = [getattr(g, f"{network}_optimizer").get_config() for g in (gan, probe)]
        assert without_names(configs[0]) == without_names(configs[1])
    assert [float(weight) for weight in gan.penalty_weights.values()] == [
        float(weight) for weight in probe.penalty_weights.values()
    ]
    assert float(gan.ema_decay) == float(probe.ema_decay)
    (fit,) = (cell for cell in cells if "gan.fit(" in cell)
    assert f"batch_size={machine.PROBE.batch_size}, epochs={machine.PROBE_EPOCHS}," in fit
    (held_out,) = {int(n) for cell in cells for n in re.findall(r"digits\[order\[(\d+):\]\]", cell)}
    assert len(data.load_mnist()[0]) - held_out == machine.PROBE_DIGITS


def without_names(config):
    """A config without the names that Keras counts up, at any depth."""
    if isinstance(config, dict):
        return {k: without_names(v) for k, v in config.items() if k not in ("name", "batch_shape")}
    if isinstance(config, (list, tuple)):
        return [without_names(value) for value in config]
    return config


def test_the_map_of_lesson_00_has_the_minutes_that_are_predicted():
    (page,) = (
        cell.source
        for cell in nbformat.read(LESSON, as_version=4).cells
        if cell.source.startswith("## 7. The map")
    )
    shown = dict(re.findall(r"(?m)^\| \W*(\d\d) · .* ([\d.]+) \|$", page))
    predicted = machine.predicted_minutes(machine.PROBE_SECONDS)
    assert shown == {lesson[:2]: f"{minutes:.1f}" for lesson, minutes in predicted.items()}


def test_a_slower_machine_takes_longer_except_for_fixed_times():
    reference = machine.predicted_minutes(machine.PROBE_SECONDS)
    twice = machine.predicted_minutes(2 * machine.PROBE_SECONDS)
    for lesson, (fixed, work) in machine.LESSON_SECONDS.items():
        assert np.isclose(reference[lesson], (fixed + work) / 60)
        assert np.isclose(twice[lesson] - reference[lesson], work / 60)
    with pytest.raises(ValueError, match="above 0, got 0"):
        machine.predicted_minutes(0)
