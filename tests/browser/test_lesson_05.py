"""Lesson 05 in JupyterLab: every control of the laboratory by mouse and by keyboard, its speed, its end."""

import ast
import re
import statistics
import time

from helpers.widgets.live_loop import FRAMES_PER_SECOND

import pytest
from lab_page import (
    APP,
    button,
    errors,
    evaluate,
    pause,
    picture,
    pictures_until_effect,
    pixels,
    plain_picture_milliseconds,
    prepare_plain_picture,
    record_drawings,
    run_code,
    slider,
    wait_for_change,
    wait_for_kernel,
    wait_for_value,
)
from playwright.sync_api import expect

LESSON = "05_the_spiral.ipynb"
SLIDERS = ("G's learning rate", "D's learning rate", "Latent dimension", "D's steps", "R1 weight")
TRAIN_WITHOUT_PICTURES = """
points = laboratory._batches(laboratory._updates_per_chunk)
for _ in range(20):
    laboratory.gan.train_on_batch(points)
"""
LAYERS = ("real", "generated", "D's probability", "D = ½", "gradient", "warped grid")


@pytest.fixture
def panel(page):
    panel = page.locator(".gan-panel", has=page.get_by_role("button", name="G step"))
    panel.scroll_into_view_if_needed()
    pause(panel)
    return panel


def status(panel):
    return panel.get_by_role("status")


def box(panel, name):
    return panel.get_by_role("checkbox", name=name, exact=True)


def updates(panel):
    return int(re.search(r"update ([\d,]+)", status(panel).inner_text())[1].replace(",", ""))


def test_every_cell_ran_without_an_error(page, screenshot):
    assert errors(page) == []


def test_single_steps_by_mouse_and_by_keyboard(page, panel, screenshot):
    for name, words, made in (("D step", "D was updated", 0), ("G step", "G was updated", 1)):
        before, count = pixels(panel), updates(panel)
        button(panel, name).click()
        expect(panel).to_contain_text(words)
        wait_for_change(page, panel, before)
        before = pixels(panel)
        button(panel, name).focus()
        page.keyboard.press("Enter")
        wait_for_change(page, panel, before)
        expect(status(panel)).to_contain_text(f"paused · update {count + 2 * made:,}")
    screenshot(panel, "laboratory_paused")
    assert "sliced Wasserstein distance" in picture(panel).get_attribute("aria-label")


@pytest.mark.parametrize("name", [*LAYERS, "EMA generator"])
def test_layers_by_mouse_and_by_keyboard(page, panel, name):
    whole = pixels(panel)
    box(panel, name).click()
    wait_for_change(page, panel, whole)
    box(panel, name).focus()
    hidden = pixels(panel)
    page.keyboard.press("Space")
    wait_for_change(page, panel, hidden)


@pytest.mark.parametrize("name", SLIDERS)
def test_sliders_by_keyboard_and_by_mouse(page, panel, name):
    one, readout = slider(panel, name), slider(panel, name).locator(".widget-readout")
    handle = panel.get_by_role("slider", name=name, exact=True)  # its accessible name
    start = readout.inner_text()
    handle.press("ArrowRight" if name != "Latent dimension" else "ArrowLeft")
    expect(readout).not_to_have_text(start)
    by_keyboard = readout.inner_text()
    expect(handle).to_have_attribute("aria-valuetext", by_keyboard)
    grip, bar = handle.bounding_box(), one.locator(".noUi-base").bounding_box()
    page.mouse.move(grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2)
    page.mouse.down()
    page.mouse.move(bar["x"] + bar["width"] - 1, grip["y"] + grip["height"] / 2, steps=5)
    page.mouse.up()
    expect(readout).not_to_have_text(by_keyboard)
    expect(status(panel)).to_contain_text("paused")


def test_controls_have_reached_the_model(page, panel):
    for name in SLIDERS:
        slider(panel, name).get_by_role("slider").press("End")
    for value, expected in (
        ("laboratory.gan.discriminator_steps", "5"),
        ("int(laboratory.gan.active_latent_dim.numpy())", "16"),
        ("round(float(laboratory.gan.penalty_weights['r1'].numpy()), 3)", "1.0"),
    ):
        wait_for_value(page, value, expected)


