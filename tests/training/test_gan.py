import time

from helpers import models, training
from helpers.losses import LOSSES

import keras
import numpy as np
import pytest
import tensorflow as tf
from small import WithoutTraining, copy, networks, old_array_call, same
from small import gan as fresh_small_gan


def test_a_discriminator_step_moves_d_alone(small_gan, points):
    gan = small_gan()
    generator, discriminator = copy(gan.generator.weights), copy(gan.discriminator.weights)
    gan.discriminator_step(tf.constant(points[:16]), gan.draw_latent(16))
    assert same(generator, copy(gan.generator.weights))
    assert not any((a == b).all() for a, b in zip(discriminator, copy(gan.discriminator.weights)))


def test_a_generator_step_moves_g_alone(small_gan, points):
    gan = small_gan()
    generator, discriminator = copy(gan.generator.weights), copy(gan.discriminator.weights)
    gan.generator_step(tf.constant(points[:16]), gan.draw_latent(16))
    assert same(discriminator, copy(gan.discriminator.weights))
    assert not any((a == b).all() for a, b in zip(generator, copy(gan.generator.weights)))


def eager_reference(batches, gamma, decay=0.2):
    """The same updates written plainly: Keras' cross-entropy, one tape a network, no loop compiled."""
    generator, discriminator = networks()
    cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
    optimizers = keras.optimizers.Adam(1e-2), keras.optimizers.Adam(1e-2)
    average = copy(generator.weights)
    rows, twin = [], fresh_small_gan()  # whose draws are those of any GAN with its seed
    for real in map(tf.constant, batches):
        z = twin.draw_latent(len(real))
        fake = generator(z)
        with tf.GradientTape() as tape:
            on_real, on_fake = discriminator(real), discriminator(fake)
            loss = cross_entropy(tf.ones_like(on_real), on_real)
            loss += cross_entropy(tf.zeros_like(on_fake), on_fake)
            with tf.GradientTape() as inner:
                inner.watch(real)
                score = discriminator(real)
            by_input = inner.gradient(score, real)
            total = loss + gamma / 2 * tf.reduce_mean(tf.reduce_sum(by_input**2, axis=1))
        gradients = tape.gradient(total, discriminator.trainable_variables)
        optimizers[0].apply_gradients(zip(gradients, discriminator.trainable_variables))
        row = {
            "discriminator_loss": loss,
            "real_score": keras.ops.sigmoid(on_real).numpy().mean(),
            "fake_score": keras.ops.sigmoid(on_fake).numpy().mean(),
            "real_accuracy": (on_real.numpy() > 0).mean(),
            "fake_accuracy": (on_fake.numpy() < 0).mean(),
            "discriminator_gradient_norm": np.sqrt(sum((g.numpy() ** 2).sum() for g in gradients)),
        }
        with tf.GradientTape() as tape:
            on_fake = discriminator(generator(z))
            loss = cross_entropy(tf.ones_like(on_fake), on_fake)
        gradients = tape.gradient(loss, generator.trainable_variables)
        optimizers[1].apply_gradients(zip(gradients, generator.trainable_variables))
        d = min(decay, (len(rows) + 1) / (len(rows) + 11))
        average = [d * a + (1 - d) * w for a, w in zip(average, copy(generator.weights))]
        row["generator_loss"] = loss
        row["generator_gradient_norm"] = np.sqrt(sum((g.numpy() ** 2).sum() for g in gradients))
        rows.append([float(row[name]) for name in training.HISTORY_COLUMNS])
    return np.array(rows), generator, discriminator, average


@pytest.mark.slow
@pytest.mark.parametrize("jit_compile", [False, True])
def test_history_weights_and_ema_agree_with_a_plain_eager_loop(small_gan, points, jit_compile):
    gan = small_gan(penalties={"r1": 0.7}, jit_compile=jit_compile)
    batches = points[:128].reshape(8, 16, 2)
    gan.ema_decay.assign(0.2)  # reached within these updates, after the warm-up
    gan.train_on_batch(batches)
    rows, generator, discriminator, average = eager_reference(batches, 0.7)
    for column, expected in zip(training.HISTORY_COLUMNS, rows.T):
        assert np.allclose(gan.update_history[column], expected, rtol=2e-4, atol=1e-5), column
    for ours, theirs in (
        (gan.generator.weights, generator.weights),
        (gan.discriminator.weights, discriminator.weights),
    ):
        assert all(np.allclose(a, b, atol=1e-5) for a, b in zip(copy(ours), copy(theirs)))
    assert all(np.allclose(a, b, atol=1e-5) for a, b in zip(copy(gan.ema_weights), average))


