import re

from helpers import training, widgets
from helpers.widgets import training_panel

import keras
import numpy as np
import pytest
from PIL import Image
from widgets_data import RING, SPIRAL, build_digits, build_points, frames, reset, wait_for


def copy(variables):
    return [variable.numpy() for variable in variables]


@pytest.mark.slow
def test_every_control_reaches_the_running_model(laboratory):
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
    with pytest.raises(ValueError, match="controls are .* got 'rate'"):
        laboratory.set(rate=1)


@pytest.mark.slow
@pytest.mark.parametrize("begin", ["pause", "control"])
def test_a_control_changed_while_a_picture_is_drawn_acts(laboratory, begin):
    show = laboratory._show

    def changed_meanwhile():
        laboratory._show = show
        show()
        laboratory.set(r1=0.3)

    laboratory._show = changed_meanwhile
    if begin == "pause":
        laboratory.run(1)
    else:
        laboratory.set(latent_dim=1)
    wait_for(lambda: np.isclose(laboratory.gan.penalty_weights["r1"].numpy(), 0.3))


def test_the_buttons_update_one_network_and_say_so(laboratory):
    networks = {
        "discriminator": laboratory.gan.discriminator,
        "generator": laboratory.gan.generator,
    }
    for network, words in (("discriminator", "D was updated"), ("generator", "G was updated")):
        before = {name: copy(model.weights) for name, model in networks.items()}
        picture = laboratory.picture.png
        laboratory.step_buttons[network].click()
        wait_for(lambda words=words: words in laboratory.caption.value)
        laboratory.run(0)
        for name, model in networks.items():
            same = all((a == b).all() for a, b in zip(before[name], copy(model.weights)))
            assert same == (name != network)
        assert laboratory.picture.png != picture and words in laboratory.describe()
    assert laboratory.gan.updates_made == 1 and laboratory.loop.state == "paused"
    laboratory.step_alone("generator")  # D was measured before that
    assert "nan" not in laboratory.describe() and "D(x) 0." in laboratory.describe()


def test_half_updates_train_the_networks_in_turn(laboratory, monkeypatch):
    monkeypatch.setattr(laboratory, "SLOW_SECONDS", 0.05)
    laboratory.speed.value = "half an update"
    laboratory.run(3)
    assert laboratory.gan.updates_made == 1 and "D was updated" in laboratory.caption.value
    laboratory.run(1)
    assert laboratory.gan.updates_made == 2 and "G was updated" in laboratory.caption.value


@pytest.mark.slow
@pytest.mark.parametrize(("speed", "updates"), [("1 update", 1), ("10 updates", 10)])
def test_each_picture_shows_as_many_updates_as_the_speed_says(
    laboratory, monkeypatch, speed, updates
):
    monkeypatch.setattr(laboratory, "PICTURE_SECONDS", 0.0)
    shown, show = [], laboratory._show
    monkeypatch.setattr(
        laboratory, "_show", lambda: shown.append(laboratory.gan.updates_made) or show()
    )
    laboratory.speed.value = speed
    laboratory.run(5)
    assert shown == [updates * n for n in range(1, 6)]


def test_the_default_settings_come_back(laboratory):
    """But Data and Speed stay: whoever studies the ring goes on with it."""
    laboratory.set(r1=0.3, loss="wasserstein", data="ring")
    laboratory.speed.value = "1 update"
    laboratory.ema.value, laboratory.layers["gradient"].value = True, False
    laboratory.default_button.click()
    assert not laboratory.ema.value and all(box.value for box in laboratory.layers.values())
    expected = {**laboratory.first_values, "data": "ring"}
    assert {name: box.value for name, box in laboratory.controls.items()} == expected
    assert laboratory.speed.value == "1 update"


def test_the_settings_as_code_set_another_laboratory_alike(laboratory):
    """The code is run after every control has moved; what it sets is compared by the controls."""
    laboratory.set(generator_learning_rate=1e-4, latent_dim=1, discriminator_steps=3, r1=0.3)
    laboratory.set(loss="wasserstein", data="ring", discriminator_learning_rate=0.03)
    laboratory.speed.value = "10 updates"
    wanted, code = {n: box.value for n, box in laboratory.controls.items()}, laboratory.picture.code
    laboratory.default_button.click()
    assert {n: box.value for n, box in laboratory.controls.items()} != wanted
    exec(code, {"laboratory": laboratory})
    assert {n: box.value for n, box in laboratory.controls.items()} == wanted
    assert laboratory.speed.value == "10 updates"
    laboratory.code_button.click()
    assert code in laboratory.code.value


def test_a_control_refuses_a_value_that_it_cannot_show(laboratory):
    with pytest.raises(ValueError, match=r"discriminator_steps must be .* one of \[1, 3\], got 2"):
        laboratory.set(discriminator_steps=2)
    assert laboratory.controls["discriminator_steps"].value == 1


