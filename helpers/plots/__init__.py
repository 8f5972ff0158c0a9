"""Figures of samples, losses and measurements: arrays in, (figure, axes) out.

Nothing here trains or samples. Each role has one colour in every lesson, which colour-blind readers
can tell from the others, and a line style or marker of its own. Images are in [-1, 1]."""

from . import alt_text as _alt_text
from .alt_text import alt_text
from .animation import save_gif
from .dashboard import Dashboard, dashboard
from .plane_view import LAYERS, PlaneView
from .roles import DISCRIMINATOR, GENERATED, GRADIENT, REAL, STYLES
from .score_map import ScoreMap, masked, plane_map
from .score_rows import ScoreRows
from .static import (
    PICTURE_DPI,
    curves,
    image_grid,
    image_rows,
    live_axes,
    plane,
    seed_dots,
    smooth,
    tile,
)
from .training_view import LossCurves, Marks, TrainingView

_alt_text.install()
