"""Lesson 09 in JupyterLab: run all cells, choose defects, strengths, sizes and draws."""

import pytest
from lab_page import LIMIT, errors, explorer, picture, redraw_ratio, slider
from playwright.sync_api import expect

LESSON = "09_measuring_samples.ipynb"


@pytest.fixture
def scores(page):
    """The panel of all scores."""
    return explorer(page, "strength")


def test_every_cell_ran_without_an_error(page):
    assert errors(page) == []


def test_every_slider_moves_by_keyboard_and_the_scores_follow(scores, screenshot):
    for label, key, words in (
        ("strength", "Home", "strength 0.0"),
        ("strength", "End", "strength 1.0"),
        ("n", "Home", "n = 50"),
        ("n", "End", "n = 400"),
        ("draw", "End", "draw 10"),
        ("draw", "Home", "draw 1."),
        ("defect", "End", "few points, strength 1.0"),
    ):
        slider(scores, label).get_by_role("slider").press(key)
        expect(scores).to_contain_text(words)
    screenshot(scores, "scores")
    assert "few points" in picture(scores).get_attribute("aria-label")


def test_every_defect_can_be_chosen(scores):
    one = slider(scores, "defect").get_by_role("slider")
    one.press("Home")
    for name in ("modes missing", "too narrow", "blurred", "a cloud", "outliers", "few points"):
        expect(scores).to_contain_text(f"{name}, strength")
        one.press("ArrowRight")


def test_the_frechet_distance_finds_nothing_wrong_with_a_cloud(scores):
    for label, key in (("defect", "Home"), ("strength", "End"), ("n", "End"), ("draw", "End")):
        slider(scores, label).get_by_role("slider").press(key)
    for _ in range(3):
        slider(scores, "defect").get_by_role("slider").press("ArrowRight")
    expect(scores).to_contain_text(
        "a cloud, strength 1.0, n = 400, draw 10. Outside the range: prec"
    )


@pytest.mark.speed
def test_the_scores_follow_at_once(page, scores):
    start = {"strength": ["Home"], "n": ["End", "ArrowLeft"], "draw": ["Home"]}
    for label, keys in {"defect": ["Home", *["ArrowRight"] * 2], **start}.items():
        for key in keys:
            slider(scores, label).get_by_role("slider").press(key)
    expect(scores).to_contain_text("blurred, strength 0.0, n = 200, draw 1.")
    assert redraw_ratio(page, scores, "strength", "ArrowRight", presses=8) < LIMIT
