import base64
import io
import threading
import time

from helpers import widgets

import ipywidgets as ipw
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image
from widgets_data import frames


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
    bundle, _ = shown._repr_mimebundle_()
    assert bundle["image/png"] and "slope 1" in bundle["text/plain"]
    with pytest.raises(ValueError, match=r"\['height', 'slope'\], got 'width'"):
        shown.set(width=3)


def test_play_moves_its_slider_and_its_pictures_are_saved(tmp_path, monkeypatch):
    axes = Figure(figsize=(3, 2)).subplots()
    axes.set(xlim=(-1, 4), ylim=(-5, 5))
    (line,) = axes.plot([], [])

    def redraw(moment, height):
        line.set_data([moment, moment], [-5, height])
        return f"moment {moment} at height {height}"

    sliders = {
        "moment": ipw.IntSlider(description="moment", min=0, max=3),
        "height": ipw.IntSlider(description="height", min=0, max=3, value=2),
    }
    shown = widgets.Explorer(redraw, [line], sliders, play="moment")
    shown.play.value = 2  # as the front end does
    assert shown.sliders["moment"].value == 2 and "moment 2 at height 2" in shown.caption.value
    before = shown.picture.png
    assert frames(shown.save_gif(tmp_path / "film.gif")) == 4 and shown.picture.png == before
    monkeypatch.chdir(tmp_path)
    shown.gif_button.click()
    assert frames("moment.gif") == 4 and "Saved moment.gif" in shown.caption.value
    with pytest.raises(ValueError, match=r"IntSlider in \['moment', 'height'\], got 'hour'"):
        widgets.Explorer(redraw, [line], sliders, play="hour")


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


def test_an_explorer_draws_everything_when_the_words_of_a_text_at_rest_change():
    axes = Figure(figsize=(3, 2)).subplots()
    moving, at_rest = axes.text(0, 0, ""), axes.text(0, 0.5, "")

    def write(number):
        moving.set_text(str(number))
        at_rest.set_text("even" if number % 2 == 0 else "odd")
        return "written"

    slider = ipw.IntSlider(description="number", min=1, max=5)
    shown = widgets.Explorer(write, [moving], {"number": slider})
    odd = shown.picture._background
    shown.set(number=3)
    assert shown.picture._background is odd
    shown.set(number=4)
    assert shown.picture._background is not odd


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


def test_an_explorer_draws_one_picture_at_a_time():
    drawing, together = [], []

    def redraw(slope, height):
        drawing.append(slope)
        together.append(len(drawing))
        time.sleep(0.02)
        drawing.pop()
        return ""

    shown = explorer(redraw)
    threads = [threading.Thread(target=lambda s=s: shown.set(slope=s)) for s in (-2, -1, 0, 1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(together) == 1


def test_the_front_end_check_does_not_change_until_the_front_end_answers():
    check = widgets.FrontEndCheck()
    first = check.picture.png
    stored, _ = check._repr_mimebundle_()
    assert not check.answered and "Sliders do not work here" in stored["text/plain"]
    shown = [
        Image.open(io.BytesIO(png)).convert("RGB")
        for png in (base64.b64decode(stored["image/png"]), first)
    ]
    assert np.abs(np.subtract(*(np.asarray(one, int) for one in shown))).mean() < 1  # 256 colours
    check.picture.shown = check.picture.sent  # as the front end does when it has drawn the picture
    assert check.answered and check.picture.png != first
    assert "Sliders work here" in check.describe()
    assert check.describe() in check.caption.value and check.picture.description
