import random

from helpers import data, diagnostics
from helpers.losses import LOSSES

import keras
import numpy as np
import pytest
import tensorflow as tf
from diagnostics_data import PlainGAN, finding_names, found_names
from small import equal, everything, networks

# train_on_batch in Keras 3.12 goes through numpy's old __array__ signature
old_array_call = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy")


def dense_network(weights, x, negative_slope=0.2):
    """Dense, leaky ReLU, dense, in NumPy and double precision."""
    first, first_bias, second, second_bias = (np.asarray(w, "float64") for w in weights)
    hidden = x @ first + first_bias
    return np.where(hidden > 0, hidden, negative_slope * hidden) @ second + second_bias


LOSS_FORMULAS = {  # G's loss as a function of the logits of its samples
    "non_saturating": lambda s: np.log1p(np.exp(-s)).mean(),
    "minimax": lambda s: -np.log1p(np.exp(s)).mean(),
    "hinge": lambda s: -s.mean(),
}


@pytest.mark.parametrize("loss", LOSS_FORMULAS)
def test_an_evaluation_agrees_with_plain_numpy(points, z, loss):
    generator, discriminator = networks()
    monitor = diagnostics.Monitor(generator, discriminator, points[:64], z, loss)
    monitor.evaluate(7)
    g, d = generator.get_weights(), discriminator.get_weights()
    real, fake = (
        dense_network(d, points[:64]).ravel(),
        dense_network(d, dense_network(g, z)).ravel(),
    )
    assert np.allclose(monitor.real_logits, real, atol=1e-5)
    assert np.allclose(monitor.fake_logits, fake, atol=1e-5)
    assert np.allclose(monitor.samples, dense_network(g, z), atol=1e-5)

    def loss_of(flat):
        parts = np.split(flat, np.cumsum([array.size for array in g])[:-1])
        weights = [part.reshape(array.shape) for part, array in zip(parts, g)]
        return LOSS_FORMULAS[loss](dense_network(d, dense_network(weights, z)))

    flat = np.concatenate([array.ravel() for array in g]).astype("float64")
    offsets = 1e-5 * np.eye(len(flat))
    gradient = [(loss_of(flat + offset) - loss_of(flat - offset)) / 2e-5 for offset in offsets]
    expected = {
        "updates": 7,
        "discriminator_loss": np.log1p(np.exp(-real)).mean() + np.log1p(np.exp(fake)).mean(),
        "generator_loss": LOSS_FORMULAS[loss](fake),
        "real_score": (1 / (1 + np.exp(-real))).mean(),
        "fake_score": (1 / (1 + np.exp(-fake))).mean(),
        "real_accuracy": (real > 0).mean(),
        "fake_accuracy": (fake < 0).mean(),
        "generator_gradient_norm": np.linalg.norm(gradient),
    }
    for name, value in expected.items():
        assert monitor.history[name] == pytest.approx([value], rel=1e-4), name


def test_samples_equal_to_the_real_ones_lie_at_the_baseline(points):
    identity = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, "linear")])
    identity.set_weights([np.eye(2), np.zeros(2)])
    monitor = diagnostics.Monitor(identity, networks()[1], points, points)
    monitor.evaluate(0)
    identity.set_weights([np.eye(2), np.full(2, 0.5)])
    monitor.evaluate(1)
    assert (monitor.samples == monitor.sample_history[1]).all() and (
        monitor.sample_history[0] == points
    ).all()
    assert monitor.history["distance"][0] == pytest.approx(monitor.baseline, rel=1e-5)
    assert monitor.history["distance"][1] == pytest.approx(0.5, rel=0.1)  # of each coordinate


@pytest.mark.slow
def test_a_callback_evaluates_at_the_right_updates(small_gan, points, z):
    gan = small_gan()  # four updates in each call of `fit`
    monitor = diagnostics.Monitor(gan.generator, gan.discriminator, points[:64], z, every=8)
    for _ in range(2):
        gan.fit(points, batch_size=16, epochs=1, verbose=0, callbacks=[monitor])
    assert monitor.history["updates"].tolist() == [0, 8, 16, 24, 32]
    assert monitor.history["discriminator_update_ratio"][0] == 0
    assert monitor.history["discriminator_update_ratio"][1:].min() > 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("every", "evaluations"), [(1, [0, 4, 8, 12, 16]), (6, [0, 8, 12]), (16, [0, 16]), (17, [0])]
)
def test_every_counts_updates_however_many_one_call_makes(small_gan, points, z, every, evaluations):
    """A call makes four updates: an evaluation follows the call that reaches a multiple of `every`."""
    gan = small_gan()
    monitor = diagnostics.Monitor(gan.generator, gan.discriminator, points[:64], z, every=every)
    gan.fit(points, batch_size=16, epochs=1, verbose=0, callbacks=[monitor])
    assert monitor.history["updates"].tolist() == evaluations


