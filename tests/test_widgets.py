import base64
import io
import re
import threading
import time

from helpers import data, models, training, widgets
from helpers.widgets import picture, training_panel

import ipywidgets as ipw
import keras
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

IMAGES = data.load_mnist()[0][::50].copy()


def build(loss="non_saturating"):
    keras.utils.set_random_seed(0)
    gan = training.GAN(
        models.dense_generator(4, (8,)), models.dense_discriminator((8,)), latent_dim=4
    )
    rules = {"loss": loss, "jit_compile": False}
    gan.compile(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3), **rules)
    return gan


@pytest.fixture(scope="module")
def only_panel():
    panel = widgets.DigitsPanel(build, IMAGES, batch_size=16, updates_per_chunk=2)
    yield panel
    panel.close()


@pytest.fixture
def panel(only_panel):
    """One panel for all tests, compiled once; each finds it paused before the first update."""
    only_panel.loop.pause()
    only_panel.learning_rate.value, only_panel.latent_dim.value = 1e-3, 4
    reset(only_panel)
    return only_panel


def reset(panel):
    panel.reset.click()
    panel.run(0)


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
    wait_for(lambda: "paused" in panel.status.value)
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
    monkeypatch.setattr(picture, "UNACKNOWLEDGED_SECONDS", 1e9)  # no page: never ready again
    for _ in range(widgets.FRAMES_AHEAD):
        panel.run(1)
    last = panel.picture.png
    panel.run(1)
    assert not panel.picture.ready and panel.picture.png != last


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


def test_the_stored_output_has_a_picture_and_words(panel):
    bundle = panel._repr_mimebundle_()
    assert bundle["image/png"] and "nothing has been trained" in bundle["text/plain"]
    panel.run(1)
    assert "after 2 updates" in panel._repr_mimebundle_()["text/plain"]


def test_the_picture_is_what_was_drawn(panel):
    """Pillow reads the PNG back, pixel for pixel."""
    panel.run(1)
    drawn = np.asarray(panel.picture._canvas.buffer_rgba())[..., :3]
    shown = np.asarray(Image.open(io.BytesIO(panel.picture.png)))
    assert shown.shape == drawn.shape and (shown == drawn).all() and len(np.unique(shown)) > 50


def test_frames_wait_for_the_page(panel):
    panel.picture.shown = panel.picture.sent
    panel.run(1)
    assert panel.picture.ready
    for _ in range(widgets.FRAMES_AHEAD):  # frames that no page acknowledges
        panel.run(1)
    assert not panel.picture.ready
    panel.picture._sent_at -= picture.UNACKNOWLEDGED_SECONDS
    assert panel.picture.ready
    panel.picture._sent_at = time.monotonic()
    panel.picture.shown = panel.picture.sent - 1
    assert panel.picture.ready


def test_images_on_another_scale_are_refused():
    with pytest.raises(ValueError, match=r"must lie in \[-1, 1\]"):
        widgets.DigitsPanel(build, IMAGES * 127.5 + 127.5)


def test_running_the_cell_again_leaves_one_thread():
    before = threading.active_count()
    for _ in range(3):
        panel = widgets.DigitsPanel(build, IMAGES, batch_size=16, updates_per_chunk=2)
    live = [thread for thread in threading.enumerate() if thread.name == "live-training-panel"]
    assert live == [panel.loop.thread]
    panel.close()
    assert not panel.loop.thread.is_alive() and threading.active_count() <= before + 1
    with pytest.raises(RuntimeError, match="closed: run the cell"):
        panel.run(1)


def rates(panel):
    optimizers = panel.gan.generator_optimizer, panel.gan.discriminator_optimizer
    return [float(optimizer.learning_rate) for optimizer in optimizers]


def decaying(rate=1.5e-3, discriminator_learning_rate=1.5e-3):
    gan = build()
    gan.compile(
        keras.optimizers.Adam(rate),
        keras.optimizers.Adam(discriminator_learning_rate),
        halving_updates=10,
        jit_compile=False,
    )
    return gan


