"""What the gallery of failures says in words."""

from __future__ import annotations

import html
from collections.abc import Mapping

import numpy as np

from ..diagnostics import Diagnosis, Monitor
from ..diagnostics.scenarios import Failure

AFTER = {"fail": "", "fix": ", fixed", "control": ", not fixed"}  # the name of a failure
HIDDEN = "Which failure is it? Read the dashboard, decide, and press Reveal."


def stage_html(stage: str, failure: Failure, diagnosis: Diagnosis) -> str:
    """What was done, what was found, and what to do; stage is a key of `AFTER`."""
    title, text = {
        "fail": ("What was done", failure.cause),
        "fix": ("The fix", failure.fix),
        "control": ("The control", "the same settings as before, for as long as the fix."),
    }[stage]
    return (
        f"<b>{title}:</b> {html.escape(text)}"
        f"<pre style='white-space: pre-wrap'>{html.escape(str(diagnosis))}</pre>"
    )


def measured(history: Mapping[str, np.ndarray], monitor: Monitor, updates: int) -> str:
    """What the dashboard of a run shows, in numbers."""
    parts = [f"Dashboard of a run of {updates:,} updates, means of the last 50:"]
    for column, name in (
        ("discriminator_loss", "D's loss"),
        ("generator_loss", "G's loss"),
        ("real_accuracy", "D's accuracy on real samples"),
        ("fake_accuracy", "on generated samples"),
    ):
        parts.append(f"{name} {np.mean(history[column][-50:]):.2f},")
    parts.append(f"distance to real samples {monitor.history['distance'][-1]:.2f},")
    return " ".join(parts) + f" real vs real {monitor.baseline:.2f}."


def without_markup(text: str) -> str:
    """Text without the signs of Markdown and mathematics, for a tooltip."""
    return text.replace("`", "").replace("$", "").replace("\\", "")
