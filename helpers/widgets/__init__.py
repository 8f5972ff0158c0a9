"""Interactive panels: live training, and figures that follow sliders.

In a panel that trains, one worker thread owns the model and the figure. Buttons and sliders only put
commands into its queue, or set plain values that it reads before its next chunk of training, so they
may be called from any thread (ipykernel 7 runs callbacks now in one thread, now in another)."""

from .digits_panel import DigitsPanel
from .drawing_pad import DrawingPad
from .explorer import Explorer, FrontEndCheck
from .gallery import Gallery
from .laboratory import Laboratory
from .live_loop import LiveLoop
from .panel import Panel
from .picture import Picture
from .training_panel import TrainingPanel
