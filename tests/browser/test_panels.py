"""Every control of every panel by mouse and by keyboard, in windows of two sizes, light and dark."""

import json
import re
import urllib.request

from conftest import CHROMIUM, FLAGS, TOKEN
from helpers.training.interrupt import MESSAGE

import pytest
from lab_page import (
    APP,
    button,
    cells,
    end_kernel,
    errors,
    pause,
    picture,
    pixels,
    set_theme,
    wait_for_change,
    wait_for_kernel,
    wait_for_value,
)
from playwright.sync_api import expect, sync_playwright

WINDOWS = [(1440, 900, "Light"), (1100, 750, "Dark")]  # colours do not depend on the size
SOURCES = [
    """
from helpers import data, models, plots, training, widgets
import ipywidgets as ipw
import keras

def gan_of(sample_shape, **rules):
    keras.utils.set_random_seed(0)
    generator = models.dense_generator(4, (8,), sample_shape, output="tanh")
    discriminator = models.dense_discriminator((8,), sample_shape)
    gan = training.GAN(generator, discriminator, latent_dim=4, ema_decay=0.99)
    adams = keras.optimizers.Adam(3e-3), keras.optimizers.Adam(3e-3)
    gan.compile(*adams, jit_compile=False, **rules)
    return gan

rules = {"loss": ["non_saturating", "hinge"], "penalties": {"r1": 0.1}, "discriminator_steps": [1, 3]}
""",
    """
pad = widgets.DrawingPad()
data_sets = {"ring": data.ring(), "spiral": data.spiral(), "drawn": pad}
laboratory = widgets.Laboratory(lambda: gan_of((2,), **rules), data_sets, updates_per_chunk=5)
laboratory
""",
    """
images = data.load_mnist()[0][:500]
digits = widgets.DigitsPanel(lambda: gan_of((28, 28, 1)), images)
digits
""",
    "gallery = widgets.Gallery()\ngallery",
    """
figure, axes = plots.live_axes(1)
axes.set(xlim=(0, 9), ylim=(0, 9))
(line,) = axes.plot([], [])

def redraw(moment, height):
    line.set_data([0, moment], [height, height])
    return f"moment {moment} at height {height}"

sliders = {name: ipw.IntSlider(description=name, max=9, value=1) for name in ("moment", "height")}
widgets.Explorer(redraw, [line], sliders, play="moment")
""",
    """
gan = gan_of((2,))
points = data.ring().sample(3200, seed=0)
""",
]
LONG = "gan.fit(points, batch_size=32, epochs=10**6, verbose=0, callbacks=[training.Progress()])"
NAMES = {"Laboratory": "G step", "Digits": "Learning rate", "Gallery": "Fix", "Explorer": "height"}


@pytest.fixture(scope="module", params=WINDOWS, ids=lambda window: "-".join(map(str, window)))
def window(request):
    return request.param


@pytest.fixture(scope="module")
def page(window, lab):
    """A notebook of one panel of each kind, all cells run, in JupyterLab with its file browser open."""
    width, height, theme = window
    name = f"panels_{width}_{theme}.ipynb".lower()
    write_notebook(lab, name)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(viewport={"width": width, "height": height})
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        workspace = name.partition(".")[0]  # of its own: JupyterLab opens again what was open
        page.address = f"{lab}/lab/workspaces/{workspace}/tree/notebooks/{name}?token={TOKEN}"
        page.goto(page.address)
        page.locator(".jp-Notebook").wait_for(timeout=60_000)
        wait_for_kernel(page)
        page.set_default_timeout(60_000)
        set_theme(page, theme)
        page.evaluate(f"() => {APP}.commands.execute('filebrowser:activate')")
        page.evaluate(f"() => {APP}.commands.execute('notebook:run-all-cells')")
        assert errors(page) == []
        yield page
        end_kernel(page)
        browser.close()


def write_notebook(lab, name):
    notebook = {
        "cells": [
            {
                "cell_type": "code", "id": f"cell{k}", "source": source.strip(), "metadata": {},
                "outputs": [], "execution_count": None,
            }
            for k, source in enumerate(SOURCES)
        ],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }  # fmt: skip
    request = urllib.request.Request(
        f"{lab}/api/contents/notebooks/{name}?token={TOKEN}",
        json.dumps({"type": "notebook", "content": notebook}).encode(),
        {"Content-Type": "application/json"},
        method="PUT",
    )
    urllib.request.urlopen(request).close()


