import random

from helpers import data, diagnostics, models, training
from helpers.losses import LOSSES

import keras
import numpy as np
import pytest
import tensorflow as tf
from small import equal, everything, players

# train_on_batch in Keras 3.12 goes through numpy's old __array__ signature
old_array_call = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy")

RING = data.ring(sigma=0.05)
REAL, FRESH = RING.sample(1000, seed=0), RING.sample(500, seed=1)


@pytest.fixture(scope="module")
def digits():
    """800 digits to train on, and 250 others, of 7 by 7 pixels."""
    images = data.load_mnist()[0][:, 2::4, 2::4]
    return images[::6][:800], images[1::20]


def calm(n=1000):
    """A history in which nothing goes wrong: noise around where two equal players stand."""
    noise = np.random.default_rng(0).normal
    return {
        "discriminator_loss": noise(1.35, 0.03, n),
        "generator_loss": noise(0.75, 0.03, n),
        "real_score": noise(0.52, 0.03, n),
        "fake_score": noise(0.48, 0.03, n),
        "real_accuracy": noise(0.6, 0.05, n),
        "fake_accuracy": noise(0.6, 0.05, n),
        "discriminator_gradient_norm": noise(0.5, 0.05, n),
        "generator_gradient_norm": noise(0.5, 0.05, n),
    }


def watched(n=1000):
    """The same with what a `Monitor` adds."""
    noise = np.random.default_rng(1).normal
    return calm(n) | {
        "discriminator_step": abs(noise(4e-3, 1e-3, n)),
        "generator_step": abs(noise(4e-3, 1e-3, n)),
        "generator_alignment": noise(0.02, 0.2, n),
    }


def names(diagnosis):
    return [finding.name for finding in diagnosis.findings]


def named(history=None, samples=FRESH, real=REAL, **options):
    """The names of all findings, in order."""
    return names(diagnostics.diagnose(history or {}, samples, real, **options))


# ---- samples ------------------------------------------------------------------------------


def test_a_calm_run_with_fresh_draws_of_the_data_is_healthy(digits):
    labels = data.load_mnist()[1][::6][:800]
    diagnosis = diagnostics.diagnose(watched(), digits[1], digits[0], labels=labels)
    assert diagnosis.name == "healthy" and str(diagnosis) == "Nothing found."
    assert diagnosis.unchecked == {}  # so all was looked for
    in_the_plane = diagnostics.diagnose(watched(), FRESH, REAL)
    assert in_the_plane.name == "healthy"
    assert [*in_the_plane.unchecked] == ["different scale", "missing classes"]
    assert "not looked for: missing classes (give the labels of the real" in str(in_the_plane)


def test_equal_samples_are_a_collapse(digits):
    diagnosis = diagnostics.diagnose(calm(), np.repeat(digits[1][:1], 100, axis=0), digits[0])
    (finding,) = diagnosis.findings
    assert diagnosis.name == "collapse" and [*finding.evidence.values()][0][0] == 0
    assert str(diagnosis).startswith("COLLAPSE: ") and "try: R1" in str(diagnosis)


@pytest.mark.parametrize(("shrunk", "found"), [(0.1, ["collapse"]), (0.6, [])])
def test_collapse_is_measured_as_distance_over_that_of_real_samples(shrunk, found):
    """In many dimensions all distances are nearly the same, and shrink as the samples do."""
    real, fresh = np.random.default_rng(0).normal(size=(2, 600, 16))
    diagnosis = diagnostics.diagnose({}, shrunk * fresh, real)
    assert [name for name in names(diagnosis) if name == "collapse"] == found
    for finding in diagnosis.findings[: len(found)]:
        ((measured, _),) = finding.evidence.values()
        assert measured == pytest.approx(shrunk, rel=0.1)


def test_variety_does_not_hang_on_the_order_of_the_samples(digits):
    kinds = np.repeat(digits[1][::10], 10, axis=0)  # 25 digits, ten times each, one after the other
    shuffled = np.random.default_rng(0).permutation(kinds)
    real = np.concatenate([digits[0], digits[1][5::10]])
    found = named(samples=kinds, real=real)
    assert found == named(samples=shuffled, real=real) and "collapse" not in found


@pytest.mark.parametrize(
    ("mixture", "kept", "found"),
    [
        (data.ring(sigma=0.05), [0, 3, 5], ["partial collapse"]),
        (data.ring(sigma=0.05), range(8), []),
        (data.grid(), range(0, 25, 4), ["partial collapse"]),
        (data.grid(), range(25), []),
    ],
)
def test_a_mixture_without_most_of_its_modes_is_a_partial_collapse(mixture, kept, found):
    samples = data.Mixture(mixture.centres[list(kept)], mixture.sigma).sample(500, seed=1)
    assert named(samples=samples, real=mixture.sample(1000, seed=0)) == found


def test_copies_are_memorised_and_fresh_draws_are_not(digits):
    images = digits[0][::27]  # 30 of all classes
    copies = images[np.random.default_rng(0).integers(30, size=200)]
    (finding,) = diagnostics.diagnose({}, copies, digits[0]).findings
    (ratio, _), (nearer, _) = finding.evidence.values()
    assert finding.name == "memorisation" and ratio == pytest.approx(0, abs=1e-6) and nearer == 1
    assert named(samples=digits[1], real=digits[0]) == []
    noise = np.random.default_rng(1).normal(0, 0.05, copies.shape)
    assert named(samples=copies + noise, real=digits[0]) == ["memorisation"]


def test_copies_are_found_wherever_they_lie_among_many_real_samples():
    rng = np.random.default_rng(0)
    real = rng.normal(size=(20_000, 8))
    assert named(samples=real[rng.integers(5000, 5030, 200)], real=real) == ["memorisation"]


@pytest.mark.parametrize("shade", [-1, 0, 1])
def test_blank_images_on_the_right_scale_are_a_collapse(digits, shade):
    blank = np.full((100, *digits[0].shape[1:]), shade, "float32")
    assert named(samples=blank, real=digits[0]) == ["collapse"]
    assert named(samples=blank, real=(digits[0] + 1) * 127.5) == ["different scale"]


