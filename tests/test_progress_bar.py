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


def test_the_line_is_whole_however_narrow_the_terminal(capsys, monkeypatch):
    """JupyterLab may inherit the width of the terminal that started it."""
    monkeypatch.setattr(progress_bar, "DELAY", 0)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")
    bar = progress_bar.progress(total=100_000_000, unit="updates")
    bar.set_postfix_str("D's loss 1.31, G's loss 0.75", refresh=False)
    bar.update(104_000)
    bar.refresh()
    assert "D's loss 1.31, G's loss 0.75" in capsys.readouterr().out
    bar.close()
