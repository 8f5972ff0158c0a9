from helpers import plots

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image


def test_pictures_of_all_kinds_become_frames_in_order(tmp_path):
    reds = [Image.new("RGB", (60, 40), (shade, 0, 0)) for shade in (250, 120)]
    reds[1].save(tmp_path / "red.png")
    figure = Figure(figsize=(0.6, 0.4), dpi=100, facecolor="lime")
    pictures = [reds[0], (tmp_path / "red.png").read_bytes(), figure]
    path = plots.save_gif(tmp_path / "film.gif", pictures, milliseconds=50, hold=900, width=30)
    shown, durations = [], []
    with Image.open(path) as film:
        assert film.n_frames == 3 and film.size == (30, 20) and film.info["loop"] == 0
        for frame in range(3):
            film.seek(frame)
            shown.append(np.asarray(film.convert("RGB"))[10, 15])
            durations.append(film.info["duration"])
    assert np.abs(np.subtract(shown, [(250, 0, 0), (120, 0, 0), (0, 255, 0)])).max() < 5
    assert durations == [50, 50, 900]


def test_rare_and_pale_colours_both_survive(tmp_path):
    """Pale shades of a heat map, and ten pixels of a strong colour."""
    pixels = np.full((100, 100, 3), 255, "uint8")
    pixels[..., 0] -= np.arange(100, dtype="uint8")[:, None] // 4
    pixels[50, 50:60] = (204, 121, 167)
    path = plots.save_gif(tmp_path / "film.gif", [Image.fromarray(pixels)])
    with Image.open(path) as film:
        shown = np.asarray(film.convert("RGB")).astype(int)
    assert np.abs(shown - pixels).max() <= 8


def test_colours_of_roles_survive_a_heat_map_of_many_shades(tmp_path):
    """Thin lines in the four colours on a picture that has a thousand greens and purples."""
    rng = np.random.default_rng(0)
    noisy = rng.integers(90, 256, (120, 120, 3), dtype="uint8")
    noisy[..., 1] |= 128
    colours = [tuple(bytes.fromhex(role[1:])) for role in plots.STYLES]
    for k, colour in enumerate(colours):
        noisy[10 + 20 * k, 20:60] = colour
    path = plots.save_gif(tmp_path / "film.gif", [Image.fromarray(noisy)] * 3)
    with Image.open(path) as film:
        shown = np.asarray(film.convert("RGB"))
    for k, colour in enumerate(colours):
        assert np.abs(shown[10 + 20 * k, 30].astype(int) - colour).max() < 12, colour


def test_no_picture_and_pictures_of_two_sizes_are_refused(tmp_path):
    with pytest.raises(ValueError, match="at least one picture, got none"):
        plots.save_gif(tmp_path / "film.gif", [])
    sizes = [Image.new("RGB", (10, 10)), Image.new("RGB", (20, 10))]
    with pytest.raises(ValueError, match=r"one size, got \[\(10, 10\), \(20, 10\)\]"):
        plots.save_gif(tmp_path / "film.gif", sizes)
