"""Native charts of a Board."""

from __future__ import annotations

from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from accelxl.workbook.language import FIRST, TOTAL, Book, Place
from accelxl.workbook.layout import PlacedChart
from accelxl.workbook.styles import COLOURS, FONT
from accelxl.workbook.template import Chart, Series

_SMALL = {"name": FONT, "size": 8, "color": "#404040"}
INVISIBLE = {"base", "shore"}
DARK = {"navy", "teal", "rust"}
"""Fills on which labels are white."""
_TYPES: dict[str, dict[str, str]] = {
    "line": {"type": "line"},
    "column": {"type": "column"},
    "stack": {"type": "column", "subtype": "stacked"},
    "base": {"type": "column", "subtype": "stacked"},
    "area": {"type": "area"},
    "curve": {"type": "scatter", "subtype": "straight"},
    "band": {"type": "area", "subtype": "stacked"},
    "bar": {"type": "bar"},
}
_DRAWN_AS = {"base": "stack", "shore": "band", "point": "curve"}
"""The kind of chart that draws a series: the foot of a stack belongs to the stack, the shore to the bands, a point to the curves."""


def add_chart(workbook: xlsxwriter.Workbook, sheet: Worksheet, placed: PlacedChart, book: Book) -> None:
    """Add a chart to a sheet; series of several kinds are combined, the first kind below."""
    chart = placed.chart
    made: list[Any] = []
    for kind in dict.fromkeys(_plotted(series) for series in chart.series):
        one = workbook.add_chart(_TYPES[kind])
        assert one is not None
        for series in chart.series:
            if _plotted(series) == kind:
                one.add_series(_series(chart, series, book))
        made.append(one)
    main = made[0]
    for other in made[1:]:
        main.combine(other)
    main.set_title(
        {
            "name": chart.title,
            "name_font": {"name": FONT, "size": 11, "bold": True, "color": COLOURS["navy"]},
            "overlay": False,
        }
    )
    names, figures = _x_axis(chart), _y_axis(chart)
    if chart.series[0].kind == "bar":  # the axis of names stands upright and counts from above
        names |= {"reverse": True, "major_tick_mark": "none", "interval_unit": 1}
        figures |= {"label_position": "high"}
        names, figures = figures, names
    main.set_x_axis(names)
    main.set_y_axis(figures)
    silent = [
        place
        for place, series in enumerate(chart.series)
        if series.kind in INVISIBLE or series.kind == "point" or not series.title
    ]
    # curves have many short names: beside them the legend leaves room for the plot
    side = "right" if any(series.kind == "curve" for series in chart.series) else "bottom"
    main.set_legend({"position": side, "font": _SMALL, "delete_series": silent} if chart.legend else {"none": True})
    main.set_chartarea({"border": {"color": "#D0D0D0"}, "fill": {"color": "#FFFFFF"}})
    main.set_size({"width": placed.width, "height": placed.height})
    sheet.insert_chart(
        placed.row, placed.column, main, {"description": f"{chart.title}. {chart.about}", "object_position": 2}
    )


def _plotted(series: Series) -> str:
    return _DRAWN_AS.get(series.kind, series.kind)


def _y_axis(chart: Chart) -> dict[str, Any]:
    return {
        "name": chart.unit,
        "name_font": {**_SMALL, "bold": False},
        "num_font": _SMALL,
        "num_format": chart.number_format,
        "major_gridlines": {"visible": True, "line": {"color": "#E0E0E0", "width": 0.5}},
        "line": {"none": True},
    }


def _x_axis(chart: Chart) -> dict[str, Any]:
    axis: dict[str, Any] = {
        "num_font": _SMALL,
        "label_position": "low",
        "line": {"color": "#7F7F7F"},
        "major_tick_mark": "outside",
        "name": chart.axis_title,
        "name_font": {**_SMALL, "bold": False},
    }
    if chart.date_axis:
        axis.update({"date_axis": True, "num_format": "yyyy", "major_unit": 1, "major_unit_type": "years"})
    if chart.axis_format:
        axis["num_format"] = chart.axis_format
    if chart.axis_ends:
        axis["min"], axis["max"] = chart.axis_ends
    return axis


def _across(sheet: str, place: Place) -> list[Any]:
    """Return the cells of a row: all its columns, or its one cell."""
    first, last = (FIRST, FIRST + place.columns - 1) if place.columns else (TOTAL, TOTAL)
    return [sheet, place.row, first, place.row, last]


def _series(chart: Chart, series: Series, book: Book) -> dict[str, Any]:
    values, labels = book.rows[chart.sheet, series.row], book.rows[chart.sheet, series.x or chart.axis]
    colour = COLOURS[series.colour]
    options: dict[str, Any] = {
        "name": series.title,
        "categories": _across(chart.sheet, labels),
        "values": _across(chart.sheet, values),
    }
    if series.labels or series.kind == "point":
        inside = series.kind == "stack" and series.colour in DARK
        font = {**_SMALL, "color": "#FFFFFF", "bold": True} if inside else _SMALL
        options["data_labels"] = {"value": True, "num_format": series.labels, "font": font}
        if series.kind in {"line", "point"}:
            options["data_labels"]["position"] = series.side
        if series.kind == "point":
            options["data_labels"] |= {"series_name": True, "value": bool(series.labels), "separator": ";"}
    if series.kind in INVISIBLE:
        options["fill"], options["border"] = {"none": True}, {"none": True}
    elif series.kind == "point":
        edge = {"color": "#FFFFFF", "width": 0.75}
        options["line"] = {"none": True}
        options["marker"] = {"type": "diamond", "size": 10, "fill": {"color": colour}, "border": edge}
    elif series.kind in {"line", "curve"}:
        options["line"] = {"color": colour, "width": 2.0, "dash_type": series.dash}
    else:
        options["fill"] = {"color": colour}
        options["border"] = {"none": True}
    if series.kind in {"column", "stack", "base", "area"}:
        options["gap"] = 50
    if series.kind == "bar":
        options["overlap"] = 100
    return options
