"""Files that are no good workbooks get one sentence; copies keep every byte that they need not change."""

import io
import zipfile

import pytest

from accelxl.errors import BadFile
from accelxl.files import used_folder, write_atomically
from accelxl.workbook import package
from accelxl.workbook.book import load
from accelxl.workbook.package import Package
from accelxl.workbook.scan import scan
from tests.workbook.books import BUDGET


def archive(path, parts, **rest):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **rest) as made:
        for name, data in parts:
            made.writestr(name, data)
    return path


CONTENT = ("[Content_Types].xml", "<Types/>")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty; a workbook is needed"),
        (b"just text", "is not a workbook; an .xlsx or .xlsm file is allowed"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "is encrypted or of the old .xls kind"),
        (b"PK\x03\x04" + b"\0" * 40, "is damaged: its directory cannot be read"),
    ],
)
def test_what_is_no_workbook_is_refused(tmp_path, data, words):
    (tmp_path / "b.xlsx").write_bytes(data)
    with pytest.raises(BadFile, match=words):
        load(tmp_path / "b.xlsx")


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(BadFile, match="does not exist; a workbook is needed"):
        load(tmp_path / "none.xlsx")
    with pytest.raises(BadFile, match="is a folder; a workbook is needed"):
        load(tmp_path)


def test_a_zip_that_is_no_workbook_is_refused(tmp_path):
    with pytest.raises(BadFile, match="is not a workbook"):
        load(archive(tmp_path / "b.xlsx", [("a.txt", "x")]))
    with pytest.raises(BadFile, match="is not a workbook"):
        load(archive(tmp_path / "c.xlsx", [CONTENT]))


def test_a_bomb_is_refused_before_it_unpacks(tmp_path, monkeypatch):
    monkeypatch.setattr(package, "MOST_BYTES", 1 << 20)
    path = archive(tmp_path / "bomb.xlsx", [CONTENT, ("xl/big.xml", b"\0" * (2 << 20))])
    assert path.stat().st_size < 10_000
    with pytest.raises(BadFile, match=r"unpacks to 2,097,160 bytes; up to 1,048,576 are allowed"):
        load(path)


def test_a_part_that_is_cut_short_is_named(tmp_path):
    data = bytearray(BUDGET.read_bytes())
    with zipfile.ZipFile(BUDGET) as found:
        info = found.getinfo("xl/worksheets/sheet3.xml")
    start = info.header_offset + 60
    data[start : start + 40] = bytes(40)
    (tmp_path / "b.xlsx").write_bytes(bytes(data))
    with pytest.raises(BadFile, match=r"the part xl/worksheets/sheet3.xml cannot be unpacked"):
        load(tmp_path / "b.xlsx").sheet(2)


def test_a_missing_part_is_named(tmp_path):
    with zipfile.ZipFile(BUDGET) as found:
        parts = [(name, found.read(name)) for name in found.namelist() if name != "xl/worksheets/sheet3.xml"]
    with pytest.raises(BadFile, match=r"the part xl/worksheets/sheet3.xml is missing"):
        load(archive(tmp_path / "b.xlsx", parts)).sheet(2)


def test_a_declared_entity_is_refused():
    with pytest.raises(BadFile, match="document type declaration"):
        scan(b'<!DOCTYPE x [<!ENTITY e "boom">]><worksheet><sheetData/></worksheet>', "sheet")


def test_a_copy_without_changes_has_the_same_parts_and_records():
    book = Package(BUDGET)
    copy = book.replaced({})
    assert copy[: len(book.data) // 2] == book.data[: len(book.data) // 2]
    with zipfile.ZipFile(io.BytesIO(copy)) as made:
        assert made.testzip() is None
        assert made.namelist() == book.names()


def test_a_replaced_part_keeps_name_time_and_place():
    book = Package(BUDGET)
    copy = book.replaced({"xl/sharedStrings.xml": b"<sst/>"})
    with zipfile.ZipFile(io.BytesIO(copy)) as made, zipfile.ZipFile(BUDGET) as old:
        assert made.read("xl/sharedStrings.xml") == b"<sst/>"
        for name in old.namelist():
            assert made.getinfo(name).date_time == old.getinfo(name).date_time
            if name != "xl/sharedStrings.xml":
                assert made.read(name) == old.read(name)


def test_records_with_descriptors_behind_their_data_are_copied(tmp_path):
    class Stream(io.BytesIO):
        def seekable(self):
            return False

        def tell(self):
            raise OSError

    stream = Stream()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made, zipfile.ZipFile(BUDGET) as old:
        for name in old.namelist():
            made.writestr(name, old.read(name))
    (tmp_path / "b.xlsx").write_bytes(stream.getvalue())
    copy = Package(tmp_path / "b.xlsx").replaced({"xl/styles.xml": b"<styleSheet/>"})
    with zipfile.ZipFile(io.BytesIO(copy)) as made, zipfile.ZipFile(BUDGET) as old:
        assert made.testzip() is None
        assert [name for name in old.namelist() if made.read(name) != old.read(name)] == ["xl/styles.xml"]


XML = b"""<?xml version="1.0"?><x:worksheet xmlns:x="urn:s"><x:sheetData>
<x:row r="2"><x:c r="A2" s="3"/><x:c r="B2" t="s"><x:v>1</x:v></x:c>
<x:c><x:f t="shared" ref="C2:C3" si="0">A2&amp;"&gt;"</x:f><x:v>7</x:v></x:c></x:row>
<x:row><x:c t="str"><x:f t="shared" si="0"/><x:v>a&lt;b</x:v></x:c>
<!-- <c r="Z9"/> --><x:c t="inlineStr"><x:is><x:t>in </x:t><x:t>line</x:t></x:is></x:c></x:row>
</x:sheetData></x:worksheet>"""


def test_cells_are_found_with_the_place_of_their_bytes():
    found = scan(XML, "sheet").cells
    assert list(found) == [(1, 0), (1, 1), (1, 2), (2, 0), (2, 1)]
    for span in found.values():
        text = XML[span.start : span.end]
        assert text.startswith(b"<x:c")
        assert text.endswith((b"/>", b"</x:c>"))
        assert text.count(b"<x:c") == 1
    assert found[1, 2].formula == 'A2&">"'
    assert XML[found[2, 0].formula_start : found[2, 0].formula_end] == b'<x:f t="shared" si="0"/>'
    assert (found[2, 0].value, found[2, 1].value) == ("a<b", "in line")


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    write_atomically(tmp_path / "a.bin", b"one")
    from pathlib import Path

    def full(self, _target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(BadFile, match=r"a.bin could not be written: no space left on device"):
        write_atomically(tmp_path / "a.bin", b"two")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.bin", b"one")]


def test_a_folder_made_for_nothing_goes_again(tmp_path):
    with pytest.raises(ZeroDivisionError), used_folder(tmp_path / "new"):
        raise ZeroDivisionError
    assert not (tmp_path / "new").exists()
    with used_folder(tmp_path / "kept"):
        (tmp_path / "kept" / "x").write_text("x")
    assert (tmp_path / "kept" / "x").exists()
