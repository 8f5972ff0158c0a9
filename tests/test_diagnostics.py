import random

from helpers import data, diagnostics
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


def names(diagnosis):
    return [finding.name for finding in diagnosis.findings]


def named(history=None, samples=FRESH, real=REAL, **options):
    """The names of all findings, in order."""
    return names(diagnostics.diagnose(history or {}, samples, real, **options))


# ---- samples ------------------------------------------------------------------------------


def test_a_calm_run_with_fresh_draws_of_the_data_is_healthy(digits):
    diagnosis = diagnostics.diagnose(calm(), digits[1], digits[0])
    assert diagnosis.name == "healthy" and str(diagnosis) == "Nothing found."
    assert diagnosis.unchecked == {}  # so all was looked for
    in_the_plane = diagnostics.diagnose(calm(), FRESH, REAL)
    assert in_the_plane.name == "healthy" and [*in_the_plane.unchecked] == ["different scale"]


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
    assert named(samples=kinds, real=real) == named(samples=shuffled, real=real) == []


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
    ((ratio, _),) = finding.evidence.values()
    assert finding.name == "memorisation" and ratio == pytest.approx(0, abs=1e-6)
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
    found = diagnostics.turns(wave(n, 0.3, period), 0.98 * height)
    assert found == hills - 2  # the first and the last have no whole slope on one side
    assert diagnostics.turns(wave(n, 0.3, period), 1.02 * height) == 0
    assert diagnostics.turns(np.linspace(0, 1, n), 0.01) == 0
    assert diagnostics.turns(np.full(100, 0.3), 0.01) == 0


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
    "generator wins": SURE,
    "saturation": SURE | {"generator_gradient_norm"},
    "discriminator wins": SURE,
    "oscillation": {"fake_score"},
}


@pytest.mark.parametrize("column", sorted(calm()))
def test_a_check_without_its_column_says_so(column):
    history = calm()
    del history[column]
    unchecked = diagnostics.diagnose(history, FRESH, REAL).unchecked
    del unchecked["different scale"]  # of points
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
    assert [name for name, said in diagnosis.unchecked.items() if why in said] == [*READ]
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
    watch = diagnostics.Watch(generator, discriminator, points[:64], latents, loss)
    watch.look(7)
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
    watch = diagnostics.Watch(generator, discriminator, points[:64], latents)
    watch.look(10)
    discriminator.set_weights([1.1 * array for array in discriminator.get_weights()])
    watch.look(15)
    before = np.concatenate([array.ravel() for array in generator.get_weights()])
    nudged = [array + 0.01 for array in generator.get_weights()]
    generator.set_weights(nudged)
    watch.look(17)
    length = 0.01 * np.sqrt(len(before)) / np.linalg.norm(before) / 2
    assert watch.history["updates"].tolist() == [10, 15, 17]
    assert watch.history["discriminator_step"] == pytest.approx([0, 0.1 / 5, 0], rel=1e-4)
    assert watch.history["generator_step"] == pytest.approx([0, 0, length], rel=1e-4)
    assert watch.history["discriminator_step"][[0, 2]].tolist() == [0, 0]
    assert watch.history["generator_step"][:2].tolist() == [0, 0]


def test_samples_that_are_the_real_ones_lie_at_the_floor(points):
    identity = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, "linear")])
    identity.set_weights([np.eye(2), np.zeros(2)])
    watch = diagnostics.Watch(identity, players()[1], points, points)
    watch.look(0)
    identity.set_weights([np.eye(2), np.full(2, 0.5)])
    watch.look(1)
    assert (watch.samples == watch.film[1]).all() and (watch.film[0] == points).all()
    assert watch.history["distance"][0] == pytest.approx(watch.floor, rel=1e-5)
    assert watch.history["distance"][1] == pytest.approx(0.5, rel=0.1)  # of each coordinate


def test_as_a_callback_it_looks_at_the_right_updates(small_gan, points, latents):
    gan = small_gan()  # four updates in each call of `fit`
    watch = diagnostics.Watch(gan.generator, gan.discriminator, points[:64], latents, every=2)
    for _ in range(2):
        gan.fit(points, batch_size=16, epochs=1, verbose=0, callbacks=[watch])
    assert watch.history["updates"].tolist() == [0, 8, 16, 24, 32]
    assert watch.history["discriminator_step"][0] == 0
    assert watch.history["discriminator_step"][1:].min() > 0


def test_watching_changes_nothing(small_gan, points, latents):
    """Weights, optimizers and all random states are the same to the bit."""
    ends = []
    for watched in (False, True):
        keras.utils.clear_session()  # set_random_seed leaves Keras 3.12's own generator as it is
        gan = small_gan()
        watch = diagnostics.Watch(gan.generator, gan.discriminator, points[:64], latents, every=1)
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
    watch = diagnostics.Watch(generator, discriminator, points[:64], latents)
    watch.look(0)
    logits = watch.real_logits, watch.fake_logits
    watch.look(1)
    assert (watch.film[0] == watch.film[1]).all()
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
            on_real, on_fake = (self.discriminator(x) for x in (real, self.generator(z)))
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
        watch = diagnostics.Watch(gan.generator, gan.discriminator, points[:128], z, every=1)
        gan.fit(points, batch_size=32, epochs=3, verbose=0, shuffle=False, callbacks=[watch])
        assert watch.history["updates"].tolist() == list(range(25))
        diagnosis = diagnostics.diagnose(watch.history, watch.samples, points)
        assert {*diagnosis.unchecked} == {"different scale", "partial collapse"}  # few, and points
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
    watch = diagnostics.Watch(generator, discriminator, points[:128], z)
    watch.look(0)
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
        watch.look(update)

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
        ({"z": np.zeros((63, 3))}, "as many real samples as latent vectors, 4 or more: 64, 63"),
        ({"z": np.zeros((3, 3)), "real": np.zeros((3, 2))}, "4 or more: 3, 3"),
    ],
)
def test_a_watch_refuses(points, latents, change, message):
    with pytest.raises(ValueError, match=message):
        diagnostics.Watch(*players(), **{"real": points[:64], "z": latents, **change})


def test_a_watch_takes_every_loss_that_is_not_paired(points, latents):
    for name in LOSSES:
        if not LOSSES[name].paired:
            watch = diagnostics.Watch(*players(), points[:64], latents, loss=name)
            watch.look(0)
            assert np.isfinite([*watch.history.values()]).all()


def test_weights_that_stand_still_are_found_under_any_loss():
    frozen = calm() | {"discriminator_step": np.zeros(1000)}
    found = diagnostics.diagnose(frozen, FRESH, REAL, loss="wasserstein")
    assert found.name == "discriminator not training"
    assert "discriminator not training" not in found.unchecked
    assert "generator wins" in found.unchecked


def test_a_watch_that_has_not_looked_says_so():
    watch = diagnostics.Watch(*players(), np.zeros((4, 2)), np.zeros((4, 3)))
    with pytest.raises(ValueError, match="nothing was looked at yet"):
        _ = watch.history
