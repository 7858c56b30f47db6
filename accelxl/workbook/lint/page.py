"""The page of the linter in the documents, made from the rules."""

from __future__ import annotations

from collections.abc import Iterator

from accelxl.workbook.lint.rules import HOWS, Rule
from accelxl.workbook.lint.run import RULES

_HEAD = """<!-- made by `accelxl generate` from accelxl/workbook/lint; do not edit -->
# The standard of a template, and its linter

`accelxl lint BOOK` judges a workbook by the rules below. Every template passes them, and so does every book
that is filled from one with values inside Low and High.

```
accelxl lint workbooks/accelerator_budget.xlsx                  what the file shows, in a second
accelxl lint BOOK --dynamic                                     calculates too: each input at its Low and High
accelxl lint BOOK --office                                      opens, recalculates and draws it in LibreOffice too
accelxl lint BOOK --rules F01,F02                               these rules alone
accelxl lint BOOK --format json | sarif                         for programs; code hosts show SARIF beside the change
```

The exit code is 0 where no rule of severity E is broken, 1 where one is, 2 where the book cannot be read. A warning (W) changes nothing.
In Python: `from accelxl.workbook.lint.run import lint`; `lint(path, dynamic=True).breaches` is the list.

A book that is none of our templates gets the rules marked "any book"; the report says which were not applied.

## To let a finding pass
`--suppress FILE` reads a text file with a line for each: rule, place and reason, parted by `|`. A place is `Sheet!A1`, a pattern such as
`Monthly!F*`, `Sheet` for a finding on the sheet, or `*`. A line without a reason is refused, one that matches nothing is reported. What
was let pass stays in the report with its reason, in SARIF as a suppression.

```
# rule | place     | reason
F01    | Rates!D17 | the table of the tax code counts from 1987
```

## Rules
Sources: FAST is a rule of the FAST Standard; P is one of the Twenty Principles for Good Spreadsheet Practice of the ICAEW, "ICAEW C" its
Financial Modelling Code; own is what goes wrong in practice.
"""
_TABLE = "| id | rule | source | judged | severity | books |\n|---|---|---|---|---|---|"


def page() -> str:
    """Return the page."""
    return _HEAD + "\n".join(_sections()) + "\n"


def _sections() -> Iterator[str]:
    for title in dict.fromkeys(rule.section for rule in RULES.values()):
        yield f"\n### {title}\n{_TABLE}"
        yield from (_row(rule) for rule in RULES.values() if rule.section == title)


def _row(rule: Rule) -> str:
    about = rule.about.replace("*", r"\*")
    books = "any book" if rule.any_book else "templates"
    return f"| {rule.id} | {about} | {rule.source} | {HOWS[rule.how]} | {rule.severity} | {books} |"
