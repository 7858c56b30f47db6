"""Pages of a board without an office: the figures of the sheet, formatted as its cells are, and its charts."""

import re
import subprocess
from html import unescape
from itertools import combinations, pairwise

import openpyxl
import pytest

from accelxl.errors import BadFile, Missing
from accelxl.workbook import board as board_module
from accelxl.workbook.board import board
from accelxl.workbook.book import load
from accelxl.workbook.build import TEMPLATES, template
from accelxl.workbook.drawing.frame import categories
from accelxl.workbook.drawing.part import chart_of
from accelxl.workbook.drawing.pen import Box, wide
from accelxl.workbook.drawing.picture import svg
from accelxl.workbook.fill import fill
from accelxl.workbook.numberformat import formatted
from accelxl.workbook.styles import COLOURS
from accelxl.workbook.typeset import LONG, SHORT, page
from tests.workbook.books import BOOKS, BUDGET
from tests.workbook.small import small


@pytest.fixture
def no_office(monkeypatch):
    monkeypatch.setattr(board_module, "program", lambda: None)


def words(block):
    cells = [text for cell in block.get("cells", ()) for text in cell.values()]
    return [block.get("text", ""), *cells, *(cell["text"] for row in block.get("rows", ()) for cell in row["cells"])]


@pytest.mark.parametrize("name", BOOKS)
def test_a_page_has_every_figure_of_its_board(name):
    book = load(BOOKS[name])
    place = book.titles.index("Board")
    made = page(book, place)
    shown = {text for block in made["parts"] for text in words(block)}
    numbers = {
        round(value, 3)
        for text in shown
        if (plain := re.sub(r"[,()%]", "", text)).replace(".", "", 1).isdigit()
        for value in [float(plain)]
    }
    for figure in book.names:
        target = book.target(figure)
        if not figure.startswith("out_") or target is None or target[0] != place:
            continue
        value = book.at(target[:3])
        if isinstance(value, str):
            assert value in shown, figure
        else:
            near = [abs(value) * scale for scale in (1, 100, 1e-3, 1e-6, 1e-9)]
            assert any(abs(number - one) <= 0.051 for number in numbers for one in near), (figure, value)
    pictures = [picture for block in made["parts"] if block["kind"] == "charts" for picture in block["pictures"]]
    assert len(pictures) == len(openpyxl.load_workbook(BOOKS[name])["Board"]._charts) > 0


@pytest.mark.office("poppler")
def test_without_an_office_the_board_is_one_page_set_by_typst(tmp_path, no_office):
    pytest.importorskip("typst")
    done = fill(BUDGET, [{"book": "#set $x$ _b_", "units_2": 0}], tmp_path)[0]
    pdf = board(done.path, tmp_path / "b.pdf")
    text = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    assert text.count("\f") == 1
    for words_of in ("All checks pass", "Net present value", "Cash over the life", "256 x H100 SXM"):
        assert words_of in text
    assert formatted(done.figures["out_npv_usd"], "#,##0.0,,;(#,##0.0,,)") in text


def test_without_an_office_and_typst_one_sentence_says_what_to_install(tmp_path, no_office, monkeypatch):
    monkeypatch.setattr(board_module, "available", lambda: False)
    with pytest.raises(Missing, match=r"LibreOffice is not on this machine .*pip install 'accelxl\[typeset\]'"):
        board(BUDGET, tmp_path / "b.pdf")


def test_a_book_without_a_board_is_refused(tmp_path, no_office):
    pytest.importorskip("typst")
    with pytest.raises(BadFile, match="has no sheet whose name begins with 'Board'; it has Data, Actuals, Bills"):
        board(small(tmp_path / "s.xlsx"), tmp_path / "b.pdf")
    assert not (tmp_path / "b.pdf").exists()


def part_of(name, title):
    """The chart part of a template with this title."""
    package = load(BOOKS[name]).package
    parts = [package.part(one) for one in package.names() if one.startswith("xl/charts/chart")]
    return next(part for part in parts if title.encode() in part)


