"""A catalogue figure: one row type for every subject, and the words it may use.

A figure is never a bare number: it has a band, a unit, a scope, a date and a source that a reader can open.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias, get_args

VERSION = "2026-11-23"
"""Date of the shipped data: the one place; a workbook names it. No shipped row may be of a later day."""

Tag = Literal["measured", "published", "derived", "estimate"]
"""What kind of figure it is.

measured: a benchmark or a meter; published: stated by the maker, seller, filer or statute; derived: calculated here
from such figures, the note says how; estimate: an analyst's or our own judgement, the note says whose.
"""

TAGS: frozenset[str] = frozenset(get_args(Tag))

When: TypeAlias = dt.date | str | None
"""A day as a date or as ISO text; None is the newest."""

UNITS: frozenset[str] = frozenset(
    {
        "1", "share", "1/year", "ratio", "count",
        "USD", "USD/year", "USD/h", "USD/kWh", "USD/kW", "USD/kW-month", "USD/Mtok",
        "GB", "TB/s", "kW", "PFLOPS", "g/kWh",
        "years", "months", "weeks", "tokens", "tokens/s",
    }
)  # fmt: skip
SIGNED_UNITS: frozenset[str] = frozenset({"USD", "USD/year", "1/year"})
"""Units in which a figure may be below zero."""
CAPPED_UNITS: dict[str, float] = {"share": 1.0}
"""Units with a largest value."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure of the catalogue: ``low <= value <= high`` in `unit`, as of a day, from a named source.

    `scope` says what the figure covers (chip, server share, all-in; a market's phase, venue and period). `key` is the
    row's name inside `table`. Where sources spread, `low` and `high` are the spread; where they are equal the sources
    agree.
    """

    value: float
    low: float
    high: float
    unit: str
    scope: str
    as_of: dt.date
    source: str
    url: str
    note: str
    tag: Tag
    table: str = ""
    key: tuple[str, ...] = ()

    @property
    def citation(self) -> str:
        """Source, day and address in one line.

        Examples
        --------
        >>> from accelxl.catalogue import spec
        >>> spec("H200", "memory_gb").citation
        'NVIDIA H200 product page, 2026-09-19, https://www.nvidia.com/en-us/data-center/h200/'
        """
        return f"{self.source}, {self.as_of.isoformat()}, {self.url}"


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """Reduce a name to its letters and digits in lower case, so that spelling and punctuation do not matter.

    Examples
    --------
    >>> plain("NVIDIA H100 (SXM)") == plain("nvidia h100-sxm")
    True
    """
    return "".join(c for c in text.casefold() if c.isalnum())


@lru_cache(maxsize=256)
def scope_parts(scope: str) -> tuple[tuple[str, str], ...]:
    """Split a scope of the form ``name: words; name: words`` into pairs.

    A scope without names is one pair, named ``scope``.

    Examples
    --------
    >>> scope_parts("phase: all; period: 2026")
    (('phase', 'all'), ('period', '2026'))
    >>> scope_parts("chip")
    (('scope', 'chip'),)
    """
    pairs = [part.partition(": ") for part in scope.split("; ")]
    if all(colon for _, colon, _ in pairs):
        return tuple((name, words) for name, _, words in pairs)
    return (("scope", scope),)
