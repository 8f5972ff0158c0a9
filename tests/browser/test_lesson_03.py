"""Lesson 03 in JupyterLab: run all cells, move every slider, read the descriptions of the picture."""

import pytest
from lab_page import LIMIT, errors, explorer, pictures_in_text, redraw_ratio, slider
from playwright.sync_api import expect

LESSON = "03_training_dynamics.ipynb"


def test_every_cell_ran_without_an_error(page):
    assert errors(page) == []


def test_the_animation_is_shown(page):
    ((address, width),) = pictures_in_text(page).items()
    assert address.endswith("figures/two_runs.gif") and width > 500


def test_the_orbit_follows_its_three_sliders(page, screenshot):
    panel = explorer(page, "R1 penalty γ")
    expect(panel).to_contain_text("diverges")
    for label in ("R1 penalty γ", "learning rate η"):
        for _ in range(10):
            slider(panel, label).get_by_role("slider").press("ArrowRight")
    expect(panel).to_contain_text("converges")
    screenshot(panel, "lesson_03_orbit")
    slider(panel, "R1 penalty γ").get_by_role("slider").press("Home")
    slider(panel, "updates").get_by_role("slider").press("ArrowRight")
    expect(panel).to_contain_text("modulus 1.000")


@pytest.mark.speed
@pytest.mark.parametrize("label", ["R1 penalty γ", "learning rate η"])
def test_the_orbit_is_drawn_at_once(page, label):
    panel = explorer(page, "R1 penalty γ")
    slider(panel, label).get_by_role("slider").press("Home")
    assert redraw_ratio(page, panel, label, "ArrowRight") < LIMIT