@pytest.mark.slow
def test_the_ema_forgets_its_start_soon(small_gan, points):
    """After update t it keeps min(ema_decay, t / (t + 10)) of itself: 1/11, 2/12, ... at first."""
    gan = small_gan()
    gan.ema_decay.assign(0.3)  # reached at the fifth update: 4/14 < 0.3 < 5/15
    expected = copy(gan.generator.trainable_variables)
    for decay in (1 / 11, 2 / 12, 3 / 13, 4 / 14, 0.3, 0.3):
        gan.train_on_batch(points[None, :32])
        weights = copy(gan.generator.trainable_variables)
        expected = [decay * a + (1 - decay) * w for a, w in zip(expected, weights)]
        assert all(np.allclose(a, b, atol=1e-6) for a, b in zip(expected, copy(gan.ema_weights)))


@pytest.mark.parametrize("step", ["discriminator_step", "generator_step"])
def test_the_generator_is_in_training_mode_in_both_steps(points, step):
    """With BatchNormalization: D sees samples normalised by their own batch, and the moving statistics
    move by 1 % towards that batch's in each step."""
    keras.utils.set_random_seed(0)
    generator = models.dense_generator(3, (8,), (2,), output="linear", batch_norm=True)
    (norm,) = [one for one in generator.layers if isinstance(one, keras.layers.BatchNormalization)]
    gan = training.GAN(generator, networks()[1], latent_dim=3)
    gan.compile(keras.optimizers.SGD(0.0), keras.optimizers.SGD(0.0), jit_compile=False)
    z = 5 + 3 * gan.draw_latent(64)  # far from what the moving statistics expect
    hidden = generator.layers[0](z).numpy()
    fake = generator(z, training=True).numpy()
    norm.moving_mean.assign(np.zeros(8))
    norm.moving_variance.assign(np.ones(8))
    assert abs(fake - generator(z, training=False)).numpy().max() > 0.5
    measured = getattr(gan, step)(tf.constant(points[:64]), z)
    assert np.allclose(norm.moving_mean, 0.01 * hidden.mean(axis=0), rtol=1e-3)
    on_fake = gan.discriminator(fake).numpy()
    if step == "discriminator_step":
        assert np.isclose(measured["fake_score"], (1 / (1 + np.exp(-on_fake))).mean(), atol=1e-5)
    else:
        assert np.isclose(measured["generator_loss"], np.logaddexp(0, -on_fake).mean(), atol=1e-5)


@pytest.mark.slow
def test_every_discriminator_step_has_a_batch_of_its_own(small_gan, points):
    """Three steps of D in an update equal three single ones; only then does G move."""
    batches = tf.constant(points[:96].reshape(3, 32, 2))
    together, apart = small_gan(discriminator_steps=3), small_gan()
    together.train_step(batches[:1])  # n = 1: the same batch three times
    for _ in range(3):
        apart.discriminator_step(batches[0], apart.draw_latent(32))
    apart.generator_step(batches[0], apart.draw_latent(32))
    for a, b in zip(copy(together.discriminator.weights), copy(apart.discriminator.weights)):
        assert np.allclose(a, b, atol=1e-6)
    seen = []
    together.discriminator_step = lambda real, z: (
        seen.append(real.numpy()) or dict.fromkeys(training.HISTORY_COLUMNS, 0.0)
    )
    together.train_step(batches)
    assert [int(np.abs(batches - batch).sum(axis=(1, 2)).argmin()) for batch in seen] == [
        0,
        1,
        2,
    ] * 3


@pytest.mark.slow
def test_dropout_is_active_while_training(small_gan, points):
    """Keras leaves Dropout off in a sub-model called without training=True."""
    gan = small_gan(dropout=0.9, penalties={})
    (layer,) = [one for one in gan.discriminator.layers if isinstance(one, models.Dropout)]
    dropped, original = [], layer.call

    def watched(inputs, training=None):
        outputs = original(inputs, training=training)
        dropped.append(float(tf.reduce_mean(tf.cast(outputs[inputs != 0] == 0, "float32"))))
        return outputs

    layer.call = watched
    z = gan.draw_latent(len(points))
    gan.discriminator_step(tf.constant(points), z)
    gan.generator_step(tf.constant(points), z)
    assert len(dropped) == 3 and np.allclose(dropped, 0.9, atol=0.08)


