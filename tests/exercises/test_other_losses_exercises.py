from helpers import exercises

import numpy as np
import pytest
import tensorflow as tf
from scipy import optimize, stats


def w1(a, b):
    return np.mean(abs(np.sort(a) - np.sort(b)))


def by_search(a, b):
    costs = abs(a[:, None] - b)
    return costs[optimize.linear_sum_assignment(costs)].mean()


def area_between_distribution_functions(a, b):
    both = np.sort(np.r_[a, b])
    left, right = (np.searchsorted(np.sort(one), both[:-1], "right") / len(one) for one in (a, b))
    return np.sum(abs(left - right) * np.diff(both))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (w1, "Right"),
        (by_search, "Right"),
        (stats.wasserstein_distance, "Right"),
        (area_between_distribution_functions, "Right"),
        (lambda a, b: tf.reduce_mean(abs(tf.sort(a) - tf.sort(b))), "Right"),
        (lambda a, b: np.mean(abs(a - b)), "in the order in which they are stored"),
        (lambda a, b: np.mean(abs(np.sort(a) - b)), "only one of the two"),
        (lambda a, b: np.mean(abs(a - np.sort(b))), "only the other one"),
        (lambda a, b: np.mean(np.sort(a) - np.sort(b)), "difference of the means"),
        (lambda a, b: np.mean(b) - np.mean(a), "difference of the means"),
        (lambda a, b: abs(a.mean() - b.mean()), "difference of the means"),
        (lambda a, b: np.sum(abs(np.sort(a) - np.sort(b))), "total distance"),
        (lambda a, b: np.sqrt(np.mean((np.sort(a) - np.sort(b)) ** 2)), "2-Wasserstein"),
        (lambda a, b: np.mean((np.sort(a) - np.sort(b)) ** 2), "mean square"),
        (lambda a, b: np.median(abs(np.sort(a) - np.sort(b))), "median"),
        (lambda a, b: abs(np.sort(a) - np.sort(b)), "shape"),
        (lambda a, b: 3.0, "none of the usual slips"),
    ],
)
def test_wasserstein_on_a_line(answer, words):
    assert words in exercises.check_wasserstein_on_a_line(answer)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (0.5, "Right"),
        (np.float32(0.5), "Right"),
        ((3 - 1) / (3 + 1), "Right"),
        (0.75, "labels 1 and 0"),
        (0, "undecided"),
        (np.log(3), "logistic loss"),
        (1, "label of real samples"),
        (-0.5, "sign"),
        (0.25, "q / (p + q)"),
        (2, "divided by"),
        (17, "none of the usual slips"),
    ],
)
def test_least_squares_logit(answer, words):
    assert words in exercises.check_least_squares_logit(answer)


def test_least_squares_logit_is_the_minimum():
    p, q = 0.75, 0.25
    found = optimize.minimize_scalar(lambda s: p * (s - 1) ** 2 + q * (s + 1) ** 2).x
    assert found == pytest.approx(0.5, abs=1e-6)


def per_image(n):
    return tf.random.uniform((n, 1, 1, 1))


def penalty(draw=per_image, norm=None, loss=None):
    """The right penalty, or one with another factor, norm or loss of the norms."""

    def answer(critic, real, fake):
        factor = draw(len(real))
        between = factor * real + (1 - factor) * fake
        with tf.GradientTape() as tape:
            tape.watch(between)
            logits = critic(between)
        gradients = tape.gradient(logits, between)
        norms = (norm or image_norm)(gradients)
        return (loss or (lambda norms: tf.reduce_mean((norms - 1) ** 2)))(norms)

    return answer


def image_norm(gradients):
    return tf.sqrt(tf.reduce_sum(gradients**2, axis=(1, 2, 3)) + 1e-12)


def flat_norm(gradients):
    return tf.norm(tf.reshape(gradients, (len(gradients), -1)), axis=1, keepdims=True)


def from_real_to_fake(critic, real, fake):
    return penalty()(critic, fake, real)


def with_training(critic, real, fake):
    return penalty()(lambda images: critic(images, training=True), real, fake)


