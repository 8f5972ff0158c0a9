"""Who is updated when? One `keras.Model` that trains two networks, many updates in each compiled call."""

from ..progress_bar import progress
from . import interrupt
from .callbacks import Progress, Snapshots, TimeLimit
from .gan import GAN
from .history import HISTORY_COLUMNS, NonFiniteTraining
from .plane_probe import PlaneProbe
from .presets import PRESETS, Preset, gan_from_preset

interrupt.install()
