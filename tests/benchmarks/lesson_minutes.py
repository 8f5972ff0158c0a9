"""How long each lesson takes, beside what `helpers.machine` predicts from the speed probe.

Run: python tests/benchmarks/lesson_minutes.py
Each lesson runs in a fresh kernel, and before each the probe in a fresh process, because machines
are noisy. Where the ratios stray from 1, measure `machine.LESSON_SECONDS` anew.
"""

import pathlib
import statistics
import subprocess
import sys
import time

from helpers import machine

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = pathlib.Path(__file__).resolve().parents[2] / "notebooks"
PROBE = (
    "from helpers import data, machine; digits = data.load_mnist()[0][: machine.PROBE_DIGITS]; "
    "print(machine.speed_probe(digits)[1])"
)


def seconds_of(path):
    start = time.perf_counter()
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(NOTEBOOKS)}}
    NotebookClient(notebook, kernel_name="python3", timeout=1200, resources=resources).execute()
    return time.perf_counter() - start


def main():
    probes, took = [], {}
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        run = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True)
        probes.append(float(run.stdout.split()[-1]))  # after the line of progress
        took[path.stem] = seconds_of(path)
        print(f"probe {probes[-1]:5.1f} s   {path.stem:22} {took[path.stem]:6.1f} s", flush=True)
    probe = statistics.median(probes)
    print(f"median of the probe: {probe:.1f} s")
    for lesson, minutes in machine.predicted_minutes(probe).items():
        ratio = took[lesson] / 60 / minutes
        print(
            f"{lesson:22} took {took[lesson] / 60:.2f} min, predicted {minutes:.2f}, ratio {ratio:.2f}"
        )


if __name__ == "__main__":
    main()
