"""The base class of all panels: a picture, its description, errors shown in the panel."""

from __future__ import annotations

import base64
import html
import io
import pathlib
import traceback

import ipywidgets as ipw
from PIL import Image

from ..plots import save_gif
from ..progress_bar import progress

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
        self.caption.value = (
            f"<div style='font-size: 13px; line-height: 1.35'>{html.escape(text)}</div>"
        )

    def save_gif(self, path: str | pathlib.Path) -> pathlib.Path:
        """Saves the pictures of a run as a GIF that repeats.

        Args:
            path: of the file; replaced if it exists.

        Returns:
            The path.

        Raises:
            ValueError: if there are not two pictures yet.
        """
        pictures = self._gif_pictures()
        if len(pictures) < 2:
            raise ValueError("nothing to save yet: train first; the pictures shown are kept")
        return save_gif(path, pictures, width=self.picture.page_size[0])

    def _save_gif_here(self, name):
        """Save the GIF in the folder of the notebook; the sentence that says so, or why not."""
        try:
            path = self.save_gif(name)
        except ValueError as error:  # nothing was trained
            return str(error)
        size = path.stat().st_size / 1e6
        return f"Saved {path}, {size:.1f} MB, in the folder of this notebook."

    def _gif_pictures(self):
        """PNG bytes of the pictures that `save_gif` saves."""
        return [self.picture.png]

    def _still(self, scale):
        """The picture as PNG in 256 colours, a third of the bytes, with so many pixels for one of the page."""
        width, height = (round(scale * side) for side in self.picture.page_size)
        still = Image.open(io.BytesIO(self.picture.png))
        if still.size != (width, height):
            still = still.resize((width, height), Image.Resampling.BOX)
        file = io.BytesIO()
        still.quantize(256, Image.Quantize.MEDIANCUT).save(file, "png", optimize=True)
        return file.getvalue()

    def _repr_mimebundle_(self, **kwargs):
        """The live panel; its picture, and its description as the picture's alternative text."""
        data = super()._repr_mimebundle_(**kwargs)
        data["text/plain"] = self.describe()
        if not self.picture.png:  # nothing was drawn yet
            return data, {}
        size = dict(zip(("width", "height"), self.picture.page_size))
        data["image/png"] = base64.b64encode(self._still(2)).decode()
        return data, {"image/png": size | {"alt": self.describe()}}


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


def _run_with_progress(loop, chunks, updates):
    """Run chunks of so many updates each; a line shows how many were made if it takes long."""
    bar = progress(total=chunks * updates, unit="updates", leave=False)
    try:
        loop.run(chunks, lambda done: bar.update(min(done, chunks) * updates - bar.n))
    finally:
        bar.close()


def _error_box(error):
    lines = html.escape("".join(traceback.format_exception(error)))
    return (
        "<div role='alert' style='border-left: 4px solid #c00; padding: 6px; background: #fee;"
        f" color: #600'><b>Stopped.</b> {html.escape(f'{type(error).__name__}: {error}')}"
        f"<details><summary>Traceback</summary><pre>{lines}</pre></details></div>"
    )
