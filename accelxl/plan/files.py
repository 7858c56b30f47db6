"""Plans in files: JSON (a dict) or CSV (a block: a name, then one value column a tranche)."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from io import StringIO
from math import isfinite, nan
from pathlib import Path
from typing import Any

from accelxl.errors import AccelError, BadFile, ShapeError, WrongType
from accelxl.plan.inputs import INPUTS
from accelxl.plan.model import Plan, from_block, plan_of

MAX_BYTES = 16 << 20
MOST_DIGITS = 309
"""Digits of a whole number: no float has more."""
MOST_ITEMS = 1_000_000
"""Fields, rows and brackets of a file: what a field of one letter costs in memory is fifty times what it costs on the disk."""


def read_text(path: Path, needed: str = "a plan is needed") -> str:
    """Return a text file's content; `needed` ends the sentence for an empty one.

    Raises
    ------
    BadFile
        If it is missing, a folder, not readable, empty, too large or not UTF-8.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadFile(f"{path} has {path.stat().st_size:,} bytes; up to {MAX_BYTES:,} are allowed")
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise BadFile(f"{path} does not exist") from error
    except IsADirectoryError as error:
        raise BadFile(f"{path} is a folder; a file is needed") from error
    except UnicodeDecodeError as error:
        raise BadFile(f"{path} is not UTF-8 text (byte {error.start}); Excel saves it so as CSV UTF-8") from error
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {error.strerror}") from error
    if not text.strip():
        raise BadFile(f"{path} is empty; {needed}")
    items = sum(map(text.count, ",;\t\n[{"))
    if items > MOST_ITEMS:
        raise BadFile(f"{path} has {items:,} fields and brackets; up to {MOST_ITEMS:,} are allowed")
    return text


def read_plan(path: Path) -> Plan:
    """Plan of a JSON or CSV file.

    Raises
    ------
    BadFile
        If the file cannot be read as JSON or CSV.
    AccelError
        If it is no plan; the sentence names the file and the input.
    """
    text = read_text(path)
    try:
        return plan_of(_json(path, text)) if path.suffix.lower() == ".json" else from_block(*_rows(text))
    except BadFile:
        raise
    except AccelError as error:
        raise type(error)(f"{path}: {error}") from error


def json_of(path: str | Path, text: str, pairs: Callable[[list[tuple[str, Any]]], Any] | None = None) -> Any:
    """Return what the text of a JSON file says; `pairs` makes an object of names and values.

    Raises
    ------
    BadFile
        If it is no JSON, is nested too deep, or has a whole number that is no figure.
    """

    def whole(digits: str) -> int:
        count = len(digits.lstrip("-"))
        if count > MOST_DIGITS:
            raise BadFile(f"{path} has a whole number of {count:,} digits; up to {MOST_DIGITS} are allowed")
        return int(digits)

    try:
        return json.loads(text, object_pairs_hook=pairs, parse_int=whole)
    except json.JSONDecodeError as error:
        raise BadFile(f"{path} is not JSON (line {error.lineno}, column {error.colno})") from error
    except RecursionError as error:
        raise BadFile(f"{path} is not JSON that can be read: it is nested too deep") from error


def _json(path: Path, text: str) -> dict[str, Any]:
    found = json_of(path, text)
    if not isinstance(found, dict):
        raise BadFile(f"{path} holds {type(found).__name__}; an object with inputs by name is needed")
    return found


def _rows(text: str) -> tuple[list[list[Any]], list[str]]:
    """Return a CSV block's rows and the line of each; numbers where inputs are, written with a decimal point."""
    sample = text.splitlines()[0]
    if ";" in sample and "," not in sample:
        raise WrongType("the columns are parted by ';'; ',' is allowed, with a decimal point in numbers")
    rows: list[list[Any]] = []
    places: list[str] = []
    try:
        reader = csv.reader(StringIO(text))
        cells = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise WrongType(f"it is not CSV: {error}") from error
    for line, row in cells:
        if not row or not row[0].strip() or row[0].lstrip().startswith("#"):
            continue
        if not rows:
            _refuse_across(row)
        name, place = row[0].strip(), f"line {line}"
        known = INPUTS.get(name)
        numeric = known is not None and known.quantity.kind in {"number", "flag"}
        rows.append([name, *(_cell(name, cell, place) if numeric else cell.strip() for cell in row[1:])])
        places.append(place)
    if rows and str(rows[0][0]).lower() in {"name", "input"}:
        rows, places = rows[1:], places[1:]
    return rows, places


def _refuse_across(row: list[str]) -> None:
    """Refuse a file whose first line has the names of inputs beside one another."""
    found = [cell.strip() for cell in row if cell.strip() in INPUTS]
    if len(found) > 1:
        raise ShapeError(
            f"the inputs stand across: {found[0]} and {found[1]} are both in the first line; one line for each input is allowed, "
            "name,value downwards"
        )


def _cell(name: str, cell: str, place: str) -> float | str | None:
    cell = cell.strip()
    if not cell:
        return None
    allowed = INPUTS[name].quantity.allowed()
    if cell.endswith("%"):
        part = _number(cell[:-1].strip()) / 100
        if isfinite(part):
            raise WrongType(f"{place}: {name} is {cell!r}; {allowed} is allowed, without a percent sign: {part:.12g}")
    value = _number(cell)
    if not isfinite(value):
        raise WrongType(f"{place}: {name} is {cell!r}; {allowed} is allowed, written like 1234.5")
    return value


def _number(text: str) -> float:
    """Return a number, NaN where the text is none."""
    try:
        return nan if "_" in text else float(text)
    except ValueError:
        return nan