def test_variety_is_read_in_the_features_that_are_given():
    """Collapsed along y alone: to be seen by whoever looks at y."""
    flat = FRESH * [1, 0]
    assert "collapse" not in named(samples=flat)
    assert "collapse" in named(samples=flat, features=lambda points: points[:, 1:])
    assert "collapse" not in named(samples=flat, features=lambda points: points[:, :1])


@pytest.mark.parametrize(
    ("real", "generated"),
    [
        (lambda v: (v + 1) * 127.5, lambda v: v),  # pixels as they are stored, tanh
        (lambda v: v, lambda v: (v + 1) / 2),  # [-1, 1], sigmoid
        (lambda v: (v + 1) / 2, lambda v: v),  # [0, 1], tanh
        (lambda v: v, lambda v: (v + 1) * 127.5),
    ],
)
def test_two_scales_are_told_apart_and_one_scale_is_not(digits, real, generated):
    images, fresh = digits
    assert named(calm(), generated(fresh), real(images)) == ["different scale"]
    assert named(calm(), real(fresh), real(images)) == []


# ---- scores -------------------------------------------------------------------------------


def wave(n=1000, height=0.3, period=100):
    return 0.5 + height * np.sin(2 * np.pi * np.arange(n) / period)


def test_a_swinging_score_is_an_oscillation_and_noise_as_wide_is_not():
    noise = np.random.default_rng(0).uniform(0.2, 0.8, 1000)
    assert named(calm() | {"fake_score": wave()}) == ["oscillation"]
    assert named(calm() | {"fake_score": noise}) == []
    settled = np.where(np.arange(1000) < 480, wave(), 0.5)
    assert named(calm() | {"fake_score": settled}) == []
    for looks in (20, 50, 100):  # now and then, at a score that jumps from update to update
        for seed in range(5):
            jumps = np.random.default_rng(seed).normal(0.5, 0.12, looks)
            assert named(calm(looks) | {"fake_score": jumps}) == []
    one_way = np.linspace(0.2, 0.8, 1000)
    assert named(calm() | {"fake_score": one_way}) == []


