"""Joins stored pictures of the lessons to from_the_lessons.png. Run: python figures/from_the_lessons.py"""

import base64
import io
import pathlib

import nbformat
from PIL import Image, ImageDraw

HERE = pathlib.Path(__file__).parent
WIDTH, HEIGHT, CAPTION = 960, 1310, 28
PICTURES = [  # notebook, words from the cell that draws it, caption, (left, top, width) in pixels
    ("01_two_players", "range(7)", "01: a generator learns where real numbers lie", (0, 0, 960)),
    (
        "02_the_minimax_loss",
        '"noise, σ = 0.7"',
        "02: four rules, one start: which converges?",
        (0, 260, 960),
    ),
    (
        "05_the_spiral",
        "moments[k]",
        "05: noise is folded into a spiral",
        (0, 555, 960),
    ),
    (
        "07_dense_mnist",
        "snapshots.samples",
        "07: one noise, forty epochs: digits appear",
        (0, 940, 470),
    ),
    (
        "07_dense_mnist",
        "fraction = np.linspace",
        "07: from one generated digit to another",
        (490, 940, 470),
    ),
    ("07_dense_mnist", "plots.curves(", "07: what losses and scores tell", (490, 1125, 470)),
]


def stored_picture(notebook, words):
    """The picture that the first cell with these words has stored."""
    for cell in nbformat.read(HERE.parent / f"notebooks/{notebook}.ipynb", as_version=4).cells:
        pictures = [
            o.data["image/png"] for o in cell.get("outputs", []) if "image/png" in o.get("data", {})
        ]
        if words in cell.source and pictures:
            return Image.open(io.BytesIO(base64.b64decode(pictures[0]))).convert("RGB")
    raise ValueError(f"no cell of {notebook} with {words!r} has a stored picture")


joined = Image.new("RGB", (WIDTH, HEIGHT), "white")
pen = ImageDraw.Draw(joined)
for notebook, words, caption, (left, top, width) in PICTURES:
    picture = stored_picture(notebook, words)
    height = round(picture.height * width / picture.width)
    pen.text((left + 8, top), caption, fill="black", font_size=18)
    joined.paste(picture.resize((width, height), Image.LANCZOS), (left, top + CAPTION))
joined.quantize(256, Image.Quantize.FASTOCTREE).save(HERE / "from_the_lessons.png", optimize=True)
