"""Lesson 06 in JupyterLab: run all cells, choose cells of the grid search."""

import pytest
from lab_page import LIMIT, errors, explorer, picture, pixels, redraw_ratio, slider, wait_for_change
from playwright.sync_api import expect

LESSON = "06_scoring_the_spiral.ipynb"


@pytest.fixture
def grid(page):
    """The panel of the grid search."""
    return explorer(page, "learning rate")


def test_every_cell_ran_without_an_error(page):
    assert errors(page) == []


def test_the_grid_search_shows_the_chosen_cell_by_keyboard(grid, screenshot):
    for label, words in (
        ("learning rate", "learning rate 3e-02"),
        ("latent dimension", "Latent dimension 8"),
        ("seed", "seed 3: score"),
    ):
        slider(grid, label).get_by_role("slider").press("End")
        expect(grid).to_contain_text(words)
    screenshot(grid, "grid_search_cell")
    assert "Latent dimension 8" in picture(grid).get_attribute("aria-label")


def test_the_grid_search_follows_the_mouse(page, grid):
    for label, words in (
        ("learning rate", "learning rate 1e-03"),
        ("latent dimension", "Latent dimension 1"),
        ("seed", "seed 1: score"),
    ):
        before = pixels(grid)
        one = slider(grid, label)
        one.scroll_into_view_if_needed()
        grip, bar = (one.locator(part).bounding_box() for part in (".noUi-handle", ".noUi-base"))
        page.mouse.move(grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2)
        page.mouse.down()
        page.mouse.move(bar["x"] + 1, grip["y"] + grip["height"] / 2, steps=5)
        page.mouse.up()
        expect(grid).to_contain_text(words)
        wait_for_change(page, grid, before)


@pytest.mark.speed
def test_a_cell_is_drawn_at_once(page, grid):
    slider(grid, "learning rate").get_by_role("slider").press("Home")
    assert redraw_ratio(page, grid, "learning rate", "ArrowRight", presses=3) < LIMIT
