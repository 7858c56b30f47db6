"""What a rule is, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from accelxl.workbook.lint.trial import Tried

Severity = Literal["E", "W"]
How = Literal["S", "D", "O", "H"]
HOWS = {
    "S": "from the file",
    "D": "by calculating (--dynamic)",
    "O": "by LibreOffice (--office)",
    "H": "a person looks",
}
"""How a rule is judged."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A breach of a rule: sheet and cell (empty for the book as a whole), what was found there, what is allowed."""

    sheet: str
    cell: str
    found: str
    allowed: str


Check: TypeAlias = "Callable[[Tried], Iterator[Finding]]"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: `about` is its sentence; `any_book` tells whether it holds for books that are no templates of ours."""

    id: str
    section: str
    about: str
    source: str
    severity: Severity
    how: How
    any_book: bool
    check: Check


@dataclass(slots=True)
class Section:
    """A section of the standard, with its rules in order."""

    title: str
    rules: list[Rule] = field(default_factory=list)

    def rule(
        self,
        id: str,
        source: str,
        severity: Severity = "E",
        how: How = "S",
        *,
        any_book: bool = False,
    ) -> Callable[[Check], Check]:
        """Add the function below as a rule; the first line of its docstring is the rule's sentence."""

        def add(check: Check) -> Check:
            about = (check.__doc__ or "").strip().splitlines()[0].removesuffix(".")
            self.rules.append(Rule(id, self.title, about, source, severity, how, any_book, check))
            return check

        return add
