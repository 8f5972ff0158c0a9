"""Examples in docstrings run; public functions have docstrings and signatures that one can read."""

import doctest
import importlib
import inspect
import pkgutil

import helpers

import pytest

MODULES = sorted(module.name for module in pkgutil.walk_packages(helpers.__path__, "helpers."))


def public(module):
    """(name, function or class) of what a module defines and does not hide."""
    for name, member in vars(module).items():
        defined_here = getattr(member, "__module__", "") == module.__name__
        if defined_here and not name.startswith("_") and callable(member):
            yield name, member


@pytest.mark.slow
@pytest.mark.parametrize("name", MODULES)
def test_examples_print_what_they_say(name):
    result = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert result.failed == 0


def test_at_least_twenty_functions_have_an_example():
    modules = [importlib.import_module(name) for name in MODULES]
    found = {
        member.__qualname__
        for module in modules
        for _, member in public(module)
        if "Example:" in (member.__doc__ or "") and ">>>" in member.__doc__
    }
    assert len(found) >= 20, sorted(found)


@pytest.mark.parametrize("name", MODULES)
def test_public_things_say_what_they_do(name):
    for title, member in public(importlib.import_module(name)):
        assert member.__doc__, title


@pytest.mark.parametrize("name", MODULES)
def test_signatures_name_types_as_their_users_do(name):
    """Shift-Tab shows `ArrayLike` and `keras.Model`, not what they are made of."""
    for title, member in public(importlib.import_module(name)):
        inside = vars(member).values() if inspect.isclass(member) else ()
        for function in [member, *filter(inspect.isfunction, inside)]:
            if not (inspect.isclass(function) and issubclass(function, Exception)):
                shown = str(inspect.signature(function))
                assert "._" not in shown and ".src." not in shown, (title, shown)
