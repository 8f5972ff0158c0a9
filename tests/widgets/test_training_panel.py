import re
import time

from helpers import models, training, widgets
from helpers.widgets import controls

import numpy as np
import pytest
from widgets_data import IMAGES, RING, build_decaying, build_digits, reset, wait_for


@pytest.mark.slow
def test_start_trains_pause_stops(panel):
    panel.start_button.click()
    wait_for(lambda: panel.gan.updates_made >= 6)
    assert panel.start_button.description == "Pause"
    wait_for(lambda: re.search(r", [1-9][\d,]* updates a second", panel.status.value))
    panel.start_button.click()
    wait_for(lambda: "paused" in panel.status.value)
    made, picture = panel.gan.updates_made, panel.picture.png
    time.sleep(0.3)
    assert panel.gan.updates_made == made and panel.picture.png == picture
    assert panel.start_button.description == "Start" and f"update {made:,}" in panel.status.value


@pytest.mark.slow
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


def test_reset_starts_over_with_the_same_first_picture(panel):
    first = panel.picture.png
    panel.run(2)
    assert panel.picture.png != first
    panel.reset_button.click()
    wait_for(lambda: panel.gan.updates_made == 0 and panel.picture.png == first)


@pytest.mark.slow
def test_an_error_is_raised_in_the_cell_and_shown_on_the_panel_and_reset_clears_it(panel):
    def broken(images):
        raise RuntimeError("planted <error>")

    panel.gan.train_on_batch = broken
    with pytest.raises(RuntimeError, match="planted"):
        panel.run(1)
    assert "role='alert'" in panel.error.value and "planted &lt;error&gt;" in panel.error.value
    assert "<error>" not in panel.error.value
    panel.reset_button.click()
    wait_for(lambda: panel.loop.state == "paused")
    panel.run(1)
    assert panel.error.value == "" and panel.gan.updates_made == 2


def test_an_error_while_running_is_shown(panel):
    panel.run(1)
    panel.gan.generator_step = None
    panel.gan.train_function = None  # traced again, so that the error occurs
    panel.start_button.click()
    wait_for(lambda: "TypeError" in panel.error.value)
    assert panel.loop.state == "error" and panel.start_button.description == "Start"


@pytest.mark.slow
def test_non_finite_training_says_what_to_do_and_keeps_the_samples(panel):
    panel.run(1)
    panel.learning_rate.options = [*panel.learning_rate.options, ("1e+38", 1e38)]
    panel.learning_rate.value = 1e38
    with pytest.raises(training.NonFiniteTraining, match="smaller learning rate"):
        panel.run(5)
    assert np.isfinite(panel.gan.sample(3, seed=0)).all()


@pytest.mark.slow
def test_the_stored_output_has_a_picture_and_a_description(panel):
    bundle, _ = panel._repr_mimebundle_()
    assert bundle["image/png"] and "nothing has been trained" in bundle["text/plain"]
    panel.run(1)
    assert "after 2 updates" in panel._repr_mimebundle_()[1]["image/png"]["alt"]


@pytest.mark.parametrize("build", [None, lambda: None, lambda: models.dense_generator(2, (4,))])
@pytest.mark.parametrize("panel", [widgets.DigitsPanel, widgets.Laboratory])
def test_a_panel_wants_a_function_that_returns_a_compiled_gan(panel, build):
    with pytest.raises(ValueError, match="build must (return a compiled|be a function)"):
        panel(build, {"ring": RING} if panel is widgets.Laboratory else IMAGES)


def test_images_on_another_scale_are_rejected():
    with pytest.raises(ValueError, match=r"must lie in \[-1, 1\]"):
        widgets.DigitsPanel(build_digits, IMAGES * 127.5 + 127.5)


@pytest.mark.parametrize("updates", [0, -5])
def test_start_must_train_something(updates):
    with pytest.raises(ValueError, match=f"updates must be an int >= 1, got {updates}"):
        widgets.DigitsPanel(build_digits, IMAGES, updates=updates)


# ---- panels of their own: each closes the one that the tests above share --------------------


