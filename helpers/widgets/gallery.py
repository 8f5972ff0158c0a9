"""A button for each training failure, and one for its fix."""

from __future__ import annotations

import html
from collections.abc import Mapping

import ipywidgets as ipw
import numpy as np
from IPython.display import Image

from ..diagnostics import Monitor, diagnose
from ..diagnostics.scenarios import FAILURES, Experiment
from ..plots import Dashboard
from ..training import GAN, NonFiniteTraining
from .controls import button, gif_button, speed_menu
from .live_loop import LiveLoop
from .panel import WRAPPED, Panel, _error_box, _run_with_progress
from .picture import Picture
from .recording import Recording
from .training_panel import FULL_SPEED


class Gallery(Panel):
    """A button for each failure in `scenarios.FAILURES`: the run's dashboard, diagnosis and fix.

    Pressing a failure trains into it while the dashboard is redrawn; at the end
    `diagnostics.diagnose` says what it finds. The button Fix continues the same run with the
    settings that fix it; where it begins, the curves have a mark. Stop ends a run early; what was
    trained is diagnosed. An experiment is compiled when it is first used.

    Args:
        seed: of the runs; may be changed later.

    Attributes:
        diagnosis: the `diagnostics.Diagnosis` at the end of the last run; None before.
        failure: the `scenarios.Failure` that was pressed last; None before.
        monitor: the `diagnostics.Monitor` of the run.
        history: {column: (updates,)} of the run.
        gan: the `training.GAN` of the run.
        buttons: {name of a failure: button}.
        fix_button, stop_button, gif_button: ipywidgets buttons.
        speed: menu, a key of `SPEEDS`.
    """

    CHUNK = 50  # updates
    FIX_UPDATES = 1000
    SPEEDS = ("50 updates", FULL_SPEED)  # trained between two pictures
    PICTURE_SECONDS = 0.5  # below full speed

    def __init__(self, seed: int = 0):
        self.seed = seed
        self._experiments: dict[str, Experiment] = {}
        self.failure = self.diagnosis = self._broken_history = None
        self._settings = None
        self._pictures = {
            name: Picture(Dashboard(shape), layout={"width": "100%", "max_width": "960px"})
            for name, shape in (("digits", (28, 28, 1)), ("ring", (2,)))
        }
        self.picture = self._pictures["digits"]
        self.buttons = {
            name: button(failure.title, _without_markup(failure.cause))
            for name, failure in FAILURES.items()
        }
        self.fix_button = button(
            "Fix",
            "Train on, with the settings that fix this failure",
            "110px",
            button_style="primary",
            icon="medkit",
            disabled=True,
        )
        self.stop_button = button(
            "Stop", "End this run now and diagnose it", "110px", icon="stop", disabled=True
        )
        self.gif_button = gif_button("The run so far")
        self.speed = speed_menu(self.SPEEDS, FULL_SPEED)
        self._recording, self._until = Recording(), 0
        self.status = ipw.HTML(layout={"height": "28px", "overflow": "hidden"})
        self.caption, self.error, self.saved = ipw.HTML(), ipw.HTML(), ipw.HTML()
        self._frame = ipw.VBox([self.picture])
        super().__init__(
            [
                ipw.HBox([*self.buttons.values()], layout=WRAPPED),
                ipw.HBox([self.fix_button, self.stop_button, self.speed], layout=WRAPPED),
                self.status,
                self._frame,
                self.error,
                self.caption,
                ipw.HBox([self.gif_button, self.saved]),
            ]
        )
        for picture in self._pictures.values():
            picture.tooltips = {"Speed": self.speed.tooltip}
        self.loop = LiveLoop(
            self._train_chunk, self._draw, self._front_end_ready, self._on_change, key="gallery"
        )
        for name, one in self.buttons.items():
            one.on_click(lambda _, name=name: self._begin(name))
        self.fix_button.on_click(lambda _: self._begin(None))
        self.stop_button.on_click(lambda _: self.loop.pause())
        self.gif_button.on_click(lambda _: self.loop.call(self._on_gif))

    @property
    def gan(self) -> GAN:
        """The `training.GAN` of the run."""
        return self._experiment.gan

    @property
    def static_figure(self) -> Image:
        """The dashboard as it is now; its alternative text says what is measured, not its name."""
        png = self._still(1)  # a lesson has many of them
        return Image(png, width=self.picture.page_size[0], alt=self._measured(), metadata={})

    def experiment(self, name: str) -> Experiment:
        """Returns an experiment, which is compiled at its first use.

        Args:
            name: "digits" or "ring".

        Raises:
            ValueError: if there is no experiment of that name.
        """
        if name not in self._experiments:
            self._set_status("compiling, once, for some seconds")
            self._experiments[name] = Experiment(name)
        return self._experiments[name]

    # ---- what the buttons do (any thread) -----------------------------------------------

    def _begin(self, name):
        """Start a failure, or fix the last one if name is None; do not wait."""
        self.loop.call(lambda: self._prepare(name))
        updates = self.FIX_UPDATES if name is None else FAILURES[name].updates
        self.loop.start(updates // self.CHUNK)

    def press(self, name: str) -> None:
        """Does what the button of a failure does and waits; what goes wrong is raised here.

        Args:
            name: of the failure, a key of `scenarios.FAILURES`.

        Raises:
            ValueError: if there is no failure of that name.
            RuntimeError: if the panel is closed.
        """
        if name not in FAILURES:
            raise ValueError(f"the failures are {sorted(FAILURES)}, got {name!r}")
        self.loop.wait(lambda: self._prepare(name))
        self._run(FAILURES[name].updates)

    def fix(self) -> None:
        """Continues the run with the settings that fix it and waits; what goes wrong is raised here.

        Raises:
            ValueError: if no failure was pressed yet.
            RuntimeError: if the panel is closed.
        """
        if self.failure is None:
            raise ValueError("press a failure first")
        self.loop.wait(lambda: self._prepare(None))
        self._run(self.FIX_UPDATES)

    def _run(self, updates):
        _run_with_progress(self.loop, updates // self.CHUNK, self.CHUNK)

    def close(self) -> None:
        """Ends the worker thread and closes the widgets."""
        self.loop.close()
        super().close()

    # ---- what the worker does -----------------------------------------------------------

    def _prepare(self, name):
        if name is not None:
            self.failure = FAILURES[name]
            self._recording.clear()
        failure = self.failure
        self._experiment = experiment = self.experiment(failure.experiment)
        if name is not None or failure.restart:
            experiment.reset(self.seed)
            gan, (real, z) = experiment.gan, experiment.evaluation_data(failure.settings)
            self.monitor = Monitor(gan.generator, gan.discriminator, real, z)
            self.monitor.evaluate(0)
        self._settings = failure.settings if name is not None else failure.fixed
        self._first, self._broken_history = experiment.gan.updates_made, None
        self._until = self._first + (failure.updates if name is not None else self.FIX_UPDATES)
        self.diagnosis = None
        self.monitor.set_data(*experiment.evaluation_data(self._settings))
        if self.picture is not self._pictures[failure.experiment]:
            self.picture = self._pictures[failure.experiment]
            self._frame.children = [self.picture]
        self._show()  # a front end that draws it will acknowledge those that follow

    def _front_end_ready(self):
        watched = self.picture.drawn > 0 or self.speed.value != FULL_SPEED
        return watched and self.picture.ready

    def _train_chunk(self):
        try:
            self._experiment.train(self._settings, self.CHUNK)
        except NonFiniteTraining as error:
            self._broken_history = error.history
            self.loop.pause()
        if self._broken_history is None:
            self.monitor.evaluate(self.gan.updates_made)
        self._set_status("training")
        return None if self.speed.value == FULL_SPEED else self.PICTURE_SECONDS

    @property
    def history(self) -> Mapping[str, np.ndarray]:
        """The run's `GAN.update_history`; of a non-finite run, with the rows that are not finite."""
        broken = self._broken_history
        return self.gan.update_history if broken is None else broken

    def _draw(self):
        if self.failure is None:
            return
        if self.loop.state == "paused" and len(self.history["fake_score"]) > self._first:
            history = {name: column[self._first :] for name, column in self.history.items()}
            samples = self.gan.sample(1000, seed=self.seed, ema=False)
            real = self._experiment.real(self._settings)
            self.diagnosis = diagnose(history, samples, real)
        self._show()

    def _show(self):
        marks = [self._first] if self._first else []
        self.picture.show(self.gan.update_history, self.monitor, marks)
        self._recording.add(self.gan.updates_made, self.picture.png)

    def _gif_pictures(self):
        return self._recording.pictures

    def _on_gif(self):
        title = self.failure.title.lower().split() if self.failure else []
        said = self._save_gif_here(f"{'_'.join(title)}.gif")
        self.saved.value = f"<span style='font-size: 13px'>{said}</span>"

    @property
    def _is_fixed(self):
        return self._settings is not None and self._settings is not self.failure.settings

    def _set_status(self, state):
        run = ""
        if self.failure is not None:
            fixed = ", fixed" if self._is_fixed else ""
            run = f" · {self.failure.title}{fixed} · update {self._updates_made():,} of {self._until:,}"
        self.status.value = f"<span role='status' style='font-size: 13px'>{state}{run}</span>"

    def _updates_made(self):
        experiment = self._experiments.get(self.failure.experiment)
        return 0 if experiment is None else experiment.gan.updates_made

    def _on_change(self, state, error):
        running = state == "running"
        self.error.value = "" if error is None else _error_box(error)
        self.fix_button.disabled = running or self.failure is None
        self.stop_button.disabled = not running
        self._set_status("training" if running else state)
        self._set_description(
            "Training; the description comes at the end." if running else self.describe()
        )
        if state == "paused" and self.diagnosis is not None:
            self.caption.value = self._diagnosis_html()

    def _diagnosis_html(self):
        """What was done, what was found, and what to do."""
        title, text = "What was done", self.failure.cause
        if self._is_fixed:
            title, text = "The fix", self.failure.fix
        return (
            f"<b>{title}:</b> {html.escape(text)}"
            f"<pre style='white-space: pre-wrap'>{html.escape(str(self.diagnosis))}</pre>"
        )

    def _measured(self):
        """What the dashboard shows, in numbers."""
        history = self.history
        parts = [f"Dashboard of a run of {self._updates_made():,} updates, means of the last 50:"]
        for column, name in (
            ("discriminator_loss", "D's loss"),
            ("generator_loss", "G's loss"),
            ("real_accuracy", "D's accuracy on real samples"),
            ("fake_accuracy", "on generated samples"),
        ):
            parts.append(f"{name} {np.mean(history[column][-50:]):.2f},")
        parts.append(f"distance to real samples {self.monitor.history['distance'][-1]:.2f},")
        return " ".join(parts) + f" real vs real {self.monitor.baseline:.2f}."

    def describe(self) -> str:
        """Describes the panel's picture in words."""
        if self.failure is None or self.diagnosis is None:
            return "Press a button: nothing has been trained."
        found = [finding.name for finding in self.diagnosis.findings]
        return (
            f"{self.failure.title}, after {self._updates_made():,} updates: found "
            f"{', '.join(found) or 'nothing'}. Distance to real samples "
            f"{self.monitor.history['distance'][-1]:.2f}, real vs real "
            f"{self.monitor.baseline:.2f}."
        )


def _without_markup(text):
    return text.replace("`", "").replace("$", "").replace("\\", "")
