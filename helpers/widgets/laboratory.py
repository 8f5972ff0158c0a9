"""Watch and steer a GAN in the plane while it trains."""

from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as ipw
import numpy as np

from ..data import Mixture, sample_latent
from ..metrics import sliced_wasserstein
from ..plots import LAYERS, PlaneView
from ..training import GAN, PlaneProbe
from .drawing_pad import DrawingPad
from .training_panel import TrainingPanel, _learning_rate_slider


class Laboratory(TrainingPanel):
    """Watch and steer a GAN in the plane: layers, single steps, slow motion, and many controls.

    Any pair of Keras networks will do. The controls offer what the GAN was compiled for: its losses,
    its numbers of D steps, the weight of R1 if it has that penalty, latent dimensions up to its own.
    Learning rates that decay continue to do so; a learning rate set by its control decays from
    there. See `TrainingPanel`.

    Args:
        build: called without arguments, returns a new compiled `training.GAN` of points (n, 2).
        data_sets: {name: `data.Mixture` or `DrawingPad`}; the first is shown first.
        batch_size: int >= 1.
        updates_per_chunk: int >= 1; one chunk is one compiled call.
        latent_dim: the latent dimension at the start; the nearest one below that is offered.
        seed: of batches, of the points shown and of their latent vectors.

    Attributes:
        controls: {name: widget}; see `set`.
        layers: {name: check box} for the names in `plots.LAYERS`.
        ema: check box; shows the EMA generator instead of the generator.
        slow_motion: check box.
        step_buttons: {"discriminator": button, "generator": button}.

    Raises:
        ValueError: if the GAN does not generate points of the plane, or there is no data set.
    """

    POINTS = 400
    SLOW_SECONDS = 0.8

    def __init__(
        self,
        build: Callable[[], GAN],
        data_sets: Mapping[str, Mixture | DrawingPad],
        batch_size: int = 32,
        updates_per_chunk: int = 50,
        latent_dim: int = 2,
        seed: int = 0,
    ):
        self._rng = np.random.default_rng(seed)
        self._shape = (updates_per_chunk, batch_size)
        self._data_sets = dict(data_sets)
        gan = build()
        if gan.sample_shape != (2,):
            raise ValueError(
                f"the laboratory shows samples of shape (2,), got a GAN of {gan.sample_shape}"
            )
        if not self._data_sets:
            raise ValueError("data_sets must have at least one entry, got none")
        self._latent = sample_latent(self.POINTS, gan.latent_dim, seed)
        self._view = PlaneView()
        self._points = self._view.points.astype("float32")
        self._latent_grid = self._view.latent_grid(gan.latent_dim)
        self._probed_gan = None
        self._mixture, self._distances = None, []
        self._next_step, self._event = "discriminator", ""
        self._applied = None
        self.controls = self._make_controls(gan, latent_dim)
        self.layers = {
            name: ipw.Checkbox(value=True, description=name, indent=False, layout={"width": "auto"})
            for name in LAYERS
        }
        self.ema = ipw.Checkbox(description="EMA generator", indent=False)
        self.slow_motion = ipw.Checkbox(description="slow motion", indent=False)
        for box in (self.ema, self.slow_motion):
            box.layout.width = "auto"
        for box in (*self.layers.values(), self.ema):
            box.observe(self._redraw_if_paused, "value")
        pads = [one for one in self._data_sets.values() if isinstance(one, DrawingPad)]
        self.step_buttons = {
            network: ipw.Button(description=label, tooltip=f"One step of the {network} alone")
            for network, label in (("discriminator", "D step"), ("generator", "G step"))
        }
        super().__init__(
            build,
            gan,
            self._view,
            [*self.controls.values()],
            [*self.step_buttons.values(), self.slow_motion],
            [[ipw.HTML("<b>Show</b>"), *self.layers.values(), self.ema], pads],
        )
        for network, button in self.step_buttons.items():
            button.on_click(lambda _, network=network: self._press_step(network))
        for pad in pads:
            pad.observe(self._redraw_if_paused, "points")

    def _make_controls(self, gan, latent_dim):
        dims = [2**k for k in range(16) if 2**k < gan.latent_dim] + [gan.latent_dim]
        controls = {
            "generator_learning_rate": _learning_rate_slider(
                "G's learning rate", gan.generator_optimizer.learning_rate.numpy()
            ),
            "discriminator_learning_rate": _learning_rate_slider(
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
        return controls

    # ---- what the controls do (any thread) ----------------------------------------------

    def set(self, **values: Any) -> None:
        """Sets controls, by name, as by hand.

        Args:
            **values: among "generator_learning_rate", "discriminator_learning_rate", "latent_dim",
                "discriminator_steps", "r1", "loss" and "data"; see `controls`.

        Raises:
            ValueError: if there is no control of that name.
        """
        for name, value in values.items():
            if name not in self.controls:
                raise ValueError(f"controls are {sorted(self.controls)}, got {name!r}")
            self.controls[name].value = value

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
        self._applied = None
        super()._reset()
        self._distances, self._next_step, self._event = [], "discriminator", ""

    def _values(self):
        return {name: control.value for name, control in self.controls.items()}

    def _apply_settings(self):
        values = self._values()
        applied, self._applied = self._applied or {}, values
        self._set_model({n: v for n, v in values.items() if n not in applied or v != applied[n]})
        chosen = self._data_sets[values["data"]]
        mixture = chosen.mixture if isinstance(chosen, DrawingPad) else chosen
        if mixture is not self._mixture:
            self._mixture = mixture
            self._real, other = (mixture.sample(self.POINTS, self._rng) for _ in range(2))
            self._baseline = sliced_wasserstein(self._real, other)

    def _set_model(self, changed):
        """Pass on the values of changed controls only: a learning rate that decays is left alone."""
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

    def _train_chunk(self):
        self._apply_settings()
        if self.slow_motion.value:
            self._single_step(self._next_step)
            return self.SLOW_SECONDS
        self._event = ""
        updates, batch = self._shape
        self._train(self._mixture.sample(updates * batch, self._rng).reshape(*self._shape, 2))

    def _single_step(self, network):
        self._apply_settings()
        measured = self.gan.step_alone(network, self._mixture.sample(self._shape[1], self._rng))
        self._next_step = "generator" if network == "discriminator" else "discriminator"
        if network == "discriminator":
            self._event = (
                "D was updated: its probabilities changed, the generated points did not. Before "
                f"the step, D's mean output was {measured['real_score']:.2f} on real and "
                f"{measured['fake_score']:.2f} on generated points."
            )
        else:
            self._event = (
                "G was updated: the generated points moved along their arrows, D did not change. "
                f"Before the step, G's loss was {measured['generator_loss']:.2f}."
            )
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
        self.picture.show(self._real, found, history, self._distances, self._baseline, hidden)

    def describe(self) -> str:
        """Describes the panel's picture in words."""
        values = self._values()
        return (
            f"{self._event} After {self.gan.updates_made:,} updates on {values['data']}, latent "
            f"dimension {values['latent_dim']}: sliced Wasserstein distance {self._distance:.3f} "
            f"(two samples of real points: {self._baseline:.3f}); {self._last_updates()}"
        ).strip()
