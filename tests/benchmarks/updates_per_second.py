"""Updates a second of six ways to train the same GANs, taking turns on this machine.

Run: python tests/benchmarks/updates_per_second.py [--rounds 5] [--seconds 2] [--figure figures/speed.svg]

Each way lives in a process of its own (thread pools of several libraries in one process disturb
each other); only one of them works at a time, they take turns, and the median of the rounds
counts, because machines are noisy: read the ratios. Compiling is not counted. PyTorch and JAX take
part where they are installed: pip install torch jax.

An update is one step of D and one of G on the same noise. `helpers.training` and JAX record eight
measurements of every update, the others none. The classic loop cannot carry a penalty; its row for
such a recipe trains without one. The course's recipe takes part without its shifts. One recipe is
convolutional: there JAX makes one update a call, because XLA's convolutions are several times
slower inside a loop, and PyTorch keeps channels last, as TensorFlow does.
"""

import argparse
import dataclasses
import importlib.util
import math
import multiprocessing
import os
import statistics
import time

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

TOY = "toy, 2-D"
CONVOLUTIONAL = "convolutional"


def recipes():
    """{name: (Preset, shape of one sample)}"""
    from helpers import models, training

    import keras
    from keras import layers

    class Convolutional(training.Preset):
        """Units are channels, beside maps of side 7 and 14; kernels have side 4 and strides 2."""

        def networks(self, sample_shape):
            wide, narrow = self.generator_units
            convolve = {"kernel_size": 4, "strides": 2, "padding": "same"}
            generator = [
                keras.Input((self.latent_dim,)),
                layers.Dense(7 * 7 * wide, activation=self.generator_activation),
                layers.Reshape((7, 7, wide)),
                layers.Conv2DTranspose(narrow, activation=self.generator_activation, **convolve),
                layers.Conv2DTranspose(1, activation=self.output, **convolve),
            ]
            discriminator = [keras.Input(sample_shape)]
            for channels in self.discriminator_units:
                discriminator += [layers.Conv2D(channels, **convolve), layers.LeakyReLU(0.2)]
            discriminator += [layers.Flatten(), models.MinibatchStd(), layers.Dense(1)]
            return keras.Sequential(generator), keras.Sequential(discriminator)

    toy = training.Preset(
        title="G 2-64-64-2, D 2-64-64-1, LeakyReLU",
        latent_dim=2,
        generator_units=(64, 64),
        discriminator_units=(64, 64),
        learning_rate=1e-3,
        activation="leaky_relu",
        output="linear",
    )
    return {
        TOY: (toy, (2,)),
        "first_steps": (training.PRESETS["first_steps"], (28, 28, 1)),
        "wide_dropout": (training.PRESETS["wide_dropout"], (28, 28, 1)),
        "course": (dataclasses.replace(training.PRESETS["course"], shift=0), (28, 28, 1)),
        CONVOLUTIONAL: (
            Convolutional(
                title="G 64-7x7x32-14x14x16-28x28x1 SiLU, D 28x28x1-14x14x16-7x7x32-1 LeakyReLU, R1",
                latent_dim=64,
                generator_units=(32, 16),
                discriminator_units=(16, 32),
                learning_rate=3e-3,
                beta_1=0.0,
                beta_2=0.99,
                activation="leaky_relu",
                generator_activation="silu",
                minibatch_std=True,
                penalties={"r1": 1.5},
                ema_decay=0.998,
            ),
            (28, 28, 1),
        ),
    }


def convolves(preset):
    return type(preset).__name__ == "Convolutional"


def real_samples(shape):
    from helpers import data

    import numpy as np

    if len(shape) == 3:
        return data.load_mnist()[0]
    angle = np.random.default_rng(0).uniform(0, 4 * np.pi, (50_000, 1)).astype("float32")
    return np.concatenate([np.cos(angle), np.sin(angle)], axis=1) * angle / (4 * np.pi)


# ---- the ways: each takes (preset, shape, samples) and returns run(updates), which makes at least
# ---- that many updates and returns how many ---------------------------------------------------


