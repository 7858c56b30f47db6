"""What people write on the command line: axes, ranges, draws, correlations, packs; and small files of them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from accelxl.errors import BadFile, ShapeError, UnknownName, WrongType

AXIS = "name=low:high:count or name=a,b,c is allowed"
MOST_STEPS = 10_000_000


def names_of(text: str | None) -> tuple[str, ...] | None:
    """Return names parted by commas, None where nothing was given."""
    return None if text is None else tuple(part.strip() for part in text.split(",") if part.strip())


def number(text: str, what: str) -> float:
    """Return a number as it is written with a decimal point."""
    try:
        return float(text.replace("_", "?"))
    except ValueError as error:
        raise WrongType(f"{what} has {text.strip()!r}; a number is allowed, written like 1234.5 or 1e6") from error


def numbers_of(text: str, what: str) -> tuple[float, ...]:
    """Return numbers parted by commas."""
    return tuple(number(part, what) for part in text.split(",") if part.strip())


def whole_of(text: str, what: str, most: int) -> int:
    """Return a count, also one that is written 1e9.

    Examples
    --------
    >>> whole_of("1e6", "--n", 10**12)
    1000000
    """
    from accelxl.scenario.checks import whole

    return whole(number(text.replace(",", ""), what), what, 1, most)


def _cell(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text.strip()


def _parted(text: str, option: str, allowed: str) -> tuple[str, str]:
    name, equals, rest = text.partition("=")
    if not equals or not name.strip() or not rest.strip():
        raise WrongType(f"{option} is {text!r}; {allowed}")
    return name.strip(), rest.strip()


def axes_of(texts: Sequence[str], option: str = "--axis") -> dict[str, list[Any]]:
    """Return axes of `name=low:high:count` or `name=a,b,c`.

    Examples
    --------
    >>> axes_of(["units=1:3:3", "book_method=SL,DDB"])
    {'units': [1.0, 2.0, 3.0], 'book_method': ['SL', 'DDB']}
    """
    found: dict[str, list[Any]] = {}
    for text in texts:
        name, values = _parted(text, option, AXIS)
        if name in found:
            raise UnknownName(f"{option} {name} stands twice")
        found[name] = _steps(name, values, text, option) if ":" in values else [_cell(v) for v in values.split(",")]
    return found


def _steps(name: str, values: str, text: str, option: str) -> list[float]:
    try:
        low, high, count = values.split(":")
        bottom, top, steps = float(low), float(high), int(count)
    except ValueError as error:
        raise WrongType(f"{option} is {text!r}; {AXIS}") from error
    if not 1 <= steps <= MOST_STEPS:
        raise WrongType(f"{option} {name} has {steps:,} values; 1 to {MOST_STEPS:,} are allowed")
    width = (top - bottom) / max(steps - 1, 1)
    return [*(bottom + width * k for k in range(steps - 1)), top if steps > 1 else bottom]


def ranges_of(texts: Sequence[str] | None) -> dict[str, tuple[float, float] | None] | None:
    """Return ranges of `name=low:high` or a name alone.

    Examples
    --------
    >>> ranges_of(["pue=1.1:1.5", "units"])
    {'pue': (1.1, 1.5), 'units': None}
    """
    if not texts:
        return None
    found: dict[str, tuple[float, float] | None] = {}
    for text in texts:
        name, equals, rest = text.partition("=")
        if name.strip() in found:
            raise UnknownName(f"--range {name.strip()} stands twice")
        ends = rest.split(":")
        if equals and len(ends) != 2:
            raise WrongType(f"--range is {text!r}; name=low:high or a name alone is allowed")
        what = f"--range {name.strip()}"
        found[name.strip()] = (number(ends[0], what), number(ends[1], what)) if equals else None
    return found


def draws_of(texts: Sequence[str] | None, table: Path | None) -> Any:
    """Return distributions of `name=kind:figures` and of a file.

    Examples
    --------
    >>> draws_of(["pue=uniform:1.1:1.5", "install_months=discrete:0,6:3,1"], None)
    {'pue': ('uniform', 1.1, 1.5), 'install_months': ('discrete', [0.0, 6.0], [3.0, 1.0])}
    """
    from accelxl.scenario.drawn import from_table

    found: dict[str, Any] = {}
    if table is not None:
        given = read_table(table)
        found = given if isinstance(given, dict) else dict(from_table(given))
    for text in texts or ():
        name, rest = _parted(text, "--draw", "name=kind:figures is allowed, such as pue=uniform:1.1:1.5")
        if name in found:
            raise UnknownName(f"--draw {name} stands twice")
        kind, *figures = rest.split(":")
        what = f"--draw {name}"
        lists = kind.strip().lower() in {"discrete", "empirical"}
        found[name] = (
            kind.strip().lower(),
            *(list(numbers_of(part, what)) if lists else number(part, what) for part in figures),
        )
    if not found:
        raise ShapeError("no input is drawn; --draw such as pue=uniform:1.1:1.5, or --draws with a file, is needed")
    return found


def correlations_of(texts: Sequence[str] | None) -> dict[tuple[str, str], float] | None:
    """Return rank correlations of `name,name=number`.

    Examples
    --------
    >>> correlations_of(["pue,units=0.3"])
    {('pue', 'units'): 0.3}
    """
    found: dict[tuple[str, str], float] = {}
    for text in texts or ():
        pair, rest = _parted(text, "--correlate", "name,name=number is allowed, such as pue,units=0.3")
        first, comma, second = pair.partition(",")
        if not comma or not first.strip() or not second.strip():
            raise WrongType(f"--correlate is {text!r}; name,name=number is allowed, such as pue,units=0.3")
        key = first.strip(), second.strip()
        if key in found or key[::-1] in found:
            raise UnknownName(f"--correlate {','.join(key)} stands twice")
        found[key] = number(rest, f"--correlate {pair}")
    return found or None


def pack_of(text: str | None) -> Any:
    """Return a pack by its name, or of a file where the text is the path of one."""
    if text is None or Path(text).suffix.lower() not in {".csv", ".json"}:
        return text
    return read_table(Path(text))


def read_table(path: Path) -> Any:
    """Return the rows of a CSV file, numbers as numbers, a header of the words name or case left out; or the content of a JSON file.

    Raises
    ------
    BadFile
        If it cannot be read, or is no JSON or CSV.
    """
    from accelxl.plan.files import json_of, read_text

    text = read_text(path, "one or more rows are needed")
    if path.suffix.lower() == ".json":
        return json_of(path, text)
    try:
        rows = [[_cell(cell) for cell in row] for row in csv.reader(StringIO(text)) if row and "".join(row).strip()]
    except csv.Error as error:
        raise BadFile(f"{path} is not CSV: {error}") from error
    rows = [row for row in rows if not str(row[0]).startswith("#")]
    if rows and str(rows[0][0]).lower() in {"name", "case", "input"}:
        rows = rows[1:]
    return [[None if cell == "" else cell for cell in row] for row in rows]
