"""Cell values of many books at once, and the coercions between them.

A `Value` holds one cell (shape (books,) or (1,)) or a rectangle of cells (shape (rows, columns, books) or (rows, columns, 1)). The last
axis is always the books; 1 there means that all books agree. `kind` is one code for all elements or an array of codes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accelxl.functions.cells import CODES, ERRORS, CellError
from accelxl.workbook.formulas.tree import VALUE, Unsupported

Floats = NDArray[np.float64]
Objects = NDArray[np.object_]

NUMBER, FLAG, TEXT, FAULT, BLANK = range(5)
"""Kinds of a cell's value."""


@dataclass(slots=True)
class Value:
    """Cells by book: `num` holds numbers, flags as 0 and 1, and codes of errors; `text` holds texts where there are any."""

    num: Floats
    kind: int | NDArray[np.uint8] = NUMBER
    text: Objects | None = None

    @property
    def area(self) -> bool:
        """Tell whether it is a rectangle."""
        return self.num.ndim == 3

    @property
    def numeric(self) -> bool:
        """Tell whether all elements are numbers."""
        return isinstance(self.kind, int) and self.kind == NUMBER

    @property
    def kinds(self) -> NDArray[np.uint8]:
        """Kinds as an array of the shape of `num`."""
        kind = np.uint8(self.kind) if isinstance(self.kind, int) else self.kind
        return np.broadcast_to(kind, self.num.shape)

    def has(self, kind: int) -> bool:
        """Tell whether any element is of a kind."""
        return self.kind == kind if isinstance(self.kind, int) else bool((self.kind == kind).any())


BLANK_VALUE = Value(np.zeros(1), BLANK)


def of(item: Any) -> Value:
    """Return the value of one Python object: a number, a text, a bool, a `CellError`, or None.

    Examples
    --------
    >>> of(True).kind == FLAG, of(None).kind == BLANK
    (True, True)
    """
    if item is None:
        return BLANK_VALUE
    if isinstance(item, (bool, np.bool_)):
        return Value(np.array([float(item)]), FLAG)
    if isinstance(item, CellError):
        return fault(CODES[item])
    if isinstance(item, str):
        return text(np.array([item], object))
    return Value(np.array([float(item)]))


def fault(code: int) -> Value:
    """Return an error."""
    return Value(np.array([float(code)]), FAULT)


def text(items: Objects) -> Value:
    """Return texts."""
    return Value(np.zeros(items.shape), TEXT, items)


def flags(mask: NDArray[Any], err: Floats | None = None) -> Value:
    """Return TRUE and FALSE, errors where `err` is not 0."""
    return build(mask.astype(np.float64), err, FLAG)


def build(num: Any, err: Floats | None = None, kind: int = NUMBER) -> Value:
    """Return numbers (or flags), errors where `err` is not 0."""
    num = np.asarray(num, np.float64)
    if num.ndim == 0:
        num = num.reshape(1)
    if err is None or not err.any():
        return Value(num, kind)
    num, err = np.broadcast_arrays(num, err)
    bad = err != 0
    return Value(np.where(bad, err, num), FAULT if bad.all() else np.where(bad, np.uint8(FAULT), np.uint8(kind)))


def finite(num: Floats, err: Floats | None = None) -> Value:
    """Return numbers, #NUM! where one is not finite."""
    ok = np.isfinite(num)
    if ok.all():
        return build(num, err)
    return build(np.where(ok, num, 0.0), merge(err, np.where(ok, 0.0, 6.0)))


def merge(*errs: Floats | None) -> Floats | None:
    """Return the first error of each element, or None where there is none."""
    result: Floats | None = None
    for err in errs:
        if err is not None:
            result = err if result is None else np.where(result != 0, result, err)
    return result


def errors(value: Value) -> Floats | None:
    """Return the codes of errors, 0 elsewhere; None where there are none."""
    if isinstance(value.kind, int):
        return value.num if value.kind == FAULT else None
    bad = value.kind == FAULT
    return np.where(bad, value.num, 0.0) if bad.any() else None


