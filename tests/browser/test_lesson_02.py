"""Lesson 02 in JupyterLab: run all cells, move every slider, read the descriptions of the pictures."""

from lab_page import errors, explorer, redraw_milliseconds, slider
from playwright.sync_api import expect

LESSON = "02_the_minimax_loss.ipynb"


def test_every_cell_ran_without_an_error(page):
    assert errors(page) == []


def test_the_divergence_follows_its_slider_at_once(page, screenshot):
    panel = explorer(page, "generator's θ")
    assert redraw_milliseconds(page, panel, "generator's θ", "ArrowRight") < 100
    slider(panel, "generator's θ").get_by_role("slider").press("End")
    expect(panel).to_contain_text("At θ = 8.0 the divergence is 0.693 nats")
    screenshot(panel, "lesson_02_divergence")


def test_the_orbit_follows_its_three_sliders_at_once(page, screenshot):
    panel = explorer(page, "R1 penalty γ")
    expect(panel).to_contain_text("it diverges")
    for label, key in (("R1 penalty γ", "ArrowRight"), ("learning rate η", "ArrowRight")):
        assert redraw_milliseconds(page, panel, label, key) < 100
    expect(panel).to_contain_text("it converges")
    screenshot(panel, "lesson_02_orbit")
    slider(panel, "R1 penalty γ").get_by_role("slider").press("Home")
    slider(panel, "updates").get_by_role("slider").press("ArrowRight")
    expect(panel).to_contain_text("it oscillates")