def panel(page, kind):
    """The panel of that kind, paused, its upper edge at that of the notebook."""
    mark = NAMES[kind]
    inside = (
        page.get_by_role("button", name=mark)
        if mark in ("G step", "Fix")
        else page.get_by_text(mark, exact=True)
    )
    one = page.locator(".gan-panel", has=inside)
    one.evaluate("panel => panel.scrollIntoView()")
    if kind in ("Laboratory", "Digits"):
        pause(one)
    return one


@pytest.mark.parametrize("kind", NAMES)
def test_sliders_by_keyboard_and_by_mouse(page, kind):
    one = panel(page, kind)
    for slider in one.locator(".widget-slider").all():
        handle, readout = slider.get_by_role("slider"), slider.locator(".widget-readout")
        assert handle.get_attribute("aria-label") == slider.locator(".widget-label").inner_text()
        slider.scroll_into_view_if_needed()
        handle.press("Home")
        first = readout.inner_text()
        handle.press("ArrowRight")
        expect(readout).not_to_have_text(first)
        expect(handle).to_have_attribute("aria-valuetext", readout.inner_text())
        handle.press("Home")
        expect(readout).to_have_text(first)
        grip, bar = handle.bounding_box(), slider.locator(".noUi-base").bounding_box()
        middle = grip["y"] + grip["height"] / 2
        page.mouse.move(grip["x"] + grip["width"] / 2, middle)
        page.mouse.down()
        page.mouse.move(bar["x"] + bar["width"] - 1, middle, steps=5)
        page.mouse.up()
        expect(readout).not_to_have_text(first)
        dragged = readout.inner_text()
        handle.blur()
        page.mouse.click(bar["x"] + 2, middle)  # on the rail: the handle comes, and the focus
        expect(readout).to_have_text(first)
        expect(handle).to_be_focused()
        handle.press("End")
        expect(readout).to_have_text(dragged)
        chooses = "gan-chooses" in slider.get_attribute("class")
        assert readout.evaluate("one => one.isContentEditable") != chooses


@pytest.mark.parametrize("kind", ["Laboratory", "Digits", "Gallery"])
def test_menus_by_keyboard_and_by_mouse(page, kind):
    one = panel(page, kind)
    for menu in one.get_by_role("combobox").all():
        options = menu.locator("option").all_inner_texts()
        menu.select_option(options[0])
        menu.focus()
        page.keyboard.press("ArrowDown")
        assert menu.evaluate("menu => menu.selectedIndex") == 1
        menu.select_option(options[-1])
        assert menu.evaluate("menu => menu.selectedIndex") == len(options) - 1
        menu.select_option(options[0])
    one.get_by_role("combobox", name="Speed").select_option("full speed")


def test_layers_by_mouse_and_by_keyboard(page):
    one = panel(page, "Laboratory")
    for box in one.get_by_role("checkbox").all():
        checked = box.is_checked()
        box.scroll_into_view_if_needed()
        box.click()
        assert box.is_checked() != checked
        box.press("Space")
        assert box.is_checked() == checked


@pytest.mark.parametrize("kind", ["Laboratory", "Digits"])
def test_a_run_is_started_turned_paused_copied_filmed_and_reset(page, kind, window, screenshot):
    one = panel(page, kind)
    button(one, "Start").click()
    expect(one.get_by_role("status")).to_contain_text("updates a second")
    one.get_by_role("slider", name="Latent dimension").press("Home")
    wait_for_value(page, f"len({kind.lower()}.marks) > 0", "True")
    screenshot(page, f"{kind}_running_{'_'.join(map(str, window))}")
    button(one, "Pause").press("Enter")
    expect(one).to_contain_text("Marks: 1 at update")
    button(one, "Copy settings as code").click()
    code = page.evaluate("() => navigator.clipboard.readText()")
    assert ".set(\n" in code and "latent_dim=1," in code
    expect(one.locator("pre").last).to_have_text(code)
    button(one, "Save as GIF").press("Enter")
    expect(one).to_contain_text(".gif, ")
    button(one, "Default settings").press("Enter")
    expect(one.get_by_role("slider", name="Latent dimension")).not_to_have_attribute(
        "aria-valuetext", "1"
    )
    button(one, "Reset").click()
    expect(one.get_by_role("status")).to_contain_text("paused · update 0")


def test_every_control_shows_what_it_does(page):
    """Over all of it, not only over its label."""
    one = panel(page, "Laboratory")
    rows = one.locator(".widget-slider, .widget-dropdown, .widget-checkbox").all()
    assert len(rows) == 15
    for row in rows:
        row.hover()
        titles = row.evaluate(
            "row => [row, ...row.querySelectorAll('[title]')].map((one) => one.title)"
        )
        assert len({*titles}) == 1 and len(titles[0]) > 20, titles
    for shown in one.locator("button:visible").all():
        assert len(shown.get_attribute("title") or "") > 10, shown.inner_text()


