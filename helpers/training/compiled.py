"""What runs inside the compiled loop, and by which kernels."""

import numpy as np
import tensorflow as tf


def xla_is_faster(generator, discriminator, latent_dim, sample_shape):
    """Whether XLA trains these two Keras models faster on a CPU than TensorFlow's own kernels do.

    It does, by fusing operations, unless one of them convolves (XLA's convolutions take five to
    forty times as long there) or draws random numbers from Keras (for two layers of
    `keras.layers.Dropout` over 1,536 units an update takes five times as long).
    """
    operations = set()
    for network, shape in ((generator, (latent_dim,)), (discriminator, sample_shape)):
        if any(variable.name == "seed_generator_state" for variable in network.variables):
            return False
        operations |= _operations(network, shape)
    return not any("Conv" in name for name in operations)


def _operations(network, shape):
    """The names of all TensorFlow operations in a training pass of a batch of that shape.

    Not the classes of its layers: so nested models, layers in layers and `keras.ops.conv` count.
    """
    forward = tf.function(lambda batch: network(batch, training=True), autograph=False)
    graph = forward.get_concrete_function(tf.TensorSpec((2, *shape))).graph.as_graph_def()
    nodes = [*graph.node, *(node for inner in graph.library.function for node in inner.node_def)]
    return {node.op for node in nodes}


@tf.function(jit_compile=True)
def standard_normal(shape, seed):
    """Independent N(0, 1), float32, that follow from seed, (2,): Threefry (Salmon et al. 2011) and
    the inverse of the normal's distribution function. On a CPU a third of the time of TensorFlow's
    default and a thirtieth of `keras.random`'s; TensorFlow has Threefry under XLA only."""
    spread = tf.random.stateless_uniform(
        shape, seed, minval=np.nextafter(np.float32(-1), np.float32(0)), maxval=1, alg="threefry"
    )
    return np.sqrt(2, dtype="float32") * tf.math.erfinv(spread)


def repeat(n, body, state):
    """state <- body(i, state) for i = 0 ... n - 1, one after the other.

    Outside XLA the iterations of a `tf.while_loop` would overlap and race for the variables.
    """
    return tf.while_loop(
        lambda i, state: i < n,
        lambda i, state: (i + 1, body(i, state)),
        (0, state),
        parallel_iterations=1,
    )[1]


def gradient_norm(gradients):
    """The Euclidean length of all gradients together, as the length of their columns' lengths.

    Summed by columns because XLA adds up a whole array one number at a time, three times slower.
    """
    columns = [tf.reshape(tf.norm(gradient, axis=0), (-1,)) for gradient in gradients]
    return tf.norm(tf.concat(columns, axis=0))
