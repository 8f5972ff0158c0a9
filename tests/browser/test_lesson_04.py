"""Lesson 04 in JupyterLab in a real browser: run all cells, move both sliders, plant an error.

Needs Debian's chromium (or CHROMIUM=path) and the extra `browser`: pytest tests/browser
Screenshots go to SCREENSHOTS if that is set, else to pytest's temporary folder.
"""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from playwright.sync_api import expect, sync_playwright

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TOKEN = "test"
APP = "window.jupyterapp"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab of its own on a copy of the notebooks; yields its address."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    private = {
        name: str(folder / name.lower())
        for name in (
            "JUPYTER_CONFIG_DIR",
            "JUPYTER_DATA_DIR",
            "JUPYTER_RUNTIME_DIR",
            "IPYTHONDIR",
            "JUPYTERLAB_SETTINGS_DIR",
            "JUPYTERLAB_WORKSPACES_DIR",
        )
    }
    settings = folder / "jupyterlab_settings_dir/@jupyterlab/apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text(
        '{"fetchNews": "false", "checkForUpdates": false}'  # no pop-up over the page
    )
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        "--allow-root",
        "--ip=127.0.0.1",
        f"--port={port}",
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={TOKEN}",
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.extension_manager=readonly",
    ]
    address = f"http://127.0.0.1:{port}"
    with open(folder / "log", "w") as log:
        server = subprocess.Popen(
            command, cwd=folder / "notebooks", env={**os.environ, **private}, stdout=log, stderr=log
        )
    for _ in range(120):
        try:
            urllib.request.urlopen(f"{address}/api/status?token={TOKEN}", timeout=2)
            break
        except OSError:
            assert server.poll() is None, (folder / "log").read_text()
            time.sleep(0.5)
    yield address
    server.terminate()
    server.wait(30)


@pytest.fixture(scope="module")
def page(lab):
    """Lesson 04, all cells run."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{lab}/doc/tree/04_dense_mnist.ipynb?token={TOKEN}")
        page.locator(".jp-Notebook").wait_for(timeout=60_000)
        page.wait_for_function(
            f"""() => {{ const k = {APP}?.shell?.currentWidget?.sessionContext?.session?.kernel;
            return k?.connectionStatus === 'connected' && k?.status === 'idle' }}""",
            timeout=60_000,
        )
        page.set_default_timeout(60_000)
        page.evaluate(f"() => {APP}.commands.execute('notebook:run-all-cells')")
        yield page
        browser.close()


@pytest.fixture
def screenshot(tmp_path):
    folder = pathlib.Path(os.environ.get("SCREENSHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    return lambda target, name: target.screenshot(path=folder / f"{name}.png")


@pytest.fixture
def panel(page):
    panel = page.locator(".gan-panel")
    panel.scroll_into_view_if_needed()
    expect(panel.get_by_role("button", name="Reset")).to_be_visible()
    return panel


def pixels(panel):
    """A fingerprint of what the canvas shows."""
    return panel.locator("canvas").evaluate("canvas => canvas.toDataURL()")


def wait_for_change(page, panel, before, milliseconds=20_000):
    end = time.monotonic() + milliseconds / 1000
    while pixels(panel) == before:
        assert time.monotonic() < end, "the picture did not change"
        page.wait_for_timeout(20)


def slider(panel, label):
    return panel.locator(".widget-slider", has=panel.page.get_by_text(label, exact=True))


def status(panel):
    return panel.get_by_role("status")


def cells(page):
    return page.evaluate(f"() => {APP}.shell.currentWidget.content.model.toJSON().cells")


def test_every_cell_ran_without_an_error(page, screenshot):
    outputs = [output for cell in cells(page) for output in cell.get("outputs", [])]
    assert not [o["evalue"] for o in outputs if o["output_type"] == "error"]
    assert len(outputs) > 30
    screenshot(page, "end_of_lesson")


def test_a_paused_panel_stands_still_and_start_moves_it(page, panel, screenshot):
    before = pixels(panel)
    page.wait_for_timeout(500)
    assert pixels(panel) == before
    panel.get_by_role("button", name="Start").click()
    wait_for_change(page, panel, before)
    expect(status(panel)).to_contain_text("updates a second")
    page.wait_for_timeout(8_000)
    screenshot(page, "panel_running")


def test_sliders_act_while_it_trains_by_keyboard_and_by_mouse(page, panel, screenshot):
    count = len(cells(page))
    handle = slider(panel, "Learning rate").get_by_role("slider")
    handle.focus()
    page.keyboard.press("ArrowLeft")
    expect(slider(panel, "Learning rate").locator(".widget-readout")).to_have_text("1e-03")
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


def test_pause_keeps_the_updates_and_says_them_in_words(page, panel, screenshot):
    if panel.get_by_role("button", name="Pause").count():
        panel.get_by_role("button", name="Pause").click()
    expect(status(panel)).to_contain_text("paused")
    made = int(re.search(r"update ([\d,]+)", status(panel).inner_text())[1].replace(",", ""))
    assert made > 200
    words = panel.get_by_role("img").get_attribute("aria-label")
    assert f"after {made:,} updates" in words
    screenshot(panel, "panel_paused")


def run_code(page, code):
    """Run code in the lesson's kernel and return what went wrong, if anything."""
    return page.evaluate(
        f"""async code => {{ const k = {APP}.shell.currentWidget.sessionContext.session.kernel;
        const reply = await k.requestExecute({{ code }}).done; return reply.content.evalue ?? null }}""",
        code,
    )


def test_a_planted_error_is_shown_and_reset_mends_it(page, panel, screenshot):
    assert run_code(page, "panel.gan.train_on_batch = lambda images: 1 / 0") is None
    panel.get_by_role("button", name="Start").click()
    expect(panel.get_by_role("alert")).to_contain_text("ZeroDivisionError")
    screenshot(panel, "panel_error")
    panel.get_by_role("button", name="Reset").click()
    expect(panel.get_by_role("alert")).to_have_count(0)
    expect(status(panel)).to_contain_text("update 0")
    assert run_code(page, "panel.close()\nassert not panel.loop.thread.is_alive()") is None
