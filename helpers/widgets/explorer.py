"""A figure that follows its sliders, and a check that sliders work."""

import contextlib
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as ipw
import traitlets
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from ..plots import PICTURE_DPI, REAL
from .controls import gif_button, lay_out
from .panel import Panel, _error_box, _try_every_value
from .picture import PICTURE_LAYOUT, Picture

PLAY_MILLISECONDS = 200  # for each value of a slider with Play


class Explorer(Panel):
    """A figure that is redrawn as soon as a slider moves or a button is pressed.

    An error in `redraw` stops the cell that builds the explorer; a later error, in `redraw` or in a
    button's function, is raised and shown on the panel.

    Args:
        redraw: called with the sliders' values, by name; changes the artists and returns what the
            picture now shows, in words.
        moving: the artists that it changes, all in one figure (not one of pyplot's). Only they are
            drawn again, so that a redraw takes some hundredths of a second, unless the limits of
            an axis or the words of another text have changed.
        sliders: {name: an ipywidgets slider with a description}.
        buttons: {label: a function of the sliders' values, by name, that returns
            ({name: new value}, a sentence that says what happened)}; none by default.
        play: name of a slider of integers that runs through its values when Play is pressed, and
            whose pictures "Save as GIF" saves; none by default.

    Attributes:
        sliders: as given.
        play, gif_button: widgets, None without `play`.

    Raises:
        ValueError: if `play` is not the name of an `ipywidgets.IntSlider`.
        buttons: {label: an ipywidgets button}.
        values: {name: value} of the sliders.

    Example:
        >>> import ipywidgets
        >>> from helpers import plots, widgets
        >>> figure, axes = plots.live_axes(1)
        >>> (line,) = axes.plot([0, 1], [0, 0])
        >>> def redraw(slope):
        ...     line.set_ydata([0, slope])
        ...     return f"A line of slope {slope}."
        >>> slider = ipywidgets.IntSlider(description="slope", min=0, max=1)
        >>> panel = widgets.Explorer(redraw, [line], {"slope": slider})
        >>> panel.set(slope=1)
        >>> panel.describe()
        'A line of slope 1.'
    """

    def __init__(
        self,
        redraw: Callable[..., str],
        moving: Sequence[Artist],
        sliders: Mapping[str, ipw.Widget],
        buttons: Mapping[str, Callable[..., tuple[dict, str]]] | None = None,
        play: str | None = None,
    ):
        self.sliders = dict(sliders)
        if play is not None and not isinstance(self.sliders.get(play), ipw.IntSlider):
            raise ValueError(f"play must be the name of an IntSlider in {[*sliders]}, got {play!r}")
        self._played = play
        self._lock = threading.RLock()
        self._several_values = False  # while several sliders are set: draw once, at the end
        self._functions = dict(buttons or {})
        self._event, self._artists = "", _Artists(redraw, moving)
        self.picture = Picture(self._artists, layout=PICTURE_LAYOUT)
        self.caption, self.error = ipw.HTML(), ipw.HTML()
        self.buttons = {label: ipw.Button(description=label) for label in self._functions}
        for slider in self.sliders.values():
            slider.tooltip = slider.tooltip or f"{slider.description}: the picture follows"
            lay_out(slider, "150px", "450px")
            slider.observe(self._on_slider, "value")
        for label in self.buttons:
            self.buttons[label].on_click(lambda _, label=label: self.press(label))
        rows = [*self.sliders.values(), self.picture, self.caption, self.error]
        above = [*self.buttons.values(), *self._make_play(play)]
        super().__init__([ipw.HBox(above), *rows] if above else rows)
        _try_every_value(*self.sliders.values())
        self._show()
        if play is not None:
            traitlets.link((self.play, "value"), (self.sliders[play], "value"))

    def _make_play(self, name):
        """The widgets that go with the slider of that name."""
        if name is None:
            self.play = self.gif_button = None
            return []
        slider = self.sliders[name]
        self.play = ipw.Play(
            min=slider.min, max=slider.max, value=slider.value, interval=PLAY_MILLISECONDS
        )
        self.gif_button = gif_button(f"Every {slider.description}")
        self.gif_button.on_click(lambda _: self._on_gif(f"{slider.description}.gif"))
        return [self.play, self.gif_button]

    def _gif_pictures(self):
        """One picture for each value of the slider with Play; the picture shown stays."""
        name = self._played
        if name is None:
            return super()._gif_pictures()
        slider, pictures = self.sliders[name], []
        values = self.values
        with self._lock:
            for value in range(slider.min, slider.max + 1, slider.step):
                self.picture.show(**values | {name: value})
                pictures.append(self.picture.png)
            self.picture.show(**values)
        return pictures

    def _on_gif(self, name):
        with self._errors_shown():
            self._set_description(f"{self.describe()} {self._save_gif_here(name)}")

    @property
    def values(self) -> dict[str, Any]:
        """The sliders' values, by name."""
        return {name: slider.value for name, slider in self.sliders.items()}

    def set(self, **values: Any) -> None:
        """Sets sliders, by name, and draws once.

        Args:
            **values: a new value for each slider to set.

        Raises:
            ValueError: if there is no slider of that name.
        """
        for name in values:
            if name not in self.sliders:
                raise ValueError(f"sliders are {sorted(self.sliders)}, got {name!r}")
        self._set_values(values, "")

    def press(self, label: str) -> None:
        """Does what a button does, and raises what goes wrong.

        Args:
            label: of the button.

        Raises:
            ValueError: if there is no button of that label.
        """
        if label not in self._functions:
            raise ValueError(f"buttons are {sorted(self._functions)}, got {label!r}")
        with self._lock, self._errors_shown():
            self._set_values(*self._functions[label](**self.values))

    def _set_values(self, values, event):
        with self._lock:
            self._several_values = True
            try:
                for name, value in values.items():
                    self.sliders[name].value = value
            finally:
                self._several_values = False
            self._show(event)

    def _on_slider(self, change):
        """A slider was moved by hand, or the front end has rounded what a button has set."""
        slider = change.owner
        rounded = (
            isinstance(slider, ipw.FloatSlider) and abs(change.new - change.old) < slider.step / 2
        )
        self._show(self._event if rounded else "")

    def _show(self, event=""):
        """Draw the sliders' values; event: the sentence of the button that set them, if one did."""
        with self._lock, self._errors_shown():
            if not self._several_values:
                self._event = event
                self.picture.show(**self.values)
                self._set_description(self.describe())

    def describe(self) -> str:
        """Describes the panel's picture in words."""
        return f"{self._event} {self._artists.description}".strip()

    @contextlib.contextmanager
    def _errors_shown(self):
        try:
            yield
            self.error.value = ""
        except Exception as error:
            self.error.value = _error_box(error)
            raise


