from helpers import progress_bar


def test_progress_through_items_gives_them_all_and_shows_how_many(capsys, monkeypatch):
    monkeypatch.setattr(progress_bar, "DELAY", 0)
    assert [*progress_bar.progress("abc", unit="letters")] == [*"abc"]
    assert "3 of 3 letters" in capsys.readouterr().out.split("\r")[-1]


def test_what_takes_less_than_a_second_shows_nothing(capsys):
    assert [*progress_bar.progress("abc")] == [*"abc"] and capsys.readouterr().out == ""


def test_an_interrupted_bar_writes_no_more(capsys, monkeypatch):
    monkeypatch.setattr(progress_bar, "DELAY", 0)
    bar = progress_bar.progress(total=4)
    bar.update(1)
    progress_bar.silence_progress()
    capsys.readouterr()
    bar.update(3)
    bar.close()
    assert capsys.readouterr().out == ""


def test_a_bar_after_interrupted_ones_stands_in_the_first_line(capsys, monkeypatch):
    monkeypatch.setattr(progress_bar, "DELAY", 0)
    left = []  # a traceback may keep them
    for _ in range(3):
        left.append(progress_bar.progress(total=4))
        progress_bar.silence_progress()
    capsys.readouterr()
    bar = progress_bar.progress(total=4)
    bar.update(1)
    shown = capsys.readouterr().out
    assert "of 4 steps" in shown and "\n" not in shown
