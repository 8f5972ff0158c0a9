"""Copies for learners lack the worked solutions and nothing else."""

import pathlib
import subprocess
import sys

import nbformat
import pytest
import without_solutions

ROOT = pathlib.Path(__file__).resolve().parents[1]
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def copies(tmp_path_factory):
    """The folder of the copies, made by the command of the README."""
    folder = tmp_path_factory.mktemp("without") / "new" / "assignment"
    subprocess.run([sys.executable, ROOT / "tests/without_solutions.py", folder], check=True)
    return folder


def test_every_lesson_is_copied(copies):
    assert sorted(path.name for path in copies.iterdir()) == [path.name for path in LESSONS]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.name)
def test_a_copy_lacks_the_worked_solutions_and_nothing_else(lesson, copies):
    before, after = (nbformat.read(path, as_version=4) for path in (lesson, copies / lesson.name))
    assert "Worked solution" not in (copies / lesson.name).read_text(encoding="utf-8")
    solutions = [cell for cell in before.cells if "Worked solution" in cell.source]
    assert after.cells == [cell for cell in before.cells if cell not in solutions]
    kinds = [cell.cell_type for cell in solutions]
    assert kinds == ["markdown", "code"] * (len(kinds) // 2) and len(kinds) >= 6
    assert after.metadata == before.metadata


@pytest.mark.parametrize("folder", ["notebooks", "notebooks/copies", "tests/../notebooks"])
def test_the_lessons_themselves_are_never_written(folder):
    before = [path.read_bytes() for path in LESSONS]
    with pytest.raises(ValueError, match="outside"):
        without_solutions.write_copies(ROOT / folder)
    assert [path.read_bytes() for path in LESSONS] == before
    assert not (ROOT / "notebooks/copies").exists()


def test_answers_in_an_earlier_copy_are_not_overwritten(tmp_path):
    own = tmp_path / LESSONS[-1].name
    own.write_text("answers", encoding="utf-8")
    with pytest.raises(ValueError, match="yet"):
        without_solutions.write_copies(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [own.name]
    assert own.read_text(encoding="utf-8") == "answers"
