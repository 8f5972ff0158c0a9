"""A small diagram of the two networks: which one is updated, and what flows."""

from ..plots import DISCRIMINATOR, GENERATED, GRADIENT

UPDATED = {
    "": "Nothing is being updated.",
    "discriminator": "D is updated: real points and samples flow to D, the gradient of D's loss "
    "flows back into D and stops there.",
    "generator": "G is updated: samples flow from G to D, the gradient of G's loss flows back "
    "through D into G.",
    "both": "Both are updated in turn: D on real points and samples, G by the gradient that "
    "flows back through D.",
}


def network_diagram(updated: str = "") -> str:
    """Draws the two networks as SVG: samples flow forward, the gradient of a loss flows back.

    Args:
        updated: "discriminator", "generator", "both" or "" for neither.

    Returns:
        An SVG element with a text for screen readers, 340 by 60 pixels.

    Raises:
        ValueError: if `updated` is something else.

    Example:
        >>> from helpers.widgets.network_diagram import network_diagram
        >>> "G is updated: samples flow from G to D" in network_diagram("generator")
        True
    """
    if updated not in UPDATED:
        raise ValueError(f"updated must be one of {sorted(UPDATED)}, got {updated!r}")
    generator, discriminator = (
        updated in ("generator", "both"),
        updated in ("discriminator", "both"),
    )
    parts = [
        _text(8, 21, "z"),
        _arrow((18, 17), (58, 17)),
        _box(60, "G", GENERATED, generator),
        _arrow((102, 17), (188, 17)),
        _text(128, 12, "G(z)"),
        _text(128, 42, "real x"),
        _box(190, "D", DISCRIMINATOR, discriminator),
        _arrow((232, 17), (270, 17)),
        _text(276, 21, "loss"),
    ]
    if updated != "generator":
        parts.append(_arrow((168, 38), (178, 38), (189, 27)))
    if generator:
        parts.append(_arrow((288, 26), (288, 52), (81, 52), (81, 34), gradient=True))
    if discriminator:
        parts.append(_arrow((288, 26), (288, 52), (211, 52), (211, 34), gradient=True))
    if updated:
        parts.append(_text(226, 47, "gradient"))
    return (
        f"<svg role='img' aria-label=\"{UPDATED[updated]}\" width='340' height='60' "
        f"style='display: block'>{''.join(parts)}</svg>"
    )


TEXT = "var(--jp-ui-font-color1, #222)"  # JupyterLab's, light or dark


def _text(x, y, words, colour=TEXT, anchor="start"):
    return f"<text x='{x}' y='{y}' font-size='13' text-anchor='{anchor}' fill='{colour}'>{words}</text>"


def _box(x, name, colour, updated):
    """A network; the one that is updated is filled."""
    return (
        f"<rect x='{x}' y='2' width='42' height='30' rx='4' stroke='{colour}' stroke-width='2' "
        f"fill='{colour if updated else 'none'}'/>"
    ) + _text(
        x + 21,
        22,
        f"<tspan font-weight='bold'>{name}</tspan>",
        "#fff" if updated else TEXT,
        "middle",
    )


def _arrow(*corners, gradient=False):
    """Lines from corner to corner with a head at the end."""
    colour, dashes = (GRADIENT, "2 3") if gradient else (TEXT, "none")
    (x0, y0), (x1, y1) = corners[-2:]
    length = max(abs(x1 - x0), abs(y1 - y0))
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    wings = [(x1 - 7 * ux + s * 4 * uy, y1 - 7 * uy - s * 4 * ux) for s in (1, -1)]
    line, head = (
        " ".join(f"{x:.0f},{y:.0f}" for x, y in points) for points in (corners, [(x1, y1), *wings])
    )
    return (
        f"<polyline points='{line}' fill='none' stroke='{colour}' stroke-width='2' "
        f"stroke-dasharray='{dashes}'/><polygon points='{head}' fill='{colour}'/>"
    )
