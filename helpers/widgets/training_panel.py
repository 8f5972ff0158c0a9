"""Train a GAN live, with sliders that act while it runs."""

import time

import ipywidgets as ipw
import numpy as np

from ..data import check_samples, sample_latent
from ..plots import TrainingView
from ..training import NonFiniteTraining
from .live_loop import LiveLoop
from .panel import WRAPPED, Panel, _error_box, _try_every_stop
from .picture import PICTURE_LAYOUT, Picture

WORDS_SECONDS = 0.5  # between two changes of the words beside the buttons, while it runs


class TrainingPanel(Panel):
    """Train a GAN live, with sliders that act while it runs: what all such panels share.

    build: called without arguments, returns a fresh compiled `training.GAN`. Reset starts it over,
    or calls `build` again after an error. view: what `Picture` shows. controls: widgets
    with a description that act at once. buttons, below: more widgets, each list a row.

    A subclass says what a chunk is (`_step`), takes over the controls' values
    (`_apply_settings`, before every chunk and every picture), shows the picture (`_show`) and
    puts it into words (`describe`).

    `panel.run(chunks)` trains without a page and raises what goes wrong; `panel.gan` is the model.
    Where widgets cannot run, the cell's stored picture is shown instead.
    """

    loop = None

    def __init__(self, build, gan, view, controls, buttons=(), below=()):
        self._build, self.gan = build, gan
        self.picture = Picture(view, layout=PICTURE_LAYOUT)
        self.start = ipw.Button(description="Start", icon="play", button_style="primary")
        self.reset = ipw.Button(description="Reset", icon="refresh", tooltip="Back to update 0")
        self.status, self.caption, self.error = ipw.HTML(), ipw.HTML(), ipw.HTML()
        for control in controls:
            control.style.description_width, control.layout.width = "130px", "430px"
            control.observe(self._redraw_if_paused, "value")
        super().__init__(
            [
                ipw.HBox([self.start, *buttons, self.reset, self.status], layout=WRAPPED),
                ipw.HTML("<b>Turn while it trains; nothing is compiled again</b>"),
                ipw.HBox(controls, layout=WRAPPED),
                self.picture,
                self.error,
                self.caption,
                *(ipw.HBox(row, layout=WRAPPED) for row in below),
            ]
        )
        self._rate_from, self._broken, self._said = None, False, 0.0
        self.loop = LiveLoop(
            self._step, self._draw, lambda: self.picture.ready, self._changed, key="training-panel"
        )
        self._draw()
        self._changed("paused", None)
        _try_every_stop(*controls)
        self.run(0)
        self.start.on_click(self._start_or_pause)
        self.reset.on_click(lambda _: self.loop.call(self._reset))

    # ---- what the controls do (any thread) ----------------------------------------------

    def _start_or_pause(self, _):
        (self.loop.pause if self.loop.state == "running" else self.loop.start)()

    def _redraw_if_paused(self, _):
        if self.loop is not None and self.loop.state == "paused":
            self.loop.call(lambda: None)

    def run(self, chunks):
        """Train that many chunks and wait for them (0: only let waiting commands finish)."""
        self.loop.run(chunks)

    def close(self):
        if self.loop is not None:
            self.loop.close()
        super().close()

    # ---- what the worker does -----------------------------------------------------------

    def _reset(self):
        if self._broken:
            self._say("building the model anew")
            self.gan, self._broken = self._build(), False
        else:
            self.gan.reset()
        self._rate_from = None

    def _draw(self):
        self._apply_settings()
        self._show()
        if self.loop.state == "running" and time.monotonic() - self._said > WORDS_SECONDS:
            self._say("running")

    def _train(self, batches):
        self.gan.train_on_batch(batches)
        if self._rate_from is None:  # the first call compiled
            self._rate_from = self._counts()
            self._say("running")

    def _counts(self):
        return np.array([time.monotonic(), self.gan.updates_made, self.picture.drawn])

    def _say(self, state):
        self._said, made = time.monotonic(), self.gan.updates_made
        words = "compiling, once, for some seconds" if state == "running" and not made else state
        if state == "running" and self._rate_from is not None:
            seconds, updates, pictures = self._counts() - self._rate_from
            if seconds > 0.2 and updates > 0:
                words += f", {updates / seconds:,.0f} updates a second"
                words += f" behind {pictures / seconds:.0f} pictures" if pictures > 0 else ""
        self.status.value = f"<span role='status'>{words} · update {made:,}</span>"

    def _changed(self, state, error):
        running = state == "running"
        self._broken |= error is not None and not isinstance(error, NonFiniteTraining)
        self._rate_from = self._counts() if running and self.gan.updates_made else None
        self.start.description, self.start.icon = (
            ("Pause", "pause") if running else ("Start", "play")
        )
        self.error.value = "" if error is None else _error_box(error)
        self._say(state)
        words = "Training; pause to read the picture in words." if running else self.describe()
        self._say_in_words(words)

    def _last_updates(self):
        """The end of the picture's sentence: the mean of the last 20 updates."""
        history = self.gan.update_history
        if not len(history["generator_loss"]):
            return "nothing has been trained."
        said = []
        for name, words in (
            ("discriminator_loss", "discriminator loss"),
            ("generator_loss", "generator loss"),
            ("real_score", "D(x)"),
            ("fake_score", "D(G(z))"),
        ):
            measured = history[name][np.isfinite(history[name])]  # G may have moved alone
            said += [f"{words} {measured[-20:].mean():.2f}"] if len(measured) else []
        return f"mean of the last 20 updates: {', '.join(said)}."


