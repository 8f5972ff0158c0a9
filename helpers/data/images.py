"""A reader's own images, from a folder."""

from __future__ import annotations

import os
import pathlib

import numpy as np
from PIL import Image, ImageOps

from .. import inputs

SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")


def load_folder(path: str | os.PathLike, size: int) -> np.ndarray:
    """Load all images of a folder and its subfolders as grey squares of one size.

    Each image is cut to its central square, scaled to `size` pixels a side (smoothed, so that thin
    lines do not get lost) and turned into shades of grey. Where an image is transparent, it becomes
    white. If ink is dark on white paper, `-images` has it white on black, as MNIST does.

    Args:
        path: of the folder. Files that are no images by their name (see `SUFFIXES`), and hidden
            ones, are left out.
        size: int >= 1, height and width of the result in pixels.

    Returns:
        float32 (n, size, size, 1) in [-1, 1], black -1 and white +1, in the order of the paths.

    Raises:
        ValueError: if path is no folder or holds no image, if a file cannot be read as an image or
            has more than 8 bits a channel, or if size is not a whole number >= 1.

    Example:
        >>> import pathlib, tempfile
        >>> from PIL import Image
        >>> from helpers import data
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     Image.new("RGB", (90, 60), "white").save(pathlib.Path(folder, "white.png"))
        ...     images = data.load_folder(folder, size=28)
        >>> images.shape, float(images.min())
        ((1, 28, 28, 1), 1.0)
    """
    size = inputs.whole_number("size", size)
    if not isinstance(path, (str, os.PathLike)):
        raise ValueError(f"path must be the path of a folder, got {path!r}")
    folder = pathlib.Path(path).expanduser()
    if not folder.is_dir():
        kind = "a file" if folder.exists() else "nothing"
        raise ValueError(f"path must be a folder, but there is {kind} at {str(folder)!r}")
    files = sorted(
        file
        for file in folder.rglob("*")
        if file.suffix.lower() in SUFFIXES
        and not any(part.startswith(".") for part in file.relative_to(folder).parts)
    )
    if not files:
        raise ValueError(
            f"there is no image in {str(folder)!r}: expected files that end in {', '.join(SUFFIXES)}"
        )
    return np.stack([_load_square(file, size) for file in files])


def _load_square(file, size):
    try:
        with Image.open(file) as image:
            image = ImageOps.exif_transpose(image)  # a photograph says which side is up
            if image.mode.startswith(("I", "F")):
                raise ValueError(f"it has more than 8 bits a channel (mode {image.mode})")
            image = image.convert("RGBA")
            image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
            grey = ImageOps.fit(image.convert("L"), (size, size), Image.Resampling.LANCZOS)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ValueError(f"{str(file)!r} cannot be read as an image: {error}") from error
    return np.asarray(grey, "float32")[..., None] / 127.5 - 1
