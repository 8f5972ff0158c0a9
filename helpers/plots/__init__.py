"""How does it look? Arrays in, (figure, axes) out; nothing here trains or samples.

One colour per role in every lesson, from the palette of Okabe and Ito (safe for colour-blind
eyes), and a line style or marker that says the same. Images come in the course's [-1, 1]."""

from .dashboard import Dashboard, dashboard
from .plane_view import LAYERS, PlaneView
from .roles import DISCRIMINATOR, GENERATED, GRADIENT, REAL, STYLES
from .static import curves, image_grid, image_rows, live_axes, plane, smooth, tile
from .training_view import LossCurves, TrainingView
