"""The functions that lesson 04 writes out, against `helpers.losses` and known values."""

import pathlib

from helpers import losses

import keras
import nbformat
import numpy as np
import pytest
import tensorflow as tf
from scipy import integrate, optimize, stats

NOTEBOOK = pathlib.Path(__file__).resolve().parents[1] / "notebooks/04_other_losses.ipynb"
WANTED = ("wasserstein(", "jsd_of_lines", "wasserstein_d", "gradient_penalty", "least_squares_d")


@pytest.fixture(scope="module")
def lesson():
    """The lesson's own functions, by name: those of the cells that define one of WANTED."""
    sources = [cell.source for cell in nbformat.read(NOTEBOOK, as_version=4).cells]
    names = {}
    exec(next(source for source in sources if "set_random_seed" in source), names)
    for name in WANTED:
        (source,) = [one for one in sources if f"def {name}" in one and "check_" not in one]
        code = source.split("\n\n\nreal_points")[0]
        exec(code, names)
    return names


PAIRS = {
    "minimax": ("logistic_d", "minimax_g"),
    "non_saturating": ("logistic_d", "non_saturating_g"),
    "least_squares": ("least_squares_d", "least_squares_g"),
    "hinge": ("hinge_d", "wasserstein_g"),
    "wasserstein": ("wasserstein_d", "wasserstein_g"),
    "relativistic": ("relativistic_d", "relativistic_g"),
}


@pytest.mark.parametrize("name", losses.LOSSES)
def test_the_lessons_losses_are_those_of_the_helpers(lesson, name):
    real, fake = tf.random.stateless_normal((2, 64, 1), seed=(0, 0)) * 3
    ours, theirs = losses.LOSSES[name], [lesson[one] for one in PAIRS[name]]
    for mine, other in zip((ours.discriminator, ours.generator), theirs):
        assert float(other(real, fake)) == pytest.approx(float(mine(real, fake)), rel=1e-5)


def test_the_lessons_penalty_is_that_of_the_helpers(lesson):
    """On a critic whose gradient norm is the same everywhere, so that the points do not matter."""
    linear = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    linear.set_weights([np.float32([[0.3], [0.4]]), np.zeros(1, "float32")])
    real, fake = tf.ones((8, 2)), tf.zeros((8, 2))
    _, _, penalties = losses.logits_and_penalties(linear, real, fake, ["wgan_gp"])
    assert float(lesson["gradient_penalty"](linear, real, fake)) == pytest.approx(0.25, rel=1e-4)
    assert float(penalties["wgan_gp"]) == pytest.approx(0.25, rel=1e-4)


def test_search_and_sorting_agree_on_a_line(lesson):
    real, fake = np.random.default_rng(0).normal(size=(2, 50, 1))
    assert lesson["wasserstein"](real, fake) == pytest.approx(
        stats.wasserstein_distance(real.ravel(), fake.ravel())
    )


def test_jsd_of_two_normals_by_integration(lesson):
    def excess(x, density, other):
        return density(x) * np.log(2 * density(x) / (density(x) + other(x)))

    for theta, sigma in ((1.0, 1.0), (-1.0, 0.5), (0.3, 0.2)):
        p, q = stats.norm(0, sigma).pdf, stats.norm(theta, sigma).pdf
        limits = -8 * sigma - abs(theta), 8 * sigma + abs(theta)
        halves = [integrate.quad(excess, *limits, args=pair)[0] for pair in ((p, q), (q, p))]
        jsd = lesson["jsd_of_lines"](np.array([theta]), sigma)
        assert jsd == pytest.approx(sum(halves) / 2, abs=1e-5)
    assert lesson["jsd_of_lines"](np.array([0.0, 1e-9]), 0).tolist() == [0, np.log(2)]


def test_no_critic_of_slope_1_exceeds_the_lessons_best():
    """The dual for real points 0, 4, 6 and generated points 1, 2, 9, as a linear programme."""
    x, sign = np.array([0.0, 1, 2, 4, 6, 9]), np.array([1, -1, -1, 1, 1, -1]) / 3
    steps = np.diff(np.eye(6), axis=0)
    dual = optimize.linprog(
        -sign,
        A_ub=np.r_[steps, -steps],
        b_ub=np.tile(np.diff(x), 2),
        A_eq=np.eye(6)[1:2],
        b_eq=[0],
        bounds=(None, None),
    )
    assert -dual.fun == pytest.approx(2)
    assert sign @ np.array([1.0, 0, 0, 2, 2, -1]) == pytest.approx(2)


def test_the_soft_penalty_lets_the_gradient_norm_exceed_1():
    for distance, weight in ((1.0, 10.0), (0.667, 1.0)):
        best = optimize.minimize_scalar(lambda a: weight * (a - 1) ** 2 - a * distance)  # noqa: B023
        assert best.x == pytest.approx(1 + distance / (2 * weight), abs=1e-6)