@pytest.mark.slow
def test_turned_controls_are_marked_and_named(laboratory):
    laboratory.set(r1=0.3)  # before the first update: the curves begin there
    laboratory.run(2)
    laboratory.set(discriminator_steps=3)
    laboratory.run(1)
    laboratory.set(loss="wasserstein", r1=0.1)
    laboratory.run(1)
    assert [made for made, _ in laboratory.marks[:1]] == [4]
    assert {made for made, _ in laboratory.marks[1:]} == {6}
    text = laboratory.describe()
    assert "1 at update 4: D's steps 3" in text and "Loss wasserstein" in text and "R1" in text
    reset(laboratory)
    assert laboratory.marks == [] and "Marks" not in laboratory.describe()


@pytest.mark.slow
def test_a_dragged_slider_leaves_one_mark_where_it_began(laboratory, monkeypatch):
    laboratory.run(1)
    for learning_rate in (3e-3, 1e-2, 3e-2):
        laboratory.set(generator_learning_rate=learning_rate)
        laboratory.run(1)
    assert laboratory.marks == [(2, "G's learning rate 0.03")]
    laboratory.set(r1=0.3)
    laboratory.run(1)
    monkeypatch.setattr(training_panel, "ONE_TURN_SECONDS", 0.0)
    laboratory.set(r1=0.1)
    laboratory.run(1)
    assert [made for made, _ in laboratory.marks] == [2, 8, 10]


def test_the_laboratory_counts_modes_or_measures_the_curve(laboratory):
    """All eight modes of the ring are covered by its own points; of a curve, parts of it."""
    laboratory.set(data="ring")
    laboratory.run(0)
    assert laboratory._coverage(RING.sample(400, 5)) == "8 of 8 modes covered"
    half = RING.sample(400, 5)
    assert laboratory._coverage(half[half[:, 0] > 0.1]) == "3 of 8 modes covered"
    assert "of 8 modes covered" in laboratory.describe() and "of 8 modes" in laboratory.status.value
    laboratory.set(data="spiral")
    laboratory.run(0)
    words = laboratory._coverage(SPIRAL.sample(400, 5))
    assert re.fullmatch(r"(9\d|100)% on the curve, (9\d|100)% of it covered", words)


@pytest.mark.slow
def test_after_reset_the_same_run_comes_again(laboratory, panel):
    for one in (laboratory, panel):
        one.run(0)
        reset(one)
        runs = []  # no pictures: how many measurements they show depends on the machine's load
        for _ in range(2):
            one.run(3)
            runs.append(
                np.append(one.gan.sample(20, seed=0), one.gan.update_history["generator_loss"])
            )
            reset(one)
        assert np.array_equal(*runs) and np.isfinite(runs[0]).all()


def test_samples_out_of_sight_are_counted(laboratory):
    samples = np.zeros((10, 2))
    assert "outside" not in laboratory._coverage(samples)
    samples[:3] = [[2, 0], [0, -2], [1.3, 1.3]]
    assert "3 of 10 samples outside the picture" in laboratory._coverage(samples)


def test_only_logistic_losses_have_the_reference_lines(laboratory):
    (axes,) = (one for one in laboratory.picture._view.figure.axes if "loss" in one.get_title())
    for loss, label in (("wasserstein", "loss"), ("non_saturating", "loss in nats")):
        laboratory.set(loss=loss)
        laboratory.run(0)
        assert axes.get_ylabel() == label


def test_only_the_pad_that_is_trained_on_is_shown(laboratory):
    (pad,) = laboratory._pads
    assert pad.layout.display == "none"
    laboratory.set(data="drawn by hand")
    assert pad.layout.display is None


def test_the_diagram_shows_which_network_is_updated(laboratory):
    for network, words in (("discriminator", "D is updated"), ("generator", "G is updated")):
        laboratory.step_alone(network)
        assert words in laboratory._diagram.value
    laboratory.run(0)
    reset(laboratory)
    assert "Nothing is being updated" in laboratory._diagram.value
    laboratory.start_button.click()
    wait_for(lambda: "Both are updated" in laboratory._diagram.value)
    laboratory.start_button.click()
    wait_for(lambda: "Nothing is being updated" in laboratory._diagram.value)


@pytest.mark.slow
def test_a_run_is_saved_as_a_gif(laboratory, tmp_path, monkeypatch):
    with pytest.raises(ValueError, match="nothing to save yet"):
        laboratory.save_gif(tmp_path / "none.gif")
    laboratory.gif_button.click()
    wait_for(lambda: "nothing to save yet" in laboratory.code.value)
    assert laboratory.loop.state == "paused"
    for _ in range(3):
        laboratory.run(1)
    with Image.open(laboratory.save_gif(tmp_path / "film.gif")) as film:  # updates 0, 2, 4, 6
        assert film.n_frames == 4 and film.size == laboratory.picture.page_size
    monkeypatch.chdir(tmp_path)
    laboratory.gif_button.click()
    laboratory.run(0)
    assert frames("laboratory_6_updates.gif") == 4
    assert "Saved laboratory_6_updates.gif, 0." in laboratory.code.value


