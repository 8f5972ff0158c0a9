import threading
import time

from helpers import widgets

import pytest
from widgets_data import IMAGES, build_digits, wait_for


@pytest.mark.slow
def test_running_the_cell_again_leaves_one_thread():
    before = threading.active_count()
    for _ in range(3):
        panel = widgets.DigitsPanel(build_digits, IMAGES, batch_size=16, updates_per_chunk=2)
    live = [thread for thread in threading.enumerate() if thread.name == "live-DigitsPanel"]
    assert live == [panel.loop.thread]
    panel.close()
    assert not panel.loop.thread.is_alive() and threading.active_count() <= before + 1
    with pytest.raises(RuntimeError, match="closed: run the cell"):
        panel.run(1)


class Failing:
    """A loop whose chunks fail, and whose panel fails to show that."""

    def __init__(self):
        self.loop = widgets.LiveLoop(
            lambda: 1 / 0, lambda: None, lambda: True, self.on_change, key="failing"
        )

    def on_change(self, state, error):
        if error is not None or state == "closed":
            raise AttributeError("cannot be shown")


@pytest.mark.timeout(60)
def test_a_worker_never_blocks_a_cell_even_if_the_panel_fails():
    loop = Failing().loop
    for _ in range(2):  # the thread lives on
        with pytest.raises(ZeroDivisionError):
            loop.run(1)
        with pytest.raises(KeyError):
            loop.wait(lambda: {}["absent"])
    assert loop.state == "error" and isinstance(loop.error, KeyError)
    loop.close()
    assert not loop.thread.is_alive()


@pytest.mark.timeout(60)
def test_a_chunk_with_a_pause_waits_for_its_picture():
    """Also while the front end is not ready for one; a chunk without does not wait."""
    events, asked = [], []

    def ready():  # two times in three the last picture is not shown yet
        asked.append(0)
        return len(asked) % 3 == 0

    def train():
        events.append("train")
        return seconds

    for seconds in (0.0, None):
        events.clear()
        loop = widgets.LiveLoop(
            train, lambda: events.append("draw"), ready, lambda state, error: None, key="paced"
        )
        loop.run(5)
        loop.close()
        if seconds is None:  # pictures in between come at most fifteen times a second
            assert events.count("train") == 5 and events.count("draw") <= 2
        else:
            assert events == ["train", "draw"] * 5


@pytest.mark.timeout(60)
def test_a_picture_owed_when_training_was_paused_does_not_hold_up_the_next_start():
    """The first chunk owes a picture that no front end is ready for; those of the next run owe none."""
    trained, seconds = [], iter([0.0, None, None])

    def train():
        trained.append(len(trained))
        return next(seconds)

    loop = widgets.LiveLoop(
        train, lambda: None, lambda: False, lambda state, error: None, key="owed"
    )
    loop.start()
    wait_for(lambda: trained == [0])
    loop.pause()
    loop.run(0)
    loop.run(2)
    assert trained == [0, 1, 2]
    loop.close()


@pytest.mark.timeout(60)
def test_slow_drawing_leaves_time_for_training():
    """Chunks of 2 ms, pictures of 100 ms: less than two thirds of the time is drawn."""
    spent = {"train": 0.0, "draw": 0.0}

    def spend(what, seconds):
        time.sleep(seconds)
        spent[what] += seconds

    loop = widgets.LiveLoop(
        lambda: spend("train", 0.002),
        lambda: spend("draw", 0.1),
        lambda: True,
        lambda state, error: None,
        key="slow pictures",
    )
    loop.start()
    time.sleep(2)
    loop.pause()
    loop.close()
    assert 4 <= spent["draw"] / 0.1 <= 14 and spent["train"] > 0.3


@pytest.mark.timeout(60)
def test_progress_counts_the_chunks_of_this_run_alone():
    """Whatever else was done before, or is still waiting to be done."""
    seen = []
    loop = widgets.LiveLoop(
        lambda: time.sleep(0.05), lambda: None, lambda: True, lambda *_: None, key="counted"
    )
    loop.run(3)
    loop.call(lambda: time.sleep(0.5))  # a command that the next run waits for
    loop.run(12, seen.append)
    assert seen == sorted(seen) and seen[0] == 0 and 0 < seen[-1] <= 12
    loop.close()
