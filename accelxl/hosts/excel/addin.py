"""The workbook inside the add-in: one empty sheet, as text."""

from __future__ import annotations

from accelxl import __version__
from accelxl.hosts.excel.package import BOOK, BOOK_LINKS, LINK_TYPES, PLAIN_BOOK, ROOT_LINKS, TYPES, Parts

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET, STYLES, THEME, CORE = "xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/theme/theme1.xml", "docProps/core.xml"
SML = "application/vnd.openxmlformats-officedocument.spreadsheetml"
DAY = "2026-01-01T00:00:00Z"

TITLE = "AccelXL"
ABOUT = "Functions and commands for the economics of AI accelerators"


DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
COLOURS = {
    "dk1": "000000", "lt1": "FFFFFF", "dk2": "44546A", "lt2": "E7E6E6", "accent1": "4472C4", "accent2": "ED7D31", "accent3": "A5A5A5",
    "accent4": "FFC000", "accent5": "5B9BD5", "accent6": "70AD47", "hlink": "0563C1", "folHlink": "954F72",
}  # fmt: skip


def _theme() -> str:
    """Return a theme with the fewest parts that the format asks for; a workbook must have one."""
    colours = "".join(f'<a:{name}><a:srgbClr val="{value}"/></a:{name}>' for name, value in COLOURS.items())
    face = '<a:latin typeface="Calibri"/><a:ea typeface=""/><a:cs typeface=""/>'
    fonts = f"<a:majorFont>{face}</a:majorFont><a:minorFont>{face}</a:minorFont>"
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
    line = f'<a:ln w="6350">{fill}</a:ln>'
    effect = "<a:effectStyle><a:effectLst/></a:effectStyle>"
    formats = (
        f"<a:fillStyleLst>{fill * 3}</a:fillStyleLst><a:lnStyleLst>{line * 3}</a:lnStyleLst>"
        f"<a:effectStyleLst>{effect * 3}</a:effectStyleLst><a:bgFillStyleLst>{fill * 3}</a:bgFillStyleLst>"
    )
    return (
        f'<a:theme xmlns:a="{DRAWING}" name="{TITLE}"><a:themeElements><a:clrScheme name="{TITLE}">{colours}</a:clrScheme>'
        f'<a:fontScheme name="{TITLE}">{fonts}</a:fontScheme><a:fmtScheme name="{TITLE}">{formats}</a:fmtScheme>'
        "</a:themeElements></a:theme>"
    )


def parts() -> Parts:
    """Return the parts of the add-in's workbook, without macros."""
    texts = {
        TYPES: f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/{BOOK}" ContentType="{PLAIN_BOOK}"/>'
        f'<Override PartName="/{SHEET}" ContentType="{SML}.worksheet+xml"/>'
        f'<Override PartName="/{STYLES}" ContentType="{SML}.styles+xml"/>'
        '<Override PartName="/xl/theme/theme1.xml" ContentType="application/vnd.openxmlformats-officedocument.theme+xml"/>'
        f'<Override PartName="/{CORE}" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
        "</Types>",
        ROOT_LINKS: f'<Relationships xmlns="{LINK_TYPES}">'
        f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="{BOOK}"/>'
        f'<Relationship Id="rId2" Type="{PACKAGE}/relationships/metadata/core-properties" Target="{CORE}"/>'
        "</Relationships>",
        BOOK: f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><workbookPr/><sheets>'
        f'<sheet name="{TITLE}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        BOOK_LINKS: f'<Relationships xmlns="{LINK_TYPES}">'
        f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{OFFICE}/styles" Target="styles.xml"/>'
        f'<Relationship Id="rId3" Type="{OFFICE}/theme" Target="theme/theme1.xml"/>'
        "</Relationships>",
        SHEET: f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>',
        STYLES: f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
        THEME: _theme(),
        CORE: f'<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{TITLE}</dc:title><dc:creator>{TITLE}</dc:creator><dc:description>{ABOUT}</dc:description>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{DAY}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{DAY}</dcterms:modified><cp:version>{__version__}</cp:version>'
        "</cp:coreProperties>",
    }
    return {name: (HEAD + text).encode() for name, text in texts.items()}
