"""What all panels share: a picture, its words, errors that are shown."""

import base64
import html
import traceback

import ipywidgets as ipw

WRAPPED = {"flex_flow": "row wrap", "align_items": "center", "grid_gap": "2px 14px"}


class Panel(ipw.VBox):
    """Controls around a `picture`, which `describe()` puts into words.

    Where widgets cannot run, the cell's stored picture is shown instead.
    """

    def __init__(self, children):
        super().__init__(children, layout=ipw.Layout(width="100%"))
        self.add_class("gan-panel")

    def _say_in_words(self, words):
        self.picture.description = words
        self.caption.value = f"<small>{html.escape(words)}</small>"

    def _repr_mimebundle_(self, **kwargs):
        data = super()._repr_mimebundle_(**kwargs)
        data["image/png"] = base64.b64encode(self.picture.png).decode()
        data["text/plain"] = self.describe()
        return data


def _try_every_stop(*sliders):
    """Move each slider over its range once, so that a mistake stops the cell, not the first move."""
    for slider in sliders:
        start = slider.value
        if isinstance(slider, (ipw.SelectionSlider, ipw.Dropdown)):
            for index in range(len(slider.options)):
                slider.index = index
        else:
            for value in (slider.min, slider.max):
                slider.value = value
        slider.value = start


def _error_box(error):
    lines = html.escape("".join(traceback.format_exception(error)))
    return (
        "<div role='alert' style='border-left: 4px solid #c00; padding: 6px; background: #fee;"
        f" color: #600'><b>Stopped.</b> {html.escape(f'{type(error).__name__}: {error}')}"
        f"<details><summary>Traceback</summary><pre>{lines}</pre></details></div>"
    )
