from helpers import plots

import numpy as np
import pytest
from matplotlib.figure import Figure


@pytest.fixture
def score_map():
    return plots.ScoreMap(Figure().add_subplot(), (1, 2), ("a", "b", "c"), "row", "column")


def test_each_cell_has_its_score_as_a_colour_and_as_a_text(score_map):
    scores = np.array([[0.1, 0.2, 0.3], [0.9, 0.8, 0.4]])
    score_map.update(scores)
    assert (score_map.image.get_array() == scores).all() and score_map.image.get_clim() == (0, 1)
    for text, (i, j) in zip(score_map.texts, np.ndindex(2, 3)):
        assert text.get_text() == f"{scores[i, j]:.2f}" and text.get_position() == (j, i)
        assert text.get_color() == ("black" if scores[i, j] > 0.5 else "white")


def test_rows_and_columns_are_labelled(score_map):
    axes = score_map.image.axes
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["1", "2"]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["a", "b", "c"]
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("row", "column")


def test_the_chosen_cell_has_a_frame_around_its_middle(score_map):
    score_map.update(np.zeros((2, 3)))
    frames = [artist for artist in score_map.moving if hasattr(artist, "get_bbox")]
    assert len(frames) == 2 and not any(frame.get_visible() for frame in frames)
    score_map.update(np.zeros((2, 3)), chosen=(1, 2))
    for frame in frames:
        box = frame.get_bbox()
        assert frame.get_visible()
        assert np.allclose([(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2], [2, 1])


def test_texts_may_be_others_than_the_scores(score_map):
    score_map.update(np.ones((2, 3)), texts=[list("abc"), list("def")])
    assert [text.get_text() for text in score_map.texts] == list("abcdef")


@pytest.mark.parametrize(("scores", "texts"), [((3, 2), None), ((2, 3), [["a", "b"]])])
def test_another_number_of_cells_is_refused(score_map, scores, texts):
    with pytest.raises(ValueError, match=r"must be \(2, 3\), got"):
        score_map.update(np.zeros(scores), texts)


def test_a_cell_of_the_plane_is_where_histogram2d_counts():
    """One point in the cell at lower right: its colour is at lower right of the picture."""
    edges = np.linspace(-1, 1, 5)
    counts = np.histogram2d([0.9], [-0.9], bins=(edges, edges))[0]
    image = plots.plane_map(Figure().add_subplot(), edges, counts)
    assert image.get_extent() == [-1, 1, -1, 1] and image.origin == "lower"
    row, column = np.argwhere(image.get_array() == 1)[0]
    assert (row, column) == (0, 3)  # the lowest row, the rightmost column


def test_cells_without_data_are_grey_and_no_colour_of_the_map():
    shown = np.array([[True, False], [True, True]])
    image = plots.plane_map(
        Figure().add_subplot(), np.array([0, 1, 2]), np.full((2, 2), 0.5), shown
    )
    assert image.get_array().mask.tolist() == shown.T.__invert__().tolist()
    red, green, blue, _ = image.cmap(np.ma.masked)
    assert red == green == blue < 0.8
    assert min(image.cmap(0.5)[:3]) > 0.9  # D = 1/2 is nearly white


def test_values_for_other_cells_are_refused():
    with pytest.raises(ValueError, match=r"must be \(2, 2\) for 3 edges, got \(3, 3\)"):
        plots.plane_map(Figure().add_subplot(), np.arange(3.0), np.zeros((3, 3)))
