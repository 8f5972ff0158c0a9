"""What does each player want? Losses on logits, and gradient penalties.

Everywhere a logit s = D(x) is a real number, and a large one means "real"; the probability
is sigmoid(s). A discriminator loss is the *sum* of its real and its fake part, each a mean
over the batch, in nats: at D = 1/2 the two logistic losses stand at 2 log 2. Both players
minimise. Logits have shape (batch, 1) or (batch,), float32.
"""

from collections.abc import Callable
from dataclasses import dataclass

import keras
import tensorflow as tf
from keras import ops

softplus = keras.ops.softplus  # softplus(-s) = -log sigmoid(s), without overflow


@dataclass(frozen=True)
class Loss:
    """A pair of prices for one game; each maps (real_logits, fake_logits) to a scalar.

    paired: the generator's price depends on real_logits too; otherwise they may be None.
    """

    name: str
    discriminator: Callable
    generator: Callable
    paired: bool = False


class SwitchableLoss:
    """A loss made of several, of which one is in use: all are compiled, `set` chooses among them.

    Args:
        names: tuple of names in `LOSSES`.
        index: int32 variable that holds the place of the one in use, and belongs to the model's state.
    """

    def __init__(self, names, index):
        self.names = names
        self._losses = [LOSSES[name] for name in names]
        self._index = index

    @property
    def name(self):
        return self.names[int(self._index.numpy())]

    def set(self, name):
        """Use the loss of that name from the next update on. Raises: ValueError if it is not here."""
        if name not in self.names:
            raise ValueError(f"compiled for {self.names}, got {name!r}: give both to compile")
        self._index.assign(self.names.index(name))

    def discriminator(self, real_logits, fake_logits):
        """D's loss, a scalar, from logits of real and of generated samples."""
        return self._chosen([loss.discriminator(real_logits, fake_logits) for loss in self._losses])

    def generator(self, real_logits, fake_logits):
        """G's loss, a scalar, from logits of real and of generated samples."""
        return self._chosen([loss.generator(real_logits, fake_logits) for loss in self._losses])

    def generator_step(self, judge_real, fake_logits):
        """G's loss, a scalar; judge_real: () -> logits of real samples, called for paired losses only."""
        paired = [loss.paired for loss in self._losses]
        real_logits = None
        if any(paired):
            unpaired = lambda: tf.zeros_like(fake_logits)  # noqa: E731
            real_logits = tf.cond(tf.gather(paired, self._index), judge_real, unpaired)
        return self.generator(real_logits, fake_logits)

    def _chosen(self, values):
        if len(values) == 1:
            return values[0]
        return tf.reduce_sum(tf.one_hot(self._index, len(values)) * tf.stack(values))


def logistic_discriminator(real_logits, fake_logits):
    """-E log D(x) - E log(1 - D(G(z))), Goodfellow et al. 2014, eq. 1 with its sign turned."""
    return ops.mean(softplus(-real_logits)) + ops.mean(softplus(fake_logits))


def minimax_generator(real_logits, fake_logits):
    """E log(1 - D(G(z))), Goodfellow et al. 2014, eq. 1: saturates where D is sure of a fake."""
    return -ops.mean(softplus(fake_logits))


def non_saturating_generator(real_logits, fake_logits):
    """-E log D(G(z)), Goodfellow et al. 2014, section 3."""
    return ops.mean(softplus(-fake_logits))


def least_squares_discriminator(real_logits, fake_logits):
    """1/2 E (s(x) - 1)^2 + 1/2 E s(G(z))^2, Mao et al. 2017, eq. 9 (a = 0, b = c = 1)."""
    return 0.5 * (ops.mean((real_logits - 1) ** 2) + ops.mean(fake_logits**2))


def least_squares_generator(real_logits, fake_logits):
    """1/2 E (s(G(z)) - 1)^2, Mao et al. 2017, eq. 9."""
    return 0.5 * ops.mean((fake_logits - 1) ** 2)


def hinge_discriminator(real_logits, fake_logits):
    """E max(0, 1 - s(x)) + E max(0, 1 + s(G(z))), Lim and Ye 2017; Miyato et al. 2018, eq. 16."""
    return ops.mean(ops.relu(1 - real_logits)) + ops.mean(ops.relu(1 + fake_logits))


