import re

from helpers import data, models, training
from helpers.training import batching

import keras
import numpy as np
import pytest
import tensorflow as tf
from small import equal, everything, networks


@pytest.mark.slow
def test_fit_logs_the_epochs_mean_and_passes_over_all_samples(small_gan, points):
    gan = small_gan()
    fitted = gan.fit(points, batch_size=16, epochs=2, verbose=0)
    assert gan.updates_made == 2 * (256 // 16)
    for column, values in gan.update_history.items():
        means = values.reshape(2, -1).mean(axis=1)
        assert np.allclose(fitted.history[column], means, rtol=1e-5), column


def test_fit_does_not_wait_for_tf_data(points):
    """The thread that tunes a dataset sleeps up to seconds, and the end of `fit` would wait for it."""
    dataset = batching.Batches(points, 16, updates_per_call=4, seed=0).dataset()
    assert dataset.options().autotune.enabled is False


def test_one_epoch_shows_every_sample_once(points):
    batches = batching.Batches(points, 16, updates_per_call=4, seed=0)
    calls = [*batches.dataset().take(batches.calls)]
    first = np.concatenate([batch.numpy().reshape(-1, 2) for batch in calls])
    assert sorted(map(tuple, first)) == sorted(map(tuple, points))
    assert not (first == points).all()


@pytest.mark.slow
def test_training_reaches_the_ring(small_gan, points):
    """A band on a real run: generated radii end near 1, where they began near 0."""
    keras.utils.set_random_seed(0)
    gan = training.GAN(
        models.dense_generator(3, (32, 32), (2,), output="linear"),
        models.dense_discriminator((32, 32), (2,)),
        latent_dim=3,
    )
    adam = {"learning_rate": 2e-3, "beta_1": 0.0, "beta_2": 0.99}
    gan.compile(keras.optimizers.Adam(**adam), keras.optimizers.Adam(**adam), penalties={"r1": 0.1})
    gan.fit(np.tile(points, (16, 1)), batch_size=64, epochs=25, verbose=0)
    radius = np.linalg.norm(gan.sample(500, seed=1), axis=1)
    assert 0.85 < np.median(radius) < 1.15 and (abs(radius - 1) < 0.3).mean() > 0.8


@pytest.mark.slow
def test_a_keras_user_finds_callbacks_and_datasets(small_gan, points):
    seen = []
    callback = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: seen.append(set(logs))
    )
    gan = small_gan()
    gan.fit(points, batch_size=16, epochs=2, verbose=0, callbacks=[callback])
    assert seen == [set(training.HISTORY_COLUMNS)] * 2
    ordinary = tf.data.Dataset.from_tensor_slices(points).batch(32, drop_remainder=True)
    gan.fit(ordinary, epochs=1, verbose=0)
    assert gan.updates_made == 2 * 16 + 8


@pytest.mark.slow
def test_a_tensor_is_cut_into_batches_like_an_array(small_gan, points):
    array, tensor = small_gan(), small_gan()
    array.fit(points, batch_size=64, epochs=2, verbose=0)
    tensor.fit(tf.constant(points), None, 64, 2, 0)  # Keras' order of arguments
    assert array.updates_made == 8 and equal(everything(array), everything(tensor))


@pytest.mark.slow
def test_shuffle_is_as_in_keras(small_gan, points):
    """False: every epoch in the order of the array; True, the default: another one each time."""
    in_order = batching.Batches(points, 16, updates_per_call=4, seed=0, shuffle=False)
    for call in (0, 3, 4):
        rows = in_order.rows(call)
        assert (rows.ravel() == np.arange(64) + 64 * (call % 4)).all()
    shuffled = batching.Batches(points, 16, updates_per_call=4, seed=0)
    orders = [np.concatenate([shuffled.rows(4 * e + c).ravel() for c in range(4)]) for e in (0, 1)]
    assert (np.sort(orders) == np.arange(256)).all() and (orders[0] != orders[1]).any()
    runs = {}
    for shuffle in (True, False, None):
        gan = small_gan()
        gan.fit(
            points, batch_size=16, verbose=0, **({} if shuffle is None else {"shuffle": shuffle})
        )
        runs[shuffle] = everything(gan)
    assert equal(runs[True], runs[None]) and not equal(runs[True], runs[False])


def of(*batches):
    return tf.data.Dataset.from_tensor_slices(np.stack(batches))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda x: x.batch(16).map(lambda b: tf.cast(b, "uint8")),
            "must be float32, got uint8.*127.5",
        ),
        (
            lambda x: x.batch(16).map(lambda b: tf.cast(b, "float64")),
            "must be float32, got float64",
        ),
        (lambda x: x.batch(16).map(lambda b: b[:, :1]), r"\(None, 2\) or \(None, None, 2\), got"),
        (lambda x: x.batch(16).map(lambda b: (b, b)), "samples alone.*dataset.map"),
        (lambda x: x.batch(16).map(lambda b: b / 0), "not finite"),
        (lambda x: x.batch(16).batch(2).map(lambda b: b / 0), "not finite"),
        (lambda x: x, r"batches must have shape \(None, 2\)"),
    ],
)
def test_a_dataset_is_checked_like_an_array(small_gan, points, change, message):
    gan = small_gan()
    before = everything(gan)
    with pytest.raises(ValueError, match=message):
        gan.fit(change(tf.data.Dataset.from_tensor_slices(points)), verbose=0)
    assert equal(before, everything(gan))


