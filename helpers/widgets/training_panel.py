"""Train a GAN live, with controls that act while it runs."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as ipw
import numpy as np

from ..data import check_samples, sample_latent
from ..plots import TrainingView
from ..training import GAN, NonFiniteTraining
from .live_loop import LiveLoop
from .panel import WRAPPED, Panel, _error_box, _try_every_value
from .picture import PICTURE_LAYOUT, Picture

STATUS_SECONDS = 0.5  # between two changes of the status beside the buttons, while it runs


class TrainingPanel(Panel):
    """Base class of panels that train a GAN live, with controls that act while it runs.

    Reset goes back to update 0, and calls `build` again after an error. A subclass says what a chunk
    is (`_train_chunk`), passes the controls' values to the model (`_apply_settings`, called before
    every chunk and every picture), shows the picture (`_show`) and describes it (`describe`).
    Where widgets cannot run, the cell's stored picture is shown instead.

    Args:
        build: called without arguments, returns a new compiled `training.GAN`.
        gan: the first one.
        view: what `Picture` shows.
        controls: widgets with a description that act at once.
        buttons: more widgets beside Start and Reset.
        below: rows of widgets below the picture.

    Attributes:
        gan: the model.
        loop: the `LiveLoop` that trains it.
        start_button, reset_button: ipywidgets buttons.
    """

    loop = None

    def __init__(
        self,
        build: Callable[[], GAN],
        gan: GAN,
        view: Any,
        controls: Sequence[ipw.Widget],
        buttons: Sequence[ipw.Widget] = (),
        below: Sequence[Sequence[ipw.Widget]] = (),
    ):
        self._build, self.gan = build, gan
        self.picture = Picture(view, layout=PICTURE_LAYOUT)
        self.start_button = ipw.Button(description="Start", icon="play", button_style="primary")
        self.reset_button = ipw.Button(
            description="Reset", icon="refresh", tooltip="Back to update 0"
        )
        self.status, self.caption, self.error = ipw.HTML(), ipw.HTML(), ipw.HTML()
        for control in controls:
            control.style.description_width, control.layout.width = "130px", "430px"
            control.observe(self._redraw_if_paused, "value")
        main_buttons = [self.start_button, *buttons, self.reset_button]
        super().__init__(
            [
                ipw.HBox([*main_buttons, self.status], layout=WRAPPED),
                ipw.HTML("<b>Change these while it trains; nothing is compiled again</b>"),
                ipw.HBox(controls, layout=WRAPPED),
                self.picture,
                self.error,
                self.caption,
                *(ipw.HBox(row, layout=WRAPPED) for row in below),
            ]
        )
        self._speed_start, self._broken, self._status_at = None, False, 0.0
        self.loop = LiveLoop(
            self._train_chunk,
            self._draw,
            lambda: self.picture.ready,
            self._on_change,
            key="training-panel",
        )
        self._draw()
        self._on_change("paused", None)
        _try_every_value(*controls)
        self.run(0)
        self.start_button.on_click(self._start_or_pause)
        self.reset_button.on_click(lambda _: self.loop.call(self._reset))

    # ---- what the controls do (any thread) ----------------------------------------------

    def _start_or_pause(self, _):
        (self.loop.pause if self.loop.state == "running" else self.loop.start)()

    def _redraw_if_paused(self, _):
        if self.loop is not None and self.loop.state == "paused":
            self.loop.call(lambda: None)

    def run(self, chunks: int) -> None:
        """Trains without a front end and waits; what goes wrong is raised here.

        Args:
            chunks: number of chunks; 0 only waits for earlier commands.

        Raises:
            RuntimeError: if the panel is closed.
        """
        self.loop.run(chunks)

    def close(self) -> None:
        """Ends the worker thread and closes the widgets."""
        if self.loop is not None:
            self.loop.close()
        super().close()

    # ---- what the worker does -----------------------------------------------------------

    def _reset(self):
        if self._broken:
            self._set_status("building a new model")
            self.gan, self._broken = self._build(), False
        else:
            self.gan.reset()
        self._speed_start = None

    def _draw(self):
        self._apply_settings()
        self._show()
        if self.loop.state == "running" and time.monotonic() - self._status_at > STATUS_SECONDS:
            self._set_status("running")

    def _train(self, batches):
        self.gan.train_on_batch(batches)
        if self._speed_start is None:  # the first call compiled
            self._speed_start = self._counts()
            self._set_status("running")

    def _counts(self):
        return np.array([time.monotonic(), self.gan.updates_made, self.picture.drawn])

    def _set_status(self, state):
        self._status_at, made = time.monotonic(), self.gan.updates_made
        text = "compiling, once, for some seconds" if state == "running" and not made else state
        if state == "running" and self._speed_start is not None:
            seconds, updates, pictures = self._counts() - self._speed_start
            if seconds > 0.2 and updates > 0:
                text += f", {updates / seconds:,.0f} updates a second"
                text += f" behind {pictures / seconds:.0f} pictures" if pictures > 0 else ""
        self.status.value = f"<span role='status'>{text} · update {made:,}</span>"

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
        history = self.gan.update_history
        if not len(history["generator_loss"]):
            return "nothing has been trained."
        means = []
        for column, label in (
            ("discriminator_loss", "discriminator loss"),
            ("generator_loss", "generator loss"),
            ("real_score", "D(x)"),
            ("fake_score", "D(G(z))"),
        ):
            # D's columns are NaN where only G was updated
            measured = history[column][np.isfinite(history[column])]
            means += [f"{label} {measured[-20:].mean():.2f}"] if len(measured) else []
        return f"mean of the last 20 updates: {', '.join(means)}."


def _learning_rate_slider(description, learning_rate):
    """A slider over learning rates, which starts at `learning_rate`, a float32."""
    # 0.003, not 0.003000000026077032: the same float32
    learning_rate = float(str(np.float32(learning_rate)))
    values = sorted({1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, learning_rate})
    options = [(str(value), value) for value in values]
    return ipw.SelectionSlider(description=description, options=options, value=learning_rate)


class DigitsPanel(TrainingPanel):
    """Trains a GAN of digits live: 25 samples beside the losses; learning rate, latent dimension.

    The learning rates are the model's own, with their decay, until the slider is moved. Then the
    generator's becomes what the slider shows, the discriminator's keeps its ratio to it, and the
    decay continues from there. See `TrainingPanel`.

    Args:
        build: called without arguments, returns a new compiled `training.GAN`.
        images: float32 (n, 28, 28, 1) in [-1, 1].
        batch_size: int >= 1.
        updates_per_chunk: int >= 1; one chunk is one compiled call.
        seed: of the batches, and of the 25 latent vectors whose samples are shown.

    Attributes:
        learning_rate, latent_dim: the sliders.

    Raises:
        ValueError: if the images are not of the generator's shape, or not in [-1, 1].
    """

    def __init__(
        self,
        build: Callable[[], GAN],
        images: np.ndarray,
        batch_size: int = 64,
        updates_per_chunk: int = 5,
        seed: int = 0,
    ):
        self._batch_rng = np.random.default_rng(seed)
        self._images, self._shape = images, (updates_per_chunk, batch_size)
        gan = build()
        check_samples(images, gan.sample_shape)
        self._latent = sample_latent(25, gan.latent_dim, seed)
        learning_rate = float(gan.generator_optimizer.learning_rate.numpy())
        self.learning_rate = _learning_rate_slider("Learning rate", learning_rate)
        self._applied_learning_rate = self.learning_rate.value
        self.latent_dim = ipw.IntSlider(
            description="Latent dimension", value=gan.latent_dim, min=1, max=gan.latent_dim
        )
        super().__init__(build, gan, TrainingView(), [self.learning_rate, self.latent_dim])

    def _apply_settings(self):
        if self._applied_learning_rate != self.learning_rate.value:
            self._applied_learning_rate = self.learning_rate.value
            self.gan.optimizer.learning_rate = self._applied_learning_rate
        self.gan.active_latent_dim.assign(self.latent_dim.value)

    def _reset(self):
        super()._reset()
        self._applied_learning_rate = None  # from now on what the slider shows

    def _train_chunk(self):
        self._apply_settings()
        rows = self._batch_rng.integers(len(self._images), size=self._shape)
        self._train(self._images[rows])

    def _show(self):
        self.picture.show(self.gan.generate(self._latent), self.gan.update_history)

    def describe(self) -> str:
        """Describes the panel's picture in words."""
        made = self.gan.updates_made
        samples = "25 generated digits" if made else "25 images, still noise,"
        return (
            f"{samples} after {made:,} updates, latent dimension {self.latent_dim.value}; "
            + self._last_updates()
        )