def test_turns_are_those_of_a_sine_that_are_high_enough():
    n, period = 2000, 160
    there = np.arange(n // 2 + 20, n - 20)  # its later half, less the window that smooths it
    hills = np.abs(np.diff(np.sign(np.cos(2 * np.pi * there / period)))).sum() / 2
    smoothed = np.sin(np.pi * 40 / period) / (40 * np.sin(np.pi / period))
    height = 2 * 0.3 * smoothed  # from valley to hill
    found = diagnostics.reversals(wave(n, 0.3, period), 0.98 * height)
    assert found == hills - 2  # the first and the last have no whole slope on one side
    assert diagnostics.reversals(wave(n, 0.3, period), 1.02 * height) == 0
    assert diagnostics.reversals(np.linspace(0, 1, n), 0.01) == 0
    assert diagnostics.reversals(np.full(100, 0.3), 0.01) == 0


def fooled(real_score, **columns):
    """D calls all generated samples real."""
    score = {"fake_score": np.ones(1000), "fake_accuracy": np.zeros(1000), "real_score": real_score}
    return calm() | score | columns


def test_a_frozen_discriminator_is_told_from_one_that_is_too_slow():
    still = calm()["real_score"]
    frozen = ["discriminator not training", "generator wins"]  # the cause first
    assert named(fooled(still)) == frozen
    assert named(fooled(still - np.linspace(0, 0.1, 1000))) == ["generator wins"]


def test_steps_of_the_discriminator_decide_where_they_were_measured():
    drifts, still = np.linspace(0.6, 0.4, 1000), calm()["real_score"]
    zeros = np.zeros(1000)
    moved = np.where(np.arange(1000) == 500, 1e-6, 0)
    assert named(fooled(drifts, discriminator_step=zeros))[0] == "discriminator not training"
    assert named(fooled(still, discriminator_step=moved)) == ["generator wins"]
    assert named(calm() | {"discriminator_step": zeros}) == ["discriminator not training"]


def sure(slopes):
    """D tells all samples apart, and G's gradient has these lengths."""
    ones = np.ones(1000)
    scores = {"real_accuracy": ones, "fake_accuracy": ones, "fake_score": 0.01 * ones}
    return calm() | scores | {"real_score": 0.99 * ones, "generator_gradient_norm": slopes}


def test_a_sure_discriminator_saturates_only_where_the_slope_is_gone():
    steep = calm()["generator_gradient_norm"]
    gone = steep * np.geomspace(1, 1e-3, 1000)
    assert named(sure(gone)) == ["saturation", "discriminator wins"]
    assert named(sure(steep)) == ["discriminator wins"]
    assert named(calm() | {"generator_gradient_norm": gone}) == []


# ---- what is not finite, and what is missing ----------------------------------------------


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("column", ["generator_loss", "discriminator_gradient_norm"])
def test_the_first_row_that_is_not_finite_is_named(value, column):
    history = calm()
    history[column][123:] = value
    diagnosis = diagnostics.diagnose(history, np.repeat(FRESH[:1], 100, axis=0), REAL)
    assert names(diagnosis) == ["non-finite"]  # nothing else is read beside it
    assert "first row that is not finite 124 (of 1000)" in str(diagnosis)


def test_samples_that_are_not_finite_are_found():
    samples = FRESH.copy()
    samples[::10, 0] = np.nan
    diagnosis = diagnostics.diagnose(calm(), samples, REAL)
    assert names(diagnosis) == ["non-finite"] and "0.05 (should be 0)" in str(diagnosis)


SURE = {"fake_score", "real_accuracy", "fake_accuracy"}
READ = {  # the columns without which there is no looking for it
    "discriminator not training": {"real_score", "fake_score"},
    "probabilities for logits": SURE | {"real_score"},
    "generator wins": SURE,
    "saturation": SURE | {"generator_gradient_norm"},
    "discriminator wins": SURE,
    "oscillation": {"fake_score"},
}


OTHERS = {  # not looked for in the plane, without a watch and without labels
    "different scale",
    "generator not training",
    "generator loss reversed",
    "missing classes",
}


@pytest.mark.parametrize("column", sorted(calm()))
def test_a_check_without_its_column_says_so(column):
    history = calm()
    del history[column]
    unchecked = diagnostics.diagnose(history, FRESH, REAL).unchecked
    for name in OTHERS:
        del unchecked[name]
    assert [*unchecked] == [name for name, needs in READ.items() if column in needs]
    assert all(f"history has no {column}" == why for why in unchecked.values())


@pytest.mark.parametrize(
    ("history", "options", "why"),
    [
        (calm(19), {}, "fewer than 20 measurements"),
        (calm(), {"loss": "wasserstein"}, "the logits of wasserstein are no log-odds"),
        (calm(), {"loss": "hinge"}, "no log-odds"),
        (calm(), {"loss": "relativistic"}, "no log-odds"),  # any number may be added to them
    ],
)
def test_scores_that_cannot_be_read_are_left_out(history, options, why):
    wild = history | {"fake_score": wave(len(history["fake_score"]))}
    diagnosis = diagnostics.diagnose(wild, np.repeat(FRESH[:1], 100, axis=0), REAL, **options)
    assert names(diagnosis) == ["collapse"]
    assert {name for name, said in diagnosis.unchecked.items() if why in said} == {*READ}
    assert f"not looked for: oscillation ({diagnosis.unchecked['oscillation']})" in str(diagnosis)


def test_few_real_samples_are_no_ground_for_a_partial_collapse():
    few = diagnostics.diagnose({}, FRESH, REAL[:499])
    assert few.unchecked["partial collapse"] == "fewer than 500 real samples"
    assert "partial collapse" not in diagnostics.diagnose({}, FRESH, REAL[:500]).unchecked


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"samples": FRESH[:, :1]}, r"one shape, got \(500, 1\), \(1000, 2\)"),
        ({"samples": FRESH[:, 0], "real": REAL[:, 0]}, "one shape"),
        ({"samples": FRESH[:99]}, "100 generated samples or more .* got 99 and 1000"),
        ({"real": REAL[:1]}, "got 500 and 1"),
        ({"real": np.where(REAL > 1, np.nan, REAL)}, "real holds values that are not finite"),
        (
            {"history": calm() | {"fake_score": np.ones(7)}},
            r"all of one n, got .*'fake_score': \(7,\)",
        ),
        ({"history": {"fake_score": 0.5}}, r"must be \(n,\), .*'fake_score': \(\)"),
        ({"loss": "cross_entropy"}, "loss must be one of .*'wasserstein'.*got 'cross_entropy'"),
        ({"history": calm() | {"d_loss": np.ones(1000)}}, r"may be \[.*'real_score'.*\['d_loss'\]"),
        ({"history": calm() | {"fake_scores": np.ones(1000)}}, r"got also \['fake_scores'\]"),
        (
            {"history": {"fake_score": ["a", "b"]}},
            r"history\['fake_score'\] must be an array of real",
        ),
        ({"history": [0.5, 0.4]}, "must be a dict of columns, a Monitor or .* got list"),
        ({"history": None}, "must be a dict of columns, a Monitor or .* got NoneType"),
        ({"samples": FRESH + 1j}, "samples must be an array of real numbers, got .*complex"),
        ({"samples": "abc"}, "samples must be an array of real numbers"),
        ({"real": [[1, 2], [3]]}, "real must be an array of real numbers"),
        ({"real": None}, "real must be an array of real numbers"),
        ({"samples": FRESH[:, :0], "real": REAL[:, :0]}, "one shape"),
        ({"features": 5}, "features must be a function of samples, got int"),
        (
            {"features": lambda x: x[:50]},
            r"one row for each sample, \(n, d\), got \(50, 2\) for 500",
        ),
        ({"features": lambda x: x[:, 0]}, r"one row for each sample, \(n, d\), got \(500,\)"),
        ({"features": lambda x: x * np.nan}, "what features returned holds .* not finite"),
        (
            {"labels": np.zeros(999, int)},
            r"one for each real sample, \(1000,\), got int64 \(999,\)",
        ),
        ({"labels": np.zeros(1000)}, r"labels must be ints .* got float64 \(1000,\)"),
        ({"labels": np.full(1000, -1)}, "labels must be ints of at least 0"),
        ({"labels": ["a"] * 1000}, "labels must be an array of real numbers"),
    ],
)
def test_diagnose_refuses(change, message):
    with pytest.raises(ValueError, match=message):
        diagnostics.diagnose(**{"history": calm(), "samples": FRESH, "real": REAL, **change})


# ---- a watch ------------------------------------------------------------------------------


@pytest.fixture
def latents():
    return data.sample_latent(64, 3, seed=0)


def plain(weights, x, slope=0.2):
    """Dense, leaky ReLU, dense, in NumPy and double precision."""
    first, first_bias, second, second_bias = (np.asarray(w, "float64") for w in weights)
    hidden = x @ first + first_bias
    return np.where(hidden > 0, hidden, slope * hidden) @ second + second_bias


PRICES = {  # of G, by the logits of its samples
    "non_saturating": lambda s: np.log1p(np.exp(-s)).mean(),
    "minimax": lambda s: -np.log1p(np.exp(s)).mean(),
    "hinge": lambda s: -s.mean(),
}


