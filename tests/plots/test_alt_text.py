from helpers import plots

from matplotlib.figure import Figure


def test_panels_are_described_by_their_titles_labels_and_legends():
    figure = Figure()
    left, right, empty = figure.subplots(1, 3)
    left.plot([0, 1], label="$D$ of\nreal")
    left.plot([0, 1], label="generated")
    left.set(title="scores", xlabel="updates", ylabel="probability")
    left.legend()
    right.imshow([[0, 1]])
    right.set_axis_off()
    figure.suptitle("One run.")
    words = plots.alt_text(figure)
    assert words == "Figure: One run. scores: probability over updates; D of real, generated."


def test_a_figure_without_words_says_what_it_shows():
    figure = Figure()
    figure.subplots().plot([0, 1])
    assert plots.alt_text(figure) == "Figure: curves or points."
    figure = Figure()
    figure.subplots().imshow([[0, 1]])
    assert plots.alt_text(figure) == "Figure: images."
