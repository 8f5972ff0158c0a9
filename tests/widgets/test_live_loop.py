import threading

from helpers import widgets

import pytest
from widgets_data import IMAGES, build_digits


@pytest.mark.slow
def test_running_the_cell_again_leaves_one_thread():
    before = threading.active_count()
    for _ in range(3):
        panel = widgets.DigitsPanel(build_digits, IMAGES, batch_size=16, updates_per_chunk=2)
    live = [thread for thread in threading.enumerate() if thread.name == "live-training-panel"]
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
