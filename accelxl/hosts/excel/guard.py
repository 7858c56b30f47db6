"""What of xlwings' macros is otherwise in ours, so that a book of somebody else cannot name what runs or where it is looked for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from accelxl.errors import Missing

OPEN, OWN = "ActiveWorkbook", "ThisWorkbook"


@dataclass(frozen=True, slots=True)
class Change:
    """A text of one of xlwings' procedures and what stands there in ours; in the add-in alone, or in books with macros too."""

    procedure: str
    old: str
    new: str
    add_in_only: bool = False


SEARCHED = ('"ADD_WORKBOOK_TO_PYTHONPATH", "true"', '"ADD_WORKBOOK_TO_PYTHONPATH", "false"')
"""Without settings, too, the folder of a book is not searched for modules."""
STARTED = (" -B -c ", " -B -P -c ")
"""Nor is the folder in which Excel happens to be, which may be that of a book from the web."""
CHANGES = (
    # An add-in looks for settings in the active book and its folder: a mailed book without macros could name the program to start.
    Change("GetConfig", OPEN, OWN, add_in_only=True),
    Change("GetDirectoryConfigFilePath", OPEN, OWN, add_in_only=True),
    # The path of the active book goes through cmd.exe, outside quotes: a name such as a^&calc.xlsx would be a command.
    Change("XLPyCommand", OPEN, OWN, add_in_only=True),
    Change("RunPython", f"{OPEN}.FullName", f"{OWN}.FullName", add_in_only=True),
    # A sheet whose name ends in .py is taken for code.
    Change("RunPython", f"Set wb = {OPEN}", f"Set wb = {OWN}", add_in_only=True),
    Change("RunPython", *SEARCHED),
    Change("XLPyCommand", *SEARCHED),
    Change("ExecuteWindows", *STARTED),
    Change("XLPyCommand", *STARTED),
)


def guarded(source: str, *, add_in: bool) -> str:
    """Return xlwings' module with the changes of a book or an add-in.

    Raises
    ------
    Missing
        If the module has not what a change is about: what it does instead is not known.
    """
    for change in CHANGES:
        if add_in or not change.add_in_only:
            source = _changed(source, change)
    return source


def _changed(source: str, change: Change) -> str:
    found = re.search(rf"^(?:Public )?Function {change.procedure}\(.*?^End Function", source, re.MULTILINE | re.DOTALL)
    if found is None or change.old not in found[0]:
        raise Missing(
            f"the macros of the installed xlwings have no {change.old.strip()!r} in {change.procedure}; "
            "another version of xlwings is needed"
        )
    return source[: found.start()] + found[0].replace(change.old, change.new) + source[found.end() :]
