import importlib.metadata
import subprocess
import sys

from helpers import data, machine

import numpy as np
import pytest


def test_this_machine_is_ready():
    found = machine.findings()
    assert [finding.about for finding in found] == [
        "Python",
        "packages",
        "Keras",
        "digits",
        "cores",
        "memory",
    ]
    ready = [finding for finding in found if finding.about not in ("cores", "memory")]
    assert {finding.state for finding in ready} == {"fine"}, "\n".join(map(str, ready))


@pytest.mark.parametrize(
    ("version", "fine"),
    [((3, 9), False), ((3, 10), True), ((3, 13), True), ((3, 14), False), ((4, 0), False)],
)
def test_python(version, fine):
    finding = machine.check_python(version)
    assert (
        finding.state == ("fine" if fine else "FIX") and ("3.10 to 3.13" in finding.words) != fine
    )


def versions(**installed):
    def version_of(name):
        if name not in installed:
            raise importlib.metadata.PackageNotFoundError(name)
        return installed[name]

    return version_of


@pytest.mark.parametrize(
    ("installed", "fine", "words"),
    [
        ({"keras": "3.12.1", "jupyterlab": "4.4.0"}, True, "all 2 are here"),
        ({"keras": "3.12.1"}, False, "jupyterlab is missing."),
        ({"keras": "2.15.0", "jupyterlab": "4.4.0"}, False, "keras is 2.15.0, the course needs"),
        ({"keras": "4.0.0", "jupyterlab": "3.6"}, False, "jupyterlab is 3.6, the course needs"),
    ],
)
def test_packages(installed, fine, words):
    requirements = [
        "keras<4,>=3.12",
        'jupyterlab<5,>=4.4; extra == "lessons"',
        'playwright>=1.50; extra == "browser"',  # for contributors
        'tomli>=2; python_version < "3"',  # not for this Python
    ]
    finding = machine.check_packages(requirements, versions(**installed))
    assert finding.state == ("fine" if fine else "FIX") and words in finding.words
    assert ("-m pip install -r requirements.txt" in finding.words) != fine


def test_the_packages_are_those_of_pyproject():
    asked = []
    assert machine.check_packages(version_of=lambda name: asked.append(name) or "0").state == "FIX"
    assert {"tensorflow", "keras", "anywidget", "jupyterlab"} <= set(asked)
    assert not {"playwright", "ruff", "nbval"} & set(asked)


def test_a_folder_that_was_not_installed(monkeypatch):
    monkeypatch.setattr(machine, "DISTRIBUTION", "not-installed")
    finding = machine.check_packages()
    assert finding.state == "FIX" and "not-installed, the course's own, is not" in finding.words


def test_the_engine_below_keras():
    assert machine.check_keras().state == "fine"
    finding = machine.check_keras("jax")
    assert (
        finding.state == "FIX"
        and "runs on jax" in finding.words
        and "KERAS_BACKEND" in finding.words
    )


def test_digits_that_cannot_be_read():
    def load():
        raise FileNotFoundError("mnist_5k.csv.gz")

    finding = machine.check_digits(load)
    assert finding.state == "FIX" and "FileNotFoundError: mnist_5k.csv.gz" in finding.words
    assert "5,000 real ones of 10 classes" in machine.check_digits().words


@pytest.mark.parametrize(
    ("check", "enough", "too_little", "state", "remedy"),
    [
        (machine.check_cores, 2, 1, "slow", "one more"),
        (machine.check_memory, 2.5, 1.2, "FIX", "Shut down other kernels"),
    ],
)
def test_cores_and_memory(check, enough, too_little, state, remedy):
    assert check(enough).state == "fine" and check(too_little).state == state
    assert remedy in check(too_little).words and str(too_little) in check(too_little).words
    assert check().words[0].isdigit()  # measured, or the machine could not run this test


def test_the_verdict_names_what_to_mend():
    fine, broken = machine.check_python((3, 12)), machine.check_keras("torch")
    slow, digits = machine.check_cores(1), machine.Finding("digits", "FIX", "")
    assert machine.verdict([fine]) == "Your machine is ready."
    assert machine.verdict([fine, slow]) == "Your machine is ready, if slow (cores)."
    assert machine.verdict([fine, broken, slow, digits]) == "Not ready: first mend Keras, digits."
    assert str(fine) == "fine  Python: 3.12." and str(broken).startswith("MEND  Keras:")


def test_the_probe_trains_and_takes_its_time():
    images = data.load_mnist()[0][:1280]
    gan, seconds = machine.speed_probe(images)
    assert 0 < seconds < 120 and gan.updates_made == 160
    assert np.abs(gan.sample(3, seed=0)).max() <= 1


def test_a_slower_machine_takes_longer_but_not_where_the_clock_decides():
    as_measured = machine.predicted_minutes(machine.PROBE_SECONDS)
    twice = machine.predicted_minutes(2 * machine.PROBE_SECONDS)
    for lesson, (clock, work) in machine.LESSON_SECONDS.items():
        assert np.isclose(as_measured[lesson], (clock + work) / 60)
        assert np.isclose(twice[lesson] - as_measured[lesson], work / 60)
    with pytest.raises(ValueError, match="above 0, got 0"):
        machine.predicted_minutes(0)


@pytest.mark.parametrize("error", ["ImportError('DLL load failed')", "ModuleNotFoundError('gone')"])
def test_a_tensorflow_that_does_not_load_says_what_to_do(tmp_path, error):
    (tmp_path / "tensorflow.py").write_text(f"import os; os.write(2, b'caught'); raise {error}")
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import helpers.data"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    last = run.stderr.strip().splitlines()
    assert run.returncode == 1 and "caught" in run.stderr and last[-1].startswith("To mend it:")
    assert error.split("'")[1] in last[-2] and sys.executable in last[-2]
