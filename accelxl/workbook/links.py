r"""Links to the add-in in formulas: what leads them astray, and formulas that call AccelXL by its plain names again.

A program that stores a formula of an add-in writes where the add-in lay: ``'C:\Users\ann\\accelxl.xlam'!ACCEL_ROI(A1,B1)``, in a file
``[1]!ACCEL_ROI(A1,B1)`` with the path in a part of its own. On another machine, or after the add-in has moved, that is a dead link.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from accelxl.functions import REGISTRY

_WORD = r"\s'\"()\[\]{}|;,&=<>+*/^!:#%$@-"
"""What a name of a book without quotes has not: signs of a formula."""
_CALL = re.compile(
    rf"""(?ix)
      "(?:[^"]|"")*"
    | (?: (?P<way>
              (?: '(?:[^']|'')*'[!#]  # 'C:\a\accelxl.xlam'!
                | (?<![^{_WORD}])(?:\#REF!)?(?:\[[^\[\]]*\](?:!|[ ](?=ACCEL_))|\d+!)  # [1]! and what Calc makes of it
                | (?<![^{_WORD}])\#REF!  # a link that was broken
                | (?<![^{_WORD}])(?:\[[^\[\]]*\])?[^{_WORD}]+!  # accelxl.xlam!, [1]Plan!
              )(?:_xll\.)?
            | (?<![\w.])(?:_xll\.|(?:_xlfn\.)?_xludf\.|_xldudf_)  # of other kinds of add-ins, of unknown functions
          )
        | (?<![\w.])
      )
      (?P<name>ACCEL_[A-Z0-9_]+)(?=\s*\()
    | '(?:[^']|'')*'
    """
)
"""A text, a call of one of our functions with the way to it, or a name in quotes."""


def plain_formula(formula: str) -> tuple[str, list[str]]:
    r"""Return a formula that calls our functions by their plain names, and names beginning with ACCEL_ behind a link that are none.

    Texts in quotes, and calls of other functions, stay as they are.

    Examples
    --------
    >>> plain_formula(r"=1+'C:\Users\ann\\accelxl.xlam'!ACCEL_ROI(A1,B1)")
    ('=1+ACCEL_ROI(A1,B1)', [])
    >>> plain_formula("=[1]!accel_roi(A1,B1)&[1]!ACCEL_SOON(2)")
    ('=ACCEL_ROI(A1,B1)&[1]!ACCEL_SOON(2)', ['ACCEL_SOON'])
    """
    unknown: list[str] = []

    def change(found: re.Match[str]) -> str:
        name = found["name"]
        if name is None:
            return found[0]
        if name.upper() in REGISTRY:
            return name.upper()
        if found["way"]:
            unknown.append(name.upper())
        return found[0]

    return _CALL.sub(change, formula), unknown


@dataclass(frozen=True, slots=True)
class Repair:
    """Formulas that were repaired, each with its place as it was given; and unknown functions behind links, each with a formula."""

    rows: list[list[Any]]
    unknown: dict[str, str]

    def sentence(self, links: Sequence[str] = ()) -> str:
        """Return what was done, for a message; `links` are the targets of the links that were taken out."""
        number, gone = len(self.rows), len(links)
        done = (
            f"{number} formula{'s call' if number > 1 else ' calls'} AccelXL by plain names again"
            if number
            else "no formula names the place of the add-in" + ("" if links else ": there is nothing to repair")
        )
        done += f"; {gone} link{'s' if gone > 1 else ''} taken out: {', '.join(links)}" if links else ""
        left = [f"{name} in {formula}" for name, formula in self.unknown.items()]
        return f"{done}; not a function of this version, and left: {', '.join(left)}" if left else done


def repaired(formulas: Iterable[Sequence[Any]]) -> Repair:
    """Return the formulas that do not call our functions by plain names, with plain names.

    Parameters
    ----------
    formulas : rows
        A formula, and then whatever says where it stands.

    Returns
    -------
    Repair
        Those that change, with the rest of their rows as given.

    Examples
    --------
    >>> repaired([["=SUM(A1)", 1], ["=accelxl.xlam!ACCEL_ROI(A1,B1)", 2]]).rows
    [['=ACCEL_ROI(A1,B1)', 2]]
    """
    rows, unknown = [], dict[str, str]()
    for formula, *place in formulas:
        fresh, odd = plain_formula(formula)
        for name in odd:
            unknown.setdefault(name, formula)
        if fresh != formula:
            rows.append([fresh, *place])
    return Repair(rows, unknown)
