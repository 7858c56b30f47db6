"""Every template: native figures are those of the ACCEL functions and of independent programs, at every Low and High; plain formulas."""

import math
import re

import pytest

from accelxl.workbook.authoring import OWN
from accelxl.workbook.book import load
from accelxl.workbook.build import TEMPLATES, built, template
from accelxl.workbook.formulas import values
from accelxl.workbook.formulas.parse import tokens
from accelxl.workbook.formulas.tree import cell_of
from tests.workbook.books import (
    BOOKS,
    base,
    cached,
    computed,
    differences,
    errors,
    figures,
    formulas,
    job,
    parts,
    perturbed,
    ready,
)
from tests.workbook.office import convert

FLOOR = {"capex_to_accelerators": 1e-3}
"""Differences of sums of hundreds of billions are rounding noise below this."""
every = pytest.mark.parametrize("name", TEMPLATES)


@every
def test_a_fresh_build_has_the_parts_of_the_committed_book(tmp_path, name):
    (tmp_path / "fresh.xlsx").write_bytes(built(name))
    fresh, committed = parts(tmp_path / "fresh.xlsx"), parts(BOOKS[name])
    assert list(fresh) == list(committed)
    assert [part for part in fresh if fresh[part] != committed[part]] == []


def twins(name):
    """The cells of a template's native figures and of their ACCEL functions: label, native, accel."""
    book = ready(name).book
    sheet = book.titles.index("Checks")
    texts = formulas(BOOKS[name])
    rows = [
        row for (title, row, column), text in texts.items() if title == "Checks" and column == 2 and "ACCEL_" in text
    ]
    return [(book.at((sheet, row, 0)), (sheet, row, 1), (sheet, row, 2)) for row in rows]


def apart(name, native, accel):
    """Whether a native figure is not what the ACCEL function of the core gives."""
    if isinstance(native, float) and isinstance(accel, float):
        return not math.isclose(native, accel, rel_tol=1e-9)
    # without a meaning the function shows an error; the native figure is then a word or zero
    return not (str(accel).startswith("#") and (isinstance(native, str) or native == 0.0))


@every
def test_native_figures_are_those_of_the_core(name):
    book = ready(name).book
    given = twins(name)
    beside = sum(bool(figure.accel) for figure in template(name).board.every)
    assert beside >= 8
    assert len(given) == beside + len(template(name).filled)
    assert [(label, book.at(n), book.at(a)) for label, n, a in given if apart(name, book.at(n), book.at(a))] == []
    assert figures(name)["chk_not_calculated"] == 0.0


@every
def test_at_every_low_and_high_the_checks_hold_and_native_figures_are_those_of_the_core(name):
    jobs = perturbed(name)
    found, shown = computed(name, jobs)
    assert [(job.where, one["chk_total"]) for job, one in zip(jobs, shown, strict=True) if one["chk_total"] != 0] == []
    assert errors(name, found, len(jobs)) == []
    book = ready(name).book

    def value(key, at):
        return values.python(found[key], at) if key in found else book.at(key)

    given = twins(name)
    wrong = [
        (one.where, label, value(native, at), value(accel, at))
        for at, one in enumerate(jobs)
        for label, native, accel in given
        if apart(name, value(native, at), value(accel, at))
    ]
    assert wrong == []


def moved(name, jobs):
    """The inputs that move a figure of the Board: the first of each job, against the same book with the job's other inputs alone."""
    origins = [job(name, dict(list(one.shown.items())[1:])) for one in jobs]
    _, shown = computed(name, [*jobs, *origins])
    found = set()
    for one, now, before in zip(jobs, shown, shown[len(jobs) :], strict=False):
        for figure, value in before.items():
            other = now[figure]
            near = isinstance(value, float) and isinstance(other, float) and math.isclose(value, other, rel_tol=1e-9)
            if figure.startswith("out_") and other != value and not near:
                found.add(next(iter(one.shown)))
    return found


@every
def test_every_input_moves_a_figure_of_the_board(name):
    given = [item for item in template(name).items if not item.fixed]
    ranged = {item.defined for item in given if item.quantity.choices or {item.low, item.high} - {None, item.value}}
    left = ranged - moved(name, perturbed(name))
    # what a switch turns off moves nothing: it is judged with each other word of each short choice
    words = [
        (one.defined, word)
        for one in given
        if len(one.quantity.choices) < 5
        for word in one.quantity.choices
        if word != one.value
    ]
    switched = [
        job(name, {item.defined: item.high, other: word})
        for item in given
        if item.defined in left and item.high is not None
        for other, word in words
        if other != item.defined
    ]
    assert left - (moved(name, switched) if switched else set()) == set()