def number(value: Value) -> tuple[Floats, Floats | None]:
    """Return numbers and errors: a blank is 0, a flag 0 or 1, a text the number that it spells, else #VALUE!."""
    kind = value.kind
    if isinstance(kind, int):
        if kind in {NUMBER, FLAG}:
            return value.num, None
        if kind == BLANK:
            return np.zeros_like(value.num), None
        if kind == FAULT:
            return np.zeros_like(value.num), value.num
    num, err = np.where(value.kinds <= FLAG, value.num, 0.0), errors(value)
    if value.has(TEXT):
        assert value.text is not None
        num = num.copy()
        wrong = np.zeros_like(num)
        spelled = np.broadcast_to(value.text, num.shape)
        for place in np.argwhere(value.kinds == TEXT):
            at = tuple(place)
            found = spelled_number(str(spelled[at]))
            num[at] = 0.0 if found is None else found
            wrong[at] = VALUE if found is None else 0
        err = merge(err, wrong)
    return num, err


_SPELLED = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?(%?)\Z")


def spelled_number(word: str) -> float | None:
    """Return the number that a text spells, or None.

    Examples
    --------
    >>> spelled_number(" 12.5% "), spelled_number("abc")
    (0.125, None)
    """
    match = _SPELLED.match(word.strip())
    if match is None:
        if re.fullmatch(r"[\s/:,.$€£¥()%+-]*[0-9][\s0-9/:,.$€£¥()%+-]*", word):
            raise Unsupported(
                f"arithmetic on the text {word!r}"
            )  # a date, a time or money: it depends on the reader's country
        return None
    return float(word.strip().rstrip("%")) / (100.0 if match[3] else 1.0)


def logical(value: Value) -> tuple[NDArray[np.bool_], Floats | None]:
    """Return conditions and errors; text other than TRUE and FALSE is #VALUE!."""
    if value.has(TEXT):
        assert value.text is not None
        words = np.broadcast_to(value.text, value.num.shape)
        upper = np.frompyfunc(lambda word: str(word).upper(), 1, 1)(words)
        is_text = value.kinds == TEXT
        truth = np.asarray(upper == "TRUE") & is_text
        known = truth | (np.asarray(upper == "FALSE") & is_text) | ~is_text
        err = merge(errors(value), np.where(known, 0.0, float(VALUE)))
        return np.where(is_text, truth, (value.kinds <= FLAG) & (value.num != 0)), err
    num, err = number(value)
    return num != 0, err


def words(value: Value) -> tuple[Objects, Floats | None]:
    """Return texts and errors, numbers as General shows them."""
    shape = value.num.shape
    if isinstance(value.kind, int) and value.kind == TEXT and value.text is not None:
        return value.text, None
    result = np.empty(shape, object)
    own = np.broadcast_to(value.text, shape) if value.text is not None else None
    kinds = value.kinds
    for at in np.ndindex(shape):
        kind, num = kinds[at], float(value.num[at])
        if kind == TEXT and own is not None:
            result[at] = own[at]
        else:
            result[at] = general(num) if kind == NUMBER else "" if kind != FLAG else "TRUE" if num else "FALSE"
    return result, errors(value)


def general(x: float) -> str:
    """Return a number as a text, as & and General show it: up to 15 digits.

    Examples
    --------
    >>> general(0.1 + 0.2), general(1e21), general(-1234567.0), general(1e-5)
    ('0.3', '1E+21', '-1234567', '0.00001')
    """
    if x == 0:
        return "0"
    shown = f"{x:.15g}"
    mantissa, mark, power = shown.partition("e")
    if not mark:
        return shown
    exponent = int(power)
    if -10 < exponent < 21:
        digits = max(0, 14 - exponent)
        plain = f"{x:.{digits}f}"
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    return f"{mantissa}E{'+' if exponent >= 0 else '-'}{abs(exponent):02d}"


