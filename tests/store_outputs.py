"""Run notebooks in fresh kernels and store their outputs: python tests/store_outputs.py [notebook ...]"""

import hashlib
import pathlib
import sys

import nbformat
from nbclient import NotebookClient

ROOT = pathlib.Path(__file__).resolve().parents[1]
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def source_hash(notebook):
    """A fingerprint of the code cells; a test compares it with the one stored at the last run."""
    code = "\n\0".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    return hashlib.sha256(code.encode()).hexdigest()[:16]


def merged(outputs):
    """The outputs with neighbours of one stream joined, as the page shows them."""
    joined = []
    for output in outputs:
        if output.output_type == "stream" and joined and joined[-1].get("name") == output.name:
            joined[-1].text += output.text
        else:
            joined.append(output)
    return joined


def as_shown(text):
    """Of each line what is written after its last carriage return; nothing of one that is wiped out."""
    lines = [(line, line.split("\r")[-1].rstrip()) for line in text.split("\n")]
    return "\n".join(shown for line, shown in lines if shown or "\r" not in line)


def run(path):
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=600,
        record_timing=False,
        store_widget_state=False,
        resources={"metadata": {"path": str(path.parent)}},
    ).execute()
    for cell in (cell for cell in notebook.cells if cell.cell_type == "code"):
        cell.outputs = merged(cell.outputs)
        for output in cell.outputs:
            output.get("data", {}).pop(WIDGET_VIEW, None)  # without its state it shows an error box
            if output.output_type == "stream":
                output.text = as_shown(output.text)
        cell.outputs = [output for output in cell.outputs if output.get("text") != ""]
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "source_hash": source_hash(notebook),
        }
    )
    nbformat.write(notebook, path)


if __name__ == "__main__":
    for name in sys.argv[1:] or sorted((ROOT / "notebooks").glob("*.ipynb")):
        print("running", name, flush=True)
        run(pathlib.Path(name).resolve())
