"""The exact set of requirements.txt is complete, one version a Python, and within pyproject's ranges."""

import importlib.metadata
import itertools
import pathlib

from helpers import machine

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = pathlib.Path(__file__).resolve().parents[1]
PYTHONS = [f"3.{minor}" for minor in range(machine.PYTHONS[0][1], machine.PYTHONS[1][1] + 1)]
SYSTEMS = {"linux": "posix", "darwin": "posix", "win32": "nt"}  # sys_platform: os_name
EXTRAS = ("", "lessons", "test")  # what the README's commands install


def pins():
    """The lines of requirements.txt before its last, which installs the course itself."""
    *lines, last = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    assert last == "-e ."
    return [Requirement(line) for line in lines if not line.startswith("#")]


def promised():
    return [Requirement(line) for line in importlib.metadata.requires(machine.DISTRIBUTION)]


@pytest.mark.parametrize(("python", "system"), list(itertools.product(PYTHONS, SYSTEMS)))
def test_one_version_of_every_package_within_its_range(python, system):
    here = {
        "python_version": python,
        "python_full_version": f"{python}.5",
        "sys_platform": system,
        "os_name": SYSTEMS[system],
    }
    chosen = {}
    for pin in pins():
        (specifier,) = pin.specifier
        assert specifier.operator == "==" and not pin.extras
        if pin.marker is None or pin.marker.evaluate(here):
            name = canonicalize_name(pin.name)
            assert name not in chosen, f"{name} has two versions on Python {python}"
            chosen[name] = specifier.version
    for wanted in promised():
        if wanted.marker is None or any(
            wanted.marker.evaluate(here | {"extra": extra}) for extra in EXTRAS
        ):
            version = chosen[canonicalize_name(wanted.name)]
            assert wanted.specifier.contains(version), f"{wanted}, {version}"


def test_every_range_has_a_lowest_version_that_can_be_tested():
    for wanted in promised():
        assert any(one.operator in (">=", "==") for one in wanted.specifier), wanted


def test_the_pythons_are_the_same_everywhere():
    promise = SpecifierSet(importlib.metadata.metadata(machine.DISTRIBUTION)["Requires-Python"])
    assert [f"3.{minor}" for minor in range(30) if f"3.{minor}.5" in promise] == PYTHONS
    assert f"Python {PYTHONS[0]} to {PYTHONS[-1]}" in (ROOT / "README.md").read_text("utf-8")
    assert f"PYTHONS:-{' '.join(PYTHONS)}" in (ROOT / ".ci/run").read_text("utf-8")
