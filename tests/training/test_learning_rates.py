"""How two learning rates change together, against the closed form."""

from helpers.training.learning_rates import BothLearningRates, InverseTimeDecay

import keras
import numpy as np
import pytest


def optimizers():
    return keras.optimizers.SGD(1e-2), keras.optimizers.SGD(3e-3)


def rates(pair):
    return [float(optimizer.learning_rate) for optimizer in pair]


def test_rates_follow_the_closed_form_and_go_back():
    pair = optimizers()
    first, decay = rates(pair), InverseTimeDecay(pair, 5)
    for made in range(1, 21):
        decay.apply(np.float32(made))
        assert np.allclose(rates(pair), np.array(first) / (1 + made / 5), rtol=1e-5)
    decay.undo(20, 0, first)
    assert rates(pair) == first  # to the bit


def test_an_assigned_rate_decays_from_there_and_goes_back_to_where_it_began():
    pair = optimizers()
    first, decay = rates(pair), InverseTimeDecay(pair, 5)
    for made in range(1, 6):
        decay.apply(np.float32(made))
    pair[0].learning_rate.assign(0.4)
    for made in range(6, 16):
        decay.apply(np.float32(made))
    assert np.allclose(rates(pair), [0.4 * 10 / 20, 3e-3 / 4], rtol=1e-5)
    decay.undo(15, 0, first)
    assert np.allclose(rates(pair), [0.8, 3e-3], rtol=1e-5) and rates(pair)[1] == first[1]


def test_without_halving_nothing_changes():
    pair = optimizers()
    first, decay = rates(pair), InverseTimeDecay(pair, None)
    decay.apply(np.float32(7))
    decay.undo(7, 0, [1.0, 1.0])
    assert rates(pair) == first
    with pytest.raises(ValueError, match="halving_updates must be a whole number"):
        InverseTimeDecay(pair, 0)


def test_one_rate_for_keras_callbacks_keeps_the_ratio_of_both():
    pair = optimizers()
    both = BothLearningRates(*pair)
    assert float(both.learning_rate) == rates(pair)[0]
    both.learning_rate = 1e-3
    assert np.allclose(rates(pair), [1e-3, 3e-4], rtol=1e-5)
    both.learning_rate = 0.0
    both.learning_rate = 2e-3  # the ratio is gone: both alike
    assert np.allclose(rates(pair), [2e-3, 2e-3], rtol=1e-5)
