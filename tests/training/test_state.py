import gc
import os
import signal
import subprocess
import sys
import threading
import time

from helpers import models, training

import keras
import numpy as np
import pytest
import tensorflow as tf
from small import equal, everything, networks, old_array_call
from small import gan as fresh_small_gan


@pytest.mark.slow
@pytest.mark.parametrize("jit_compile", [False, True])
def test_the_kept_state_stays_while_training_goes_on(small_gan, points, jit_compile):
    """XLA may write into the buffers of the variables; what is kept to go back to must not follow."""
    gan = small_gan(jit_compile=jit_compile, halving_updates=20)
    batches = points[:128].reshape(8, 16, 2)
    gan.train_on_batch(batches)
    kept = everything(gan)
    with pytest.raises(RuntimeError, match="stop"), gan._state.all_or_nothing():
        gan.train_on_batch(batches)
        gan.train_on_batch(batches)
        assert gan.updates_made == 24 and not equal(kept, everything(gan))
        raise RuntimeError("stop")
    assert equal(kept, everything(gan))


@pytest.mark.slow
@old_array_call
def test_a_model_is_saved_before_it_is_compiled(points, tmp_path):
    gan = training.GAN(*networks(), latent_dim=3)
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    assert not loaded.compiled and (loaded.sample(4, seed=0) == gan.sample(4, seed=0)).all()
    loaded.compile(keras.optimizers.Adam(), keras.optimizers.Adam())
    loaded.fit(points, batch_size=64, verbose=0)
    assert loaded.updates_made == 4


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory, ring_points):
    """A run of four epochs, the same run stopped after two, and the file Keras wrote at that end."""
    checkpoint = tmp_path_factory.mktemp("half") / "gan.keras"
    whole, half = (fresh_small_gan(dropout=0.5, seed=5, halving_updates=20) for _ in range(2))
    whole.fit(ring_points, batch_size=16, epochs=4, verbose=0)
    keep = keras.callbacks.ModelCheckpoint(str(checkpoint))
    half.fit(ring_points, batch_size=16, epochs=2, verbose=0, callbacks=[keep])
    return whole, half, checkpoint


@pytest.mark.slow
@old_array_call
@pytest.mark.parametrize("way", ["model", "weights", "checkpoint"])
def test_resumed_equals_uninterrupted(interrupted, points, tmp_path, way):
    whole, half, checkpoint = interrupted
    if way == "weights":
        half.save_weights(tmp_path / "gan.weights.h5")
        resumed = fresh_small_gan(dropout=0.5, seed=5, halving_updates=20)
        resumed.load_weights(tmp_path / "gan.weights.h5")
    elif way == "model":
        half.save(tmp_path / "gan.keras")
        resumed = keras.saving.load_model(tmp_path / "gan.keras")
    else:
        resumed = keras.saving.load_model(checkpoint)
    assert resumed.updates_made == 32
    resumed.fit(points, batch_size=16, epochs=2, verbose=0)
    assert equal(everything(whole), everything(resumed))


@pytest.mark.slow
@pytest.mark.parametrize("halving_updates", [None, 20])
def test_non_finite_training_stops_and_takes_the_call_back(small_gan, points, halving_updates):
    gan = small_gan(halving_updates=halving_updates)
    gan.fit(points, batch_size=16, epochs=1, verbose=0)
    gan.generator_optimizer.learning_rate.assign(1e38)
    kept = everything(gan)
    with pytest.raises(training.NonFiniteTraining, match="at update 18.*back at update 16"):
        gan.fit(points, batch_size=16, epochs=1, verbose=0)
    assert equal(kept, everything(gan))
    gan.generator_optimizer.learning_rate.assign(1e-3)
    gan.fit(points, batch_size=16, epochs=1, verbose=0)
    assert gan.updates_made == 32


