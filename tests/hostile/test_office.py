"""A hostile workbook that LibreOffice draws: nothing is fetched."""

# ruff: noqa: E501  # XML is read best on its own lines

import io
import zipfile

import pytest

from accelxl.workbook.board import board
from accelxl.workbook.lint.office import _recalculated
from tests.hostile.files import RELS, Entry, archive, small

DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
PICTURE = (
    f'<xdr:wsDr xmlns:xdr="{DRAWING}/spreadsheetDrawing" xmlns:a="{DRAWING}/main" xmlns:r="{RELS}"><xdr:twoCellAnchor><xdr:from><xdr:col>0</xdr:col>'
    "<xdr:colOff>0</xdr:colOff><xdr:row>0</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:to><xdr:col>3</xdr:col><xdr:colOff>0</xdr:colOff>"
    '<xdr:row>5</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to><xdr:pic><xdr:nvPicPr><xdr:cNvPr id="9" name="P"/><xdr:cNvPicPr/></xdr:nvPicPr>'
    '<xdr:blipFill><a:blip r:link="r1"/><a:stretch><a:fillRect/></a:stretch></xdr:blipFill><xdr:spPr><a:xfrm><a:off x="0" y="0"/>'
    '<a:ext cx="100000" cy="100000"/></a:xfrm><a:prstGeom prst="rect"/></xdr:spPr></xdr:pic><xdr:clientData/></xdr:twoCellAnchor></xdr:wsDr>'
)


def hostile(address):
    """A book whose board has a linked picture and a web function."""
    found = zipfile.ZipFile(
        io.BytesIO(small(f'<row r="2"><c r="A2"><f>WEBSERVICE("{address}/w")</f><v>1</v></c></row>'))
    )
    main = "application/vnd.openxmlformats-officedocument"
    types = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="{main}.{kind}+xml"/>'
        for part, kind in (
            ("workbook", "spreadsheetml.sheet.main"),
            ("worksheets/sheet1", "spreadsheetml.worksheet"),
            ("drawings/d", "drawing"),
        )
    )
    changed = {
        "[Content_Types].xml": lambda text: text.replace("</Types>", f"{types}</Types>"),
        "_rels/.rels": lambda text: text.replace("<Relationships>", f'<Relationships xmlns="{PACKAGE_NS}">'),
        "xl/_rels/workbook.xml.rels": lambda text: text.replace(
            "<Relationships>", f'<Relationships xmlns="{PACKAGE_NS}">'
        ),
        "xl/workbook.xml": lambda text: text.replace('name="S"', 'name="Board"').replace(">S!", ">Board!"),
        "xl/worksheets/sheet1.xml": lambda text: text.replace(
            "</worksheet>", f'<drawing xmlns:r="{RELS}" r:id="r1"/></worksheet>'
        ),
    }
    entries = [Entry(name, changed[name](found.read(name).decode()).encode()) for name in found.namelist()]
    for part, line in (
        ("worksheets/_rels/sheet1.xml.rels", f'Type="{RELS}/drawing" Target="../drawings/d.xml"'),
        ("drawings/_rels/d.xml.rels", f'Type="{RELS}/image" Target="{address}/p.png" TargetMode="External"'),
    ):
        text = f'<Relationships xmlns="{PACKAGE_NS}"><Relationship Id="r1" {line}/></Relationships>'
        entries.append(Entry(f"xl/{part}", text.encode()))
    return archive([*entries, Entry("xl/drawings/d.xml", PICTURE.encode())])


PACKAGE_NS = "http://schemas.openxmlformats.org/package/2006/relationships"


@pytest.mark.office("soffice")
def test_what_libreoffice_draws_or_calculates_fetches_nothing(tmp_path, listener):
    port, heard = listener
    book = tmp_path / "b.xlsx"
    book.write_bytes(hostile(f"http://127.0.0.1:{port}"))
    assert board(book, tmp_path / "a.pdf").stat().st_size
    assert board(book, tmp_path / "b.pdf", recalculate=True).stat().st_size
    assert _recalculated(book).titles == ["Board"]
    assert heard == []