@pytest.mark.slow
def test_every_counts_the_batches_of_steps_per_execution(points, z):
    gan = PlainGAN(*networks())
    adam = keras.optimizers.Adam(0.01), keras.optimizers.Adam(0.01)
    gan.compile(*adam, jit_compile=False, steps_per_execution=4)
    monitor = diagnostics.Monitor(gan.generator, gan.discriminator, points[:64], z, every=8)
    gan.fit(points, batch_size=32, epochs=3, verbose=0, shuffle=False, callbacks=[monitor])
    assert monitor.history["updates"].tolist() == [0, 8, 16, 24]


@pytest.mark.slow
def test_monitoring_changes_nothing(small_gan, points, z):
    """Weights, optimizers and all random states are the same to the bit."""
    ends = []
    for monitored in (False, True):
        keras.utils.clear_session()  # set_random_seed leaves Keras 3.12's own generator as it is
        gan = small_gan()
        monitor = diagnostics.Monitor(gan.generator, gan.discriminator, points[:64], z, every=1)
        np.random.seed(0)
        gan.fit(points, batch_size=16, epochs=1, verbose=0, callbacks=[monitor] * monitored)
        state = everything(gan)
        draws = [keras.random.normal(()).numpy(), tf.random.normal(()).numpy()]
        draws += [np.random.random(), random.random()]
        ends.append([*state, *draws])
    assert len(monitor.history["updates"]) == 5
    assert equal(*ends)


def test_an_evaluation_drops_no_units(points, z):
    generator, discriminator = (
        keras.Sequential([keras.layers.Dropout(0.5), *network.layers]) for network in networks()
    )
    monitor = diagnostics.Monitor(generator, discriminator, points[:64], z)
    monitor.evaluate(0)
    logits = monitor.real_logits, monitor.fake_logits
    monitor.evaluate(1)
    assert (monitor.sample_history[0] == monitor.sample_history[1]).all()
    assert (logits[0] == monitor.real_logits).all() and (logits[1] == monitor.fake_logits).all()


@pytest.mark.slow
def test_a_custom_keras_model_is_monitored_and_diagnosed(points):
    gan = PlainGAN(*networks())
    gan.compile(keras.optimizers.Adam(0.01), keras.optimizers.SGD(0.01), jit_compile=False)
    z = data.sample_latent(128, 3, seed=0)
    for learning_rate in (0.01, 0.0):
        gan.discriminator_optimizer.learning_rate.assign(learning_rate)
        monitor = diagnostics.Monitor(gan.generator, gan.discriminator, points[:128], z, every=1)
        gan.fit(points, batch_size=32, epochs=3, verbose=0, shuffle=False, callbacks=[monitor])
        assert monitor.history["updates"].tolist() == list(range(25))
        diagnosis = diagnostics.diagnose(monitor.history, monitor.samples, points)
        few_points = {"different scale", "partial collapse", "missing classes"}
        assert {*diagnosis.unchecked} == few_points
        assert ("discriminator not training" in finding_names(diagnosis)) == (learning_rate == 0)
        assert (monitor.history["discriminator_update_ratio"] == 0).all() == (learning_rate == 0)


def test_a_call_without_the_argument_training_is_monitored(points, z):
    class Bare(keras.Model):
        def __init__(self, inner):
            super().__init__()
            self.inner = inner

        def call(self, z):
            return self.inner(z)

    generator, discriminator = networks()
    monitors = [
        diagnostics.Monitor(g, d, points[:64], z)
        for g, d in ((generator, discriminator), (Bare(generator), Bare(discriminator)))
    ]
    for monitor in monitors:
        monitor.evaluate(0)
    assert {k: v.tolist() for k, v in monitors[0].history.items()} == {
        k: v.tolist() for k, v in monitors[1].history.items()
    }