@pytest.mark.slow
def test_the_error_names_the_update_whose_measurements_are_not_finite(small_gan, points):
    """Fed with a batch that is not finite as the sixth: row 5, and every row after it."""
    batches = points[:128].reshape(8, 16, 2)
    batches[5, 3] = np.nan
    gan = small_gan()
    with pytest.raises(
        training.NonFiniteTraining, match="loss or gradient .* at update 6[.]"
    ) as caught:
        gan.train_on_batch(batches)
    finite = np.isfinite(np.array([*caught.value.history.values()])).all(axis=0)
    assert finite.tolist() == [True] * 5 + [False] * 3
    assert gan.updates_made == 0 and not len(gan.update_history["real_score"])


@pytest.mark.slow
@pytest.mark.parametrize("alone", [False, True])
@pytest.mark.parametrize("where", ["generator", "discriminator", "averaged", "optimizer"])
def test_a_weight_that_is_not_finite_stops_training_although_losses_are(
    small_gan, points, where, alone
):
    """A weight that no measurement depends on: a bias of a unit whose way on is zero."""
    gan = small_gan()
    gan.train_on_batch(points[:64].reshape(2, 32, 2))
    variable = {
        "generator": gan.generator.trainable_variables[1],
        "discriminator": gan.discriminator.trainable_variables[1],
        "averaged": gan.ema_weights[0],
        "optimizer": gan.generator_optimizer.variables[2],
    }[where]
    name = "generator_step" if alone else "train_step"
    step = getattr(gan, name)

    def breaking(*batches):
        measured = step(*batches)
        variable.assign(variable * np.inf)
        return measured

    setattr(gan, name, breaking)
    gan.make_train_function(force=True)
    kept = everything(gan)
    train = (
        (lambda: gan.step_alone("generator", points[:32]))
        if alone
        else (lambda: gan.train_on_batch(points[:96].reshape(3, 32, 2)))
    )
    number = 3 if alone else 5
    with pytest.raises(
        training.NonFiniteTraining, match=f"a weight .* at update {number}[.]"
    ) as caught:
        train()
    assert np.isfinite([*caught.value.history.values()]).all()
    assert equal(kept, everything(gan))


@pytest.mark.slow
def test_what_broke_keeps_its_history_with_the_broken_rows_at_the_end(small_gan, points):
    gan = small_gan()
    gan.fit(points, batch_size=16, epochs=1, verbose=0)
    kept = gan.update_history
    gan.generator_optimizer.learning_rate.assign(1e38)
    with pytest.raises(training.NonFiniteTraining) as caught:
        gan.fit(points, batch_size=16, epochs=1, verbose=0)
    history = caught.value.history
    assert [*history] == [*training.HISTORY_COLUMNS]
    for name, column in history.items():
        assert len(column) == 16 + 4, name  # four updates in the call that broke
        assert (column[:16] == kept[name]).all() and (gan.update_history[name] == kept[name]).all()
    rows = np.isfinite(np.array([*history.values()])).all(axis=0)
    assert rows[:16].all() and not rows[-1]
    assert f"at update {rows.argmin() + 1}." in str(caught.value)


def test_a_step_alone_that_breaks_keeps_the_history_too(small_gan, points):
    gan = small_gan()
    gan.step_alone("generator", points[:32])
    gan.step_alone("discriminator", points[:32])
    gan.generator_optimizer.learning_rate.assign(np.inf)
    kept = everything(gan)
    with pytest.raises(training.NonFiniteTraining, match="update 2") as caught:
        gan.step_alone("generator", points[:32])
    assert equal(kept, everything(gan))
    for name, column in caught.value.history.items():
        assert np.array_equal(column, gan.update_history[name], equal_nan=True) and len(column) == 1


@pytest.mark.slow
def test_training_keeps_no_copy_of_the_state_when_it_is_over(small_gan, points):
    """Only the beginning is kept, and of an optimizer no more than one number for each array."""
    gan = small_gan()
    gan.fit(points, batch_size=16, epochs=1, verbose=0)
    held = [*vars(gan).values(), *vars(gan._state).values()]
    held = [value for value in held if isinstance(value, (list, tuple))]
    arrays = [one for values in held for one in values if isinstance(one, (np.ndarray, tf.Tensor))]
    numbers = sum(np.size(one) for one in arrays)
    networks = gan.generator.count_params() * 2 + gan.discriminator.count_params()
    assert numbers <= networks


