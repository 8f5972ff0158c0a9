"""The package's shape: short files, no circles, packages that re-export what they hold."""

import ast
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
SCRIPTS = sorted(one for one in (ROOT / "helpers").rglob("*.*s") if one.suffix in (".js", ".css"))
FILES = sorted((ROOT / "helpers").rglob("*.py"))


def name_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in FILES}


def imported_by(name):
    """The modules of the package that one imports, as its relative imports name them."""
    path = MODULES[name]
    package = name if path.stem == "__init__" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            parents = package.split(".")
            base = ".".join(parents[: len(parents) - node.level + 1])
            target = f"{base}.{node.module}" if node.module else base
            inside = [f"{target}.{alias.name}" for alias in node.names]
            yield from [one for one in inside if one in MODULES] or [target]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_read_in_one_sitting(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 350


def test_no_module_imports_itself_through_others():
    done, open_ = set(), []

    def visit(name):
        assert name not in open_, " -> ".join([*open_, name])
        if name in done:
            return
        open_.append(name)
        for other in sorted(set(imported_by(name))):
            if MODULES[other].stem != "__init__" or not name.startswith(other):
                visit(other)
        open_.pop()
        done.add(name)

    for name in MODULES:
        visit(name)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: p.name)
def test_a_script_stands_beside_the_python_that_loads_it(path):
    python = path.with_suffix(".py").read_text(encoding="utf-8")
    assert f'with_name("{path.name}")' in python
