from helpers import models, training

import keras
import pytest
import tensorflow as tf
from small import networks


@pytest.mark.parametrize("devices", [["CPU:0"], ["CPU:0", "CPU:1"]])
def test_a_strategy_is_refused(small_gan, points, devices):
    """Two replicas would have to draw what one draws, and to count as one."""
    gan = small_gan()
    with tf.distribute.MirroredStrategy(devices).scope():
        for use in (small_gan, lambda: gan.fit(points, verbose=0)):
            with pytest.raises(
                ValueError, match="one device, .* a MirroredStrategy: use it outside"
            ):
                use()


@pytest.fixture
def policy():
    """Sets the dtype policy, and back at the end."""
    yield keras.mixed_precision.set_dtype_policy
    keras.mixed_precision.set_dtype_policy("float32")


def test_float16_is_refused(policy):
    policy("mixed_float16")
    with pytest.raises(ValueError, match="generator computes in float16.*mixed_bfloat16"):
        training.GAN(*networks(), latent_dim=3)


@pytest.mark.parametrize(
    ("argument", "instead"),
    [
        ({"metrics": ["accuracy"]}, "metrics.*update_history"),
        ({"loss_weights": [1, 2]}, "loss_weights.*penalties"),
        ({"steps_per_execution": 4}, "steps_per_execution.*updates_per_call"),
        ({"optimizer": "adam"}, "optimizer.*generator_optimizer"),
        ({"learning_rate": 1}, "compile takes no learning_rate"),
    ],
)
def test_compile_refuses_what_means_nothing_for_a_gan(small_gan, argument, instead):
    with pytest.raises(ValueError, match=instead):
        small_gan(**argument)


def test_what_needs_compile_says_so(points, tmp_path):
    gan = training.GAN(*networks(), latent_dim=3)
    for use in (
        lambda: gan.fit(points),
        lambda: gan.train_on_batch(points[None]),
        lambda: gan.step_alone("generator", points),
        lambda: gan.evaluate(points),
        lambda: training.PlaneProbe(gan),
        gan.reset,
    ):
        with pytest.raises(ValueError, match=r"call `?compile\(|must call `compile"):
            use()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["discriminator", "generator"])
def test_a_network_frozen_after_compile_is_refused_and_still_draws(small_gan, points, name):
    gan = small_gan()
    gan.fit(points, batch_size=16, verbose=0)
    samples = gan.sample(4, seed=0)
    getattr(gan, name).trainable = False
    for use in (
        lambda: gan.fit(points, verbose=0),
        lambda: gan.train_on_batch(points[None]),
        lambda: gan.step_alone(name, points),
    ):
        with pytest.raises(
            ValueError, match=f"the {name} was compiled with 4 .* has 0 now.*step_alone"
        ):
            use()
    assert (gan.sample(4, seed=0) == samples).all()
    getattr(gan, name).trainable = True
    gan.fit(points, batch_size=16, verbose=0)
    assert gan.updates_made == 32


def test_networks_that_do_not_fit_are_refused():
    generator, discriminator = networks()
    with pytest.raises(ValueError, match="generator does not take z of shape"):
        training.GAN(generator, discriminator, latent_dim=4)
    with pytest.raises(ValueError, match="discriminator does not take the generator's samples"):
        training.GAN(generator, models.dense_discriminator((8,), (3,)), latent_dim=3)
    with pytest.raises(ValueError, match=r"one logit a sample, \(n, 1\), got \(2, 3\)"):
        training.GAN(generator, keras.Sequential([keras.layers.Dense(3)]), latent_dim=3)
    for name, network in (("generator", None), ("discriminator", len)):
        pair = {"generator": generator, "discriminator": discriminator, name: network}
        with pytest.raises(ValueError, match=f"the {name} must be a Keras model, got"):
            training.GAN(**pair, latent_dim=3)
    for decay in (1.0, -0.1, float("nan")):
        with pytest.raises(ValueError, match=f"ema_decay.*{decay}"):
            training.GAN(generator, discriminator, latent_dim=3, ema_decay=decay)
    for latent_dim in (0, 2.5, True):
        with pytest.raises(ValueError, match="latent_dim must be a whole number"):
            training.GAN(generator, discriminator, latent_dim=latent_dim)


ENDS = {  # of a discriminator, after a dense layer with one unit: is it refused?
    "logit": (lambda x: x, False),
    "tanh": (keras.ops.tanh, False),
    "sigmoid layer": (keras.layers.Activation("sigmoid"), True),
    "sigmoid op": (keras.ops.sigmoid, True),
    "own sigmoid": (lambda x: 1 / (1 + keras.ops.exp(-x)), True),
    "nested": (keras.Sequential([keras.layers.Dense(1), keras.layers.Activation("sigmoid")]), True),
    "nested twice": (
        keras.Sequential([keras.Sequential([keras.layers.Dense(1, "sigmoid")])]),
        True,
    ),
    "then reshaped": (lambda x: keras.layers.Reshape((1,))(keras.ops.sigmoid(x)), True),
    "starts at zero": (keras.layers.Dense(1, kernel_initializer="zeros"), False),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ENDS)
@pytest.mark.parametrize("seed", range(3))
def test_a_discriminator_that_ends_in_a_sigmoid_is_found_by_its_answers(name, seed):
    keras.utils.set_random_seed(seed)
    end, refused = ENDS[name]
    x = keras.Input((2,))
    hidden = keras.layers.Dense(8, "leaky_relu")(x)
    discriminator = keras.Model(x, end(keras.layers.Dense(1)(hidden)))
    if refused:
        with pytest.raises(ValueError, match=r"must end in a logit.* lie in \["):
            training.GAN(networks()[0], discriminator, latent_dim=3)
    else:
        training.GAN(networks()[0], discriminator, latent_dim=3)


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"loss": "bce"}, "loss must be one of.*non_saturating.*'bce'"),
        ({"penalties": {"r3": 1}}, "penalties must be among.*wgan_gp.*'r3'"),
        ({"penalties": {"r1": -1}}, "weight of r1 must be at least 0, got -1"),
        ({"penalties": {"r1": float("nan")}}, "weight of r1 must be at least 0, got nan"),
        ({"discriminator_steps": 0}, "discriminator_steps must be a whole number.*got 0"),
        ({"halving_updates": 0}, "halving_updates must be a whole number.*got 0"),
        ({"updates_per_call": 0}, "updates_per_call must be a whole number.*got 0"),
    ],
)
def test_compile_refuses(small_gan, rules, message):
    with pytest.raises(ValueError, match=message):
        small_gan(**rules)


def test_optimizers_must_be_two_and_new(small_gan):
    gan = training.GAN(*networks(), latent_dim=3)
    one = keras.optimizers.Adam()
    with pytest.raises(ValueError, match="one object for both"):
        gan.compile(one, one)
    falling = keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(1e-3, 100, 0.9))
    with pytest.raises(ValueError, match="discriminator's learning rate follows a schedule"):
        gan.compile(keras.optimizers.Adam(), falling, halving_updates=100)
    used = small_gan().generator_optimizer
    with pytest.raises(ValueError, match="generator's optimizer already belongs"):
        gan.compile(used, keras.optimizers.Adam())
    gan.discriminator.trainable = False
    with pytest.raises(ValueError, match="discriminator has nothing to train"):
        gan.compile(keras.optimizers.Adam(), keras.optimizers.Adam())