@pytest.mark.slow
@old_array_call
def test_a_call_that_breaks_after_weights_were_loaded_goes_back_to_those(
    small_gan, points, tmp_path
):
    gan = small_gan()
    gan.fit(points, batch_size=16, epochs=1, verbose=0)
    gan.save_weights(tmp_path / "gan.weights.h5")
    gan.fit(points, batch_size=16, epochs=1, verbose=0)
    gan.load_weights(tmp_path / "gan.weights.h5")
    loaded = everything(gan)
    with pytest.raises(training.NonFiniteTraining):
        gan.train_on_batch(points[:16] * np.nan)
    assert equal(loaded, everything(gan))


@pytest.mark.slow
@pytest.mark.parametrize("network", ["discriminator", "generator"])
def test_an_error_in_the_middle_of_a_call_takes_the_call_back(small_gan, points, network):
    """In the third update, G's step: then D has made its own already."""
    gan = small_gan(halving_updates=20, dropout=0.5)
    step = getattr(gan, f"{network}_step")

    def failing(real, z):
        check = tf.debugging.assert_less(tf.convert_to_tensor(gan.updates), tf.constant(6, "int64"))
        with tf.control_dependencies([check]):
            return step(tf.identity(real), tf.identity(z))

    setattr(gan, f"{network}_step", failing)
    batches = points[:64].reshape(4, 16, 2)
    gan.train_on_batch(batches)
    kept = everything(gan)
    with pytest.raises(tf.errors.InvalidArgumentError):
        gan.train_on_batch(batches)
    assert gan.updates_made == 4 and equal(kept, everything(gan))


def states_of_a_run(points, **rules):
    """{updates: `everything`} at the end of each call of a run of four epochs, and its end."""
    gan, states = fresh_small_gan(**rules), {}
    states[0] = everything(gan)
    keep = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: states.update({gan.updates_made: everything(gan)})
    )
    gan.fit(points, batch_size=16, epochs=4, verbose=0, callbacks=[keep])
    return states


