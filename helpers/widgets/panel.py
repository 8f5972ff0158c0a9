"""The base class of all panels: a picture, its description, errors shown in the panel."""

import base64
import html
import traceback

import ipywidgets as ipw

WRAPPED = {"flex_flow": "row wrap", "align_items": "center", "grid_gap": "2px 14px"}


class Panel(ipw.VBox):
    """Controls around a `picture`, which `describe()` puts into words; base class of all panels.

    Where widgets cannot run, the cell's stored picture is shown instead. A subclass sets `picture`
    and `caption`, and defines `describe`.

    Args:
        children: widgets, from top to bottom.
    """

    def __init__(self, children: list[ipw.Widget]):
        super().__init__(children, layout=ipw.Layout(width="100%"))
        self.add_class("gan-panel")

    def _set_description(self, text):
        self.picture.description = text
        self.caption.value = f"<small>{html.escape(text)}</small>"

    def _repr_mimebundle_(self, **kwargs):
        data = super()._repr_mimebundle_(**kwargs)
        data["image/png"] = base64.b64encode(self.picture.png).decode()
        data["text/plain"] = self.describe()
        return data


def _try_every_value(*controls):
    """Move each control over its range once: a mistake stops the cell, not the first move by hand."""
    for control in controls:
        start = control.value
        if isinstance(control, (ipw.SelectionSlider, ipw.Dropdown)):
            for index in range(len(control.options)):
                control.index = index
        else:
            for value in (control.min, control.max):
                control.value = value
        control.value = start


def _error_box(error):
    lines = html.escape("".join(traceback.format_exception(error)))
    return (
        "<div role='alert' style='border-left: 4px solid #c00; padding: 6px; background: #fee;"
        f" color: #600'><b>Stopped.</b> {html.escape(f'{type(error).__name__}: {error}')}"
        f"<details><summary>Traceback</summary><pre>{lines}</pre></details></div>"
    )