@pytest.mark.parametrize("loss", PRICES)
def test_a_look_agrees_with_plain_numpy(points, latents, loss):
    generator, discriminator = players()
    watch = diagnostics.Monitor(generator, discriminator, points[:64], latents, loss)
    watch.evaluate(7)
    g, d = generator.get_weights(), discriminator.get_weights()
    real, fake = plain(d, points[:64]).ravel(), plain(d, plain(g, latents)).ravel()
    assert np.allclose(watch.real_logits, real, atol=1e-5)
    assert np.allclose(watch.fake_logits, fake, atol=1e-5)
    assert np.allclose(watch.samples, plain(g, latents), atol=1e-5)

    def price(flat):
        parts = np.split(flat, np.cumsum([array.size for array in g])[:-1])
        weights = [part.reshape(array.shape) for part, array in zip(parts, g)]
        return PRICES[loss](plain(d, plain(weights, latents)))

    flat = np.concatenate([array.ravel() for array in g]).astype("float64")
    nudges = 1e-5 * np.eye(len(flat))
    slopes = [(price(flat + nudge) - price(flat - nudge)) / 2e-5 for nudge in nudges]
    expected = {
        "updates": 7,
        "discriminator_loss": np.log1p(np.exp(-real)).mean() + np.log1p(np.exp(fake)).mean(),
        "generator_loss": PRICES[loss](fake),
        "real_score": (1 / (1 + np.exp(-real))).mean(),
        "fake_score": (1 / (1 + np.exp(-fake))).mean(),
        "real_accuracy": (real > 0).mean(),
        "fake_accuracy": (fake < 0).mean(),
        "generator_gradient_norm": np.linalg.norm(slopes),
    }
    for name, value in expected.items():
        assert watch.history[name] == pytest.approx([value], rel=1e-4), name


def test_a_step_is_the_length_of_the_change_over_that_of_the_weights(points, latents):
    generator, discriminator = players()
    watch = diagnostics.Monitor(generator, discriminator, points[:64], latents)
    watch.evaluate(10)
    discriminator.set_weights([1.1 * array for array in discriminator.get_weights()])
    watch.evaluate(15)
    before = np.concatenate([array.ravel() for array in generator.get_weights()])
    nudged = [array + 0.01 for array in generator.get_weights()]
    generator.set_weights(nudged)
    watch.evaluate(17)
    length = 0.01 * np.sqrt(len(before)) / np.linalg.norm(before) / 2
    assert watch.history["updates"].tolist() == [10, 15, 17]
    assert watch.history["discriminator_step"] == pytest.approx([0, 0.1 / 5, 0], rel=1e-4)
    assert watch.history["generator_step"] == pytest.approx([0, 0, length], rel=1e-4)
    assert watch.history["discriminator_step"][[0, 2]].tolist() == [0, 0]
    assert watch.history["generator_step"][:2].tolist() == [0, 0]


def test_samples_that_are_the_real_ones_lie_at_the_floor(points):
    identity = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, "linear")])
    identity.set_weights([np.eye(2), np.zeros(2)])
    watch = diagnostics.Monitor(identity, players()[1], points, points)
    watch.evaluate(0)
    identity.set_weights([np.eye(2), np.full(2, 0.5)])
    watch.evaluate(1)
    assert (watch.samples == watch.sample_history[1]).all() and (
        watch.sample_history[0] == points
    ).all()
    assert watch.history["distance"][0] == pytest.approx(watch.baseline, rel=1e-5)
    assert watch.history["distance"][1] == pytest.approx(0.5, rel=0.1)  # of each coordinate


def test_as_a_callback_it_looks_at_the_right_updates(small_gan, points, latents):
    gan = small_gan()  # four updates in each call of `fit`
    watch = diagnostics.Monitor(gan.generator, gan.discriminator, points[:64], latents, every=8)
    for _ in range(2):
        gan.fit(points, batch_size=16, epochs=1, verbose=0, callbacks=[watch])
    assert watch.history["updates"].tolist() == [0, 8, 16, 24, 32]
    assert watch.history["discriminator_step"][0] == 0
    assert watch.history["discriminator_step"][1:].min() > 0


@pytest.mark.parametrize(
    ("every", "looks"), [(1, [0, 4, 8, 12, 16]), (6, [0, 8, 12]), (16, [0, 16]), (17, [0])]
)
def test_every_counts_updates_however_many_one_call_makes(small_gan, points, latents, every, looks):
    """A call makes four updates: a look follows the call in which a multiple of `every` lies."""
    gan = small_gan()
    watch = diagnostics.Monitor(gan.generator, gan.discriminator, points[:64], latents, every=every)
    gan.fit(points, batch_size=16, epochs=1, verbose=0, callbacks=[watch])
    assert watch.history["updates"].tolist() == looks


def test_every_counts_the_batches_of_steps_per_execution(points, latents):
    gan = PlainGAN(*players())
    adam = keras.optimizers.Adam(0.01), keras.optimizers.Adam(0.01)
    gan.compile(*adam, jit_compile=False, steps_per_execution=4)
    watch = diagnostics.Monitor(gan.generator, gan.discriminator, points[:64], latents, every=8)
    gan.fit(points, batch_size=32, epochs=3, verbose=0, shuffle=False, callbacks=[watch])
    assert watch.history["updates"].tolist() == [0, 8, 16, 24]


def test_watching_changes_nothing(small_gan, points, latents):
    """Weights, optimizers and all random states are the same to the bit."""
    ends = []
    for watched in (False, True):
        keras.utils.clear_session()  # set_random_seed leaves Keras 3.12's own generator as it is
        gan = small_gan()
        watch = diagnostics.Monitor(gan.generator, gan.discriminator, points[:64], latents, every=1)
        np.random.seed(0)
        gan.fit(points, batch_size=16, epochs=1, verbose=0, callbacks=[watch] * watched)
        state = everything(gan)
        draws = [keras.random.normal(()).numpy(), tf.random.normal(()).numpy()]
        draws += [np.random.random(), random.random()]
        ends.append([*state, *draws])
    assert len(watch.history["updates"]) == 5
    assert equal(*ends)


