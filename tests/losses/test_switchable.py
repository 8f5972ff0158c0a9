from helpers.losses import LOSSES, SwitchableLoss

import keras
import numpy as np
import pytest
import tensorflow as tf

REAL = tf.constant([[2.0], [-1.0], [0.5]])
FAKE = tf.constant([[-1.5], [0.3], [-0.2]])
UNPAIRED = tuple(name for name, loss in LOSSES.items() if not loss.paired)
PAIRED = tuple(name for name, loss in LOSSES.items() if loss.paired)
GROUPS = {
    "all": tuple(LOSSES),
    "none paired": UNPAIRED,
    "paired only": PAIRED,
    "paired first": (*PAIRED, *UNPAIRED),
    **{name: (name,) for name in LOSSES},
}


@pytest.fixture(params=GROUPS)
def switchable(request):
    return SwitchableLoss(GROUPS[request.param], keras.Variable(0, dtype="int32"))


def value_and_gradients(loss, *logits):
    with tf.GradientTape() as tape:
        tape.watch(logits)
        value = loss(*logits)
    return [value, *tape.gradient(value, logits, unconnected_gradients="zero")]


def assert_all_close(results, expected):
    for result, value in zip(results, expected, strict=True):
        np.testing.assert_allclose(result, value, rtol=1e-6, atol=1e-7)


def test_each_loss_has_the_values_and_gradients_of_that_loss_alone(switchable):
    assert switchable.name == switchable.names[0]
    for name in (*switchable.names, *reversed(switchable.names)):
        switchable.set(name)
        assert switchable.name == name
        for network in ("discriminator", "generator"):
            assert_all_close(
                value_and_gradients(getattr(switchable, network), REAL, FAKE),
                value_and_gradients(getattr(LOSSES[name], network), REAL, FAKE),
            )


def test_the_lazy_generator_loss_is_the_generator_loss(switchable):
    for name in switchable.names:
        switchable.set(name)
        lazy = value_and_gradients(lambda fake: switchable.lazy_generator(lambda: REAL, fake), FAKE)
        eager = value_and_gradients(
            lambda fake, loss=LOSSES[name]: loss.generator(REAL, fake), FAKE
        )
        assert_all_close(lazy, eager)


def test_real_logits_are_computed_for_a_paired_loss_only(switchable):
    calls = []

    def compute_real_logits():
        calls.append(switchable.name)
        return REAL

    for name in switchable.names:
        switchable.set(name)
        switchable.lazy_generator(compute_real_logits, FAKE)
    assert calls == [name for name in switchable.names if LOSSES[name].paired]


@pytest.mark.slow
@pytest.mark.parametrize("jit_compile", [False, True])
def test_a_compiled_function_follows_the_loss_in_use(jit_compile):
    switchable = SwitchableLoss(tuple(LOSSES), tf.Variable(0))
    traces = []

    @tf.function(jit_compile=jit_compile)
    def losses(real, fake):
        traces.append(0)
        lazy = switchable.lazy_generator(lambda: real, fake)
        return switchable.discriminator(real, fake), switchable.generator(real, fake), lazy

    for name, loss in LOSSES.items():
        switchable.set(name)
        generator = loss.generator(REAL, FAKE)
        assert_all_close(losses(REAL, FAKE), (loss.discriminator(REAL, FAKE), generator, generator))
    assert len(traces) == 1


def test_unpaired_losses_need_no_real_logits():
    switchable = SwitchableLoss(UNPAIRED, tf.Variable(0))
    for name in UNPAIRED:
        switchable.set(name)
        assert np.isclose(switchable.generator(None, FAKE), LOSSES[name].generator(None, FAKE))


@pytest.mark.parametrize("jit_compile", [False, True])
def test_a_loss_that_overflows_does_not_harm_the_one_in_use(jit_compile):
    switchable = SwitchableLoss(("wasserstein", "least_squares"), tf.Variable(0))
    large = 1e20 * FAKE  # the square of it is beyond float32
    assert np.isinf(LOSSES["least_squares"].generator(None, large))
    compiled = tf.function(
        lambda fake: value_and_gradients(lambda f: switchable.generator(None, f), fake),
        jit_compile=jit_compile,
    )
    assert_all_close(
        compiled(large),
        value_and_gradients(lambda f: LOSSES["wasserstein"].generator(None, f), large),
    )


@pytest.mark.parametrize("name", ["relativistic", "unknown", None, 0, ["hinge"]])
def test_a_loss_it_was_not_made_of_is_refused_and_the_one_in_use_stays(name):
    switchable = SwitchableLoss(("hinge", "wasserstein"), tf.Variable(1))
    with pytest.raises(ValueError, match=r"compiled for \('hinge', 'wasserstein'\), got "):
        switchable.set(name)
    assert switchable.name == "wasserstein"
