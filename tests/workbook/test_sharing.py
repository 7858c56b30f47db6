"""Books that are shared: frozen and thawed, read by other programs, compared."""

import csv
import io
import json
import zipfile

import openpyxl
import pytest

import accelxl
from accelxl.errors import BadFile, OutOfRange
from accelxl.workbook.book import load
from accelxl.workbook.compare import compare_books
from accelxl.workbook.fill import fill
from accelxl.workbook.freeze import freeze, thaw
from accelxl.workbook.reading import read
from tests.workbook.books import BUDGET
from tests.workbook.office import convert
from tests.workbook.small import small


@pytest.fixture
def book(tmp_path):
    return fill(small(tmp_path / "small.xlsx"), [{"book": "own", "label": "x"}], tmp_path / "books")[0].path


@pytest.mark.parametrize("which", ["small", "budget"])
def test_a_frozen_book_has_the_values_and_no_formula_and_thaw_gives_the_file_back(book, tmp_path, which):
    path = book if which == "small" else BUDGET
    frozen = freeze(path, tmp_path / "f.xlsx")
    before, after = load(path), load(frozen)
    for place in range(len(before.titles)):
        old, new = before.sheet(place).cells, after.sheet(place).cells
        assert {key: before.value(span) for key, span in old.items()} == {
            key: after.value(span) for key, span in new.items() if key in old
        }
        assert not any(span.formula is not None for span in new.values())
        assert {key: span.style for key, span in old.items()} == {k: s.style for k, s in new.items() if k in old}
    assert thaw(frozen, tmp_path / "t.xlsx").read_bytes() == path.read_bytes()
    with zipfile.ZipFile(frozen) as archive:
        assert archive.testzip() is None


def test_a_frozen_book_shows_the_hash_of_its_inputs_and_the_versions(tmp_path):
    frozen = freeze(BUDGET, tmp_path / "f.xlsx")
    held, own = read(frozen), read(BUDGET)
    assert (held.inputs, held.figures, held.inputs_sha256) == (own.inputs, own.figures, own.inputs_sha256)
    assert own.frozen is None
    assert (held.frozen.inputs, held.frozen.version, held.frozen.accelxl) == (
        own.inputs_sha256,
        "1.0",
        accelxl.__version__,
    )
    cover = openpyxl.load_workbook(frozen).worksheets[0]
    shown = [
        cell.value for (cell,) in cover["A1:A200"] if isinstance(cell.value, str) and cell.value.startswith("Frozen")
    ]
    assert len(shown) == 1
    for word in (own.inputs_sha256[:16], "accelerator_budget 1.0", accelxl.__version__, "accelxl thaw"):
        assert word in shown[0]


def test_a_frozen_book_that_another_program_saved_is_thawed(book, tmp_path):
    frozen = freeze(book)
    made = Saved(frozen)
    made.rewrite()
    assert thaw(frozen, tmp_path / "t.xlsx").read_bytes() == book.read_bytes()


class Saved:
    """A book as a program saves it that keeps custom XML parts under names of its own."""

    def __init__(self, path):
        self.path = path

    def rewrite(self):
        with zipfile.ZipFile(self.path) as given:
            parts = {name: given.read(name) for name in given.namelist()}
        with zipfile.ZipFile(self.path, "w", zipfile.ZIP_DEFLATED) as made:
            for name, data in sorted(parts.items(), reverse=True):
                text = data.replace(b"customXml/accelxl-frozen.xml", b"customXml/item1.xml")
                made.writestr(name.replace("customXml/accelxl-frozen.xml", "customXml/item1.xml"), text)


def test_a_change_after_the_freeze_is_not_lost_unsaid(book, tmp_path):
    frozen = freeze(book)
    changed = fill_frozen(frozen, b"<v>0.1</v>", b"<v>0.2</v>")
    with pytest.raises(
        OutOfRange, match=r"own-frozen.xlsx was changed after it was frozen: Data!B1 is 0.2 and was 0.1; thaw gives"
    ):
        thaw(changed, tmp_path / "t.xlsx")
    assert not (tmp_path / "t.xlsx").exists()
    assert thaw(changed, tmp_path / "t.xlsx", lose_changes=True).read_bytes() == book.read_bytes()


def fill_frozen(path, old, new):
    with zipfile.ZipFile(path) as given:
        parts = {name: given.read(name) for name in given.namelist()}
    assert old in parts["xl/worksheets/sheet1.xml"]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts.items():
            made.writestr(name, data.replace(old, new, 1) if name == "xl/worksheets/sheet1.xml" else data)
    return path


def test_what_cannot_be_frozen_or_thawed_gets_one_sentence(book, tmp_path):
    frozen = freeze(book)
    with pytest.raises(BadFile, match="is frozen already"):
        freeze(frozen)
    with pytest.raises(BadFile, match="is not frozen; a book that accelxl freeze wrote is needed"):
        thaw(book)
    with pytest.raises(BadFile, match="is frozen: it holds values and no formulas; thaw it first"):
        fill(frozen, [{"rate": 1}], tmp_path / "x")
    book.write_bytes(book.read_bytes() + b"\0")
    with pytest.raises(BadFile, match=r"own\.xlsx is there and is another book; say where the thawed one goes"):
        thaw(frozen)