def test_a_look_drops_no_units(points, latents):
    generator, discriminator = (
        keras.Sequential([keras.layers.Dropout(0.5), *player.layers]) for player in players()
    )
    watch = diagnostics.Monitor(generator, discriminator, points[:64], latents)
    watch.evaluate(0)
    logits = watch.real_logits, watch.fake_logits
    watch.evaluate(1)
    assert (watch.sample_history[0] == watch.sample_history[1]).all()
    assert (logits[0] == watch.real_logits).all() and (logits[1] == watch.fake_logits).all()


class PlainGAN(keras.Model):
    """As in Keras' own guide; it knows nothing of this course."""

    def __init__(self, generator, discriminator):
        super().__init__()
        self.generator, self.discriminator = generator, discriminator
        self.cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)

    def compile(self, generator_optimizer, discriminator_optimizer, **rules):
        super().compile(**rules)
        self.generator_optimizer = generator_optimizer
        self.discriminator_optimizer = discriminator_optimizer

    def train_step(self, real):
        z, ones, zeros = tf.random.normal((32, 3)), tf.ones((32, 1)), tf.zeros((32, 1))
        with tf.GradientTape() as tape:
            fake = self.generator(z)
            on_real, on_fake = (self.discriminator(x, training=True) for x in (real, fake))
            loss = self.cross_entropy(ones, on_real) + self.cross_entropy(zeros, on_fake)
        weights = self.discriminator.trainable_weights
        self.discriminator_optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        with tf.GradientTape() as tape:
            loss = self.cross_entropy(ones, self.discriminator(self.generator(z)))
        weights = self.generator.trainable_weights
        self.generator_optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        return {"loss": loss}


def test_a_keras_model_of_ones_own_is_watched_and_diagnosed(points):
    gan = PlainGAN(*players())
    gan.compile(keras.optimizers.Adam(0.01), keras.optimizers.SGD(0.01), jit_compile=False)
    z = data.sample_latent(128, 3, seed=0)
    for rate in (0.01, 0.0):
        gan.discriminator_optimizer.learning_rate.assign(rate)
        watch = diagnostics.Monitor(gan.generator, gan.discriminator, points[:128], z, every=1)
        gan.fit(points, batch_size=32, epochs=3, verbose=0, shuffle=False, callbacks=[watch])
        assert watch.history["updates"].tolist() == list(range(25))
        diagnosis = diagnostics.diagnose(watch.history, watch.samples, points)
        few_points = {"different scale", "partial collapse", "missing classes"}
        assert {*diagnosis.unchecked} == few_points
        assert ("discriminator not training" in names(diagnosis)) == (rate == 0)
        assert (watch.history["discriminator_step"] == 0).all() == (rate == 0)


@old_array_call
@pytest.mark.parametrize("thawed", [False, True])
def test_the_classic_keras_program_is_caught_and_its_mended_form_is_not(points, thawed):
    """compile(D), freeze D, compile(G + D): Keras 3 reads `trainable` when the step runs.

    thawed: D is trainable again for each step of its own, though never while the watch looks.
    """
    generator, discriminator = players()
    z = data.sample_latent(128, 3, seed=0)
    watch = diagnostics.Monitor(generator, discriminator, points[:128], z)
    watch.evaluate(0)
    rules = {"optimizer": "adam", "loss": keras.losses.BinaryCrossentropy(from_logits=True)}
    discriminator.compile(**rules)
    discriminator.trainable = False
    combined = keras.Sequential([generator, discriminator])
    combined.compile(**rules)
    ones, zeros = np.ones((32, 1)), np.zeros((32, 1))

    def train(update):
        noise = data.sample_latent(32, 3, seed=update)
        discriminator.trainable = thawed
        discriminator.train_on_batch(points[:32], ones)
        discriminator.train_on_batch(generator(noise), zeros)
        discriminator.trainable = False
        combined.train_on_batch(noise, ones)
        watch.evaluate(update)

    if thawed:
        train(1)
    else:
        with pytest.warns(UserWarning, match="does not have any trainable weights"):
            train(1)
    for update in range(2, 21):
        train(update)
    found = named(watch.history, watch.samples, points)
    assert ("discriminator not training" in found[:1]) == (not thawed)
    assert watch.history["generator_step"][1:].min() > 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"loss": "cross_entropy"}, "loss must be one of .*'hinge'.* got 'cross_entropy'"),
        ({"loss": "relativistic"}, r"one of \[(?!.*relativistic.*\]).*got 'relativistic'"),
        ({"loss": None}, "loss must be one of .* got None"),
        ({"z": np.zeros((63, 3))}, r"as many real .* 4 or more: got \(64, 2\) and \(63, 3\)"),
        (
            {"z": np.zeros((3, 3)), "real": np.zeros((3, 2))},
            r"4 or more: got \(3, 2\) and \(3, 3\)",
        ),
        ({"z": np.zeros(64)}, r"got \(64, 2\) and \(64,\)"),
        ({"z": np.full((64, 3), np.nan)}, "z holds values that are not finite"),
        ({"z": np.zeros((64, 3)) + 1j}, "z must be an array of real numbers"),
        ({"real": np.full((64, 2), np.inf)}, "real holds values that are not finite"),
        ({"real": "digits"}, "real must be an array of real numbers"),
        ({"real": np.zeros((64, 5))}, r"the generator's shape, \(n, 2\), got \(64, 5\)"),
        ({"z": np.zeros((64, 7))}, r"the generator does not take an input of shape \(4, 7\)"),
        ({"generator": None}, "generator must be a Keras model, got NoneType"),
        ({"discriminator": lambda x: x}, "discriminator must be a Keras model, got function"),
        ({"discriminator": keras.Sequential([keras.layers.Dense(2)])}, r"\(n, 1\), got \(4, 2\)"),
        *(
            ({"every": every}, f"every must be a whole number of at least 1, got {every!r}")
            for every in (0, -1, 2.5, "50", None)
        ),
    ],
)
def test_a_watch_refuses(points, latents, change, message):
    with pytest.raises(ValueError, match=message):
        pair = dict(zip(("generator", "discriminator"), players()))
        diagnostics.Monitor(**{**pair, "real": points[:64], "z": latents, **change})


