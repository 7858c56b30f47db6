"""Findings that are let pass, each with a reason: a line of a text file names rule, place and reason, parted by |."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from accelxl.errors import BadFile
from accelxl.workbook.lint.rules import Finding


@dataclass(slots=True)
class Suppression:
    """A rule, a place such as ``Monthly!F12``, ``Monthly!*`` or ``*``, and why its findings are let pass."""

    rule: str
    place: str
    reason: str
    used: bool = False

    def matches(self, rule: str, finding: Finding) -> bool:
        """Tell whether a finding is let pass."""
        where = "!".join(part for part in (finding.sheet, finding.cell) if part)
        return rule == self.rule and fnmatchcase(where, self.place)


def read(path: str | Path, rules: Container[str]) -> list[Suppression]:
    """Return the suppressions of a file; empty lines and lines that begin with # are left out.

    Raises
    ------
    BadFile
        If it cannot be read, a line has no reason, or there is no such rule.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror.lower() if isinstance(error, OSError) and error.strerror else "it is not text in UTF-8"
        raise BadFile(f"the suppressions {path} cannot be read: {why}") from error
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        parts = [part.strip() for part in line.split("|", 2)]
        if len(parts) < 3 or not all(parts):
            raise BadFile(
                f"{path}, line {number}: {line.strip()!r}; rule | place | reason is allowed, such as F01 | Monthly!D17 | why"
            )
        if parts[0] not in rules:
            raise BadFile(f"{path}, line {number}: {parts[0]!r} is not a rule")
        found.append(Suppression(parts[0], parts[1], parts[2]))
    return found