class _Artists:
    """A view for `Picture`: a figure whose moving artists are changed by a function."""

    def __init__(self, redraw, moving):
        self.moving, self.figure = moving, moving[0].figure
        self._redraw = redraw

    def update(self, **values):
        before = self._at_rest()
        self.description = self._redraw(**values)
        return self._at_rest() != before

    def _at_rest(self):
        """What can change without being one of the moving artists: limits, and words in the axes."""
        return [
            (
                axes.get_xlim(),
                axes.get_ylim(),
                [text.get_text() for text in axes.texts if not text.get_animated()],
            )
            for axes in self.figure.axes
        ]


class FrontEndCheck(Panel):
    """A panel that says whether the front end (the browser) runs widgets.

    It says so once the front end has answered. Until then, and always where only the stored picture
    is shown, it says what to do.

    Attributes:
        answered: True once the front end has drawn a picture and told the kernel so.
    """

    def __init__(self):
        self.answered = False
        figure = Figure(figsize=(9, 1.5), dpi=PICTURE_DPI)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        self._text = axes.text(0.02, 0.5, "", va="center", fontsize=14, linespacing=1.5)
        self.picture = Picture(_Artists(self._write, [self._text]), layout=PICTURE_LAYOUT)
        self.caption = ipw.HTML()
        super().__init__([self.picture, self.caption])
        self._show()
        self.picture.observe(self._on_answer, "shown")

    def _message(self):
        if self.answered:
            return "Sliders work here: the browser drew this picture and told the kernel so."
        return (
            "Sliders do not work here: this is a static picture.\n"
            "On a website that is expected. In JupyterLab: run this cell, and if nothing\n"
            "changes, open JupyterLab with the README's first command and reload the page."
        )

    def _write(self):
        self._text.set(text=self._message(), color=(REAL if self.answered else "black"))

    def _show(self):
        self.picture.show()
        self._set_description(self.describe())

    def _on_answer(self, _):
        if not self.answered:
            self.answered = True
            self._show()

    def describe(self) -> str:
        """Describes the panel's picture in words."""
        return " ".join(self._message().split())
