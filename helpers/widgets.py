"""What may I turn? Controls and pictures, no maths: live training panels, and an explorer of formulas.

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
import struct
import threading
import time
import traceback
import zlib
from concurrent.futures import Future

import anywidget
import ipywidgets as ipw
import numpy as np
import traitlets
from IPython import get_ipython
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from .data import Mixture, sample_latent
from .diagnostics import Watch, diagnose
from .failures import FAILURES, Game
from .metrics import sliced_wasserstein
from .plots import LAYERS, REAL, Dashboard, PlaneView, TrainingView
from .training import NonFiniteTraining, check_samples

FRAMES_PER_SECOND = 15
PICTURE_LAYOUT = {"width": "100%", "max_width": "760px"}
WRAPPED = {"flex_flow": "row wrap", "align_items": "center", "grid_gap": "2px 14px"}
WORDS_SECONDS = 0.5  # between two changes of the words beside the buttons, while it runs
FRAMES_AHEAD = 6  # the most that may be on their way to the page: 0.4 s
UNACKNOWLEDGED_SECONDS = 1.0  # no page looks on, or it is far behind: send again after this


class LiveLoop:
    """A thread that trains in small chunks and draws in between, steered by commands.

    step: trains one chunk (aim for 10 to 100 ms) and returns how many seconds to rest before the
    next, or None. draw: renders one picture. ready: called before a picture between two chunks;
    False skips that one, but never the last. changed: called with (state, error) whenever the
    state may have changed; state is one of "paused", "running", "error", "closed". key: a loop with
    the same key is closed first, so that running a notebook cell again leaves no second thread.

    `state` is "paused" before the picture that a pause ends with: a control that finds it so asks
    for a picture of its own, one that does not is seen by the picture to come.
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

    def start(self, chunks=float("inf")):
        """Train that many chunks; do not wait."""
        self._commands.put(("start", chunks))

    def pause(self):
        self._commands.put(("pause", None))

    def call(self, function):
        """Run function() between two chunks, then draw."""
        self._commands.put(("call", (function, None)))

    def run(self, chunks):
        """Train that many chunks now and wait; an error in them is raised here."""
        self._and_wait("run", chunks)

    def wait(self, function):
        """Run function() between two chunks, then draw, and wait; an error in it is raised here."""
        self._and_wait("call", function)

    def _and_wait(self, command, argument):
        if not self.thread.is_alive():
            raise RuntimeError("this panel is closed: run the cell that makes it again")
        done = Future()
        self._commands.put((command, (argument, done)))
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
        self._chunks_left, self._waiting = 0, []  # chunks_left: infinity while running freely
        drawn = self._due = 0.0
        while True:
            try:
                rest = self._due - time.monotonic() if self._chunks_left else None
                if rest is None or rest > 0 or not self._commands.empty():
                    try:
                        command = self._commands.get(timeout=rest and max(rest, 0))
                    except queue.Empty:
                        continue
                    if not self._obey(*command):
                        return
                    continue
                self._due = time.monotonic() + (self._step() or 0)
                self._chunks_left -= 1
                if not self._chunks_left:
                    self._finish()
                elif time.monotonic() - drawn >= 1 / FRAMES_PER_SECOND and self._ready():
                    drawn = time.monotonic()
                    self._draw()
            except BaseException as error:  # shown on the panel; the thread lives on for Reset
                self._chunks_left = 0
                with contextlib.suppress(
                    Exception
                ):  # the error that is waited for is the first one
                    self._set("error", error)
                for done in self._waiting:
                    done.set_exception(error)
                self._waiting = []

    def _obey(self, command, argument):
        """Carry out one command; returns False when the thread should end."""
        if command in ("start", "run"):
            self._due = 0.0
        if command == "start":
            self._chunks_left = argument
            self._set("running")
        elif command == "run":
            self._chunks_left, done = argument
            self._waiting.append(done)
            if self._chunks_left:
                self._set("running")
            else:
                self._finish()
        elif command == "pause":
            if self._chunks_left:
                self._finish()
        elif command == "call":
            function, done = argument
            self._waiting += [done] if done else []
            function()
            if done or self._commands.empty():  # else what comes next is drawn, or draws
                self._draw_as("running" if self._chunks_left else "paused")
            if done:
                self._waiting.remove(done)
                done.set_result(None)
        elif command == "close":
            for done in self._waiting:
                done.cancel()
            with contextlib.suppress(Exception):  # the thread ends in any case
                self._set("closed")
            return False
        return True

    def _finish(self):
        self._chunks_left = 0
        self._draw_as("paused")
        for done in self._waiting:
            done.set_result(None)
        self._waiting = []

    def _draw_as(self, state):
        self.state = state
        self._draw()
        self._set(state)


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
    """A canvas fed with PNG bytes: it has a text for screen readers and acknowledges its frames.

    It does so some times a second, not for each frame: a message to the kernel lets JupyterLab
    paint its busy signs anew, for more than a frame costs. A page that is behind skips frames.

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
      let shown = 0, drawn = 0, drawing = false, said = -Infinity, timer = null;
      const acknowledge = () => {
        timer = null;
        said = performance.now();
        model.set({ shown, drawn });
        model.save_changes();
      };
      const draw = async () => {
        if (drawing) return;  // the loop below goes on to the latest frame
        drawing = true;
        try {
          while (shown !== model.get("sent") && model.get("png").byteLength) {
            const frame = model.get("sent");
            const bitmap = await createImageBitmap(new Blob([model.get("png")]));
            if (canvas.width !== bitmap.width) canvas.width = bitmap.width;
            if (canvas.height !== bitmap.height) canvas.height = bitmap.height;
            canvas.getContext("2d").drawImage(bitmap, 0, 0);
            bitmap.close();
            shown = frame;
            drawn += 1;
            timer ??= setTimeout(acknowledge, Math.max(0, said + 300 - performance.now()));
          }
        } finally {
          drawing = false;
        }
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
    shown = traitlets.Int(0).tag(sync=True, echo_update=False)  # the last frame on the page,
    drawn = traitlets.Int(0).tag(sync=True, echo_update=False)  # and how many it has drawn

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
        """The page keeps up with what was sent, or nobody has answered for a second."""
        waited = time.monotonic() - self._sent_at
        return self.sent - self.shown < FRAMES_AHEAD or waited > UNACKNOWLEDGED_SECONDS

    def show(self, *arrays, **values):
        """Update the view and send it; axes and text are drawn only when they have changed."""
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
        if isinstance(slider, (ipw.SelectionSlider, ipw.Dropdown)):
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
        self.reset.on_click(lambda _: self.loop.call(self._start_over))

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

    def _start_over(self):
        if self._broken:
            self._say("building the model anew")
            self.gan, self._broken = self._build(), False
        else:
            self.gan.start_over()
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

    def _start_over(self):
        super()._start_over()
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


class Laboratory(TrainingPanel):
    """Watch and steer a game in the plane: layers, single steps, slow motion, and every dial.

    build: called without arguments, returns a fresh compiled `training.GAN` of points (n, 2),
    with any pair of Keras players. What it was compiled for can be turned: its losses, its numbers
    of steps of D, the weight of R1 if it has that penalty, latent dimensions up to its own.
    data_sets: {name: `data.Mixture` or `DrawingPad`}; the first is shown first.
    batch_size, updates_per_chunk: ints >= 1. latent_dim: the first one. seed: of all that is drawn.
    See `TrainingPanel`. `panel.step_alone("generator")` does what the button "G step" does.
    """

    POINTS = 400
    SLOW_SECONDS = 0.8

    def __init__(self, build, data_sets, batch_size=32, updates_per_chunk=50, latent_dim=2, seed=0):
        self._order = np.random.default_rng(seed)
        self._shape = (updates_per_chunk, batch_size)
        self._data_sets = dict(data_sets)
        gan = build()
        if gan.sample_shape != (2,):
            raise ValueError(f"the laboratory shows points of shape (2,), not {gan.sample_shape}")
        if not self._data_sets:
            raise ValueError("give the laboratory at least one data set")
        self._latent = sample_latent(self.POINTS, gan.latent_dim, seed)
        self._view = PlaneView()
        self._places = self._view.places.astype("float32")
        self._lattice = self._view.lattice(gan.latent_dim)
        self._mixture, self._distances, self._next, self._did = None, [], "discriminator", ""
        self._applied = None
        self._dials(gan, latent_dim)
        self.layers = {
            name: ipw.Checkbox(value=True, description=name, indent=False, layout={"width": "auto"})
            for name in LAYERS
        }
        self.averaged = ipw.Checkbox(description="averaged generator", indent=False)
        self.slow = ipw.Checkbox(description="slow motion", indent=False)
        for box in (self.averaged, self.slow):
            box.layout.width = "auto"
        for box in (*self.layers.values(), self.averaged):
            box.observe(self._redraw_if_paused, "value")
        pads = [one for one in self._data_sets.values() if isinstance(one, DrawingPad)]
        self.steps = {
            player: ipw.Button(description=label, tooltip=f"One step of the {player} alone")
            for player, label in (("discriminator", "D step"), ("generator", "G step"))
        }
        super().__init__(
            build,
            gan,
            self._view,
            [*self.dials.values()],
            [*self.steps.values(), self.slow],
            [[ipw.HTML("<b>Show</b>"), *self.layers.values(), self.averaged], pads],
        )
        for player, button in self.steps.items():
            button.on_click(lambda _, player=player: self._step_button(player))
        for pad in pads:
            pad.observe(self._redraw_if_paused, "points")

    def _dials(self, gan, latent_dim):
        dims = [2**k for k in range(16) if 2**k < gan.latent_dim] + [gan.latent_dim]
        self.dials = {
            "generator_rate": _rate_slider(
                "G's learning rate", gan.generator_optimizer.learning_rate.numpy()
            ),
            "discriminator_rate": _rate_slider(
                "D's learning rate", gan.discriminator_optimizer.learning_rate.numpy()
            ),
            "latent_dim": ipw.SelectionSlider(
                description="Latent dimension",
                options=dims,
                value=max(dim for dim in dims if dim <= max(latent_dim, 1)),
            ),
            "discriminator_steps": ipw.SelectionSlider(
                description="D's steps", options=gan.allowed_discriminator_steps
            ),
        }
        if "r1" in gan.penalty_names:
            own = float(gan.penalty_weights["r1"].numpy())
            weights = sorted({0.0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, round(own, 6)})
            self.dials["r1"] = ipw.SelectionSlider(
                description="R1 weight",
                options=[(f"{weight:g}", weight) for weight in weights],
                value=round(own, 6),
            )
        self.dials["loss"] = ipw.Dropdown(
            description="Loss",
            options=[(name.replace("_", " "), name) for name in gan.loss_names],
            value=gan.loss_name,
        )
        self.dials["data"] = ipw.Dropdown(description="Data", options=[*self._data_sets])

    # ---- what the controls do (any thread) ----------------------------------------------

    def set(self, **values):
        """Turn dials, by name, as a hand would."""
        for name, value in values.items():
            if name not in self.dials:
                raise ValueError(f"dials are {sorted(self.dials)}, got {name!r}")
            self.dials[name].value = value

    def _step_button(self, player):
        self.loop.pause()
        self.loop.call(lambda: self._half_update(player))

    def step_alone(self, player):
        """One step of "generator" or "discriminator" alone; what goes wrong is raised here."""
        self.loop.wait(lambda: self._half_update(player))

    # ---- what the worker does -----------------------------------------------------------

    def _start_over(self):
        self._applied = None
        super()._start_over()
        self._distances, self._next, self._did = [], "discriminator", ""

    def _apply_settings(self):
        gan, values = self.gan, {name: dial.value for name, dial in self.dials.items()}
        applied, self._applied = self._applied or {}, values
        self._turn(gan, {n: v for n, v in values.items() if n not in applied or v != applied[n]})
        chosen = self._data_sets[values["data"]]
        mixture = chosen.mixture if isinstance(chosen, DrawingPad) else chosen
        if mixture is not self._mixture:
            self._mixture = mixture
            self._real, other = (mixture.sample(self.POINTS, self._order) for _ in range(2))
            self._floor = sliced_wasserstein(self._real, other)

    @staticmethod
    def _turn(gan, turned):
        """Give the model the values of the dials that were turned; a rate that decays goes on."""
        act = {
            "generator_rate": gan.generator_optimizer.learning_rate.assign,
            "discriminator_rate": gan.discriminator_optimizer.learning_rate.assign,
            "latent_dim": gan.active_latent_dim.assign,
            "discriminator_steps": gan.choose_discriminator_steps,
            "loss": gan.choose_loss,
            "r1": lambda weight: gan.penalty_weights["r1"].assign(weight),
            "data": lambda name: None,  # see `_apply_settings`
        }
        for name, value in turned.items():
            act[name](value)

    def _step(self):
        self._apply_settings()
        if self.slow.value:
            self._half_update(self._next)
            return self.SLOW_SECONDS
        self._did = ""
        updates, batch = self._shape
        self._train(self._mixture.sample(updates * batch, self._order).reshape(*self._shape, 2))

    def _half_update(self, player):
        self._apply_settings()
        measured = self.gan.step_alone(player, self._mixture.sample(self._shape[1], self._order))
        self._next = "generator" if player == "discriminator" else "discriminator"
        if player == "discriminator":
            self._did = (
                "D moved, the points stood still: its map changed. Before the step D gave "
                f"{measured['real_score']:.2f} to real and {measured['fake_score']:.2f} to "
                "generated points, on average."
            )
        else:
            self._did = (
                "G moved, D's map stood still: the points followed their arrows. Before the step "
                f"G's loss was {measured['generator_loss']:.2f}."
            )
        self._say_in_words(self._did)

    def _show(self):
        seen = self.gan.look(
            self._real, self._latent, self._places, self._lattice, self.averaged.value
        )
        distance = sliced_wasserstein(self._real, seen["samples"])
        made = self.gan.updates_made
        if not self._distances or self._distances[-1][0] != made:
            self._distances.append((made, distance))
        self._distance = distance
        hidden = [name for name, box in self.layers.items() if not box.value]
        history = self.gan.update_history
        self.picture.show(self._real, seen, history, self._distances, self._floor, hidden)

    def describe(self):
        """The panel's picture in words."""
        made, values = self.gan.updates_made, {n: dial.value for n, dial in self.dials.items()}
        return (
            f"{self._did} After {made:,} updates on {values['data']}, latent dimension "
            f"{values['latent_dim']}: sliced Wasserstein distance {self._distance:.3f} (two samples "
            f"of real points: {self._floor:.3f}); {self._last_updates()}"
        ).strip()


