"""Sliders, buttons and check boxes as panels make, set and write them down."""

from collections.abc import Mapping, Sequence
from typing import Any

import ipywidgets as ipw
import numpy as np
import traitlets


def learning_rate_slider(description: str, learning_rate: float, tooltip: str) -> ipw.Widget:
    """A slider over learning rates, which starts at `learning_rate`, a float32."""
    # 0.003, not 0.003000000026077032: the same float32
    learning_rate = float(str(np.float32(learning_rate)))
    values = sorted({1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, learning_rate})
    return ipw.SelectionSlider(
        description=description,
        options=[(str(value), value) for value in values],
        value=learning_rate,
        tooltip=tooltip,
    )


def lay_out(control: ipw.Widget, description_width: str, width: str) -> None:
    """Sets the widths of a slider or menu of a panel; `Picture` knows those that choose by class."""
    control.style.description_width, control.layout.width = description_width, width
    if isinstance(control, ipw.SelectionSlider):
        control.add_class("gan-chooses")


def check_box(description: str, tooltip: str, value: bool) -> ipw.Checkbox:
    """A check box as wide as its description."""
    return ipw.Checkbox(
        value=value,
        description=description,
        indent=False,
        layout={"width": "auto"},
        tooltip=tooltip,
    )


def button(description: str, tooltip: str, width: str = "auto", **kwargs: Any) -> ipw.Button:
    """A button, by default as wide as its description."""
    layout = {"width": width}
    return ipw.Button(description=description, tooltip=tooltip, layout=layout, **kwargs)


def gif_button(what: str) -> ipw.Button:
    """The button of a panel that saves an animation of `what`."""
    return button("Save as GIF", f"{what} as an animation, in the folder of this notebook")


def speed_menu(speeds: Sequence[str], value: str) -> ipw.Dropdown:
    """The menu of speeds of a panel that trains."""
    return ipw.Dropdown(
        description="Speed",
        options=[*speeds],
        value=value,
        layout={"width": "185px"},
        style={"description_width": "45px"},
        tooltip="How much is trained between two pictures. Try the slowest to see each step.",
    )


def label(control: ipw.Widget) -> str:
    """What a control says and shows, such as "R1 weight 0.05"."""
    return f"{control.description} {getattr(control, 'label', control.value)}"


def set_controls(controls: Mapping[str, ipw.Widget], values: Mapping[str, Any]) -> None:
    """Sets controls by name; a ValueError names those there are, or the values of one."""
    for name, value in values.items():
        if name not in controls:
            raise ValueError(f"controls are {sorted(controls)}, got {name!r}")
        control = controls[name]
        try:
            control.value = value
        except traitlets.TraitError:
            allowed = f", one of {[*control.options]}" if hasattr(control, "options") else ""
            raise ValueError(
                f"{name} must be a value of its control{allowed}, got {value!r}"
            ) from None


def settings_code(panel: str, controls: Mapping[str, ipw.Widget], speed: ipw.Widget) -> str:
    """Python that sets the controls of a panel, by its name, as they are now."""
    lines = [f"    {name}={control.value!r}," for name, control in controls.items()]
    return "\n".join([f"{panel}.set(", *lines, ")", f"{panel}.speed.value = {speed.value!r}"])


def means_in_words(history: Mapping[str, np.ndarray]) -> str:
    """Losses and scores at the end of a run, as a sentence."""
    means = []
    for column, name in (
        ("discriminator_loss", "discriminator loss"),
        ("generator_loss", "generator loss"),
        ("real_score", "D(x)"),
        ("fake_score", "D(G(z))"),
    ):
        # D's columns are NaN where only G was updated
        measured = history[column][np.isfinite(history[column])]
        means += [f"{name} {measured[-20:].mean():.2f}"] if len(measured) else []
    return f"mean of the last 20 updates: {', '.join(means)}."


def marks_in_words(marks: Sequence[tuple[int, str]], most: int) -> str:
    """What was turned at each of the last marks, as a sentence with a space before it."""
    first = max(0, len(marks) - most)
    shown = [
        f"{first + k + 1} at update {made:,}: {text}"
        for k, (made, text) in enumerate(marks[first:])
    ]
    return f" Marks: {'; '.join(shown)}." if shown else ""