@pytest.mark.slow
def test_pixels_of_a_dataset_are_checked_too():
    gan = training.GAN(
        models.dense_generator(2, (4,), (2, 2, 1)), models.dense_discriminator((4,), (2, 2, 1)), 2
    )
    gan.compile(keras.optimizers.Adam(), keras.optimizers.Adam())
    images = np.random.default_rng(0).uniform(0, 255, (4, 8, 2, 2, 1)).astype("float32")
    for dataset in (of(*images), of(*images).batch(2)):
        with pytest.raises(ValueError, match=r"pixels must lie in \[-1, 1\], got \[.*25"):
            gan.fit(dataset, verbose=0)
    gan.fit(of(*images).map(lambda x: x / 127.5 - 1), verbose=0)
    assert gan.updates_made == 4


@pytest.mark.slow
def test_single_batches_give_every_discriminator_step_its_own(small_gan, points):
    """Also where the last one is smaller; an update for each batch, as for an array."""
    gan, seen = small_gan(discriminator_steps=3, run_eagerly=True, penalties={}), []
    step = gan.discriminator_step
    gan.discriminator_step = lambda real, z: seen.append(real.numpy()) or step(real, z)
    gan.fit(tf.data.Dataset.from_tensor_slices(points[:220]).batch(32), epochs=1, verbose=0)
    assert gan.updates_made == 7 and len(seen) == 21
    for update in range(6):
        firsts = {tuple(batch[0]) for batch in seen[3 * update : 3 * update + 3]}
        assert len(firsts) == 3
    assert {len(batch) for batch in seen} == {32, 28}
    endless = tf.data.Dataset.from_tensor_slices(points).batch(32).repeat()
    gan.fit(endless, epochs=1, steps_per_epoch=6, verbose=0)
    assert gan.updates_made == 7 + 6


@pytest.mark.slow
@pytest.mark.parametrize("rates", [(1e-2, 1e-2), (1e-2, 4e-2)])
def test_a_scheduler_acts_on_both_optimizers(points, rates):
    """Equal rates stay equal; of two different ones the discriminator's keeps its ratio."""
    gan = training.GAN(*networks(), latent_dim=3)
    gan.compile(*map(keras.optimizers.SGD, rates), jit_compile=False)
    seen = []
    keep = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: seen.append(
            [
                float(gan.generator_optimizer.learning_rate),
                float(gan.discriminator_optimizer.learning_rate),
            ]
        )
    )
    scheduler = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.5)
    fitted = gan.fit(points, batch_size=64, epochs=3, verbose=0, callbacks=[scheduler, keep])
    assert np.allclose(seen, np.outer([0.5, 0.25, 0.125], rates), rtol=1e-5)
    assert np.allclose(fitted.history["learning_rate"], np.array(seen)[:, 0])
    plateau = keras.callbacks.ReduceLROnPlateau(
        "generator_loss", mode="max", factor=0.1, patience=1
    )
    plateau.min_delta = 1e9  # nothing is an improvement
    seen.clear()
    gan.fit(points, batch_size=64, epochs=3, verbose=0, callbacks=[plateau, keep])
    assert np.allclose(seen[-1], 0.125 * np.array(rates) * 0.01, rtol=1e-4)


@pytest.mark.slow
def test_evaluate_reports_the_losses_and_changes_nothing(small_gan, points):
    gan = small_gan(dropout=0.5)
    gan.fit(points, batch_size=16, verbose=0)
    before = everything(gan)
    measured = gan.evaluate(points, batch_size=100, return_dict=True)
    assert [*measured.values()] == gan.evaluate(points, batch_size=100)
    assert equal(before, everything(gan))
    real = gan.discriminator(points).numpy().ravel()
    assert np.isclose(measured["real_accuracy"], (real > 0).mean(), atol=1e-6)
    assert np.isclose(measured["real_score"], (1 / (1 + np.exp(-real))).mean(), atol=1e-5)
    z = np.random.default_rng(0).normal(size=(20_000, 3)).astype("float32")  # other noise, as much
    fake = gan.discriminator(gan.generator(z)).numpy().ravel()
    losses = (
        np.logaddexp(0, -real).mean() + np.logaddexp(0, fake).mean(),
        np.logaddexp(0, -fake).mean(),
    )
    assert np.allclose(
        [measured["discriminator_loss"], measured["generator_loss"]], losses, atol=0.05
    )
    dataset = tf.data.Dataset.from_tensor_slices(points).batch(100)
    assert np.allclose(gan.evaluate(dataset), [*measured.values()], atol=1e-6)