@pytest.fixture
def interruptible():
    """Ctrl-C raises KeyboardInterrupt, also where a shell started the tests with it ignored.

    No garbage is collected meanwhile: Python drops what is raised inside a `__del__`, and earlier
    tests leave cycles whose `__del__` is written in Python (TensorFlow's functions).
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    gc.collect()
    gc.disable()
    yield
    gc.enable()
    signal.signal(signal.SIGINT, before)


@pytest.mark.slow
def test_an_interrupt_leaves_the_state_of_the_last_whole_call(points, interruptible):
    """Ctrl-C at random moments of a run: what is left is what the whole run was at that update."""
    rules = {"dropout": 0.5, "halving_updates": 20}
    states, gan = states_of_a_run(points, **rules), fresh_small_gan(**rules)
    gan.fit(points, batch_size=16, epochs=1, verbose=0)  # compiles
    random, stopped = np.random.default_rng(0), set()

    def interrupt(batch, logs):
        if gan.updates_made == 4 * call:
            threading.Timer(delay, os.kill, (os.getpid(), signal.SIGINT)).start()

    soon = keras.callbacks.LambdaCallback(on_train_batch_begin=interrupt)
    for _ in range(20):
        gan.reset()
        call, delay = random.integers(16), random.uniform(0, 0.005)
        with pytest.raises(KeyboardInterrupt):
            gan.fit(points, batch_size=16, epochs=4, verbose=0, callbacks=[soon])
            time.sleep(30)
        assert len(gan.update_history["real_score"]) == gan.updates_made
        assert equal(everything(gan), states[gan.updates_made])
        stopped.add(gan.updates_made)
    assert len(stopped) > 3
    gan.fit(points, batch_size=16, epochs=1, verbose=0)
    assert np.isfinite(gan.sample(5, seed=0)).all()


@pytest.fixture(scope="module")
def states_with_dropout(ring_points):
    """`states_of_a_run` of the GAN with dropout."""
    return states_of_a_run(ring_points, dropout=0.5)


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["on_train_batch_end", "on_epoch_end", "on_epoch_begin"])
def test_an_error_in_a_callback_leaves_the_state_of_the_last_whole_call(
    points, states_with_dropout, moment
):
    def fail(index, logs):
        if index == 2:
            raise RuntimeError("planted")

    gan = fresh_small_gan(dropout=0.5)
    failing = keras.callbacks.LambdaCallback(**{moment: fail})
    with pytest.raises(RuntimeError, match="planted"):
        gan.fit(points, batch_size=16, epochs=4, verbose=0, callbacks=[failing])
    assert gan.updates_made == {"on_train_batch_end": 12, "on_epoch_end": 48}.get(moment, 32)
    assert equal(everything(gan), states_with_dropout[gan.updates_made])


@pytest.mark.slow
def test_early_stopping_goes_back_in_everything(points, states_with_dropout):
    """Weights, optimizers, counters, random state and history are those of the best epoch."""
    gan = fresh_small_gan(dropout=0.5)
    fitted = gan.fit(
        points,
        batch_size=16,
        epochs=4,
        verbose=0,
        callbacks=[
            keras.callbacks.EarlyStopping(
                "real_score", patience=3, mode="min", restore_best_weights=True
            )
        ],
    )
    best = int(np.argmin(fitted.history["real_score"])) + 1
    assert best < 4 and gan.updates_made == 16 * best
    assert equal(everything(gan), states_with_dropout[16 * best])
    whole = fresh_small_gan(dropout=0.5)
    whole.fit(points, batch_size=16, epochs=best + 1, verbose=0)
    gan.fit(points, batch_size=16, epochs=1, verbose=0)
    assert equal(everything(gan), everything(whole))


@pytest.mark.slow
def test_weights_are_set_together_with_all_that_belongs_to_them(small_gan, points):
    gan, other = small_gan(dropout=0.5), small_gan(dropout=0.5)
    gan.fit(points, batch_size=16, epochs=1, verbose=0)
    gan.step_alone("discriminator", points[:16])
    kept, weights = everything(gan), gan.get_weights()
    assert all((a == b.numpy()).all() for a, b in zip(weights, gan.weights))
    gan.fit(points, batch_size=16, epochs=1, verbose=0)
    for one in (gan, other):
        one.set_weights(weights)
        assert equal(everything(one), kept)
    alone = [variable.numpy() for variable in gan.weights]
    with pytest.raises(ValueError, match=f"expected the {len(weights)} arrays .* got {len(alone)}"):
        gan.set_weights(alone)
    for wrong in (alone, [], weights[:-1], [weights[0][:1], *weights[1:]]):
        with pytest.raises(ValueError, match=r"get_weights\(\).*got.*generator.set_weights"):
            gan.set_weights(wrong)
        assert equal(everything(gan), kept)


@pytest.mark.slow
@old_array_call
@pytest.mark.parametrize("way", ["model", "weights"])
def test_a_loaded_model_is_reset_to_where_the_saved_one_began(points, tmp_path, way):
    """Not at fresh random weights; and the run then is the first one to the bit."""
    gan = fresh_small_gan(dropout=0.5, halving_updates=20)
    gan.fit(points, batch_size=16, epochs=2, verbose=0)
    first = everything(gan)
    if way == "model":
        gan.save(tmp_path / "gan.keras")
        keras.utils.set_random_seed(5)
        loaded = keras.saving.load_model(tmp_path / "gan.keras")
    else:
        gan.save_weights(tmp_path / "gan.weights.h5")
        loaded = fresh_small_gan(dropout=0.5, seed=0, halving_updates=20)
        loaded.generator.layers[0].kernel.assign(0 * loaded.generator.layers[0].kernel)
        loaded.load_weights(tmp_path / "gan.weights.h5")
    assert equal(everything(loaded), first)
    loaded.reset()
    assert equal(everything(loaded), everything(fresh_small_gan(dropout=0.5, halving_updates=20)))
    loaded.fit(points, batch_size=16, epochs=2, verbose=0)
    assert equal(everything(loaded), first)


@pytest.mark.slow
def test_reset_after_compiling_again_goes_back_to_that_moment(small_gan, points):
    gan = small_gan()
    gan.fit(points, batch_size=16, epochs=1, verbose=0)
    gan.compile(
        keras.optimizers.Adam(1e-2),
        keras.optimizers.Adam(1e-2),
        halving_updates=20,
        jit_compile=False,
    )
    kept = everything(gan)
    gan.fit(points, batch_size=16, epochs=1, verbose=0)
    gan.reset()
    assert gan.updates_made == 16 and equal(everything(gan), kept)


@pytest.mark.slow
@old_array_call
def test_loading_another_networks_weights_changes_nothing(small_gan, points, tmp_path):
    other = training.GAN(
        models.dense_generator(3, (9,), (2,), output="linear"), networks()[1], latent_dim=3
    )
    other.compile(keras.optimizers.Adam(), keras.optimizers.Adam())
    other.save_weights(tmp_path / "other.weights.h5")
    gan = small_gan()
    gan.fit(points, batch_size=16, epochs=1, verbose=0)
    kept = everything(gan)
    with pytest.raises(Exception):  # noqa: B017  (Keras' own, another one from release to release)
        gan.load_weights(tmp_path / "other.weights.h5")
    assert equal(everything(gan), kept)


class Death(BaseException):
    """Stands for kill -9: what follows is not done."""


def dies_while_writing(gan, monkeypatch):
    """The next file is begun, and half of it is written."""
    write = keras.Layer.save_own_variables

    def half(store):
        write(gan, store)
        raise Death

    monkeypatch.setattr(gan, "save_own_variables", half)
    monkeypatch.setattr("pathlib.Path.unlink", lambda *_, **__: None)  # nobody clears up


@pytest.mark.slow
@old_array_call
@pytest.mark.parametrize("name", ["gan.keras", "gan.weights.h5"])
def test_an_unfinished_file_does_not_replace_a_good_one(
    small_gan, points, tmp_path, name, monkeypatch
):
    path = tmp_path / name
    gan = small_gan()
    write = gan.save if name == "gan.keras" else gan.save_weights
    write(path)
    good = path.read_bytes()
    gan.fit(points, batch_size=16, epochs=1, verbose=0)
    with monkeypatch.context() as patch:
        dies_while_writing(gan, patch)
        with pytest.raises(Death):
            write(path)
        assert path.read_bytes() == good
        assert len([*tmp_path.iterdir()]) == 2
    write(str(path))  # the next one does not mind what was left, and clears it up
    assert path.read_bytes() != good and len([*tmp_path.iterdir()]) == 1
    with pytest.raises(ValueError, match="keras" if name == "gan.keras" else "weights.h5"):
        write(tmp_path / "gan.txt")
    assert len([*tmp_path.iterdir()]) == 1


def backed_up(folder, points, epochs=4, callbacks=(), **callback):
    """A run of four epochs with Keras' own backup in that folder."""
    gan = fresh_small_gan(dropout=0.5, halving_updates=20)
    backup = keras.callbacks.BackupAndRestore(str(folder), **callback)
    rules = {"batch_size": 16, "epochs": epochs, "verbose": 0}
    gan.fit(points, callbacks=[backup, *callbacks], **rules)
    return gan


