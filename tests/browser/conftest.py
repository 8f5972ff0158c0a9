"""JupyterLab with the lessons in a real browser, for the tests beside this file.

Needs Debian's chromium (or CHROMIUM=path) and the extra `browser`: pytest tests/browser
Screenshots go to SCREENSHOTS if that is set, else to pytest's temporary folder. With THEME=Dark the
lessons are shown in JupyterLab's dark theme.
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

import lab_page
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
expect.set_options(timeout=30_000)  # milliseconds: a busy machine may have to compile first


def pytest_collection_modifyitems(items):
    for item in items:  # the first test of a lesson runs all of its cells
        item.add_marker(pytest.mark.timeout(900))


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """A JupyterLab of its own on a copy of the lessons, started as the README says; yields its address."""
    folder = tmp_path_factory.mktemp("lab")
    for part in ("notebooks", "figures", "tests/benchmarks"):
        shutil.copytree(ROOT / part, folder / part)
    (as_readme,) = re.findall(r"/bin/jupyter lab (.*)", (ROOT / "README.md").read_text("utf-8"))
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
        '{"fetchNews": "false", "checkForUpdates": false}'  # no pop-up over the notebook
    )
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        *as_readme.split(),
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
            command, cwd=folder, env={**os.environ, **private}, stdout=log, stderr=log
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
def page(request, lab):
    """The lesson that the test module names as LESSON, all cells run; its kernel ends with it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{lab}/doc/tree/notebooks/{request.module.LESSON}?token={TOKEN}")
        page.locator(".jp-Notebook").wait_for(timeout=60_000)
        lab_page.wait_for_kernel(page)
        page.set_default_timeout(60_000)
        lab_page.set_theme(page, os.environ.get("THEME", "Light"))
        page.evaluate(f"() => {lab_page.APP}.commands.execute('notebook:run-all-cells')")
        yield page
        lab_page.end_kernel(page)
        browser.close()


@pytest.fixture
def screenshot(tmp_path):
    folder = pathlib.Path(os.environ.get("SCREENSHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    return lambda target, name: target.screenshot(path=folder / f"{name}.png")
