"""The presets, against the published programs."""

from helpers import training

import numpy as np
import pytest

PARAMETERS = {  # parameters of the published networks, counted by hand
    "first_steps": (100 * 128 + 128 + 128 * 784 + 784, 784 * 128 + 128 + 128 + 1),
    "wide_dropout": (
        100 * 256 + 256 + 256 * 1024 + 1024 + 1024 * 784 + 784,
        784 * 1024 + 1024 + 1024 * 512 + 512 + 512 + 1,
    ),
    "batch_norm": (  # four values a unit in each BatchNormalization
        100 * 128 + 128 + 4 * 128 + 128 * 256 + 256 + 4 * 256 + 256 * 784 + 784,
        784 * 256 + 256 + 256 * 128 + 128 + 128 + 1,
    ),
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_classic_presets_have_as_many_parameters_as_published(name):
    """Dropout's counter is not a parameter."""
    for network, size in zip(training.PRESETS[name].networks(), PARAMETERS[name]):
        assert sum(w.numpy().size for w in network.weights if w.name != "draws") == size


PUBLISHED_ADAM = {  # learning rate, beta_1, beta_2
    "first_steps": (1e-3, 0.9, 0.999),
    "wide_dropout": (2e-4, 0.5, 0.9),
    "batch_norm": (1e-3, 0.9, 0.999),
    "course": (3e-3, 0.0, 0.99),
}


@pytest.mark.parametrize("name", training.PRESETS)
def test_a_presets_optimizer_has_the_published_settings(name):
    adam = training.PRESETS[name].optimizer()
    settings = float(adam.learning_rate), adam.beta_1, adam.beta_2
    assert np.allclose(settings, PUBLISHED_ADAM[name])


@pytest.mark.parametrize("name", training.PRESETS)
def test_every_preset_builds_two_networks_that_fit_together(name):
    preset = training.PRESETS[name]
    generator, discriminator = preset.networks()
    images = generator(np.zeros((2, preset.latent_dim), "float32"))
    assert images.shape == (2, 28, 28, 1) and discriminator(images).shape == (2, 1)
    assert preset.optimizer() is not preset.optimizer()
