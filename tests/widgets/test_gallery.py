import io
import time
from dataclasses import replace

from helpers import diagnostics, widgets
from helpers.diagnostics import scenarios, unnamed
from helpers.widgets import gallery as gallery_module
from helpers.widgets import picture

import numpy as np
import pytest
from PIL import Image
from widgets_data import frames, wait_for


@pytest.fixture(scope="module")
def gallery():
    gallery = widgets.Gallery()
    yield gallery
    gallery.close()


def test_a_gallery_says_what_to_do_before_anything_is_pressed(gallery):
    if gallery.failure is None:
        assert "Press a button" in gallery.describe() and gallery.fix_button.disabled
        stored, _ = gallery._repr_mimebundle_()
        assert "Press a button" in stored["text/plain"] and "image/png" not in stored
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
    assert gallery.gan.updates_made == made + gallery.failure.more_updates
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
    assert lengths == (gallery.failure.updates, gallery.failure.more_updates)
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


@pytest.mark.slow
def test_a_static_figure_is_the_picture_in_fewer_bytes(gallery):
    if gallery.failure is None:
        gallery.press("oscillation")
    figure, width = gallery.static_figure, gallery.picture.page_size[0]
    stored = Image.open(io.BytesIO(figure.data)).convert("RGB")
    shown = Image.open(io.BytesIO(gallery.picture.png)).resize(stored.size, Image.Resampling.BOX)
    shown, pixels = np.asarray(shown, "int"), np.asarray(stored, "int")
    assert abs(pixels - shown).mean() < 3 < shown.std() and stored.width == width
    assert len(figure.data) < 0.5 * len(gallery.picture.png) and figure.width == width
    assert gallery.failure.title not in figure.alt and "D's accuracy" in figure.alt


@pytest.mark.slow
def test_stop_ends_a_run_early_and_diagnoses_it(gallery):
    gallery.press("oscillation")
    gallery.diagnosis, gallery.speed.value = None, "50 updates"
    gallery.buttons["oscillation"].click()
    wait_for(lambda: 100 <= gallery.gan.updates_made < 1000)
    assert not gallery.stop_button.disabled and "of 1,000" in gallery.status.value
    gallery.stop_button.click()
    wait_for(lambda: gallery.diagnosis is not None and not gallery.fix_button.disabled)
    gallery.speed.value = "full speed"
    assert gallery.gan.updates_made < gallery.failure.updates and gallery.diagnosis is not None
    assert gallery.stop_button.disabled and not gallery.fix_button.disabled
    assert f"update {gallery.gan.updates_made:,} of 1,000" in gallery.status.value


