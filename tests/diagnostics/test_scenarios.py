from helpers import diagnostics, training
from helpers.diagnostics import scenarios

import numpy as np
import pytest

# train_on_batch in Keras 3.12 goes through numpy's old __array__ signature
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy")


@pytest.fixture(scope="module")
def experiments():
    return {name: scenarios.Experiment(name) for name in ("digits", "wide", "ring")}


def train(experiment, settings, updates, seed=None):
    """The history of so many updates, after a reset if there is a seed, to its end or NaN."""
    if seed is not None:
        experiment.reset(seed)
    before = experiment.gan.updates_made
    try:
        for _ in range(updates // 50):  # one length, so one compilation
            experiment.train(settings, 50)
        history = experiment.gan.update_history
    except training.NonFiniteTraining as error:
        history = error.history
    return {name: values[before:] for name, values in history.items()}


def diagnose(experiment, settings, history):
    samples = experiment.gan.sample(300, seed=0, ema=False)
    return diagnostics.diagnose(history, samples, experiment.real(settings))


# ---- failures -----------------------------------------------------------------------------


def test_every_check_has_a_failure_of_its_name():
    of_programs = {  # mistakes in a program or its data, which no settings cause
        "generator not training",
        "generator loss reversed",
        "probabilities for logits",
        "missing classes",
    }
    known = {name for name, _, _ in diagnostics.CHECKS}
    assert known - of_programs == {*scenarios.FAILURES} - {"healthy"} and of_programs < known
    assert all(name == failure.name for name, failure in scenarios.FAILURES.items())


@pytest.mark.parametrize("failure", scenarios.FAILURES.values(), ids=lambda failure: failure.name)
def test_the_settings_of_every_failure_fit_its_experiment(experiments, failure):
    experiment = experiments[failure.experiment]
    shape = experiment.gan.sample_shape
    for settings in (failure.settings, failure.fixed):
        real = experiment.real(settings)
        assert real.shape[1:] == shape and real.dtype == np.float32
        assert settings.loss in experiment.gan.loss_function.names
        assert settings.latent_dim is None or 1 <= settings.latent_dim <= experiment.gan.latent_dim
    assert (failure.settings == failure.fixed) == (failure.name == "healthy")
    assert failure.cause and failure.fix
    for updates in (failure.updates, failure.more_updates):
        assert updates >= diagnostics.LIMITS.rows and updates % 50 == 0
    assert failure.healthy_updates % 50 == 0


def test_other_experiments_are_refused():
    with pytest.raises(ValueError, match='name must be "digits", "wide" or "ring", got \'faces\''):
        scenarios.Experiment("faces")


# ---- experiments --------------------------------------------------------------------------


def state(experiment):
    networks = (experiment.gan.generator, experiment.gan.discriminator)
    return [
        *experiment.gan.update_history.values(),
        *(w.numpy() for n in networks for w in n.weights),
    ]


@pytest.mark.slow
def test_a_seed_gives_one_run_whatever_was_trained_before(experiments):
    experiment = experiments["ring"]
    runs = []
    for seed in (3, 4, 3):
        train(experiment, scenarios.HEALTHY_RING, 100, seed)
        runs.append(state(experiment))
        train(experiment, scenarios.FAILURES["oscillation"].settings, 50)
    assert all(np.array_equal(a, b) for a, b in zip(runs[0], runs[2]))
    assert not any(np.array_equal(a, b) for a, b in zip(runs[0], runs[1]))


@pytest.mark.slow
def test_a_run_has_the_settings_that_were_passed(experiments):
    experiment = experiments["ring"]
    chosen = scenarios.Settings(2e-3, 0.0, 0.7, "minimax", 1)
    experiment.reset(0)
    generator, discriminator = (
        experiment.gan.generator.get_weights(),
        experiment.gan.discriminator.get_weights(),
    )
    history = train(experiment, chosen, 50)
    gan = experiment.gan
    assert gan.generator_optimizer.learning_rate.numpy() == pytest.approx(2e-3)
    assert gan.discriminator_optimizer.learning_rate.numpy() == 0
    assert gan.penalty_weights["r1"].numpy() == pytest.approx(0.7)
    assert gan.active_latent_dim.numpy() == 1 and gan.loss_name == "minimax"
    assert history["generator_loss"].max() < 0  # log(1 - D)
    assert all((a == b).all() for a, b in zip(discriminator, gan.discriminator.get_weights()))
    assert not any((a == b).all() for a, b in zip(generator, gan.generator.get_weights()))
    experiment.train(scenarios.Settings(), 50)
    assert gan.active_latent_dim.numpy() == 2 and gan.loss_name == "non_saturating"


def test_evaluation_data_follow_the_settings(experiments):
    experiment, curve = experiments["digits"], scenarios.FAILURES["partial collapse"].settings
    twenty = scenarios.FAILURES["memorisation"].settings
    real, z = experiment.evaluation_data(curve, 64)
    again, _ = experiment.evaluation_data(curve, 64)
    assert (real == again).all() and len(np.unique(real, axis=0)) == 64
    assert z.shape == (64, 32) and z[:, 0].std() > 0.5 and not z[:, 1:].any()
    assert experiment.evaluation_data(scenarios.HEALTHY, 64)[1].std(axis=0).min() > 0.5
    repeated = experiment.evaluation_data(twenty, 64)[0]
    assert (np.unique(repeated, axis=0) == np.unique(experiment.real(twenty), axis=0)).all()


# ---- failing, diagnosed, fixed ------------------------------------------------------------


@pytest.mark.slow
def test_momentum_oscillates_on_the_ring_and_r1_fixes_it(experiments):
    experiment, failure = experiments["ring"], scenarios.FAILURES["oscillation"]
    failed = train(experiment, failure.settings, failure.updates, seed=0)
    assert diagnose(experiment, failure.settings, failed).name == "oscillation"
    fixed = train(experiment, failure.fixed, 1000)
    assert diagnose(experiment, failure.fixed, fixed).name == "healthy"


@pytest.mark.slow
def test_stored_pixels_are_another_scale(experiments):
    experiment, settings = experiments["digits"], scenarios.FAILURES["different scale"].settings
    history = train(experiment, settings, 50, seed=0)
    assert diagnose(experiment, settings, history).name == "different scale"
    # the same networks with other real samples
    other = train(experiment, scenarios.HEALTHY, 50, seed=0)
    assert history["fake_score"][0] == pytest.approx(other["fake_score"][0])
    assert history["real_score"][0] != pytest.approx(other["real_score"][0], abs=0.1)


@pytest.mark.slow
def test_a_huge_learning_rate_is_not_finite_and_a_restart_is(experiments):
    experiment, failure = experiments["digits"], scenarios.FAILURES["non-finite"]
    huge = scenarios.Settings(2e6, 2e6)  # breaks at once; at 2e4 it takes some hundred updates
    diagnosis = diagnose(experiment, huge, train(experiment, huge, 50, seed=0))
    assert diagnosis.name == "non-finite" and "first row that is not finite" in str(diagnosis)
    assert failure.restart
    fixed = diagnose(experiment, failure.fixed, train(experiment, failure.fixed, 50, seed=0))
    assert "non-finite" not in [finding.name for finding in fixed.findings]


@pytest.mark.slow
def test_a_discriminator_with_learning_rate_0_is_not_training(experiments):
    experiment, failure = experiments["digits"], scenarios.FAILURES["discriminator not training"]
    history = train(experiment, failure.settings, 100, seed=0)
    assert diagnose(experiment, failure.settings, history).name == failure.name


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda run: run.reset(-1), "seed must be a whole number of at least 0, got -1"),
        (lambda run: run.reset("a"), "seed must be a whole number of at least 0, got 'a'"),
        (
            lambda run: run.evaluation_data(scenarios.HEALTHY, 0),
            "n must be a whole number .* got 0",
        ),
        (lambda run: run.train(scenarios.HEALTHY, 0), "updates must be a whole number .* got 0"),
        (
            lambda run: run.train(scenarios.HEALTHY, 2.5),
            "updates must be a whole number .* got 2.5",
        ),
        (lambda run: run.train(None, 50), "settings must be a Settings, got NoneType"),
        (lambda run: run.real("all"), "settings must be a Settings, got str"),
        (
            lambda run: run.train(scenarios.Settings(data="faces"), 50),
            r"data must be one of \['all'\] in the experiment 'ring', got 'faces'",
        ),
        (
            lambda run: run.train(scenarios.Settings(latent_dim=3), 50),
            "latent_dim must be at most 2 and finite, got 3",
        ),
        (
            lambda run: run.evaluation_data(scenarios.Settings(latent_dim=1.5)),
            "latent_dim must be a whole number of at least 1, got 1.5",
        ),
        (
            lambda run: run.evaluation_data(scenarios.Settings(latent_dim=0)),
            "latent_dim must be a whole number of at least 1, got 0",
        ),
        (
            lambda run: run.train(scenarios.Settings(generator_learning_rate=-1), 50),
            "generator_learning_rate .* -1",
        ),
        (lambda run: run.train(scenarios.Settings(r1=np.nan), 50), "r1 must be .* got nan"),
        (lambda run: run.train(scenarios.Settings(loss="hinge"), 50), "got 'hinge'"),
    ],
)
def test_an_experiment_refuses_and_keeps_its_state(experiments, call, message):
    experiment = experiments["ring"]
    experiment.reset(0)
    before = state(experiment), [one.numpy() for one in settable_variables(experiment.gan)]
    with pytest.raises(ValueError, match=message):
        call(experiment)
    assert all((a == b).all() for a, b in zip(before[0], state(experiment)))
    assert all(a == b.numpy() for a, b in zip(before[1], settable_variables(experiment.gan)))