def gathered(parts: list[Value]) -> Value:
    """Return one value a book from single values."""
    kinds = {part.kind for part in parts if isinstance(part.kind, int)}
    num = np.concatenate([part.num for part in parts])
    written = None
    if any(part.text is not None for part in parts):
        empty = np.array([""], object)
        written = np.concatenate([empty if part.text is None else part.text for part in parts])
    if len(kinds) == 1:
        return Value(num, kinds.pop(), written)
    return Value(num, np.concatenate([part.kinds for part in parts]), written)


def select(mask: NDArray[np.bool_], yes: Value, no: Value) -> Value:
    """Return `yes` where the mask holds, else `no`."""
    num = np.where(mask, yes.num, no.num)
    kind: int | NDArray[np.uint8]
    if isinstance(yes.kind, int) and isinstance(no.kind, int) and yes.kind == no.kind:
        kind = yes.kind
    else:
        kind = np.where(mask, yes.kinds, no.kinds)
        kind = np.broadcast_to(kind, num.shape)
    if yes.text is None and no.text is None:
        return Value(num, kind)
    empty = np.array([""], object)
    return Value(
        num, kind, np.where(mask, empty if yes.text is None else yes.text, empty if no.text is None else no.text)
    )


def with_errors(value: Value, err: Floats | None) -> Value:
    """Return a value with errors laid over it."""
    if err is None or not err.any():
        return value
    return select(err != 0, Value(np.asarray(err, np.float64), FAULT), value)


def stack(cells: list[list[Value]]) -> Value:
    """Return the rectangle of single cells."""
    rows, columns = len(cells), len(cells[0])
    flat = [cell for row in cells for cell in row]
    books = max(cell.num.shape[-1] for cell in flat)
    num = np.empty((rows * columns, books))
    for place, cell in enumerate(flat):
        num[place] = cell.num
    first = flat[0].kind
    kind: int | NDArray[np.uint8]
    if isinstance(first, int) and all(isinstance(cell.kind, int) and cell.kind == first for cell in flat):
        kind = first
    else:
        even = all(isinstance(cell.kind, int) for cell in flat)
        codes = np.empty((rows * columns, 1 if even else books), np.uint8)
        for place, cell in enumerate(flat):
            codes[place] = cell.kind
        kind = codes.reshape(rows, columns, -1)
    written: Objects | None = None
    if any(cell.text is not None for cell in flat):
        wide = max(cell.text.shape[-1] for cell in flat if cell.text is not None)
        written = np.full((rows * columns, wide), "", object)
        for place, cell in enumerate(flat):
            if cell.text is not None:
                written[place] = cell.text
        written = written.reshape(rows, columns, wide)
    return Value(num.reshape(rows, columns, books), kind, written)


def unstack(value: Value, row: int, column: int) -> Value:
    """Return one cell of a rectangle; a rectangle of one row or column repeats, as in an array formula."""
    rows, columns, _ = value.num.shape
    row, column = (0 if rows == 1 else row), (0 if columns == 1 else column)
    if row >= rows or column >= columns:
        return fault(7)
    kind = (
        value.kind
        if isinstance(value.kind, int)
        else np.broadcast_to(value.kind, (*value.num.shape[:2], value.kind.shape[-1]))[row, column]
    )
    own = (
        None if value.text is None else np.broadcast_to(value.text, (rows, columns, value.text.shape[-1]))[row, column]
    )
    return Value(value.num[row, column], kind if isinstance(kind, int) else _same(kind), own)


def _same(kind: NDArray[np.uint8]) -> int | NDArray[np.uint8]:
    """Return one code where all are equal."""
    return int(kind[0]) if kind.size == 1 or bool((kind == kind[0]).all()) else kind


def python(value: Value, book: int) -> Any:
    """Return one cell of one book as a Python object: float, str, bool, None, or a `CellError`."""
    at = min(book, value.num.shape[-1] - 1)
    kind = value.kind if isinstance(value.kind, int) else int(value.kinds[..., at])
    if kind == TEXT:
        assert value.text is not None
        return value.text[min(book, value.text.shape[-1] - 1)]
    num = float(value.num[..., at])
    return num if kind == NUMBER else bool(num) if kind == FLAG else None if kind == BLANK else ERRORS[int(num) - 1]