def die_in_epoch(number):
    def die(epoch, logs):
        if epoch == number:
            raise Death

    return keras.callbacks.LambdaCallback(on_epoch_begin=die)


@pytest.fixture(scope="module")
def state_after(ring_points):
    """A function: everything that a run has after so many epochs, if nothing ever stopped it."""
    states = []

    def of(epochs):
        if epochs > len(states):
            states.clear()
            gan = fresh_small_gan(dropout=0.5, halving_updates=20)
            keep = keras.callbacks.LambdaCallback(
                on_epoch_end=lambda epoch, logs: states.append(everything(gan))
            )
            gan.fit(ring_points, batch_size=16, epochs=2 * epochs, verbose=0, callbacks=[keep])
        return states[epochs - 1]

    return of


@pytest.mark.slow
@old_array_call
@pytest.mark.parametrize(
    "left", ["both", "weights alone", "older epoch", "half an epoch", "unfinished"]
)
def test_a_backup_resumes_as_if_nothing_had_happened(points, tmp_path, state_after, left):
    """Whatever a killed process has left: Keras writes the weights first, then the epoch beside it."""
    folder = tmp_path / "backup"
    with pytest.raises(Death):
        backed_up(folder, points, callbacks=[die_in_epoch(2)])
    epoch = folder / "training_metadata.json"
    if left == "weights alone":
        epoch.unlink()
    elif left == "older epoch":
        epoch.write_text('{"epoch": 1, "batch": 0}')
    elif left == "half an epoch":
        epoch.write_text('{"epo')
    elif left == "unfinished":
        (folder / "unfinished_latest.weights.h5").write_bytes(b"half")
    resumed = backed_up(folder, points, delete_checkpoint=False)
    assert equal(everything(resumed), state_after(4))
    resumed.fit(points, batch_size=16, epochs=2, verbose=0)  # that resumption is over
    assert resumed.updates_made == 6 * 16


