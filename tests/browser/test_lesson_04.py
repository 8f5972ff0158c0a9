"""Lesson 04 in JupyterLab: run all cells, move both sliders, read the description of the picture."""

import pytest
from lab_page import LIMIT, errors, explorer, redraw_ratio, slider
from playwright.sync_api import expect

LESSON = "04_other_losses.ipynb"


def test_every_cell_ran_without_an_error(page):
    assert errors(page) == []


def test_the_lines_follow_their_sliders(page, screenshot):
    panel = explorer(page, "line θ")
    expect(panel).to_contain_text("θ = 1.00, σ = 0.00: JSD 0.693 nats, W 1.00.")
    slider(panel, "noise σ").get_by_role("slider").press("End")
    expect(panel).to_contain_text("σ = 0.60: JSD 0.260 nats, W 1.00.")
    slider(panel, "line θ").get_by_role("slider").press("End")
    expect(panel).to_contain_text("θ = 2.00, σ = 0.60")
    screenshot(panel, "lesson_04_lines")


@pytest.mark.speed
@pytest.mark.parametrize("label", ["line θ", "noise σ"])
def test_the_lines_are_drawn_at_once(page, label):
    panel = explorer(page, "line θ")
    slider(panel, label).get_by_role("slider").press("Home")
    assert redraw_ratio(page, panel, label, "ArrowRight") < LIMIT