RECT = re.compile(r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)" fill="#(\w+)"/>')
TEXT = re.compile(r'<text x="([\d.]+)" y="([\d.]+)" font-size="([\d.]+)" text-anchor="(\w+)"([^>]*)>([^<]*)</text>')


def texts(picture):
    """Box and words of each text of a picture that is not turned."""
    found = []
    for x, y, size, anchor, more, words_of in TEXT.findall(picture):
        long = wide(words_of, float(size)) * 0.85
        left = float(x) - {"start": 0, "middle": long / 2, "end": long}[anchor]
        if "rotate" not in more:
            found.append((Box(left, float(y) - float(size) * 0.7, left + long, float(y)), words_of))
    return found


def test_columns_are_as_high_as_their_values():
    chart = chart_of(load(BUDGET).package.part("xl/charts/chart4.xml"))
    assert [one.name for one in chart.series] == ["Revenue", "EBITDA", "Capex"]
    bars = RECT.findall(svg(chart, 400, 200))
    values = [abs(value) for one in chart.series for value in one.values if value is not None]
    assert len(bars) == len(values)
    scale = max(values) / max(float(height) for *_, height, _ in bars)
    for (*_, height, _), value in zip(bars, values, strict=True):
        assert float(height) * scale == pytest.approx(value, abs=scale * 0.02)


def test_bars_of_a_tornado_lie_from_zero_and_the_first_name_stands_on_top():
    chart = chart_of(part_of("scenario_board", "Tornado"))
    assert chart.lying
    picture = svg(chart, 300, 160)
    bars = RECT.findall(picture)
    values = [value for one in chart.series for value in one.values]
    assert len(bars) == len(values) == 2 * len(chart.categories)
    ends = [(float(left), float(left) + float(width)) for left, _, width, _, _ in bars]
    longest = max(range(len(values)), key=lambda k: abs(values[k]))
    scale = (ends[longest][1] - ends[longest][0]) / abs(values[longest])
    zero = ends[longest][0] if values[longest] > 0 else ends[longest][1]
    for (left, right), value in zip(ends, values, strict=True):
        assert right - left == pytest.approx(abs(value) * scale, abs=0.02)
        assert (left if value >= 0 else right) == pytest.approx(zero, abs=0.02)
    tops = [float(top) for _, top, _, _, _ in bars[: len(chart.categories)]]
    assert tops == sorted(tops)
    labels = {words_of: box for box, words_of in texts(picture)}
    for (_, top, _, height, _), name in zip(bars, chart.categories, strict=False):
        assert float(top) - 2 <= labels[name].bottom <= float(top) + float(height) + 4
        assert labels[name].right <= min(left for left, _ in ends)


@pytest.mark.parametrize(
    ("name", "title"), [("device_mix", "Regret of each mix"), ("own_lease_api", "Break-even utilization")]
)
def test_curves_and_points_stand_at_their_numbers(name, title):
    chart = chart_of(part_of(name, title))
    picture = svg(chart, 300, 150)
    lines = [
        [tuple(map(float, point.split(","))) for point in points.split()]
        for points in re.findall(r'<polyline points="([^"]*)"', picture)
    ]
    curves = [one for one in chart.series if one.line]
    marked = [one for one in chart.series if one.marker]
    diamonds = re.findall(r'<polygon points="([\d.]+),[\d.]+ [\d.]+,([\d.]+) ', picture)
    assert len(lines) == len(curves) >= 2
    assert len(diamonds) == len(marked) == 2
    pairs = [
        (across, value, *spot)
        for one, line in zip(curves, lines, strict=True)
        for across, value, spot in zip(one.xs, one.values, line, strict=True)
    ]
    pairs += [(one.xs[0], one.values[0], float(x), float(y)) for one, (x, y) in zip(marked, diamonds, strict=True)]
    (a1, _, x1, _), (a2, _, x2, _) = min(pairs), max(pairs)
    high, low = max(pairs, key=lambda one: one[1]), min(pairs, key=lambda one: one[1])
    for across, value, x, y in pairs:
        assert x == pytest.approx(x1 + (across - a1) / (a2 - a1) * (x2 - x1), abs=0.02)
        assert y == pytest.approx(low[3] + (value - low[1]) / (high[1] - low[1]) * (high[3] - low[3]), abs=0.02)
    low_end, high_end = (formatted(end, chart.names.code) for end in (chart.names.low, chart.names.high))
    shown = [words_of for _, words_of in texts(picture)]
    assert {low_end, high_end} <= set(shown)
    assert sum(words_of == one.name for words_of in shown for one in curves) == len(curves)
    for one in marked:
        assert sum(words_of.startswith(one.name) and words_of != chart.title for words_of in shown) == 1


