"""Watch and steer a GAN in the plane."""

import ipywidgets as ipw
import numpy as np

from ..data import sample_latent
from ..metrics import sliced_wasserstein
from ..plots import LAYERS, PlaneView
from ..training import PlaneProbe
from .drawing_pad import DrawingPad
from .training_panel import TrainingPanel, _rate_slider


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
        self._points = self._view.points.astype("float32")
        self._latent_grid = self._view.latent_grid(gan.latent_dim)
        self._probed = None
        self._mixture, self._distances, self._next, self._did = None, [], "discriminator", ""
        self._applied = None
        self._dials(gan, latent_dim)
        self.layers = {
            name: ipw.Checkbox(value=True, description=name, indent=False, layout={"width": "auto"})
            for name in LAYERS
        }
        self.ema = ipw.Checkbox(description="EMA generator", indent=False)
        self.slow = ipw.Checkbox(description="slow motion", indent=False)
        for box in (self.ema, self.slow):
            box.layout.width = "auto"
        for box in (*self.layers.values(), self.ema):
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
            [[ipw.HTML("<b>Show</b>"), *self.layers.values(), self.ema], pads],
        )
        for player, button in self.steps.items():
            button.on_click(lambda _, player=player: self._step_button(player))
        for pad in pads:
            pad.observe(self._redraw_if_paused, "points")

    def _dials(self, gan, latent_dim):
        dims = [2**k for k in range(16) if 2**k < gan.latent_dim] + [gan.latent_dim]
        self.dials = {
            "generator_learning_rate": _rate_slider(
                "G's learning rate", gan.generator_optimizer.learning_rate.numpy()
            ),
            "discriminator_learning_rate": _rate_slider(
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

    def _reset(self):
        self._applied = None
        super()._reset()
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
            self._baseline = sliced_wasserstein(self._real, other)

    @staticmethod
    def _turn(gan, turned):
        """Give the model the values of the dials that were turned; a rate that decays goes on."""
        act = {
            "generator_learning_rate": gan.generator_optimizer.learning_rate.assign,
            "discriminator_learning_rate": gan.discriminator_optimizer.learning_rate.assign,
            "latent_dim": gan.active_latent_dim.assign,
            "discriminator_steps": gan.set_discriminator_steps,
            "loss": gan.set_loss,
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
        if self._probed is not self.gan:  # the first one, or built anew after an error
            self._probed, self._probe = self.gan, PlaneProbe(self.gan)
        found = self._probe(
            self._real, self._latent, self._points, self._latent_grid, self.ema.value
        )
        distance = sliced_wasserstein(self._real, found["samples"])
        made = self.gan.updates_made
        if not self._distances or self._distances[-1][0] != made:
            self._distances.append((made, distance))
        self._distance = distance
        hidden = [name for name, box in self.layers.items() if not box.value]
        history = self.gan.update_history
        self.picture.show(self._real, found, history, self._distances, self._baseline, hidden)

    def describe(self):
        """The panel's picture in words."""
        made, values = self.gan.updates_made, {n: dial.value for n, dial in self.dials.items()}
        return (
            f"{self._did} After {made:,} updates on {values['data']}, latent dimension "
            f"{values['latent_dim']}: sliced Wasserstein distance {self._distance:.3f} (two samples "
            f"of real points: {self._baseline:.3f}); {self._last_updates()}"
        ).strip()