def test_single_steps_show_in_the_diagram(page):
    one = panel(page, "Laboratory")
    for name, words in (("D step", "D is updated"), ("G step", "G is updated")):
        button(one, name).press("Enter")
        expect(one.locator("svg[role=img]")).to_have_attribute("aria-label", re.compile(words))
        button(one, name).click()


def test_the_pointer_reads_d_in_the_picture(page):
    one = panel(page, "Laboratory")
    box = picture(one).bounding_box()
    page.mouse.move(box["x"] + 0.29 * box["width"], box["y"] + 0.4 * box["height"])
    text = one.locator(".gan-under-pointer")
    expect(text).to_have_text(re.compile(r"D\(x\) = 0\.\d\d at \(-?\d\.\d\d, -?\d\.\d\d\)"))
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 0.4 * box["height"])
    expect(text).to_be_hidden()


def test_the_gallery_by_mouse_and_by_keyboard(page, window, screenshot):
    one = panel(page, "Gallery")
    one.get_by_role("combobox", name="Speed").select_option("50 updates")
    button(one, "oscillation").click()
    expect(one.get_by_role("status")).to_contain_text("of 1,000")
    expect(one.get_by_role("status")).to_contain_text(re.compile("update [1-9]"))
    button(one, "Stop").press("Enter")
    expect(one.get_by_role("status")).to_contain_text("paused")
    expect(one).to_contain_text("What was done")
    one.get_by_role("combobox", name="Speed").select_option("full speed")
    button(one, "Fix").press("Enter")
    expect(one).to_contain_text("The fix:")
    button(one, "Save as GIF").click()
    expect(one).to_contain_text("Saved oscillation.gif")
    screenshot(page, f"Gallery_{'_'.join(map(str, window))}")


def test_play_moves_its_slider(page):
    one = panel(page, "Explorer")
    one.get_by_role("slider", name="moment").press("Home")
    before = pixels(one)
    one.locator(".widget-play button").first.click()
    wait_for_change(page, one, before)
    expect(one.get_by_role("slider", name="moment")).to_have_attribute("aria-valuetext", "9")
    button(one, "Save as GIF").press("Enter")
    expect(one).to_contain_text("Saved moment.gif")


def test_start_controls_and_pictures_are_in_view_together(page):
    """With the file browser open; the picture down to the axes of both curves."""
    for kind in ("Laboratory", "Digits"):
        one = panel(page, kind)
        above = page.locator(".jp-NotebookPanel-toolbar").bounding_box()
        below = page.locator(".jp-NotebookPanel .jp-WindowedPanel-outer").bounding_box()
        top, bottom = above["y"] + above["height"], below["y"] + below["height"]
        canvas = picture(one).bounding_box()
        shown = [button(one, "Start").bounding_box(), canvas]
        shown += [box.bounding_box() for box in one.locator(".widget-slider").all()]
        assert min(box["y"] for box in shown) >= top - 1
        assert canvas["y"] + 0.95 * canvas["height"] <= bottom, (canvas, bottom)


def test_a_picture_has_two_pixels_for_one_of_the_page(page):
    for kind in NAMES:
        width, shown = picture(panel(page, kind)).evaluate("c => [c.width, c.clientWidth]")
        assert width >= 1.6 * shown, kind


CONTRAST = """panel => {
  const parse = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
  const luminance = (rgb) => rgb.slice(0, 3).map((v) => v / 255)
    .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, k) => sum + v * [0.2126, 0.7152, 0.0722][k], 0);
  const background = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const colour = parse(getComputedStyle(one).backgroundColor);
      if (colour.length === 3 || colour[3] > 0.99) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const element of panel.querySelectorAll("*")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !element.offsetWidth || element.disabled || element.closest("option, svg")) continue;
    const style = getComputedStyle(element);
    const [a, b] = [luminance(parse(style.color)), luminance(background(element))].sort((x, y) => y - x);
    found.push([(a + 0.05) / (b + 0.05), parseFloat(style.fontSize), element.textContent.trim().slice(0, 40)]);
  }
  return found;
}"""


@pytest.mark.parametrize("kind", NAMES)
def test_text_is_large_and_dark_enough(page, kind):
    """WCAG 2.2, 1.4.3: 4.5 to 1, computed from the styles that the browser uses."""
    found = panel(page, kind).evaluate(CONTRAST)
    assert len(found) >= 3
    small = [(size, text) for _, size, text in found if size < 13]
    pale = [(round(ratio, 2), text) for ratio, _, text in found if ratio < 4.5]
    assert not small and not pale


