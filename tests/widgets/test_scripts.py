"""The panels' JavaScript is in files beside the Python that loads them."""

import pathlib
import re

from helpers import widgets

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("widget", "script"),
    [(widgets.Picture, "picture.js"), (widgets.DrawingPad, "drawing_pad.js")],
)
def test_a_widget_loads_the_script_beside_it(widget, script):
    text = (ROOT / "helpers/widgets" / script).read_text(encoding="utf-8")
    assert widget._esm == text and "export default { render };" in text


def test_the_wheel_contains_the_scripts():
    """Hatch packs every file of a listed folder that git does not ignore."""
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (wheel,) = re.findall(r"\[tool\.hatch\.build\.targets\.wheel\]\n((?:.+\n)*)", project)
    assert wheel == 'packages = ["helpers"]\n'
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert not [pattern for pattern in ignored if "helpers" in pattern or ".js" in pattern]
