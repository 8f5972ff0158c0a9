from helpers import data, diagnostics

import keras
import numpy as np
import pytest
from diagnostics_data import (
    OTHER_REAL,
    REAL,
    PlainGAN,
    confident_discriminator,
    finding_names,
    found_names,
    healthy_history,
    healthy_monitor_history,
    sine,
)
from small import networks


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("column", ["generator_loss", "discriminator_gradient_norm"])
def test_the_first_row_that_is_not_finite_is_named(value, column):
    history = healthy_history()
    history[column][123:] = value
    diagnosis = diagnostics.diagnose(history, np.repeat(OTHER_REAL[:1], 100, axis=0), REAL)
    assert finding_names(diagnosis) == ["non-finite"]  # the other checks are not made
    assert "first row that is not finite 124 (of 1000)" in str(diagnosis)


def test_samples_that_are_not_finite_are_found():
    samples = OTHER_REAL.copy()
    samples[::10, 0] = np.nan
    diagnosis = diagnostics.diagnose(healthy_history(), samples, REAL)
    assert finding_names(diagnosis) == ["non-finite"] and "0.05 (should be 0)" in str(diagnosis)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("real", "generated"),
    [
        (lambda v: (v + 1) * 127.5, lambda v: v),  # stored pixels, tanh
        (lambda v: v, lambda v: (v + 1) / 2),  # [-1, 1], sigmoid
        (lambda v: (v + 1) / 2, lambda v: v),  # [0, 1], tanh
        (lambda v: v, lambda v: (v + 1) * 127.5),
    ],
)
def test_two_different_scales_are_found_and_one_scale_is_not(digits, real, generated):
    images, others = digits
    assert found_names(healthy_history(), generated(others), real(images)) == ["different scale"]
    assert found_names(healthy_history(), real(others), real(images)) == []


def fooled_discriminator(real_score, **columns):
    """A history in which D classifies all generated samples as real."""
    score = {"fake_score": np.ones(1000), "fake_accuracy": np.zeros(1000), "real_score": real_score}
    return healthy_history() | score | columns


def test_a_frozen_discriminator_is_distinguished_from_a_slow_one():
    constant = healthy_history()["real_score"]
    frozen = ["discriminator not training", "generator wins"]  # the cause first
    assert found_names(fooled_discriminator(constant)) == frozen
    slow = fooled_discriminator(constant - np.linspace(0, 0.1, 1000))
    assert found_names(slow) == ["generator wins"]


def test_update_ratios_of_the_discriminator_decide_where_they_were_measured():
    drifting, constant = np.linspace(0.6, 0.4, 1000), healthy_history()["real_score"]
    zeros = np.zeros(1000)
    changed = np.where(np.arange(1000) == 500, 1e-6, 0)
    frozen = fooled_discriminator(drifting, discriminator_update_ratio=zeros)
    slow = fooled_discriminator(constant, discriminator_update_ratio=changed)
    assert found_names(frozen)[0] == "discriminator not training"
    assert found_names(slow) == ["generator wins"]
    frozen = healthy_history() | {"discriminator_update_ratio": zeros}
    assert found_names(frozen) == ["discriminator not training"]


def test_unchanged_weights_are_found_with_any_loss():
    frozen = healthy_history() | {"discriminator_update_ratio": np.zeros(1000)}
    found = diagnostics.diagnose(frozen, OTHER_REAL, REAL, loss="wasserstein")
    assert found.name == "discriminator not training"
    assert "discriminator not training" not in found.unchecked
    assert "generator wins" in found.unchecked


def test_a_generator_that_does_not_train_is_found_before_its_consequences():
    zeros = np.zeros(1000)
    gradient_norms = healthy_history()["generator_gradient_norm"]
    frozen = healthy_monitor_history() | confident_discriminator(gradient_norms)
    frozen |= {"generator_update_ratio": zeros, "generator_alignment": zeros}
    assert found_names(frozen) == ["generator not training", "discriminator wins"]
    changed = frozen | {"generator_update_ratio": np.where(np.arange(1000) == 500, 1e-6, 0)}
    assert found_names(changed) == ["discriminator wins"]


def test_a_reversed_generator_loss_is_found_before_its_consequences():
    gradient_norms = healthy_history()["generator_gradient_norm"]
    noise = np.random.default_rng(0).normal(0, 0.15, 1000)
    reversed_loss = healthy_monitor_history() | confident_discriminator(gradient_norms)
    reversed_loss |= {"generator_alignment": noise - 0.3}
    assert found_names(reversed_loss) == ["generator loss reversed", "discriminator wins"]
    assert found_names(reversed_loss | {"generator_alignment": noise}) == ["discriminator wins"]