def _rate_slider(description, rate):
    """A slider over learning rates, which starts at `rate`, a float32."""
    rate = float(str(np.float32(rate)))  # 0.003, not 0.003000000026077032: the same float32
    rates = sorted({1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, rate})
    options = [(str(one), one) for one in rates]
    return ipw.SelectionSlider(description=description, options=options, value=rate)


class DigitsPanel(TrainingPanel):
    """Train a GAN of digits live: 25 samples beside the losses; learning rate, latent dimension.

    build: called without arguments, returns a fresh compiled `training.GAN`.
    images: float32 (n, 28, 28, 1) in [-1, 1]. batch_size, updates_per_chunk: ints >= 1; one chunk
    is one compiled call. seed: of the 25 latent vectors that are drawn again and again.
    The learning rate is the recipe's own, with its decay, until the slider is moved: then the
    generator's is what it shows, the discriminator's keeps its ratio to it, and they decay from there.
    See `TrainingPanel`.
    """

    def __init__(self, build, images, batch_size=64, updates_per_chunk=5, seed=0):
        self._order = np.random.default_rng(seed)
        self._images, self._shape = images, (updates_per_chunk, batch_size)
        gan = build()
        check_samples(images, gan.sample_shape)
        self._latent = sample_latent(25, gan.latent_dim, seed)
        rate = float(gan.generator_optimizer.learning_rate.numpy())
        self.learning_rate = _rate_slider("Learning rate", rate)
        self._applied_rate = self.learning_rate.value
        self.latent_dim = ipw.IntSlider(
            description="Latent dimension", value=gan.latent_dim, min=1, max=gan.latent_dim
        )
        super().__init__(build, gan, TrainingView(), [self.learning_rate, self.latent_dim])

    def _apply_settings(self):
        if self._applied_rate != self.learning_rate.value:
            self._applied_rate = self.learning_rate.value
            self.gan.optimizer.learning_rate = self._applied_rate
        self.gan.active_latent_dim.assign(self.latent_dim.value)

    def _reset(self):
        super()._reset()
        self._applied_rate = None  # from now on what the slider shows

    def _step(self):
        self._apply_settings()
        rows = self._order.integers(len(self._images), size=self._shape)
        self._train(self._images[rows])

    def _show(self):
        self.picture.show(self.gan.generate(self._latent), self.gan.update_history)

    def describe(self):
        """The panel's picture in words."""
        made = self.gan.updates_made
        what = "25 generated digits" if made else "25 pictures, still noise,"
        return (
            f"{what} after {made:,} updates, latent dimension {self.latent_dim.value}; "
            + self._last_updates()
        )
