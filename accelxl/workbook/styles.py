"""How cells look: roles, number formats and colours, written once for all templates.

The colours keep their order in grey. A role says what a cell is (input, link, total); a format says how its number is shown. Negative
numbers stand in brackets, zero is a dash, and there is one form of a date.
"""

from __future__ import annotations

from typing import Any

FONT = "Arial"
COLOURS = {
    "navy": "#1F3864",
    "teal": "#2E8B8B",
    "sand": "#C9A86A",
    "rust": "#A23E2A",
    "grey": "#8C8C8C",
    "pale": "#BFC9D9",
    "ink": "#222222",
    "line": "#BFBFBF",
    "band": "#E9EDF4",
}

FORMATS = {
    "number": '#,##0_);(#,##0);"-"_)',
    "number1": '#,##0.0_);(#,##0.0);"-"_)',
    "number2": '#,##0.00_);(#,##0.00);"-"_)',
    "number3": '#,##0.000_);(#,##0.000);"-"_)',
    "number4": '#,##0.0000_);(#,##0.0000);"-"_)',
    "billions": '#,##0.0,,,_);(#,##0.0,,,);"-"_)',
    "millions": '#,##0.0,,_);(#,##0.0,,);"-"_)',
    "share": '0.0%_);(0.0%);"-"_)',
    "tiny": '0.0E+00_);(0.0E+00);"-"_)',
    "share2": '0.00%_);(0.00%);"-"_)',
    "months": '#,##0_);(#,##0);"-"_)',
    "months1": '#,##0.0_);(#,##0.0);"-"_)',
    "year": "0",
    "flag": '0_);(0);"-"_)',
    "date": "yyyy-mm-dd",
    "text": "@",
    "general": "General",
}

_BASE: dict[str, Any] = {"font_name": FONT, "font_size": 9, "font_color": COLOURS["ink"], "valign": "vcenter"}

ROLES: dict[str, dict[str, Any]] = {
    "plain": {},
    "title": {"font_size": 16, "bold": True, "font_color": COLOURS["navy"]},
    "about": {"font_color": "#595959", "italic": True},
    "message": {"font_size": 11, "font_color": COLOURS["navy"]},
    "light": {"bold": True, "font_color": "#1E5631"},
    "heading": {"bold": True, "font_color": "#FFFFFF", "bg_color": COLOURS["navy"], "text_wrap": True},
    "heading_right": {"bold": True, "font_color": "#FFFFFF", "bg_color": COLOURS["navy"], "align": "right"},
    "heading_centre": {"bold": True, "font_color": "#FFFFFF", "bg_color": COLOURS["navy"], "align": "center"},
    "note": {"font_color": "#595959", "italic": True, "indent": 1},
    "note_wrap": {"font_color": "#595959", "italic": True, "indent": 1, "text_wrap": True},
    "section": {"bold": True, "font_color": COLOURS["navy"], "bg_color": COLOURS["band"]},
    "timeline": {"bold": True, "font_color": COLOURS["navy"], "bg_color": COLOURS["band"]},
    "timeline_text": {
        "bold": True,
        "font_color": COLOURS["navy"],
        "bg_color": COLOURS["band"],
        "align": "right",
        "text_wrap": True,
    },
    "text_right": {"align": "right", "text_wrap": True},
    "label": {},
    "wrap": {"text_wrap": True, "valign": "top"},
    "strong_label": {"bold": True, "top": 1, "top_color": COLOURS["navy"]},
    "unit": {"font_color": "#595959"},
    "beside": {"font_color": "#595959", "indent": 1},
    "fact": {"font_color": "#595959", "valign": "top"},
    "range": {"align": "right"},
    "centre": {"font_color": "#595959", "align": "center"},
    "strong_unit": {"font_color": "#595959", "top": 1, "top_color": COLOURS["navy"]},
    "calc": {},
    "strong": {"bold": True, "top": 1, "top_color": COLOURS["navy"]},
    "input": {"font_color": "#0000FF", "bg_color": "#FFF2CC", "locked": False, "border": 1, "border_color": "#D9C78F"},
    "constant": {"font_color": COLOURS["ink"]},
    "link": {"font_color": "#1E5631"},
    "strong_link": {"bold": True, "font_color": "#1E5631", "top": 1, "top_color": COLOURS["navy"]},
    "batch": {"font_color": "#7030A0"},
    "accel": {"bg_color": COLOURS["band"]},
    "url": {"font_color": "#1F4E9E", "underline": 1},
    "tile_label": {
        "font_color": "#595959",
        "bg_color": COLOURS["band"],
        "font_size": 9,
        "top": 2,
        "top_color": COLOURS["navy"],
        "indent": 1,
    },
    "tile_value": {
        "bold": True,
        "font_size": 18,
        "font_color": "#1E5631",
        "bg_color": COLOURS["band"],
        "align": "left",
        "indent": 1,
    },
    "small_value": {"bold": True, "font_color": "#1E5631", "align": "left", "bottom": 1, "bottom_color": "#BFBFBF"},
    "tile_text": {
        "bold": True,
        "font_size": 16,
        "font_color": "#1E5631",
        "bg_color": COLOURS["band"],
        "align": "left",
        "indent": 1,
    },
    "tile_fill": {"bg_color": COLOURS["band"]},
    "tile_top": {"bg_color": COLOURS["band"], "top": 2, "top_color": COLOURS["navy"]},
    "small_fill": {"bottom": 1, "bottom_color": "#BFBFBF"},
    "table_label": {"bottom": 4, "bottom_color": "#BFBFBF", "indent": 1},
    "table_value": {"font_color": "#1E5631", "bottom": 4, "bottom_color": "#BFBFBF"},
    "table_text": {"font_color": "#1E5631", "bottom": 4, "bottom_color": "#BFBFBF", "align": "right"},
    "table_strong_label": {"bold": True, "bottom": 4, "bottom_color": "#BFBFBF", "indent": 1},
    "table_strong_value": {"bold": True, "font_color": "#1E5631", "bottom": 4, "bottom_color": "#BFBFBF"},
    "heading_wrap": {
        "bold": True,
        "font_color": "#FFFFFF",
        "bg_color": COLOURS["navy"],
        "align": "right",
        "text_wrap": True,
    },
    "input_text": {
        "font_color": "#0000FF",
        "bg_color": "#FFF2CC",
        "locked": False,
        "border": 1,
        "border_color": "#D9C78F",
        "text_wrap": True,
    },
    "tile_unit": {"font_color": "#595959", "bg_color": COLOURS["band"], "font_size": 8, "indent": 1},
    "fail": {"bold": True},
}
"""What each role adds to the base: the input role is worn by input cells alone."""

RIGHT_TEXTS = frozenset({"heading_right", "heading_wrap", "table_text", "text_right", "timeline_text"})
"""Texts that are set from the right: they leave the room of a closing bracket, as the figures above and below them do."""
LEFT_FORMATS = {name: code.replace("_)", "") for name, code in FORMATS.items()}
"""The formats without room for a closing bracket, for figures that are set from the left."""


def properties(role: str, format: str = "general") -> dict[str, Any]:
    """Return the properties of a cell format.

    Examples
    --------
    >>> properties("input", "share")["num_format"]
    '0.0%_);(0.0%);"-"_)'
    """
    codes = LEFT_FORMATS if role in {"tile_value", "tile_text", "small_value"} else FORMATS
    code = "@_)" if role in RIGHT_TEXTS and format in {"text", "general"} else codes[format]
    return {**_BASE, **ROLES[role], "num_format": code}