@pytest.mark.parametrize("name", BOOKS)
def test_no_text_of_a_picture_is_over_another_or_cut(name):
    book = load(BOOKS[name])
    made = page(book, book.titles.index("Board"))
    for picture in (one for block in made["parts"] if block["kind"] == "charts" for one in block["pictures"]):
        width, height = map(float, re.search(r'width="([\d.]+)" height="([\d.]+)"', picture["svg"]).groups())
        found = texts(picture["svg"])
        for place, (box, words_of) in enumerate(found):
            assert Box(-0.5, 0, width + 0.5, height).holds(box), (picture["alt"], words_of, box)
            for other, others_words in found[place + 1 :]:
                assert not box.meets(other), (picture["alt"], words_of, others_words)


def test_areas_of_a_fan_are_sums_whatever_their_sign():
    chart = chart_of(part_of("scenario_board", "Fan of cash"))
    areas = [one for one in chart.series if one.kind == "area"]
    assert areas[0].colour == ""
    assert min(areas[0].values) < 0
    polygons = re.findall(r'<polygon points="([^"]*)" fill="#(\w+)"/>', svg(chart, 300, 200))
    assert [colour for _, colour in polygons] == [one.colour for one in areas[1:]]
    floor = [float(point.split(",")[1]) for point in polygons[0][0].split()[len(areas[0].values) :]]
    values = list(reversed(areas[0].values))
    scale = (floor[0] - floor[-1]) / (values[0] - values[-1])
    for y, value in zip(floor, values, strict=True):
        assert y - floor[0] == pytest.approx((value - values[0]) * scale, abs=0.03)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b"barChart", b"pieChart", "a chart of the kind 'pie'"),
        (b"barChart", b"bar3DChart", "a chart of the kind 'bar3D'"),
        (b'grouping val="clustered"', b'grouping val="percentStacked"', "a chart stacked to 100%"),
        (b"<c:scaling>", b'<c:scaling><c:logBase val="10"/>', "a chart with a logarithmic axis"),
        (b"<c:pt ", b"<c:nopt ", "a chart whose part carries no values"),
    ],
)
def test_a_chart_that_cannot_be_drawn_is_said_and_not_dropped(old, new, reason):
    data = load(BUDGET).package.part("xl/charts/chart4.xml")
    assert old in data
    chart = chart_of(data.replace(old, new).replace(b"</c:pt>", b"</c:nopt>" if b"nopt" in new else b"</c:pt>"))
    assert chart.undrawn == reason
    picture = svg(chart, 300, 150)
    assert chart.title in picture
    assert f"Not drawn here: {reason}" in unescape(" ".join(words_of for _, words_of in texts(picture)))


