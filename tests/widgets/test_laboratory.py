from helpers import training, widgets

import keras
import numpy as np
import pytest
from widgets_data import RING, build_digits, build_points, reset, wait_for


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


def test_slow_motion_updates_the_networks_in_turn(laboratory, monkeypatch):
    monkeypatch.setattr(laboratory, "SLOW_SECONDS", 0.05)
    laboratory.slow_motion.value = True
    laboratory.run(3)
    assert laboratory.gan.updates_made == 1 and "D was updated" in laboratory.caption.value
    laboratory.run(1)
    assert laboratory.gan.updates_made == 2 and "G was updated" in laboratory.caption.value


def test_slow_motion_can_be_paused_at_once(laboratory, monkeypatch):
    monkeypatch.setattr(laboratory, "SLOW_SECONDS", 60)
    laboratory.slow_motion.value = True
    laboratory.start_button.click()
    wait_for(lambda: "D was updated" in laboratory.caption.value)
    laboratory.start_button.click()
    wait_for(lambda: laboratory.loop.state == "paused", seconds=5)


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


@pytest.mark.slow
def test_reset_builds_a_broken_laboratory_again(laboratory):
    laboratory.gan.train_on_batch = lambda batches: 1 / 0
    with pytest.raises(ZeroDivisionError):
        laboratory.run(1)
    assert "ZeroDivisionError" in laboratory.error.value
    laboratory.reset_button.click()
    laboratory.run(1)
    assert laboratory.error.value == "" and laboratory.gan.updates_made == 2


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


def test_the_laboratory_rejects_what_it_cannot_show():
    with pytest.raises(ValueError, match=r"of shape \(2,\), got a GAN of \(28, 28, 1\)"):
        widgets.Laboratory(build_digits, {"ring": RING})
    with pytest.raises(ValueError, match="at least one entry, got none"):
        widgets.Laboratory(build_points, {})
