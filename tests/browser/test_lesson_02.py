"""Lesson 02 in JupyterLab: run all cells, move every slider, read the descriptions of the pictures."""

import pytest
from lab_page import LIMIT, errors, explorer, redraw_ratio, slider
from playwright.sync_api import expect

LESSON = "02_the_minimax_loss.ipynb"
LABEL = "mean of q"


def test_every_cell_ran_without_an_error(page):
    assert errors(page) == []


def test_the_divergences_follow_their_sliders(page, screenshot):
    panel = explorer(page, LABEL)
    expect(panel).to_contain_text("KL(p‖q) = 1.62, KL(q‖p) = 1.95, JSD = 0.31")
    slider(panel, LABEL).get_by_role("slider").press("End")
    slider(panel, "width of q (σ)").get_by_role("slider").press("Home")
    expect(panel).not_to_contain_text("JSD = 0.31")
    expect(panel).to_contain_text("JSD = 0.")
    screenshot(panel, "lesson_02_divergences")


@pytest.mark.speed
@pytest.mark.parametrize("label", [LABEL, "width of q (σ)"])
def test_the_divergences_are_drawn_at_once(page, label):
    panel = explorer(page, LABEL)
    slider(panel, label).get_by_role("slider").press("Home")
    assert redraw_ratio(page, panel, label, "ArrowRight") < LIMIT
