"""A button for each training failure, and one for its fix."""

from __future__ import annotations

from collections.abc import Mapping

import ipywidgets as ipw
import numpy as np
from IPython.display import Image

from ..diagnostics import Monitor, diagnose
from ..diagnostics.scenarios import FAILURES, Experiment
from ..diagnostics.unnamed import drawn_run, unnamed_run
from ..plots import Dashboard
from ..training import GAN, NonFiniteTraining
from .controls import button, gif_button, speed_menu
from .gallery_text import AFTER, HIDDEN, measured, stage_html, without_markup
from .live_loop import LiveLoop
from .panel import WRAPPED, Panel, _error_box, _run_with_progress
from .picture import Picture
from .recording import Recording
from .training_panel import FULL_SPEED

LONGEST = 100_000  # updates of one stage


class Gallery(Panel):
    """A button for each failure in `scenarios.FAILURES`: the run's dashboard, diagnosis and fix.

    Pressing a failure trains into it while the dashboard is redrawn; at the end
    `diagnostics.diagnose` says what it finds. Two buttons continue that run, each from its end and
    for as many updates: Fix with the settings that fix it, Train on (the control) with the same
    settings; a mark in the curves shows where. Unknown run trains into one of the failures without
    saying which, Reveal says it. Stop ends a run early; what was trained is diagnosed. An experiment
    is compiled when it is first used.

    Args:
        seed: of the runs; may be changed later.

    Attributes:
        diagnosis: the `diagnostics.Diagnosis` at the end of the last run; None before.
        failure: the `scenarios.Failure` that was pressed last; None before.
        stage: "fail", "fix" or "control"; of the last run.
        monitor: the `diagnostics.Monitor` of the run.
        history: {column: (updates,)} of the run.
        gan: the `training.GAN` of the run.
        buttons: {name of a failure: button}.
        fix_button, control_button, unknown_button, reveal_button, stop_button, gif_button: buttons.
        speed: menu, a key of `SPEEDS`.
    """

    CHUNK = 50  # updates
    SPEEDS = ("50 updates", FULL_SPEED)  # trained between two pictures
    PICTURE_SECONDS = 0.5  # below full speed

    def __init__(self, seed: int = 0):
        self.seed, self.stage = seed, "fail"
        self._experiments: dict[str, Experiment] = {}
        self.failure = self.diagnosis = self._broken_history = None
        self._settings = self._end = self._hidden = None
        self._unknown_runs, self._marks = 0, list[int]()
        self._healthy: dict[
            int, tuple
        ] = {}  # {seed: what `_kept` returned where the failure began}
        self._pictures = {
            name: Picture(Dashboard(shape), layout={"width": "100%", "max_width": "960px"})
            for name, shape in (("digits", (28, 28, 1)), ("ring", (2,)))
        }
        self._pictures["wide"] = self._pictures["digits"]
        self.picture = self._pictures["digits"]
        self.buttons = {
            name: button(failure.title, without_markup(failure.cause))
            for name, failure in FAILURES.items()
        }
        self.fix_button = button(
            "Fix",
            "Continue the failed run with the settings that fix it",
            button_style="primary",
            icon="medkit",
            disabled=True,
        )
        self.control_button = button(
            "Train on",
            "The control: continue the failed run without the fix, as long",
            icon="forward",
            disabled=True,
        )
        self.unknown_button = button(
            "Unknown run", "Train into a failure that is not named", icon="question"
        )
        self.reveal_button = button("Reveal", "Name the failure of the unknown run", disabled=True)
        self.stop_button = button(
            "Stop", "End this run now and diagnose it", icon="stop", disabled=True
        )
        self.gif_button = gif_button("The run so far")
        self.speed = speed_menu(self.SPEEDS, FULL_SPEED)
        self._recording, self._until = Recording(), 0
        self.status = ipw.HTML(layout={"height": "28px", "overflow": "hidden"})
        self.caption, self.error, self.saved = ipw.HTML(), ipw.HTML(), ipw.HTML()
        self._frame = ipw.VBox([self.picture])
        continuing = [self.fix_button, self.control_button, self.stop_button, self.speed]
        super().__init__(
            [
                ipw.HBox([*self.buttons.values()], layout=WRAPPED),
                ipw.HBox(continuing, layout=WRAPPED),
                self.status,
                self._frame,
                self.error,
                self.caption,
                ipw.HBox([self.unknown_button, self.reveal_button], layout=WRAPPED),
                ipw.HBox([self.gif_button, self.saved]),
            ]
        )
        for picture in self._pictures.values():
            picture.tooltips = {"Speed": self.speed.tooltip}
        self.loop = LiveLoop(
            self._train_chunk, self._draw, self._front_end_ready, self._on_change, key="gallery"
        )
        for name, one in self.buttons.items():
            one.on_click(lambda _, name=name: self._begin(lambda: self._fail(FAILURES[name])))
        self.fix_button.on_click(lambda _: self._begin(lambda: self._continue("fix")))
        self.control_button.on_click(lambda _: self._begin(lambda: self._continue("control")))
        self.unknown_button.on_click(lambda _: self._begin(self._next_unknown))
        self.reveal_button.on_click(lambda _: self.loop.call(self._reveal))
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
        alt = measured(self.history, self.monitor, self._updates_made())
        return Image(png, width=self.picture.page_size[0], alt=alt, metadata={})

    def experiment(self, name: str) -> Experiment:
        """Returns the `scenarios.Experiment` of that name, which is compiled at its first use."""
        if name not in self._experiments:
            self._set_status("compiling, once, for some seconds")
            self._experiments[name] = Experiment(name)
        return self._experiments[name]

    # ---- what the buttons do (any thread) -----------------------------------------------

    def _begin(self, prepare):
        """Start a stage of a run; do not wait."""
        self.loop.call(prepare)
        self.loop.start(LONGEST // self.CHUNK)  # `_train_chunk` ends it

    def press(self, name: str) -> None:
        """Does what the button of a failure does and waits; what goes wrong is raised here.

        Args:
            name: of the failure, a key of `scenarios.FAILURES`.

        Raises:
            ValueError: if there is no failure of that name.
        """
        if name not in FAILURES:
            raise ValueError(f"the failures are {sorted(FAILURES)}, got {name!r}")
        self._run(lambda: self._fail(FAILURES[name]))

    def press_unnamed(self, letter: str) -> None:
        """Trains one of the four runs in `diagnostics.unnamed`, "A" to "D", without a name, and waits."""
        run = unnamed_run(letter)
        self._run(lambda: self._fail(run.failure, run))

    def fix(self) -> None:
        """Continues the failed run with the settings that fix it and waits; press a failure first."""
        self._check_pressed()
        self._run(lambda: self._continue("fix"))

    def train_on(self) -> None:
        """The control: continues the failed run without the fix, for as many updates, and waits."""
        self._check_pressed()
        self._run(lambda: self._continue("control"))

    def _check_pressed(self):
        if self.failure is None:
            raise ValueError("press a failure first")

    def _run(self, prepare):
        self.loop.wait(prepare)
        chunks = (self._until - self.gan.updates_made) // self.CHUNK
        _run_with_progress(self.loop, chunks, self.CHUNK)

    def close(self) -> None:
        """Ends the worker thread and closes the widgets."""
        self.loop.close()
        super().close()

    # ---- what the worker does -----------------------------------------------------------

    def _fail(self, failure, unnamed=None):
        self.failure, self._hidden, self._end, self._marks = failure, unnamed, None, []
        seed, first = self.seed if unnamed is None else unnamed.seed, failure.healthy_updates
        self._recording.clear()
        self._experiment = self.experiment(failure.experiment)
        if first and seed in self._healthy:
            self._restore(self._healthy[seed])
        else:
            self._start_anew(seed)
        self._begin_stage("fail", failure.settings, first, failure.updates)

    def _next_unknown(self):
        self._unknown_runs += 1
        run = drawn_run(self._unknown_runs)
        self._fail(run.failure, run)

    def _start_anew(self, seed):
        self._run_seed = seed
        self._experiment.reset(seed)
        real, z = self._experiment.evaluation_data(self.failure.settings)
        self.monitor = Monitor(self.gan.generator, self.gan.discriminator, real, z)
        self.monitor.evaluate(0)

    def _kept(self):
        return self._experiment.snapshot(), self.monitor.copy()

    def _restore(self, kept):
        self._experiment.restore(kept[0])
        self.monitor = kept[1].copy()

    def _continue(self, stage):
        """Go on from where the failed run ended, or anew if its weights are beyond repair."""
        failure = self.failure
        if failure.restart and stage == "fix":
            self._start_anew(self.seed)
        elif self._end is not None:
            self._restore(self._end)
        settings = failure.fixed if stage == "fix" else failure.settings
        self._begin_stage(stage, settings, self.gan.updates_made, failure.more_updates)

    def _begin_stage(self, stage, settings, first, updates):
        self.stage, self._settings = stage, settings
        self._first, self._until = first, first + updates
        self._marks = [mark for mark in self._marks if mark < first] + [first] * (first > 0)
        self._broken_history = self.diagnosis = None
        self.monitor.set_data(*self._experiment.evaluation_data(settings))
        picture = self._pictures[self.failure.experiment]
        if self.picture is not picture:
            self.picture = picture
            self._frame.children = [picture]
        self._show()  # a front end that draws it will acknowledge those that follow

    def _front_end_ready(self):
        watched = self.picture.drawn > 0 or self.speed.value != FULL_SPEED
        return watched and self.picture.ready

    def _train_chunk(self):
        failure = self.failure
        is_healthy = self.gan.updates_made < self._first  # it goes before the failure
        try:
            self._experiment.train(failure.fixed if is_healthy else self._settings, self.CHUNK)
        except NonFiniteTraining as error:
            self._broken_history = error.history
            self.loop.pause()
        if self._broken_history is None:
            self.monitor.evaluate(self.gan.updates_made)
        if is_healthy and self.gan.updates_made == self._first:
            self._healthy = {self._run_seed: self._kept()}
        if self.gan.updates_made >= self._until:
            self.loop.pause()
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
            if self.stage == "fail":
                self._end = self._kept()
        self._show()

    def _show(self):
        self.picture.show(self.gan.update_history, self.monitor, self._marks)
        self._recording.add(self.gan.updates_made, self.picture.png)

    def _gif_pictures(self):
        return self._recording.pictures

    def _on_gif(self):
        title = self._title().lower().split()
        said = self._save_gif_here(f"{'_'.join(title)}.gif")
        self.saved.value = f"<span style='font-size: 13px'>{said}</span>"

    def _title(self):
        if self.failure is None:
            return ""
        return self.failure.title if self._hidden is None else self._hidden.title

    def _reveal(self):
        self._hidden = None
        self._on_change("paused", None)

    def _set_status(self, state):
        run = ""
        if self.failure is not None:
            title = self._title() + AFTER[self.stage]
            run = f" · {title} · update {self._updates_made():,} of {self._until:,}"
        self.status.value = f"<span role='status' style='font-size: 13px'>{state}{run}</span>"

    def _updates_made(self):
        experiment = self._experiments.get(self.failure.experiment)
        return 0 if experiment is None else experiment.gan.updates_made

    def _on_change(self, state, error):
        running = state == "running"
        self.error.value = "" if error is None else _error_box(error)
        named = self.failure is not None and self._hidden is None
        self.fix_button.disabled = self.control_button.disabled = running or not named
        self.reveal_button.disabled = running or self._hidden is None
        self.stop_button.disabled = not running
        self._set_status("training" if running else state)
        self._set_description(
            "Training; the description comes at the end." if running else self.describe()
        )
        if state == "paused" and self.diagnosis is not None:
            if self._hidden is not None:
                self.caption.value = f"<b>{HIDDEN}</b>"
            else:
                self.caption.value = stage_html(self.stage, self.failure, self.diagnosis)

    def describe(self) -> str:
        """Describes the panel's picture in words."""
        if self.failure is None or self.diagnosis is None:
            return "Press a button: nothing has been trained."
        if self._hidden is not None:
            return f"{self._title()}. {measured(self.history, self.monitor, self._updates_made())}"
        found = [finding.name for finding in self.diagnosis.findings]
        return (
            f"{self._title()}, after {self._updates_made():,} updates: found "
            f"{', '.join(found) or 'nothing'}. Distance to real samples "
            f"{self.monitor.history['distance'][-1]:.2f}, real vs real "
            f"{self.monitor.baseline:.2f}."
        )