@pytest.mark.slow
@old_array_call
def test_the_classic_keras_program_never_trains_its_discriminator(points):
    """compile(D), freeze D, compile(G + D): Keras 3 reads `trainable` when the step runs."""
    generator, discriminator = networks()
    discriminator.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
    discriminator.trainable = False
    combined = keras.Sequential([generator, discriminator])
    combined.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
    before, generator_before = copy(discriminator.weights), copy(generator.weights)
    with pytest.warns(UserWarning, match="does not have any trainable weights"):
        discriminator.train_on_batch(points[:32], np.ones((32, 1)))
    combined.train_on_batch(np.ones((32, 3)), np.ones((32, 1)))
    assert same(before, copy(discriminator.weights))
    assert not same(generator_before, copy(generator.weights))


@pytest.mark.slow
def test_settings_act_without_compiling_again(small_gan, points):
    gan = small_gan()
    traces, original = [], gan.generator_step
    gan.generator_step = lambda *inputs: traces.append(1) or original(*inputs)
    gan.fit(points, batch_size=16, epochs=1, verbose=0)
    traced = len(traces)
    weights = copy(gan.generator.weights), copy(gan.discriminator.weights)
    gan.set_learning_rates(0.0)
    gan.penalty_weights["r1"].assign(100.0)
    gan.active_latent_dim.assign(1)
    gan.fit(points, batch_size=16, epochs=1, verbose=0)
    assert len(traces) == traced >= 1
    assert same(weights[0], copy(gan.generator.weights))
    assert same(weights[1], copy(gan.discriminator.weights))
    norms = gan.update_history["discriminator_gradient_norm"]
    assert norms[-16:].mean() > 2 * norms[:16].mean()  # the penalty's new weight is felt
    one = gan.generate(np.float32([[0.3, 5, -5], [0.3, 0, 0]]))
    assert np.allclose(one[0], one[1])  # entries of z beyond the first are masked


def weights_of_both(gan):
    return copy(gan.generator.weights + gan.discriminator.weights + gan.ema_weights)


def traced(gan):
    """Counts how often Python runs a step of D: only while TensorFlow traces."""
    runs, step = [], gan.discriminator_step
    gan.discriminator_step = lambda *batches: runs.append(1) or step(*batches)
    return runs


@pytest.mark.slow
def test_a_loss_in_use_acts_as_if_it_were_the_only_one(small_gan, points):
    switching = small_gan(loss=list(LOSSES))
    runs = traced(switching)
    batches = points[:64].reshape(2, 32, 2)
    switching.train_on_batch(batches)
    compiled = len(runs)
    for name in LOSSES:
        single = small_gan(loss=name)
        switching.reset()
        switching.set_loss(name)
        for gan in (switching, single):
            gan.train_on_batch(batches)
        assert len(runs) == compiled and switching.loss_name == name
        for ours, theirs in zip(weights_of_both(switching), weights_of_both(single)):
            assert np.allclose(ours, theirs, atol=1e-6), name
        for column in training.HISTORY_COLUMNS:
            ours, theirs = switching.update_history[column], single.update_history[column]
            assert np.allclose(ours, theirs, atol=1e-5), (name, column)


@pytest.mark.slow
def test_a_chosen_number_of_steps_is_made_without_compiling_again(small_gan, points):
    batches = points[:192].reshape(6, 32, 2)
    choosing, fixed = small_gan(discriminator_steps=[1, 2, 5]), small_gan(discriminator_steps=5)
    runs = traced(choosing)
    choosing.train_on_batch(batches)
    compiled = len(runs)
    choosing.reset()
    choosing.set_discriminator_steps(5)
    for gan in (choosing, fixed):
        gan.train_on_batch(batches)
    assert len(runs) == compiled and choosing.discriminator_steps == 5
    for ours, theirs in zip(weights_of_both(choosing), weights_of_both(fixed)):
        assert np.allclose(ours, theirs, atol=1e-6)
    with pytest.raises(ValueError, match=r"compiled for \(1, 2, 5\) steps of D, got 3"):
        choosing.set_discriminator_steps(3)
    with pytest.raises(ValueError, match="compiled for .'non_saturating',., got 'hinge'"):
        choosing.set_loss("hinge")