@pytest.mark.parametrize("updates", [-1, 2.5, "7", None])
def test_a_look_refuses_what_is_no_number_of_updates(points, latents, updates):
    watch = diagnostics.Monitor(*players(), points[:64], latents)
    with pytest.raises(ValueError, match="updates must be a whole number of at least 0"):
        watch.evaluate(updates)


def test_a_watch_takes_every_loss_that_is_not_paired(points, latents):
    for name in LOSSES:
        if not LOSSES[name].paired:
            watch = diagnostics.Monitor(*players(), points[:64], latents, loss=name)
            watch.evaluate(0)
            assert np.isfinite([*watch.history.values()]).all()


def test_weights_that_stand_still_are_found_under_any_loss():
    frozen = calm() | {"discriminator_step": np.zeros(1000)}
    found = diagnostics.diagnose(frozen, FRESH, REAL, loss="wasserstein")
    assert found.name == "discriminator not training"
    assert "discriminator not training" not in found.unchecked
    assert "generator wins" in found.unchecked


def test_a_watch_that_has_not_looked_says_so():
    watch = diagnostics.Monitor(*players(), np.zeros((4, 2)), np.zeros((4, 3)))
    with pytest.raises(ValueError, match="nothing was looked at yet"):
        _ = watch.history


# ---- what the moving parts of a watch tell ------------------------------------------------


def normalised(kind):
    """A discriminator whose state moves in every training call, learned or not."""
    keras.utils.set_random_seed(0)
    layers = keras.layers
    hidden = {
        "batch norm": [layers.Dense(8), layers.BatchNormalization()],
        "spectral norm": [layers.SpectralNormalization(layers.Dense(8), power_iterations=1)],
        "nested": [keras.Sequential([layers.SpectralNormalization(layers.Dense(8))])],
        "the course's dropout": [layers.Dense(8), models.Dropout(0.3)],
        "Keras' dropout": [layers.Dense(8), layers.Dropout(0.3)],
    }[kind]
    return keras.Sequential([keras.Input((2,)), *hidden, layers.LeakyReLU(0.2), layers.Dense(1)])


KINDS = ["batch norm", "spectral norm", "nested", "the course's dropout", "Keras' dropout"]


@pytest.mark.parametrize("rate", [0.0, 1e-6])
@pytest.mark.parametrize("kind", KINDS)
def test_moving_statistics_are_no_movement(points, kind, rate):
    """A learning rate of 1e-6 moves weights by little; statistics move by much at any rate."""
    discriminator = normalised(kind)
    gan = PlainGAN(players()[0], discriminator)
    state = [weight.numpy() for weight in discriminator.variables]
    gan.compile(keras.optimizers.Adam(0.01), keras.optimizers.SGD(rate), jit_compile=False)
    z = data.sample_latent(128, 3, seed=0)
    watch = diagnostics.Monitor(gan.generator, discriminator, points[:128], z, every=2)
    gan.fit(points, batch_size=32, epochs=6, verbose=0, shuffle=False, callbacks=[watch])
    moved = any((a != b.numpy()).any() for a, b in zip(state, discriminator.variables))
    assert moved  # so something could be mistaken for learning
    assert (watch.history["discriminator_step"] == 0).all() == (rate == 0)
    diagnosis = diagnostics.diagnose(watch, watch.samples, points)
    assert ("discriminator not training" in names(diagnosis)[:1]) == (rate == 0)


def test_weights_count_that_are_frozen_while_the_watch_is_made(points, latents):
    """By `trainable` of the model or of its layers; and the mark is left as it was."""
    for mark in (lambda d: [d], lambda d: d.layers):
        generator, discriminator = players()
        for part in mark(discriminator):
            part.trainable = False
        watch = diagnostics.Monitor(generator, discriminator, points[:64], latents)
        assert not any(part.trainable for part in mark(discriminator))
        assert discriminator.trainable_weights == []
        watch.evaluate(0)
        discriminator.set_weights([2 * array for array in discriminator.get_weights()])
        watch.evaluate(1)
        step = watch.history["discriminator_step"][1]
        assert step == (pytest.approx(1) if mark(discriminator) == [discriminator] else 0)


def test_alignment_is_the_cosine_to_the_negative_gradient(points, latents):
    generator, discriminator = players()
    watch = diagnostics.Monitor(generator, discriminator, points[:64], latents)
    start = generator.get_weights()
    with tf.GradientTape() as tape:
        loss = LOSSES["non_saturating"].generator(None, discriminator(generator(latents)))
    downhill = [-one.numpy() for one in tape.gradient(loss, generator.trainable_variables)]
    flat = np.concatenate([one.ravel() for one in downhill])
    across = np.random.default_rng(0).normal(size=flat.shape)
    across -= across @ flat / (flat @ flat) * flat
    length = np.linalg.norm(flat) / np.linalg.norm(across)
    expected, looks = [0], 0
    watch.evaluate(looks)
    for down, sideways in ((1, 0), (-1, 0), (0, 1), (3, 4), (-1, 1)):
        generator.set_weights(start)
        watch.evaluate(looks + 1)  # whose alignment is that of the way back
        move = down * flat + sideways * length * across
        move *= 3 / np.linalg.norm(move)  # far enough for another gradient there
        parts = np.split(move, np.cumsum([one.size for one in start])[:-1])
        generator.set_weights([a + b.reshape(a.shape) for a, b in zip(start, parts)])
        looks += 2
        watch.evaluate(looks)
        expected.append(down / np.hypot(down, sideways))
    assert watch.history["generator_alignment"][::2] == pytest.approx(expected, abs=2e-3)


def test_a_generator_without_the_argument_training_is_watched(points, latents):
    class Bare(keras.Model):
        def __init__(self, inner):
            super().__init__()
            self.inner = inner

        def call(self, z):
            return self.inner(z)

    generator, discriminator = players()
    watches = [
        diagnostics.Monitor(g, d, points[:64], latents)
        for g, d in ((generator, discriminator), (Bare(generator), Bare(discriminator)))
    ]
    for watch in watches:
        watch.evaluate(0)
    assert {k: v.tolist() for k, v in watches[0].history.items()} == {
        k: v.tolist() for k, v in watches[1].history.items()
    }


