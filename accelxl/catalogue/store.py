"""The lookup core: one index per table, other spellings of names, days, and a user's own folder in front.

Tables load when first asked for. A key of the user's folder hides every shipped row of that key.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from pathlib import Path
from statistics import median
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from accelxl.catalogue.loader import SHIPPED, Name, check, read_names, read_table
from accelxl.catalogue.row import VERSION, Fact, When, plain
from accelxl.catalogue.tables import FACT_COLUMNS, TABLES
from accelxl.errors import AccelError, BadFile, NoData, UnknownName, WrongType, WrongUnit, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_front: list[Path] = []
"""The user's folder, or nothing."""


def load(folder: str | Path | None = None) -> str:
    """Put a folder of own CSV files in front of the shipped catalogue; without a folder, return to the shipped one.

    The folder may hold any of the catalogue's files, with the same columns. It is checked as a whole before anything
    changes.

    Parameters
    ----------
    folder : path, optional
        Folder of CSV files such as ``devices.csv``.

    Returns
    -------
    str
        The version now in force, see `version`.

    Raises
    ------
    BadFile
        If the folder does not exist or has a fault; the catalogue stays as it was.

    Examples
    --------
    >>> load() == VERSION
    True
    """
    if folder is not None:
        faults = check(folder)
        if faults:
            more = f" (and {len(faults) - 1} more; catalogue.check lists them)" if len(faults) > 1 else ""
            raise BadFile(faults[0] + more)
    _front[:] = [] if folder is None else [Path(folder).resolve()]
    for cached in (_index, _names, _spellings, _newest):
        cached.cache_clear()
    return version()


def version() -> str:
    """Return the day of the shipped data, and the name of the user's folder where one is in front.

    Examples
    --------
    >>> version() == VERSION
    True
    """
    return "+".join([VERSION, *(path.name for path in _front)])


def fact(table: str, *key: str, date: When = None) -> Fact:
    """Return the newest figure of a key, or the one in force on a day.

    Parameters
    ----------
    table : str
        A table of the catalogue, such as ``"devices"``.
    *key : str
        The row's name, one word per key column; case, blanks and punctuation do not matter.
    date : date or ISO text, optional
        The newest row of that day or before it.

    Raises
    ------
    UnknownName
        If there is no such table.
    NoData
        If the catalogue lacks the key, or has it only from a later day.

    Examples
    --------
    >>> fact("pue", "hyperscale").value
    1.1
    >>> fact("market", "trendforce_capex_2026", date="2025-12-31").value
    600000000000.0
    """
    rows = history(table, *key)
    if date is None:
        return rows[0]
    day = to_day(date)
    for row in rows:
        if row.as_of <= day:
            return row
    raise NoData(f"{table}: {', '.join(rows[0].key)} has no figure on {day}; the first is of {rows[-1].as_of}")


def history(table: str, *key: str) -> tuple[Fact, ...]:
    """Return every row of a key, newest first.

    Examples
    --------
    >>> [row.as_of.isoformat() for row in history("useful_lives", "Meta", "life_years")][-1]
    '2021-01-01'
    """
    index = _index(_known(table))
    try:
        return index[tuple([resolve(column, word) for column, word in zip(TABLES[table].keys, key, strict=True)])]
    except (KeyError, ValueError, AttributeError):
        raise lack(table, key) from None


def keys(table: str, *prefix: str) -> tuple[tuple[str, ...], ...]:
    """Return the keys of a table in the file's order, those that start with `prefix`.

    Examples
    --------
    >>> keys("pue")
    (('hyperscale',), ('colocation',), ('enterprise',))
    """
    columns = TABLES[_known(table)].keys
    start = tuple(resolve(column, word) for column, word in zip(columns, prefix, strict=False))
    return tuple(rows[0].key for place, rows in _index(table).items() if place[: len(start)] == start)


def facts(table: str, *prefix: str) -> tuple[Fact, ...]:
    """Return the newest row of each key that starts with `prefix`, in the file's order.

    Examples
    --------
    >>> {row.key[1]: row.value for row in facts("commitments", "AWS")}["3 years"] > 0.5
    True
    """
    return _newest(table, prefix)


@lru_cache(maxsize=1024)
def _newest(table: str, prefix: tuple[str, ...]) -> tuple[Fact, ...]:
    """Return what `facts` does: a run of scenarios asks for one device thousands of times."""
    return tuple(history(table, *key)[0] for key in keys(table, *prefix))


def spread(rows: Sequence[Fact]) -> Fact:
    """Return one figure for several: their median, and the band from the lowest low to the highest high.

    One row is returned as it is. The day is that of the oldest row.

    Raises
    ------
    NoData
        If there is no row.
    WrongUnit
        If the rows have different units.
    """
    if not rows:
        raise NoData("no row of the catalogue to take a spread of")
    if len(rows) == 1:
        return rows[0]
    units = sorted({row.unit for row in rows})
    if len(units) > 1:
        raise WrongUnit(f"a spread of figures in {' and '.join(units)} has no meaning; take rows of one unit")
    shared = [words[0] for words in zip(*(row.key for row in rows), strict=True) if len(set(words)) == 1]
    sources = list(dict.fromkeys(row.source for row in rows))
    return Fact(
        median(row.value for row in rows),
        min(row.low for row in rows),
        max(row.high for row in rows),
        units[0],
        rows[0].scope if len({row.scope for row in rows}) == 1 else "several scopes",
        min(row.as_of for row in rows),
        "; ".join(sources[:3]) + (f" and {len(sources) - 3} more" if len(sources) > 3 else ""),
        rows[0].url,
        f"median and range of {len(rows)} rows",
        "derived",
        rows[0].table,
        tuple(shared),
    )