class Gallery(Panel):
    """A button for each failure of `failures.FAILURES`: the dashboard while it comes about, what
    `diagnostics.diagnose` finds at the end, and a button that applies the cure to the same run.

    seed: of the runs; may be changed. `gallery.press("collapse")` and `gallery.cure()` do the same
    from code, wait for the end, and raise what goes wrong. Then `diagnosis` is what was found,
    `history` the run, `watch` what was looked at, `gan` the model. A game is compiled when it is
    played first.
    """

    CHUNK = 50  # updates
    CURE_UPDATES = 1000

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
        self.cure_button = ipw.Button(
            description="Cure", button_style="primary", icon="medkit", disabled=True
        )
        self.status, self.caption, self.error = ipw.HTML(), ipw.HTML(), ipw.HTML()
        self._frame = ipw.VBox([self.picture])
        super().__init__(
            [
                ipw.HBox([*self.buttons.values()], layout=WRAPPED),
                ipw.HBox([self.cure_button, self.status], layout=WRAPPED),
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
        self.cure_button.on_click(lambda _: self._begin(None))

    @property
    def gan(self):
        return self._game.gan

    @property
    def still(self):
        """The dashboard as it is now, a `PIL.Image` in 256 colours: a third of the bytes."""
        picture = Image.open(io.BytesIO(self.picture.png))
        return picture.quantize(256, method=Image.Quantize.FASTOCTREE)  # keeps rare colours

    def game(self, name):
        """The `failures.Game` of that name, compiled at its first use."""
        if name not in self._games:
            self._say("compiling, once, for some seconds")
            self._games[name] = Game(name)
        return self._games[name]

    # ---- what the buttons do (any thread) -----------------------------------------------

    def _begin(self, name):
        """Plant the failure of that name, or cure the last one if it is None; do not wait."""
        self.loop.call(lambda: self._prepare(name))
        updates = self.CURE_UPDATES if name is None else FAILURES[name].updates
        self.loop.start(updates // self.CHUNK)

    def press(self, name):
        """Do what the button of that failure does, to the end."""
        if name not in FAILURES:
            raise ValueError(f"the failures are {sorted(FAILURES)}, got {name!r}")
        self.loop.wait(lambda: self._prepare(name))
        self.loop.run(FAILURES[name].updates // self.CHUNK)

    def cure(self):
        """Go on with the same run by the settings that cure it, to the end."""
        if self.failure is None:
            raise ValueError("press a failure first")
        self.loop.wait(lambda: self._prepare(None))
        self.loop.run(self.CURE_UPDATES // self.CHUNK)

    def close(self):
        self.loop.close()
        super().close()

    # ---- what the worker does -----------------------------------------------------------

    def _prepare(self, name):
        if name is not None:
            self.failure = FAILURES[name]
        failure = self.failure
        self._game = game = self.game(failure.game)
        if name is not None or failure.anew:
            game.start(self.seed)
            gan, looked_at = game.gan, game.seen(failure.planted)
            self.watch = Watch(gan.generator, gan.discriminator, *looked_at)
            self.watch.look(0)
        self._settings = failure.planted if name is not None else failure.cured
        self._updates = failure.updates if name is not None else self.CURE_UPDATES
        self._first, self._broken, self.diagnosis = game.gan.updates_made, None, None
        self.watch.change(*game.seen(self._settings))
        if self.picture is not self._pictures[failure.game]:
            self.picture = self._pictures[failure.game]
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
            self.watch.look(self._game.gan.updates_made)
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
            samples = self._game.gan.sample(1000, seed=self.seed, averaged=False)
            real = self._game.real(self._settings)
            self.diagnosis = diagnose(history, samples, real)
        self._show()

    def _show(self):
        self.picture.show(self._game.gan.update_history, self.watch)

    def _say(self, words):
        title = "" if self.failure is None else self.failure.title
        if self._settings is not None and self._settings is not self.failure.planted:
            title += ", cured"
        made = "" if not title else f" · {title} · update {self._made():,}"
        self.status.value = f"<span role='status'>{words}{made}</span>"

    def _made(self):
        game = self._games.get(self.failure.game)
        return 0 if game is None else game.gan.updates_made

    def _changed(self, state, error):
        self.error.value = "" if error is None else _error_box(error)
        self.cure_button.disabled = state == "running" or self.failure is None
        self._say("training" if state == "running" else state)
        self._say_in_words(
            "Training; the words come at the end." if state == "running" else self.describe()
        )
        if state == "paused" and self.diagnosis is not None:
            self.caption.value = self._page()

    def _page(self):
        """The diagnosis as a page: what was done, what was found, and what to do."""
        cured = self._settings is not self.failure.planted
        done = self.failure.cure if cured else self.failure.cause
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
            f"{watch.history['distance'][-1]:.2f}, of real to real {watch.floor:.2f}."
        )


class DrawingPad(anywidget.AnyWidget):
    """A square to draw points into, by pointer or by keyboard; `mixture` is what they stand for.

    By pointer: press and draw. By keyboard: arrows move the cross, Space puts a point, Backspace
    takes the last one away. points: [[x, y], ...] in [-1, 1], the first ones to be seen.
    sigma: width of the Gaussian that each point stands for.
    """

    _esm = """
    function render({ model, el }) {
      const size = 260, reach = 1.25, canvas = document.createElement("canvas");
      const clear = document.createElement("button");
      Object.assign(canvas, { width: size, height: size, tabIndex: 0 });
      canvas.setAttribute("role", "application");
      canvas.style.cssText = "border: 1px solid #888; touch-action: none; cursor: crosshair";
      clear.textContent = "Clear the drawing";
      el.append(canvas, document.createElement("br"), clear);
      const brush = canvas.getContext("2d"), cross = [0, 0];
      const place = ([x, y]) => [(x / reach + 1) * size / 2, (1 - y / reach) * size / 2];
      const draw = () => {
        const points = model.get("points");
        canvas.setAttribute("aria-label", `Drawing pad, ${points.length} points. `
          + "Arrow keys move the cross, Space puts a point, Backspace takes one away.");
        brush.clearRect(0, 0, size, size);
        brush.fillStyle = "#009E73";
        for (const point of points) brush.fillRect(...place(point).map(v => v - 2), 4, 4);
        const [x, y] = place(cross);
        brush.strokeStyle = "#555";
        brush.beginPath();
        brush.moveTo(x - 5, y); brush.lineTo(x + 5, y);
        brush.moveTo(x, y - 5); brush.lineTo(x, y + 5);
        brush.stroke();
      };
      const set = (points) => { model.set("points", points); model.save_changes(); };
      const add = () => {
        const points = model.get("points"), last = points[points.length - 1];
        if (points.length < 300 && !(last && Math.hypot(last[0] - cross[0], last[1] - cross[1]) < 0.02))
          set([...points, [...cross]]);
      };
      const follow = (event) => {
        const scale = size / canvas.getBoundingClientRect().width;
        const inside = (v) => Math.max(-1, Math.min(1, v));
        cross[0] = inside((event.offsetX * scale / size * 2 - 1) * reach);
        cross[1] = inside((1 - event.offsetY * scale / size * 2) * reach);
        if (event.buttons & 1) add(); else draw();
      };
      canvas.addEventListener("pointerdown", follow);
      canvas.addEventListener("pointermove", follow);
      el.addEventListener("keydown", (event) => {
        event.stopPropagation();
        if (event.target !== canvas) return;
        const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
        if (event.key in move) {
          for (const i of [0, 1])
            cross[i] = Math.max(-1, Math.min(1, cross[i] + 0.1 * move[event.key][i]));
          draw();
        } else if (event.key === " ") add();
        else if (event.key === "Backspace") set(model.get("points").slice(0, -1));
        else return;
        event.preventDefault();
      });
      clear.addEventListener("click", () => set([]));
      model.on("change:points", draw);
      draw();
    }
    export default { render };
    """
    points = traitlets.List([]).tag(sync=True)

    def __init__(self, points=(), sigma=0.05, **kwargs):
        super().__init__(points=np.asarray(points, float).reshape(-1, 2).tolist(), **kwargs)
        self.sigma = sigma
        self._mixture_of = None

    @property
    def mixture(self):
        """The drawn points as a `data.Mixture`, the same object until they change; before the
        first point, one at the origin."""
        points = self.points or [[0.0, 0.0]]
        if points != self._mixture_of:
            self._mixture_of, self._mixture = points, Mixture(points, self.sigma)
        return self._mixture


def _error_box(error):
    lines = html.escape("".join(traceback.format_exception(error)))
    return (
        "<div role='alert' style='border-left: 4px solid #c00; padding: 6px; background: #fee;"
        f" color: #600'><b>Stopped.</b> {html.escape(f'{type(error).__name__}: {error}')}"
        f"<details><summary>Traceback</summary><pre>{lines}</pre></details></div>"
    )
