"""A canvas in the browser that shows a figure again and again."""

import pathlib
import struct
import time
import zlib
from typing import Any

import anywidget
import numpy as np
import traitlets
from matplotlib.backends.backend_agg import FigureCanvasAgg

PICTURE_LAYOUT = {"width": "100%", "max_width": "760px"}
FRAMES_AHEAD = 6  # the most that may be on their way to the front end: 0.4 s
UNACKNOWLEDGED_SECONDS = 1.0  # no front end, or it is far behind: send again after this


class Picture(anywidget.AnyWidget):
    """A canvas fed with PNG bytes: it has a text for screen readers and acknowledges its frames.

    It acknowledges some times a second, not each frame: a message to the kernel makes JupyterLab
    redraw its busy indicators, which costs more than a frame. A front end that is behind skips
    frames.

    It also keeps key presses on the panel around it from reaching the notebook, where "x" would
    cut the cell and "b" add one, gives the panel's slider handles their labels as accessible names
    and what they show as values, puts the focus on a slider whose rail was clicked, lets nobody type
    where that has no effect, and shows the tooltips of menus and check boxes. In a notebook
    that was saved with its widgets and is opened without their kernel, the last frame is shown with
    the words "run this cell", and the rest of the panel is hidden.

    Args:
        view: an object with `figure`, `moving` (the artists that change) and `update(...)`, which
            returns True if more than those has changed; such as `plots.TrainingView`. If it has
            `under_pointer` and `values_under_pointer`, they are passed on.
        **kwargs: of the widget, such as `layout`.

    Attributes:
        png: bytes of the last frame.
        description: text for screen readers.
        tooltips: {label of a menu or a check box of the panel: text}.
        code: Python, which a button of the class "gan-copy" puts on the clipboard.
        under_pointer: what the pointer reads in the picture, {"name": of the value, "rows": int,
            "columns": int, "box": [left, top, width, height] in fractions of the picture, "x":
            (left, right), "y": (lower, upper)}; empty for nothing.
        values_under_pointer: float32 bytes, (rows, columns) from the lower left; the outermost
            values stand on the edges of the box.
        sent: int, number of the last frame.
        shown: int, number of the last frame that the front end has acknowledged.
        drawn: int, how many frames the front end has drawn.
    """

    _esm = pathlib.Path(__file__).with_name("picture.js").read_text(encoding="utf-8")
    _css = pathlib.Path(__file__).with_name("picture.css").read_text(encoding="utf-8")
    png = traitlets.Bytes(b"").tag(sync=True)
    description = traitlets.Unicode("").tag(sync=True)
    tooltips = traitlets.Dict().tag(sync=True)
    code = traitlets.Unicode("").tag(sync=True)
    under_pointer = traitlets.Dict().tag(sync=True)
    values_under_pointer = traitlets.Bytes(b"").tag(sync=True)
    sent = traitlets.Int(0).tag(sync=True)
    shown = traitlets.Int(0).tag(sync=True, echo_update=False)
    drawn = traitlets.Int(0).tag(sync=True, echo_update=False)

    def __init__(self, view: Any, **kwargs: Any):
        super().__init__(**kwargs)
        self.add_class("gan-picture")
        self._view = view
        self.under_pointer = getattr(view, "under_pointer", {})
        self._canvas = FigureCanvasAgg(view.figure)
        for artist in view.moving:
            artist.set_animated(True)
        self._background = None
        self._sent_at = 0.0

    @property
    def ready(self) -> bool:
        """Whether the front end keeps up with the frames, or has acknowledged none for a second."""
        waited = time.monotonic() - self._sent_at
        return self.sent - self.shown < FRAMES_AHEAD or waited > UNACKNOWLEDGED_SECONDS

    @property
    def page_size(self) -> tuple[int, int]:
        """Width and height on the page, in its pixels: 80 for an inch of the figure."""
        width, height = self._view.figure.get_size_inches()
        return round(80 * width), round(80 * height)

    def show(self, *arrays: Any, **values: Any) -> None:
        """Updates the view and sends a frame; axes and text are drawn only when they have changed.

        Args:
            *arrays: positional arguments of the view's `update`.
            **values: keyword arguments of the view's `update`.
        """
        if self._view.update(*arrays, **values) or self._background is None:
            self._canvas.draw()
            self._background = self._canvas.copy_from_bbox(self._view.figure.bbox)
        self._canvas.restore_region(self._background)
        for artist in self._view.moving:
            artist.axes.draw_artist(artist)
        png = _png(np.asarray(self._canvas.buffer_rgba())[..., :3])
        self._sent_at = time.monotonic()
        with self.hold_sync():
            self.sent += 1
            self.png = png
            if self.under_pointer:
                self.values_under_pointer = self._view.values_under_pointer.tobytes()


def _png(pixels):
    """Pixels (height, width, 3), uint8, as PNG (W3C 2003) with unfiltered rows.

    A third of the time of Pillow, which tries five filters on each row, for as many bytes.
    """
    height, width, _ = pixels.shape
    rows = np.zeros((height, 1 + 3 * width), "uint8")  # each row begins with its filter, 0: none
    for channel in range(3):
        rows[:, 1 + channel :: 3] = pixels[..., channel]
    parts = {
        b"IHDR": struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0),  # 8 bits, red green blue
        b"IDAT": zlib.compress(rows.tobytes(), 1),
        b"IEND": b"",
    }
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts.items()
    )