@pytest.mark.slow
def test_a_run_and_its_fix_are_one_film_with_a_mark(gallery, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    gallery.press("oscillation")
    gallery.fix()
    assert "of 2,000" in gallery.status.value
    gallery.gif_button.click()
    wait_for(lambda: "Saved oscillation.gif" in gallery.saved.value)
    assert frames("oscillation.gif") >= 3
    for curves in gallery.picture._view._curves:
        assert [one[0][0] for one in curves._marks.moving[0].get_segments()] == [1000]
    first = gallery.buttons["healthy"].tooltip, gallery.speed.tooltip, gallery.stop_button.tooltip
    assert all(len(tooltip) > 10 for tooltip in first)


def test_below_full_speed_a_chunk_waits_for_its_picture(gallery, monkeypatch):
    monkeypatch.setattr(gallery, "PICTURE_SECONDS", 0.01)
    monkeypatch.setattr(picture, "UNACKNOWLEDGED_SECONDS", 0)  # no front end here
    shown, show = [], gallery._show
    monkeypatch.setattr(gallery, "_show", lambda: shown.append(gallery.gan.updates_made) or show())
    gallery.speed.value = "50 updates"
    gallery.press("oscillation")
    gallery.speed.value = "full speed"
    assert set(range(0, 1001, 50)) <= set(shown)


@pytest.mark.slow
def test_fix_and_control_both_go_on_from_the_end_of_the_failed_run(gallery):
    """In any order, and as often as they are pressed."""
    gallery.press("oscillation")
    failed = gallery.history["fake_score"].copy()
    gallery.train_on()
    control = gallery.history["fake_score"].copy()
    assert gallery.diagnosis.name == "oscillation" and "The control" in gallery.caption.value
    assert ", not fixed" in gallery.status.value
    gallery.fix()
    fixed = gallery.history["fake_score"].copy()
    assert gallery.diagnosis.name == "healthy"
    assert len(failed) == 1000 and len(fixed) == len(control) == 2000
    assert (fixed[:1000] == failed).all() and (control[:1000] == failed).all()
    assert (fixed[1000:] != control[1000:]).any()
    gallery.control_button.click()
    wait_for(lambda: gallery.stage == "control" and gallery.diagnosis is not None)
    assert (gallery.history["fake_score"] == control).all()
    assert gallery.monitor.history["updates"].tolist() == [*range(0, 2001, 50)]
    with pytest.raises(ValueError, match="press a failure first"):
        gallery.failure, kept = None, gallery.failure
        try:
            gallery.train_on()
        finally:
            gallery.failure = kept


@pytest.mark.slow
def test_an_unknown_run_is_named_only_when_it_is_revealed(gallery, monkeypatch):
    run = unnamed.UnnamedRun("unknown run 7", scenarios.FAILURES["oscillation"], 55)
    monkeypatch.setattr(gallery_module, "drawn_run", lambda number: run)
    gallery.press("oscillation")
    gallery.diagnosis = None
    gallery.unknown_button.click()
    wait_for(lambda: gallery.diagnosis is not None and not gallery.reveal_button.disabled)
    seen = gallery.status.value + gallery.caption.value + gallery.picture.description
    assert "unknown run 7" in seen and "scillation" not in seen and "SCILLATION" not in seen
    assert gallery.fix_button.disabled and gallery.control_button.disabled
    assert "scillation" not in gallery.static_figure.alt
    gallery.reveal_button.click()
    wait_for(lambda: "OSCILLATION" in gallery.caption.value)
    wait_for(lambda: not gallery.fix_button.disabled and gallery.reveal_button.disabled)
    assert "oscillation" in gallery.status.value


@pytest.mark.slow
def test_a_run_without_a_name_is_that_of_its_letter(gallery):
    gallery.press_unnamed("C")
    run = unnamed.unnamed_run("C")
    assert gallery.failure == run.failure and gallery.diagnosis.name == run.failure.name
    assert run.failure.title not in gallery.describe() and "run C" in gallery.describe()
    gallery.press("oscillation")
    assert "oscillation" in gallery.describe()


@pytest.mark.slow
def test_a_collapse_begins_with_a_healthy_run_that_is_trained_once(gallery, monkeypatch):
    collapse = replace(scenarios.FAILURES["collapse"], healthy_updates=100, updates=50)
    monkeypatch.setattr(gallery_module, "FAILURES", scenarios.FAILURES | {"collapse": collapse})
    trained = []
    train = gallery.experiment("digits").train
    monkeypatch.setattr(
        gallery.experiment("digits"),
        "train",
        lambda settings, updates: trained.append(settings) or train(settings, updates),
    )
    gallery.press("collapse")
    first = gallery.history["fake_score"].copy()
    gallery.press("collapse")
    assert trained == [collapse.fixed] * 2 + [collapse.settings] * 2
    assert (gallery.history["fake_score"] == first).all() and gallery._marks == [100]
    assert gallery.monitor.history["updates"].tolist() == [0, 50, 100, 150]
    gallery.seed += 1
    gallery.press("collapse")
    assert trained[4:] == trained[:3] and gallery.gan.updates_made == 150
    gallery.seed -= 1
