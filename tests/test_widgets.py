import base64
import re
import threading
import time

from helpers import data, models, training, widgets

import ipywidgets as ipw
import keras
import numpy as np
import pytest
from matplotlib.figure import Figure

IMAGES = data.load_mnist()[0][::50].copy()


def build(loss="non_saturating"):
    keras.utils.set_random_seed(0)
    gan = training.GAN(
        models.dense_generator(4, (8,)), models.dense_discriminator((8,)), latent_dim=4
    )
    rules = {"loss": loss, "jit_compile": False}
    gan.compile(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3), **rules)
    return gan


@pytest.fixture
def panel():
    panel = widgets.TrainingPanel(build, IMAGES, batch_size=16, updates_per_chunk=2)
    yield panel
    panel.close()


def wait_for(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


def test_start_trains_pause_stops(panel):
    panel.start.click()
    wait_for(lambda: panel.gan.updates_made >= 6)
    assert panel.start.description == "Pause"
    wait_for(lambda: re.search(r", [1-9][\d,]* updates a second", panel.status.value))
    panel.start.click()
    wait_for(lambda: panel.loop.state == "paused")
    made, picture = panel.gan.updates_made, panel.picture.png
    time.sleep(0.3)
    assert panel.gan.updates_made == made and panel.picture.png == picture
    assert panel.start.description == "Start" and f"update {made:,}" in panel.status.value


def test_sliders_act_on_the_running_model_and_keep_its_weights(panel):
    panel.run(2)
    gan = panel.gan
    panel.learning_rate.value, panel.latent_dim.value = 1e-2, 1
    panel.run(1)
    assert panel.gan is gan and gan.updates_made == 6
    for optimizer in (gan.generator_optimizer, gan.discriminator_optimizer):
        assert np.isclose(optimizer.learning_rate.numpy(), 1e-2)
    assert gan.active_latent_dim.numpy() == 1
    assert "latent dimension 1" in panel.describe()


def test_a_slider_redraws_while_paused(panel):
    panel.run(3)
    before = panel.picture.png
    panel.latent_dim.value = 1
    wait_for(lambda: panel.picture.png != before)
    assert panel.gan.updates_made == 6


def test_the_last_picture_is_drawn_although_the_page_lags(panel, monkeypatch):
    monkeypatch.setattr(widgets, "UNACKNOWLEDGED_SECONDS", 1e9)  # no page: never ready again
    panel.run(1)
    first = panel.picture.png
    panel.run(1)
    assert not panel.picture.ready and panel.picture.png != first


def test_reset_starts_anew_with_the_same_first_picture(panel):
    first = panel.picture.png
    panel.run(2)
    assert panel.picture.png != first
    panel.reset.click()
    wait_for(lambda: panel.gan.updates_made == 0 and panel.picture.png == first)


def test_an_error_is_raised_in_the_cell_and_shown_on_the_panel_and_reset_mends_it(panel):
    def broken(images):
        raise RuntimeError("planted <error>")

    panel.gan.train_on_batch = broken
    with pytest.raises(RuntimeError, match="planted"):
        panel.run(1)
    assert "role='alert'" in panel.error.value and "planted &lt;error&gt;" in panel.error.value
    panel.reset.click()
    wait_for(lambda: panel.loop.state == "paused")
    panel.run(1)
    assert panel.error.value == "" and panel.gan.updates_made == 2


def test_an_error_while_running_freely_is_shown(panel):
    panel.run(1)
    panel.gan.generator_step = None
    panel.gan.train_function = None  # traced again, so that the mistake is met
    panel.start.click()
    wait_for(lambda: "TypeError" in panel.error.value)
    assert panel.loop.state == "error" and panel.start.description == "Start"


def test_non_finite_training_says_what_to_do_and_keeps_the_digits(panel):
    panel.run(1)
    panel.learning_rate.options = [*panel.learning_rate.options, ("1e+38", 1e38)]
    panel.learning_rate.value = 1e38
    with pytest.raises(training.NonFiniteTraining, match="smaller learning rate"):
        panel.run(5)
    assert np.isfinite(panel.gan.sample(3, seed=0)).all()


def test_running_the_cell_again_leaves_one_thread():
    before = threading.active_count()
    for _ in range(3):
        panel = widgets.TrainingPanel(build, IMAGES, batch_size=16, updates_per_chunk=2)
    live = [thread for thread in threading.enumerate() if thread.name == "live-training-panel"]
    assert live == [panel.loop.thread]
    panel.close()
    assert not panel.loop.thread.is_alive() and threading.active_count() <= before + 1


def test_the_stored_output_has_a_picture_and_words(panel):
    bundle = panel._repr_mimebundle_()
    assert bundle["image/png"] and "nothing has been trained" in bundle["text/plain"]
    panel.run(1)
    assert "after 2 updates" in panel._repr_mimebundle_()["text/plain"]


def test_frames_wait_for_the_page(panel):
    panel.picture.shown, panel.picture._sent_at = panel.picture.sent, 0.0
    assert panel.picture.ready
    panel.run(1)  # sends a frame that no page acknowledges
    assert not panel.picture.ready
    panel.picture.shown = panel.picture.sent
    assert panel.picture.ready


def test_images_on_another_scale_are_refused():
    with pytest.raises(ValueError, match=r"must lie in \[-1, 1\]"):
        widgets.TrainingPanel(build, IMAGES * 127.5 + 127.5)


# ---- formulas under sliders ---------------------------------------------------------------


def explorer(redraw=None, buttons=None):
    axes = Figure(figsize=(3, 2)).subplots()
    axes.set(xlim=(-5, 5), ylim=(-5, 5))
    (line,) = axes.plot([], [])

    def straight(slope, height):
        line.set_data([-1, 1], [height - slope, height + slope])
        return f"A line of slope {slope:g} at height {height:g}."

    sliders = {
        "slope": ipw.FloatSlider(description="slope", min=-2, max=2, value=1),
        "height": ipw.SelectionSlider(description="height", options=[("low", -1), ("high", 1)]),
    }
    return widgets.Explorer(redraw or straight, [line], sliders, buttons)


def test_an_explorer_follows_its_sliders_in_picture_and_words():
    shown = explorer()
    first = shown.picture.png
    assert "slope 1 at height -1" in shown.picture.description
    shown.sliders["slope"].value = 2
    second = shown.picture.png
    assert second != first and "slope 2" in shown.caption.value
    shown.set(slope=1, height=-1)
    assert shown.picture.png == first
    bundle = shown._repr_mimebundle_()
    assert bundle["image/png"] and "slope 1" in bundle["text/plain"]
    with pytest.raises(ValueError, match=r"\['height', 'slope'\], got 'width'"):
        shown.set(width=3)


def test_an_explorers_button_moves_sliders_and_says_what_happened():
    shown = explorer(buttons={"Flatten": lambda slope, height: ({"slope": 0}, "It fell flat.")})
    shown.buttons["Flatten"].click()
    assert shown.values == {"slope": 0, "height": -1}
    assert shown.describe() == "It fell flat. A line of slope 0 at height -1."
    shown.sliders["slope"].value = 0.01  # less than a step: the page rounds to its stops
    assert shown.describe() == "It fell flat. A line of slope 0.01 at height -1."
    shown.sliders["slope"].value = 1  # a hand on the slider: the button's sentence is over
    assert shown.describe() == "A line of slope 1 at height -1."


def test_an_explorer_meets_a_mistake_at_any_stop_before_it_is_shown():
    with pytest.raises(ZeroDivisionError):
        explorer(redraw=lambda slope, height: str(1 / (slope - 2)))


def test_an_explorers_error_is_raised_and_shown_until_it_is_mended():
    shown = explorer(buttons={"Break": lambda slope, height: ({"slope": 1 / 0}, "")})
    shown.buttons["Break"].click()  # ipywidgets keeps what a click raises from the cell
    assert "role='alert'" in shown.error.value and "ZeroDivisionError" in shown.error.value
    shown.sliders["slope"].value = 0
    assert shown.error.value == ""
    with pytest.raises(ZeroDivisionError):
        shown.press("Break")
    with pytest.raises(ValueError, match=r"\['Break'\], got 'Mend'"):
        shown.press("Mend")


# ---- does the page answer? ----------------------------------------------------------------


def test_the_front_end_check_stays_still_until_the_page_answers():
    check = widgets.FrontEndCheck()
    still = check.picture.png
    stored = check._repr_mimebundle_()
    assert not check.answered and "Nothing can be moved here" in stored["text/plain"]
    assert base64.b64decode(stored["image/png"]) == still
    check.picture.shown = check.picture.sent  # as the page does when it has drawn the picture
    assert check.answered and check.picture.png != still
    assert "Sliders work here" in check.describe()
    assert check.describe() in check.caption.value and check.picture.description
