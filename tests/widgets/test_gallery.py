import io
import time

from helpers import diagnostics, widgets
from helpers.widgets import gallery as gallery_module

import numpy as np
import pytest
from PIL import Image


@pytest.fixture(scope="module")
def gallery():
    gallery = widgets.Gallery()
    yield gallery
    gallery.close()


def test_a_gallery_says_what_to_do_before_anything_is_pressed(gallery):
    if gallery.failure is None:
        assert "Press a button" in gallery.describe() and gallery.fix_button.disabled
        with pytest.raises(ValueError, match="press a failure first"):
            gallery.fix()
    with pytest.raises(ValueError, match="the failures are .*'oscillation'.*, got 'boredom'"):
        gallery.press("boredom")


@pytest.mark.slow
def test_a_gallery_causes_names_and_fixes_a_failure_in_the_same_run(gallery):
    gallery.press("oscillation")
    assert gallery.diagnosis.name == "oscillation"
    assert "found oscillation" in gallery.picture.description
    assert "OSCILLATION" in gallery.caption.value and "Momentum" in gallery.caption.value
    made, first = gallery.gan.updates_made, gallery.history["fake_score"].copy()
    gallery.fix()
    assert gallery.diagnosis.name == "healthy" and "The fix" in gallery.caption.value
    assert gallery.gan.updates_made == made + gallery.FIX_UPDATES
    assert (gallery.history["fake_score"][:made] == first).all()
    assert gallery.monitor.history["updates"].tolist()[:2] == [0, gallery.CHUNK]


@pytest.mark.slow
def test_a_diagnosis_is_of_the_last_stretch_and_of_g_as_it_is(gallery, monkeypatch):
    diagnosed = []

    def record(history, samples, real):
        diagnosed.append((len(history["fake_score"]), samples))
        return diagnostics.diagnose(history, samples, real)

    monkeypatch.setattr(gallery_module, "diagnose", record)
    gallery.press("oscillation")
    gallery.fix()
    lengths, samples = zip(*diagnosed)
    assert lengths == (gallery.failure.updates, gallery.FIX_UPDATES)
    assert (samples[-1] == gallery.gan.sample(1000, seed=gallery.seed, ema=False)).all()


@pytest.mark.slow
def test_a_gallery_button_does_what_press_does(gallery):
    gallery.press("oscillation")
    pressed = gallery.history["fake_score"]
    gallery.seed = 1
    gallery.press("oscillation")
    assert (gallery.history["fake_score"] != pressed).any()
    gallery.seed = 0
    gallery.diagnosis = None
    gallery.buttons["oscillation"].click()
    while gallery.diagnosis is None or gallery.fix_button.disabled:
        time.sleep(0.05)
    assert (gallery.history["fake_score"] == pressed).all()
    assert gallery.diagnosis.name == "oscillation" and not gallery.fix_button.disabled


@pytest.mark.slow
def test_an_error_in_a_gallery_is_raised_shown_and_gone_at_the_next_press(gallery, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(gallery.experiment("ring"), "train", lambda settings, updates: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            gallery.press("oscillation")
        assert "ZeroDivisionError" in gallery.error.value
    gallery.press("oscillation")
    assert gallery.error.value == "" and gallery.diagnosis.name == "oscillation"


def test_a_static_figure_is_the_picture_in_fewer_bytes(gallery):
    if gallery.failure is None:
        gallery.press("oscillation")
    stored = io.BytesIO()
    gallery.static_figure.save(stored, "PNG")
    shown = np.asarray(Image.open(io.BytesIO(gallery.picture.png)), "int")
    pixels = np.asarray(gallery.static_figure.convert("RGB"), "int")
    assert abs(pixels - shown).mean() < 3 < shown.std()
    assert len(stored.getvalue()) < 0.5 * len(gallery.picture.png)
