import xml.etree.ElementTree as ET

from helpers import plots
from helpers.widgets.network_diagram import network_diagram

import pytest


def parts(updated):
    """What is filled, whether real points flow, and where the gradient arrows end (x of the head)."""
    svg = ET.fromstring(network_diagram(updated))
    filled = {one.get("stroke") for one in svg.iter("rect") if one.get("fill") != "none"}
    lines = [(one, one.get("points").split()) for one in svg.iter("polyline")]
    gradient = {
        points[-1].split(",")[0] for one, points in lines if one.get("stroke") == plots.GRADIENT
    }
    real = any(len(points) == 3 for _, points in lines)
    return filled, real, gradient, svg.get("aria-label")


@pytest.mark.parametrize(
    ("updated", "filled", "real", "gradient"),
    [
        ("", set(), True, set()),
        ("discriminator", {plots.DISCRIMINATOR}, True, {"211"}),
        ("generator", {plots.GENERATED}, False, {"81"}),
        ("both", {plots.DISCRIMINATOR, plots.GENERATED}, True, {"81", "211"}),
    ],
)
def test_the_diagram_shows_what_is_updated_and_what_flows(updated, filled, real, gradient):
    """211 is the middle of D's box, 81 that of G's; G's loss does not contain real points."""
    assert parts(updated)[:3] == (filled, real, gradient)
    assert len(parts(updated)[3]) > 10


def test_another_name_is_refused():
    with pytest.raises(ValueError, match="got 'D'"):
        network_diagram("D")