def test_the_panel_trains_the_recipe_with_its_decay():
    """rate / (1 + t / h); a moved slider sets the rate, which decays from there; Reset begins with it."""
    panel = widgets.DigitsPanel(decaying, IMAGES, batch_size=16, updates_per_chunk=2)
    assert panel.learning_rate.value == 1.5e-3 and panel.learning_rate.label == "0.0015"
    panel.run(5)
    assert np.allclose(rates(panel), 1.5e-3 / 2, rtol=1e-5)
    panel.latent_dim.value = 2  # another slider is not this one
    panel.run(0)
    assert np.allclose(rates(panel), 1.5e-3 / 2, rtol=1e-5)
    panel.learning_rate.value = 1e-2
    panel.run(0)
    assert np.allclose(rates(panel), 1e-2, rtol=1e-5)
    panel.run(5)
    assert np.allclose(rates(panel), 1e-2 * 20 / 30, rtol=1e-5)
    reset(panel)
    assert panel.gan.updates_made == 0 and np.allclose(rates(panel), 1e-2, rtol=1e-6)
    panel.close()


def test_the_panel_is_the_recipe_to_the_bit(monkeypatch):
    """Beside the same batches trained without a panel; its sliders have been tried at every stop."""
    panel = widgets.DigitsPanel(decaying, IMAGES, batch_size=16, updates_per_chunk=2)
    alone, order = decaying(), np.random.default_rng(0)
    panel.run(4)
    for _ in range(4):
        alone.train_on_batch(IMAGES[order.integers(len(IMAGES), size=(2, 16))])
    for ours, theirs in zip(panel.gan.weights, alone.weights):
        assert (ours.numpy() == theirs.numpy()).all(), ours.path
    assert rates(panel) == [float(alone.generator_optimizer.learning_rate)] * 2
    panel.close()


def test_the_panel_keeps_the_ratio_of_two_learning_rates():
    panel = widgets.DigitsPanel(
        lambda: decaying(1e-3, 4e-3), IMAGES, batch_size=16, updates_per_chunk=2
    )
    assert np.allclose(rates(panel), [1e-3, 4e-3])
    panel.learning_rate.value = 1e-2
    panel.run(0)
    assert np.allclose(rates(panel), [1e-2, 4e-2])
    panel.close()


@pytest.mark.parametrize("rate", [1.5e-3, 2.345e-5, 3e-3, 0.12])
def test_a_rate_slider_shows_and_keeps_the_exact_rate(rate):
    slider = training_panel._rate_slider("rate", np.float32(rate))
    assert slider.value == rate and slider.options[slider.index] == (str(rate), rate)
    assert len({label for label, _ in slider.options}) == len(slider.options)


class Speechless:
    """What a loop steers, whose words fail."""

    def __init__(self):
        self.loop = widgets.LiveLoop(
            lambda: 1 / 0, lambda: None, lambda: True, self.changed, key="speechless"
        )

    def changed(self, state, error):
        if error is not None or state == "closed":
            raise AttributeError("no words")


@pytest.mark.timeout(60)
def test_a_worker_never_hangs_a_cell_even_if_words_fail():
    loop = Speechless().loop
    for _ in range(2):  # the thread lives on
        with pytest.raises(ZeroDivisionError):
            loop.run(1)
        with pytest.raises(KeyError):
            loop.wait(lambda: {}["absent"])
    assert loop.state == "error" and isinstance(loop.error, KeyError)
    loop.close()
    assert not loop.thread.is_alive()


# ---- the laboratory ------------------------------------------------------------------------

SPIRAL, RING = data.spiral(), data.ring(sigma=0.05)