@pytest.mark.slow
@old_array_call
def test_an_epoch_left_without_its_weights_is_forgotten(points, tmp_path):
    """As by a process that dies while Keras removes the backup."""
    (tmp_path / "training_metadata.json").write_text('{"epoch": 4, "batch": 0}')
    assert backed_up(tmp_path, points).updates_made == 64


def test_a_backup_in_the_middle_of_an_epoch_is_refused(points, tmp_path):
    with pytest.raises(ValueError, match=r"save_freq=3.*give it save_freq=.epoch"):
        backed_up(tmp_path, points, save_freq=3)


KILLED = """
import sys
sys.path[:0] = {paths}
import keras, numpy as np, small
points, target = np.load(sys.argv[1]), sys.argv[2]
gan = small.gan(dropout=0.5, halving_updates=20)
if target.endswith(".keras"):
    callback = keras.callbacks.ModelCheckpoint(target)
else:
    callback = keras.callbacks.BackupAndRestore(target)
say = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, flush=True))
gan.fit(points, batch_size=16, epochs=10_000, verbose=0, callbacks=[callback, say])
"""


KILLS = 2  # of each callback


@pytest.mark.slow
@old_array_call
@pytest.mark.parametrize("kill", range(KILLS))
@pytest.mark.parametrize("name", ["gan.keras", "backup"])
def test_a_killed_process_leaves_a_state_of_the_run(points, tmp_path, state_after, name, kill):
    """kill -9 at a random moment of a run that does little but write its file."""
    np.save(tmp_path / "points.npy", points)
    program = KILLED.format(paths=[os.path.dirname(os.path.dirname(__file__)), os.getcwd()])
    target = tmp_path / name
    command = [sys.executable, "-c", program, str(tmp_path / "points.npy"), str(target)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        process.stdout.readline()
        time.sleep(np.random.default_rng(kill).uniform(0, 0.5))
        process.kill()
    if name == "gan.keras":
        resumed = keras.saving.load_model(target)
        epochs = resumed.updates_made // 16 + 1
        resumed.fit(points, batch_size=16, epochs=1, verbose=0)
    else:
        resumed = fresh_small_gan(dropout=0.5, seed=5, halving_updates=20)
        resumed.load_weights(target / "latest.weights.h5")
        epochs = resumed.updates_made // 16 + 1
        resumed = backed_up(target, points, epochs=epochs)
    assert epochs > 1 and equal(everything(resumed), state_after(epochs))