def classic(preset, shape, samples):
    """As many tutorials write it, with the repair that Keras 3 needs: G trains through a frozen twin of D."""
    from helpers import data

    import keras
    import numpy as np

    generator, discriminator = preset.networks(shape)
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    discriminator.compile(preset.optimizer(), loss)
    frozen = keras.models.clone_model(discriminator)
    frozen.trainable = False
    combined = keras.Sequential([generator, frozen])
    combined.compile(preset.optimizer(), loss)
    ones, zeros = np.ones((preset.batch_size, 1)), np.zeros((preset.batch_size, 1))
    random = np.random.default_rng(0)

    def run(updates):
        for _ in range(updates):
            z = data.sample_latent(preset.batch_size, preset.latent_dim, random)
            fakes = generator.predict(z, verbose=0)
            real = samples[random.integers(len(samples), size=preset.batch_size)]
            discriminator.train_on_batch(real, ones)
            discriminator.train_on_batch(fakes, zeros)
            frozen.set_weights(discriminator.get_weights())
            combined.train_on_batch(z, ones)
        return updates

    return run


def tf_function(preset, shape, samples):
    """One compiled update a call, both networks on the same generated samples, as TensorFlow's DCGAN tutorial does."""
    from helpers import losses

    import numpy as np
    import tensorflow as tf

    generator, discriminator = preset.networks(shape)
    optimizers = preset.optimizer(), preset.optimizer()
    for optimizer, network in zip(optimizers, (generator, discriminator)):
        optimizer.build(network.trainable_variables)
    average = [tf.Variable(variable) for variable in generator.trainable_variables]

    @tf.function
    def update(real):
        z = tf.random.normal((preset.batch_size, preset.latent_dim))
        with tf.GradientTape() as for_g, tf.GradientTape() as for_d:
            fakes = generator(z, training=True)
            on_real, on_fake, penalties = losses.logits_and_penalties(
                discriminator, real, fakes, preset.penalties
            )
            g_loss = tf.reduce_mean(tf.nn.softplus(-on_fake))
            d_loss = tf.reduce_mean(tf.nn.softplus(-on_real) + tf.nn.softplus(on_fake))
            for name, penalty in penalties.items():
                d_loss += preset.penalties[name] * penalty
        for optimizer, tape, loss, network in (
            (optimizers[0], for_g, g_loss, generator),
            (optimizers[1], for_d, d_loss, discriminator),
        ):
            variables = network.trainable_variables
            optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        if preset.ema_decay:
            for mean, variable in zip(average, generator.trainable_variables):
                mean.assign_sub((1 - preset.ema_decay) * (mean - variable))
        return g_loss, d_loss

    random = np.random.default_rng(0)

    def run(updates):
        for _ in range(updates):
            chosen = random.integers(len(samples), size=preset.batch_size)
            g_loss, _ = update(tf.constant(samples[chosen]))
        g_loss.numpy()  # waits for the last update
        return updates

    return run


def keras_fit(preset, shape, samples):
    return _through_fit(preset, shape, samples, updates_per_call=1)


def ours(preset, shape, samples):
    return _through_fit(preset, shape, samples, updates_per_call=400)