@pytest.mark.slow
def test_no_setting_makes_xla_compile_again(small_gan, points):
    """XLA may compile anew without Python being asked, for each value of what it takes as fixed."""
    gan = small_gan(loss=list(LOSSES), discriminator_steps=[1, 2, 3], jit_compile=True)
    batches = points[:192].reshape(6, 32, 2)

    def seconds():
        start = time.perf_counter()
        gan.train_on_batch(batches)
        return time.perf_counter() - start

    compiling = seconds()
    for turn in (
        lambda: gan.set_discriminator_steps(3),
        lambda: gan.set_discriminator_steps(2),
        lambda: gan.set_loss("relativistic"),
        lambda: gan.active_latent_dim.assign(1),
        lambda: gan.penalty_weights["r1"].assign(0.3),
        lambda: gan.generator_optimizer.learning_rate.assign(1e-4),
        gan.reset,
    ):
        turn()
        assert seconds() < compiling / 5


@pytest.mark.slow
def test_reset_repeats_the_run_and_keeps_settings(small_gan, points):
    gan = small_gan(dropout=0.2)
    gan.fit(points, batch_size=32, epochs=2, verbose=0)
    first, history = copy(gan.weights), gan.update_history
    gan.generator_optimizer.learning_rate.assign(0.5)
    gan.reset()
    assert gan.updates_made == 0 and len(gan.update_history["generator_loss"]) == 0
    assert np.isclose(gan.generator_optimizer.learning_rate.numpy(), 0.5)
    gan.generator_optimizer.learning_rate.assign(1e-2)
    gan.fit(points, batch_size=32, epochs=2, verbose=0)
    assert all((a == b).all() for a, b in zip(first, copy(gan.weights)))
    for column in training.HISTORY_COLUMNS:
        assert (gan.update_history[column] == history[column]).all()


@pytest.mark.slow
def test_reset_sets_learning_rates_to_where_their_decay_began(small_gan, points):
    gan = small_gan(halving_updates=5)
    gan.fit(points, batch_size=32, verbose=0)
    rates = [gan.generator_optimizer.learning_rate, gan.discriminator_optimizer.learning_rate]
    assert np.allclose([float(rate) for rate in rates], 1e-2 / (1 + 8 / 5), rtol=1e-4)
    gan.reset()
    assert np.allclose([float(rate) for rate in rates], 1e-2, rtol=1e-4)


@pytest.mark.slow
def test_one_network_steps_alone_and_the_history_says_what_was_measured(small_gan, points):
    gan = small_gan()
    real = points[:32]
    networks = {"discriminator": gan.discriminator, "generator": gan.generator}
    for moved, still in (("discriminator", "generator"), ("generator", "discriminator")):
        before = {name: copy(network.weights) for name, network in networks.items()}
        measured = gan.step_alone(moved, real)
        assert measured[f"{moved}_loss"] > 0
        assert same(before[still], copy(networks[still].weights))
        assert not same(before[moved], copy(networks[moved].weights))
    gan.step_alone("generator", real)
    history = gan.update_history
    assert gan.updates_made == 2 and len(history["generator_loss"]) == 2
    assert np.isfinite(history["generator_loss"]).all()
    assert np.isfinite(history["real_score"]).tolist() == [True, False]  # G moved alone, twice
    with pytest.raises(ValueError, match="network must be .* got 'critic'"):
        gan.step_alone("critic", real)
    with pytest.raises(ValueError, match="samples must have shape"):
        gan.step_alone("generator", real[:, :1])
    gan.generator_optimizer.learning_rate.assign(1e38)
    with pytest.raises(training.NonFiniteTraining, match="update 3"):
        for _ in range(3):
            kept = copy(gan.generator.weights)
            gan.step_alone("generator", real)
    assert same(kept, copy(gan.generator.weights))


def one_of(stacked, index, network):
    """Gives a plain network the weights of one of the stacked ones."""
    network.set_weights([weights.numpy()[index] for weights in stacked.weights])
    return network


