"""Words for figures: what a screen reader reads, and what stands in for a picture that is not shown."""

from __future__ import annotations

import importlib
from typing import Any

import matplotlib
from IPython import get_ipython
from matplotlib.figure import Figure
from matplotlib.text import Text


def alt_text(figure: Figure) -> str:
    """Describes a figure by its titles, axis labels and legends.

    Args:
        figure: with axes; those without any text are left out.

    Returns:
        One sentence for each panel. What the curves do is left to the caption beside the figure.

    Example:
        >>> from matplotlib.figure import Figure
        >>> from helpers import plots
        >>> axes = Figure().subplots()
        >>> _ = axes.plot([0, 1], label="generator")
        >>> _ = axes.set(title="losses", xlabel="updates", ylabel="nats")
        >>> _ = axes.legend()
        >>> plots.alt_text(axes.figure)
        'Figure: losses: nats over updates; generator.'
    """
    shown = [axes for axes in figure.axes if axes.get_visible()]
    parts = [*map(_words, figure.texts), *map(_panel, shown)]  # texts: also the figure's title
    unnamed = "images" if any(axes.images for axes in shown) else "curves or points"
    return f"Figure: {'. '.join(part for part in parts if part) or unnamed}."


def _panel(axes):
    title, x, y = (_plain(one) for one in (axes.get_title(), axes.get_xlabel(), axes.get_ylabel()))
    across = f"{y} over {x}" if x and y else x or y
    legend = axes.get_legend()
    labels = ", ".join(filter(None, map(_words, legend.get_texts()))) if legend else ""
    parts = [part for part in (across, labels) if part]
    return ": ".join(part for part in (title, "; ".join(parts)) if part)


def _words(text: Text) -> str:
    return _plain(text.get_text())


def _plain(text: str) -> str:
    """Without TeX, line breaks and a full stop at the end."""
    return " ".join(text.replace("$", "").replace("\\", "").split()).rstrip(".")


def install(shell: Any = None) -> None:
    """Lets a notebook show each figure with its `alt_text`.

    It stands in the output's metadata ("alt"), where exported pages find it, and in place of the
    picture ("text/plain") where only text is shown.

    Args:
        shell: an IPython shell; by default the one that runs this code, if there is one.
    """
    shell = shell or get_ipython()
    if shell is None or "inline" not in matplotlib.get_backend():
        return
    importlib.import_module("matplotlib_inline.backend_inline")  # which sets its own formatters
    formatters = shell.display_formatter.formatters
    png = formatters["image/png"]
    try:
        draw = png.lookup_by_type(Figure)
    except KeyError:  # figures are shown in another format
        return

    def with_alt_text(figure):
        picture = draw(figure)
        data, metadata = picture if isinstance(picture, tuple) else (picture, {})
        return data, {**metadata, "alt": alt_text(figure)}

    png.for_type(Figure, with_alt_text)
    formatters["text/plain"].for_type(
        Figure, lambda figure, printer, cycle: printer.text(alt_text(figure))
    )
