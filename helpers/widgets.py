"""What may I turn? Controls and pictures, no maths: a live training panel, and an explorer of formulas.

One worker thread owns the model and the figure. Buttons and sliders only put commands into its
queue or set plain values that it reads before its next chunk, so they may be called from any
thread (ipykernel 7 runs callbacks now in one thread, now in another).
"""

import atexit
import base64
import contextlib
import html
import io
import queue
import threading
import time
import traceback
from concurrent.futures import Future

import anywidget
import ipywidgets as ipw
import numpy as np
import traitlets
from IPython import get_ipython
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from .data import sample_latent
from .plots import REAL, TrainingView
from .training import check_samples

FRAMES_PER_SECOND = 10
PICTURE_LAYOUT = {"width": "100%", "max_width": "760px"}
UNACKNOWLEDGED_SECONDS = 1.0  # no page looks on, or it is far behind: send again after this


class LiveLoop:
    """A thread that trains in small chunks and draws in between, steered by commands.

    step: trains one chunk (aim for 10 to 100 ms). draw: renders one picture. ready: called before
    a picture between two chunks; False skips that one, but never the last. changed: called
    with (state, error) whenever the state changes; state is one of "paused", "running",
    "working", "error", "closed". key: a loop with the same key is closed first, so that running
    a notebook cell again leaves no second thread behind.
    """

    _open = {}

    def __init__(self, step, draw, ready, changed, key):
        previous = LiveLoop._open.pop(key, None)
        if previous is not None:
            previous.close()
        self._step, self._draw, self._ready = step, draw, ready
        self._changed, self._key = changed, key
        self._commands = queue.SimpleQueue()
        self.state, self.error = "paused", None
        self.thread = threading.Thread(target=self._main, name=f"live-{key}", daemon=True)
        LiveLoop._open[key] = self
        self.thread.start()
        atexit.register(self.close)
        _stop_button_pauses()

    def start(self):
        self._commands.put(("start", None))

    def pause(self):
        self._commands.put(("pause", None))

    def call(self, function):
        """Run function() between two chunks, then draw."""
        self._commands.put(("call", function))

    def run(self, chunks):
        """Train that many chunks now and wait; an error in them is raised here."""
        done = Future()
        self._commands.put(("run", (chunks, done)))
        try:
            return done.result()
        except KeyboardInterrupt:
            self.pause()
            raise

    def close(self):
        """End the thread and wait for it; a closed loop ignores further commands."""
        self._commands.put(("close", None))
        if threading.current_thread() is not self.thread:
            self.thread.join()
        atexit.unregister(self.close)
        if LiveLoop._open.get(self._key) is self:
            del LiveLoop._open[self._key]

    def _set(self, state, error=None):
        self.state, self.error = state, error
        self._changed(state, error)

    def _main(self):
        self._chunks_left, self._waiting = 0, None  # chunks_left: infinity while running freely
        drawn = 0.0
        while True:
            try:
                while not self._chunks_left or not self._commands.empty():
                    if not self._obey(*self._commands.get()):
                        return
                self._step()
                self._chunks_left -= 1
                if not self._chunks_left:
                    self._finish()
                elif time.monotonic() - drawn >= 1 / FRAMES_PER_SECOND and self._ready():
                    self._draw()
                    drawn = time.monotonic()
            except BaseException as error:  # shown on the panel; the thread lives on for Reset
                self._chunks_left = 0
                self._set("error", error)
                if self._waiting:
                    self._waiting.set_exception(error)
                    self._waiting = None

    def _obey(self, command, argument):
        """Carry out one command; returns False when the thread should end."""
        if command == "start":
            self._chunks_left = float("inf")
            self._set("running")
        elif command == "run":
            self._chunks_left, self._waiting = argument
            if self._chunks_left:
                self._set("running")
            else:
                self._finish()
        elif command == "pause":
            self._finish()
        elif command == "call":
            self._set("working")
            argument()
            self._draw()
            self._set("running" if self._chunks_left else "paused")
        elif command == "close":
            if self._waiting:
                self._waiting.cancel()
            self._set("closed")
            return False
        return True

    def _finish(self):
        self._chunks_left = 0
        self._draw()
        self._set("paused")
        if self._waiting:
            self._waiting.set_result(None)
            self._waiting = None


def _stop_button_pauses():
    """Make the notebook's stop button pause open loops although no cell is running.

    ipykernel ignores interrupts between cells by installing a handler that does nothing and
    putting `saved_sigint_handler` back after each cell; that one we replace.
    """
    kernel = getattr(get_ipython(), "kernel", None)
    if hasattr(kernel, "saved_sigint_handler"):
        kernel.saved_sigint_handler = lambda *_: [
            loop.pause() for loop in [*LiveLoop._open.values()]
        ]