def build_points(losses=("non_saturating", "wasserstein", "relativistic")):
    keras.utils.set_random_seed(0)
    gan = training.GAN(
        models.dense_generator(4, (8,), (2,), output="linear"),
        models.dense_discriminator((8,), (2,)),
        latent_dim=4,
    )
    gan.compile(
        keras.optimizers.Adam(1e-3),
        keras.optimizers.Adam(1e-3),
        loss=losses,
        penalties={"r1": 0.1},
        discriminator_steps=[1, 3],
        jit_compile=False,
    )
    return gan


@pytest.fixture(scope="module")
def only_laboratory():
    pad = widgets.DrawingPad([[0.5, 0.5], [-0.5, 0.5]])
    data_sets = {"spiral": SPIRAL, "ring": RING, "drawn by hand": pad}
    laboratory = widgets.Laboratory(build_points, data_sets, batch_size=16, updates_per_chunk=2)
    laboratory.dials_at_first = {name: dial.value for name, dial in laboratory.dials.items()}
    yield laboratory
    laboratory.close()


@pytest.fixture
def laboratory(only_laboratory):
    """One laboratory for all tests, compiled once; each finds it paused before the first update."""
    only_laboratory.loop.pause()
    only_laboratory.set(**only_laboratory.dials_at_first)
    only_laboratory.slow.value = False
    reset(only_laboratory)
    return only_laboratory


def copy(variables):
    return [variable.numpy() for variable in variables]


def test_every_dial_reaches_the_running_model(laboratory):
    laboratory.run(1)
    gan = laboratory.gan
    laboratory.set(generator_learning_rate=1e-4, discriminator_learning_rate=1e-2, latent_dim=1)
    laboratory.set(discriminator_steps=3, r1=0.3, loss="wasserstein", data="ring")
    laboratory.run(1)
    assert laboratory.gan is gan and gan.updates_made == 4
    assert np.isclose(gan.generator_optimizer.learning_rate.numpy(), 1e-4)
    assert np.isclose(gan.discriminator_optimizer.learning_rate.numpy(), 1e-2)
    assert gan.active_latent_dim.numpy() == 1 and gan.discriminator_steps == 3
    assert np.isclose(gan.penalty_weights["r1"].numpy(), 0.3) and gan.loss_name == "wasserstein"
    assert abs(np.linalg.norm(laboratory._real, axis=1) - 1).max() < 0.3  # on the ring
    assert "on ring, latent dimension 1" in laboratory.describe()
    with pytest.raises(ValueError, match="dials are .* got 'rate'"):
        laboratory.set(rate=1)


def test_turning_one_dial_leaves_the_decay_of_the_learning_rates_alone():
    def build():
        gan = build_points(("non_saturating",))
        adams = keras.optimizers.Adam(1e-2), keras.optimizers.Adam(3e-3)
        gan.compile(*adams, penalties={"r1": 0.1}, halving_updates=4, jit_compile=False)
        return gan

    def rates(gan):
        optimizers = gan.generator_optimizer, gan.discriminator_optimizer
        return [float(optimizer.learning_rate) for optimizer in optimizers]

    laboratory = widgets.Laboratory(build, {"ring": RING}, batch_size=8, updates_per_chunk=4)
    laboratory.run(1)
    assert np.allclose(rates(laboratory.gan), [5e-3, 1.5e-3])
    laboratory.set(r1=0.3, latent_dim=1)
    laboratory.run(1)
    assert np.allclose(rates(laboratory.gan), [1e-2 / 3, 1e-3])
    laboratory.set(generator_learning_rate=3e-2)  # falls on from there: 3 to 4 times the halving
    laboratory.run(1)
    assert np.allclose(rates(laboratory.gan), [3e-2 * 3 / 4, 3e-3 / 4])
    reset(laboratory)  # what the dials show
    assert np.allclose(rates(laboratory.gan), [3e-2, 3e-3])
    laboratory.close()


