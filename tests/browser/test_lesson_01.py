"""Lesson 01 in JupyterLab: run all cells, move every slider, let D and G step in turn."""

from lab_page import (
    errors,
    explorer,
    pictures_in_text,
    pixels,
    redraw_milliseconds,
    slider,
    wait_for_change,
)
from playwright.sync_api import expect

LESSON = "01_two_players.ipynb"


def test_every_cell_ran_without_an_error(page):
    assert errors(page) == []


def test_the_diagram_is_shown(page):
    ((address, width),) = pictures_in_text(page).items()
    assert address.endswith("figures/two_players.svg") and width > 500


def test_each_button_updates_its_own_network_and_says_so(page, screenshot):
    panel = explorer(page, "D's boundary m")
    for button, words in (
        ("D step", "D stepped"),
        ("G step", "G stepped"),
        ("D step", "D stepped"),
    ):
        before = pixels(panel)
        panel.get_by_role("button", name=button).click()
        expect(panel).to_contain_text(words)
        wait_for_change(page, panel, before)
    assert "θ = 2.6" in panel.get_by_role("img").get_attribute("aria-label")
    screenshot(panel, "lesson_01_gan")


def test_every_slider_follows_the_keyboard_at_once(page):
    panel = explorer(page, "D's boundary m")
    for label in ("generator's θ", "D's steepness k", "D's boundary m"):
        expect(slider(panel, label).get_by_role("slider")).to_have_attribute("aria-label", label)
        assert redraw_milliseconds(page, panel, label, "ArrowLeft") < 100
