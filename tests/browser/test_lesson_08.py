"""Lesson 08 in JupyterLab: every button of the gallery, its diagnosis, its fix, and an error shown."""

import re

from helpers.diagnostics.scenarios import FAILURES

import pytest
from lab_page import (
    cells,
    errors,
    evaluate,
    picture,
    pixels,
    run_code,
    wait_for_change,
    wait_for_value,
)
from playwright.sync_api import expect

LESSON = "08_training_failures.ipynb"
LONGEST = 180_000  # milliseconds for one failure on a busy machine, with compiling


@pytest.fixture
def panel(page):
    panel = page.locator(".gan-panel", has=page.get_by_role("button", name="Reveal"))
    panel.scroll_into_view_if_needed()
    return panel


def press(panel, title):
    panel.get_by_role("button", name=title, exact=True).click()


def done(panel):
    expect(panel.get_by_role("status")).to_contain_text("paused", timeout=LONGEST)


def test_every_cell_ran_without_an_error(page, screenshot):
    assert errors(page) == []
    assert sum(len(cell.get("outputs", [])) for cell in cells(page)) > 25


@pytest.mark.parametrize("name", FAILURES)
def test_each_button_trains_into_its_failure_and_names_it(page, panel, name, screenshot):
    before = pixels(panel)
    press(panel, FAILURES[name].title)
    expect(panel.get_by_role("status")).to_contain_text("training")
    done(panel)
    wait_for_change(page, panel, before)
    found = "Nothing found" if name == "healthy" else f"{name.upper()}:"
    expect(panel).to_contain_text(found)
    expect(panel).to_contain_text("What was done")
    screenshot(panel, f"gallery_{name.replace(' ', '_')}")


def test_pictures_come_while_it_trains(page, panel):
    """The browser draws more often than at the start and at the end."""
    drawn = "gallery._pictures['digits'].drawn"
    before = int(evaluate(page, drawn))
    press(panel, FAILURES["partial collapse"].title)
    expect(panel.get_by_role("status")).to_contain_text("training")
    done(panel)
    wait_for_value(page, f"{drawn} >= {before + 5}", "True")  # it is sent some times a second


def test_the_fix_continues_the_same_run_by_keyboard(page, panel, screenshot):
    made = int(re.search(r"update ([\d,]+)", panel.inner_text())[1].replace(",", ""))
    panel.get_by_role("button", name="Fix").focus()
    page.keyboard.press("Enter")
    expect(panel.get_by_role("status")).to_contain_text("training")
    done(panel)
    expect(panel.get_by_role("status")).to_contain_text(f"fixed · update {made + 1000:,}")
    expect(panel).to_contain_text("Nothing found.")
    expect(panel).to_contain_text("The fix:")
    assert "found nothing" in picture(panel).get_attribute("aria-label")
    screenshot(panel, "gallery_fixed")


def test_the_control_goes_on_from_the_same_place_without_the_fix(page, panel, screenshot):
    """After the fix of the last test: back to the end of the failed run."""
    until = re.search(r"of ([\d,]+)", panel.inner_text())[1]
    panel.get_by_role("button", name="Train on").click()
    expect(panel.get_by_role("status")).to_contain_text("training")
    done(panel)
    expect(panel.get_by_role("status")).to_contain_text(f"not fixed · update {until}")
    expect(panel).to_contain_text("The control:")
    expect(panel).not_to_contain_text("Nothing found.")
    screenshot(panel, "gallery_control")


def test_an_unknown_run_is_named_when_it_is_revealed(page, panel, screenshot):
    panel.get_by_role("button", name="Unknown run").click()
    expect(panel.get_by_role("status")).to_contain_text("unknown run 1")
    done(panel)
    expect(panel).to_contain_text("Which failure is it?")
    expect(panel.get_by_role("button", name="Fix")).to_be_disabled()
    screenshot(panel, "gallery_unknown")
    panel.get_by_role("button", name="Reveal").click()
    expect(panel).to_contain_text("What was done:")
    expect(panel.get_by_role("status")).not_to_contain_text("unknown run")


def test_a_planted_error_is_shown_and_the_next_button_works(page, panel, screenshot):
    plant = "kept_train = gallery._experiment.train\ngallery._experiment.train = lambda settings, updates: 1 / 0"
    assert run_code(page, plant) is None
    press(panel, FAILURES["saturation"].title)
    expect(panel.get_by_role("alert")).to_contain_text("ZeroDivisionError")
    screenshot(panel, "gallery_error")
    assert run_code(page, "gallery._experiment.train = kept_train") is None
    press(panel, FAILURES["saturation"].title)
    expect(panel.get_by_role("alert")).to_have_count(0)
    expect(panel.get_by_role("status")).to_contain_text("training")
    done(panel)
    assert run_code(page, "gallery.close()\nassert not gallery.loop.thread.is_alive()") is None
