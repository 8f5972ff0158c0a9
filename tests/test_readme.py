"""The README's snippet prints what it says, and its two commands name files that exist."""

import pathlib
import re
import subprocess
import sys

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
        ".venv/bin/jupyter lab notebooks",
        ".venv/bin/pytest --nbval",
    ]
    assert all(".venv/bin/pip install -r requirements.txt" in command for command in commands)


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("http") or (ROOT / target).exists(), target
