"""Scope tags: what a published figure covers, as data, so that figures of unlike scope are not added.

A tag is text, ``phase: ...; venue: ...; components: ...; period: ...; currency: ...; basis: ...``: the form of the
catalogue's market figures. Letter case, spaces and the order of the components do not matter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Annotated, Any

import numpy as np

from accelxl.arrays import result, series
from accelxl.catalogue import scope_parts
from accelxl.catalogue.tables import MARKET_SCOPE
from accelxl.errors import ShapeError, UnknownName, WrongType, WrongUnit, nearest
from accelxl.units import Flows, Quantity, Result

FIELDS: tuple[str, ...] = MARKET_SCOPE
"""What a tag says, in this order."""
PHASES = ("training", "inference", "training and inference", "all")
BASES = ("gross", "net")
WHOLE = "all"
"""The word that contains every other of its field."""
SUMMABLE = ("phase", "venue", "components", "period")
"""Fields whose parts make a whole. Amounts in two currencies, or a gross and a net one, have no sum."""

YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
PART = re.compile(r"(?<![a-z])([qh])([1-4])(?!\d)")
FILLERS = re.compile(
    r"(?<![a-z])(?:to|from|through|and|in|run|rate|calendar|fiscal|financial|year|cy|fy)(?![a-z])|[^a-z0-9]"
)
"""Words of a period that leave it whole years."""

Phase = Annotated[str, Quantity(kind="choice", choices=PHASES)]
Basis = Annotated[str, Quantity(kind="choice", choices=BASES)]
Words = Annotated[str, Quantity(kind="text")]
Field = Annotated[str, Quantity(kind="choice", choices=SUMMABLE)]
Tags = Annotated[Sequence[Any] | str, Quantity(kind="table")]
"""Tags of figures: a sequence, or a range as it stands."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a figure covers.

    `phase`: training, inference or both; `venue`: whose sites, which regions; `components`: what is counted, separated
    by commas; `period`: year, span or run rate; `basis`: gross, or net of residual value.
    """

    phase: str
    venue: str
    components: str
    period: str
    currency: str
    basis: str

    def __str__(self) -> str:
        return "; ".join(f"{name}: {words}" for name, words in zip(FIELDS, astuple(self), strict=True))

    def key(self, field: str) -> tuple[str, ...]:
        """Return a field in the form in which it is compared."""
        words = str(getattr(self, field)).casefold()
        mark = {"components": ",", "phase": " and "}.get(field)
        parts = words.split(mark) if mark else [words]
        return tuple(sorted(" ".join(part.split()) for part in parts if part.strip()))


def scope(
    phase: Phase,
    venue: Words,
    components: Words,
    period: Words,
    currency: Words = "USD",
    basis: Basis = "gross",
) -> str:
    """Scope tag of a figure: phase of the work, venue, components, period, currency, gross or net of residual value.

    Parameters
    ----------
    phase : text
        training, inference, training and inference, or all.
    venue : text
        Whose sites and where: "eight cloud providers, all sites".
    components : text
        What is counted, separated by commas: "accelerators, memory, racks".
    period : text
        "2026", "2025 to 2030", "run rate in 2025".
    currency : text
        Code of three letters.
    basis : text
        gross, or net of residual value.

    Returns
    -------
    text
        The tag; `parse_scope` reads it back.

    Raises
    ------
    UnknownName
        If phase or basis is another word.
    WrongType
        If a field is blank, or holds a semicolon, which separates fields.

    Examples
    --------
    >>> scope("inference", "hyperscalers", "accelerators, memory", "2026")
    'phase: inference; venue: hyperscalers; components: accelerators, memory; period: 2026; currency: USD; basis: gross'

    Source
    ------
    Equations B3, scope.
    """
    for name, word, allowed in (("phase", phase, PHASES), ("basis", basis, BASES)):
        if not isinstance(word, str) or " ".join(word.casefold().split()) not in allowed:
            raise UnknownName(f"{name} is {word!r}; {nearest(str(word), allowed)}")
    given = (phase.lower(), venue, components, period, currency, basis.lower())
    words = []
    for name, word in zip(FIELDS, given, strict=True):
        text = " ".join(str(word).split()) if isinstance(word, (str, int)) else ""
        if not text or ";" in text:
            raise WrongType(f"{name} is {word!r}; text without a semicolon is allowed")
        words.append(text)
    if not (words[4].isalpha() and len(words[4]) == 3):
        raise WrongUnit(f"currency is {words[4]!r}; a code of three letters such as USD is allowed")
    words[4] = words[4].upper()
    return str(Scope(*words))


def parse_scope(tag: str | Scope) -> Scope:
    """Return a tag as its fields.

    Parameters
    ----------
    tag : text or Scope
        ``field: words`` for each of `FIELDS`, parted by semicolons.

    Returns
    -------
    Scope
        The fields; a Scope as it is.

    Raises
    ------
    WrongUnit
        If a field is missing, stands twice or is not one of `FIELDS`.

    Examples
    --------
    >>> parse_scope("phase: all; venue: Amazon; components: servers; period: 2026; currency: USD; basis: gross").venue
    'Amazon'

    Source
    ------
    Equations B3, scope of published market figures.
    """
    if isinstance(tag, Scope):
        return tag
    if not isinstance(tag, str):
        raise WrongType(f"a scope is {tag!r}; a text such as 'phase: all; venue: ...' is allowed")
    parts = scope_parts(" ".join(tag.split()))
    names = [name.casefold() for name, _ in parts]
    lacking = [field for field in FIELDS if names.count(field) != 1]
    odd = [name for name in names if name not in FIELDS]
    if lacking or odd:
        what = f"does not say {', '.join(lacking)}" if lacking else f"says {', '.join(odd)}"
        raise WrongUnit(f"the scope {tag[:60]!r} {what}; each of {', '.join(FIELDS)} once is allowed")
    words = dict(zip(names, (words for _, words in parts), strict=True))
    return Scope(**words)


def differences(a: str | Scope, b: str | Scope) -> tuple[str, ...]:
    """Return the fields in which two tags differ, in the order of `FIELDS`.

    Parameters
    ----------
    a, b : text or Scope
        The tags.

    Returns
    -------
    tuple of str
        Names of fields; empty where the two tags mean the same.

    Examples
    --------
    >>> one = scope("all", "hyperscalers", "servers, network", "2026")
    >>> differences(one, scope("all", "Hyperscalers", "network, servers", "2027"))
    ('period',)

    Source
    ------
    Equations B3, scope of published market figures.
    """
    one, two = parse_scope(a), parse_scope(b)
    return tuple(field for field in FIELDS if one.key(field) != two.key(field))


def scope_sum(values: Flows, scopes: Tags, over: Field | None = None) -> Result:
    """Sum of figures of one scope, ``sum(values)``; figures of unlike scope are refused.

    Parameters
    ----------
    values : USD
        The last axis is the figures.
    scopes : text
        A tag for each figure, or one for all.
    over : text, optional
        The one field in which the figures differ and do not overlap, such as venue for the sum over companies; one of
        `SUMMABLE`. Years and spans of years are compared as such, quarters and halves by their months.

    Returns
    -------
    USD
        Scalar for one series, else the shape of the other axes.

    Raises
    ------
    WrongUnit
        If two tags differ in a field other than `over`, two figures overlap in `over` and would count twice, or a figure
        has no tag.
    ShapeError
        If there are not as many tags as figures.
    UnknownName
        If `over` is not one of `SUMMABLE`.

    Examples
    --------
    >>> tags = [scope("all", company, "servers", "2026") for company in ("Amazon", "Meta")]
    >>> scope_sum([200e9, 125e9], tags, over="venue")
    325000000000.0

    Source
    ------
    Equations B3, scope.
    """
    figures = series(values, "values")
    cells = _cells(scopes)
    while len(cells) > figures.shape[-1] and _blank(cells[-1]):
        cells.pop()
    for place in [k for k, cell in enumerate(cells, 1) if _blank(cell)][:1]:
        raise WrongUnit(f"figure {place} has no scope; a tag for each figure, or a single cell for all, is allowed")
    tags = [parse_scope(tag) for tag in cells]
    if len(tags) == 1:
        tags *= figures.shape[-1]
    if len(tags) != figures.shape[-1]:
        raise ShapeError(f"{len(tags)} scopes for {figures.shape[-1]} values; one for each, or one for all, is allowed")
    if over is not None and over not in SUMMABLE:
        raise UnknownName(f"over is {over!r}; {nearest(str(over), SUMMABLE)}")
    for place, tag in enumerate(tags[1:], 2):
        for field in FIELDS:
            if field != over and tag.key(field) != tags[0].key(field):
                cure = ", or name the field to sum over" if over is None and field in SUMMABLE else ""
                raise WrongUnit(
                    f"figure {place} has {field} {getattr(tag, field)!r}, figure 1 has {getattr(tags[0], field)!r}; "
                    f"figures of one scope are allowed{cure}"
                )
    if over is not None:
        _refuse_overlap(tags, over)
    return result(figures.sum(axis=-1))


def flat(table: Any) -> list[Any]:
    """Return the cells of a range, row by row, without blanks."""
    return [cell for cell in _cells(table) if not _blank(cell)]


def _cells(table: Any) -> list[Any]:
    if isinstance(table, (str, Scope)):
        return [table]
    if not isinstance(table, (Sequence, np.ndarray)):
        raise WrongType(f"{table!r} is given; a text or a range of texts is allowed")
    return [cell for row in table for cell in (row if isinstance(row, (list, tuple, np.ndarray)) else [row])]


def _blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _refuse_overlap(tags: Sequence[Scope], over: str) -> None:
    """Refuse two figures that share a part of the field that is summed over."""
    for place, tag in enumerate(tags):
        for first, other in enumerate(tags[:place]):
            if _overlap(other.key(over), tag.key(over)) or (over == "period" and _meet(other.period, tag.period)):
                raise WrongUnit(
                    f"figures {first + 1} and {place + 1} overlap in {over} ({getattr(other, over)!r} and "
                    f"{getattr(tag, over)!r}) and would count twice; parts that do not overlap are allowed"
                )


def _overlap(one: tuple[str, ...], two: tuple[str, ...]) -> bool:
    """Tell whether two fields share a part; a field that begins with "all" contains every other."""
    whole = any(word.split()[0].rstrip(",:") == WHOLE for word in (*one, *two))
    return whole or not set(one).isdisjoint(two)


def _meet(one: str, two: str) -> bool:
    """Tell whether two periods share a month; parts of a year that are not quarters or halves are compared as words."""
    first, second = _months(one), _months(two)
    shared = {year for year, _ in first[0]} & {year for year, _ in second[0]}
    return bool(first[0] & second[0]) if first[1] and second[1] else bool(shared) and (first[2] or second[2])


def _months(period: str) -> tuple[set[tuple[int, int]], bool, bool]:
    """Return the (year, month) that a period covers, whether its words are understood, and whether it is whole years."""
    words = period.casefold()
    years = [int(year) for year in YEAR.findall(words)]
    part = PART.search(words)
    rest = FILLERS.sub("", PART.sub("", YEAR.sub("", words)))
    span = range(min(years), max(years) + 1) if years else range(0)
    whole = not rest and part is None and bool(years)
    if part is None or len(years) != 1:
        return {(year, month) for year in span for month in range(1, 13)}, whole, whole
    size = 3 if part[1] == "q" else 6
    first = size * (int(part[2]) - 1) + 1
    return {(years[0], month) for month in range(first, first + size)}, not rest, False