class Picture(anywidget.AnyWidget):
    """A canvas fed with PNG bytes: it has a text for screen readers and acknowledges each frame.

    It also keeps key presses on the panel around it from reaching the notebook, where "x" would
    cut the cell and "b" add one, and gives the panel's slider handles their labels as names.
    """

    _esm = """
    function render({ model, el }) {
      const canvas = document.createElement("canvas");
      canvas.setAttribute("role", "img");
      canvas.style.width = "100%";
      el.appendChild(canvas);
      const describe = () => canvas.setAttribute("aria-label", model.get("description"));
      const draw = async () => {
        const png = model.get("png"), frame = model.get("sent");
        if (!png || !png.byteLength) return;
        const bitmap = await createImageBitmap(new Blob([png], { type: "image/png" }));
        if (canvas.width !== bitmap.width) canvas.width = bitmap.width;
        if (canvas.height !== bitmap.height) canvas.height = bitmap.height;
        canvas.getContext("2d").drawImage(bitmap, 0, 0);
        bitmap.close();
        model.set("shown", frame);
        model.save_changes();
      };
      const hold = (event) => event.stopPropagation();
      requestAnimationFrame(() => {
        const panel = el.closest(".gan-panel");
        panel?.addEventListener("keydown", hold);
        for (const slider of panel?.querySelectorAll(".widget-slider") ?? []) {
          const label = slider.querySelector(".widget-label")?.textContent;
          slider.querySelector("[role=slider]")?.setAttribute("aria-label", label);
        }
      });
      model.on("change:png", draw);
      model.on("change:description", describe);
      describe();
      draw();
    }
    export default { render };
    """
    png = traitlets.Bytes(b"").tag(sync=True)
    description = traitlets.Unicode("").tag(sync=True)
    sent = traitlets.Int(0).tag(sync=True)
    shown = traitlets.Int(0).tag(sync=True)

    def __init__(self, view, **kwargs):
        """view: has `figure`, `moving` (its changing artists) and `update(...)`."""
        super().__init__(**kwargs)
        self._view = view
        self._canvas = FigureCanvasAgg(view.figure)
        for artist in view.moving:
            artist.set_animated(True)
        self._background = None
        self._sent_at = 0.0

    @property
    def ready(self):
        """The page has shown what was sent, or nobody has answered for a second."""
        waited = time.monotonic() - self._sent_at
        return self.shown >= self.sent or waited > UNACKNOWLEDGED_SECONDS

    def show(self, *arrays, **values):
        """Update the view and send it; axes and text are drawn only when they have changed."""
        if self._view.update(*arrays, **values) or self._background is None:
            self._canvas.draw()
            self._background = self._canvas.copy_from_bbox(self._view.figure.bbox)
        self._canvas.restore_region(self._background)
        for artist in self._view.moving:
            artist.axes.draw_artist(artist)
        png = io.BytesIO()
        pixels = np.asarray(self._canvas.buffer_rgba())[..., :3]
        Image.fromarray(pixels).save(png, "png", compress_level=1)
        self._sent_at = time.monotonic()
        with self.hold_sync():
            self.sent += 1
            self.png = png.getvalue()


class Panel(ipw.VBox):
    """Controls around a `picture`, which `describe()` puts into words.

    Where widgets cannot run, the cell's stored picture is shown instead.
    """

    def __init__(self, children):
        super().__init__(children, layout=ipw.Layout(width="100%"))
        self.add_class("gan-panel")

    def _say_in_words(self, words):
        self.picture.description = words
        self.caption.value = f"<small>{html.escape(words)}</small>"

    def _repr_mimebundle_(self, **kwargs):
        data = super()._repr_mimebundle_(**kwargs)
        data["image/png"] = base64.b64encode(self.picture.png).decode()
        data["text/plain"] = self.describe()
        return data


def _try_every_stop(*sliders):
    """Move each slider over its range once, so that a mistake stops the cell, not the first move."""
    for slider in sliders:
        start = slider.value
        if isinstance(slider, ipw.SelectionSlider):
            for index in range(len(slider.options)):
                slider.index = index
        else:
            for value in (slider.min, slider.max):
                slider.value = value
        slider.value = start


