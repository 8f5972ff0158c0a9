"""Lesson 06 in JupyterLab: run all cells, choose cells of the grid search and moments of a run."""

import pytest
from lab_page import errors, explorer, picture, pixels, redraw_milliseconds, slider, wait_for_change
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
        ("seed", "seed 3: quality"),
    ):
        slider(grid, label).get_by_role("slider").press("End")
        expect(grid).to_contain_text(words)
    screenshot(grid, "grid_search_cell")
    assert "Latent dimension 8" in picture(grid).get_attribute("aria-label")


def test_the_grid_search_follows_the_mouse(page, grid):
    for label, words in (
        ("learning rate", "learning rate 1e-03"),
        ("latent dimension", "Latent dimension 1"),
        ("seed", "seed 1: quality"),
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
@pytest.mark.parametrize("label", ["learning rate", "latent dimension", "seed"])
def test_a_cell_is_drawn_at_once(page, grid, label):
    slider(grid, label).get_by_role("slider").press("Home")
    assert redraw_milliseconds(page, grid, label, "ArrowRight", presses=4) < 250


def test_the_history_slider_shows_the_chosen_moment(page, screenshot):
    panel = explorer(page, "moment")
    slider(panel, "moment").get_by_role("slider").press("End")
    expect(panel).to_contain_text("After 3,000 updates")
    screenshot(panel, "history_slider")
    slider(panel, "moment").get_by_role("slider").press("Home")
    expect(panel).to_contain_text("After 75 updates")


def test_play_runs_through_the_moments(page):
    panel = explorer(page, "moment")
    slider(panel, "moment").get_by_role("slider").press("Home")
    panel.locator(".widget-play button").first.click()
    expect(panel).to_contain_text("After 3,000 updates")


@pytest.mark.speed
def test_the_history_slider_draws_at_once(page):
    panel = explorer(page, "moment")
    slider(panel, "moment").get_by_role("slider").press("Home")
    assert redraw_milliseconds(page, panel, "moment", "ArrowRight", presses=8) < 250