def test_every_control_button_and_layer_explains_itself(laboratory):
    boxes = [*laboratory.controls.values(), *laboratory.layers.values(), laboratory.ema]
    boxes += [laboratory.speed, *laboratory.step_buttons.values(), laboratory.default_button]
    boxes += [laboratory.code_button, laboratory.gif_button]
    for box in [*boxes, laboratory.start_button, laboratory.reset_button]:
        assert len(box.tooltip or "") > 10, box.description


def test_half_updates_can_be_paused_at_once(laboratory, monkeypatch):
    monkeypatch.setattr(laboratory, "SLOW_SECONDS", 60)
    laboratory.speed.value = "half an update"
    laboratory.start_button.click()
    wait_for(lambda: "D was updated" in laboratory.caption.value)
    laboratory.start_button.click()
    wait_for(lambda: laboratory.loop.state == "paused", seconds=5)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["real", "generated", "D's probability", "D = ½", "gradient", "warped grid"]
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


def test_reset_does_not_build_the_laboratory_again(laboratory):
    gan, first = laboratory.gan, laboratory.picture.png
    laboratory.run(3)
    laboratory.reset_button.click()
    wait_for(lambda: laboratory.gan.updates_made == 0 and laboratory.picture.png == first)
    assert laboratory.gan is gan


def test_a_picture_drawn_again_has_no_further_distance_on_the_curve(laboratory):
    laboratory.run(1)
    laboratory.layers["gradient"].value = False
    laboratory.run(0)
    laboratory.layers["gradient"].value = True
    laboratory.run(1)
    assert [made for made, _ in laboratory._distances] == [0, 2, 4]


@pytest.mark.slow
def test_reset_builds_a_broken_laboratory_again(laboratory):
    laboratory.set(r1=0.3)
    laboratory.run(1)
    laboratory.gan.train_on_batch = lambda batches: 1 / 0
    with pytest.raises(ZeroDivisionError):
        laboratory.run(1)
    assert "ZeroDivisionError" in laboratory.error.value
    laboratory.reset_button.click()
    laboratory.run(1)
    assert laboratory.error.value == "" and laboratory.gan.updates_made == 2
    assert np.isclose(laboratory.gan.penalty_weights["r1"].numpy(), 0.3)
    built = laboratory.gan
    reset(laboratory)
    assert laboratory.gan is built and built.updates_made == 0


def test_a_step_alone_raises_in_the_cell_and_shows_the_error(laboratory, monkeypatch):
    monkeypatch.setattr(laboratory.gan, "step_alone", lambda network, real: 1 / 0)
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
    pad.points = []  # cleared: one point at the origin instead
    laboratory.run(0)
    assert abs(laboratory._real).max() < 0.3


# ---- laboratories of their own: each closes the one that the tests above share --------------


@pytest.mark.slow
def test_changing_one_control_keeps_the_decay_of_the_learning_rates():
    def build():
        gan = build_points(("non_saturating",))
        adams = keras.optimizers.Adam(1e-2), keras.optimizers.Adam(3e-3)
        gan.compile(*adams, penalties={"r1": 0.1}, halving_updates=4, jit_compile=False)
        return gan

    def learning_rates(gan):
        optimizers = gan.generator_optimizer, gan.discriminator_optimizer
        return [float(optimizer.learning_rate) for optimizer in optimizers]

    laboratory = widgets.Laboratory(build, {"ring": RING}, batch_size=8, updates_per_chunk=4)
    laboratory.run(1)
    assert np.allclose(learning_rates(laboratory.gan), [5e-3, 1.5e-3])
    laboratory.set(r1=0.3, latent_dim=1)
    laboratory.run(1)
    assert np.allclose(learning_rates(laboratory.gan), [1e-2 / 3, 1e-3])
    laboratory.set(generator_learning_rate=3e-2)  # decays from there: from 3 to 4 halving times
    laboratory.run(1)
    assert np.allclose(learning_rates(laboratory.gan), [3e-2 * 3 / 4, 3e-3 / 4])
    reset(laboratory)  # what the controls show
    assert np.allclose(learning_rates(laboratory.gan), [3e-2, 3e-3])
    laboratory.close()


@pytest.mark.slow
def test_any_pair_of_keras_networks_works_with_what_it_was_compiled_for():
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
    assert laboratory.gan.updates_made == 4 and "r1" not in laboratory.controls
    assert laboratory.controls["loss"].options == (("hinge", "hinge"),)
    assert laboratory.controls["discriminator_learning_rate"].value == 2e-3
    laboratory.close()


@pytest.mark.slow
def test_a_laboratory_follows_its_seed():
    pictures = []
    for seed in (3, 3, 4):
        laboratory = widgets.Laboratory(build_points, {"ring": RING}, batch_size=16, seed=seed)
        laboratory.run(1)
        pictures.append(laboratory.picture.png)
        laboratory.close()
    assert pictures[0] == pictures[1] != pictures[2]


def test_the_laboratory_rejects_what_it_cannot_show():
    with pytest.raises(ValueError, match=r"of shape \(2,\), got a GAN of \(28, 28, 1\)"):
        widgets.Laboratory(build_digits, {"ring": RING})
    with pytest.raises(ValueError, match="at least one entry, got none"):
        widgets.Laboratory(build_points, {})
