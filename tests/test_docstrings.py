"""What every public function says of itself: shapes or units, what it returns, when it raises, an example, and where it comes from."""

import ast
import importlib
import inspect
import pkgutil
import re
import textwrap

import pytest

import accelxl
import accelxl.domain

OPERATIONS = {
    f"accelxl.{name}" for name in ("compare_books", "fill", "frame", "freeze", "read", "thaw")
}  # fmt: skip
"""They move values in and out of files and have no formula to name a source for."""


def public():
    """Every function of `accelxl` and of the packages of `accelxl.domain`, by name."""
    found = {f"accelxl.{name}": getattr(accelxl, name) for name in accelxl.__all__}
    for module in pkgutil.iter_modules(accelxl.domain.__path__):
        package = importlib.import_module(f"accelxl.domain.{module.name}")
        found |= {f"{module.name}.{name}": getattr(package, name) for name in package.__all__}
    return {name: one for name, one in found.items() if inspect.isfunction(one)}


PUBLIC = public()
every = pytest.mark.parametrize("name", PUBLIC)


def sections(function):
    """The sections of a docstring by name; the summary under ""."""
    parts = re.split(r"^(\w+)\n-{3,}\n", inspect.getdoc(function) or "", flags=re.MULTILINE)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


def raises(function):
    """Whether the body of a function raises."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    return any(isinstance(node, ast.Raise) for node in ast.walk(tree))


def test_there_are_many_public_functions():
    assert len(PUBLIC) > 150


@every
def test_a_public_function_says_what_it_takes_gives_and_where_it_comes_from(name):
    function = PUBLIC[name]
    found = sections(function)
    assert found[""].strip()
    needed = {"Returns", "Examples"} | ({"Source"} if name not in OPERATIONS else set())
    needed |= {"Parameters"} if inspect.signature(function).parameters else set()
    needed |= {"Raises"} if raises(function) else set()
    assert needed - set(found) == set()


@every
def test_each_parameter_is_described(name):
    function = PUBLIC[name]
    text = sections(function).get("Parameters", "")
    assert [given for given in inspect.signature(function).parameters if not re.search(rf"\b{given}\b", text)] == []


def test_what_is_left_out_is_noticed():
    def bare(x):
        """Do."""
        raise ValueError(x)

    assert raises(bare)
    assert set(sections(bare)) == {""}
