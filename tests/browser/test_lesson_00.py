"""Lesson 00 in JupyterLab: the page answers the kernel, and the first slider walks."""

from lab_page import answer_milliseconds, errors, explorer, pictures_in_text, slider
from playwright.sync_api import expect

LESSON = "00_start_here.ipynb"
LABEL = "share of the way, t"


def test_every_cell_ran_without_an_error(page):
    assert errors(page) == []


def test_the_diagram_is_shown(page):
    ((address, width),) = pictures_in_text(page).items()
    assert address.endswith("figures/from_the_lessons.png") and width > 500


def test_the_page_answers_that_sliders_work(page, screenshot):
    panel = page.locator(".gan-panel").first
    panel.scroll_into_view_if_needed()
    expect(panel).to_contain_text("Sliders work here")
    assert "Sliders work here" in panel.get_by_role("img").get_attribute("aria-label")
    screenshot(panel, "lesson_00_front_end")


def test_the_walk_follows_its_slider_at_once(page, screenshot):
    panel = explorer(page, LABEL)
    expect(panel).to_contain_text("At t = 0.00")
    assert answer_milliseconds(page, panel, LABEL, "ArrowRight") < 100
    slider(panel, LABEL).get_by_role("slider").press("End")
    expect(panel).to_contain_text("At t = 1.00: 0% of the way belongs to a, 100% to b.")
    screenshot(panel, "lesson_00_walk")


def test_running_the_lesson_unfolds_no_solution(page):
    folded = page.locator(".jp-InputPlaceholder")
    expect(folded).to_have_count(3)
    assert all(text.startswith("# Worked solution") for text in folded.all_text_contents())