@pytest.mark.parametrize("kind", NAMES)
def test_tab_goes_through_the_controls_in_their_order(page, kind):
    one = panel(page, kind)
    controls = "button:not(:disabled), select, input[type=checkbox], [role=slider]"
    one.locator(controls).first.focus()
    order = [0]
    shown = f"[...panel.querySelectorAll('{controls}')].filter((one) => one.offsetParent)"
    index = f"""panel => panel.contains(document.activeElement) &&
        {shown}.indexOf(document.activeElement)"""
    while order[-1] is not False and len(order) < 80:  # until it leaves the panel
        page.keyboard.press("Tab")
        order.append(one.evaluate(index))
    reached = [k for k in order[:-1] if k >= 0]  # -1: a number beside a slider, to be edited
    assert reached == sorted(reached)
    assert {*range(one.evaluate(f"panel => {shown}.length"))} <= {*reached}


def test_an_interrupt_ends_a_long_cell_with_one_line_and_later_cells_run(page):
    run = f"""async code => {{ const panel = {APP}.shell.currentWidget, model = panel.content.model;
      model.sharedModel.addCell({{ cell_type: 'code', source: code }});
      panel.content.activeCellIndex = model.cells.length - 1;
      {APP}.commands.execute('notebook:run-cell') }}"""
    text = "".join
    page.evaluate(run, LONG)
    for _ in range(200):
        page.wait_for_timeout(100)
        outputs = cells(page)[-1]["outputs"]
        if outputs and "D's loss" in text(outputs[0]["text"]):
            break
    page.evaluate(f"() => {APP}.commands.execute('notebook:interrupt-kernel')")
    wait_for_kernel(page)
    page.wait_for_timeout(500)
    (output,) = cells(page)[-1]["outputs"]
    assert output["output_type"] == "stream"
    assert text(output["text"]).rstrip().endswith(MESSAGE)
    page.evaluate(run, "assert gan.updates_made > 0; gan.sample(3, seed=0).shape")
    expect(page.locator(".jp-OutputArea-executeResult").last).to_contain_text("(3, 2)")
    assert errors(page) == []


def open_again(page, attempts=5):
    """Leave the page and open it again, as often as a reader may have to: the manager of ipywidgets
    (jupyterlab-widgets 3.0.17) asks for a panel's model ten times a second for two seconds, and says
    "model not found" if all models come after the last question and before the end of these."""
    outputs = ".jp-OutputArea-output:not(.jp-RenderedText)"
    for _ in range(attempts):
        page.goto("about:blank")
        page.goto(page.address)
        page.locator(outputs).first.wait_for()
        page.wait_for_function(
            """outputs => [...document.querySelectorAll(outputs)].every(
            one => one.querySelector(".gan-panel") || one.innerText.includes("model not found"))""",
            arg=outputs,
        )
        if "model not found" not in page.content():
            return
    raise AssertionError(f"no panels after the page was opened {attempts} times")


def test_saved_and_opened_again_a_panel_is_its_picture(page, window, screenshot):
    """With its kernel the panel lives on, without it shows its picture and what to do."""
    page.evaluate(f"() => {APP}.commands.execute('docmanager:save')")
    page.wait_for_timeout(2_000)
    for leave in ("close", "reload"):
        if leave == "close":
            page.evaluate(f"() => {APP}.commands.execute('application:close')")
            page.locator(".gan-panel").first.wait_for(state="detached")
            path = page.address.partition("/tree/")[2].partition("?")[0]
            page.evaluate(f"path => {APP}.commands.execute('docmanager:open', {{ path }})", path)
            page.locator(".gan-panel").first.wait_for()
        else:
            open_again(page)
        one = panel(page, "Laboratory")
        before = pixels(one)
        button(one, "D step").click()
        wait_for_change(page, one, before)
    page.evaluate(f"() => {APP}.commands.execute('docmanager:save')")
    page.wait_for_timeout(2_000)
    end_kernel(page)
    open_again(page)
    page.locator(".gan-still").first.wait_for()
    page.wait_for_timeout(2_000)
    for one in page.locator(".gan-panel").all():
        expect(one.locator(".gan-still")).to_contain_text("run this cell to start the panel")
        assert (
            one.get_by_role("button").count() == 0
            and one.locator(".widget-slider:visible").count() == 0
        )
    canvas = picture(page.locator(".gan-panel").first)
    canvas.scroll_into_view_if_needed()
    assert (
        canvas.evaluate(
            "c => new Set(c.getContext('2d').getImageData(0, 0, c.width, c.height).data).size"
        )
        > 50
    )
    screenshot(page, f"opened_again_{'_'.join(map(str, window))}")
