"""What a fill remarks and does not refuse: a device without its figures, values beyond Low and High."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from accelxl.arrays import EPOCH
from accelxl.workbook.fields import Field
from accelxl.workbook.filler import Filler
from accelxl.workbook.formulas.compile import Key
from accelxl.workbook.jobs import Fault, Job
from accelxl.workbook.sources import InputSheet
from accelxl.workbook.template import listed

EXAMPLES = 3
"""Values beyond Low and High that are told for a run; the manifest has them all."""


@dataclass(frozen=True, slots=True)
class Alone:
    """A name that a book changes while figures of what it names stay."""

    name: str
    left: tuple[str, ...]
    now: Any
    was: Any

    def sentence(self) -> str:
        """Return what the manifest says of the book."""
        stay = "stays that" if len(self.left) == 1 else "stay those"
        return f"{self.name} is {self.now} while {listed(self.left)} {stay} of the template, whose {self.name} is {self.was}"


@dataclass(frozen=True, slots=True)
class Beyond:
    """A value outside Low and High of its row."""

    name: str
    value: str
    low: str
    high: str

    def sentence(self) -> str:
        """Return what the manifest says of the book."""
        return f"{self.name} is {self.value}, outside Low and High ({self.low} to {self.high})"


class Remarks:
    """The remarks on the books of a batch."""

    def __init__(self, filler: Filler, sheet: InputSheet | None) -> None:
        self.fields, self.sheet = filler.fields, sheet
        self.companions = _companions(filler)
        self.dates = {one.key for one in filler.fields.values() if one.quantity.kind == "date"}

    def with_remarks(self, rows: Iterable[Job | Fault]) -> tuple[list[Job | Fault], list[str]]:
        """Return the books with their remarks, and the remarks on the run."""
        found: list[Job | Fault] = []
        alone: dict[tuple[str, tuple[str, ...]], int] = {}
        beyond: list[tuple[str, Beyond]] = []
        for row in rows:
            if isinstance(row, Fault):
                found.append(row)
                continue
            names, values = self._alone(row), self._beyond(row)
            for one in names:
                alone[one.name, one.left] = alone.get((one.name, one.left), 0) + 1
            beyond += [(row.path.name, one) for one in values]
            said = (*(one.sentence() for one in names), *(one.sentence() for one in values))
            found.append(replace(row, remarks=said))
        return found, [*(_of_run(*key, count) for key, count in alone.items()), *_of_values(beyond)]

    def _alone(self, job: Job) -> list[Alone]:
        found = []
        for field, companions in self.companions:
            now = job.values.get(field.key, field.value)
            left = tuple(one.short for one in companions if one.key not in job.values)
            if left and now != field.value:
                found.append(Alone(field.short, left, now, field.value))
        return found

    def _beyond(self, job: Job) -> list[Beyond]:
        if self.sheet is None:
            return []
        found = []
        for key, value in job.values.items():
            if type(value) is not float or not self.sheet.holds(key):
                continue
            low, high = self.sheet.span(key)
            if (low is not None and value < low) or (high is not None and value > high):
                found.append(Beyond(self.sheet.name(key), *(self._shown(key, x) for x in (value, low, high))))
        return found

    def _shown(self, key: Key, value: float | None) -> str:
        if value is None:
            return "none"
        return (EPOCH + dt.timedelta(value)).isoformat() if key in self.dates else f"{value:.15g}"


def _companions(filler: Filler) -> list[tuple[Field, list[Field]]]:
    """Return the inputs of a book of ours whose figures are other inputs, as its template says."""
    from accelxl.workbook.build import TEMPLATES, template

    name, _ = filler.labels
    if name not in TEMPLATES:
        return []
    given = {item.name: filler.fields.get(item.defined) for item in template(name).items}
    return [
        (field, [other for one in item.companions if (other := given.get(one)) is not None])
        for item in template(name).items
        if item.companions and (field := given[item.name]) is not None
    ]


def _of_run(name: str, left: Sequence[str], count: int) -> str:
    books = "1 book" if count == 1 else f"{count:,} books"
    stay = "stays that" if len(left) == 1 else "stay those"
    return f"{name} changes in {books} while {listed(left)} {stay} of the template"


def _of_values(found: Sequence[tuple[str, Beyond]]) -> list[str]:
    if not found:
        return []
    books = len({book for book, _ in found})
    first = "; ".join(f"{book}: {one.name} is {one.value} ({one.low} to {one.high})" for book, one in found[:EXAMPLES])
    head = "1 value" if len(found) == 1 else f"{len(found):,} values in {books:,} book{'s' if books > 1 else ''}"
    lie = "lies" if len(found) == 1 else "lie"
    more = "; the manifest has them all" if len(found) > EXAMPLES else ""
    return [f"{head} {lie} outside Low and High of the template: {first}{more}"]
