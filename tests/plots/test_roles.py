"""Contrast and colour-blind safety of the role colours, by the published formulas."""

import itertools

from helpers import plots
from helpers.plots import plane_view

import numpy as np
import pytest
from matplotlib.colors import to_rgb

ROLES = [plots.REAL, plots.GENERATED, plots.DISCRIMINATOR, plots.GRADIENT]
# Machado, Oliveira and Fernandes 2009, table 1, severity 1.0: what a colour-blind eye sees, linear RGB
SEEN_BY = {
    "everyone": np.eye(3),
    "protanopes": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopes": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopes": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def linear(colour):
    """sRGB to linear RGB (IEC 61966-2-1)."""
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    """The contrast ratio of WCAG 2.2, 1 to 21."""
    luminances = sorted(linear(colour) @ [0.2126, 0.7152, 0.0722] for colour in (one, other))
    return (luminances[1] + 0.05) / (luminances[0] + 0.05)


def lab(linear_rgb):
    """CIE 1976 L*a*b* under D65."""
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    x, y, z = xyz @ linear_rgb / [0.9505, 1, 1.089]
    fx, fy, fz = (np.cbrt(v) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return np.array([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)])


def test_the_formulas_give_the_published_values():
    assert np.isclose(contrast("black", "white"), 21)
    assert np.isclose(
        contrast("#767676", "white"), 4.54, atol=0.01
    )  # the lightest grey that passes
    assert np.allclose(lab(linear("red")), [53.24, 80.09, 67.20], atol=0.1)


@pytest.mark.parametrize("colour", ROLES)
def test_a_role_can_be_read_on_white(colour):
    assert contrast(colour, "white") >= 4.5


def test_lines_and_words_of_live_pictures_can_be_seen():
    """WCAG 2.2, 1.4.11: 3 to 1 for lines; 4.5 to 1 for words."""
    for view in (plots.PlaneView(points=12), plots.TrainingView(), plots.Dashboard((2,))):
        for axes in view.figure.axes:
            lines = [line.get_color() for line in axes.lines]
            words = [text.get_color() for text in axes.texts if text.get_text()]
            assert all(contrast(line, "white") >= 3 for line in lines if line != "white")
            assert all(contrast(word, "white") >= 4.5 for word in words)


@pytest.mark.parametrize("eyes", SEEN_BY)
def test_roles_are_told_apart_by_all_eyes(eyes):
    """A difference of 2.3 is just noticeable; small marks need several times as much."""
    seen = [lab(np.clip(np.array(SEEN_BY[eyes]) @ linear(colour), 0, 1)) for colour in ROLES]
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) > 15


def test_the_marks_on_the_heat_map_have_white_edges():
    """On its darkest shade a role has little contrast; on the white around it, enough."""
    view = plots.PlaneView(points=12)
    edges = [*view._edges.values()]
    assert [one.get_zorder() < view.layers[name].zorder for name, one in view._edges.items()]
    assert {*map(str, (edges[1].get_color(), view.layers["real"].get_markeredgecolor()))} == {
        "white"
    }
    assert (edges[0].get_colors()[0, :3] == 1).all()
    assert (view.layers["gradient"].get_edgecolor()[0, :3] == 1).all()
    assert tuple(view.layers) == plane_view.LAYERS