def test_cells_of_a_heat_map_have_the_colours_of_their_scale():
    book = load(BOOKS["scenario_board"])
    made = page(book, book.titles.index("Board"))
    fills = [
        (cell["text"], cell["fill"])
        for block in made["parts"]
        if block["kind"] == "table"
        for row in block["rows"]
        for cell in row["cells"]
        if cell["fill"]
    ]
    assert len(fills) == 25
    ordered = sorted(fills, key=lambda one: float(one[0].strip("()")) * (-1 if "(" in one[0] else 1))
    assert (ordered[0][1], ordered[-1][1]) == ("D9A38F", "6FB3B3")
    red = [int(fill[:2], 16) - int(fill[4:], 16) for _, fill in ordered]
    assert red == sorted(red, reverse=True)
    assert all(
        (diff > 0) == ("(" in words_of) for diff, (words_of, _) in zip(red, ordered, strict=True) if abs(diff) > 2
    )


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (1234567.0, "#,##0", "1,234,567"),
        (-1234.5, "#,##0.0;(#,##0.0)", "(1,234.5)"),
        (0.0, '#,##0;(#,##0);"-"', "-"),
        (0.1234, "0.0%", "12.3%"),
        (2.5e6, '0.0,,"m"', "2.5m"),
        (-3.0, "0.00", "-3.00"),
        (-0.001, "0.0", "0.0"),
        (-42.5, "#,##0;(#,##0)", "(43)"),
        (0.125, "0.00", "0.13"),
        (1.005, "0.00", "1.01"),
        (12.0, "[Red]0", "12"),
        ("word", "0", "word"),
    ],
)
def test_a_number_is_shown_as_its_format_says(value, code, text):
    assert formatted(value, code) == text


@pytest.mark.parametrize("name", BOOKS)
def test_no_label_of_a_figure_is_set_much_smaller_than_the_others(name):
    book = load(BOOKS[name])
    made = page(book, book.titles.index("Board"))
    points = 72 / 25.4
    across = (LONG if made["flipped"] else SHORT) * points
    small = {}
    for block in made["parts"]:
        if block["kind"] not in {"tiles", "figures"}:
            continue
        room = (across - 3.5 * points * (len(block["cells"]) - 1)) / len(block["cells"]) - 3.6 * points
        size = (7.0 if block["kind"] == "tiles" else 6.6) * made["size"]
        small |= {cell["label"]: room / wide(cell["label"], size) for cell in block["cells"]}
    assert len(small) >= 8
    assert {label: share for label, share in small.items() if share < 0.8} == {}


@pytest.mark.parametrize("name", BOOKS)
def test_figures_stand_apart_from_the_table_or_the_charts_below_them(name):
    book = load(BOOKS[name])
    kinds = [block["kind"] for block in page(book, book.titles.index("Board"))["parts"]]
    assert "figures" in kinds or "tiles" in kinds
    below = {b for a, b in pairwise(kinds) if a in {"tiles", "figures"}}
    assert below
    assert not below & {"table", "charts"}


def test_few_names_that_do_not_fit_side_by_side_are_slanted_and_none_is_left_out():
    names = [f"Publishers{k}: {k}00" for k in range(8)]
    found = categories(names, 27.0)
    assert found.slanted
    assert [words for (words,) in found.lines] == names
    drawn = found.drawn([27.0 * k for k in range(8)], 100.0)
    assert [re.sub("<[^>]*>", "", one) for one in drawn] == names
    assert all("rotate(-35" in one for one in drawn)
    assert 25 < found.height < 50
    assert not categories([f"Publishers{k}: {k}00" for k in range(30)], 8.0).slanted
    assert not categories(names, 80.0).slanted


@pytest.mark.parametrize("name", TEMPLATES)
def test_lines_of_a_chart_can_be_told_apart_in_grey(name):
    def grey(colour):
        red, green, blue = bytes.fromhex(COLOURS[colour].removeprefix("#"))
        return 0.299 * red + 0.587 * green + 0.114 * blue

    for chart in template(name).board.charts:
        lines = [one for one in chart.series if one.kind in {"line", "curve"}]
        for a, b in combinations(lines, 2):
            assert a.dash != b.dash or abs(grey(a.colour) - grey(b.colour)) >= 50, (chart.title, a.title, b.title)
