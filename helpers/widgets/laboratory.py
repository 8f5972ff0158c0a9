"""Watch and steer a GAN in the plane while it trains."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

import ipywidgets as ipw
import numpy as np

from ..data import Mixture, sample_latent
from ..metrics import curve_coverage, mode_coverage, sliced_wasserstein
from ..plots import LAYERS, PlaneView
from ..training import GAN, PlaneProbe
from .controls import button, check_box, learning_rate_slider
from .drawing_pad import DrawingPad
from .network_diagram import network_diagram
from .training_panel import TrainingPanel, _built

HALF_UPDATE = "half an update"
MOST_MODES = 30  # a mixture of more Gaussians is taken as a curve
TOOLTIPS = {
    "generator_learning_rate": "Of G's Adam. Try 0.0003 for both networks after 1,000 updates: samples come to rest and sharpen. 0.1 breaks the GAN, for long.",
    "discriminator_learning_rate": "Of D's Adam: how far D moves in each of its steps. It must keep up with G.",
    "latent_dim": "How many entries of z vary; the others are 0. Try 1: G's samples form a curve.",
    "discriminator_steps": "Steps of D before each step of G. Try 5 on the ring: all 8 modes are covered more often. With 1, look at the EMA generator.",
    "r1": "Weight of the R1 penalty. Try 0: D becomes more confident, the gradients longer. Try 1: D stays close to ½, and the gradients are tiny.",
    "loss": "Which losses the networks minimise. The arrows are the negative gradient of G's. The grey lines hold for minimax and non saturating.",
    "data": "Where the real points come from. The weights stay: watch G move to the new points. For points of your own, draw in the box that appears below the picture.",
    "real": "Points of the data set",
    "generated": "Samples of G, always from the same latent vectors",
    "D's probability": "Heat map of D(x): green where D believes that points are real",
    "D = ½": "The line on which D is undecided",
    "gradient": "Where G's loss would have each sample move; the scale stands in the picture",
    "warped grid": "G's image of a square grid of latent vectors: how G folds the latent space",
    "ema": "Show the EMA generator instead, whose weights are averages over many updates: calmer, often better",
}


class Laboratory(TrainingPanel):
    """Watch and steer a GAN in the plane: layers, single steps, a choice of speed, many controls.

    Any pair of Keras networks will do. The controls offer what the GAN was compiled for: its losses,
    its numbers of D steps, the weight of R1 if it has that penalty, latent dimensions up to its own.
    Learning rates that decay continue to do so; a learning rate set by its control decays from
    there. The pointer reads D's probability in the picture. See `TrainingPanel`.

    Args:
        build: called without arguments, returns a new compiled `training.GAN` of points (n, 2).
        data_sets: {name: `data.Mixture` or `DrawingPad`}; the first is shown first.
        batch_size: int >= 1.
        updates_per_chunk: int >= 1, updates in one compiled call at full speed.
        latent_dim: the latent dimension at the start; the nearest one below that is offered.
        seed: of batches, of the points shown and of their latent vectors.

    Attributes:
        controls: {name: widget} for "generator_learning_rate", "discriminator_learning_rate",
            "latent_dim", "discriminator_steps", "r1", "loss" and "data".
        layers: {name: check box} for the names in `plots.LAYERS`.
        ema: check box; shows the EMA generator instead of the generator.
        step_buttons: {"discriminator": button, "generator": button}.

    Raises:
        ValueError: if build does not return a compiled GAN of points in the plane, or there is no
            data set.
    """

    SPEEDS: ClassVar[dict[str, int | None]] = {HALF_UPDATE: 0, **TrainingPanel.SPEEDS}
    NAME = "laboratory"
    POINTS = 400
    SLOW_SECONDS = 1.5  # for half an update

    def __init__(
        self,
        build: Callable[[], GAN],
        data_sets: Mapping[str, Mixture | DrawingPad],
        batch_size: int = 32,
        updates_per_chunk: int = 50,
        latent_dim: int = 2,
        seed: int = 0,
    ):
        self._seed, self._rng = seed, np.random.default_rng(seed)
        self._batch_size = batch_size
        self._data_sets = dict(data_sets)
        gan = _built(build)
        if gan.sample_shape != (2,):
            raise ValueError(
                f"the laboratory shows samples of shape (2,), got a GAN of {gan.sample_shape}"
            )
        if not self._data_sets:
            raise ValueError("data_sets must have at least one entry, got none")
        self._latent = sample_latent(self.POINTS, gan.latent_dim, seed)
        view = PlaneView()
        self._points = view.points.astype("float32")
        self._latent_grid = view.latent_grid(gan.latent_dim)
        self._probed_gan = self._mixture = None
        self._distances: list[tuple[int, float]] = []
        self._next_step, self._event = "discriminator", ""
        self.layers = {name: check_box(name, TOOLTIPS[name], True) for name in LAYERS}
        self.ema = check_box("EMA generator", TOOLTIPS["ema"], False)
        self.step_buttons = {
            network: button(label, f"One step of the {network} alone", "75px")
            for network, label in (("discriminator", "D step"), ("generator", "G step"))
        }
        self._diagram = ipw.HTML(network_diagram(), layout={"width": "345px"})
        self._pads = [one for one in self._data_sets.values() if isinstance(one, DrawingPad)]
        super().__init__(
            build,
            gan,
            view,
            self._make_controls(gan, latent_dim),
            updates_per_chunk,
            [*self.step_buttons.values()],
            self._diagram,
            [[ipw.HTML("<b>Show</b>"), *self.layers.values(), self.ema], self._pads],
        )

    def _observe(self):
        shown = [*self.layers.values(), self.ema]
        self._add_tooltips(shown)
        super()._observe()
        for box in shown:
            box.observe(self._redraw_if_paused, "value")
        for network, step in self.step_buttons.items():
            step.on_click(lambda _, network=network: self._press_step(network))
        for pad in self._pads:
            pad.observe(self._redraw_if_paused, "points")
        self.controls["data"].observe(self._show_pad, "value")
        self._show_pad(None)

    def _make_controls(self, gan, latent_dim):
        dims = [2**k for k in range(16) if 2**k < gan.latent_dim] + [gan.latent_dim]
        controls = {
            "generator_learning_rate": learning_rate_slider(
                "G's learning rate",
                gan.generator_optimizer.learning_rate.numpy(),
                TOOLTIPS["generator_learning_rate"],
            ),
            "discriminator_learning_rate": learning_rate_slider(
                "D's learning rate",
                gan.discriminator_optimizer.learning_rate.numpy(),
                TOOLTIPS["discriminator_learning_rate"],
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
            compiled = round(float(gan.penalty_weights["r1"].numpy()), 6)
            weights = sorted({0.0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, compiled})
            controls["r1"] = ipw.SelectionSlider(
                description="R1 weight",
                options=[(f"{weight:g}", weight) for weight in weights],
                value=compiled,
            )
        controls["loss"] = ipw.Dropdown(
            description="Loss",
            options=[(name.replace("_", " "), name) for name in gan.loss_function.names],
            value=gan.loss_name,
        )
        controls["data"] = ipw.Dropdown(description="Data", options=[*self._data_sets])
        for name, control in controls.items():
            control.tooltip = TOOLTIPS[name]
        return controls

    # ---- what the controls do (any thread) ----------------------------------------------

    def _show_pad(self, _):
        """Only the pad that is trained on takes up room."""
        chosen = self._data_sets[self.controls["data"].value]
        for pad in self._pads:
            pad.layout.display = None if pad is chosen else "none"

    def _set_defaults(self, values):
        super()._set_defaults(values)
        for box in self.layers.values():
            box.value = True
        self.ema.value = False

    def _press_step(self, network):
        self.loop.pause()
        self.loop.call(lambda: self._single_step(network))

    def step_alone(self, network: str) -> None:
        """Makes one step of one network alone, as the buttons "D step" and "G step" do, and waits.

        Args:
            network: "generator" or "discriminator".

        Raises:
            ValueError: if `network` is neither.
            RuntimeError: if the panel is closed.
        """
        self.loop.wait(lambda: self._single_step(network))

    # ---- what the worker does -----------------------------------------------------------

    def _reset(self):
        super()._reset()
        self._rng = np.random.default_rng(self._seed)  # the same run again, if the controls are
        self._distances, self._next_step, self._event = [], "discriminator", ""
        self._diagram.value = network_diagram()

    def _apply_settings(self):
        super()._apply_settings()
        chosen = self._data_sets[self._applied["data"]]
        mixture = chosen.mixture if isinstance(chosen, DrawingPad) else chosen
        if mixture is not self._mixture:
            self._mixture = mixture
            self._real, other = (mixture.sample(self.POINTS, self._seed + k) for k in (0, 1))
            self._baseline = sliced_wasserstein(self._real, other)

    def _set_model(self, changed):
        gan = self.gan
        setters = {
            "generator_learning_rate": gan.generator_optimizer.learning_rate.assign,
            "discriminator_learning_rate": gan.discriminator_optimizer.learning_rate.assign,
            "latent_dim": gan.active_latent_dim.assign,
            "discriminator_steps": gan.set_discriminator_steps,
            "loss": gan.set_loss,
            "r1": lambda weight: gan.penalty_weights["r1"].assign(weight),
            "data": lambda name: None,  # see `_apply_settings`
        }
        for name, value in changed.items():
            setters[name](value)

    def _batches(self, updates):
        points = self._mixture.sample(updates * self._batch_size, self._rng)
        return points.reshape(updates, self._batch_size, 2)

    def _train_chunk(self):
        if self.speed.value == HALF_UPDATE:
            self._single_step(self._next_step)
            return self.SLOW_SECONDS
        self._event = ""
        return super()._train_chunk()

    def _single_step(self, network):
        self._apply_settings()
        measured = self.gan.step_alone(network, self._mixture.sample(self._batch_size, self._rng))
        self._next_step = "generator" if network == "discriminator" else "discriminator"
        if network == "discriminator":
            self._event = (
                "D was updated: its probabilities changed, the generated points did not. Before "
                f"the step, D's mean output was {measured['real_score']:.2f} on real and "
                f"{measured['fake_score']:.2f} on generated points."
            )
        else:
            self._event = (
                "G was updated: the generated points moved, roughly along their arrows, because all "
                "share G's weights; D did not change. "
                f"Before the step, G's loss was {measured['generator_loss']:.2f}."
            )
        self._diagram.value = network_diagram(network)
        self._set_description(self._event)

    def _show(self):
        if self._probed_gan is not self.gan:  # the first one, or a new one after an error
            self._probed_gan, self._probe = self.gan, PlaneProbe(self.gan)
        found = self._probe(
            self._real, self._latent, self._points, self._latent_grid, self.ema.value
        )
        self._distance = sliced_wasserstein(self._real, found["samples"])
        made = self.gan.updates_made
        if not self._distances or self._distances[-1][0] != made:
            self._distances.append((made, self._distance))
        hidden = [name for name, box in self.layers.items() if not box.value]
        history = self.gan.update_history
        marks = [made for made, _ in self.marks]
        logistic = self.gan.loss_name in ("non_saturating", "minimax")
        self.picture.show(
            *(self._real, found, history, self._distances, self._baseline, hidden, marks),
            logistic=logistic,
        )
        self._covered = self._coverage(found["samples"])

    def _coverage(self, samples):
        """How many modes have samples, or how much of a curve, and what is out of sight; in words."""
        mixture, reach = self._mixture, self.picture.under_pointer["x"][1]
        outside = int((np.abs(samples) > reach).any(axis=1).sum())
        unseen = f"{outside} of {len(samples)} samples outside the picture, " if outside else ""
        if len(mixture.centres) <= MOST_MODES:
            score = mode_coverage(samples, mixture.centres, mixture.sigma)
            return f"{unseen}{score.modes} of {len(mixture.centres)} modes covered"
        score = curve_coverage(samples, mixture.centres, mixture.sigma)
        return f"{unseen}{score.on_curve:.0%} on the curve, {score.coverage:.0%} of it covered"

    def _measured(self):
        return f" · {self._covered} · distance {self._distance:.3f}"

    def _on_change(self, state, error):
        if not self._event:
            self._diagram.value = network_diagram("both" if state == "running" else "")
        super()._on_change(state, error)

    def describe(self) -> str:
        """Describes the panel's picture in words."""
        values = {name: control.value for name, control in self.controls.items()}
        return (
            f"{self._event} After {self.gan.updates_made:,} updates on {values['data']}, latent "
            f"dimension {values['latent_dim']}: sliced Wasserstein distance {self._distance:.3f} "
            f"(two samples of real points: {self._baseline:.3f}), {self._covered}; "
            f"{self._last_updates()}"
        ).strip()
