"""Books whose formulas the compiler lacks, recalculated one by one through formualizer where it is installed (extra `recalc`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from accelxl.arrays import EPOCH
from accelxl.errors import BadFile, Missing
from accelxl.functions import REGISTRY
from accelxl.functions.cells import CellError
from accelxl.workbook.book import Workbook
from accelxl.workbook.formulas import values
from accelxl.workbook.formulas.compile import Key
from accelxl.workbook.formulas.values import Value

_KINDS = {
    "Div": "#DIV/0!",
    "Na": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
}
_ERRORS = {text: kind for kind, text in _KINDS.items()}


def recalculated(book: Workbook, inputs: Mapping[Key, Value], count: int, lacking: str) -> dict[Key, Value]:
    """Return every formula cell of each book.

    Raises
    ------
    Missing
        If formualizer is not installed; the sentence names the function that needs it.
    BadFile
        If formualizer cannot calculate the book either.
    """
    if find_spec("formualizer") is None:
        raise Missing(
            f"{book.package.path} uses {lacking}, which is calculated by formualizer: pip install 'accelxl[recalc]', "
            "or fill without recalculation"
        )
    found: dict[Key, list[Any]] = {}
    try:
        judge = Judge(book)
        for at in range(count):
            judge.set({key: values.python(value, at) for key, value in inputs.items()})
            for key, value in judge.figures().items():
                found.setdefault(key, []).append(value)
    except Exception as error:  # its own kinds, and those of Rust's panics
        said = " ".join(str(error).split())[:200]
        raise BadFile(
            f"{book.package.path} uses {lacking}, which formualizer cannot calculate either: {said}"
        ) from error
    return {key: values.gathered([values.of(item) for item in column]) for key, column in found.items()}


class Judge:
    """A workbook inside formualizer, with the functions of the registry."""

    def __init__(self, book: Workbook) -> None:
        import formualizer

        self._fz = formualizer
        self.book = book
        self.engine = formualizer.Workbook.from_path(str(book.package.path))
        for name in REGISTRY:
            self.engine.register_function(name, _caller(name), min_args=0)
        self.keys = [
            (place, span.row, span.column)
            for place in range(len(book.titles))
            for span in book.sheet(place).cells.values()
            if span.formula is not None
        ]

    def set(self, cells: Mapping[Key, Any]) -> None:
        """Set constant cells."""
        literal = self._fz.LiteralValue
        for key, value in cells.items():
            if value is None:
                given = literal.empty()
            elif isinstance(value, bool):
                given = literal.boolean(value)
            else:
                given = literal.text(value) if isinstance(value, str) else literal.number(float(value))
            self.engine.set_value(self.book.titles[key[0]], key[1] + 1, key[2] + 1, given)

    def figures(self) -> dict[Key, Any]:
        """Return the value of every formula cell."""
        self.engine.evaluate_all()
        return {
            key: _plain(self.engine.get_value(self.book.titles[key[0]], key[1] + 1, key[2] + 1)) for key in self.keys
        }


def _caller(name: str) -> Any:
    def call(*cells: Any) -> Any:
        found = REGISTRY[name](*cells)
        if hasattr(found, "tolist"):
            found = found.tolist()
            found = found[0][0] if len(found) == 1 and len(found[0]) == 1 else found
        return {"type": "Error", "kind": _ERRORS[found]} if isinstance(found, CellError) else found

    return call


def _plain(value: Any) -> Any:
    """Return a value of formualizer as a cell carries it."""
    if isinstance(value, dict) and value.get("type") == "Error":
        return CellError(_KINDS.get(str(value.get("kind")), "#VALUE!"))
    if isinstance(value, dt.datetime):
        return float((value.date() - EPOCH).days) + (value.hour * 3600 + value.minute * 60 + value.second) / 86400.0
    if isinstance(value, dt.date):
        return float((value - EPOCH).days)
    if isinstance(value, bool) or value is None:
        return value
    return float(value) if isinstance(value, (int, float)) else value