@pytest.mark.slow
def test_gans_in_one_batched_model_are_independent(points):
    """GAN 1 of two against a single GAN with its weights, its data and its noise; R1 and R2."""
    keras.utils.set_random_seed(0)
    generators = models.dense_generators((1, 3), (8,))
    both = training.GAN(generators, models.dense_discriminators(2, (8,), minibatch_std=True), 6)
    rules = {"penalties": {"r1": 0.5, "r2": 0.5}, "jit_compile": False}
    both.compile(keras.optimizers.SGD(0.2), keras.optimizers.SGD(0.2), **rules)
    alone = training.GAN(
        one_of(both.generator, 1, models.dense_generator(3, (8,), (2,), output="linear")),
        one_of(both.discriminator, 1, models.dense_discriminator((8,), (2,), minibatch_std=True)),
        latent_dim=3,
    )
    alone.compile(keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1), **rules)
    real = tf.constant(points[:64].reshape(32, 2, 2))
    for _ in range(3):
        z = both.draw_latent(32)
        for step, narrow in (
            (both.discriminator_step, alone.discriminator_step),
            (both.generator_step, alone.generator_step),
        ):
            step(real, z)
            narrow(real[:, 1], z[:, 3:])
    for together, network in (
        (both.generator, alone.generator),
        (both.discriminator, alone.discriminator),
    ):
        for stacked, weights in zip(together.weights, network.weights):
            assert np.allclose(stacked.numpy()[1], weights.numpy(), atol=1e-5)
    samples = both.sample(5, seed=0)
    assert samples.shape == (5, 2, 2)


@pytest.mark.slow
@pytest.mark.parametrize("jit_compile", [True, False])
def test_learning_rates_decay_as_asked_and_from_an_assigned_one(small_gan, points, jit_compile):
    """rate / (1 + t / h) after t updates; one set by hand at update t falls by (h + t) / (h + t')."""
    gan = small_gan(halving_updates=20, jit_compile=jit_compile)
    optimizers = gan.generator_optimizer, gan.discriminator_optimizer
    before = [optimizer.learning_rate.numpy() for optimizer in optimizers]
    gan.fit(points, batch_size=16, epochs=2, verbose=0)
    for optimizer, rate in zip(optimizers, before):
        assert np.isclose(optimizer.learning_rate.numpy(), rate / (1 + 32 / 20), rtol=1e-5)
    gan.generator_optimizer.learning_rate.assign(0.5)
    gan.fit(points, batch_size=16, epochs=1, verbose=0)
    assert np.isclose(gan.generator_optimizer.learning_rate.numpy(), 0.5 * 52 / 68, rtol=1e-5)
    constant = small_gan(jit_compile=jit_compile)
    constant.fit(points, batch_size=16, epochs=1, verbose=0)
    assert constant.generator_optimizer.learning_rate.numpy() == before[0]


@pytest.mark.slow
def test_every_draw_of_noise_is_new_and_follows_the_seed(small_gan):
    """Two draws are independent, and so are two seeds; each is standard normal; one seed repeats."""
    gan, again, other = small_gan(), small_gan(), small_gan(seed=1)
    draws = [one.draw_latent(2000).numpy().ravel() for one in (gan, gan, other)]
    assert np.allclose(np.corrcoef(draws), np.eye(3), atol=0.05)
    assert np.isfinite(draws).all()
    for below, fraction in ((-2, 0.02275), (-1, 0.15866), (0, 0.5), (1, 0.84134), (2, 0.97725)):
        error = np.sqrt(fraction * (1 - fraction) / np.size(draws))  # one standard deviation of it
        assert abs((np.array(draws) < below).mean() - fraction) < 4 * error
    assert (again.draw_latent(2000).numpy().ravel() == draws[0]).all()


@pytest.mark.slow
@pytest.mark.parametrize("name", LOSSES)
def test_the_generator_descends_its_loss(small_gan, points, name):
    """Also the paired one, which needs D's opinion of the real samples."""
    gan = small_gan(loss=name, penalties={})
    real, z = tf.constant(points[:16]), gan.draw_latent(16)
    on_real, on_fake = gan.discriminator(real), gan.discriminator(gan.generator(z))
    expected = float(LOSSES[name].generator(on_real, on_fake))
    assert np.isclose(gan.generator_step(real, z)["generator_loss"], expected, rtol=1e-5)


@pytest.mark.slow
def test_penalty_weight_acts(small_gan, points):
    """The gradient of D's whole loss is affine in the weight; at 0 it is that of the bare loss."""
    norms = []
    for weight in (0.0, 50.0):
        gan = small_gan()
        gan.penalty_weights["r1"].assign(weight)
        measured = gan.discriminator_step(tf.constant(points), gan.draw_latent(len(points)))
        norms.append(float(measured["discriminator_gradient_norm"]))
    bare = small_gan(penalties={})
    bare = bare.discriminator_step(tf.constant(points), bare.draw_latent(len(points)))
    assert np.isclose(norms[0], float(bare["discriminator_gradient_norm"]))
    assert norms[1] > 2 * norms[0]


