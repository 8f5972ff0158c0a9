"""Lesson 03: its formulas against eigenvalues of numerical Jacobians of the true updates."""

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit as sigmoid

RATES = (0.05, 0.2, 1.0, 2.5)


def value_function(theta, w):
    """V of the Dirac-GAN: the real sample is 0, the generated one theta, the logit w x."""
    return np.log(0.5) + np.log(1 - sigmoid(w * theta))


def update(theta, w, rate, gamma=0.0, alternate=False, saturating=True):
    """Gradients by finite differences of V and of the losses, independent of the lesson's algebra."""
    h = 1e-6

    def d_objective(w):
        return value_function(theta, w) - gamma / 2 * w**2

    new_w = w + rate * (d_objective(w + h) - d_objective(w - h)) / (2 * h)
    seen = new_w if alternate else w

    def g_loss(theta):
        return value_function(theta, seen) if saturating else -np.log(sigmoid(seen * theta))

    return theta - rate * (g_loss(theta + h) - g_loss(theta - h)) / (2 * h), new_w


def noisy_update(theta, w, rate, sigma_real, sigma_fake):
    noise = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    real, fake = sigma_real * noise, theta + sigma_fake * noise
    new_w = w + rate * np.mean((1 - sigmoid(w * real)) * real - sigmoid(w * fake) * fake)
    return theta + rate * np.mean(1 - sigmoid(w * fake)) * w, new_w


def jacobian(function, size=2):
    h = 1e-3
    columns = [(np.array(function(*e)) - function(*-e)) / (2 * h) for e in h * np.eye(size)]
    return np.array(columns).T


def eigenvalues(function, size=2):
    return np.sort_complex(np.linalg.eigvals(jacobian(function, size)))


def modulus(function, size=2):
    return abs(eigenvalues(function, size)).max()


@pytest.mark.parametrize("rate", RATES)
def test_simultaneous_updates_diverge_at_every_learning_rate(rate):
    got = eigenvalues(lambda t, w: update(t, w, rate))
    assert np.allclose(got, [1 - 0.5j * rate, 1 + 0.5j * rate], atol=1e-4)
    assert np.allclose(abs(got), np.sqrt(1 + rate**2 / 4), atol=1e-4)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("saturating", [True, False])
def test_alternating_updates_lie_on_the_unit_circle_with_either_loss(rate, saturating):
    got = eigenvalues(lambda t, w: update(t, w, rate, alternate=True, saturating=saturating))
    assert np.allclose(abs(got), 1, atol=1e-4)


def test_alternating_updates_leave_the_circle_beyond_four():
    assert modulus(lambda t, w: update(t, w, 3.95, alternate=True)) < 1 + 1e-3
    assert modulus(lambda t, w: update(t, w, 4.1, alternate=True)) > 1.5


@pytest.mark.parametrize("rate", RATES)
def test_a_simultaneous_step_goes_sideways(rate):
    for theta, w in np.random.default_rng(0).normal(size=(10, 2)):
        d = sigmoid(w * theta)
        new = np.array(update(theta, w, rate))
        assert np.isclose((new - (theta, w)) @ (theta, w), 0, atol=1e-6)
        assert np.isclose(new @ new, (1 + rate**2 * d**2) * (theta**2 + w**2), atol=1e-5)


@pytest.mark.parametrize("rate", [0.05, 0.2, 0.8])
@pytest.mark.parametrize("gamma", [0.1, 0.3, 0.6])
def test_modulus_with_r1_while_the_eigenvalues_are_complex(rate, gamma):
    both = [modulus(lambda t, w, a=a: update(t, w, rate, gamma, alternate=a)) for a in (0, 1)]
    assert np.allclose(both[0], np.sqrt(1 - rate * gamma + rate**2 / 4), atol=1e-4)
    assert np.allclose(both[1], np.sqrt(1 - rate * gamma), atol=1e-4)


@pytest.mark.parametrize(("rate", "alternate", "best"), [(0.2, 0, 1), (0.2, 1, 0.95), (1, 1, 0.75)])
def test_the_best_gamma(rate, alternate, best):
    moduli = {
        gamma: modulus(lambda t, w, g=gamma: update(t, w, rate, g, alternate=alternate))
        for gamma in (best - 0.1, best, best + 0.1)
    }
    assert min(moduli, key=moduli.get) == best
    assert np.isclose(moduli[best], 1 - rate / 2, atol=0.01)  # a double root feels errors' roots


@pytest.mark.parametrize(
    ("gamma", "alternate", "limit"), [(0.5, 0, 2), (0.5, 1, 2.4721), (1, 1, 1.6569)]
)
def test_the_largest_learning_rate_with_r1(gamma, alternate, limit):
    assert modulus(lambda t, w: update(t, w, limit - 0.02, gamma, alternate)) < 1
    assert modulus(lambda t, w: update(t, w, limit + 0.02, gamma, alternate)) > 1


@pytest.mark.parametrize("sigma", [0.5, 1.0, 2.0])
def test_instance_noise_is_r1_with_half_its_variance(sigma):
    by_noise = jacobian(lambda t, w: noisy_update(t, w, 0.2, sigma, sigma))
    assert np.allclose(by_noise, jacobian(lambda t, w: update(t, w, 0.2, sigma**2 / 2)), atol=1e-3)


def test_noise_on_one_side_counts_half():
    by_noise = jacobian(lambda t, w: noisy_update(t, w, 0.2, 0.0, 1.0))
    assert np.allclose(by_noise, jacobian(lambda t, w: update(t, w, 0.2, 0.25)), atol=1e-3)


def test_extragradient_converges_without_a_penalty():
    def extragradient(theta, w, rate=0.2):
        ahead = update(theta, w, rate)
        there = np.array(update(*ahead, rate)) - ahead
        return theta + there[0], w + there[1]

    assert np.isclose(modulus(extragradient), np.sqrt((1 - 0.01) ** 2 + 0.01), atol=1e-4)


@pytest.mark.parametrize(
    ("beta", "gamma", "converges"), [(0.9, 0.5, False), (0.5, 0.5, True), (-0.5, 0, True)]
)
def test_momentum(beta, gamma, converges):
    def with_momentum(theta, w, m_theta, m_w):
        m_w = beta * m_w + (1 - beta) * (sigmoid(w * theta) * theta + gamma * w)
        w = w - 0.2 * m_w
        m_theta = beta * m_theta + (1 - beta) * sigmoid(w * theta) * w
        return theta + 0.2 * m_theta, w, m_theta, m_w

    assert (modulus(with_momentum, size=4) < 1) == converges
