from helpers import models

import keras
import numpy as np
import pytest
import tensorflow as tf


def test_generator_shapes_ranges_and_size():
    generator = models.dense_generator(7, (11, 13), (4, 5, 1))
    images = generator(30 * np.ones((3, 7), "float32")).numpy()
    assert images.shape == (3, 4, 5, 1) and images.dtype == np.float32
    assert np.abs(images).max() <= 1
    assert generator.count_params() == 7 * 11 + 11 + 11 * 13 + 13 + 13 * 20 + 20


@pytest.mark.parametrize(("output", "ends"), [("tanh", (-1, 1)), ("sigmoid", (-1, 1))])
def test_outputs_reach_both_ends_of_the_pixel_scale(output, ends):
    generator = models.dense_generator(1, (1,), (2,), output=output)
    generator.layers[-2 if output == "tanh" else -3].set_weights(
        [np.float32([[-99, 99]]), np.zeros(2)]
    )
    generator.layers[0].set_weights([np.ones((1, 1)), np.zeros(1)])
    assert np.allclose(generator(np.ones((1, 1))), [ends], atol=1e-6)


def test_leaky_relu_has_a_negative_slope_of_one_fifth():
    """Keras' default is 0.3."""
    discriminator = models.dense_discriminator((1,), (1,))
    for layer in (discriminator.layers[1], discriminator.layers[-1]):
        layer.set_weights([np.ones((1, 1)), np.zeros(1)])
    assert np.allclose(discriminator(np.float32([[-1], [2]])), [[-0.2], [2]])


def test_discriminator_gives_an_unbounded_logit():
    discriminator = models.dense_discriminator((9,), (4, 4, 1))
    logits = discriminator(100 * np.random.default_rng(0).normal(size=(50, 4, 4, 1))).numpy()
    assert logits.shape == (50, 1) and np.abs(logits).max() > 1


def test_unit_pixels_rescale_minus_one_to_zero():
    discriminator = models.dense_discriminator((1,), (2,), "relu", unit_pixels=True)
    rescaled = keras.Model(discriminator.inputs[0], discriminator.layers[1].output)
    assert rescaled(np.float32([[-1, 1]])).numpy().tolist() == [[0, 1]]


def test_minibatch_std_is_small_if_a_batch_repeats_itself():
    rows = np.float32([[0, 10], [2, 30]])
    added = models.MinibatchStd()(rows).numpy()
    assert np.allclose(added[:, :2], rows) and np.allclose(added[:, 2], (1 + 10) / 2)
    assert np.allclose(models.MinibatchStd()(rows[[0, 0, 0]])[:, 2], 0, atol=1e-3)


def test_dropout_keeps_the_mean_and_drops_independently():
    """Against the binomial distribution: fraction kept, scale, and no correlation between calls, layers
    or positions."""
    keras.utils.set_random_seed(0)
    ones, layers = np.ones((200, 500), "float32"), [models.Dropout(0.3), models.Dropout(0.3)]
    masks = [layer(ones, training=True).numpy() for layer in (*layers, *layers)]
    assert np.allclose(np.unique(masks), [0, 1 / 0.7])
    kept = np.float64(masks) > 0
    error = np.sqrt(0.3 * 0.7 / ones.size)  # standard deviation of a fraction
    assert np.allclose(kept.mean(axis=(1, 2)), 0.7, atol=4 * error)
    assert np.allclose(kept.mean(axis=1), 0.7, atol=5 * np.sqrt(0.3 * 0.7 / 200))  # each column
    assert np.allclose(kept.mean(axis=2), 0.7, atol=5 * np.sqrt(0.3 * 0.7 / 500))  # each row
    assert np.allclose(np.corrcoef(kept.reshape(4, -1)), np.eye(4), atol=5 / np.sqrt(ones.size))
    for lag in (1, 2, 500):
        flat = kept[0].ravel()
        assert abs(np.corrcoef(flat[lag:], flat[:-lag])[0, 1]) < 5 / np.sqrt(ones.size)
    assert (layers[0](ones, training=False) == ones).numpy().all()


def test_dropout_drops_the_same_values_under_xla():
    keras.utils.set_random_seed(0)
    ones, layer = np.ones((8, 9), "float32"), models.Dropout(0.5)
    layer.build(ones.shape)
    start = layer.draws.numpy()
    plain = layer(ones, training=True).numpy()
    layer.draws.assign(start)
    compiled = tf.function(lambda x: layer(x, training=True), jit_compile=True)
    assert (compiled(tf.constant(ones)).numpy() == plain).all()
    assert layer.draws.numpy() == start + 1