def test_menus_by_keyboard_and_by_mouse(page, panel):
    for name, choice in (("Loss", "wasserstein"), ("Data", "two moons")):
        menu = panel.get_by_role("combobox", name=name)
        before, first = pixels(panel), menu.input_value()
        menu.focus()
        page.keyboard.press("ArrowDown")
        wait_for_change(page, panel, before)
        assert menu.input_value() != first
        before = pixels(panel)
        menu.select_option(choice)
        wait_for_change(page, panel, before)
    expect(panel).to_contain_text("on two moons")
    wait_for_value(page, "laboratory.gan.loss_name", "'wasserstein'")


def test_drawing_by_mouse_and_by_keyboard(page, panel, screenshot):
    panel.get_by_role("combobox", name="Data").select_option("drawn by hand")
    pad = panel.get_by_role("application")
    pad.scroll_into_view_if_needed()
    expect(pad).to_have_attribute("aria-label", re.compile("40 points"))
    before = pixels(panel)
    button(panel, "Clear the drawing").click()
    expect(pad).to_have_attribute("aria-label", re.compile(" 0 points"))
    wait_for_change(page, panel, before)
    corner = pad.bounding_box()
    page.mouse.move(corner["x"] + 60, corner["y"] + 60)
    page.mouse.down()
    page.mouse.move(corner["x"] + 200, corner["y"] + 200, steps=15)
    page.mouse.up()
    drawn = int(re.search(r"(\d+) points", pad.get_attribute("aria-label"))[1])
    assert drawn >= 10
    wait_for_value(page, "len(pad.points)", str(drawn))
    pad.focus()
    for key in ("ArrowUp", "ArrowUp", " ", "ArrowLeft", " ", "Backspace"):
        page.keyboard.press(key)
    wait_for_value(page, "len(pad.points)", str(drawn + 1))
    wait_for_value(page, "laboratory._mixture is pad.mixture", "True")
    screenshot(panel, "laboratory_drawn")


def test_half_updates_are_described(page, panel):
    button(panel, "Reset").click()
    speed = panel.get_by_role("combobox", name="Speed")
    speed.select_option("half an update")
    button(panel, "Start").click()
    expect(panel).to_contain_text("D was updated")
    expect(panel).to_contain_text("G was updated")
    expect(panel).to_contain_text("D was updated")
    speed.select_option("full speed")
    expect(status(panel)).to_contain_text("updates a second")


def test_at_one_update_a_picture_no_update_is_skipped(page, panel):
    button(panel, "Reset").click()
    panel.get_by_role("combobox", name="Speed").select_option("1 update")
    drawn = "laboratory.picture.drawn"
    before = int(evaluate(page, drawn)) - updates(panel)
    button(panel, "Start").click()
    expect(status(panel)).to_contain_text("updates a second")  # compiled
    wait_for_value(page, "laboratory.gan.updates_made > 30", "True", seconds=120)
    pause(panel)  # the browser sends its count some times a second
    wait_for_value(page, f"{drawn} >= {before + updates(panel) - 2}", "True")
    panel.get_by_role("combobox", name="Speed").select_option("full speed")


def test_nothing_moves_when_training_starts(page, panel):
    top = picture(panel).bounding_box()["y"]
    button(panel, "Start").click()
    expect(status(panel)).to_contain_text("updates a second")
    assert picture(panel).bounding_box()["y"] == top
    pause(panel)


def test_every_control_has_a_tooltip(page, panel):
    for one in panel.locator(".widget-dropdown, .widget-checkbox").all():
        one.hover()
    titles = panel.locator("[title]").evaluate_all(
        "all => all.filter(one => one.offsetWidth).map(one => one.title)"
    )
    assert "null" not in titles
    wanted = ast.literal_eval(evaluate(page, "[*laboratory.picture.tooltips.values()]"))
    assert len(wanted) == 15 and set(wanted) <= set(titles), set(wanted) - set(titles)


def watched(page, panel, seconds=3):
    """Updates and pictures a second while the laboratory trains for some seconds, then pauses."""
    button(panel, "Start").click()
    expect(status(panel)).to_contain_text("updates a second")
    record_drawings(panel)
    start, made = time.monotonic(), updates_made(page)
    page.wait_for_timeout(1000 * seconds)
    pictures = page.evaluate("() => window.drawn.length")
    made, seconds = updates_made(page) - made, time.monotonic() - start
    pause(panel)
    return made / seconds, pictures / seconds