def _through_fit(preset, shape, samples, updates_per_call):
    from helpers import training

    gan = training.GAN(
        *preset.networks(shape), preset.latent_dim, ema_decay=preset.ema_decay, name="gan"
    )
    gan.compile(
        preset.optimizer(),
        preset.optimizer(),
        penalties=preset.penalties,
        updates_per_call=updates_per_call,
    )

    def run(updates):
        before = gan.updates_made
        epochs = -(-updates * preset.batch_size // len(samples))
        gan.fit(samples, batch_size=preset.batch_size, epochs=epochs, verbose=0)
        return gan.updates_made - before

    return run


def torch_eager(preset, shape, samples):
    """Both networks on the same generated samples, as PyTorch's DCGAN tutorial does."""
    import numpy as np
    import torch
    from torch import nn
    from torch.nn.functional import softplus

    torch.manual_seed(0)
    pixels = math.prod(shape)
    activations = {"relu": nn.ReLU, "leaky_relu": lambda: nn.LeakyReLU(0.2), "silu": nn.SiLU}

    def stack(widths, activation, dropout=0.0):
        parts = []
        for before, after in zip(widths, widths[1:]):
            parts += [nn.Linear(before, after), activations[activation]()]
            parts += [nn.Dropout(dropout)] if dropout else []
        return parts

    class MinibatchStd(nn.Module):
        def forward(self, x):
            spread = (x.var(0, correction=0) + 1e-8).sqrt().mean()
            return torch.cat([x, spread.expand(len(x), 1)], 1)

    ends = {"tanh": [nn.Tanh()], "sigmoid": [nn.Sigmoid()], "linear": []}
    for_generator = preset.generator_activation or preset.activation
    if convolves(preset):
        (wide, narrow), features = preset.generator_units, 7 * 7 * preset.discriminator_units[-1]
        generator = nn.Sequential(
            *stack((preset.latent_dim, 7 * 7 * wide), for_generator),
            nn.Unflatten(1, (wide, 7, 7)),
            nn.ConvTranspose2d(wide, narrow, 4, 2, 1),
            activations[for_generator](),
            nn.ConvTranspose2d(narrow, 1, 4, 2, 1),
        )
        body = []
        for before, after in zip((1, *preset.discriminator_units), preset.discriminator_units):
            body += [nn.Conv2d(before, after, 4, 2, 1), activations[preset.activation]()]
        body.append(nn.Flatten())
        real_shape, memory = (1, 28, 28), {"memory_format": torch.channels_last}
    else:
        features = preset.discriminator_units[-1]
        generator = nn.Sequential(
            *stack((preset.latent_dim, *preset.generator_units), for_generator),
            nn.Linear(preset.generator_units[-1], pixels),
        )
        body = stack((pixels, *preset.discriminator_units), preset.activation, preset.dropout)
        real_shape, memory = (pixels,), {}
    generator = generator.extend(ends[preset.output]).to(**memory)
    discriminator = nn.Sequential(
        *body,
        *([MinibatchStd()] if preset.minibatch_std else []),
        nn.Linear(features + preset.minibatch_std, 1),
    ).to(**memory)
    adam = {
        "lr": preset.learning_rate,
        "betas": (preset.beta_1, preset.beta_2),
        "fused": True,
    }
    for_g = torch.optim.Adam(generator.parameters(), **adam)
    for_d = torch.optim.Adam(discriminator.parameters(), **adam)
    average = [parameter.detach().clone() for parameter in generator.parameters()]
    pool = torch.from_numpy(samples.reshape(-1, *real_shape)).to(**memory)
    if preset.output == "sigmoid":
        pool = (pool + 1) / 2
    gamma = preset.penalties.get("r1", 0.0)
    random = np.random.default_rng(0)

    def run(updates):
        for _ in range(updates):
            real = pool[torch.from_numpy(random.integers(len(pool), size=preset.batch_size))]
            fakes = generator(torch.randn(preset.batch_size, preset.latent_dim))
            for_d.zero_grad()
            on_real = discriminator(real.requires_grad_(bool(gamma)))
            d_loss = softplus(-on_real).mean() + softplus(discriminator(fakes.detach())).mean()
            if gamma:
                (gradient,) = torch.autograd.grad(on_real.sum(), real, create_graph=True)
                d_loss = d_loss + gamma / 2 * gradient.square().flatten(1).sum(1).mean()
            d_loss.backward()
            for_d.step()
            for_g.zero_grad()
            softplus(-discriminator(fakes)).mean().backward()
            for_g.step()
            if preset.ema_decay:
                with torch.no_grad():
                    torch._foreach_lerp_(average, [*generator.parameters()], 1 - preset.ema_decay)
        return updates

    return run


def jax_scan(preset, shape, samples):
    """The same training as helpers.training with the same eight measurements, many updates in one call."""
    import jax
    import jax.numpy as jnp
    import numpy as np

    pixels = math.prod(shape)
    activations = {
        "relu": jax.nn.relu,
        "leaky_relu": lambda x: jax.nn.leaky_relu(x, 0.2),
        "silu": jax.nn.silu,
    }
    ends = {"tanh": jnp.tanh, "sigmoid": jax.nn.sigmoid, "linear": lambda x: x}
    gamma = preset.penalties.get("r1", 0.0)
    random = np.random.default_rng(0)

    def layers(widths, extra=0):
        sizes = [*zip(widths, widths[1:])]
        sizes[-1] = (sizes[-1][0] + extra, sizes[-1][1])
        return [
            (jnp.asarray(random.normal(size=size) / size[0] ** 0.5, "float32"), jnp.zeros(size[1]))
            for size in sizes
        ]

    def convolution(before, after):
        size = (4, 4, before, after)
        weights = random.normal(size=size) / (16 * before) ** 0.5
        return jnp.asarray(weights, "float32"), jnp.zeros(after)

    def apply(layer, x, up=False):
        weights, bias = layer
        if weights.ndim == 2:
            return x @ weights + bias
        convolve = jax.lax.conv_transpose if up else jax.lax.conv_general_dilated
        names = ("NHWC", "HWIO", "NHWC")
        return convolve(x, weights, (2, 2), "SAME", dimension_numbers=names) + bias

    def generate(g, z):
        activation = activations[preset.generator_activation or preset.activation]
        for layer in g[:-1]:
            z = activation(apply(layer, z, up=True))
            if convolves(preset) and z.ndim == 2:
                z = z.reshape(-1, 7, 7, preset.generator_units[0])
        return ends[preset.output](apply(g[-1], z, up=True))

    def discriminate(d, x, key):
        for layer in d[:-1]:
            x = activations[preset.activation](apply(layer, x))
            if preset.dropout:
                key, now = jax.random.split(key)
                kept = jax.random.bernoulli(now, 1 - preset.dropout, x.shape)
                x = jnp.where(kept, x / (1 - preset.dropout), 0.0)
        x = x.reshape(len(x), -1)
        if preset.minibatch_std:
            spread = jnp.sqrt(x.var(0) + 1e-8).mean()
            x = jnp.concatenate([x, jnp.full_like(x[:, :1], spread)], 1)
        return x @ d[-1][0] + d[-1][1]

    def d_loss(d, real, fakes, key):
        key_real, key_fake = jax.random.split(key)
        on_real, gradient_of = jax.vjp(lambda x: discriminate(d, x, key_real), real)
        loss = jax.nn.softplus(-on_real).mean()
        on_fake = discriminate(d, fakes, key_fake)
        loss = total = loss + jax.nn.softplus(on_fake).mean()
        if gamma:
            (gradient,) = gradient_of(jnp.ones_like(on_real))
            total += gamma / 2 * (gradient.reshape(len(gradient), -1) ** 2).sum(1).mean()
        scores = [jax.nn.sigmoid(logits).mean() for logits in (on_real, on_fake)]
        return total, [loss, *scores, (on_real > 0).mean(), (on_fake < 0).mean()]

    def g_loss(g, d, z, key):
        return jax.nn.softplus(-discriminate(d, generate(g, z), key)).mean()

    def length(gradients):
        return jnp.sqrt(sum((g**2).sum() for g in jax.tree.leaves(gradients)))

    def adam(weights, gradients, moments, t):
        b1, b2 = preset.beta_1, preset.beta_2
        rate = preset.learning_rate * jnp.sqrt(1 - b2**t) / (1 - b1**t)
        m = jax.tree.map(lambda m, g: b1 * m + (1 - b1) * g, moments[0], gradients)
        v = jax.tree.map(lambda v, g: b2 * v + (1 - b2) * g * g, moments[1], gradients)
        step = jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v) + 1e-7), weights, m, v)
        return step, (m, v)

    def update(state, real):
        g, d, for_g, for_d, average, t, key = state
        t += 1
        key, *keys = jax.random.split(key, 4)
        z = jax.random.normal(keys[0], (preset.batch_size, preset.latent_dim))
        (_, measured), gradients = jax.value_and_grad(d_loss, has_aux=True)(
            d, real, generate(g, z), keys[1]
        )
        measured.append(length(gradients))
        d, for_d = adam(d, gradients, for_d, t)
        loss_g, gradients = jax.value_and_grad(g_loss)(g, d, z, keys[2])
        measured += [loss_g, length(gradients)]
        g, for_g = adam(g, gradients, for_g, t)
        if preset.ema_decay:
            keep = preset.ema_decay
            average = jax.tree.map(lambda a, w: keep * a + (1 - keep) * w, average, g)
        return (g, d, for_g, for_d, average, t, key), jnp.stack(measured)

    pool = jnp.asarray(samples if convolves(preset) else samples.reshape(-1, pixels))
    if preset.output == "sigmoid":
        pool = (pool + 1) / 2

    in_a_call = 1 if convolves(preset) else 100

    def many(state, rows):
        if in_a_call == 1:
            return update(state, pool[rows[0]])
        return jax.lax.scan(lambda state, chosen: update(state, pool[chosen]), state, rows)

    many = jax.jit(many, donate_argnums=0)
    if convolves(preset):
        (wide, narrow), channels = preset.generator_units, preset.discriminator_units
        g = layers((preset.latent_dim, 7 * 7 * wide))
        g += [convolution(wide, narrow), convolution(narrow, 1)]
        d = [convolution(before, after) for before, after in zip((1, *channels), channels)]
        d += layers((7 * 7 * channels[-1], 1), extra=int(preset.minibatch_std))
    else:
        g = layers((preset.latent_dim, *preset.generator_units, pixels))
        d = layers((pixels, *preset.discriminator_units, 1), extra=int(preset.minibatch_std))
    zeros = jax.tree.map(jnp.zeros_like, (g, d))
    copy = jax.tree.map(jnp.array, (zeros, g))
    state = [
        (g, d, (zeros[0], copy[0][0]), (zeros[1], copy[0][1]), copy[1], 0.0, jax.random.key(0))
    ]

    def run(updates):
        calls = -(-updates // in_a_call)
        for _ in range(calls):
            rows = random.integers(len(samples), size=(in_a_call, preset.batch_size))
            state[0], measured = many(state[0], rows)
        measured.block_until_ready()
        return in_a_call * calls

    return run


# ---- taking turns ----------------------------------------------------------------------------


def worker(way, name, seconds, pipe):
    """Compile, then make updates for about `seconds` each time something is received; send the rate."""
    preset, shape = recipes()[name]
    run = WAYS[way][2](preset, shape, real_samples(shape))

    def rate(updates):
        start = time.perf_counter()
        return run(updates) / (time.perf_counter() - start)

    rate(1)
    updates = max(1, round(seconds * rate(10)))
    updates = max(1, round(seconds * rate(updates)))
    pipe.send(None)
    while pipe.recv():
        pipe.send(rate(updates))


def matmul_rate(seconds=1.0):
    """This machine's float32 matrix-multiply rate, TensorFlow's at 1,024 squared, in flop/s."""
    import tensorflow as tf

    side = 1024
    square = tf.random.normal((side, side))
    product = tf.function(lambda: square @ square)
    rates, end = [], time.perf_counter() + seconds
    product()
    while time.perf_counter() < end:
        start = time.perf_counter()
        product().numpy()
        rates.append(2 * side**3 / (time.perf_counter() - start))
    return statistics.median(rates)


def flop_per_update(preset, shape):
    """Floating-point operations of products with weights in one update; nothing else is counted.

    One pass of a batch b through a weight matrix of w entries costs 2 b w, its gradient by the
    weights the same, its gradient by the layer's input the same. D's step: G forward; D forward
    and both gradients on real and on fake, but no gradient by the pixels. R1: about three products
    more, the gradient by the pixels and its two derivatives. G's step: D forward and the gradient by
    its input; G forward and both gradients, none by z.
    """
    pixels = math.prod(shape)
    if convolves(preset):  # an entry of a kernel of side 4 is used at each place of the smaller map
        (wide, narrow), (first, second) = preset.generator_units, preset.discriminator_units
        products_g = [preset.latent_dim * 49 * wide, 49 * 16 * wide * narrow, 196 * 16 * narrow]
        products_d = [196 * 16 * first, 49 * 16 * first * second, 49 * second]
    else:
        g = (preset.latent_dim, *preset.generator_units, pixels)
        d = (pixels, *preset.discriminator_units, 1)
        products_g = [before * after for before, after in zip(g, g[1:])]
        products_d = [before * after for before, after in zip(d, d[1:])]
    total = sum(products_g) + 2 * (3 * sum(products_d) - products_d[0])
    total += 3 * sum(products_d) * bool(preset.penalties)
    total += 2 * sum(products_d) + 3 * sum(products_g) - products_g[0]
    return 2 * preset.batch_size * total


def measure(name, ways, rounds, seconds):
    """{way: (median, least, largest) of its updates a second}, and ours as a fraction of the matmul rate."""
    preset, shape = recipes()[name]
    context = multiprocessing.get_context("spawn")
    pipes = {}
    for way in ways:
        pipes[way], theirs = context.Pipe()
        context.Process(target=worker, args=(way, name, seconds, theirs), daemon=True).start()
        pipes[way].recv()
    rates, fractions = {way: [] for way in ways}, []
    for _ in range(rounds):
        for way, pipe in pipes.items():
            pipe.send(True)
            rates[way].append(pipe.recv())
        fractions.append(rates["ours"][-1] * flop_per_update(preset, shape) / matmul_rate())
    for pipe in pipes.values():
        pipe.send(False)
    return (
        {way: (statistics.median(all_), min(all_), max(all_)) for way, all_ in rates.items()},
        statistics.median(fractions),
    )


WAYS = {  # name: (label, module it needs, function)
    "classic": ("Keras `predict` + `train_on_batch`", "keras", classic),
    "tf_function": ("`tf.function`, one update a call", "tensorflow", tf_function),
    "keras_fit": ("`keras.Model.fit`, one update a step", "keras", keras_fit),
    "torch_eager": ("PyTorch, eager, fused Adam", "torch", torch_eager),
    "jax_scan": ("JAX, `jit` and `lax.scan`", "jax", jax_scan),
    "ours": ("`helpers.training.GAN.fit`", "keras", ours),
}


def draw(results, path):
    """Bars of updates a second, one group a recipe, on a logarithmic axis."""
    import matplotlib

    matplotlib.use("svg")
    from helpers import plots  # noqa: F401  (the course's colours and fonts)

    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(1, len(results), figsize=(11, 3.2), sharey=True)
    for panel, (name, (rates, _)) in zip(
        [panels] if len(results) == 1 else panels, results.items()
    ):
        middle = [rates[way][0] for way in rates]
        colours = ["#004C8F" if way == "ours" else "#999999" for way in rates]
        bars = panel.barh(range(len(rates)), middle, color=colours)
        panel.bar_label(bars, [f"{rate:,.0f}" for rate in middle], padding=3, fontsize=8)
        panel.set(title=name, xscale="log", xlabel="updates a second", xlim=(1, 12_000))
        panel.set_yticks(range(len(rates)), [WAYS[way][0].replace("`", "") for way in rates])
        panel.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each way in each round")
    parser.add_argument("--recipes", nargs="+", choices=recipes(), default=[*recipes()])
    parser.add_argument("--figure", help="write bars to this file, such as figures/speed.svg")
    arguments = parser.parse_args()
    ways = [way for way, (_, module, _) in WAYS.items() if importlib.util.find_spec(module)]
    results = {}
    for name in arguments.recipes:
        rates, fraction = results[name] = measure(name, ways, arguments.rounds, arguments.seconds)
        print(f"\n{name}: {recipes()[name][0].title}")
        print("| way | updates a second (least to most) | ours is faster by |\n|---|---|---|")
        for way, (middle, least, most) in rates.items():
            ratio = rates["ours"][0] / middle
            print(f"| {WAYS[way][0]} | {middle:,.0f} ({least:,.0f} to {most:,.0f}) | {ratio:.1f} |")
        for way in WAYS.keys() - rates.keys():
            print(f"| {WAYS[way][0]} | not installed here | |")
        print(f"\nOurs reaches {fraction:.0%} of the float32 matrix-multiply rate.", flush=True)
    if arguments.figure:
        draw(results, arguments.figure)


if __name__ == "__main__":
    main()