def test_a_sigmoid_before_the_loss_is_found_in_the_scores():
    """Logits in (0, 1) have sigmoids in (0.5, 0.731)."""
    noise = np.random.default_rng(0).uniform
    ones, zeros = np.ones(1000), np.zeros(1000)
    flat = {"real_accuracy": ones, "fake_accuracy": zeros}
    flat |= {"real_score": noise(0.5, 0.73, 1000), "fake_score": noise(0.5, 0.51, 1000)}
    assert found_names(healthy_monitor_history() | flat) == ["probabilities for logits"]
    assert "1.386" in str(diagnostics.diagnose(healthy_monitor_history() | flat, OTHER_REAL, REAL))
    for other in (
        {"fake_accuracy": 0.01 * ones},  # a negative logit
        {"fake_score": flat["fake_score"] - 0.1},
        {"real_score": flat["real_score"] + 0.1},
    ):
        assert found_names(healthy_monitor_history() | flat | other) == []


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*from_logits=True:UserWarning")  # so Keras has seen it, too
@pytest.mark.parametrize("nested", [False, True])
def test_a_discriminator_that_ends_in_a_sigmoid_is_found_with_a_monitor(points, nested):
    generator, discriminator = networks()
    image = keras.Input((2,))
    with_sigmoid = keras.Sequential([discriminator, keras.layers.Activation("sigmoid")])
    if nested:
        with_sigmoid = keras.Model(image, with_sigmoid(image))
    gan = PlainGAN(generator, with_sigmoid)
    gan.compile(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3), jit_compile=False)
    z = data.sample_latent(128, 3, seed=0)
    monitor = diagnostics.Monitor(generator, with_sigmoid, points[:128], z, every=1)
    gan.fit(points, batch_size=32, epochs=3, verbose=0, shuffle=False, callbacks=[monitor])
    assert diagnostics.diagnose(monitor, monitor.samples, points).name == "probabilities for logits"


def test_a_confident_discriminator_saturates_only_if_the_gradient_vanishes():
    gradient_norms = healthy_history()["generator_gradient_norm"]
    vanishing = gradient_norms * np.geomspace(1, 1e-3, 1000)
    assert found_names(confident_discriminator(vanishing)) == ["saturation", "discriminator wins"]
    assert found_names(confident_discriminator(gradient_norms)) == ["discriminator wins"]
    assert found_names(healthy_history() | {"generator_gradient_norm": vanishing}) == []


@pytest.mark.parametrize("low", ["real_accuracy", "fake_accuracy"])
def test_both_accuracies_must_be_high_for_d_to_win(low):
    gradient_norms = healthy_history()["generator_gradient_norm"]
    assert found_names(confident_discriminator(gradient_norms)) == ["discriminator wins"]
    one_low = confident_discriminator(gradient_norms) | {low: np.full(1000, 0.9)}
    assert found_names(one_low) == []


def test_the_last_quarter_decides():
    """Not the first quarter or the whole run: D wins late, or early and no longer at the end."""
    late, early = np.arange(1000) >= 740, np.arange(1000) < 260
    gradient_norms = healthy_history()["generator_gradient_norm"]
    for when, found in ((late, ["discriminator wins"]), (early, [])):
        confident, healthy = confident_discriminator(gradient_norms), healthy_history()
        history = {name: np.where(when, confident[name], healthy[name]) for name in healthy}
        assert found_names(history) == found


@pytest.mark.slow
def test_an_oscillating_score_is_found_and_noise_as_wide_is_not():
    noise = np.random.default_rng(0).uniform(0.2, 0.8, 1000)
    assert found_names(healthy_history() | {"fake_score": sine()}) == ["oscillation"]
    assert found_names(healthy_history() | {"fake_score": noise}) == []
    converged = np.where(np.arange(1000) < 480, sine(), 0.5)
    assert found_names(healthy_history() | {"fake_score": converged}) == []
    for evaluations in (20, 50, 100):  # few, of a score that is noise from update to update
        for seed in range(5):
            jumps = np.random.default_rng(seed).normal(0.5, 0.12, evaluations)
            assert found_names(healthy_history(evaluations) | {"fake_score": jumps}) == []
    one_way = np.linspace(0.2, 0.8, 1000)
    assert found_names(healthy_history() | {"fake_score": one_way}) == []
