"""How the cells of a book look: the font, fill, lock and number format of each cell style."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?",
    13: "# ??/??", 14: "m/d/yyyy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM",
    20: "h:mm", 21: "h:mm:ss", 22: "m/d/yyyy h:mm", 37: "#,##0 ;(#,##0)", 38: "#,##0 ;[Red](#,##0)",
    39: "#,##0.00;(#,##0.00)", 40: "#,##0.00;[Red](#,##0.00)", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0",
    48: "##0.0E+0", 49: "@",
}  # fmt: skip
"""Number formats that files name by number alone."""


@dataclass(frozen=True, slots=True)
class Look:
    """A cell style; colours are RRGGBB, empty where the file names none."""

    font: str = ""
    fill: str = ""
    locked: bool = True
    format: str = "General"


def looks(root: etree._Element | None) -> list[Look]:
    """Return the looks of a book's cell styles in order."""
    if root is None:
        return [Look()]
    codes = BUILT_IN | {int(item.get("numFmtId", "0")): item.get("formatCode", "") for item in root.iter("{*}numFmt")}
    fonts = [_colour(font.find("{*}color")) for font in _children(root, "fonts")]
    fills = [_colour(fill.find("{*}patternFill/{*}fgColor")) for fill in _children(root, "fills")]
    found = []
    for xf in _children(root, "cellXfs"):
        lock = xf.find("{*}protection")
        found.append(
            Look(
                _at(fonts, xf.get("fontId", "0")),
                _at(fills, xf.get("fillId", "0")),
                lock is None or lock.get("locked", "1") not in {"0", "false"},
                codes.get(int(xf.get("numFmtId", "0")), "General"),
            )
        )
    return found or [Look()]


def _children(root: etree._Element, tag: str) -> list[etree._Element]:
    block = root.find("{*}" + tag)
    return [] if block is None else list(block)


def _colour(item: etree._Element | None) -> str:
    return "" if item is None else item.get("rgb", "")[-6:].upper()


def _at(found: list[str], place: str) -> str:
    return found[int(place)] if int(place) < len(found) else ""