@pytest.mark.slow
def test_the_fraction_of_shifted_batches_grows_from_0_to_1():
    """After the warm-up each of the nine shifts by at most one pixel has probability 1 / 9."""
    image = np.arange(12, dtype="float32").reshape(1, 3, 4, 1)
    layer = models.RandomShift(1, warm_up=50)
    shift = tf.function(lambda: layer(image, training=True))
    assert (shift().numpy() == image).all()
    rolled = [np.roll(image, (i, j), (1, 2)) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    layer.draws.assign(50)
    shifted = [shift().numpy() for _ in range(900)]
    counts = np.array([sum((one == other).all() for one in shifted) for other in rolled])
    assert counts.sum() == 900
    assert ((counts - 100) ** 2 / 100).sum() < 26.1  # chi-square, 8 degrees of freedom, p = 0.001
    layer.warm_up = 10**9  # so long that the fraction stays at one half
    layer.draws.assign(5 * 10**8)
    shift = tf.function(lambda: layer(image, training=True))
    unshifted = np.mean([(shift().numpy() == image).all() for _ in range(900)])
    assert abs(unshifted - (0.5 + 0.5 / 9)) < 4 * np.sqrt(0.25 / 900)
    assert (layer(image, training=False) == image).numpy().all()


def test_shifts_follow_the_seed():
    image = np.arange(100, dtype="float32").reshape(1, 10, 10, 1)

    def shifted(seed):
        keras.utils.set_random_seed(seed)
        layer = models.RandomShift(4, warm_up=1)
        return np.array([layer(image, training=True) for _ in range(20)])

    assert (shifted(0) == shifted(0)).all() and not (shifted(0) == shifted(1)).all()


def test_gradients_pass_through_a_shift():
    layer = models.RandomShift(2, warm_up=1)
    image, weight = np.random.default_rng(0).normal(size=(2, 1, 5, 5, 1)).astype("float32")
    layer.build(image.shape)
    layer.draws.assign(7)
    with tf.GradientTape() as tape:
        tape.watch(image := tf.constant(image))
        total = tf.reduce_sum(layer(image, training=True) * weight)
    assert np.isclose(total, tf.reduce_sum(tape.gradient(total, image) * image), rtol=1e-5)


def test_shift_refuses_zero_pixels_and_points():
    with pytest.raises(ValueError, match="at least 1, got 0 and 12000"):
        models.RandomShift(0)
    with pytest.raises(ValueError, match=r"height, width, channels\), got \(None, 2\)"):
        models.dense_discriminator((8,), (2,), shift=1)


def test_batch_norm_comes_before_the_activation():
    """ReLU then cuts off half of the centred values: half of the outputs are zero."""
    keras.utils.set_random_seed(0)
    generator = models.dense_generator(4, (50,), (2,), activation="relu", batch_norm=True)
    hidden = keras.Model(generator.inputs[0], generator.layers[-3].output)
    outputs = hidden(np.random.default_rng(0).normal(3, 1, (500, 4)), training=True).numpy()
    assert outputs.min() == 0 and 0.35 < (outputs == 0).mean() < 0.65


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"latent_dim": 0}, "latent_dim must be at least 1, got 0"),
        ({"units": (8, 0)}, "width in units must be at least 1, got 0"),
        ({"activation": "swish"}, "activation must be one of.*'swish'"),
        ({"output": "softmax"}, "output must be one of.*'softmax'"),
    ],
)
def test_generator_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        models.dense_generator(**{"latent_dim": 2, "units": (8,), **arguments})


@pytest.mark.parametrize("dropout", [-0.1, 1.0])
def test_discriminator_refuses_dropout_out_of_range(dropout):
    with pytest.raises(ValueError, match=f"dropout must be at least 0 and below 1, got {dropout}"):
        models.dense_discriminator((8,), dropout=dropout)


def test_batched_generators_use_their_own_section_of_z():
    keras.utils.set_random_seed(0)
    generators = models.dense_generators((1, 3), (8,))
    z = np.random.default_rng(0).normal(size=(4, 6)).astype("float32")
    changes = []
    for entry in range(6):
        other = z.copy()
        other[:, entry] += 1
        gap = abs(generators(other).numpy() - generators(z).numpy()).max(axis=(0, 2))
        changes.append((gap > 1e-6).tolist())
    assert changes == [[True, False], *[[False, False]] * 2, *[[False, True]] * 3]


def test_batched_networks_are_initialised_like_single_ones():
    """Keras' Glorot initializer would take them for a convolution: sqrt(gans) times too small."""
    keras.utils.set_random_seed(0)
    batched = models.dense_discriminators(50, (64,), sample_dim=32).weights[0].numpy()
    single = models.dense_discriminator((64,), (32,)).layers[1].kernel.numpy()
    assert batched.shape == (50, 32, 64)
    assert batched.std() == pytest.approx(single.std(), rel=0.05)
    assert abs(batched).max() == pytest.approx(abs(single).max(), rel=0.02)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: models.dense_generators((), (8,)), "gans must be at least 1, got 0"),
        (lambda: models.dense_generators((2, 0), (8,)), "latent_dim must be at least 1, got 0"),
        (lambda: models.dense_discriminators(0, (8,)), "gans must be at least 1, got 0"),
        (lambda: models.dense_discriminators(2, (0,)), "a width in units must be at least 1"),
    ],
)
def test_batched_networks_refuse(call, message):
    with pytest.raises(ValueError, match=message):
        call()
