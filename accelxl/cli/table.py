"""Tables for people: as many blocks under one another as the terminal is wide. No digit and no name is ever cut."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from accelxl.cli.show import out
from accelxl.plan.metrics import NEVER

GAP = 2
"""Cells between two columns."""
NARROWEST = 8
"""Cells of the column of names where a terminal has room for little more than the figures beside them."""
WHOLE_NAMES = 32
"""Names up to this length stand in one line; longer ones may be wrapped between words."""

Cell = str | Text


def print_table(
    head: Sequence[str], rows: Sequence[Sequence[Cell]], *, repeated: int = 1, figures: bool = False, width: int = 0
) -> None:
    """Print rows under a header, columns of numbers to the right.

    Columns for which there is no room go into a further block below, where the `repeated` first ones stand again; text is wrapped
    between words. `figures` says that all columns beside the repeated ones are figures, whatever their cells look like. `width` is that
    of the terminal unless it is given.
    """
    columns = [[Text(name, style="bold"), *(_text(row[place]) for row in rows)] for place, name in enumerate(head)]
    right = [
        place >= repeated if figures else place > 0 and all(_looks_numeric(str(row[place])) for row in rows)
        for place in range(len(head))
    ]
    for number, block in enumerate(blocks_of(columns, right, width or out.width, repeated)):
        if number:
            out.print()
        _print_block([columns[place] for place, _ in block], [wide for _, wide in block], [right[p] for p, _ in block])


def blocks_of(
    columns: Sequence[Sequence[Text]], right: Sequence[bool], width: int, repeated: int = 1
) -> list[list[tuple[int, int]]]:
    """Return the blocks of a table: in each the places of its columns and how wide they are.

    Examples
    --------
    >>> names, figures = [Text("npv"), Text("irr")], [Text("3,353,062"), Text("0.81")]
    >>> blocks_of([names, figures, figures], [False, True, True], 80)
    [[(0, 3), (1, 9), (2, 9)]]
    >>> blocks_of([names, figures, figures], [False, True, True], 20)
    [[(0, 3), (1, 9)], [(0, 3), (2, 9)]]
    """
    most = [max(map(len, column), default=0) for column in columns]
    least = [_least(column, place, right[place]) for place, column in enumerate(columns)]
    first = range(min(repeated, len(columns)))
    room = width - max(least[repeated:], default=0) - sum(least[place] + GAP for place in first)
    if room < 0 and first:
        least[0] = max(least[0] + room, min(NARROWEST, least[0]))
    used = sum(least[place] + GAP for place in first)
    groups: list[list[int]] = [[]]
    left = width - used
    for place in range(len(first), len(columns)):
        if groups[-1] and least[place] > left:
            groups.append([])
            left = width - used
        groups[-1].append(place)
        left -= least[place] + GAP
    return [_widened([*first, *group], least, most, width) for group in groups]


def _widened(places: list[int], least: list[int], most: list[int], width: int) -> list[tuple[int, int]]:
    """Return columns with the room that is left given to those whose text would be wrapped, the narrowest first."""
    wide = {place: least[place] for place in places}
    left = width - sum(wide.values()) - GAP * (len(places) - 1)
    while left > 0:
        short = [place for place in places if wide[place] < most[place]]
        if not short:
            break
        wide[min(short, key=wide.__getitem__)] += 1
        left -= 1
    return list(wide.items())


def _least(column: Sequence[Text], place: int, number: bool) -> int:
    whole = max(map(len, column), default=0)
    if number or (place == 0 and whole <= WHOLE_NAMES) or any(cell.spans for cell in column[1:]):
        return whole
    return max((len(word) for cell in column for word in cell.plain.split()), default=0)


def _print_block(columns: Sequence[Sequence[Text]], widths: Sequence[int], right: Sequence[bool]) -> None:
    for cells in zip(*columns, strict=True):
        parts = [_wrapped(cell, wide) for cell, wide in zip(cells, widths, strict=True)]
        for down in range(max(map(len, parts))):
            line = Text()
            for place, (part, wide) in enumerate(zip(parts, widths, strict=True)):
                piece = part[down] if down < len(part) else Text()
                pad = " " * max(wide - len(piece), 0)
                line.append(" " * GAP if place else "")
                line = line + Text(pad) + piece if right[place] else line + piece + Text(pad)
            line.rstrip()
            out.print(line, soft_wrap=True, highlight=False)


def _wrapped(cell: Text, wide: int) -> list[Text]:
    return [cell] if len(cell) <= wide else list(cell.wrap(out, wide, overflow="fold"))


def _text(cell: Cell) -> Text:
    return cell if isinstance(cell, Text) else Text(cell)


def _looks_numeric(text: str) -> bool:
    bare = text
    for sign in (",", ".", "%", "-", "e+", "e"):
        bare = bare.replace(sign, "")
    return bare.isdigit() or text in {"-", "", NEVER}
