"""A book calculated anew: as it stands, and with each input at its Low and High, all in one pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accelxl.workbook.accel import known, outside
from accelxl.workbook.fields import fields
from accelxl.workbook.formulas import values
from accelxl.workbook.formulas.compile import Key
from accelxl.workbook.formulas.engine import Engine
from accelxl.workbook.formulas.sheets import Formula, Sheets
from accelxl.workbook.formulas.values import Value
from accelxl.workbook.lint.facts import Facts
from accelxl.workbook.lint.grids import InputRow
from accelxl.workbook.recalc import Judge

FEW = 5
"""A switch has fewer words than this; longer lists are catalogues."""
MANY = 8
"""Of a list with more words than this the first two and the last two are tried."""
VOLUMES = ("accelerators", "units", "Mtok", "tokens/month", "requests", "inferences", "servers", "racks")
"""Units of volumes begin with one of these."""
SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Case:
    """Inputs that are changed at once; `input` is the one that is tried, `base` what else is changed with it."""

    input: InputRow | None
    where: str
    changes: Mapping[Key, Any]


class Trial:
    """The cases of a book and what they give.

    Raises
    ------
    BadFile
        If its formulas run in circles.
    Unsupported
        If a formula that an input moves has a function that is not known.
    """

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.fields = {field.key: field for field in fields(facts.book).values()}
        self.engine = Engine(_filled(facts), outside, known)
        self.inputs = [item for item in facts.inputs if not item.fixed and item.key in self.fields]
        self.figures = {
            name: rect[:3] for name, rect in facts.names.items()
            if name.startswith("out_") and rect[1] == rect[3] and rect[2] == rect[4]
        }  # fmt: skip

    # -- cases ---------------------------------------------------------------------------------------------------------------
    def tries(self, item: InputRow) -> list[Any]:
        """Return what an input is set to: the other words of a list, else its Low and High."""
        choices = self.fields[item.key].quantity.choices
        if len(choices) > MANY:  # a catalogue
            choices = (*choices[:2], *choices[-2:])
        given = choices or [end for end in (item.low, item.high) if isinstance(end, float)]
        return [value for value in given if value != item.value]

    @cached_property
    def cases(self) -> list[Case]:
        """Each input at each of its ends; then all money doubled, and no volume at all."""
        found = [
            Case(item, f"{item.name} = {_shown(value)}", {item.key: value})
            for item in self.inputs
            for value in self.tries(item)
        ]
        return [*found, Case(None, "money doubled", self.money), Case(None, "no volume", self.volumes)]

    @cached_property
    def money(self) -> dict[Key, Any]:
        """Every figure of money twice, and its Low and High, which draws may read."""
        code = self.facts.currency
        items = [item for item in self.facts.inputs if code and str(item.unit).startswith(code)]
        ends = (
            (item, column, value)
            for item in items
            for column, value in ((2, item.value), (6, item.low), (7, item.high))
        )
        return {
            (item.key[0], item.row, column): 2.0 * value for item, column, value in ends if isinstance(value, float)
        }

    @cached_property
    def volumes(self) -> dict[Key, Any]:
        """Every volume that may be zero, zero."""
        return {
            item.key: 0.0 for item in self.inputs
            if str(item.unit).startswith(VOLUMES) and isinstance(item.value, float) and self.fields[item.key].quantity.low <= 0.0
        }  # fmt: skip

    # -- results -------------------------------------------------------------------------------------------------------------
    def run(self, cases: list[Case]) -> dict[Key, Value]:
        """Return every cell that one of these cases moves, a value for each case."""
        changed: dict[Key, Value] = {}
        for key in dict.fromkeys(key for case in cases for key in case.changes):
            own = self.facts.book.at(key)
            cells = [case.changes.get(key, own) for case in cases]
            floats = all(type(cell) is float for cell in cells)
            changed[key] = Value(np.array(cells)) if floats else values.gathered([values.of(cell) for cell in cells])
        return changed | self.engine.run(changed)

    @cached_property
    def found(self) -> dict[Key, Value]:
        """What the cases give."""
        return self.run(self.cases)

    def column(self, found: Mapping[Key, Value], key: Key, count: int) -> list[Any]:
        """Return a cell in each case."""
        value = found.get(key, self.engine.values.get(key, values.BLANK_VALUE))
        return [values.python(value, at) for at in range(count)]

    def moved(
        self, cases: list[Case], found: Mapping[Key, Value], origins: list[int] | None = None
    ) -> NDArray[np.bool_]:
        """Tell for each case whether a figure of the board is another than in the case it comes from (else the book as it stands)."""
        count = len(cases)
        result = np.zeros(count, bool)
        for key in self.figures.values():
            own = values.python(self.engine.values[key], 0) if key in self.engine.values else None
            cells = self.column(found, key, count)
            for at, cell in enumerate(cells):
                other = own if origins is None else cells[origins[at]]
                if not result[at] and cell != other and not _near(cell, other):
                    result[at] = True
        return result

    @cached_property
    def still(self) -> list[InputRow]:
        """Inputs that move no figure of the board, whatever else is switched."""
        cases = self.cases[:-2]
        moved = self.moved(cases, self.found)
        active = {case.input.key for case, does in zip(cases, moved, strict=True) if does and case.input}
        left = [item for item in self.inputs if item.key not in active and self.tries(item)]
        return self._still_with_switches(left) if left else []

    def _still_with_switches(self, left: list[InputRow]) -> list[InputRow]:
        """Return what moves nothing with each word of each switch either; what a switch turns off is judged where it is on."""
        switches = [
            (item, value) for item in self.inputs for value in self.tries(item)
            if len(self.fields[item.key].quantity.choices) < FEW and (item.unit == "choice" or set(self.tries(item)) <= {0.0, 1.0})
        ]  # fmt: skip
        cases: list[Case] = []
        origins: list[int] = []
        for switch, word in switches:
            base = len(cases)
            cases.append(Case(None, "", {switch.key: word}))
            origins.append(base)
            for item in left:
                for value in self.tries(item) if item.key != switch.key else ():
                    cases.append(Case(item, "", {switch.key: word, item.key: value}))
                    origins.append(base)
        if not cases:
            return left
        moved = self.moved(cases, self.run(cases), origins)
        active = {case.input.key for case, does in zip(cases, moved, strict=True) if does and case.input}
        return [item for item in left if item.key not in active]

    @cached_property
    def judged(self) -> dict[str, dict[Key, Any]]:
        """Every formula as each engine gives it: the one of the fill, and formualizer where it is installed."""
        own = {
            key: values.python(self.engine.values[key], 0) for key in self.facts.sheets.formulas
            if key not in self.engine.lacking and key in self.engine.values
        }  # fmt: skip
        found = {"accelxl": own}
        if find_spec("formualizer") is not None:
            found["formualizer"] = Judge(self.facts.book).figures()
        return found


def _filled(facts: Facts) -> Sheets:
    """Return the cells with what a batch run fills as formulas, as the filler computes them: `batch_x` is `live_x` or `out_x`."""
    given = facts.sheets
    found = Sheets(given.titles, dict(given.constants), dict(given.formulas), given.names, given.cached)
    for name in facts.batch:
        short, key = name.removeprefix("batch_"), facts.names[name][:3]
        live = next((other for other in (f"live_{short}", f"out_{short}") if other in facts.names), None)
        if live is not None and key in found.constants:
            del found.constants[key]
            found.formulas[key] = Formula(live)
    return found


def _near(a: Any, b: Any) -> bool:
    return isinstance(a, float) and isinstance(b, float) and abs(a - b) <= SAME * max(abs(a), abs(b))


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


class Tried(Facts):
    """What the rules read of a book, and the book calculated anew when the first rule asks for it."""

    @cached_property
    def trial(self) -> Trial:
        """The book calculated anew, at every Low and High."""
        return Trial(self)
