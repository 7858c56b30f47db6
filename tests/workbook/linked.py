"""A book with links to an add-in, as Excel saves one."""

import io
import zipfile

import xlsxwriter

ADD_IN = r"file:///C:\Users\ann\AppData\Roaming\Microsoft\Excel\XLSTART\accelxl.xlam"
PARTS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.externalLink+xml"


def linked(path, formulas, targets=(ADD_IN,), names=()):
    """A book as Excel saves it after the add-in was loaded: formulas in column B, and the paths that [1], [2] ... stand for."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Plan")
        sheet.write_column(0, 0, [150.0, 100.0])
        for row, formula in enumerate(formulas):
            sheet.write_formula(row, 1, formula, None, 0.5)
        sheet.conditional_format("A1", {"type": "formula", "criteria": formulas[0], "format": book.add_format()})
        for name, text in names:
            book.define_name(name, text)
    numbers = range(1, len(targets) + 1)
    kinds, rels, listed = (
        "".join(text.format(n) for n in numbers)
        for text in (
            f'<Override PartName="/xl/externalLinks/externalLink{{0}}.xml" ContentType="{KIND}"/>',
            f'<Relationship Id="rId9{{0}}" Type="{PARTS}/externalLink" Target="externalLinks/externalLink{{0}}.xml"/>',
            '<externalReference r:id="rId9{0}"/>',
        )
    )
    with zipfile.ZipFile(made) as given, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name in given.namelist():
            text = given.read(name).decode()
            text = text.replace("</Types>", f"{kinds}</Types>") if name == "[Content_Types].xml" else text
            if name == "xl/_rels/workbook.xml.rels":
                text = text.replace("</Relationships>", f"{rels}</Relationships>")
            if name == "xl/workbook.xml":
                text = text.replace("</sheets>", f"</sheets><externalReferences>{listed}</externalReferences>")
            out.writestr(name, text)
        for number, target in zip(numbers, targets, strict=True):
            part = f"xl/externalLinks/externalLink{number}.xml"
            out.writestr(
                part,
                f'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><externalBook xmlns:r="{PARTS}" '
                'r:id="rId1"><sheetNames><sheetName val="Data"/></sheetNames><definedNames><definedName name="ACCEL_ROI"/>'
                "</definedNames></externalBook></externalLink>",
            )
            out.writestr(
                f"xl/externalLinks/_rels/externalLink{number}.xml.rels",
                '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
                f'<Relationship Id="rId1" Type="{PARTS}/externalLinkPath" Target="{target}" TargetMode="External"/></Relationships>',
            )
    return path


def edited(book, **changes):
    """The book with some parts changed or added: names from below ``xl/`` with __ for a slash, each with a function of its text."""
    with zipfile.ZipFile(book) as given:
        parts = {name: given.read(name) for name in given.namelist()}
    for key, change in changes.items():
        name = {"types": "[Content_Types].xml", "rels": "xl/_rels/workbook.xml.rels", "root": "_rels/.rels"}.get(
            key, f"xl/{key.replace('__', '/')}.xml"
        )
        parts[name] = change(parts.get(name, b"").decode()).encode()
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in parts.items():
            out.writestr(name, data)
    return book


def parts_of(path):
    """The parts of a book as text by name."""
    with zipfile.ZipFile(path) as given:
        return {name: given.read(name).decode() for name in given.namelist()}