def wasserstein_discriminator(real_logits, fake_logits):
    """E s(G(z)) - E s(x), Arjovsky et al. 2017, eq. 2: minus the estimated distance."""
    return ops.mean(fake_logits) - ops.mean(real_logits)


def wasserstein_generator(real_logits, fake_logits):
    """-E s(G(z)): the generator's side of both the hinge and the Wasserstein game."""
    return -ops.mean(fake_logits)


def relativistic_discriminator(real_logits, fake_logits):
    """E log(1 + exp(s(G(z)) - s(x))) over pairs, Jolicoeur-Martineau 2019; Huang et al. 2024, eq. 2."""
    return ops.mean(softplus(fake_logits - real_logits))


def relativistic_generator(real_logits, fake_logits):
    """E log(1 + exp(s(x) - s(G(z)))) over pairs: the discriminator's loss with the roles swapped."""
    return ops.mean(softplus(real_logits - fake_logits))


LOSSES = {
    loss.name: loss
    for loss in (
        Loss("minimax", logistic_discriminator, minimax_generator),
        Loss("non_saturating", logistic_discriminator, non_saturating_generator),
        Loss("least_squares", least_squares_discriminator, least_squares_generator),
        Loss("hinge", hinge_discriminator, wasserstein_generator),
        Loss("wasserstein", wasserstein_discriminator, wasserstein_generator),
        Loss("relativistic", relativistic_discriminator, relativistic_generator, paired=True),
    )
}


@dataclass(frozen=True)
class Penalty:
    """A price on the slope of D, ||grad_x s(x)||^2 for each sample, (batch, ...) -> a scalar >= 0.

    samples: where the slope is taken: "real", "fake", or "between" (see `interpolate`).
    """

    name: str
    samples: str
    price: Callable


def half_mean(squares):
    """1/2 E ||grad s||^2, Mescheder et al. 2018, eq. 9 (R1) and 10 (R2); its weight is gamma."""
    return 0.5 * tf.reduce_mean(squares)


def off_unit_slope(squares):
    """E (||grad s|| - 1)^2, Gulrajani et al. 2017, eq. 3; weight 10 there.

    The root has 1e-12 inside it, so that a gradient of exactly zero gives 1, not NaN.
    """
    return tf.reduce_mean((tf.sqrt(squares + 1e-12) - 1) ** 2)


PENALTIES = {
    penalty.name: penalty
    for penalty in (
        Penalty("r1", "real", half_mean),
        Penalty("r2", "fake", half_mean),
        Penalty("wgan_gp", "between", off_unit_slope),
    )
}


def logits_and_penalties(discriminator, real, fake, names=(), seed=None):
    """D's logits on both batches, and penalties on its slope there, each batch in one pass.

    real, fake: batches of one shape, float32. names: of penalties in `PENALTIES`. seed: a
        `keras.random.SeedGenerator`, needed by "wgan_gp".
    D must not normalise over the batch (no BatchNormalization), or the slope at a sample is not
    that sample's own. Where D has several logits, they belong to games side by side, one for each
    entry of the samples' axis 1, and each game has a slope of its own.
    Returns: logits of real, logits of fake, {name: a scalar >= 0}.
    """
    batches = {"real": real, "fake": fake}
    places = {PENALTIES[name].samples for name in names}
    if "between" in places:
        batches["between"] = interpolate(real, fake, seed)
    logits, squares = {}, {}
    for place, samples in batches.items():
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(samples)
            logits[place] = tf.cast(discriminator(samples, training=True), "float32")
            score = tf.reduce_sum(logits[place])
        if place in places:
            slope = tape.gradient(score, samples)
            side_by_side = logits[place].shape[1:] == slope.shape[1:-1]
            own = range(2 if side_by_side else 1, len(slope.shape))  # the axes of one sample
            squares[place] = tf.reduce_sum(slope**2, axis=own)
    penalties = {name: PENALTIES[name].price(squares[PENALTIES[name].samples]) for name in names}
    return logits["real"], logits["fake"], penalties


def interpolate(real, fake, seed):
    """Points on the segments from fake to real, one uniform factor in [0, 1] for each pair.

    Gulrajani et al. 2017, Algorithm 1, lines 4-6. Returns: samples of the shape of `real`.
    """
    shape = (tf.shape(real)[0],) + (1,) * (len(real.shape) - 1)
    factor = keras.random.uniform(shape, 0.0, 1.0, seed=seed)
    return factor * real + (1 - factor) * fake