# ---- what looks healthy and is not --------------------------------------------------------


def test_a_generator_that_does_not_move_is_found_before_what_follows_from_it():
    zeros = np.zeros(1000)
    steep = calm()["generator_gradient_norm"]
    frozen = watched() | sure(steep) | {"generator_step": zeros, "generator_alignment": zeros}
    assert named(frozen) == ["generator not training", "discriminator wins"]
    moved = frozen | {"generator_step": np.where(np.arange(1000) == 500, 1e-6, 0)}
    assert named(moved) == ["discriminator wins"]


def test_a_generator_that_climbs_its_loss_is_found_before_what_follows_from_it():
    steep, noise = calm()["generator_gradient_norm"], np.random.default_rng(0).normal(0, 0.15, 1000)
    climbs = watched() | sure(steep) | {"generator_alignment": noise - 0.3}
    assert named(climbs) == ["generator loss reversed", "discriminator wins"]
    assert named(climbs | {"generator_alignment": noise}) == ["discriminator wins"]


def test_a_sigmoid_before_the_loss_is_read_from_the_scores():
    """Logits in (0, 1) have sigmoids in (0.5, 0.731)."""
    noise = np.random.default_rng(0).uniform
    ones, zeros = np.ones(1000), np.zeros(1000)
    flat = {"real_accuracy": ones, "fake_accuracy": zeros}
    flat |= {"real_score": noise(0.5, 0.73, 1000), "fake_score": noise(0.5, 0.51, 1000)}
    assert named(watched() | flat) == ["probabilities for logits"]
    assert "1.386" in str(diagnostics.diagnose(watched() | flat, FRESH, REAL))
    for other in (
        {"fake_accuracy": 0.01 * ones},  # a negative logit
        {"fake_score": flat["fake_score"] - 0.1},
        {"real_score": flat["real_score"] + 0.1},
    ):
        assert named(watched() | flat | other) == []


@pytest.mark.filterwarnings("ignore:.*from_logits=True:UserWarning")  # so Keras has seen it, too
@pytest.mark.parametrize("nested", [False, True])
def test_a_discriminator_that_ends_in_a_sigmoid_is_found_by_a_watch(points, nested):
    generator, discriminator = players()
    image = keras.Input((2,))
    squashed = keras.Sequential([discriminator, keras.layers.Activation("sigmoid")])
    if nested:
        squashed = keras.Model(image, squashed(image))
    gan = PlainGAN(generator, squashed)
    gan.compile(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3), jit_compile=False)
    z = data.sample_latent(128, 3, seed=0)
    watch = diagnostics.Monitor(generator, squashed, points[:128], z, every=1)
    gan.fit(points, batch_size=32, epochs=3, verbose=0, shuffle=False, callbacks=[watch])
    assert diagnostics.diagnose(watch, watch.samples, points).name == "probabilities for logits"


@pytest.fixture(scope="module")
def written():
    """2,500 digits of 28 by 28 pixels with their labels, and 2,500 others with theirs."""
    images, labels = data.load_mnist()
    order = np.random.default_rng(0).permutation(len(images))
    return images[order[::2]], labels[order[::2]], images[order[1::2]], labels[order[1::2]]


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        (range(10), []),
        (range(3), ["missing classes"]),
        (range(5), ["missing classes"]),
        ([0, 1, 2, 3, 4, 5, 7, 8], []),  # two of ten lie below the limit
    ],
)
def test_missing_classes(written, kept, expected):
    real, labels, fresh, fresh_labels = written
    some = np.random.default_rng(0).permutation(fresh[np.isin(fresh_labels, kept)])[:700]
    found = diagnostics.diagnose({}, some, real, labels=labels)
    assert names(found)[:1] == expected
    if expected:
        gone = ", ".join(str(digit) for digit in range(10) if digit not in kept)
        assert f"hardly ever generates the classes {gone}." in str(found)
    unlabelled = diagnostics.diagnose({}, some, real)
    assert unlabelled.unchecked["missing classes"] == "give the labels of the real samples"
    assert "missing classes (give the labels of the real samples)" in str(unlabelled)


@pytest.mark.parametrize("shift", [(1, 0), (0, -1), (-1, 1), (0, 0)])
@pytest.mark.parametrize("padded", [False, True])
def test_training_images_moved_by_a_pixel_are_memorised(written, shift, padded):
    real, _, fresh, _ = written

    def moved(images):
        rolled = np.roll(images, shift, axis=(1, 2))
        if padded:  # the edge that comes in is blank
            rolled[:, [0, -1]] = rolled[:, :, [0, -1]] = -1
        return rolled

    (finding,) = diagnostics.diagnose({}, moved(real[:300]), real).findings
    (ratio, _), (nearer, _) = finding.evidence.values()
    assert finding.name == "memorisation" and ratio < 1e-3 and nearer > 0.99
    assert names(diagnostics.diagnose({}, moved(fresh[:300]), real)) == []


def test_fifty_images_again_and_again_are_a_partial_collapse(written):
    real, _, fresh, _ = written
    rng = np.random.default_rng(0)
    fifty = fresh[rng.permutation(len(fresh))[:50]]
    copies = np.repeat(fifty, 20, axis=0)
    noise = rng.normal(0, 0.02, copies.shape)
    for samples in (copies, copies + noise):
        assert named({}, samples, real) == ["partial collapse"]
    assert named({}, fresh[:1000], real) == []


