"""Pictures of a run as one GIF."""

from __future__ import annotations

import io
import pathlib
from collections.abc import Sequence

from matplotlib.figure import Figure
from PIL import Image

from .roles import STYLES


def save_gif(
    path: str | pathlib.Path,
    pictures: Sequence[Image.Image | Figure | bytes],
    milliseconds: int = 100,
    hold: int = 2000,
    colours: int = 256,
    width: int | None = None,
) -> pathlib.Path:
    """Saves pictures one after the other as a GIF that repeats.

    All share one palette, so that what stands still is stored once.

    Args:
        path: of the file; replaced if it exists.
        pictures: PIL images, matplotlib figures or the bytes of PNG files, all of one size.
        milliseconds: for which each picture is shown.
        hold: milliseconds for the last one.
        colours: at most 256.
        width: in pixels; by default that of the pictures.

    Returns:
        The path.

    Raises:
        ValueError: if there is no picture, or their sizes differ.

    Example:
        >>> import tempfile
        >>> from PIL import Image
        >>> from helpers import plots
        >>> greys = [Image.new("RGB", (40, 30), (shade,) * 3) for shade in (0, 100, 200)]
        >>> path = plots.save_gif(tempfile.mkdtemp() + "/greys.gif", greys)
        >>> with Image.open(path) as film:
        ...     film.n_frames
        3
    """
    frames = [_image(picture) for picture in pictures]
    if not frames:
        raise ValueError("a GIF needs at least one picture, got none")
    if len({frame.size for frame in frames}) > 1:
        raise ValueError(
            f"pictures must have one size, got {sorted({frame.size for frame in frames})}"
        )
    if width is not None:
        size = (width, round(frames[0].height * width / frames[0].width))
        frames = [frame.resize(size, Image.Resampling.BOX) for frame in frames]
    some = frames[:: max(1, len(frames) // 5)]
    joined = Image.new("RGB", (frames[0].width, frames[0].height * len(some)))
    for k, picture in enumerate(some):
        joined.paste(picture, (0, k * picture.height))
    # a heat map's many shades must not crowd out the few colours of lines
    side = max(1, joined.height // 40)
    for k, colour in enumerate(("#000", "#fff", *STYLES)):
        joined.paste(colour, (0, k * side, joined.width, (k + 1) * side))
    palette = joined.quantize(colours, Image.Quantize.MEDIANCUT)
    first, *others = [f.quantize(palette=palette, dither=Image.Dither.NONE) for f in frames]
    durations = [milliseconds] * len(others) + [hold]
    path = pathlib.Path(path)
    first.save(path, save_all=True, append_images=others, duration=durations, loop=0, optimize=True)
    return path


def _image(picture):
    if isinstance(picture, Figure):
        file = io.BytesIO()
        picture.savefig(file, format="png")
        return Image.open(file).convert("RGB")
    if isinstance(picture, bytes):
        return Image.open(io.BytesIO(picture)).convert("RGB")
    return picture.convert("RGB")
