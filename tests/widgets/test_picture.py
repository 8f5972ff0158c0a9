import io
import time

from helpers.widgets import picture

import numpy as np
import pytest
from PIL import Image


@pytest.mark.slow
def test_the_picture_is_what_was_drawn(panel):
    """Pillow reads the PNG back, pixel for pixel."""
    panel.run(1)
    drawn = np.asarray(panel.picture._canvas.buffer_rgba())[..., :3]
    shown = np.asarray(Image.open(io.BytesIO(panel.picture.png)))
    assert shown.shape == drawn.shape and (shown == drawn).all() and len(np.unique(shown)) > 50


@pytest.mark.slow
def test_frames_wait_for_the_front_end(panel):
    panel.picture.shown = panel.picture.sent
    panel.run(1)
    assert panel.picture.ready
    for _ in range(picture.FRAMES_AHEAD):  # frames that no front end acknowledges
        panel.run(1)
    assert not panel.picture.ready
    panel.picture._sent_at -= picture.UNACKNOWLEDGED_SECONDS
    assert panel.picture.ready
    panel.picture._sent_at = time.monotonic()
    panel.picture.shown = panel.picture.sent - 1
    assert panel.picture.ready


def test_the_last_picture_is_drawn_although_the_front_end_lags(panel, monkeypatch):
    monkeypatch.setattr(picture, "UNACKNOWLEDGED_SECONDS", 1e9)  # no front end: never ready again
    for _ in range(picture.FRAMES_AHEAD):
        panel.run(1)
    last = panel.picture.png
    panel.run(1)
    assert not panel.picture.ready and panel.picture.png != last