@every
def test_every_formula_cell_carries_the_value_that_formualizer_computes(name):
    pytest.importorskip("formualizer")
    from accelxl.workbook.recalc import Judge

    book = load(BOOKS[name])
    theirs = {(book.titles[s], r, c): value for (s, r, c), value in Judge(book).figures().items()}
    mine = cached(BOOKS[name])
    assert len(mine) > 500
    assert all(value is not None for value in mine.values())
    assert differences(mine, theirs, floor=FLOOR.get(name, 1e-6)) == {}


@pytest.mark.office("soffice")
def test_libreoffice_recalculates_every_native_value(tmp_path):
    for name, path in zip(BOOKS, convert(BOOKS.values(), tmp_path, "xlsx"), strict=True):
        theirs, mine, texts = cached(path), cached(BOOKS[name]), formulas(BOOKS[name])
        native = {key: value for key, value in mine.items() if "ACCEL_" not in texts[key]}
        # without the add-in the functions show #NAME?, the cells beside them a difference of zero, and a count says so
        counted = next(key for key, text in texts.items() if text.startswith("SUMPRODUCT(ISNUMBER("))
        assert theirs[counted] == len(mine) - len(native), name
        native.pop(counted)
        assert differences(native, theirs, floor=FLOOR.get(name, 1e-6)) == {}, name


