"""The VBA modules of a book or add-in: ours, and xlwings' own as the installed package has them. None of xlwings is kept here."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from accelxl.errors import Missing
from accelxl.functions import REGISTRY
from accelxl.hosts.excel import render, ribbon
from accelxl.hosts.excel.guard import guarded
from accelxl.hosts.excel.project import Module

Kind = Literal["xlsm", "xlam"]

NAME = "accelxl"
"""The PROJECT_NAME of our books and add-in: xlwings reads its settings from accelxl.conf, not from the xlwings.conf of other books."""
XLWINGS = {"xlsm": "xlwings.bas", "xlam": "xlwings_custom_addin.bas"}
"""Files of the package: the one for a book runs by itself, the one for an add-in works on the active book."""
PROJECT_NAME = re.compile(r'^(Public Const PROJECT_NAME As String = ")[^"]*(")', re.MULTILINE)
VERSION = re.compile(r'^Public Const XLWINGS_VERSION As String = "([^"]+)"', re.MULTILINE)
HEADER = re.compile(r"^(VERSION .*|BEGIN|\s+MultiUse = .*|END|Attribute VB_\w+ = .*)$")


def package_folder() -> Path:
    """Return the folder of the installed xlwings.

    Raises
    ------
    Missing
        If it is not installed.
    """
    spec = find_spec("xlwings")
    if spec is None or spec.origin is None:
        raise Missing("xlwings is not installed; pip install xlwings")
    return Path(spec.origin).parent


def modules(kind: Kind) -> list[Module]:
    """Return the standard and class modules of a book ("xlsm") or an add-in ("xlam").

    Raises
    ------
    Missing
        If xlwings is not installed, or its macros are not there or not as they are known.
    """
    folder = package_folder()
    own = _text(folder / XLWINGS[kind])
    named, count = PROJECT_NAME.subn(rf"\g<1>{NAME}\g<2>", own)
    if count != 1:
        raise Missing(
            f"{folder / XLWINGS[kind]} has no PROJECT_NAME; another version of xlwings is needed (0.33 or newer)"
        )
    return [
        Module(render.MODULE, "standard", render.module(REGISTRY.values())),
        Module(ribbon.MODULE, "standard", ribbon.module()),
        Module("xlwings", "standard", body(guarded(named, add_in=kind == "xlam"))),
        Module("Dictionary", "class", body(_text(folder / "addin" / "Dictionary.cls"))),
    ]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="cp1252")
    except OSError as error:
        raise Missing(
            f"the installed xlwings lacks its macros ({path.name}); pip install --force-reinstall xlwings"
        ) from error


def body(text: str) -> str:
    r"""Return the text of an exported module without its head, which the project has in its own way.

    Examples
    --------
    >>> body('Attribute VB_Name = "A"\nOption Explicit\nAttribute VB_Name = "B"')
    'Option Explicit\nAttribute VB_Name = "B"'
    """
    lines = text.splitlines()
    start = next((place for place, line in enumerate(lines) if not HEADER.match(line)), len(lines))
    return "\n".join(lines[start:])


def xlwings_version(source: str) -> str | None:
    """Return the version of xlwings that a module is of, None where it is no module of xlwings.

    Examples
    --------
    >>> xlwings_version('Public Const XLWINGS_VERSION As String = "0.37.8"')
    '0.37.8'
    """
    found = VERSION.search(source)
    return found[1] if found else None