@pytest.mark.slow
@old_array_call
@pytest.mark.parametrize("unfrozen", [False, True])
def test_the_classic_keras_program_is_found_and_its_fixed_form_is_not(points, unfrozen):
    """compile(D), freeze D, compile(G + D): Keras 3 reads `trainable` when the step runs.

    unfrozen: D is trainable in each of its own steps, but never during an evaluation.
    """
    generator, discriminator = networks()
    z = data.sample_latent(128, 3, seed=0)
    monitor = diagnostics.Monitor(generator, discriminator, points[:128], z)
    monitor.evaluate(0)
    rules = {"optimizer": "adam", "loss": keras.losses.BinaryCrossentropy(from_logits=True)}
    discriminator.compile(**rules)
    discriminator.trainable = False
    combined = keras.Sequential([generator, discriminator])
    combined.compile(**rules)
    ones, zeros = np.ones((32, 1)), np.zeros((32, 1))

    def train(update):
        noise = data.sample_latent(32, 3, seed=update)
        discriminator.trainable = unfrozen
        discriminator.train_on_batch(points[:32], ones)
        discriminator.train_on_batch(generator(noise), zeros)
        discriminator.trainable = False
        combined.train_on_batch(noise, ones)
        monitor.evaluate(update)

    if unfrozen:
        train(1)
    else:
        with pytest.warns(UserWarning, match="does not have any trainable weights"):
            train(1)
    for update in range(2, 21):
        train(update)
    found = found_names(monitor.history, monitor.samples, points)
    assert ("discriminator not training" in found[:1]) == (not unfrozen)
    assert monitor.history["generator_update_ratio"][1:].min() > 0


def test_monitor_takes_every_loss_that_is_not_paired(points, z):
    for name in LOSSES:
        if not LOSSES[name].paired:
            monitor = diagnostics.Monitor(*networks(), points[:64], z, loss=name)
            monitor.evaluate(0)
            assert np.isfinite([*monitor.history.values()]).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"loss": "cross_entropy"}, "loss must be one of .*'hinge'.* got 'cross_entropy'"),
        ({"loss": "relativistic"}, r"one of \[(?!.*relativistic.*\]).*got 'relativistic'"),
        ({"loss": None}, "loss must be one of .* got None"),
        ({"z": np.zeros((63, 3))}, r"the same n of at least 4, got \(64, 2\) and \(63, 3\)"),
        (
            {"z": np.zeros((3, 3)), "real": np.zeros((3, 2))},
            r"at least 4, got \(3, 2\) and \(3, 3\)",
        ),
        ({"z": np.zeros(64)}, r"got \(64, 2\) and \(64,\)"),
        ({"z": np.full((64, 3), np.nan)}, "z holds values that are not finite"),
        ({"z": np.zeros((64, 3)) + 1j}, "z must be an array of real numbers"),
        ({"real": np.full((64, 2), np.inf)}, "real holds values that are not finite"),
        ({"real": "digits"}, "real must be an array of real numbers"),
        ({"real": np.zeros((64, 5))}, r"the generator's shape, \(n, 2\), got \(64, 5\)"),
        ({"z": np.zeros((64, 7))}, r"the generator does not take an input of shape \(4, 7\)"),
        ({"generator": None}, "generator must be a Keras model, got NoneType"),
        ({"discriminator": lambda x: x}, "discriminator must be a Keras model, got function"),
        ({"discriminator": keras.Sequential([keras.layers.Dense(2)])}, r"\(n, 1\), got \(4, 2\)"),
        *(
            ({"every": every}, f"every must be a whole number of at least 1, got {every!r}")
            for every in (0, -1, 2.5, "50", None)
        ),
    ],
)
def test_monitor_refuses(points, z, change, message):
    with pytest.raises(ValueError, match=message):
        pair = dict(zip(("generator", "discriminator"), networks()))
        diagnostics.Monitor(**{**pair, "real": points[:64], "z": z, **change})


@pytest.mark.parametrize("updates", [-1, 2.5, "7", None])
def test_evaluate_refuses_what_is_not_a_number_of_updates(points, z, updates):
    monitor = diagnostics.Monitor(*networks(), points[:64], z)
    with pytest.raises(ValueError, match="updates must be a whole number of at least 0"):
        monitor.evaluate(updates)


def test_a_history_without_evaluations_is_refused():
    monitor = diagnostics.Monitor(*networks(), np.zeros((4, 2)), np.zeros((4, 3)))
    with pytest.raises(ValueError, match="nothing was evaluated yet"):
        _ = monitor.history


def test_a_copy_goes_on_without_its_original(points):
    generator, discriminator = networks()
    z = np.random.default_rng(0).normal(size=(64, 3))
    monitor = diagnostics.Monitor(generator, discriminator, points[:64], z)
    monitor.evaluate(0)
    twin = monitor.copy()
    twin.evaluate(10)
    assert monitor.history["updates"].tolist() == [0]
    assert twin.history["updates"].tolist() == [0, 10]
    assert (len(monitor.sample_history), len(twin.sample_history)) == (1, 2)
    monitor.evaluate(20)
    assert twin.history["updates"].tolist() == [0, 10]
