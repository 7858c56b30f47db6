"""A formula's text in the next columns of its row, without reading it: most cells of a row repeat the formula before them."""

from __future__ import annotations

import re

from accelxl.workbook.formulas.tree import column_name, column_number

_COLUMN = re.compile(r"\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'|(?<![\w.$])([A-Z]{1,3})(?=\$?\d+(?![\w(.]))")
"""The column of a relative reference; texts and quoted sheets are stepped over."""


class Shift:
    r"""A formula cut at its relative columns.

    Examples
    --------
    >>> Shift("SUM($A1:B$2)*in_rate&\"C3\"", 3).at(4)
    'SUM($A1:C$2)*in_rate&"C3"'
    """

    __slots__ = ("columns", "parts")

    def __init__(self, text: str, column: int) -> None:
        self.parts: list[str] = []
        self.columns: list[int] = []
        end = 0
        for match in _COLUMN.finditer(text):
            if match[1]:
                self.parts.append(text[end : match.start(1)])
                self.columns.append(column_number(match[1]) - column)
                end = match.end(1)
        self.parts.append(text[end:])

    def at(self, column: int) -> str:
        """Return the text in another column of the row."""
        if any(column + off < 0 for off in self.columns):
            return ""
        pieces = [part + column_name(column + off) for part, off in zip(self.parts, self.columns, strict=False)]
        return "".join(pieces) + self.parts[-1]