def unwatched(page):
    """Updates a second without pictures."""
    start, made = time.monotonic(), updates_made(page)
    assert run_code(page, TRAIN_WITHOUT_PICTURES) is None
    return (updates_made(page) - made) / (time.monotonic() - start)


def updates_made(page):
    return int(evaluate(page, "laboratory.gan.updates_made"))


@pytest.mark.speed
def test_it_trains_behind_the_pictures_and_a_control_acts_at_once(page, panel, screenshot):
    """Whoever watches has more than a fifth of the updates a second that there are without pictures;
    at least as many pictures a second as a notebook could draw of it and show without any training
    (or half of the most that the panel draws); and a layer comes or goes with one of the next two
    pictures. Three rounds, each with all that is compared."""
    panel.get_by_role("combobox", name="Data").select_option("spiral")
    panel.get_by_role("combobox", name="Loss").select_option("non saturating")
    for name in SLIDERS:
        slider(panel, name).get_by_role("slider").press("Home")
    button(panel, "Reset").click()
    watched(page, panel, seconds=0)  # compiles
    prepare_plain_picture(page, panel)
    rounds = []
    for _ in range(3):
        live, pictures = watched(page, panel)
        alone = unwatched(page)
        plain = 1000 / statistics.mean(plain_picture_milliseconds(page) for _ in range(3))
        rounds.append((live / alone, pictures / min(plain, FRAMES_PER_SECOND / 2)))
        print(
            f"\n{live:.0f} of {alone:.0f} updates, {pictures:.1f} pictures, {plain:.1f} plain ones"
        )
    share, pictures = map(statistics.median, zip(*rounds))
    button(panel, "Start").click()
    expect(status(panel)).to_contain_text("updates a second")
    effect = pictures_until_effect(page, panel, box(panel, "D's probability"), 0.06, 0.05)
    screenshot(page, "laboratory_running")
    pause(panel)
    print(f"shares: updates {share:.2f}, pictures {pictures:.2f}; effect in picture {effect:.1f}")
    assert share > 0.2 and pictures > 1 and effect < 3


def test_a_thousand_moves_leak_no_memory(page, panel):
    handle = slider(panel, "Latent dimension").get_by_role("slider")
    memory = []
    for presses in (200, 1000):
        handle.focus()
        for i in range(presses):
            page.keyboard.press("ArrowLeft" if i % 2 else "ArrowRight")
        expect(status(panel)).to_contain_text("paused")
        page.wait_for_timeout(500)
        memory.append(int(evaluate(page, "__import__('psutil').Process().memory_info().rss")))
    print(f"\nkernel after 200 and 1,200 moves: {memory[0] / 1e6:.0f}, {memory[1] / 1e6:.0f} MB")
    assert memory[1] - memory[0] < 30e6


def test_a_planted_error_is_shown_and_reset_clears_it(page, panel, screenshot):
    assert run_code(page, "laboratory.gan.train_on_batch = lambda batches: 1 / 0") is None
    button(panel, "Start").click()
    expect(panel.get_by_role("alert")).to_contain_text("ZeroDivisionError")
    screenshot(panel, "laboratory_error")
    button(panel, "Reset").click()
    expect(panel.get_by_role("alert")).to_have_count(0)
    expect(status(panel)).to_contain_text("paused · update 0")


def test_the_stop_button_pauses_and_nothing_is_lost(page, panel):
    button(panel, "Start").click()
    expect(status(panel)).to_contain_text("updates a second", timeout=60_000)  # it compiles again
    page.evaluate(f"() => {APP}.commands.execute('notebook:interrupt-kernel')")
    expect(status(panel)).to_contain_text("paused")
    made = updates(panel)
    button(panel, "Start").click()
    expect(status(panel)).to_contain_text("updates a second")
    pause(panel)
    assert updates(panel) > made > 0


def test_running_the_cell_again_and_a_restart_leave_no_thread_behind(page, panel):
    live = "[t.name for t in __import__('threading').enumerate() if t.name.startswith('live-')]"
    again = "laboratory = widgets.Laboratory(laboratory_gan, data_sets)"
    for _ in range(2):
        assert run_code(page, again) is None
    assert evaluate(page, live) == "['live-Laboratory']"
    page.evaluate(f"() => {APP}.shell.currentWidget.sessionContext.restartKernel()")
    wait_for_kernel(page)
    assert evaluate(page, live) == "[]"
