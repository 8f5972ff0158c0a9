"""Train a GAN live, with controls that act while it runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import ipywidgets as ipw
import numpy as np

from ..plots import Marks
from ..training import GAN, NonFiniteTraining
from .controls import (
    button,
    gif_button,
    label,
    lay_out,
    marks_in_words,
    means_in_words,
    set_controls,
    settings_code,
    speed_menu,
)
from .live_loop import LiveLoop
from .panel import WRAPPED, Panel, _error_box, _run_with_progress, _try_every_value
from .picture import PICTURE_LAYOUT, Picture
from .recording import Recording

STATUS_SECONDS = 0.5  # between two changes of the status, while it runs
ONE_TURN_SECONDS = 2.0  # a control that is turned again within these leaves no second mark
FULL_SPEED = "full speed"


class TrainingPanel(Panel):
    """Base class of panels that train a GAN live, with controls that act while it runs.

    A control that is turned leaves a numbered mark on the curves. Reset goes back to update 0, and
    calls `build` again after an error; the controls stay. A subclass gives batches (`_batches`),
    passes changed controls to the model (`_set_model`), shows and describes (`_show`, `describe`).

    Args:
        build: called without arguments, returns a new compiled `training.GAN`.
        gan: the first one.
        view: what `Picture` shows.
        controls: {name: widget with a description and a tooltip}.
        updates_per_chunk: int >= 1, updates in one compiled call at full speed.
        buttons: more widgets beside Start.
        beside_status: a widget that stands left of the status; none by default.
        below: rows of widgets below the picture.

    Attributes:
        gan: the model.
        loop: the `LiveLoop` that trains it.
        controls: as given; see `set`.
        speed: menu, a key of `SPEEDS`: what is trained between two pictures.
        marks: list of (updates made, what was turned then).
        start_button, reset_button, default_button, code_button, gif_button: ipywidgets buttons.
    """

    SPEEDS: ClassVar[dict[str, int | None]] = {
        "1 update": 1,
        "10 updates": 10,
        "100 updates": 100,
        FULL_SPEED: None,
    }
    PICTURE_SECONDS = 0.1  # below full speed, at least
    NAME = "panel"  # in `settings_code`
    loop: LiveLoop

    def __init__(
        self,
        build: Callable[[], GAN],
        gan: GAN,
        view: Any,
        controls: Mapping[str, ipw.Widget],
        updates_per_chunk: int,
        buttons: Sequence[ipw.Widget] = (),
        beside_status: ipw.Widget | None = None,
        below: Sequence[Sequence[ipw.Widget]] = (),
    ):
        self._build, self.gan, self.controls = build, gan, dict(controls)
        self._updates_per_chunk = updates_per_chunk
        self.picture = Picture(view, layout=PICTURE_LAYOUT)
        self._recording = Recording()
        self.marks: list[tuple[int, str]] = []
        self._applied: dict[str, Any] = {}  # values of the controls that the model has
        self._paced = FULL_SPEED  # the speed of the last chunk
        self._turned: tuple[list[str], float] = [], 0.0  # controls of the last mark, and when
        self.speed = speed_menu([*self.SPEEDS], FULL_SPEED)
        self._make_buttons()
        self.status = ipw.HTML(layout={"height": "80px", "overflow": "hidden", "flex": "1 1 0"})
        self.caption, self.error, self.code = ipw.HTML(), ipw.HTML(), ipw.HTML()
        for control in self.controls.values():
            lay_out(control, "122px", "312px")  # two in a row
        status = [beside_status, self.status] if beside_status else [self.status]
        settings = [self.default_button, self.code_button, self.gif_button]
        super().__init__(
            [
                ipw.HBox(
                    [self.start_button, *buttons, self.speed, self.reset_button], layout=WRAPPED
                ),
                ipw.HBox(status),  # of fixed height: nothing moves when its text grows
                ipw.HBox([*self.controls.values()], layout=WRAPPED),
                self.picture,
                self.error,
                *(ipw.HBox(row, layout=WRAPPED) for row in below),
                ipw.HBox(settings, layout=WRAPPED),
                self.caption,  # below all controls: it may grow
                self.code,
            ]
        )
        if not beside_status:
            self.status.layout.height = "28px"
        self._speed_start, self._broken, self._status_at = None, False, 0.0
        self._compiled: set[tuple[int, ...]] = set()  # shapes of batches that were trained on
        self.loop = LiveLoop(
            self._train_chunk,
            self._draw,
            lambda: self.picture.ready,
            self._on_change,
            key=type(self).__name__,
        )
        self._observe()

    def _make_buttons(self):
        self.start_button = button(
            "Start",
            "Train until Pause is pressed; every control acts meanwhile",
            "110px",
            icon="play",
            button_style="primary",
        )
        self.reset_button = button(
            "Reset", "Back to update 0; the controls stay", "110px", icon="refresh"
        )
        self.default_button = button(
            "Default settings",
            "All controls but Data and Speed as they were at the start; the run goes on",
        )
        self.code_button = button(
            "Copy settings as code",
            "Python that sets all controls as they are now, shown below and copied",
        ).add_class("gan-copy")
        self.gif_button = gif_button("The run so far")

    def _add_tooltips(self, boxes):
        more = {box.description: box.tooltip for box in boxes}
        self.picture.tooltips = {**self.picture.tooltips, **more}  # a new one, or nothing is sent

    def _observe(self):
        """Draw the first picture, move each control once over its range, then connect them all."""
        boxes = [*self.controls.values(), self.speed]
        first = {name: box.value for name, box in self.controls.items() if name != "data"}
        self._add_tooltips(boxes)
        for control in self.controls.values():
            control.observe(self._redraw_if_paused, "value")
        for box in boxes:
            box.observe(self._write_code, "value")
        self._write_code()
        self._draw()
        self._on_change("paused", None)
        _try_every_value(*self.controls.values())
        self.run(0)
        self.start_button.on_click(self._start_or_pause)
        self.reset_button.on_click(lambda _: self.loop.call(self._reset))
        self.default_button.on_click(lambda _: self._set_defaults(first))
        self.code_button.on_click(self._show_code)
        self.gif_button.on_click(lambda _: self.loop.call(self._on_gif))

    # ---- what the controls do (any thread) ----------------------------------------------

    def set(self, **values: Any) -> None:
        """Sets controls, by name, as by hand.

        Args:
            **values: {name: value}, names among `controls`.

        Raises:
            ValueError: if there is no control of that name, or it cannot have that value.
        """
        set_controls(self.controls, values)

    def settings_code(self) -> str:
        """Writes Python that sets all controls, and the speed, as they are now.

        Returns:
            Code for a notebook in which the panel has the name `NAME`.
        """
        return settings_code(self.NAME, self.controls, self.speed)

    def _set_defaults(self, values):
        self.set(**values)

    def _write_code(self, _=None):
        self.picture.code = self.settings_code()
        self.code.value = ""

    def _show_code(self, _):
        self.code.value = (
            f"<div style='font-size: 13px'>Copied. Paste it below the cell in which {self.NAME} is made."
            f"<pre style='font-size: 13px'>{self.settings_code()}</pre></div>"
        )

    def _start_or_pause(self, _):
        (self.loop.pause if self.loop.state == "running" else self.loop.start)()

    def _redraw_if_paused(self, _):
        if self.loop.state == "paused":
            self.loop.call(lambda: None)

    def run(self, chunks: int) -> None:
        """Trains without a front end and waits; what goes wrong is raised here.

        Args:
            chunks: number of chunks; 0 only waits for earlier commands.

        Raises:
            RuntimeError: if the panel is closed.
        """
        updates = self.SPEEDS[self.speed.value] or self._updates_per_chunk
        _run_with_progress(self.loop, chunks, updates)

    def close(self) -> None:
        """Ends the worker thread and closes the widgets."""
        if hasattr(self, "loop"):  # not if making the panel failed
            self.loop.close()
        super().close()

    # ---- what the worker does -----------------------------------------------------------

    def _reset(self):
        if self._broken:
            self._set_status("building a new model")
            self.gan, self._broken, self._compiled = _built(self._build), False, set()
        else:
            self.gan.reset()
        self._speed_start, self._applied, self.marks = None, {}, []
        self._recording.clear()

    def _apply_settings(self):
        """Pass on the values of changed controls only: a learning rate that decays is left alone."""
        values = {name: control.value for name, control in self.controls.items()}
        applied, self._applied = self._applied, values
        changed = {n: v for n, v in values.items() if n not in applied or v != applied[n]}
        turned = [name for name in changed if name in applied]
        if turned and self.gan.updates_made:
            self._mark(turned)
        self._set_model(changed)

    def _mark(self, turned):
        """Many values of one slider that is dragged leave one mark, where it began."""
        text = ", ".join(label(self.controls[name]) for name in turned)
        now, (before, at) = time.monotonic(), self._turned
        if self.marks and before == turned and now - at < ONE_TURN_SECONDS:
            self.marks[-1] = (self.marks[-1][0], text)
        else:
            self.marks.append((self.gan.updates_made, text))
        self._turned = turned, now

    def _draw(self):
        self._apply_settings()
        self._show()
        self._recording.add(self.gan.updates_made, self.picture.png)
        if self.loop.state == "running" and time.monotonic() - self._status_at > STATUS_SECONDS:
            self._set_status("running")

    def _train_chunk(self):
        self._apply_settings()
        if self._paced != self.speed.value:
            self._paced, self._speed_start = self.speed.value, None
        chunk, wanted = self._updates_per_chunk, self.SPEEDS[self._paced]
        updates = wanted or chunk
        size = chunk if updates % chunk == 0 else 1  # only two sizes are compiled
        for _ in range(updates // size):
            self._train(self._batches(size))
        return None if wanted is None else self.PICTURE_SECONDS

    def _train(self, batches):
        if batches.shape not in self._compiled:
            self._set_status("compiling, once, for some seconds")
            self._compiled.add(batches.shape)
        self.gan.train_on_batch(batches)
        if self._speed_start is None:  # the first call compiled
            self._speed_start = self._counts()
            self._set_status("running")

    def _gif_pictures(self):
        return self._recording.pictures

    def _on_gif(self):
        self._set_status("writing the GIF")
        name = f"{type(self).__name__.lower()}_{self.gan.updates_made}_updates.gif"
        self.code.value = f"<span style='font-size: 13px'>{self._save_gif_here(name)}</span>"

    def _counts(self):
        return np.array([time.monotonic(), self.gan.updates_made, self.picture.drawn])

    def _set_status(self, state):
        self._status_at, made = time.monotonic(), self.gan.updates_made
        text = state
        if state == "running" and self._speed_start is not None:
            seconds, updates, pictures = self._counts() - self._speed_start
            if seconds > 0.2 and updates > 0:
                text += f", {updates / seconds:,.0f} updates a second"
                rate = round(pictures / seconds)
                text += f", {rate} picture{'s' * (rate != 1)} a second" if pictures else ""
        style = "font-size: 13px; line-height: 1.4; padding-top: 5px"
        text += f" · update {made:,}{self._measured()}"
        self.status.value = f"<div role='status' style='{style}'>{text}</div>"

    def _measured(self):
        """The end of the status: what the last picture shows, in numbers."""
        return ""

    def _on_change(self, state, error):
        running = state == "running"
        self._broken |= error is not None and not isinstance(error, NonFiniteTraining)
        self._speed_start = self._counts() if running and self.gan.updates_made else None
        self.start_button.description, self.start_button.icon = (
            ("Pause", "pause") if running else ("Start", "play")
        )
        self.error.value = "" if error is None else _error_box(error)
        self._set_status(state)
        self._set_description(
            "Training; pause for a description of the picture." if running else self.describe()
        )

    def _last_updates(self):
        """The end of the description: means of the last 20 updates."""
        if not len(self.gan.update_history["generator_loss"]):
            return "nothing has been trained."
        return means_in_words(self.gan.update_history) + marks_in_words(self.marks, Marks.MOST)


def _built(build):
    """What `build` returns, if it is a compiled GAN."""
    if not callable(build):
        raise ValueError(f"build must be a function without arguments, got {build!r}")
    gan = build()
    if not isinstance(gan, GAN) or not gan.compiled:
        raise ValueError(f"build must return a compiled training.GAN, got {gan!r}")
    return gan
