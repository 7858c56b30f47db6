"""A book judged by every rule that applies: what `accelxl lint` calls."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from accelxl.errors import UnknownName, nearest
from accelxl.workbook.formulas.tree import Unsupported
from accelxl.workbook.intact import intact
from accelxl.workbook.lint import calculated, entries, figures, lines, office, pages, texts, whole
from accelxl.workbook.lint.facts import NEEDED
from accelxl.workbook.lint.rules import Finding, Rule
from accelxl.workbook.lint.suppress import Suppression, read
from accelxl.workbook.lint.trial import Tried

SECTIONS = (whole, entries, texts, lines, figures, calculated, pages, office)
RULES: dict[str, Rule] = {rule.id: rule for part in SECTIONS for rule in part.section.rules}
"""Every rule by its id, in the order of the standard's sections."""


@dataclass(frozen=True, slots=True)
class Breach:
    """A finding with its rule; `reason` says why it is let pass, nothing where it is not."""

    rule: Rule
    finding: Finding
    reason: str = ""


@dataclass(slots=True)
class Report:
    """What linting a book gave: breaches, rules that were applied, rules that were not and why, and remarks."""

    path: Path
    template: bool
    breaches: list[Breach] = field(default_factory=list)
    applied: list[Rule] = field(default_factory=list)
    left: list[Rule] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def open(self) -> list[Breach]:
        """The breaches that are not let pass."""
        return [breach for breach in self.breaches if not breach.reason]

    def count(self, severity: str) -> int:
        """Return how many open breaches have a severity."""
        return sum(breach.rule.severity == severity for breach in self.open)


def lint(
    path: str | Path,
    *,
    dynamic: bool = False,
    with_office: bool = False,
    only: Iterable[str] | None = None,
    suppressions: str | Path | None = None,
) -> Report:
    """Judge a book by the rules of the templates.

    Parameters
    ----------
    path : path
        An .xlsx or .xlsm file.
    dynamic : bool
        Calculate it as well: every input at its Low and High.
    with_office : bool
        Open and draw it in LibreOffice as well.
    only : iterable of str, optional
        Ids of rules; all of them by default.
    suppressions : path, optional
        A file of findings that are let pass, each with its reason.

    Returns
    -------
    Report
        The findings, and which rules were applied.

    Raises
    ------
    BadFile
        If the book or the suppressions cannot be read.
    UnknownName
        If there is no such rule.
    Missing
        If `with_office` is asked for and LibreOffice is not installed.
    """
    wanted = _wanted(only)
    let_pass = read(suppressions, RULES) if suppressions is not None else []
    facts = Tried(path)
    intact(facts.book)
    report = Report(facts.path, facts.template)
    for rule in wanted:
        if rule.how == "H" or (rule.how == "D" and not dynamic) or (rule.how == "O" and not with_office):
            continue
        if not facts.template and not rule.any_book:
            report.left.append(rule)
            continue
        _apply(rule, facts, report, let_pass)
    order = {title: place for place, title in enumerate(facts.titles)}
    report.breaches.sort(key=lambda breach: order.get(breach.finding.sheet, -1))
    _remark(report, wanted, dynamic=dynamic, with_office=with_office)
    used = {id(item) for item in let_pass if item.used}
    for item in let_pass:
        if id(item) not in used and item.rule in {rule.id for rule in report.applied}:
            report.remarks.append(f"The suppression of {item.rule} at {item.place} matched nothing.")
    return report


def _wanted(only: Iterable[str] | None) -> list[Rule]:
    if only is None:
        return list(RULES.values())
    ids = [id.strip().upper() for id in only]
    for id in ids:
        if id not in RULES:
            raise UnknownName(f"{id!r} is not a rule; {nearest(id, RULES)}")
    return [RULES[id] for id in ids]


def _apply(rule: Rule, facts: Tried, report: Report, let_pass: list[Suppression]) -> None:
    """Apply a rule and take down what it finds."""
    if rule.how == "D" and facts.circle:
        report.left.append(rule)
        report.remarks.append(f"{rule.id} was not judged: the book has a circular reference.")
        return
    try:
        found = list(rule.check(facts))
    except Unsupported as lacking:
        report.left.append(rule)
        report.remarks.append(f"{rule.id} was not judged: {lacking} is not known here.")
        return
    report.applied.append(rule)
    for finding in found:
        passed = next((item for item in let_pass if item.matches(rule.id, finding)), None)
        if passed is not None:
            passed.used = True
        report.breaches.append(Breach(rule, finding, passed.reason if passed else ""))


def _remark(report: Report, wanted: list[Rule], *, dynamic: bool, with_office: bool) -> None:
    """Say which rules were not applied, and why."""
    foreign = [rule.id for rule in report.left if not rule.any_book]
    if not report.template and foreign:
        report.remarks.append(
            f"The book is no template (it lacks the sheets {', '.join(NEEDED)}): {len(foreign)} rules for templates were not "
            f"applied: {', '.join(foreign)}."
        )
    for how, asked, way in (("D", dynamic, "--dynamic"), ("O", with_office, "--office")):
        rules = [rule.id for rule in wanted if rule.how == how and (report.template or rule.any_book)]
        if rules and not asked:
            report.remarks.append(f"Not applied without {way}: {', '.join(rules)}.")
    people = [f"{rule.id} ({rule.about})" for rule in wanted if rule.how == "H"]
    if people and report.template:
        report.remarks.append(f"A person looks: {'; '.join(people)}.")