@pytest.mark.office("soffice")
def test_libreoffice_shows_the_values_of_a_frozen_book(tmp_path):
    frozen = freeze(BUDGET, tmp_path / "f.xlsx")
    made = read(convert(frozen, tmp_path, "xlsx"))
    assert made.figures["out_npv_usd"] == pytest.approx(read(BUDGET).figures["out_npv_usd"], rel=1e-12)


# -- compare ----------------------------------------------------------------------------------------------------------------------
def test_a_comparison_says_what_differs_what_moved_and_what_moved_it_most(tmp_path):
    rows = [
        {"book": "a", "units_2": 0},
        {"book": "b", "units_2": 0, "units_1": 300, "pue": 1.3, "device_2": "B200"},
        {"book": "c", "units_2": 0, "units_1": 300},
        {"book": "d", "units_2": 0, "pue": 1.3},
    ]
    done = fill(BUDGET, rows, tmp_path)
    found = compare_books(done[0].path, done[1].path)
    base = read(done[0].path).inputs
    assert found.inputs == {
        "in_units_1": (base["in_units_1"], 300.0), "in_pue": (base["in_pue"], 1.3), "in_device_2": (base["in_device_2"], "B200"),
    }  # fmt: skip
    capex = next(one for one in found.figures if one.name == "out_capex_usd")
    assert capex.most == "in_units_1"
    for one in found.figures:
        was, now = done[0].figures[one.name], done[1].figures[one.name]
        assert (one.a, one.b) == (was, now)
        if one.change is None:
            continue
        assert one.change == one.together == now - was
        assert one.rest == 0
        assert one.effects["in_units_1"] == done[2].figures[one.name] - was
        assert one.effects["in_pue"] == done[3].figures[one.name] - was
    assert {one.name for one in found.figures} == {
        name for name in done[0].figures if done[0].figures[name] != done[1].figures[name]
    }
    heads = found.table()
    assert heads[0] == ["input", "a", "b"]
    assert heads[5][:7] == ["figure", "a", "b", "change", "moved most by", "all inputs together", "other"]


def test_a_change_that_no_input_made_is_told_apart(book, tmp_path):
    other = small(tmp_path / "other.xlsx")
    made = openpyxl.load_workbook(other)
    made["Data"]["B4"] = "=rate*1000+YEAR(day)"
    made["Data"]["E2"] = 2.5
    made.save(other)
    other = fill(other, [{"book": "o", "label": "x", "rate": 0.2}], tmp_path / "o")[0].path
    found = compare_books(freeze(book), other)
    assert found.inputs == {"rate": (0.1, 0.2), "costs": ([["Oslo", 1.5]], [["Oslo", 2.5]])}
    result = next(one for one in found.figures if one.name == "result")
    assert (result.change, result.effects, result.rest) == (190.0, {"rate": 10.0, "costs": 0.0}, 180.0)
    assert next(one for one in found.figures if one.name == "total").most == "costs"


def test_books_without_a_common_input_are_not_compared(book):
    with pytest.raises(BadFile, match="have no input in common; two books of one template are needed"):
        compare_books(book, BUDGET)


# -- command line -----------------------------------------------------------------------------------------------------------------
def run(capsys, *words):
    from accelxl import cli

    code = cli.app(list(map(str, words)), standalone_mode=False)
    return code, capsys.readouterr().out


def test_read_prints_json_and_csv(book, capsys):
    found = json.loads(run(capsys, "read", book, "--json")[1])
    assert found["inputs"] == {"rate": 0.1, "day": "2026-03-01", "label": "x"}
    assert found["tables"]["actuals"] == [[1.0, 10.0], [2.0, 20.0]]
    assert found["figures"]["result"] == 2036.0
    lines = list(csv.DictReader(io.StringIO(run(capsys, "read", book, book, "--csv")[1])))
    assert [line["book"] for line in lines] == ["own", "own"]
    assert float(lines[0]["result"]) == 2036.0
    assert "result" in run(capsys, "read", book)[1]


def test_freeze_thaw_and_compare_on_the_command_line(book, tmp_path, capsys):
    text = run(capsys, "freeze", book, "--out", tmp_path / "f.xlsx")[1]
    assert read(book).inputs_sha256[:16] in text
    run(capsys, "thaw", tmp_path / "f.xlsx", "--out", tmp_path / "t.xlsx")
    assert (tmp_path / "t.xlsx").read_bytes() == book.read_bytes()
    other = fill(tmp_path / "t.xlsx", [{"book": "o", "rate": 0.3}], tmp_path)[0].path
    found = json.loads(run(capsys, "compare", book, other, "--json")[1])
    assert found["inputs"] == {"rate": [0.1, 0.3]}
    assert found["figures"]["result"]["most"] == "rate"
    assert "moved most by" in run(capsys, "compare", book, other)[1]


def test_fill_says_what_it_wrote_kept_and_could_not_write(book, tmp_path, capsys):
    data = tmp_path / "d.csv"
    data.write_text("book;rate\na;0,5\nb;x\n")
    code, text = run(capsys, "fill", book, data, "--out", tmp_path / "out")
    assert (code, text.strip()) == (1, f"1 book in {tmp_path / 'out'}, 1 failed")
    data.write_text("book;rate\na;0,5\nb;1,5\n")
    code, text = run(capsys, "fill", book, data, "--out", tmp_path / "out")
    assert (code, text.strip()) == (None, f"1 book in {tmp_path / 'out'}, 1 kept as it was")
