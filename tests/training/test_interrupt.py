"""The stop button of a notebook, in a real kernel."""

import re
import signal
import sys
import threading
import time

from helpers.training import interrupt

import pytest
from jupyter_client import KernelManager

TRAIN = """
from helpers import data, models, training
import keras
points = data.ring().sample(3200, seed=0)
networks = (
    models.dense_generator(2, (8,), (2,), output="linear"), models.dense_discriminator((8,), (2,))
)
gan = training.GAN(*networks, latent_dim=2)
gan.compile(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3), jit_compile=False)
print("compiled")
"""
FIT = "gan.fit(points, batch_size=32, epochs=10**6, verbose=0, callbacks=[training.Progress()])"
LOOP = """
for _ in training.progress(range(10**6)):
    gan.train_on_batch(points[:320].reshape(10, 32, 2))
"""
PLAIN = """
import time
while True:
    print(1)
    time.sleep(0.01)  # without it, the kernel prints faster than the test can read
"""


@pytest.fixture(scope="module")
def client():
    manager = KernelManager(kernel_name="python3")
    manager.kernel_spec.argv[0] = sys.executable
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    client.manager = manager
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


# Python drops an exception that is raised in a finalizer, such as one that garbage collection calls in
# the middle of a cell, and says so. No code of ours can save an interrupt that arrives there.
DROPPED = re.compile(r"Exception ignored in.*?^KeyboardInterrupt", re.DOTALL | re.MULTILINE)


def run(client, code, interrupt_after=None):
    """The status of a cell and what it printed; errors are among it.

    It is interrupted once after it has printed `interrupt_after`, and again only if Python says that
    it dropped the interrupt.
    """
    # a cell that was sent right after one that failed would be aborted as one that was queued behind it
    message, printed, interrupts = client.execute(code, stop_on_error=False), "", 0
    end = time.monotonic() + 100
    while True:
        pressed = f"pressed {interrupts} times, printed: ...{printed[-600:]}"
        assert time.monotonic() < end, f"a cell of 100 s, {pressed}\n{code}"
        got = client.get_iopub_msg(timeout=90)
        if got["parent_header"].get("msg_id") != message:
            continue
        if got["msg_type"] == "stream":
            printed += got["content"]["text"]
        elif got["msg_type"] == "error":
            printed += "TRACEBACK " + got["content"]["evalue"]
        elif got["msg_type"] == "status" and got["content"]["execution_state"] == "idle":
            break
        dropped = len(DROPPED.findall(printed))
        if interrupt_after and interrupt_after in printed and interrupts == dropped:
            client.manager.interrupt_kernel()
            interrupts += 1
    while True:  # a reply to an earlier request may still be waiting
        reply = client.get_shell_msg(timeout=60)
        if reply["parent_header"].get("msg_id") == message:
            return reply["content"]["status"], printed


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_an_interrupted_cell_ends_with_one_line_and_later_cells_run(client):
    assert run(client, TRAIN) == ("ok", "compiled\n")
    for code, begun in ((FIT, "G's loss"), (LOOP, "steps"), (PLAIN, "1")):
        run(client, "import gc; gc.collect()")  # no finalizer of an earlier cell in this one
        status, printed = run(client, code, interrupt_after=begun)
        assert status == "error" and "TRACEBACK" not in printed
        *_, last, end = printed.split("\n")
        assert (last, end) == (interrupt.MESSAGE, "")
        check = "made = gan.updates_made; rows = len(gan.update_history['fake_score'])"
        assert run(client, check + "; print(made > 0, made == rows)") == ("ok", "True True\n")
    status, printed = run(
        client, "gan.fit(points, batch_size=32, epochs=1, verbose=0); print('ok')"
    )
    assert (status, printed) == ("ok", "ok\n")


def test_only_what_an_interrupt_raised_ends_with_one_line(client):
    """Python raises a RuntimeError while it handles an interrupt of a thread that waits."""
    assert run(client, "from helpers import training")[0] == "ok"
    status, printed = run(
        client,
        "try:\n    raise KeyboardInterrupt\nfinally:\n    raise RuntimeError('release unlocked lock')",
    )
    assert (status, printed) == ("error", f"\n{interrupt.MESSAGE}\n")
    status, printed = run(client, "raise RuntimeError('of the learner')")
    assert (status, printed) == ("error", "TRACEBACK of the learner")


class Press(float):
    """A number that interrupts who converts it."""

    def __float__(self):
        signal.raise_signal(signal.SIGINT)


@pytest.fixture
def handler():
    """Python's own handler of interrupts, which a process started in the background may lack."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield signal.default_int_handler
    signal.signal(signal.SIGINT, before)


def test_an_interrupt_that_keras_swallows_ends_fit(small_gan, points, handler):
    gan = small_gan()
    gan.make_train_function()
    train = gan.train_function
    gan.train_function = lambda iterator: {**train(iterator), "press": Press()}
    with pytest.raises(KeyboardInterrupt):
        gan.fit(points, batch_size=16, epochs=100, verbose=0)
    assert 0 < gan.updates_made < 16  # one call, of sixteen batches
    assert signal.getsignal(signal.SIGINT) is handler


def test_fit_works_in_a_thread_which_gets_no_interrupts(small_gan, points, handler):
    gan = small_gan()
    thread = threading.Thread(
        target=gan.fit, args=(points,), kwargs={"batch_size": 16, "verbose": 0}
    )
    thread.start()
    thread.join()
    assert gan.updates_made == 16
