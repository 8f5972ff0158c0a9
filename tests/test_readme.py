"""The README's snippet prints what it says, and its two commands name files that exist."""

import pathlib
import re
import subprocess
import sys

from helpers import machine

ROOT = pathlib.Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


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
        ".venv/bin/jupyter lab --preferred-dir notebooks",
        ".venv/bin/pytest --nbval",
    ]
    assert all(".venv/bin/pip install -r requirements.txt" in command for command in commands)


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("http") or (ROOT / target).exists(), target


def test_the_minutes_of_every_lesson_are_those_that_are_predicted():
    minutes = dict(re.findall(r"\(notebooks/(\w+)\.ipynb\).* ([\d.]+) \|\n", README))
    expected = machine.predicted_minutes(machine.PROBE_SECONDS)
    assert minutes == {lesson: f"{time:.1f}" for lesson, time in expected.items()}
    assert sorted(minutes) == sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
