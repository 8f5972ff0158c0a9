"""A figure that answers its sliders at once, and a check that sliders work."""

import contextlib
import threading

import ipywidgets as ipw
from matplotlib.figure import Figure

from ..plots import REAL
from .panel import Panel, _error_box, _try_every_stop
from .picture import PICTURE_LAYOUT, Picture


class Explorer(Panel):
    """A figure that answers its sliders and buttons at once.

    redraw: a function of the sliders' values, by name; it moves the artists and returns what the
        picture now says, in words. moving: the artists it moves, all of one figure (not one of
        pyplot's); only they are drawn again, so that a redraw takes some hundredths of a second,
        unless it has changed the limits of an axis.
    sliders: {name: an ipywidgets slider with a description}. buttons: {label: a function of the
        sliders' values that returns ({name: new value}, a sentence that says what happened)}.

    `explorer.set(name=value, ...)` and `explorer.press(label)` do the same from code. An error in
    a function stops the cell that builds the explorer; later it is raised and shown on the panel.
    """

    def __init__(self, redraw, moving, sliders, buttons=None):
        self.sliders = dict(sliders)
        self._turn = threading.RLock()
        self._quiet = False
        self._functions = dict(buttons or {})
        self._did, self._artists = "", _Artists(redraw, moving)
        self.picture = Picture(self._artists, layout=PICTURE_LAYOUT)
        self.caption, self.error = ipw.HTML(), ipw.HTML()
        self.buttons = {label: ipw.Button(description=label) for label in self._functions}
        for slider in self.sliders.values():
            slider.style.description_width, slider.layout.width = "150px", "450px"
            slider.observe(self._moved, "value")
        for label in self.buttons:
            self.buttons[label].on_click(lambda _, label=label: self.press(label))
        rows = [*self.sliders.values(), self.picture, self.caption, self.error]
        super().__init__([ipw.HBox([*self.buttons.values()]), *rows] if buttons else rows)
        _try_every_stop(*self.sliders.values())
        self._show()

    @property
    def values(self):
        return {name: slider.value for name, slider in self.sliders.items()}

    def set(self, **values):
        """Move sliders, by name, and draw once."""
        for name in values:
            if name not in self.sliders:
                raise ValueError(f"sliders are {sorted(self.sliders)}, got {name!r}")
        self._move(values, "")

    def press(self, label):
        """Do what the button of that label does, and raise what goes wrong."""
        if label not in self._functions:
            raise ValueError(f"buttons are {sorted(self._functions)}, got {label!r}")
        with self._turn, self._errors_shown():
            self._move(*self._functions[label](**self.values))

    def _move(self, values, did):
        with self._turn:
            self._quiet = True
            try:
                for name, value in values.items():
                    self.sliders[name].value = value
            finally:
                self._quiet = False
            self._show(did)

    def _moved(self, change):
        """A slider has a new value: by hand, unless the page only rounds what a button has set."""
        slider = change.owner
        rounds = (
            isinstance(slider, ipw.FloatSlider) and abs(change.new - change.old) < slider.step / 2
        )
        self._show(self._did if rounds else "")

    def _show(self, did=""):
        """Draw the sliders' values; did: the sentence of the button that set them, if one did."""
        with self._turn, self._errors_shown():
            if not self._quiet:
                self._did = did
                self.picture.show(**self.values)
                self._say_in_words(self.describe())

    def describe(self):
        """The panel's picture in words."""
        return f"{self._did} {self._artists.words}".strip()

    @contextlib.contextmanager
    def _errors_shown(self):
        try:
            yield
            self.error.value = ""
        except Exception as error:
            self.error.value = _error_box(error)
            raise


class _Artists:
    """What `Picture` draws for an explorer: a figure whose moving artists a function moves."""

    def __init__(self, redraw, moving):
        self.moving, self.figure = moving, moving[0].figure
        self._redraw = redraw

    def update(self, **values):
        before = self._limits()
        self.words = self._redraw(**values)
        return self._limits() != before

    def _limits(self):
        return [(axes.get_xlim(), axes.get_ylim()) for axes in self.figure.axes]


class FrontEndCheck(Panel):
    """Says whether the page runs widgets: for that, the page itself has to answer.

    Until it does, and for ever where only the stored picture is shown, the words say what to do.
    `answered` is True once the page has drawn a picture and told the kernel so.
    """

    def __init__(self):
        self.answered = False
        figure = Figure(figsize=(9, 1.5), dpi=80)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        self._text = axes.text(0.02, 0.5, "", va="center", fontsize=14, linespacing=1.5)
        self.picture = Picture(_Artists(self._write, [self._text]), layout=PICTURE_LAYOUT)
        self.caption = ipw.HTML()
        super().__init__([self.picture, self.caption])
        self._show()
        self.picture.observe(self._page_answered, "shown")

    def _words(self):
        if self.answered:
            return "Sliders work here: the page drew this picture and told the kernel so."
        return (
            "Nothing can be moved here: this is a still picture.\n"
            "On a website that is as it should be. In JupyterLab: run this cell, and if\n"
            "nothing changes, open JupyterLab with the README's first command, reload the page."
        )

    def _write(self):
        self._text.set(text=self._words(), color=(REAL if self.answered else "black"))

    def _show(self):
        self.picture.show()
        self._say_in_words(self.describe())

    def _page_answered(self, _):
        if not self.answered:
            self.answered = True
            self._show()

    def describe(self):
        """The panel's picture in words."""
        return " ".join(self._words().split())