class Explorer(Panel):
    """A figure that answers its sliders and buttons at once.

    redraw: a function of the sliders' values, by name; it moves the artists and returns what the
        picture now says, in words. moving: the artists it moves, all of one figure (not one of
        pyplot's); only they are drawn again, so that a redraw takes some hundredths of a second.
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
        self.words = self._redraw(**values)
        return False


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


class TrainingPanel(Panel):
    """Train a GAN live: start, pause, reset; learning rate and latent dimension while it runs.

    build: called without arguments, returns a fresh compiled `training.GAN`; Reset calls it again.
    images: float32 (n, 28, 28, 1) in [-1, 1]. batch_size, updates_per_chunk: ints >= 1; one chunk
    is one compiled call. seed: of the 25 latent vectors that are drawn again and again.

    `panel.run(chunks)` trains without a page and raises what goes wrong; `panel.gan` is the model.
    Where widgets cannot run, the cell's stored picture is shown instead.
    """

    loop = None

    def __init__(self, build, images, batch_size=64, updates_per_chunk=5, seed=0):
        self._build = build
        self._order = np.random.default_rng(seed)
        self._images, self._shape = images, (updates_per_chunk, batch_size)
        self.gan = build()
        check_samples(images, self.gan.sample_shape)
        self._latent = sample_latent(25, self.gan.latent_dim, seed)
        self.picture = Picture(TrainingView(), layout=PICTURE_LAYOUT)
        super().__init__(self._controls())
        self._rate_from = None
        self.loop = LiveLoop(
            self._step, self._draw, lambda: self.picture.ready, self._changed, key="training-panel"
        )
        self._draw()
        self._changed("paused", None)
        _try_every_stop(self.learning_rate, self.latent_dim)
        self.run(0)

    def _controls(self):
        wide = {"style": {"description_width": "130px"}, "layout": ipw.Layout(width="430px")}
        self.start = ipw.Button(description="Start", icon="play", button_style="primary")
        self.reset = ipw.Button(description="Reset", icon="refresh", tooltip="New networks")
        self.learning_rate = ipw.SelectionSlider(
            description="Learning rate",
            options=[(f"{rate:.0e}", rate) for rate in (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1)],
            value=3e-3,
            **wide,
        )
        self.latent_dim = ipw.IntSlider(
            description="Latent dimension",
            value=self.gan.latent_dim,
            min=1,
            max=self.gan.latent_dim,
            **wide,
        )
        self.status = ipw.HTML()
        self.caption = ipw.HTML()
        self.error = ipw.HTML()
        self.start.on_click(self._start_or_pause)
        self.reset.on_click(lambda _: self.loop.call(self._rebuild))
        for slider in (self.learning_rate, self.latent_dim):
            slider.observe(self._redraw_if_paused, "value")
        return [
            ipw.HBox([self.start, self.reset, self.status]),
            ipw.HTML("<b>Turn while it trains; nothing is compiled again</b>"),
            self.learning_rate,
            self.latent_dim,
            self.picture,
            self.caption,
            self.error,
        ]

    # ---- what the controls do (any thread) ----------------------------------------------

    def _start_or_pause(self, _):
        (self.loop.pause if self.loop.state == "running" else self.loop.start)()

    def _redraw_if_paused(self, _):
        if self.loop.state == "paused":
            self.loop.call(self._apply_settings)

    def run(self, chunks):
        """Train that many chunks and wait for them (0: only let waiting commands finish)."""
        self.loop.run(chunks)

    def close(self):
        if self.loop is not None:
            self.loop.close()
        super().close()

    # ---- what the worker does -----------------------------------------------------------

    def _rebuild(self):
        self.gan = self._build()
        self._rate_from = None
        self._apply_settings()

    def _apply_settings(self):
        for optimizer in (self.gan.generator_optimizer, self.gan.discriminator_optimizer):
            optimizer.learning_rate.assign(self.learning_rate.value)
        self.gan.active_latent_dim.assign(self.latent_dim.value)

    def _step(self):
        self._apply_settings()
        rows = self._order.integers(len(self._images), size=self._shape)
        self.gan.train_on_batch(self._images[rows])
        if self._rate_from is None:  # the first call compiled
            self._rate_from = time.monotonic(), self.gan.updates_made
            self._say("running")

    def _draw(self):
        self.picture.show(self.gan.generate(self._latent), self.gan.update_history)
        self._say(self.loop.state)

    def _say(self, state):
        made = self.gan.updates_made
        words = "compiling, once, for some seconds" if state == "running" and not made else state
        if state == "running" and self._rate_from:
            since, before = self._rate_from
            seconds = time.monotonic() - since
            if seconds > 0.2 and made > before:
                words += f", {(made - before) / seconds:,.0f} updates a second"
        self.status.value = f"<span role='status'>{words} · update {made:,}</span>"

    def _changed(self, state, error):
        running = state == "running"
        self._rate_from = (
            (time.monotonic(), self.gan.updates_made) if running and self.gan.updates_made else None
        )
        self.start.description, self.start.icon = (
            ("Pause", "pause") if running else ("Start", "play")
        )
        self.error.value = "" if error is None else _error_box(error)
        self._say(state)
        words = "Training; pause to read the picture in words." if running else self.describe()
        self._say_in_words(words)

    def describe(self):
        """The panel's picture in words."""
        made, history = self.gan.updates_made, self.gan.update_history
        text = (
            f"25 generated digits after {made:,} updates, latent dimension {self.latent_dim.value}"
        )
        if not len(history["generator_loss"]):
            return text + ": still noise, nothing has been trained."
        last = {name: values[-20:].mean() for name, values in history.items()}
        return text + (
            f"; mean of the last 20 updates: discriminator loss {last['discriminator_loss']:.2f}, "
            f"generator loss {last['generator_loss']:.2f}, D(x) {last['real_score']:.2f}, "
            f"D(G(z)) {last['fake_score']:.2f}."
        )


def _error_box(error):
    lines = html.escape("".join(traceback.format_exception(error)))
    return (
        "<div role='alert' style='border-left: 4px solid #c00; padding: 6px; background: #fee;"
        f" color: #600'><b>Stopped.</b> {html.escape(f'{type(error).__name__}: {error}')}"
        f"<details><summary>Traceback</summary><pre>{lines}</pre></details></div>"
    )
