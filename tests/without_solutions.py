"""Write copies of the lessons without worked solutions: python tests/without_solutions.py FOLDER

FOLDER is made if it is not there. A notebook that already exists in it is not overwritten.
"""

import pathlib
import sys

import nbformat

NOTEBOOKS = pathlib.Path(__file__).resolve().parents[1] / "notebooks"
MARK = "Worked solution"  # in the summary of the folded text and in the first line of the code


def is_solution(cell):
    first_line = cell.source.split("\n")[0]
    return MARK in first_line and first_line.startswith(("<details>", "# "))


def write_copies(folder):
    """Copy every lesson into folder, without the cells of worked solutions and otherwise unchanged.

    Args:
        folder: path of a folder outside `notebooks/`.

    Returns:
        The paths of the copies, in order.

    Raises:
        ValueError: if folder lies in `notebooks/`, or a copy would replace a file.
    """
    folder = pathlib.Path(folder).resolve()
    if folder.is_relative_to(NOTEBOOKS):
        raise ValueError(f"the folder must lie outside {NOTEBOOKS}, got {folder}")
    lessons = sorted(NOTEBOOKS.glob("*.ipynb"))
    copies = [folder / path.name for path in lessons]
    for copy in copies:
        if copy.exists():
            raise ValueError(f"the folder must not have the notebooks yet, got {copy}")
    folder.mkdir(parents=True, exist_ok=True)
    for path, copy in zip(lessons, copies):
        notebook = nbformat.read(path, as_version=4)
        notebook.cells = [cell for cell in notebook.cells if not is_solution(cell)]
        nbformat.write(notebook, copy)
    return copies


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    try:
        print(*write_copies(sys.argv[1]), sep="\n")
    except ValueError as error:
        sys.exit(str(error))
