"""Lesson 00 in JupyterLab: the front end answers the kernel, and the first slider works."""

import pytest
from lab_page import LIMIT_WITH_GAN, errors, explorer, pictures_in_text, redraw_ratio, slider
from playwright.sync_api import expect

LESSON = "00_start_here.ipynb"
LABEL = "step of the walk"


def test_every_cell_ran_without_an_error(page):
    assert errors(page) == []


def test_the_moving_pictures_and_the_diagram_are_shown(page):
    widths = {
        address.rpartition("/")[2]: width for address, width in pictures_in_text(page).items()
    }
    assert set(widths) == {"learning.gif", "two_players.svg", "walk.gif"}
    assert all(width > 500 for width in widths.values())


def test_the_front_end_check_says_that_sliders_work(page, screenshot):
    panel = page.locator(".gan-panel", has_text="Sliders")
    panel.scroll_into_view_if_needed()
    expect(panel).to_contain_text("Sliders work here")
    assert "Sliders work here" in panel.get_by_role("img").get_attribute("aria-label")
    screenshot(panel, "lesson_00_front_end")


def test_the_walk_follows_its_slider(page, screenshot):
    panel = explorer(page, LABEL)
    expect(panel).to_contain_text("At t = 0.60: z is 40% a and 60% b.")
    slider(panel, LABEL).get_by_role("slider").press("End")
    expect(panel).to_contain_text("At t = 1.00: z is 0% a and 100% b.")
    screenshot(panel, "lesson_00_walk")


@pytest.mark.speed
def test_the_walk_is_drawn_at_once(page):
    panel = explorer(page, LABEL)
    slider(panel, LABEL).get_by_role("slider").press("Home")
    assert redraw_ratio(page, panel, LABEL, "ArrowRight") < LIMIT_WITH_GAN


def test_running_the_lesson_unfolds_no_solution(page):
    folded = page.locator(".jp-InputPlaceholder")
    expect(folded).to_have_count(4)
    assert all(text.startswith("# Worked solution") for text in folded.all_text_contents())
