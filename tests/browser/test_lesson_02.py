"""Lesson 02 in JupyterLab: run all cells, move every slider, read what the pictures say."""

from lab_page import answer_milliseconds, errors, explorer, slider
from playwright.sync_api import expect

LESSON = "02_the_minimax_loss.ipynb"


def test_every_cell_ran_without_an_error(page):
    assert errors(page) == []


def test_the_divergence_follows_its_slider_at_once(page, screenshot):
    panel = explorer(page, "generator's θ")
    assert answer_milliseconds(page, panel, "generator's θ", "ArrowRight") < 100
    slider(panel, "generator's θ").get_by_role("slider").press("End")
    expect(panel).to_contain_text("At θ = 8.0 the divergence is 0.693 nats")
    screenshot(panel, "lesson_02_divergence")


def test_the_orbit_follows_its_three_sliders_at_once(page, screenshot):
    panel = explorer(page, "R1 penalty γ")
    expect(panel).to_contain_text("it flees")
    for label, key in (("R1 penalty γ", "ArrowRight"), ("step size η", "ArrowRight")):
        assert answer_milliseconds(page, panel, label, key) < 100
    expect(panel).to_contain_text("it settles")
    screenshot(panel, "lesson_02_orbit")
    slider(panel, "R1 penalty γ").get_by_role("slider").press("Home")
    slider(panel, "steps").get_by_role("slider").press("ArrowRight")
    expect(panel).to_contain_text("it circles")
