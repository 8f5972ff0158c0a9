from helpers import diagnostics, training
from helpers.diagnostics import scenarios

import numpy as np
import pytest

# train_on_batch in Keras 3.12 goes through numpy's old __array__ signature
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy")


@pytest.fixture(scope="module")
def games():
    return {name: scenarios.Experiment(name) for name in ("digits", "ring")}


def played(game, settings, updates, seed=None):
    """The history of so many updates, from a fresh start if there is a seed, to its end or NaN."""
    if seed is not None:
        game.reset(seed)
    before = game.gan.updates_made
    try:
        for _ in range(updates // 50):  # one length, so one compilation
            game.train(settings, 50)
        history = game.gan.update_history
    except training.NonFiniteTraining as error:
        history = error.history
    return {name: values[before:] for name, values in history.items()}


def diagnosed(game, settings, history):
    samples = game.gan.sample(300, seed=0, ema=False)
    return diagnostics.diagnose(history, samples, game.real(settings))


# ---- recipes ------------------------------------------------------------------------------


def test_what_can_be_planted_is_what_can_be_named():
    of_programs = {  # slips in a program or in its data: no setting of a game plants them
        "generator not training",
        "generator loss reversed",
        "probabilities for logits",
        "missing classes",
    }
    known = {name for name, _, _ in diagnostics.CHECKS}
    assert known - of_programs == {*scenarios.FAILURES} - {"healthy"} and of_programs < known
    assert all(name == failure.name for name, failure in scenarios.FAILURES.items())


@pytest.mark.parametrize("failure", scenarios.FAILURES.values(), ids=lambda failure: failure.name)
def test_every_recipe_names_a_game_and_its_data(games, failure):
    game = games[failure.experiment]
    shape = game.gan.sample_shape
    for settings in (failure.settings, failure.fixed):
        real = game.real(settings)
        assert real.shape[1:] == shape and real.dtype == np.float32
        assert settings.loss in game.gan.loss_names
        assert settings.latent_dim is None or 1 <= settings.latent_dim <= game.gan.latent_dim
    assert (failure.settings == failure.fixed) == (failure.name == "healthy")
    assert failure.cause and failure.fix and failure.updates >= diagnostics.LIMITS.rows


def test_the_games_are_two():
    with pytest.raises(ValueError, match='"digits" and "ring", got \'faces\''):
        scenarios.Experiment("faces")


# ---- a game -------------------------------------------------------------------------------


def state(game):
    players = (game.gan.generator, game.gan.discriminator)
    return [*game.gan.update_history.values(), *(w.numpy() for p in players for w in p.weights)]


def test_a_seed_gives_one_run_whatever_was_played_before(games):
    game = games["ring"]
    runs = []
    for seed in (3, 4, 3):
        played(game, scenarios.CALM_RING, 100, seed)
        runs.append(state(game))
        played(game, scenarios.FAILURES["oscillation"].settings, 50)
    assert all(np.array_equal(a, b) for a, b in zip(runs[0], runs[2]))
    assert not any(np.array_equal(a, b) for a, b in zip(runs[0], runs[1]))


def test_settings_are_those_that_are_played(games):
    game = games["ring"]
    chosen = scenarios.Settings(2e-3, 0.0, 0.7, "minimax", 1)
    game.reset(0)
    generator, discriminator = (
        game.gan.generator.get_weights(),
        game.gan.discriminator.get_weights(),
    )
    history = played(game, chosen, 50)
    gan = game.gan
    assert gan.generator_optimizer.learning_rate.numpy() == pytest.approx(2e-3)
    assert gan.discriminator_optimizer.learning_rate.numpy() == 0
    assert gan.penalty_weights["r1"].numpy() == pytest.approx(0.7)
    assert gan.active_latent_dim.numpy() == 1 and gan.loss_name == "minimax"
    assert history["generator_loss"].max() < 0  # log(1 - D)
    assert all((a == b).all() for a, b in zip(discriminator, gan.discriminator.get_weights()))
    assert not any((a == b).all() for a, b in zip(generator, gan.generator.get_weights()))
    game.train(scenarios.Settings(), 50)
    assert gan.active_latent_dim.numpy() == 2 and gan.loss_name == "non_saturating"


def test_what_is_looked_at_is_what_the_settings_use(games):
    game, line = games["digits"], scenarios.FAILURES["partial collapse"].settings
    few = scenarios.FAILURES["memorisation"].settings
    real, z = game.evaluation_data(line, 64)
    again, _ = game.evaluation_data(line, 64)
    assert (real == again).all() and len(np.unique(real, axis=0)) == 64
    assert z.shape == (64, 32) and z[:, 0].std() > 0.5 and not z[:, 1:].any()
    assert game.evaluation_data(scenarios.CALM, 64)[1].std(axis=0).min() > 0.5
    copies = game.evaluation_data(few, 64)[0]
    assert (np.unique(copies, axis=0) == np.unique(game.real(few), axis=0)).all()


# ---- planted, named, cured ----------------------------------------------------------------


def test_momentum_oscillates_on_the_ring_and_r1_cures_it(games):
    game, failure = games["ring"], scenarios.FAILURES["oscillation"]
    planted = played(game, failure.settings, failure.updates, seed=0)
    assert diagnosed(game, failure.settings, planted).name == "oscillation"
    cured = played(game, failure.fixed, 1000)
    assert diagnosed(game, failure.fixed, cured).name == "healthy"


def test_pixels_as_they_are_stored_are_another_scale(games):
    game, settings = games["digits"], scenarios.FAILURES["different scale"].settings
    history = played(game, settings, 50, seed=0)
    assert diagnosed(game, settings, history).name == "different scale"
    other = played(game, scenarios.CALM, 50, seed=0)  # the same players, shown other real samples
    assert history["fake_score"][0] == pytest.approx(other["fake_score"][0])
    assert history["real_score"][0] != pytest.approx(other["real_score"][0], abs=0.1)


def test_a_rate_without_its_minus_sign_is_not_finite_and_a_fresh_start_is(games):
    game, failure = games["digits"], scenarios.FAILURES["non-finite"]
    wild = scenarios.Settings(2e6, 2e6)  # breaks at once; at 2e4 it takes some hundred updates
    diagnosis = diagnosed(game, wild, played(game, wild, 50, seed=0))
    assert diagnosis.name == "non-finite" and "first row that is not finite" in str(diagnosis)
    assert failure.anew
    cured = diagnosed(game, failure.fixed, played(game, failure.fixed, 50, seed=0))
    assert "non-finite" not in [finding.name for finding in cured.findings]


def test_a_discriminator_at_rate_0_is_not_training(games):
    game, failure = games["digits"], scenarios.FAILURES["discriminator not training"]
    history = played(game, failure.settings, 100, seed=0)
    assert diagnosed(game, failure.settings, history).name == failure.name


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda game: game.reset(-1), "seed must be a whole number of at least 0, got -1"),
        (lambda game: game.reset("a"), "seed must be a whole number of at least 0, got 'a'"),
        (lambda game: game.evaluation_data(scenarios.CALM, 0), "n must be a whole number .* got 0"),
        (lambda game: game.train(scenarios.CALM, 0), "updates must be a whole number .* got 0"),
        (lambda game: game.train(scenarios.CALM, 2.5), "updates must be a whole number .* got 2.5"),
        (lambda game: game.train(None, 50), "settings must be a Settings, got NoneType"),
        (lambda game: game.real("all"), "settings must be a Settings, got str"),
        (
            lambda game: game.train(scenarios.Settings(data="faces"), 50),
            r"data of this game must be one of \['all'\], got 'faces'",
        ),
        (
            lambda game: game.train(scenarios.Settings(latent_dim=3), 50),
            "latent_dim must be at least 1 and at most 2, got 3",
        ),
        (
            lambda game: game.evaluation_data(scenarios.Settings(latent_dim=0)),
            "latent_dim must be at least 1 and at most 2, got 0",
        ),
        (
            lambda game: game.train(scenarios.Settings(generator_learning_rate=-1), 50),
            "generator_learning_rate .* -1",
        ),
        (lambda game: game.train(scenarios.Settings(r1=np.nan), 50), "r1 must be .* got nan"),
        (lambda game: game.train(scenarios.Settings(loss="hinge"), 50), "got 'hinge'"),
    ],
)
def test_a_game_refuses_and_stays_as_it_was(games, call, message):
    game = games["ring"]
    game.reset(0)
    before = state(game), [one.numpy() for one in settable(game.gan)]
    with pytest.raises(ValueError, match=message):
        call(game)
    assert all((a == b).all() for a, b in zip(before[0], state(game)))
    assert all(a == b.numpy() for a, b in zip(before[1], settable(game.gan)))


def settable(gan):
    optimizers = (gan.generator_optimizer, gan.discriminator_optimizer)
    rates = [optimizer.learning_rate for optimizer in optimizers]
    return [*rates, *gan.penalty_weights.values(), gan.active_latent_dim]


@pytest.mark.parametrize("name", [None, 3, ["ring"]])
def test_a_game_that_has_no_name_is_refused(name):
    with pytest.raises(ValueError, match='the games are "digits" and "ring", got'):
        scenarios.Experiment(name)
