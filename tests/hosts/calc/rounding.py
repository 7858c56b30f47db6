"""How far rounding may take a cell whose terms cancel: judged by its own formula and the figures that it reads, cell by cell.

A difference of large figures that are nearly equal keeps their rounding: two programs that add in another order differ there by more
than 1e-9 of what is left. Calc also makes a difference 0 where its terms agree to 2^-48. So a formula is computed twice from what it
reads: as it stands, and with nothing taken away, which is the size of what was added and taken away.
"""

import numpy as np

from accelxl.workbook.formulas import values
from accelxl.workbook.formulas.compile import Cells, Compiler
from accelxl.workbook.formulas.parse import parse, tokens
from accelxl.workbook.formulas.tree import Binary, Call, Missing, Number, Text, Unary


class Operands(Cells):
    """The cells that formulas read, looked up one by one: `found(key)` gives a value."""

    def __init__(self, found, outside):
        super().__init__({}, outside)
        self._found = found

    def get(self, key, _blank=None):
        """Return the value of a cell."""
        if key not in self:
            self[key] = values.of(self._found(key))
        return self[key]


def whole(node):
    """The formula with nothing taken away: each figure without its sign, each minus a plus."""
    if isinstance(node, Binary) and node.op in "+-":
        return Binary("+", whole(node.left), whole(node.right))
    if isinstance(node, Binary) and node.op == "*":
        return Binary("*", whole(node.left), whole(node.right))
    if isinstance(node, Binary) and node.op == "/":
        return Binary("/", whole(node.left), Call("ABS", (node.right,)))
    if isinstance(node, Unary) and node.op == "-":
        return whole(node.operand)
    if isinstance(node, Call) and node.name == "SUM":
        return Call("SUM", tuple(Call("SUMPRODUCT", (Call("ABS", (arg,)),)) for arg in node.args))
    if isinstance(node, Call) and node.name == "SUMPRODUCT":
        return Call("SUMPRODUCT", tuple(map(whole, node.args)))
    if isinstance(node, Call) and node.name == "IF":
        return Call("IF", (node.args[0], *map(whole, node.args[1:])))
    if isinstance(node, Call) and node.name == "ROUND":
        return whole(node.args[0])
    return node if isinstance(node, (Number, Text, Missing)) else Call("ABS", (node,))


class Formulas:
    """The formulas of a book, each computed by itself from any figures: its value, and what it gives with nothing taken away."""

    def __init__(self, engine):
        self._engine = engine
        self._whole = {}

    def value(self, key, found):
        """The value of a formula whose operands are `found(key)`."""
        return self._computed(self._engine._closures[key], key, found)

    def size(self, key, found):
        """What a formula gives with nothing taken away; 0 where that has no meaning."""
        if key not in self._whole:
            formula = self._engine.sheets.formulas[key]
            node = parse(tokens(formula.text, *(formula.origin or key[1:])))
            self._whole[key] = Compiler(self._engine._scope, key[0]).scalar(whole(node))
        value = self._computed(self._whole[key], key, found)
        return value if isinstance(value, float) else 0.0

    def _computed(self, closure, key, found):
        with np.errstate(all="ignore"):
            value = closure(Operands(found, self._engine.outside), *key[1:])
        return values.python(value, 0)
