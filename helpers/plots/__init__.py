"""Figures of samples, losses and measurements: arrays in, (figure, axes) out.

Nothing here trains or samples. Each role has one colour in every lesson, from the palette of Okabe
and Ito (safe for colour-blind readers), and a line style or marker of its own. Images are in
[-1, 1]."""

from .dashboard import Dashboard, dashboard
from .plane_view import LAYERS, PlaneView
from .roles import DISCRIMINATOR, GENERATED, GRADIENT, REAL, STYLES
from .static import curves, image_grid, image_rows, live_axes, plane, smooth, tile
from .training_view import LossCurves, TrainingView
