"""Is my answer right, and if not, which mistake? Each check returns a sentence at once.

A check compares meaning (values on many inputs, what moved and what did not), never source text.
`answer = None` means "not answered yet"; nothing raises, so the notebook runs on.
"""

import numpy as np
import tensorflow as tf

UNANSWERED = "Not answered yet: replace None and run the cell again."
LOGITS = np.linspace(-6, 3, 25, dtype="float32").reshape(-1, 1)


def _sigmoid(s):
    return 1 / (1 + np.exp(-s))


def _match(value, right, mistakes):
    """The sentence for a value: right, one of {sentence: wrong value}, or no known mistake."""
    if np.shape(value) != np.shape(right):
        return (
            f"Not yet: the answer should have shape {np.shape(right)}, yours has {np.shape(value)}."
        )
    if np.allclose(value, right, rtol=1e-3, atol=1e-4):
        return None
    for sentence, wrong in mistakes.items():
        if np.shape(wrong) == np.shape(value) and np.allclose(value, wrong, rtol=1e-3, atol=1e-4):
            return "Not yet: " + sentence
    return "Not yet, and it is none of the usual slips: compare your formula with the text."


def check_confused_discriminator(answer):
    """The discriminator's loss, in nats, where it answers 1/2 to everything: 2 log 2."""
    if answer is None:
        return UNANSWERED
    mistakes = {
        "that is log 2, the loss of one half; this loss is the sum of a real and a fake part.": np.log(
            2
        ),
        "the sign is turned: D minimises minus the value of the game.": -2 * np.log(2),
        "that is 2 log2(2), in bits; we count in nats, with the natural logarithm.": 2.0,
        "1/2 is what D answers; its loss is minus the logarithm of that, twice.": 0.5,
    }
    return _match(float(answer), 2 * np.log(2), mistakes) or (
        "Right: -log(1/2) for the real half and -log(1 - 1/2) for the generated half."
    )


def check_pixel_scale(answer):
    """A function from pixels 0..255 to the course's [-1, 1]."""
    if answer is None:
        return UNANSWERED
    pixels = np.arange(256, dtype="float32")
    mistakes = {
        "that is [0, 1], the range of a sigmoid; tanh reaches from -1 to 1.": pixels / 255,
        "that is [0, 2]: subtract 1 as well.": pixels / 127.5,
        "white and black are swapped: ink must be +1.": 1 - pixels / 127.5,
        "dividing by 128 leaves the brightest pixel at 0.99.": pixels / 128 - 1,
        "that is [-0.5, 0.5], half the range of tanh.": pixels / 255 - 0.5,
    }
    return _match(np.asarray(answer(pixels)), pixels / 127.5 - 1, mistakes) or (
        "Right: 0 becomes -1, 255 becomes +1, the two ends of tanh."
    )


def check_generator_loss(answer):
    """A function from the logits of generated images to the non-saturating loss, a scalar."""
    if answer is None:
        return UNANSWERED
    s = LOGITS.astype("float64")
    mistakes = {
        "the sign is turned: G minimises -log D(G(z)).": np.log(_sigmoid(s)).mean(),
        "that is log(1 - D(G(z))), the saturating loss.": -np.log1p(np.exp(s)).mean(),
        "that is -log(1 - D(G(z))): the discriminator's fake half, not the generator's loss.": np.log1p(
            np.exp(s)
        ).mean(),
        "take the mean over the batch, not the sum.": np.log1p(np.exp(-s)).sum(),
        "that takes the sigmoid twice: the input is a logit already.": np.log1p(
            np.exp(-_sigmoid(s))
        ).mean(),
        "that is minus the mean logit, the Wasserstein loss: the logarithm of the sigmoid is missing.": -s.mean(),
    }
    sentence = _match(
        np.asarray(answer(tf.constant(LOGITS))), np.log1p(np.exp(-s)).mean(), mistakes
    )
    if sentence:
        return sentence
    with np.errstate(all="ignore"):
        extreme = np.asarray(answer(tf.constant([[-1000.0]])))
    if not np.allclose(extreme, 1000):
        return (
            f"Nearly: at the logit -1000 the loss is 1000, yours is {extreme}. "
            "Do not take the log of a sigmoid; softplus(-s) is the same number and never overflows."
        )
    return "Right, and safe at any logit: -log sigmoid(s) = softplus(-s)."


def check_generator_step(answer, build):
    """A function (gan, z) that moves G once and D not at all. build() gives a fresh GAN."""
    if answer is None:
        return UNANSWERED
    gan = build()
    before = [[w.numpy() for w in player.weights] for player in (gan.generator, gan.discriminator)]
    z = tf.random.stateless_normal((32, gan.latent_dim), seed=(1, 2))
    score = float(tf.reduce_mean(gan.discriminator(gan.generator(z))))
    answer(gan, z)
    moved = [
        any((w.numpy() != b).any() for w, b in zip(player.weights, weights))
        for player, weights in zip((gan.generator, gan.discriminator), before)
    ]
    if moved[1]:
        return (
            "Not yet: D moved too. Take gradients with respect to the generator's variables only."
        )
    if not moved[0]:
        return "Not yet: G did not move. Apply the gradients with gan.generator_optimizer."
    if float(tf.reduce_mean(gan.discriminator(gan.generator(z)))) < score:
        return "Not yet: D now trusts these images less. The sign of the loss is turned."
    return "Right: G moved, D kept every bit, and D now rates the same z higher."
