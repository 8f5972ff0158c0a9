from helpers import widgets

import pytest
from widgets_data import IMAGES, RING, SPIRAL, build_digits, build_points, reset


@pytest.fixture(scope="module")
def only_panel():
    panel = widgets.DigitsPanel(build_digits, IMAGES, batch_size=16, updates_per_chunk=2)
    yield panel
    panel.close()


@pytest.fixture
def panel(only_panel):
    """One panel for all tests, compiled once; each finds it paused before the first update."""
    only_panel.loop.pause()
    only_panel.learning_rate.value, only_panel.latent_dim.value = 1e-3, 4
    reset(only_panel)
    return only_panel


@pytest.fixture(scope="module")
def only_laboratory():
    pad = widgets.DrawingPad([[0.5, 0.5], [-0.5, 0.5]])
    data_sets = {"spiral": SPIRAL, "ring": RING, "drawn by hand": pad}
    laboratory = widgets.Laboratory(build_points, data_sets, batch_size=16, updates_per_chunk=2)
    laboratory.first_values = {name: box.value for name, box in laboratory.controls.items()}
    yield laboratory
    laboratory.close()


@pytest.fixture
def laboratory(only_laboratory):
    """One laboratory for all tests, compiled once; each finds it paused before the first update."""
    only_laboratory.loop.pause()
    only_laboratory.set(**only_laboratory.first_values)
    only_laboratory.speed.value = "full speed"
    reset(only_laboratory)
    return only_laboratory
