"""What a GAN does not take is refused at once, with what to do instead."""

import keras
import numpy as np
import tensorflow as tf

from ..losses import LOSSES, PENALTIES


def refuse_strategy() -> None:
    """Refuse to be used inside the scope of a `tf.distribute` strategy."""
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


def refuse_labels(y, others: dict) -> None:
    """Refuse labels and weights of samples. others: arguments of `fit`; those for weights are taken out."""
    given = {"y": y, **{name: others.pop(name, None) for name in ("sample_weight", "class_weight")}}
    for name, value in given.items():
        if value is not None:
            raise ValueError(
                f"{name} was given, and a GAN learns from samples x alone: leave {name} out. With "
                "labels: a conditional GAN, whose networks take the label as a second input"
            )


def check_networks(generator, discriminator, latent_dim):
    """Build both networks, check that they fit, and return the shape of one sample."""
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


def check_compile(loss_names, penalties, others):
    """Refuse what `GAN.compile` does not take.

    Args:
        loss_names: tuple of str. penalties: {name: weight}. others: arguments it does not know.
    """
    for name in others:
        raise ValueError(f"compile takes no {name}: {NOT_COMPILED.get(name, 'see its help')}")
    for name in loss_names:
        if name not in LOSSES:
            raise ValueError(f"loss must be one of {sorted(LOSSES)}, got {name!r}")
    if len(set(loss_names)) != len(loss_names) or not loss_names:
        raise ValueError(f"give at least one loss, each once, got {loss_names}")
    for name, weight in penalties.items():
        if name not in PENALTIES:
            raise ValueError(f"penalties must be among {sorted(PENALTIES)}, got {name!r}")
        if not weight >= 0:
            raise ValueError(f"the weight of {name} must be at least 0, got {weight}")


def check_optimizers(of_generator, of_discriminator, halving_updates):
    """Two optimizers, each built for the trainable variables of its network.

    Args:
        of_generator, of_discriminator: (a new Keras optimizer or its name, its network).
        halving_updates: None, or learning rates must be numbers, not schedules.
    """
    networks = {"generator": of_generator, "discriminator": of_discriminator}
    pairs = {name: (keras.optimizers.get(o), network) for name, (o, network) in networks.items()}
    if pairs["generator"][0] is pairs["discriminator"][0]:
        raise ValueError("each network needs an optimizer of its own, got one object for both")
    for name, (optimizer, network) in pairs.items():
        if optimizer.built:
            raise ValueError(
                f"the {name}'s optimizer already belongs to other variables: make a new one"
            )
        if not network.trainable_variables:
            raise ValueError(f"the {name} has nothing to train: is `trainable` False?")
        if halving_updates is not None and not hasattr(optimizer.learning_rate, "assign"):
            raise ValueError(
                f"the {name}'s learning rate follows a schedule: "
                "give the optimizer a number, or leave halving_updates out"
            )
    for optimizer, network in pairs.values():
        optimizer.build(network.trainable_variables)
    return [optimizer for optimizer, _ in pairs.values()]


def check_trainable(name, network, optimizer):
    """Refuse a network that was frozen, or thawed, after its optimizer was built."""
    compiled, now = len(optimizer._trainable_variables), len(network.trainable_variables)
    if now != compiled:
        raise ValueError(
            f"the {name} was compiled with {compiled} trainable variables and has {now} now: "
            "set `trainable` back, or call compile again. To let one network stand still, "
            "set its optimizer's learning_rate to 0, or use step_alone"
        )
