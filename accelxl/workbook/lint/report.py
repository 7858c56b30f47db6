"""A lint report for programs: JSON, and SARIF 2.1.0, which code hosts and editors read."""

from __future__ import annotations

from typing import Any

from accelxl import __version__
from accelxl.workbook.lint.rules import HOWS
from accelxl.workbook.lint.run import RULES, Breach, Report

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {"E": "error", "W": "warning"}


def as_json(report: Report) -> dict[str, Any]:
    """Return a report as plain data."""
    return {
        "book": str(report.path),
        "template": report.template,
        "errors": report.count("E"),
        "warnings": report.count("W"),
        "findings": [
            {
                "rule": breach.rule.id,
                "severity": LEVELS[breach.rule.severity],
                "about": breach.rule.about,
                "sheet": breach.finding.sheet,
                "cell": breach.finding.cell,
                "found": breach.finding.found,
                "allowed": breach.finding.allowed,
                "let_pass": breach.reason,
            }
            for breach in report.breaches
        ],
        "applied": [rule.id for rule in report.applied],
        "not_applied": [rule.id for rule in report.left],
        "remarks": list(report.remarks),
    }


def as_sarif(report: Report) -> dict[str, Any]:
    """Return a report as a SARIF log with one run."""
    ids = list(RULES)
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "accelxl lint",
                        "version": __version__,
                        "rules": [
                            {
                                "id": rule.id,
                                "shortDescription": {"text": rule.about},
                                "defaultConfiguration": {"level": LEVELS[rule.severity]},
                                "properties": {
                                    "section": rule.section,
                                    "source": rule.source,
                                    "judged": HOWS[rule.how],
                                },
                            }
                            for rule in RULES.values()
                        ],
                    }
                },
                "artifacts": [{"location": {"uri": report.path.as_posix()}}],
                "results": [_result(breach, ids.index(breach.rule.id), report) for breach in report.breaches],
                "invocations": [
                    {
                        "executionSuccessful": True,
                        "toolExecutionNotifications": [
                            {"level": "note", "message": {"text": remark}} for remark in report.remarks
                        ],
                    }
                ],
            }
        ],
    }


def _result(breach: Breach, place: int, report: Report) -> dict[str, Any]:
    finding = breach.finding
    location: dict[str, Any] = {"physicalLocation": {"artifactLocation": {"uri": report.path.as_posix(), "index": 0}}}
    where = where_of(breach)
    if where:
        location["logicalLocations"] = [
            {"name": finding.cell or finding.sheet, "fullyQualifiedName": where, "kind": "member"}
        ]
    result: dict[str, Any] = {
        "ruleId": breach.rule.id,
        "ruleIndex": place,
        "level": LEVELS[breach.rule.severity],
        "message": {"text": f"{where + ': ' if where else ''}{finding.found}; allowed: {finding.allowed}."},
        "locations": [location],
    }
    if breach.reason:
        result["suppressions"] = [{"kind": "external", "justification": breach.reason}]
    return result


def where_of(breach: Breach) -> str:
    """Return where a breach is: a cell with its sheet, a sheet, a part, or nothing for the book as a whole."""
    return "!".join(part for part in (breach.finding.sheet, breach.finding.cell) if part)
