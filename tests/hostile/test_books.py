"""Hostile workbooks: the reader and the filler answer in little time and memory, with a sentence or the right content, and do nothing else."""

# ruff: noqa: E501  # tables, and programs in texts, are read best on their own lines

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.hostile import files
from tests.hostile.cage import SECONDS
from tests.hostile.files import DOCTYPE, NS, PLACES, RELS, Entry, archive, book, formula, repeated, small
from tests.workbook.books import BUDGET, ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the cage is made of Linux's limits")


@pytest.fixture(scope="module")
def cage():
    """A function that runs one case in the cage."""
    command = [sys.executable, "-m", "tests.hostile.cage", str(BUDGET)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def run(call, folder, *args):
            asked = {"call": call, "folder": str(folder), "args": [str(a) if isinstance(a, Path) else a for a in args]}
            process.stdin.write(json.dumps(asked) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield run
        process.stdin.close()


def harmless(found):
    """Assert that a case ended in time with a sentence or content, and did nothing that it must not."""
    assert found["kind"] in {"sentence", "content"}, found
    assert found["seconds"] <= SECONDS, found
    assert found["seen"] == []
    return found


def rows(unit, times, head=b"", tail=b""):
    """A worksheet part with a unit many times over."""
    start = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>' + head
    return repeated(start, unit, times, tail + b"</sheetData></worksheet>")


def with_sheet(entry):
    """The small workbook with another worksheet part."""
    made = small()
    found = zipfile.ZipFile(io.BytesIO(made))
    entries = [Entry(n, found.read(n)) for n in found.namelist() if not n.endswith("sheet1.xml")]
    return archive([*entries, Entry("xl/worksheets/sheet1.xml", b"", entry.packed, entry.size, entry.crc)])


def texts(entry):
    """The small workbook with a part of shared texts."""
    found = zipfile.ZipFile(io.BytesIO(small(texts="<sst/>")))
    entries = [Entry(n, found.read(n)) for n in found.namelist() if not n.endswith("sharedStrings.xml")]
    return archive([*entries, Entry("xl/sharedStrings.xml", b"", entry.packed, entry.size, entry.crc)])


WHOLE = "A1:XFD1048576"
FAR = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
DEEP = 200_000
BOOKS = {
    # archives
    "a bomb of spaces": lambda: with_sheet(rows(b" ", 900 << 20)),
    "a bomb of rows": lambda: with_sheet(rows(b"<row/>", 30_000_000)),
    "a bomb of cells": lambda: with_sheet(rows(b"<c/>", 20_000_000, b"<row>", b"</row>")),
    "a bomb of unknown elements": lambda: with_sheet(rows(b"<x/>", 20_000_000)),
    "a bomb of text in a cell": lambda: with_sheet(rows(b"9", 200 << 20, b"<row><c><v>", b"</v></c></row>")),
    "a bomb in a tag": lambda: with_sheet(rows(b" ", 100 << 20, b"<row><c", b"></c></row>")),
    "a bomb of tag spaces": lambda: with_sheet(rows(b" ", 12 << 20, b'<row r="1"><c r="A1"', b"><v>2</v></c></row>")),
    "a bomb of texts": lambda: texts(repeated(b"<sst>", b"<si/>", 40_000_000, b"</sst>")),
    "a bomb of attributes": lambda: texts(repeated(b"<sst><si ", b'a="" ', 1, b"/></sst>")),
    "a bomb of one text": lambda: texts(repeated(b"<sst><si><t>", b"x", 200 << 20, b"</t></si></sst>")),
    "a bomb of styles": lambda: book(styles=repeated(b"<styleSheet><cellXfs>", b"<xf/>", 20_000_000, b"</cellXfs></styleSheet>")),
    "a bomb of names": lambda: book(workbook=repeated(b"<workbook><definedNames>", b"<definedName/>", 9_000_000, b"</definedNames></workbook>")),
    "a bomb of properties": lambda: book(custom=repeated(b"<Properties>", b"<p/>", 20_000_000, b"</Properties>")),
    "a size that is too small": lambda: with_sheet(Entry("", b"", rows(b" ", 90 << 20).packed, 64, 0)),
    "a size that is too large": lambda: book(sheet=Entry("", b"<worksheet/>", None, 5 << 20)),
    "a size of four gigabytes": lambda: book(sheet=Entry("", b"<worksheet/>", None, 0xFFFFFFFF)),
    "a wrong check sum": lambda: book(sheet=Entry("", b"<worksheet/>", None, None, 1)),
    "a part twice": lambda: archive([*(Entry(n, d) for n, d in files.parts().items()), Entry("xl/workbook.xml", b"<workbook/>")]),
    "many parts": lambda: archive([Entry(f"x{n}") for n in range(60_000)]),
    "names that climb": lambda: small(extra=(Entry("../../../../tmp/evil.xml", b"<x/>"), Entry("/etc/evil", b"x"), Entry("C:\\evil", b"x"))),
    "an encrypted part": lambda: book(sheet=Entry("", b"<worksheet/>", flags=1)),
    "another way of packing": lambda: book(sheet=Entry("", b"<worksheet/>", method=14)),
    "an old workbook": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096),
    "an archive in an archive": lambda: archive([Entry("[Content_Types].xml", files.TYPES.encode()), Entry("_rels/.rels", small())]),
    # XML
    "billion laughs in a sheet": lambda: book(sheet=f'{DOCTYPE}<worksheet {NS}><sheetData><row><c t="str"><v>&l9;</v></c></row></sheetData></worksheet>'.encode()),
    "billion laughs in the texts": lambda: small(texts=f"{DOCTYPE}<sst><si><t>&l9;</t></si></sst>"),
    "billion laughs in an attribute": lambda: book(workbook=f'{DOCTYPE}<workbook><sheets><sheet name="&l9;"/></sheets></workbook>'.encode()),
    "billion laughs in a relation": lambda: book(relations=f'{DOCTYPE}<Relationships><Relationship Id="&l9;"/></Relationships>'.encode()),
    "billion laughs in UTF-16": lambda: book(workbook=f'<?xml version="1.0" encoding="UTF-16"?>{DOCTYPE}<workbook><sheet name="&l9;"/></workbook>'.encode("utf-16")),
    "billion laughs in properties": lambda: book(custom=f'{DOCTYPE}<Properties><p name="&l9;">&l9;</p></Properties>'.encode()),
    "an entity of a file": lambda: small(texts='<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><sst><si><t>&e;</t></si></sst>'),
    "a document type of the net": lambda: small(inside='<!DOCTYPE workbook SYSTEM "http://127.0.0.1:PORT/x.dtd">'),
    "an entity of the net": lambda: small(inside='<!DOCTYPE workbook [<!ENTITY % e SYSTEM "http://127.0.0.1:PORT/x"> %e;]>'),
    "deep elements in a sheet": lambda: small(f'<row r="2"><c r="A2">{"<x>" * DEEP}{"</x>" * DEEP}</c></row>'),
    "deep elements in the texts": lambda: small(texts=f"<sst><si>{'<t>' * DEEP}{'</t>' * DEEP}</si></sst>"),
    "a sheet that is not closed": lambda: book(sheet=f"<worksheet {NS}><sheetData><row>".encode()),
    "a sheet of bytes": lambda: book(sheet=bytes(range(256)) * 40),
    # sheets
    "a million merges": lambda: small(tail=f'<mergeCells>{"".join(f"""<mergeCell ref="A{n}:B{n}"/>""" for n in range(1, 1_000_001))}</mergeCells>'),
    "rules over everything": lambda: small(tail="<dataValidations>" + f'<dataValidation type="whole" sqref="{" ".join(f"A{n}:CV{n + 999}" for n in range(1, 2000))}"/>' * 20 + "</dataValidations>"),
    "a list that is the whole sheet": lambda: small(FAR, tail=f'<dataValidations><dataValidation type="list" sqref="A1"><formula1>S!{WHOLE}</formula1></dataValidation></dataValidations>'),
    "cells beyond the sheet": lambda: small('<row r="99999999999999999999"><c r="ZZZZZZZ99999999999999"><v>1</v></c></row>'),
    "a row of five thousand digits": lambda: small(f'<row r="{"9" * 5000}"><c><v>1</v></c></row>'),
    "a number of a million digits": lambda: small(f'<row r="2"><c r="A2"><v>{"9" * 1_000_000}</v></c></row>'),
    "a text number of five thousand digits": lambda: small(f'<row r="1"><c r="A1" t="s"><v>{"9" * 5000}</v></c></row>'),
    "an input that is no number": lambda: small('<row r="1"><c r="A1"><v>abc</v></c></row>'),
    "a style that is no number": lambda: small('<row r="2"><c r="A2" s="x"><v>1</v></c></row>'),
    "an array over the whole sheet": lambda: small(f'<row r="2"><c r="A2"><f t="array" ref="{WHOLE}">1</f><v>1</v></c></row>'),
    "an array with a wrong place": lambda: small('<row r="2"><c r="A2"><f t="array" ref="??">1</f><v>1</v></c></row>'),
    "a sheet that is a folder up": lambda: small(relations=f'<Relationship Id="r1" Type="{RELS}/worksheet" Target="../../../../../etc/passwd"/>'),
    "an external link": lambda: small('<row r="2"><c r="A2"><f>[1]S!A1</f><v>5</v></c></row>', relations=f'<Relationship Id="r7" Type="{RELS}/externalLink" Target="http://127.0.0.1:PORT/a.xlsx" TargetMode="External"/>'),
    "the worksheet on the net": lambda: small(relations=f'<Relationship Id="r1" Type="{RELS}/worksheet" Target="http://127.0.0.1:PORT/s.xml" TargetMode="External"/>'),
    # formulas
    "a command over DDE": lambda: formula("cmd|'/C touch /tmp/accelxl-dde'!A0"),
    "a web service": lambda: formula('WEBSERVICE("http://127.0.0.1:PORT/")'),
    "a call of a library": lambda: formula('CALL("libc.so","system","touch /tmp/accelxl-call")'),
    "a macro of Excel 4": lambda: formula('EXEC("touch /tmp/accelxl-exec")'),
    "a deep formula": lambda: formula("(" * 5000 + "A1" + ")" * 5000),
    "a long formula": lambda: formula("+".join(["A1"] * 100_000)),
    "a formula of signs": lambda: formula("-" * 100_000 + "A1"),
    "a circle": lambda: formula("A2+A1"),
    "a name of itself": lambda: small('<row r="2"><c r="A2"><f>loop+A1</f></c></row>', names='<definedName name="loop">loop+1</definedName><definedName name="out_y">S!$A$2</definedName>'),
    "names that double": lambda: small('<row r="2"><c r="A2"><f>n40+A1</f></c></row>', names='<definedName name="n0">S!$A$1</definedName>' + "".join(f'<definedName name="n{n}">n{n - 1}+n{n - 1}</definedName>' for n in range(1, 41)) + '<definedName name="out_y">S!$A$2</definedName>'),
    "texts that double": lambda: small("".join(f'<row r="{n}"><c r="A{n}"><f>A{n - 1}&amp;A{n - 1}</f></c></row>' for n in range(2, 60)), names='<definedName name="out_y">S!$A$59</definedName>'),
    "a text a billion times": lambda: formula('REPT("x",1000000000)&A1'),
    "a sum of the whole sheet": lambda: formula("SUM($A$3:$XFD$1048576)+A1", FAR),
    "a sum of all columns": lambda: formula("SUM(B:XFD)+A1", FAR),
    "a sum of a far block": lambda: formula("SUM(B2:XFD1048575)+A1", FAR),
    "a product of a far block": lambda: formula("SUMPRODUCT(B2:XFD1048575*B2:XFD1048575)+A1"),
    "a sequence of a billion": lambda: formula("SUM(SEQUENCE(1048576,16384))+A1"),
    "a power tower": lambda: formula("9^9^9^9^9^A1"),
    "a text as wide as can be": lambda: formula('TEXT(A1,"' + "0" * 100_000 + '")'),
    "a factorial": lambda: formula("FACT(1E9)+COMBIN(1E9,5E8)+A1"),
    "cells that read one another": lambda: small("".join(f'<row r="{n}"><c r="A{n}"><f>SUM(A$1:A{n - 1})</f></c></row>' for n in range(2, 400)), names='<definedName name="out_y">S!$A$399</definedName>'),
}  # fmt: skip


def repeat(text, times):
    """A text that names its number, many times."""
    return "".join(text.format(n=n) for n in range(times))


def sheets_of_one_part():
    made = io.BytesIO(small())
    found = zipfile.ZipFile(made)
    more = repeat('<sheet name="T{n}" sheetId="9{n}" r:id="r1"/>', 5000).encode() + b"</sheets>"
    return archive([Entry(n, found.read(n).replace(b"</sheets>", more)) for n in found.namelist()])


def in_latin():
    """A sheet in another encoding than all others, with a formula."""
    sheet = f'<?xml version="1.0" encoding="ISO-8859-1"?><worksheet {NS}><sheetData><row r="1"><c r="A1"><v>2</v></c></row><row r="2"><c r="A2" t="str"><f>A1&amp;"\xe9"</f><v>2\xe9</v></c></row></sheetData></worksheet>'
    found = zipfile.ZipFile(io.BytesIO(small()))
    return archive([Entry(n, sheet.encode("latin-1") if "sheet1" in n else found.read(n)) for n in found.namelist()])


def in_utf_16(part):
    return files.parts()[PLACES[part]].decode().replace("UTF-8", "UTF-16").encode("utf-16")


OUT_Y = '<definedName name="out_y">S!$A$2</definedName>'
LIST = '<dataValidations><dataValidation type="list" sqref="B1:B5000"><formula1>S!$C$1:$C$10000</formula1></dataValidation></dataValidations>'
EVERY_WAY = {
    "a thousand tables of a million cells": lambda: small(names=repeat('<definedName name="in_t{n}">S!$A$3:$CV$10002</definedName>', 1000)),
    "thousands of arrays": lambda: small(repeat('<row r="1{n:04}"><c r="A1{n:04}"><f t="array" ref="B1:CW1000">1</f><v>1</v></c></row>', 5000), names=OUT_Y),
    "sheets of one part": sheets_of_one_part,
    "a list for each of thousands of inputs": lambda: small(names=repeat('<definedName name="in_n{n}">S!$B${n}</definedName>', 3000), tail=LIST),
    "a long shared formula in many cells": lambda: small(f'<row r="2"><c r="A2"><f t="shared" si="0" ref="A2:A20001">SUM({",".join(["$A$1"] * 1600)})</f><v>0</v></c></row>' + repeat('<row r="1{n:04}"><c r="A1{n:04}"><f t="shared" si="0"/><v>0</v></c></row>', 10_000), names=OUT_Y),
    "a rule with millions of words for ranges": lambda: small(tail=f'<dataValidations><dataValidation type="whole" sqref="{"x " * 7_000_000}"/></dataValidations>'),
    "many rules with words for ranges": lambda: small(tail="<dataValidations>" + f'<dataValidation type="whole" sqref="{"x " * 400_000}"/>' * 15 + "</dataValidations>"),
    "a million attributes of a row": lambda: small('<row r="3" ' + repeat('a{n}="&gt;" ', 900_000) + "/>"),
    "a name of ten megabytes": lambda: small('<row r="2"><c r="A2"><f>n+A1</f></c></row>', names=f'<definedName name="n">{"+".join(["A1"] * 3_000_000)}</definedName>{OUT_Y}'),
    "tags in tags of an unused part": lambda: small(extra=(Entry("xl/x.xml", b"accel_ " + b"<f " * 200_000), Entry("xl/y.xml", b"accel_ " + b'<f a="' * 200_000))),
    "a link of five thousand digits": lambda: formula(f"[{'9' * 5000}]S!A1+accel_x(1)"),
    "texts in texts": lambda: small(texts="<sst>" + ("<si>" * 200 + "</si>" * 200) * 2000 + "</sst>"),
    "readings in readings": lambda: small(texts="<sst><si>" + "<rPh>" * 200 + "<t>a</t>" * 4000 + "</rPh>" * 200 + "</si></sst>"),
    "a sheet in another encoding": in_latin,
    "relations in UTF-16": lambda: book(relations=in_utf_16("relations")),
    "types in UTF-16": lambda: book(types=in_utf_16("types")),
    "billion laughs in the mark of a frozen book": lambda: small(extra=(Entry("customXml/a.xml", f'{DOCTYPE}<frozen xmlns="urn:accelxl:frozen:1" inputs="&l9;"/>'.encode()),)),
    "a wildcard that tries everything": lambda: formula(f'COUNTIF(B3:B4,"{"*a" * 100}b")+A1', f'<row r="3"><c r="B3" t="inlineStr"><is><t>{"a" * 32_000}</t></is></c></row>'),
}  # fmt: skip


@pytest.mark.parametrize("name", EVERY_WAY)
def test_a_hostile_workbook_is_harmless_whatever_is_done_with_it(cage, tmp_path, name):
    path = tmp_path / "hostile.xlsx"
    path.write_bytes(EVERY_WAY[name]())
    harmless(cage("read", tmp_path, path))
    harmless(cage("fill", tmp_path, path, [{"x": 3}], tmp_path / "out"))
    harmless(cage("lint", tmp_path, path))
    for call in ("freeze", "thaw", "relink"):
        harmless(cage(call, tmp_path, path, tmp_path / f"{call}.xlsx"))


@pytest.mark.parametrize("name", BOOKS)
def test_a_hostile_workbook_is_read_and_filled_in_time_or_refused_in_words(cage, tmp_path, listener, name):
    port, heard = listener
    data = BOOKS[name]()
    path = tmp_path / "hostile.xlsx"
    path.write_bytes(with_port(data, port) if "net" in name or "link" in name or "web" in name else data)
    harmless(cage("read", tmp_path, path))
    harmless(cage("fill", tmp_path, path, [{"x": 3}], tmp_path / "out"))
    assert heard == []
    assert {p.name for p in tmp_path.iterdir()} <= {"hostile.xlsx", "out"}


def with_port(data, port):
    found = zipfile.ZipFile(io.BytesIO(data))
    return archive([Entry(n, found.read(n).replace(b"PORT", str(port).encode())) for n in found.namelist()])
