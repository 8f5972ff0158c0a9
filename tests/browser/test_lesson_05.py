"""Lesson 05 in JupyterLab: every button of the gallery, its finding, its cure, and an error shown."""

import re

from helpers.diagnostics.scenarios import FAILURES

import pytest
from lab_page import ask, cells, errors, picture, pixels, run_code, wait_for_change
from playwright.sync_api import expect

LESSON = "05_training_diagnostics.ipynb"
LONGEST = 180_000  # milliseconds for one failure on a busy machine, its compiling included


@pytest.fixture
def panel(page):
    panel = page.locator(".gan-panel", has=page.get_by_role("button", name="Cure"))
    panel.scroll_into_view_if_needed()
    return panel


def press(panel, title):
    panel.get_by_role("button", name=title, exact=True).click()


def done(panel):
    expect(panel.get_by_role("status")).to_contain_text("paused", timeout=LONGEST)


def test_every_cell_ran_without_an_error(page, screenshot):
    assert errors(page) == []
    assert sum(len(cell.get("outputs", [])) for cell in cells(page)) > 40


@pytest.mark.parametrize("name", FAILURES)
def test_each_button_trains_into_its_failure_and_names_it(page, panel, name, screenshot):
    before = pixels(panel)
    press(panel, FAILURES[name].title)
    expect(panel.get_by_role("status")).to_contain_text("training")
    done(panel)
    wait_for_change(page, panel, before)
    found = "Nothing found." if name == "healthy" else f"{name.upper()}:"
    expect(panel).to_contain_text(found)
    expect(panel).to_contain_text("What was done")
    screenshot(panel, f"gallery_{name.replace(' ', '_')}")


def test_pictures_come_while_it_trains(page, panel):
    """The page draws more often than at the start and at the end."""
    drawn = int(ask(page, "gallery._pictures['digits'].drawn"))
    press(panel, FAILURES["partial collapse"].title)
    expect(panel.get_by_role("status")).to_contain_text("training")
    done(panel)
    page.wait_for_timeout(500)  # the page's own count follows some times a second
    assert int(ask(page, "gallery._pictures['digits'].drawn")) >= drawn + 5


def test_the_cure_goes_on_with_the_same_run_by_keyboard(page, panel, screenshot):
    made = int(re.search(r"update ([\d,]+)", panel.inner_text())[1].replace(",", ""))
    panel.get_by_role("button", name="Cure").focus()
    page.keyboard.press("Enter")
    expect(panel.get_by_role("status")).to_contain_text("training")
    done(panel)
    expect(panel.get_by_role("status")).to_contain_text(f"cured · update {made + 1000:,}")
    expect(panel).to_contain_text("Nothing found.")
    expect(panel).to_contain_text("The cure:")
    assert "found nothing" in picture(panel).get_attribute("aria-label")
    screenshot(panel, "gallery_cured")


def test_a_planted_error_is_shown_and_the_next_button_works(page, panel, screenshot):
    plant = "kept = gallery._game.train\ngallery._game.train = lambda settings, updates: 1 / 0"
    assert run_code(page, plant) is None
    press(panel, FAILURES["saturation"].title)
    expect(panel.get_by_role("alert")).to_contain_text("ZeroDivisionError")
    screenshot(panel, "gallery_error")
    assert run_code(page, "gallery._game.train = kept") is None
    press(panel, FAILURES["saturation"].title)
    expect(panel.get_by_role("alert")).to_have_count(0)
    expect(panel.get_by_role("status")).to_contain_text("training")
    done(panel)
    assert run_code(page, "gallery.close()\nassert not gallery.loop.thread.is_alive()") is None
