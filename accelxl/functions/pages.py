"""The reference of the spreadsheet functions as pages: one for each category, one that lists them, all from the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accelxl.functions.examples import cells_of
from accelxl.functions.reference import describe
from accelxl.functions.registry import CATEGORIES, REGISTRY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from accelxl.functions.registry import Argument, Function

INDEX = "README"
MADE = "<!-- Made from the registry by `accelxl generate`; a test holds that it is current. -->\n"
WIDEST = 8
"""Rows and columns of an array that a page shows."""
OPENING = """# Functions

The same functions in Excel, in LibreOffice and in Python, with the same results to the last bit. Each argument may be a cell, a range
or an array; ranges of different shapes are laid over each other as in Excel, and the result has their common shape. A blank optional
argument takes its default.

**Errors.** #VALUE!: an argument has the wrong type, unit or shape, or a name is unknown. #NUM!: the arguments are allowed and the result
has no value. #N/A: the catalogue does not have it. An error in an argument comes out as it went in. `ACCEL_WHY(cell)` gives the
sentence behind any of them.

"""


def pages() -> dict[str, str]:
    """Return the text of each page by its file's name without the ending, the list first.

    Examples
    --------
    >>> list(pages())[:2]
    ['README', 'return']
    """
    return {INDEX: _index(), **{_slug(category): _page(category) for category in CATEGORIES}}


def _slug(category: str) -> str:
    return category.rpartition(" ")[2].lower()


def _of(category: str) -> list[Function]:
    return [made for made in REGISTRY.values() if made.category == category]


def _index() -> str:
    parts = [MADE, OPENING]
    for category in CATEGORIES:
        parts.append(f"## {category}\n\n")
        rows = ((f"[`{made.name}`]({_slug(category)}.md#{made.name.lower()})", made.summary) for made in _of(category))
        parts.append(markdown_table(("function", "gives"), rows))
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def _page(category: str) -> str:
    parts = [MADE, f"# {category}\n"]
    for made in _of(category):
        parts += _section(made)
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def _section(made: Function) -> Iterator[str]:
    facts = describe(made)
    yield f"## {made.name}\n"
    yield f"{made.summary}.\n"
    yield f"```text\n={made.signature}\n```\n"
    yield _arguments("argument", made.arguments, facts["arguments"])
    if made.options:
        yield "`options` is a range of two columns, a name and its value a row. It may hold:\n"
        yield _arguments("option", made.options, facts["options"])
    if made.undefined:
        yield f"**#NUM!**: {made.undefined}.\n"
    yield _sample(made)
    more = [example for example in made.examples[1:] if example.value is not ...]
    if more:
        rows = ((f"`{e.formula}`", _shown(e.value)) for e in more)
        yield markdown_table(("more examples", "give"), rows)


def _arguments(title: str, arguments: Sequence[Argument], facts: Sequence[dict[str, Any]]) -> str:
    rows = (
        (f"`{a.name}`", a.help, "a cell" if f["kind"] == "reference" else _allowed(a, f), _default(a))
        for a, f in zip(arguments, facts, strict=True)
    )
    return markdown_table((title, "what it is", "allowed", "default"), rows)


def _allowed(argument: Argument, facts: dict[str, Any]) -> str:
    shapes = {
        "series": "a row or column of numbers",
        "dates": "dates, one for each flow",
        "table": "a range",
        "block": "names and values",
    }
    kind = argument.quantity.kind
    if kind not in shapes:
        return str(facts["allowed"])
    unit = f", {facts['unit']}" if facts["unit"] and kind == "series" else ""
    return shapes[kind] + unit


def _default(argument: Argument) -> str:
    if argument.required:
        return "needed"
    default = argument.default
    if default is None:
        return ""
    if isinstance(default, bool):
        return str(int(default))
    return f"{default:g}" if isinstance(default, (int, float)) else str(default)


def _sample(made: Function) -> str:
    """Return the first example as a piece of a sheet: each argument under its name, the formula over their addresses, what it gives."""
    example = made.examples[0]
    heads: list[tuple[int, str]] = []
    cells: dict[tuple[int, int], Any] = {}
    places: list[str] = []
    column = 0
    _, given = cells_of(example.formula)
    for argument, cell in zip(made.arguments, given, strict=False):
        if cell is None or argument.reference:
            places.append("" if cell is None else str(cell))
            continue
        rows = cell if isinstance(cell, list) else [[cell]]
        heads.append((column, argument.name))
        for down, row in enumerate(rows):
            cells |= {(down, column + across): value for across, value in enumerate(row)}
        places.append(_address(column, len(rows), len(rows[0])))
        column += len(rows[0])
    result = "" if example.value is ... else f" gives {_shown(example.value)}"
    formula = f"`={made.name}({', '.join(places).rstrip(', ')})`{result}\n"
    if not cells:
        return f"**Example.** {formula}"
    depth = 1 + max(row for row, _ in cells)
    names = dict(heads)
    body = [["1", *(names.get(at, "") for at in range(column))]]
    body += [[str(row + 2), *(_cell(cells.get((row, at), "")) for at in range(column))] for row in range(depth)]
    return f"**Example.** {formula}\n" + markdown_table(("", *(_letters(at) for at in range(column))), body)


def _address(column: int, rows: int, columns: int) -> str:
    first = f"{_letters(column)}2"
    return first if rows == columns == 1 else f"{first}:{_letters(column + columns - 1)}{rows + 1}"


def _letters(column: int) -> str:
    return (chr(64 + column // 26) if column >= 26 else "") + chr(65 + column % 26)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    return f"{value:.12g}" if isinstance(value, (int, float)) else str(value)


def _shown(value: Any) -> str:
    """Return a result in one line: a number, a text, or rows between braces as a sheet writes them."""
    if not isinstance(value, (list, tuple)):
        return f"`{_cell(value)}`"
    rows = [row if isinstance(row, (list, tuple)) else [row] for row in value]
    cut = "; ..." if len(rows) > WIDEST else ""
    return f"`{{{'; '.join(', '.join(map(_cell, row)) for row in rows[:WIDEST])}{cut}}}`"


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"