def test_grey_samples_of_coloured_data_are_a_partial_collapse(written):
    real, _, fresh, _ = written
    tint = np.random.default_rng(0).uniform(0, 1, (len(real), 1, 1, 3))

    def coloured(images):
        return (images + 1) * tint[: len(images)] - 1

    grey = np.repeat(coloured(fresh).mean(axis=-1, keepdims=True), 3, axis=-1)
    found = diagnostics.diagnose({}, grey[:500], coloured(real))
    assert names(found) == ["partial collapse"] and "hardly vary in colour" in str(found)
    assert named({}, coloured(fresh[:500]), coloured(real)) == []
    assert named({}, grey[:500], grey[500:1500]) == []  # the data are grey themselves


# ---- perfect samples of data that are no images -------------------------------------------


def binary(rng, n):
    return (rng.random((n, 12)) < 0.5).astype("float32")


def dense_binary(rng, n):
    return (rng.random((n, 300)) < 0.2).astype("uint8")


def sparse(rng, n):
    return rng.exponential(size=(n, 200)) * (rng.random((n, 200)) < 0.01)


def sparse_rows(rng, n):
    return rng.normal(size=(n, 50)) * (rng.random((n, 1)) < 0.05)


def one_hot(rng, n):
    return np.eye(10)[rng.integers(10, size=n)]


def counts(rng, n):
    return rng.poisson(0.5, (n, 3))


def on_a_line(rng, n):
    return rng.normal(size=(n, 1)) * np.linspace(1, 2, 30)


def one_number(rng, n):
    return rng.normal(size=(n, 1))


def on_a_circle(rng, n):
    angle = rng.uniform(0, 2 * np.pi, n)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def heavy_tails(rng, n):
    return rng.standard_t(3, (n, 20))


def sparse_images(rng, n):
    return (rng.random((n, 10, 10, 1)) < 1e-3).astype("float32") * 2 - 1


def binary_images(rng, n):
    return (rng.random((n, 12, 12)) < 0.5).astype("float32")


DATA = [binary, dense_binary, sparse, sparse_rows, one_hot, counts, on_a_line, one_number]
DATA += [on_a_circle, heavy_tails, sparse_images, binary_images]


@pytest.mark.parametrize("draw", DATA)
@pytest.mark.parametrize(("n", "m"), [(100, 60), (100, 700), (600, 1200)])
def test_perfect_samples_of_any_data_are_healthy(draw, n, m):
    for seed in range(2):
        rng = np.random.default_rng(seed)
        real, samples = draw(rng, m), draw(rng, n)
        diagnosis = diagnostics.diagnose(watched(), samples, real)
        assert diagnosis.name == "healthy", (seed, str(diagnosis))


@pytest.mark.parametrize("draw", [binary, dense_binary, heavy_tails, on_a_circle, binary_images])
def test_collapse_is_found_in_any_data(draw):
    rng = np.random.default_rng(0)
    real = draw(rng, 1000)
    assert named({}, np.repeat(draw(rng, 1), 300, axis=0), real) == ["collapse"]


@pytest.mark.parametrize("draw", [dense_binary, heavy_tails, on_a_circle, binary_images, sparse])
def test_copies_are_found_in_any_data(draw):
    rng = np.random.default_rng(0)
    real = draw(rng, 1000)
    assert "memorisation" in named({}, real[rng.permutation(1000)[:300]], real)


def test_where_real_samples_coincide_copies_cannot_be_told():
    rng = np.random.default_rng(0)
    diagnosis = diagnostics.diagnose({}, one_hot(rng, 300), one_hot(rng, 800))
    why = diagnosis.unchecked["memorisation"]
    assert why == "half of the real samples or more have an exact copy among them"


# ---- histories ----------------------------------------------------------------------------


def test_columns_are_those_of_the_engine_and_of_a_watch(points, latents):
    watch = diagnostics.Monitor(*players(), points[:64], latents)
    watch.evaluate(0)
    assert {*diagnostics.COLUMNS} == {*training.HISTORY_COLUMNS, *watch.history}


def test_what_fit_returns_is_read_or_refused(small_gan, points):
    gan = small_gan()
    history = gan.fit(points, batch_size=16, epochs=25, verbose=0)
    found = diagnostics.diagnose(history, np.repeat(points[:1], 100, axis=0), points)
    assert found.name == "collapse" and "oscillation" not in found.unchecked  # 25 rows are enough
    other = PlainGAN(*players())
    other.compile(keras.optimizers.Adam(), keras.optimizers.Adam(), jit_compile=False)
    history = other.fit(points, batch_size=32, epochs=1, verbose=0)
    with pytest.raises(ValueError, match=r"the columns of history may be .* got also \['loss'\]"):
        diagnostics.diagnose(history, points, points)


def test_the_last_quarter_decides():
    """Not the first, not the whole: D wins late, or has won and lost again."""
    late, early = np.arange(1000) >= 740, np.arange(1000) < 260
    steep = calm()["generator_gradient_norm"]
    for when, found in ((late, ["discriminator wins"]), (early, [])):
        history = {name: np.where(when, sure(steep)[name], calm()[name]) for name in calm()}
        assert named(history) == found


@pytest.mark.parametrize("worse", ["real_accuracy", "fake_accuracy"])
def test_both_accuracies_must_be_high_for_d_to_win(worse):
    steep = calm()["generator_gradient_norm"]
    assert named(sure(steep)) == ["discriminator wins"]
    assert named(sure(steep) | {worse: np.full(1000, 0.9)}) == []


@pytest.mark.parametrize(
    ("score", "height", "message"),
    [
        (np.zeros((9, 9)), 0.1, r"score must be \(n,\), n of at least 4, got \(9, 9\)"),
        ([1, 2, 3], 0.1, r"got \(3,\)"),
        ([1, 2, np.nan, 3], 0.1, "score holds values that are not finite"),
        ("abc", 0.1, "score must be an array of real numbers"),
        (np.zeros(9), 0, "height must be above 0 and finite, got 0"),
        (np.zeros(9), "1", "height must be above 0 and finite, got '1'"),
    ],
)
def test_turns_refuses(score, height, message):
    with pytest.raises(ValueError, match=message):
        diagnostics.reversals(score, height)