def resolve(column: str, word: str) -> str:
    """Return the plain form of the catalogue's own name for a word in a key column."""
    name = plain(word)
    return _spellings(column).get(name, name)


def name_row(column: str, word: str) -> Name | None:
    """Return the row of names.csv for a word in a key column, if there is one."""
    return _names().get((column, resolve(column, word)))


def to_day(date: dt.date | str) -> dt.date:
    """Return a day given as a date or as ISO text."""
    if isinstance(date, dt.date):
        return date
    try:
        return dt.date.fromisoformat(date)
    except (TypeError, ValueError):
        raise WrongType(f"{date!r} is not a day; give a date or text such as 2026-09-19") from None


def as_rows(table: str | None = None) -> list[list[str | float]]:
    """Return the catalogue, or one table, as rows for a sheet or a page; the first row is the header.

    Examples
    --------
    >>> as_rows("pue")[0][:4]
    ['table', 'key', 'value_low', 'value_mid']
    """
    header: list[str | float] = ["table", "key", *FACT_COLUMNS]
    names = list(TABLES) if table is None else [_known(table)]
    rows = [row for name in names for history_ in _index(name).values() for row in history_]
    return [header, *(_cells(row) for row in rows)]


def _cells(row: Fact) -> list[str | float]:
    return [
        row.table, ", ".join(row.key), row.low, row.value, row.high, row.unit, row.scope, row.as_of.isoformat(),
        row.source, row.url, row.tag, row.note,
    ]  # fmt: skip


def _known(table: str) -> str:
    if table not in TABLES:
        raise UnknownName(f"{table!r} is not a table of the catalogue; {nearest(str(table), TABLES)}")
    return table


def lack(table: str, key: Sequence[Any]) -> AccelError:
    """Say which word of a key the catalogue lacks, with the nearest one it has."""
    columns = TABLES[table].keys
    if len(key) != len(columns):
        return UnknownName(f"{table}: {len(key)} names are given; a row is named by {', '.join(columns)}")
    for place, (column, word) in enumerate(zip(columns, key, strict=True)):
        if not isinstance(word, str):
            return WrongType(f"{table}: {column} {word!r} is given; a name is needed")
        if not keys(table, *key[: place + 1]):
            known = list(dict.fromkeys(row[place] for row in keys(table, *key[:place])))
            of = f" of {', '.join(key[:place])}" if place else ""
            return NoData(f"{table}: there is no {column} {word!r}{of}; {_nearest(column, word, known)}")
    return NoData(f"{table}: there is no row {', '.join(key)}")


def _nearest(column: str, word: str, known: Sequence[str]) -> str:
    """End a sentence with the nearest name, the names that begin with the word, the nearest other spelling, or all."""
    begun = [name for name in known if plain(word) and plain(name).startswith(plain(word))]
    if begun:
        return f"did you mean {' or '.join(begun[:3])}?"
    plains = {plain(name) for name in known}
    rows = [row for (place, name), row in _names().items() if place == column and name in plains]
    for candidates in (known, [alias for row in rows for alias in row.aliases]):
        close = nearest(word, candidates)
        if close.startswith("did you mean"):
            return close
    return nearest(word, known)


@lru_cache(maxsize=64)
def _index(table: str) -> Mapping[tuple[str, ...], tuple[Fact, ...]]:
    """The rows of a table by plain key, newest first; the user's folder hides what it names."""
    columns = TABLES[table].keys
    index: dict[tuple[str, ...], tuple[Fact, ...]] = {}
    for folder in (SHIPPED, *_front):
        if folder == SHIPPED or (folder / f"{table}.csv").is_file():
            rows, faults = read_table(TABLES[table], folder)
            if faults:
                raise BadFile(faults[0])
            index.update(_grouped(columns, rows))
    return MappingProxyType(index)


def _grouped(columns: Sequence[str], rows: Iterable[Fact]) -> dict[tuple[str, ...], tuple[Fact, ...]]:
    groups: dict[tuple[str, ...], list[Fact]] = {}
    spellings = [_spellings(column) for column in columns]
    for row in rows:
        names = map(plain, row.key)
        place = tuple([own.get(name, name) for own, name in zip(spellings, names, strict=True)])
        groups.setdefault(place, []).append(row)
    return {place: tuple(sorted(group, key=lambda row: row.as_of, reverse=True)) for place, group in groups.items()}


@lru_cache(maxsize=1)
def _names() -> Mapping[tuple[str, str], Name]:
    names: dict[tuple[str, str], Name] = {}
    for folder in (SHIPPED, *_front):
        if folder == SHIPPED or (folder / "names.csv").is_file():
            rows, faults = read_names(folder)
            if faults:
                raise BadFile(faults[0])
            names.update({(row.column, plain(row.name)): row for row in rows})
    return MappingProxyType(names)


@lru_cache(maxsize=64)
def _spellings(column: str) -> Mapping[str, str]:
    """Other spellings in a key column, each with the plain name it stands for; a device may have its maker in front."""
    spellings: dict[str, str] = {}
    for (place, name), row in _names().items():
        if place == column:
            words = (row.name, *row.aliases)
            spellings.update({plain(word): name for word in words})
            if row.vendor:
                spellings.update({plain(row.vendor + word): name for word in words})
    return MappingProxyType(spellings)
