"""Scope tags: what a published figure covers, as data, so that figures of unlike scope are not added.

A tag is text, ``phase: ...; venue: ...; components: ...; period: ...; currency: ...; basis: ...``: the form of the
catalogue's market figures. Letter case, spaces and the order of the components do not matter.
"""

from __future__ import annotations

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

Phase = Annotated[str, Quantity(kind="choice", choices=PHASES)]
Basis = Annotated[str, Quantity(kind="choice", choices=BASES)]
Words = Annotated[str, Quantity(kind="text")]
Field = Annotated[str, Quantity(kind="choice", choices=FIELDS)]
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
        parts = words.split(",") if field == "components" else [words]
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
        The one field in which the figures differ and do not overlap, such as venue for the sum over companies.

    Returns
    -------
    USD
        Scalar for one series, else the shape of the other axes.

    Raises
    ------
    WrongUnit
        If two tags differ in a field other than `over`, or two figures overlap in `over` and would count twice.
    ShapeError
        If there are not as many tags as figures.

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
    tags = [parse_scope(tag) for tag in flat(scopes)]
    if len(tags) == 1:
        tags *= figures.shape[-1]
    if len(tags) != figures.shape[-1]:
        raise ShapeError(f"{len(tags)} scopes for {figures.shape[-1]} values; one for each, or one for all, is allowed")
    if over is not None and over not in FIELDS:
        raise UnknownName(f"over is {over!r}; {nearest(str(over), FIELDS)}")
    for place, tag in enumerate(tags[1:], 2):
        for field in FIELDS:
            if field != over and tag.key(field) != tags[0].key(field):
                cure = "" if over else ", or name the field to sum over"
                raise WrongUnit(
                    f"figure {place} has {field} {getattr(tag, field)!r}, figure 1 has {getattr(tags[0], field)!r}; "
                    f"figures of one scope are allowed{cure}"
                )
    if over is not None:
        _refuse_overlap(tags, over)
    return result(figures.sum(axis=-1))


def flat(table: Any) -> list[Any]:
    """Return the cells of a range, row by row, without blanks."""
    if isinstance(table, (str, Scope)):
        return [table]
    if not isinstance(table, (Sequence, np.ndarray)):
        raise WrongType(f"{table!r} is given; a text or a range of texts is allowed")
    cells = [cell for row in table for cell in (row if isinstance(row, (list, tuple, np.ndarray)) else [row])]
    return [cell for cell in cells if cell is not None and not (isinstance(cell, str) and not cell.strip())]


def _refuse_overlap(tags: Sequence[Scope], over: str) -> None:
    """Refuse two figures that share a part of the field that is summed over."""
    for place, tag in enumerate(tags):
        for first, other in enumerate(tags[:place]):
            if _overlap(other.key(over), tag.key(over)):
                raise WrongUnit(
                    f"figures {first + 1} and {place + 1} overlap in {over} ({getattr(other, over)!r} and "
                    f"{getattr(tag, over)!r}) and would count twice; parts that do not overlap are allowed"
                )


def _overlap(one: tuple[str, ...], two: tuple[str, ...]) -> bool:
    """Tell whether two fields share a part; a field that begins with "all" contains every other."""
    whole = any(word.split()[0].rstrip(",:") == WHOLE for word in (*one, *two))
    return whole or not set(one).isdisjoint(two)
