"""The README's snippet prints what it says, its commands and links name files that exist."""

import pathlib
import re
import subprocess
import sys

from helpers import machine

import pytest
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_snippet_prints_what_it_says():
    (snippet,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    (promised,) = re.findall(r"# prints (.*)", snippet)
    run = subprocess.run(
        [sys.executable, "-c", snippet], capture_output=True, text=True, timeout=300
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == promised


def test_both_commands_install_everything_first():
    commands = re.findall(r"```\n(python3 -m venv .*)\n```", README)
    assert [command.split("&& ")[-1] for command in commands] == [
        ".venv/bin/jupyter lab --LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb",
        ".venv/bin/pytest --nbval",
    ]
    assert all(".venv/bin/pip install -r requirements.txt" in command for command in commands)


@pytest.mark.parametrize(
    "page", ["README.md", ".github/CONTRIBUTING.md", "tests/benchmarks/README.md"]
)
def test_links_lead_somewhere(page):
    page = ROOT / page
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        assert target.startswith("http") or (page.parent / target).exists(), target


def test_scripts_that_commands_name_exist():
    for script in re.findall(r"\.venv/bin/python (\S+)", README):
        assert (ROOT / script).is_file(), script


def test_pictures_have_alt_text_and_the_moving_one_is_small():
    pictures = dict(re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", README))
    assert all(len(words.split()) >= 5 for words in pictures), pictures
    moving = [ROOT / path for path in pictures.values() if path.endswith(".gif")]
    assert [path.name for path in moving] == ["learning.gif"]
    assert all(path.stat().st_size < 2_000_000 for path in moving)
    with Image.open(moving[0]) as picture:
        assert 2 <= picture.n_frames <= 40 and picture.info["loop"] == 0  # for ever


def test_the_minutes_of_every_lesson_are_those_that_are_predicted():
    minutes = dict(re.findall(r"\(notebooks/(\w+)\.ipynb\).* ([\d.]+) \|\n", README))
    expected = machine.predicted_minutes(machine.PROBE_SECONDS)
    assert minutes == {lesson: f"{time:.1f}" for lesson, time in expected.items()}
    assert sorted(minutes) == sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
