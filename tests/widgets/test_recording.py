from helpers.widgets.recording import Recording

import pytest


@pytest.mark.parametrize("moments", [1, 5, 8, 9, 100, 1000])
def test_what_is_kept_spreads_evenly_from_the_first_to_the_last(moments):
    recording = Recording(most=8)
    for moment in range(moments):
        recording.add(moment, b"%d" % moment)
    kept = [int(picture) for picture in recording.pictures]
    assert kept[0] == 0 and kept[-1] == moments - 1 and len(kept) <= 8
    steps = {b - a for a, b in zip(kept[:-1], kept[1:-1])}
    assert len(steps) <= 1 and len(kept) >= min(moments, 4)


def test_a_picture_drawn_again_replaces_that_of_the_same_moment():
    recording = Recording(most=8)
    for moment, picture in ((0, b"a"), (1, b"b"), (1, b"c"), (2, b"d"), (2, b"e")):
        recording.add(moment, picture)
    assert recording.pictures == [b"a", b"c", b"e"]
    recording.clear()
    assert recording.pictures == []