def settable_variables(gan):
    optimizers = (gan.generator_optimizer, gan.discriminator_optimizer)
    learning_rates = [optimizer.learning_rate for optimizer in optimizers]
    return [*learning_rates, *gan.penalty_weights.values(), gan.active_latent_dim]


@pytest.mark.parametrize("name", [None, 3, ["ring"]])
def test_a_name_that_is_not_text_is_refused(name):
    with pytest.raises(ValueError, match='name must be "digits", "wide" or "ring", got'):
        scenarios.Experiment(name)


@pytest.mark.slow
def test_a_snapshot_is_gone_back_to_as_often_as_one_likes(experiments):
    experiment = experiments["ring"]
    train(experiment, scenarios.HEALTHY_RING, 50, seed=1)
    kept, before = experiment.snapshot(), state(experiment)
    ends = []
    for _ in range(2):
        train(experiment, scenarios.HEALTHY_RING, 50)
        ends.append(state(experiment))
        experiment.restore(kept)
        assert all(np.array_equal(a, b) for a, b in zip(before, state(experiment)))
    assert all(np.array_equal(a, b) for a, b in zip(*ends))
    train(experiment, scenarios.FAILURES["oscillation"].settings, 50)
    assert not all(np.array_equal(a, b) for a, b in zip(ends[0], state(experiment)))


def test_the_experiments_with_digits_hold_a_thousand_out(experiments):
    train_images = experiments["wide"].data["all"]
    assert train_images.shape == (4000, 28, 28, 1)
    assert (experiments["digits"].data["all"] == train_images).all()
    assert experiments["wide"].gan.generator_optimizer.beta_1 == 0
