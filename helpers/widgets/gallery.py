"""Each failure at a button, and its fix."""

import html
import io

import ipywidgets as ipw
from PIL import Image

from ..diagnostics import Monitor, diagnose
from ..diagnostics.scenarios import FAILURES, Experiment
from ..plots import Dashboard
from ..training import NonFiniteTraining
from .live_loop import LiveLoop
from .panel import WRAPPED, Panel, _error_box
from .picture import Picture


class Gallery(Panel):
    """A button for each failure of `scenarios.FAILURES`: the dashboard while it comes about, what
    `diagnostics.diagnose` finds at the end, and a button that applies the cure to the same run.

    seed: of the runs; may be changed. `gallery.press("collapse")` and `gallery.fix()` do the same
    from code, wait for the end, and raise what goes wrong. Then `diagnosis` is what was found,
    `history` the run, `watch` what was looked at, `gan` the model. A game is compiled when it is
    played first.
    """

    CHUNK = 50  # updates
    FIX_UPDATES = 1000

    def __init__(self, seed=0):
        self.seed, self._games = seed, {}
        self.failure = self.diagnosis = self._broken = None
        self._settings, self._updates = None, 0
        self._pictures = {
            name: Picture(Dashboard(shape), layout={"width": "100%", "max_width": "900px"})
            for name, shape in (("digits", (28, 28, 1)), ("ring", (2,)))
        }
        self.picture = self._pictures["digits"]
        self.buttons = {
            name: ipw.Button(description=failure.title, layout={"width": "auto"})
            for name, failure in FAILURES.items()
        }
        self.fix_button = ipw.Button(
            description="Cure", button_style="primary", icon="medkit", disabled=True
        )
        self.status, self.caption, self.error = ipw.HTML(), ipw.HTML(), ipw.HTML()
        self._frame = ipw.VBox([self.picture])
        super().__init__(
            [
                ipw.HBox([*self.buttons.values()], layout=WRAPPED),
                ipw.HBox([self.fix_button, self.status], layout=WRAPPED),
                self._frame,
                self.error,
                self.caption,
            ]
        )
        self.loop = LiveLoop(
            self._step, self._draw, self._page_looks_on, self._changed, key="gallery"
        )
        for name, button in self.buttons.items():
            button.on_click(lambda _, name=name: self._begin(name))
        self.fix_button.on_click(lambda _: self._begin(None))

    @property
    def gan(self):
        return self._game.gan

    @property
    def static_figure(self):
        """The dashboard as it is now, a `PIL.Image` in 256 colours: a third of the bytes."""
        picture = Image.open(io.BytesIO(self.picture.png))
        return picture.quantize(256, method=Image.Quantize.FASTOCTREE)  # keeps rare colours

    def game(self, name):
        """The `scenarios.Experiment` of that name, compiled at its first use."""
        if name not in self._games:
            self._say("compiling, once, for some seconds")
            self._games[name] = Experiment(name)
        return self._games[name]

    # ---- what the buttons do (any thread) -----------------------------------------------

    def _begin(self, name):
        """Plant the failure of that name, or cure the last one if it is None; do not wait."""
        self.loop.call(lambda: self._prepare(name))
        updates = self.FIX_UPDATES if name is None else FAILURES[name].updates
        self.loop.start(updates // self.CHUNK)

    def press(self, name):
        """Do what the button of that failure does, to the end."""
        if name not in FAILURES:
            raise ValueError(f"the failures are {sorted(FAILURES)}, got {name!r}")
        self.loop.wait(lambda: self._prepare(name))
        self.loop.run(FAILURES[name].updates // self.CHUNK)

    def fix(self):
        """Go on with the same run by the settings that cure it, to the end."""
        if self.failure is None:
            raise ValueError("press a failure first")
        self.loop.wait(lambda: self._prepare(None))
        self.loop.run(self.FIX_UPDATES // self.CHUNK)

    def close(self):
        self.loop.close()
        super().close()

    # ---- what the worker does -----------------------------------------------------------

    def _prepare(self, name):
        if name is not None:
            self.failure = FAILURES[name]
        failure = self.failure
        self._game = game = self.game(failure.experiment)
        if name is not None or failure.anew:
            game.reset(self.seed)
            gan, looked_at = game.gan, game.evaluation_data(failure.settings)
            self.watch = Monitor(gan.generator, gan.discriminator, *looked_at)
            self.watch.evaluate(0)
        self._settings = failure.settings if name is not None else failure.fixed
        self._updates = failure.updates if name is not None else self.FIX_UPDATES
        self._first, self._broken, self.diagnosis = game.gan.updates_made, None, None
        self.watch.set_data(*game.evaluation_data(self._settings))
        if self.picture is not self._pictures[failure.experiment]:
            self.picture = self._pictures[failure.experiment]
            self._frame.children = [self.picture]
        self._show()  # a page that sees it asks for the pictures to come

    def _page_looks_on(self):
        return self.picture.drawn > 0 and self.picture.ready

    def _step(self):
        try:
            self._game.train(self._settings, self.CHUNK)
        except NonFiniteTraining as error:
            self._broken = error.history
            self.loop.pause()
        if self._broken is None:
            self.watch.evaluate(self._game.gan.updates_made)
        self._say("training")

    @property
    def history(self):
        """The run's `GAN.update_history`; of a run that broke, to the rows that are not finite."""
        return self._game.gan.update_history if self._broken is None else self._broken

    def _draw(self):
        if self.failure is None:
            return
        if self.loop.state == "paused" and len(self.history["fake_score"]) > self._first:
            history = {name: column[self._first :] for name, column in self.history.items()}
            samples = self._game.gan.sample(1000, seed=self.seed, ema=False)
            real = self._game.real(self._settings)
            self.diagnosis = diagnose(history, samples, real)
        self._show()

    def _show(self):
        self.picture.show(self._game.gan.update_history, self.watch)

    def _say(self, words):
        title = "" if self.failure is None else self.failure.title
        if self._settings is not None and self._settings is not self.failure.settings:
            title += ", cured"
        made = "" if not title else f" · {title} · update {self._made():,}"
        self.status.value = f"<span role='status'>{words}{made}</span>"

    def _made(self):
        game = self._games.get(self.failure.experiment)
        return 0 if game is None else game.gan.updates_made

    def _changed(self, state, error):
        self.error.value = "" if error is None else _error_box(error)
        self.fix_button.disabled = state == "running" or self.failure is None
        self._say("training" if state == "running" else state)
        self._say_in_words(
            "Training; the words come at the end." if state == "running" else self.describe()
        )
        if state == "paused" and self.diagnosis is not None:
            self.caption.value = self._page()

    def _page(self):
        """The diagnosis as a page: what was done, what was found, and what to do."""
        cured = self._settings is not self.failure.settings
        done = self.failure.fix if cured else self.failure.cause
        return (
            f"<b>{'The cure' if cured else 'What was done'}:</b> {html.escape(done)}"
            f"<pre style='white-space: pre-wrap'>{html.escape(str(self.diagnosis))}</pre>"
        )

    def describe(self):
        """The panel's picture in words."""
        if self.failure is None or self.diagnosis is None:
            return "Press a button: nothing has been trained."
        found = [finding.name for finding in self.diagnosis.findings]
        watch = self.watch
        return (
            f"{self.failure.title}, after {self._made():,} updates: found "
            f"{', '.join(found) or 'nothing'}. Distance to real samples "
            f"{watch.history['distance'][-1]:.2f}, of real to real {watch.baseline:.2f}."
        )
