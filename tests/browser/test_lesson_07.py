"""Lesson 07 in JupyterLab: run all cells, move both sliders, plant an error."""

import re

import pytest
from lab_page import (
    LIMIT_WITH_GAN,
    cells,
    errors,
    pause,
    pixels,
    redraw_ratio,
    run_code,
    slider,
    wait_for_change,
    wait_for_value,
)
from playwright.sync_api import expect

LESSON = "07_dense_mnist.ipynb"


@pytest.fixture
def panel(page):
    panel = page.locator(".gan-panel")
    panel.scroll_into_view_if_needed()
    expect(panel.get_by_role("button", name="Reset")).to_be_visible()
    return panel


def status(panel):
    return panel.get_by_role("status")


def test_every_cell_ran_without_an_error(page, screenshot):
    assert errors(page) == []
    assert sum(len(cell.get("outputs", [])) for cell in cells(page)) > 25
    screenshot(page, "end_of_lesson")


def test_a_paused_panel_does_not_change_and_start_does(page, panel, screenshot):
    before = pixels(panel)
    page.wait_for_timeout(500)
    assert pixels(panel) == before
    panel.get_by_role("button", name="Start").click()
    wait_for_change(page, panel, before)
    expect(status(panel)).to_contain_text("updates a second")
    expect(status(panel)).to_contain_text("learning rate 0.00")  # that of the recipe, which decays
    wait_for_value(page, "panel.gan.updates_made > 200", "True", seconds=60)
    screenshot(page, "panel_running")


def test_sliders_act_while_it_trains_by_keyboard_and_by_mouse(page, panel, screenshot):
    count = len(cells(page))
    handle = slider(panel, "Learning rate").get_by_role("slider")
    handle.focus()
    page.keyboard.press("ArrowLeft")
    expect(slider(panel, "Learning rate").locator(".widget-readout")).to_have_text("0.001")
    for key in "bx":  # in command mode these would add and cut a cell
        page.keyboard.press(key)
    assert len(cells(page)) == count

    dimension = slider(panel, "Latent dimension")
    box, bar = (
        dimension.get_by_role("slider").bounding_box(),
        dimension.locator(".noUi-base").bounding_box(),
    )
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(bar["x"] + 1, box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    expect(dimension.locator(".widget-readout")).to_have_text(re.compile("^[1-4]$"))
    wait_for_change(page, panel, pixels(panel))
    screenshot(page, "panel_one_latent_dimension")


def test_pause_keeps_the_updates_and_describes_them(page, panel, screenshot):
    pause(panel)
    made = int(re.search(r"update ([\d,]+)", status(panel).inner_text())[1].replace(",", ""))
    assert made > 200
    description = panel.get_by_role("img").get_attribute("aria-label")
    assert f"after {made:,} updates" in description
    screenshot(panel, "panel_paused")


@pytest.mark.speed
def test_a_paused_panel_draws_at_once(page, panel):
    assert redraw_ratio(page, panel, "Latent dimension", "ArrowRight") < LIMIT_WITH_GAN


def test_a_planted_error_is_shown_and_reset_clears_it(page, panel, screenshot):
    assert run_code(page, "panel.gan.train_on_batch = lambda images: 1 / 0") is None
    panel.get_by_role("button", name="Start").click()
    expect(panel.get_by_role("alert")).to_contain_text("ZeroDivisionError")
    screenshot(panel, "panel_error")
    panel.get_by_role("button", name="Reset").click()
    expect(panel.get_by_role("alert")).to_have_count(0)
    expect(status(panel)).to_contain_text("update 0")
    assert run_code(page, "panel.close()\nassert not panel.loop.thread.is_alive()") is None
