"""The tree of errors: drawn as it is, shown as spreadsheets show errors, with help for a mistyped name."""

import inspect
import re

import pytest

from accelxl import errors
from accelxl.errors import AccelError, nearest

TREE = {name: thing for name, thing in vars(errors).items() if inspect.isclass(thing) and issubclass(thing, AccelError)}


def test_the_docstring_draws_the_tree_as_it_is():
    lines = re.findall(r"^(?:\+-- )?(\w+) +(#\S+)(?:  .*?)?(?:\(also an? (\w+)\))?$", errors.__doc__, re.MULTILINE)
    drawn = {name: (cell, also) for name, cell, also in lines}
    builtin = {
        name: [b.__name__ for b in thing.__bases__ if b not in {AccelError, Exception}] for name, thing in TREE.items()
    }
    assert drawn == {name: (thing.cell, "".join(builtin[name])) for name, thing in TREE.items()}


@pytest.mark.parametrize("error", TREE.values(), ids=TREE)
def test_every_error_is_shown_as_an_error_that_spreadsheets_have(error):
    assert error.cell in {"#VALUE!", "#NUM!", "#N/A"}
    assert str(error("rate is 'x'")) == "rate is 'x'"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("utilisation", "did you mean utilization?"),
        ("UTILIZATION", "did you mean utilization?"),
        ("h1000", "did you mean H100?"),
        ("zzz", "allowed: utilization, units, H100"),
    ],
)
def test_a_mistyped_name_gets_the_nearest_or_the_list(given, words):
    assert nearest(given, ["utilization", "units", "H100"]) == words


def test_a_long_list_of_names_is_cut():
    assert nearest("zzz", (f"name{i}" for i in range(14))).endswith("name9 and 4 more")