@pytest.mark.office("soffice", "poppler")
def test_each_board_prints_on_one_page_with_its_figures_and_charts(tmp_path):
    import subprocess

    for name, pdf in zip(BOOKS, convert(BOOKS.values(), tmp_path, "pdf", recalculate=False), strict=True):
        text = subprocess.run(
            ["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True
        ).stdout
        board = template(name).board
        flat = [re.sub(r"\s+", " ", page) for page in text.split("\f")]
        pages = [page for page in flat if board.title in page and "All checks pass" in page]
        assert len(pages) == 1, name
        lines = [line.label.strip() for table in board.tables for line in table.lines]
        for words in [chart.title for chart in board.charts] + [figure.label for figure in board.figures] + lines:
            assert words in pages[0], (name, words)
        assert figures(name)["out_message"] in pages[0], name
        assert not re.search(r"###|#NAME|#REF|#DIV|Err:", text), name


# -- the form of its formulas -----------------------------------------------------------------------------------------------------
ALLOWED = {0.0, 1.0, 2.0, 12.0, 24.0, 100.0, 365.0, 1000.0, 10.0}
FORBIDDEN = {"OFFSET", "INDIRECT", "NOW", "TODAY", "RAND", "RANDBETWEEN", "CELL", "INFO", "NPV", "LET", "LAMBDA"}


def calculations(name):
    return {key: text for key, text in formulas(BOOKS[name]).items() if key[0] not in {"Cover", "Log", "Inputs"}}


@every
def test_formulas_hold_no_figures_and_are_short_and_flat(name):
    for key, text in calculations(name).items():
        found = tokens(re.sub(r"10\^\d+", "1", text), 0, 0)
        numbers = [float(token.value) for token in found if token.kind == "number"]
        assert [x for x in numbers if x not in ALLOWED] == [], (key, text)
        calls = [token.value[:-1].upper() for token in found if token.kind == "call"]
        assert calls.count("IF") <= 1, (key, text)
        assert not FORBIDDEN & set(calls), (key, text)
        assert not {"IFERROR", "ISERROR", "IFNA"} & set(calls) or key[0] == "Checks", (key, text)
        assert len(text) < 180, (key, len(text), text)
        assert not re.search(r"\$?[A-Z]+:\$?[A-Z]+(?![A-Z0-9])", text), (key, text)


@every
def test_a_row_has_one_formula(name):
    for sheet in template(name).sheets:
        rows = {}
        for (title, row, column), text in formulas(BOOKS[name]).items():
            if title == sheet.name and column >= 5:
                rows.setdefault(row, set()).add(tokens(text, row, column))
        assert len(rows) >= 5, sheet.name
        assert [(sheet.name, row) for row, forms in rows.items() if len(forms) != 1] == []


@every
def test_another_sheet_is_named_by_a_plain_link_alone(name):
    for key, text in calculations(name).items():
        if "!" in text:
            assert re.fullmatch(r"[A-Za-z]+!\$?[A-Z]+\$?[0-9]+", text), (key, text)


@every
def test_every_input_and_figure_has_a_name_that_is_used(name):
    text = "\n".join(formulas(BOOKS[name]).values())
    given = [found for found in ready(name).book.names if found.startswith(("in_", "k_"))]
    grouped = {item.defined: item.range_name for item in template(name).items if item.group}
    used = set(re.findall(r"\b(?:in|k)_\w+", text))
    assert [found for found in given if found not in used and grouped.get(found) not in used] == []
    shown = {f"out_{figure.name}" for figure in template(name).board.every}
    assert shown < set(ready(name).book.names)


@every
def test_low_value_and_high_are_in_order_and_inside_the_limits(name):
    for item in template(name).items:
        if isinstance(item.value, float):
            low, high = (item.value if end is None else end for end in (item.low, item.high))
            assert item.quantity.low <= low <= item.value <= high <= item.quantity.high, item.name


@every
def test_every_source_is_in_the_log_and_the_catalogue_gives_most_figures(name):
    given = template(name)
    known = {source.id for source in given.sources}
    assert {item.source for item in given.items} <= known
    assert all(source.document and source.date for source in given.sources)
    # the user's own records cannot come from a catalogue
    inputs = [item for item in given.items if not item.fixed and item.source != OWN]
    assert sum(item.source.startswith("S") for item in inputs) > len(inputs) / 3


@every
def test_the_inputs_alone_wear_the_input_style_and_are_unlocked(name):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(BOOKS[name])
    assert {"Cover", "Board", "Inputs", "Checks", "Log"} <= set(book.sheetnames)
    worn, unlocked = set(), set()
    for sheet in book.worksheets:
        assert sheet.sheet_state == "visible"
        assert not sheet.merged_cells.ranges
        assert sheet.protection.sheet
        assert sheet["A1"].value
        assert "chk_total" in str(sheet["A2"].value)
        assert sheet.print_area
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToWidth in {None, 1}
        assert "&F" in sheet.oddFooter.left.text
        assert sheet.freeze_panes
        for row in sheet.iter_rows():
            for cell in row:
                if cell.fill.fgColor.rgb == "FFFFF2CC" or (cell.font.color and cell.font.color.rgb == "FF0000FF"):
                    worn.add((sheet.title, cell.coordinate))
                if not cell.protection.locked:
                    unlocked.add((sheet.title, cell.coordinate))
    places = {book.defined_names[field].attr_text.replace("$", "") for field in base(name)}
    assert {f"{sheet}!{cell}" for sheet, cell in worn} == places == {f"{sheet}!{cell}" for sheet, cell in unlocked}
    rules = {
        str(area) for rule in book["Inputs"].data_validations.dataValidation for area in rule.sqref.ranges if rule.error
    }
    assert {place.split("!")[1] for place in places} == rules


@every
def test_charts_are_native_with_title_axis_unit_and_words_for_those_who_cannot_see(name):
    found = parts(BOOKS[name])
    charts = [data.decode() for part, data in found.items() if part.startswith("xl/charts/chart")]
    assert len(charts) == len(template(name).board.charts) >= 3
    for chart in charts:
        assert chart.count("<c:title>") >= 2
        assert "<c:f>" in chart
    drawing = found["xl/drawings/drawing1.xml"].decode()
    assert len(re.findall(r'descr="[^"]{40,}"', drawing)) == len(charts)


@every
def test_chart_caches_are_the_values_of_their_cells(name):
    filler = ready(name)
    for data, caches in filler.cutter.charts.values():
        assert caches
        assert data
        for _, _, _, rect, old in caches:
            cells = [
                filler.book.at((rect[0], r, c))
                for r in range(rect[1], rect[3] + 1)
                for c in range(rect[2], rect[4] + 1)
            ]
            assert [
                cell if isinstance(cell, str) else float(old[at]) for at, cell in enumerate(cells)
            ] == pytest.approx(cells)
            assert all(old[at] == cell for at, cell in enumerate(cells) if isinstance(cell, str))


@every
def test_no_text_of_a_sheet_is_cut_off_by_its_neighbour(name):
    """A text that is longer than its column needs empty cells beside it, or lines enough for it."""
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(BOOKS[name], data_only=True)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if not isinstance(cell.value, str) or cell.alignment.horizontal not in {None, "general", "left"}:
                    continue
                _, column = cell_of(cell.coordinate)
                width = _width(sheet, column) * (9.0 / (cell.font.sz or 9.0)) * 1.25
                lines = (sheet.row_dimensions[cell.row].height or 12.0) / 11.5 if cell.alignment.wrap_text else 1
                beside = sheet.cell(cell.row, column + 2).value
                if beside is None and not cell.alignment.wrap_text:
                    width += _width(sheet, column + 1) * 4
                assert len(cell.value) <= width * max(1, int(lines)), (sheet.title, cell.coordinate, cell.value)


def _width(sheet, column):
    """The width of a column, counted from 0."""
    for found in sheet.column_dimensions.values():
        if found.min is not None and found.min <= column + 1 <= found.max:
            return found.width
    return 8.43
