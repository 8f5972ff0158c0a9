import base64

from helpers import widgets

import ipywidgets as ipw
import pytest
from matplotlib.figure import Figure


def explorer(redraw=None, buttons=None):
    axes = Figure(figsize=(3, 2)).subplots()
    axes.set(xlim=(-5, 5), ylim=(-5, 5))
    (line,) = axes.plot([], [])

    def straight(slope, height):
        line.set_data([-1, 1], [height - slope, height + slope])
        return f"A line of slope {slope:g} at height {height:g}."

    sliders = {
        "slope": ipw.FloatSlider(description="slope", min=-2, max=2, value=1),
        "height": ipw.SelectionSlider(description="height", options=[("low", -1), ("high", 1)]),
    }
    return widgets.Explorer(redraw or straight, [line], sliders, buttons)


def test_an_explorer_follows_its_sliders_in_picture_and_description():
    shown = explorer()
    first = shown.picture.png
    assert "slope 1 at height -1" in shown.picture.description
    shown.sliders["slope"].value = 2
    second = shown.picture.png
    assert second != first and "slope 2" in shown.caption.value
    shown.set(slope=1, height=-1)
    assert shown.picture.png == first
    bundle = shown._repr_mimebundle_()
    assert bundle["image/png"] and "slope 1" in bundle["text/plain"]
    with pytest.raises(ValueError, match=r"\['height', 'slope'\], got 'width'"):
        shown.set(width=3)


def test_an_explorer_draws_everything_when_an_axis_changes():
    axes = Figure(figsize=(3, 2)).subplots()
    (line,) = axes.plot([0, 1], [0, 1])

    def stretch(width):
        axes.set_xlim(0, width)
        return "stretched"

    slider = ipw.IntSlider(description="width", min=1, max=5)
    shown = widgets.Explorer(stretch, [line], {"width": slider})
    narrow = shown.picture._background
    shown.set(width=3)
    assert shown.picture._background is not narrow
    wide = shown.picture._background
    shown.set(width=3)
    assert shown.picture._background is wide


@pytest.mark.slow
def test_an_explorers_button_moves_sliders_and_says_what_happened():
    shown = explorer(buttons={"Flatten": lambda slope, height: ({"slope": 0}, "It is flat now.")})
    shown.buttons["Flatten"].click()
    assert shown.values == {"slope": 0, "height": -1}
    assert shown.describe() == "It is flat now. A line of slope 0 at height -1."
    shown.sliders["slope"].value = 0.01  # less than a step: the browser rounds
    assert shown.describe() == "It is flat now. A line of slope 0.01 at height -1."
    shown.sliders["slope"].value = 1  # moved by hand: the button's sentence is gone
    assert shown.describe() == "A line of slope 1 at height -1."


def test_an_explorer_tries_every_value_before_it_is_shown():
    with pytest.raises(ZeroDivisionError):
        explorer(redraw=lambda slope, height: str(1 / (slope - 2)))


def test_an_explorers_error_is_raised_and_shown_until_the_next_change():
    shown = explorer(buttons={"Break": lambda slope, height: ({"slope": 1 / 0}, "")})
    shown.buttons["Break"].click()  # ipywidgets does not raise a click's errors in the cell
    assert "role='alert'" in shown.error.value and "ZeroDivisionError" in shown.error.value
    shown.sliders["slope"].value = 0
    assert shown.error.value == ""
    with pytest.raises(ZeroDivisionError):
        shown.press("Break")
    with pytest.raises(ValueError, match=r"\['Break'\], got 'Fix'"):
        shown.press("Fix")


def test_the_front_end_check_does_not_change_until_the_front_end_answers():
    check = widgets.FrontEndCheck()
    first = check.picture.png
    stored = check._repr_mimebundle_()
    assert not check.answered and "Sliders do not work here" in stored["text/plain"]
    assert base64.b64decode(stored["image/png"]) == first
    check.picture.shown = check.picture.sent  # as the front end does when it has drawn the picture
    assert check.answered and check.picture.png != first
    assert "Sliders work here" in check.describe()
    assert check.describe() in check.caption.value and check.picture.description