@pytest.mark.slow
def test_evaluate_weighs_every_sample_alike_in_inference_mode(points):
    """Real scores of batches that differ, the last one small; BatchNorm in G stays as it is."""
    generator, discriminator = networks()
    generator = keras.Sequential([generator, keras.layers.BatchNormalization()])
    gan = training.GAN(generator, discriminator, latent_dim=3)
    gan.compile("sgd", keras.optimizers.SGD(), jit_compile=False)
    discriminator.layers[-1].kernel.assign(np.linspace(-9, 9, 8)[:, None])
    ordered, before = points[np.argsort(points[:, 0])][:110], everything(gan)
    scores = 1 / (1 + np.exp(-discriminator(ordered).numpy()))
    means = [scores[:100].mean(), scores[100:].mean()]
    assert abs(scores.mean() - np.mean(means)) > 0.01
    measured = gan.evaluate(ordered, batch_size=100, return_dict=True)
    assert np.isclose(measured["real_score"], scores.mean(), atol=1e-5)
    assert equal(before, everything(gan))


@pytest.mark.slow
def test_validation_is_reported_and_trains_nothing(small_gan, points):
    plain, validated, split = small_gan(), small_gan(), small_gan()
    plain.fit(points[:192], batch_size=16, epochs=2, verbose=0)
    fitted = validated.fit(
        points[:192], batch_size=16, epochs=2, verbose=0, validation_data=points[192:]
    )
    assert equal(everything(plain), everything(validated))
    last = validated.evaluate(points[192:], batch_size=16, return_dict=True)
    for name, value in last.items():
        assert len(fitted.history[f"val_{name}"]) == 2
        assert np.isclose(fitted.history[f"val_{name}"][-1], value)
    again = split.fit(points, batch_size=16, epochs=2, verbose=0, validation_split=0.25)
    assert equal(everything(split), everything(plain))
    assert again.history["val_generator_loss"] == fitted.history["val_generator_loss"]


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"y": np.zeros(256)}, "y was given, and a GAN learns from samples x alone"),
        ({"sample_weight": np.zeros(256)}, "sample_weight was given"),
        ({"class_weight": {0: 1}}, "class_weight was given"),
        ({"validation_data": (np.zeros((3, 2)), np.zeros(3))}, "without labels, got tuple"),
        ({"validation_data": np.zeros((3, 2))}, "must be float32, got float64"),
        ({"validation_split": 1.5}, "validation_split=1.5 leaves"),
        ({"validation_split": -0.5}, "validation_split=-0.5 leaves"),
        ({"steps_per_epoch": 3}, "steps_per_epoch is for a Dataset"),
        ({"x": [[0.0, 1.0]]}, "array, a tensor or a tf.data.Dataset.*got list"),
        ({"x": of(np.zeros((4, 2), "float32")), "batch_size": 4}, "batches already"),
        ({"x": of(np.zeros((4, 2), "float32")), "validation_split": 0.5}, "is for arrays"),
    ],
)
def test_fit_refuses_what_means_nothing_for_a_gan(small_gan, points, rules, message):
    with pytest.raises(ValueError, match=message):
        small_gan().fit(**{"x": points, "verbose": 0, **rules})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x: x.astype("float64"), "must be float32, got float64"),
        (lambda x: (127 * x + 127).astype("uint8"), "must be float32, got uint8"),
        (lambda x: x[:, :1], r"shape \(n, 2\), n >= 1, got \(256, 1\)"),
        (lambda x: x[:0], r"n >= 1, got \(0, 2\)"),
        (lambda x: np.where(np.arange(256)[:, None] == 3, np.float32("nan"), x), "not finite"),
        (lambda x: x[:15], "15 samples do not fill one batch of 16"),
    ],
)
def test_fit_refuses_samples(small_gan, points, change, message):
    with pytest.raises(ValueError, match=message):
        small_gan().fit(change(points), batch_size=16, verbose=0)


@pytest.mark.parametrize("pixels", [(0, 255), (-1.5, 0), (-128, 127), (-1.01, 1)])
def test_fit_refuses_pixels_on_another_scale(pixels):
    expected = re.escape(f"must lie in [-1, 1], got [{pixels[0]:g}, {pixels[1]:g}]")
    with pytest.raises(ValueError, match=expected):
        data.check_samples(np.float32(pixels).reshape(2, 1, 1, 1), (1, 1, 1))
    data.check_samples(np.float32([-1, 1]).reshape(2, 1, 1, 1), (1, 1, 1))


def test_fit_refuses_a_batch_of_nothing(small_gan, points):
    with pytest.raises(ValueError, match="batch_size must be a whole number"):
        small_gan().fit(points, batch_size=0)
