"""What nbval itself does not check: outputs are stored, fresh, clean and compared; prose is fit.

nbval passes a cell that was never run, ignores tags it does not know, and never looks at pictures.
"""

import importlib.util
import pathlib
import re
import symtable

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
        "03_training_dynamics.ipynb",
        "04_other_losses.ipynb",
        "05_the_spiral.ipynb",
        "06_scoring_the_spiral.ipynb",
        "07_dense_mnist.ipynb",
        "08_training_failures.ipynb",
        "09_measuring_samples.ipynb",
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
    """Only cells with output may be exempt, or with a line of progress that is wiped out at the end;
    and some outputs are compared."""
    compared = 0
    for cell in code_cells(notebook):
        if "nbval-ignore-output" in cell.metadata.get("tags", []):
            passing = re.search(r"\.(press|fix|run|check_my_gan)\(", cell.source)
            assert cell.outputs or passing, "nothing to ignore: " + cell.source
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


def functions_and_assigned(source):
    """{name of a function: global names that it reads}, and the names that a cell binds."""
    table = symtable.symtable(source, "cell", "exec")

    def read(function):
        names = {symbol.get_name() for symbol in function.get_symbols() if symbol.is_global()}
        return names.union(*map(read, function.get_children()))

    functions = {one.get_name(): read(one) for one in table.get_children()}
    bound = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned()}
    return functions, bound


def test_panels_still_work_when_all_cells_have_run(notebook):
    """No later cell binds a name that the functions behind an Explorer read."""
    cells = [functions_and_assigned(cell.source) for cell in code_cells(notebook)]
    for k, cell in enumerate(code_cells(notebook)):
        if "widgets.Explorer(" not in cell.source:
            continue
        known = {
            name: names for functions, _ in cells[: k + 1] for name, names in functions.items()
        }
        needed, new = set(), set(cells[k][0])
        while new:
            needed |= new
            new = set().union(*(known.get(name, set()) for name in new)) - needed
        for later, (_, bound) in enumerate(cells[k + 1 :], k + 1):
            assert not bound & needed, (cell.source[-90:], code_cells(notebook)[later].source)


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


def test_stored_lines_are_those_that_the_page_shows():
    """A line written again shows its last state, one that was wiped out nothing, others stay."""
    printed = (
        "first\n\n 10% |#   |\r 50% |##  |\r100% |####| done\n 50% |##  |\r           \rlast\n"
    )
    shown = "first\n\n100% |####| done\nlast\n"
    assert store_outputs.as_shown(printed) == shown
    assert store_outputs.as_shown("\r 50%\r    \r") == ""


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_stored_picture_has_an_alternative_text(path):
    for cell in nbformat.read(path, as_version=4).cells:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                alt = output.metadata.get("image/png", {}).get("alt") or output.metadata.get("alt")
                assert alt and len(alt) > 12, cell.source