def learning_rates(panel):
    optimizers = panel.gan.generator_optimizer, panel.gan.discriminator_optimizer
    return [float(optimizer.learning_rate) for optimizer in optimizers]


@pytest.mark.slow
def test_the_panel_keeps_the_decay_of_learning_rates():
    """lr / (1 + t / h); a moved slider sets lr, which decays from there; Reset starts with it."""
    panel = widgets.DigitsPanel(build_decaying, IMAGES, batch_size=16, updates_per_chunk=2)
    assert panel.learning_rate.value == 1.5e-3 and panel.learning_rate.label == "0.0015"
    panel.run(5)
    assert np.allclose(learning_rates(panel), 1.5e-3 / 2, rtol=1e-5)
    assert "learning rate 0.00075" in panel.status.value and "rate 0.00075" in panel.describe()
    panel.latent_dim.value = 2  # another slider is not this one
    panel.run(0)
    assert np.allclose(learning_rates(panel), 1.5e-3 / 2, rtol=1e-5)
    panel.learning_rate.value = 1e-2
    panel.run(0)
    assert np.allclose(learning_rates(panel), 1e-2, rtol=1e-5)
    panel.run(5)
    assert np.allclose(learning_rates(panel), 1e-2 * 20 / 30, rtol=1e-5)
    reset(panel)
    assert panel.gan.updates_made == 0 and np.allclose(learning_rates(panel), 1e-2, rtol=1e-6)
    panel.close()


@pytest.mark.slow
def test_start_trains_so_many_updates_and_pressed_again_trains_on():
    panel = widgets.DigitsPanel(build_digits, IMAGES, batch_size=16, updates_per_chunk=2, updates=6)
    assert "Train 6 updates" in panel.start_button.tooltip and " of " not in panel.status.value
    for until in (6, 12):
        panel.start_button.click()
        wait_for(lambda until=until: f"paused · update {until} of {until}" in panel.status.value)
        assert panel.gan.updates_made == until and panel.start_button.description == "Start"
    panel.run(1)  # without the button there is no end but its own
    assert panel.gan.updates_made == 14 and "update 14 · learning rate" in panel.status.value
    panel.start_button.click()
    wait_for(lambda: "paused · update 18 of 18" in panel.status.value)
    reset(panel)
    assert "update 0 of 6" in panel.status.value
    panel.close()


@pytest.mark.slow
def test_the_panel_trains_as_without_a_panel_bit_for_bit(monkeypatch):
    """The same batches; every value of the sliders has been tried before."""
    panel = widgets.DigitsPanel(build_decaying, IMAGES, batch_size=16, updates_per_chunk=2)
    alone, rng = build_decaying(), np.random.default_rng(0)
    panel.run(4)
    for _ in range(4):
        alone.train_on_batch(IMAGES[rng.integers(len(IMAGES), size=(2, 16))])
    for ours, theirs in zip(panel.gan.weights, alone.weights):
        assert (ours.numpy() == theirs.numpy()).all(), ours.path
    assert learning_rates(panel) == [float(alone.generator_optimizer.learning_rate)] * 2
    panel.close()


def test_the_panel_keeps_the_ratio_of_two_learning_rates():
    panel = widgets.DigitsPanel(
        lambda: build_decaying(1e-3, 4e-3), IMAGES, batch_size=16, updates_per_chunk=2
    )
    assert np.allclose(learning_rates(panel), [1e-3, 4e-3])
    panel.learning_rate.value = 1e-2
    panel.run(0)
    assert np.allclose(learning_rates(panel), [1e-2, 4e-2])
    panel.close()


@pytest.mark.parametrize("learning_rate", [1.5e-3, 2.345e-5, 3e-3, 0.12])
def test_a_learning_rate_slider_shows_and_keeps_the_exact_value(learning_rate):
    slider = controls.learning_rate_slider("lr", np.float32(learning_rate), "")
    assert slider.value == learning_rate
    assert slider.options[slider.index] == (str(learning_rate), learning_rate)
    assert len({label for label, _ in slider.options}) == len(slider.options)
