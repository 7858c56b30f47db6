"""Ways in which a function takes its arguments: one by one, or as ranges."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np

from accelxl.workbook.formulas import values
from accelxl.workbook.formulas.compile import Cells, Closure, Compiler
from accelxl.workbook.formulas.tree import Missing, Node, Unsupported
from accelxl.workbook.formulas.values import FAULT, FLAG, NUMBER, TEXT, Floats, Value

Maker: TypeAlias = Callable[[Compiler, tuple[Node, ...]], Closure]


def expect(name: str, args: Sequence[Node], least: int, most: int) -> None:
    """Refuse a wrong count of arguments."""
    if not least <= len(args) <= most:
        raise Unsupported(f"{name} with {len(args)} arguments")


def elementwise(name: str, function: Callable[..., Any], least: int, *defaults: float) -> Maker:
    """Return the maker of a function of numbers: `least` of them needed, the rest with these defaults.

    `function` takes float arrays and returns one, or one and an array of error codes; a result that is not finite is #NUM!.
    """

    def make(compiler: Compiler, args: tuple[Node, ...]) -> Closure:
        expect(name, args, least, least + len(defaults))
        readers = [
            None if isinstance(arg, Missing) and place >= least else compiler.scalar(arg)
            for place, arg in enumerate(args)
        ]
        rest = [np.array([default]) for default in defaults[len(args) - least :]] if len(args) >= least else []
        fixed = [np.array([default]) for default in defaults]

        def run(cells: Cells, row: int, column: int) -> Value:
            numbers: list[Floats] = []
            err: Floats | None = None
            for place, reader in enumerate(readers):
                if reader is None:
                    numbers.append(fixed[place - least])
                    continue
                num, own = values.number(reader(cells, row, column))
                numbers.append(num)
                err = values.merge(err, own)
            found = function(*numbers, *rest)
            if isinstance(found, tuple):
                return values.finite(found[0], values.merge(err, found[1]))
            return values.finite(np.asarray(found, np.float64), err)

        return run

    return make


def of_values(name: str, function: Callable[..., Value], least: int, most: int) -> Maker:
    """Return the maker of a function that takes whole values, errors too."""

    def make(compiler: Compiler, args: tuple[Node, ...]) -> Closure:
        expect(name, args, least, most)
        readers = [compiler.scalar(arg) for arg in args]
        return lambda cells, row, column: function(*(reader(cells, row, column) for reader in readers))

    return make


def ranged(compiler: Compiler, args: Sequence[Node]) -> list[tuple[Closure, bool]]:
    """Compile arguments that may be ranges; beside each, whether it is a reference (whose texts and flags do not count)."""
    found = []
    for arg in args:
        if compiler.is_area(arg):
            found.append((compiler.rectangle(arg), True))
        else:
            found.append((compiler.scalar(arg), False))
    return found


def numbers_in(given: list[tuple[Value, bool]]) -> tuple[Floats, Floats | None]:
    """Return the numbers of arguments, shape (count, books), and errors; what does not count is NaN.

    In a range only numbers count; a direct argument is converted, and text that is no number is #VALUE!.
    """
    blocks: list[Floats] = []
    err: Floats | None = None
    for value, reference in given:
        block, own = _block(value, reference=reference)
        blocks.append(block)
        err = values.merge(err, own)
    books = max(block.shape[1] for block in blocks)
    if len(blocks) == 1:
        return blocks[0], err
    return np.concatenate([np.broadcast_to(block, (len(block), books)) for block in blocks]), err


def _block(value: Value, *, reference: bool) -> tuple[Floats, Floats | None]:
    flat = value.num.reshape(-1, value.num.shape[-1])
    if value.numeric:
        return flat, None
    if value.area or reference:
        kinds = np.broadcast_to(value.kinds, value.num.shape).reshape(flat.shape)
        bad = kinds == FAULT
        err = None
        if bad.any():
            first = np.argmax(bad, axis=0)
            err = np.where(bad.any(axis=0), np.take_along_axis(flat, first[None], axis=0)[0], 0.0)
        return np.where(kinds == NUMBER, flat, np.nan), err
    num, err = values.number(value)
    return num.reshape(1, -1), err


def in_order(block: Floats) -> Floats:
    """Return the sum over the first axis, added in order, so that the bits do not depend on the count of books."""
    if len(block) == 0:
        return np.zeros(block.shape[1])
    return np.asarray(np.add.accumulate(block, axis=0)[-1])


def cells_of(value: Value) -> tuple[Floats, np.ndarray[Any, np.dtype[np.uint8]], Any]:
    """Return numbers, kinds and texts of a rectangle, each with the shape (count, books)."""
    books = value.num.shape[-1]
    flat = value.num.reshape(-1, books)
    kinds = np.broadcast_to(value.kinds, value.num.shape).reshape(-1, books)
    text = (
        None
        if value.text is None
        else np.broadcast_to(value.text, (*value.num.shape[:-1], value.text.shape[-1])).reshape(len(flat), -1)
    )
    return flat, kinds, text


def each_text(value: Value) -> Iterator[str]:
    """Go through the distinct texts of a value."""
    if value.text is not None and value.has(TEXT):
        yield from {str(word) for word in np.broadcast_to(value.text, value.num.shape)[value.kinds == TEXT].flat}


def is_plain(value: Value) -> bool:
    """Tell whether a value holds numbers or flags alone."""
    return isinstance(value.kind, int) and value.kind <= FLAG