@pytest.mark.parametrize("begin", ["pause", "dial"])
def test_a_dial_turned_while_a_picture_is_drawn_acts(laboratory, begin):
    show = laboratory._show

    def turned_meanwhile():
        laboratory._show = show
        show()
        laboratory.set(r1=0.3)

    laboratory._show = turned_meanwhile
    if begin == "pause":
        laboratory.run(1)
    else:
        laboratory.set(latent_dim=1)
    wait_for(lambda: np.isclose(laboratory.gan.penalty_weights["r1"].numpy(), 0.3))


def test_the_buttons_move_one_player_and_say_so(laboratory):
    players = {"discriminator": laboratory.gan.discriminator, "generator": laboratory.gan.generator}
    for player, words in (("discriminator", "D moved, the points stood"), ("generator", "G moved")):
        before = {name: copy(model.weights) for name, model in players.items()}
        picture = laboratory.picture.png
        laboratory.steps[player].click()
        wait_for(lambda words=words: words in laboratory.caption.value)
        laboratory.run(0)
        for name, model in players.items():
            same = all((a == b).all() for a, b in zip(before[name], copy(model.weights)))
            assert same == (name != player)
        assert laboratory.picture.png != picture and words in laboratory.describe()
    assert laboratory.gan.updates_made == 1 and laboratory.loop.state == "paused"
    laboratory.step_alone("generator")  # what D gave was measured before that
    assert "nan" not in laboratory.describe() and "D(x) 0." in laboratory.describe()


def test_slow_motion_lets_the_players_move_in_turn(laboratory, monkeypatch):
    monkeypatch.setattr(laboratory, "SLOW_SECONDS", 0.05)
    laboratory.slow.value = True
    laboratory.run(3)
    assert laboratory.gan.updates_made == 1 and "D moved" in laboratory.caption.value
    laboratory.run(1)
    assert laboratory.gan.updates_made == 2 and "G moved" in laboratory.caption.value


def test_slow_motion_still_obeys_at_once(laboratory, monkeypatch):
    monkeypatch.setattr(laboratory, "SLOW_SECONDS", 60)
    laboratory.slow.value = True
    laboratory.start.click()
    wait_for(lambda: "D moved" in laboratory.caption.value)
    laboratory.start.click()
    wait_for(lambda: laboratory.loop.state == "paused", seconds=5)


@pytest.mark.parametrize(
    "name", ["real", "generated", "D's answer", "D = ½", "gradient", "warped grid"]
)
def test_each_layer_can_be_hidden_and_comes_back(laboratory, name):
    laboratory.run(20)
    whole = laboratory.picture.png
    laboratory.layers[name].value = False
    laboratory.run(0)
    assert laboratory.picture.png != whole
    laboratory.layers[name].value = True
    laboratory.run(0)
    assert laboratory.picture.png == whole


def test_the_laboratory_starts_over_without_building_anew(laboratory):
    gan, first = laboratory.gan, laboratory.picture.png
    laboratory.run(3)
    laboratory.reset.click()
    wait_for(lambda: laboratory.gan.updates_made == 0 and laboratory.picture.png == first)
    assert laboratory.gan is gan


def test_a_broken_laboratory_is_built_anew(laboratory):
    laboratory.gan.train_on_batch = lambda batches: 1 / 0
    with pytest.raises(ZeroDivisionError):
        laboratory.run(1)
    assert "ZeroDivisionError" in laboratory.error.value
    laboratory.reset.click()
    laboratory.run(1)
    assert laboratory.error.value == "" and laboratory.gan.updates_made == 2