@pytest.mark.slow
def test_a_generator_without_a_training_argument_is_trained(points):
    gan = training.GAN(WithoutTraining(), networks()[1], latent_dim=3)
    gan.compile(keras.optimizers.Adam(), keras.optimizers.Adam())
    gan.fit(points, batch_size=16, verbose=0)
    z = np.ones((2, 3), "float32")
    assert (gan.generator(z, training=True) != gan.generator(z, training=False)).numpy().any()
    for ema in (True, False):
        assert (gan.generate(z, ema)[0] == gan.generate(z, ema)[1]).all()
    assert np.isfinite(gan.sample(5, seed=0)).all()


@pytest.fixture
def policy():
    """Sets the dtype policy, and back at the end."""
    yield keras.mixed_precision.set_dtype_policy
    keras.mixed_precision.set_dtype_policy("float32")


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["course", "wide_dropout"])
def test_bfloat16_trains_with_losses_and_samples_in_float32(policy, preset):
    policy("mixed_bfloat16")
    gan = training.gan_from_preset(training.PRESETS[preset], jit_compile=False)
    assert gan.generator.layers[0].compute_dtype == "bfloat16"
    images = np.random.default_rng(0).uniform(-1, 1, (64, 28, 28, 1)).astype("float32")
    gan.fit(images, batch_size=16, epochs=2, verbose=0)
    assert np.isfinite([*gan.update_history.values()]).all() and gan.updates_made == 8
    assert gan.sample(2, seed=0).dtype == np.float32
    assert {variable.dtype for variable in gan.generator_optimizer.variables} <= {
        "float32",
        "int64",
        "int32",
    }


@pytest.mark.slow
def test_same_seed_same_bits_other_seed_other_weights(small_gan, points):
    runs = []
    for seed in (0, 0, 1):
        gan = small_gan(seed=seed, jit_compile=True)
        gan.fit(points, batch_size=16, epochs=2, verbose=0)
        runs.append(copy(gan.generator.weights))
    assert same(runs[0], runs[1]) and not same(runs[0], runs[2])


@pytest.mark.slow
def test_samples_follow_seed_and_ema(small_gan, points):
    gan = small_gan()
    gan.fit(points, batch_size=16, epochs=1, verbose=0)
    assert (gan.sample(7, seed=3) == gan.sample(7, seed=3)).all()
    assert (gan.sample(7, seed=3) != gan.sample(7, seed=4)).any()
    assert (gan.sample(7, seed=3) != gan.sample(7, seed=3, ema=False)).any()
    z = np.random.default_rng(0).normal(size=(2001, 3)).astype("float32")
    assert np.allclose(gan.generate(z, ema=False), gan.generator(z), atol=1e-6)
    assert np.allclose(gan.predict(z, verbose=0), gan.generate(z), atol=1e-6)


@pytest.mark.slow
def test_any_keras_model_can_be_a_network(points):
    """Networks need not be built, Sequential, or serializable."""

    class Twist(keras.Model):
        def __init__(self, width):
            super().__init__()
            self.inner = [keras.layers.Dense(8, "tanh"), keras.layers.Dense(width)]

        def call(self, inputs, training=False):
            return self.inner[1](self.inner[0](inputs))

    gan = training.GAN(Twist(2), Twist(1), latent_dim=3)
    gan.compile(keras.optimizers.Adam(), keras.optimizers.SGD(0.1), loss="hinge")
    gan.fit(points, batch_size=16, epochs=1, verbose=0)
    assert gan.sample(4, seed=0).shape == (4, 2)


def test_bad_latents_sizes_and_times_are_refused(small_gan):
    gan = small_gan()
    for z in (np.zeros((2, 4)), np.zeros(3), np.zeros((0, 3))):
        with pytest.raises(ValueError, match=r"z must have shape \(n, 3\)"):
            gan.generate(z)
    with pytest.raises(ValueError, match="n must be a whole number"):
        gan.sample(0, seed=0)
    with pytest.raises(ValueError, match="seconds must be above 0, got 0"):
        training.TimeLimit(0)
