"""Lesson 01 in JupyterLab: run all cells, move every slider, let D and G step, look at each moment."""

import pytest
from lab_page import (
    LIMIT,
    errors,
    explorer,
    pictures_in_text,
    pixels,
    redraw_ratio,
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
    panel = explorer(page, "D's bias b")
    for button, words in (
        ("D step", "D step: w"),
        ("G step", "G step: θ"),
        ("10 updates", "10 updates. θ ="),
    ):
        before = pixels(panel)
        panel.get_by_role("button", name=button).click()
        expect(panel).to_contain_text(words)
        wait_for_change(page, panel, before)
    assert "θ = -0." in panel.get_by_role("img").get_attribute("aria-label")  # it has overshot 0
    screenshot(panel, "lesson_01_players")


SLIDERS = ("generator's θ", "D's weight w", "D's bias b")


def test_every_slider_follows_the_keyboard(page):
    panel = explorer(page, "D's bias b")
    for label in SLIDERS:
        handle, before = slider(panel, label).get_by_role("slider"), pixels(panel)
        expect(handle).to_have_attribute("aria-label", label)
        handle.press("ArrowLeft")
        wait_for_change(page, panel, before)


def test_the_moments_of_the_gan_follow_their_slider(page, screenshot):
    panel = explorer(page, "hundreds of updates")
    expect(panel).to_contain_text("After 1,500 updates")
    slider(panel, "hundreds of updates").get_by_role("slider").press("Home")
    expect(panel).to_contain_text("After 0 updates")
    panel.locator(".widget-play button").first.click()
    expect(panel).not_to_contain_text("After 0 updates")
    screenshot(panel, "lesson_01_moments")


@pytest.mark.speed
def test_the_gan_is_drawn_at_once(page):
    panel = explorer(page, "D's bias b")
    for label in SLIDERS:
        assert redraw_ratio(page, panel, label, "ArrowLeft") < LIMIT