def test_a_step_alone_raises_in_the_cell_and_shows_the_error(laboratory, monkeypatch):
    monkeypatch.setattr(laboratory.gan, "step_alone", lambda player, real: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        laboratory.step_alone("generator")
    assert "ZeroDivisionError" in laboratory.error.value


def test_drawn_points_become_the_data(laboratory):
    pad = laboratory._data_sets["drawn by hand"]
    laboratory.set(data="drawn by hand")
    laboratory.run(0)
    assert set(np.sign(laboratory._real[:, 0])) == {-1, 1}
    pad.points = [*pad.points[:1], [0.5, -0.5]]
    laboratory.run(0)
    assert (laboratory._real[:, 0] > 0).all()
    pad.points = []  # cleared: one point at the origin stands in
    laboratory.run(0)
    assert abs(laboratory._real).max() < 0.3


def test_any_pair_of_keras_players_works_with_what_it_was_compiled_for():
    def build():
        z, x = keras.Input((1,)), keras.Input((2,))
        branch = keras.layers.Dense(6, activation="tanh")
        generator = keras.Model(z, keras.layers.Dense(2)(branch(z)))
        both = keras.layers.Concatenate()([x, keras.layers.Dense(5, activation="relu")(x)])
        gan = training.GAN(generator, keras.Model(x, keras.layers.Dense(1)(both)), latent_dim=1)
        gan.compile("sgd", keras.optimizers.RMSprop(2e-3), loss="hinge", jit_compile=False)
        return gan

    laboratory = widgets.Laboratory(build, {"ring": RING}, batch_size=8, updates_per_chunk=2)
    laboratory.run(2)
    assert laboratory.gan.updates_made == 4 and "r1" not in laboratory.dials
    assert laboratory.dials["loss"].options == (("hinge", "hinge"),)
    assert laboratory.dials["discriminator_learning_rate"].value == 2e-3
    laboratory.close()


def test_the_laboratory_refuses_what_it_cannot_show():
    with pytest.raises(ValueError, match=r"points of shape \(2,\), not \(28, 28, 1\)"):
        widgets.Laboratory(build, {"ring": RING})
    with pytest.raises(ValueError, match="at least one data set"):
        widgets.Laboratory(build_points, {})


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


def test_an_explorer_draws_everything_when_an_axis_changes():
    axes = Figure(figsize=(3, 2)).subplots()
    (line,) = axes.plot([0, 1], [0, 1])

    def stretch(width):
        axes.set_xlim(0, width)
        return "stretched"

    slider = ipw.IntSlider(description="width", min=1, max=5)
    shown = widgets.Explorer(stretch, [line], {"width": slider})
    narrow = shown.picture._background
    shown.set(width=3)
    assert shown.picture._background is not narrow
    wide = shown.picture._background
    shown.set(width=3)
    assert shown.picture._background is wide


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


def test_a_gallery_plants_names_and_cures_in_the_same_run(gallery):
    gallery.press("oscillation")
    assert gallery.diagnosis.name == "oscillation"
    assert "found oscillation" in gallery.picture.description
    assert "OSCILLATION" in gallery.caption.value and "Momentum" in gallery.caption.value
    made, first = gallery.gan.updates_made, gallery.history["fake_score"].copy()
    gallery.fix()
    assert gallery.diagnosis.name == "healthy" and "The cure" in gallery.caption.value
    assert gallery.gan.updates_made == made + gallery.FIX_UPDATES
    assert (gallery.history["fake_score"][:made] == first).all()
    assert gallery.watch.history["updates"].tolist()[:2] == [0, gallery.CHUNK]


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


def test_an_error_in_a_gallery_is_raised_shown_and_gone_at_the_next_press(gallery, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(gallery.game("ring"), "train", lambda settings, updates: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            gallery.press("oscillation")
        assert "ZeroDivisionError" in gallery.error.value
    gallery.press("oscillation")
    assert gallery.error.value == "" and gallery.diagnosis.name == "oscillation"


def test_a_gallery_still_is_the_picture_in_fewer_bytes(gallery):
    if gallery.failure is None:
        gallery.press("oscillation")
    kept = io.BytesIO()
    gallery.static_figure.save(kept, "PNG")
    shown = np.asarray(Image.open(io.BytesIO(gallery.picture.png)), "int")
    kept_pixels = np.asarray(gallery.static_figure.convert("RGB"), "int")
    assert abs(kept_pixels - shown).mean() < 3 < shown.std()
    assert len(kept.getvalue()) < 0.5 * len(gallery.picture.png)
