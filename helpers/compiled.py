"""Which kernels are the faster ones? XLA's for dense networks, TensorFlow's own for convolutions."""

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
