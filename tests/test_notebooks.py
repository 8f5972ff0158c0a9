"""What nbval itself does not check: outputs are stored, fresh, clean and compared; prose is fit.

nbval passes a cell that was never run, ignores tags it does not know, and never looks at pictures.
"""

import importlib.util
import pathlib
import re

import nbformat
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TAGS = {"nbval-ignore-output", "raises-exception"}
RERUN = "run: python tests/store_outputs.py"
LARGEST = 1_500_000  # bytes: pages stay quick to load and diffs possible

specification = importlib.util.spec_from_file_location(
    "store_outputs", ROOT / "tests/store_outputs.py"
)
store_outputs = importlib.util.module_from_spec(specification)
specification.loader.exec_module(store_outputs)


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.name)
def notebook(request):
    return nbformat.read(request.param, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose(notebook):
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def test_the_lessons_are_there():
    assert [path.name for path in NOTEBOOKS] == [
        "00_start_here.ipynb",
        "01_two_players.ipynb",
        "02_the_minimax_loss.ipynb",
        "05_the_spiral.ipynb",
        "07_dense_mnist.ipynb",
        "08_training_failures.ipynb",
    ]


def test_every_cell_was_run_in_order(notebook):
    counts = [cell.execution_count for cell in code_cells(notebook)]
    assert counts == list(range(1, len(counts) + 1)), RERUN


def test_outputs_belong_to_this_source(notebook):
    assert notebook.metadata.get("source_hash") == store_outputs.source_hash(notebook), RERUN


def test_tags_are_known(notebook):
    for cell in code_cells(notebook):
        assert set(cell.metadata.get("tags", [])) <= TAGS, cell.source
        assert "NBVAL" not in cell.source, "use a cell tag, not a comment"


def test_errors_are_meant_and_warnings_are_not_stored(notebook):
    for cell in code_cells(notebook):
        errors = [output for output in cell.outputs if output.output_type == "error"]
        assert bool(errors) == ("raises-exception" in cell.metadata.get("tags", [])), cell.source
        assert not [output for output in cell.outputs if output.get("name") == "stderr"], (
            cell.source
        )


def test_most_outputs_are_compared(notebook):
    """Only cells with output may be exempt, and some outputs are compared."""
    compared = 0
    for cell in code_cells(notebook):
        if "nbval-ignore-output" in cell.metadata.get("tags", []):
            assert cell.outputs, "nothing to ignore: " + cell.source
        else:
            compared += len(cell.outputs)
    assert compared >= 5


def test_no_path_of_a_machine_is_stored(notebook):
    assert not re.search(r"[\"' ]/(home|root|tmp|Users|work)/\w", nbformat.writes(notebook))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_stays_small(path):
    assert path.stat().st_size < LARGEST


@pytest.mark.parametrize(
    "heading",
    ["You will learn", "You need", "Takes", "In this notebook we", "Exercises", "References"],
)
def test_a_lesson_has_its_parts(notebook, heading):
    assert heading in prose(notebook)


def test_markdown_images_have_alt_text(notebook):
    for alternative in re.findall(r"!\[([^\]]*)\]\(", prose(notebook)):
        assert len(alternative.split()) >= 3, alternative


def test_no_long_run_of_code_without_a_sentence(notebook):
    kinds = "".join("c" if cell.cell_type == "code" else "m" for cell in notebook.cells)
    assert "ccc" not in kinds


def test_worked_solutions_cannot_be_read_by_accident(notebook):
    """Folded words, then folded code: JupyterLab shows its first line, and every output."""
    solutions = 0
    for words, code in zip(notebook.cells, notebook.cells[1:]):
        if "Worked solution" in words.source and words.cell_type == "markdown":
            solutions += 1
            assert words.source.startswith("<details>") and words.source.endswith("</details>")
            assert code.metadata.jupyter.source_hidden and not code.outputs
            assert code.source.startswith("# Worked solution\n")
            assert code.source.endswith(").is_right")
    assert 3 <= solutions <= 6
