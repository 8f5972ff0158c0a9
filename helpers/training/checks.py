"""What a GAN does not take is refused at once, with what to do instead."""

import keras
import numpy as np
import tensorflow as tf


def _refuse_strategy():
    if tf.distribute.has_strategy():
        raise ValueError(
            "a GAN trains on one device, and was used inside the scope of a "
            f"{type(tf.distribute.get_strategy()).__name__}: use it outside, or write a loop of your "
            "own for several devices"
        )


NOT_COMPILED = {  # arguments of `keras.Model.compile`, and what to do instead
    "optimizer": "each network has its own, generator_optimizer and discriminator_optimizer",
    "metrics": "there are no labels to compare with; `update_history` has every update, and a "
    "callback may measure `model.sample(n, seed)`",
    "weighted_metrics": "there are no labels to compare with",
    "loss_weights": "penalties={name: weight} weighs penalties",
    "steps_per_execution": "updates_per_call takes its place",
    "auto_scale_loss": "float16 is not supported, mixed_bfloat16 needs no scaling",
}


def _refuse_labels(y, others):
    given = {"y": y, **{name: others.pop(name, None) for name in ("sample_weight", "class_weight")}}
    for name, value in given.items():
        if value is not None:
            raise ValueError(
                f"{name} was given, and a GAN learns from samples x alone: leave {name} out. With "
                "labels: a conditional GAN, whose networks take the label as a second input"
            )


def _check_players(generator, discriminator, latent_dim):
    """Build both players, check that they fit, and return the shape of one sample."""
    for name, network in (("generator", generator), ("discriminator", discriminator)):
        if not isinstance(network, keras.layers.Layer):
            raise ValueError(f"the {name} must be a Keras model, got {type(network).__name__}")
    try:
        samples = generator(tf.zeros((2, latent_dim)), training=False)
    except ValueError as error:
        raise ValueError(
            f"the generator does not take z of shape (n, {latent_dim}): {error}"
        ) from error
    try:
        logits = discriminator(samples, training=False)
    except ValueError as error:
        raise ValueError(
            f"the discriminator does not take the generator's samples, {samples.shape}: {error}"
        ) from error
    side_by_side = (2, samples.shape[1]) if len(samples.shape) == 3 else None
    if tuple(logits.shape) not in ((2, 1), side_by_side):
        raise ValueError(
            f"the discriminator must give one logit a sample, (n, 1), got {logits.shape}"
        )
    for name, network in (("generator", generator), ("discriminator", discriminator)):
        if any(layer.compute_dtype == "float16" for layer in network._flatten_layers()):
            raise ValueError(
                f"the {name} computes in float16, whose gradients vanish without scaled losses: build "
                'it after keras.mixed_precision.set_global_policy("mixed_bfloat16"), or "float32"'
            )
    _check_logits(discriminator, tuple(samples.shape[1:]))
    return tuple(samples.shape[1:])


def _check_logits(discriminator, shape):
    """Refuse a D that ends in a sigmoid, by what it answers: inputs of any size stay in [0, 1]."""
    random = np.random.default_rng(0)
    wild = random.normal(size=(32, *shape)) * 10.0 ** random.uniform(-1, 4, (32, *[1] * len(shape)))
    answers = np.float32(discriminator(wild.astype("float32"), training=False))
    if answers.any() and (answers >= 0).all() and (answers <= 1).all():
        raise ValueError(
            "the discriminator must end in a logit, any real number, and its answers to inputs of "
            f"all sizes lie in [{answers.min():g}, {answers.max():g}]: leave the sigmoid at its end out"
        )