def real_last(critic, real, fake):
    result = penalty()(critic, real, fake)
    critic(real)
    return result


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (penalty(), "Right"),
        (penalty(norm=flat_norm), "Right"),
        (from_real_to_fake, "Right"),
        (with_training, "Right"),
        (tf.function(penalty()), "Right"),
        (penalty(lambda n: tf.random.uniform((n, 6, 5, 2))), "do not lie on the segments"),
        (penalty(lambda n: tf.random.normal((n, 1, 1, 1))), "uniform distribution"),
        (penalty(lambda n: tf.random.uniform(())), "same factor"),
        (penalty(lambda n: 1.0), "at the real images"),
        (penalty(lambda n: 0.0), "at the generated images"),
        (real_last, "at the real images"),
        (penalty(norm=lambda g: tf.norm(g, axis=1)), "each column of pixels"),
        (penalty(norm=lambda g: tf.norm(g, axis=-1)), "each pixel gets"),
        (penalty(norm=lambda g: tf.norm(g, axis=(1, 2))), "each channel"),
        (penalty(norm=tf.norm), "the whole batch"),
        (penalty(norm=abs), "each value of the gradient"),
        (penalty(norm=lambda g: image_norm(g) ** 2), "root is missing"),
        (penalty(loss=lambda n: tf.reduce_mean(n**2)), "mean squared norm, as in R1"),
        (penalty(loss=lambda n: tf.reduce_mean(n**2) / 2), "half the mean squared norm"),
        (penalty(loss=lambda n: tf.reduce_mean(n - 1)), "square is missing"),
        (penalty(loss=lambda n: tf.reduce_sum((n - 1) ** 2)), "sum over the batch"),
        (penalty(loss=lambda n: 10 * tf.reduce_mean((n - 1) ** 2)), "leave its weight out"),
        (penalty(loss=lambda n: (n - 1) ** 2), "expected one number"),
        (penalty(loss=lambda n: 7.0), "none of the usual slips"),
        (lambda critic, real, fake: 0.0, "never calls the critic"),
        (lambda critic, real, fake: critic(real[:3])[0, 0], "the critic gets shape"),
    ],
)
def test_gradient_penalty(answer, words):
    tf.random.set_seed(0)
    assert words in exercises.check_gradient_penalty(answer)
    assert not tf.config.functions_run_eagerly()


def one_sided(critic, real, fake, excess=lambda norms: tf.nn.relu(norms - 1) ** 2, place=None):
    factor = tf.random.uniform((len(real), 1)) if place is None else place
    between = factor * real + (1 - factor) * fake
    with tf.GradientTape() as tape:
        tape.watch(between)
        logits = critic(between)
    norms = tf.sqrt(tf.reduce_sum(tape.gradient(logits, between) ** 2, axis=1) + 1e-12)
    return tf.reduce_mean(excess(norms))


def by_finite_differences(critic, real, fake):
    middle, h = (real + fake) / 2, 1e-3
    norms = abs(critic(middle + h) - critic(middle - h)) / (2 * h)
    return tf.reduce_mean(tf.maximum(norms - 1, 0) ** 2)


def with_excess(excess):
    return lambda critic, real, fake: one_sided(critic, real, fake, excess)


def signed(critic, real, fake):
    with tf.GradientTape() as tape:
        tape.watch(real)
        logits = critic(real)
    return tf.reduce_mean(tf.nn.relu(tape.gradient(logits, real) - 1) ** 2)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not answered yet"),
        (one_sided, "Right"),
        (by_finite_differences, "Right"),
        (with_excess(lambda norms: (norms - 1) ** 2), "a norm of 0.5 should cost nothing"),
        (with_excess(lambda norms: tf.nn.relu(1 - norms) ** 2), "a norm of 0.5"),
        (with_excess(lambda norms: tf.nn.relu(norms - 1)), "which costs its square"),
        (with_excess(lambda norms: 10 * tf.nn.relu(norms - 1) ** 2), "which costs its square"),
        (signed, "whichever the direction"),
        (0.826, "expected a function"),
        (lambda critic, real, fake: None, "one number, the penalty"),
    ],
)
def test_one_sided_penalty(answer, words):
    assert words in exercises.check_one_sided_penalty(answer, lambda penalty: 1.03, 1.0)


@pytest.mark.parametrize(
    ("estimate", "words"),
    [
        (0.95, "Right"),
        (tf.constant(1.1), "Right"),
        (0.6, "Where are the points"),
        (1.3, "Where are the points"),
        (np.nan, "not finite"),
        ("1", "an estimate of the distance"),
    ],
)
def test_the_critic_trained_with_the_penalty_must_find_the_distance(estimate, words):
    given = []
    verdict = exercises.check_one_sided_penalty(
        one_sided, lambda penalty: given.append(penalty) or estimate, 1.0
    )
    assert words in verdict and given == [one_sided]
