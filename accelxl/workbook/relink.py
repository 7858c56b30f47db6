"""A workbook file of which the formulas call AccelXL by plain names again, without links to the place of an add-in."""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from accelxl.errors import BadFile
from accelxl.files import write_atomically
from accelxl.workbook.book import Workbook, load, relations, xml
from accelxl.workbook.elements import asking, without
from accelxl.workbook.links import Repair, plain_formula
from accelxl.workbook.locks import check_closed, place_of_copy
from accelxl.workbook.package import assembled, packed

ADD_IN = "accelxl.xlam"
_FORMULA = re.compile(
    r"(<(?:\w+:)?(?:f|definedName|formula|formula1|formula2|calculatedColumnFormula|totalsRowFormula)"
    r"(?:\s(?:[^\"'<>]|\"[^\"<]*\"|'[^'<]*')*)?(?<!/)>)([^<]+)(?=<)"
)
_TEXT = re.compile(r"(<(?:\w+:)?[tv](?:\s[^<>]*)?(?<!/)>)[^<]+")
"""A text or a value of a cell, which uses no link whatever it says."""
_CODED = re.compile(r"&(?:#x([0-9A-Fa-f]{1,7})|#([0-9]{1,7})|(amp|lt|gt|quot|apos));")
_SIGNS = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_WIDE = (BOM_UTF16_LE, BOM_UTF16_BE)
_NUMBERED = re.compile(r"\"(?:[^\"]|\"\")*\"|[\w.]\[(?:[^\[\]]|\[[^\[\]]*\])*\]|\[(\d{1,9})\]")
"""A text, columns of a table, or the number of a link."""
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True, slots=True)
class Relinked:
    """A repaired file: where it is, what was repaired in it, and the targets of the links that were taken out."""

    path: Path
    repair: Repair
    links: tuple[str, ...]

    def sentence(self) -> str:
        """Return what was done, for a person."""
        return f"{self.path}: {self.repair.sentence(self.links)}"


def relink(book: str | Path, to: str | Path | None = None) -> Relinked:
    """A copy of a book whose formulas call AccelXL by plain names; links to an add-in that no formula uses any more are left out.

    Every other part keeps its bytes, and every link that something still uses stays. Values stay until a program computes the book
    anew, which it is asked to do when it opens it.

    Parameters
    ----------
    book : path
        An .xlsx or .xlsm workbook.
    to : path, optional
        Where the copy goes; the default is the book's name with ``-repaired`` beside it.

    Returns
    -------
    Relinked
        The copy, the formulas that were repaired with their sheets or parts, and the links that were taken out.

    Raises
    ------
    BadFile
        If the book cannot be read or has nothing to repair, if another file has the copy's name and `to` is not given, or if the
        copy cannot be written.
    """
    path = Path(book)
    found = load(path)
    texts = _texts(found)
    titles = dict(zip(found.parts, found.titles, strict=True))
    fresh, repair, touched = {}, Repair([], {}), set[int]()
    for name, text in texts.items():
        fresh[name] = _repaired(text, titles.get(name, name), repair, touched)
    gone = _unused(found, fresh, touched)
    if not repair.rows and not gone:
        raise BadFile(f"{path}: {repair.sentence()}")
    target = place_of_copy(path, to, "repaired")
    check_closed(target)
    parts, dropped = _without(found, fresh, gone)
    main = found.path_of_book
    parts[main] = asking(parts.get(main, texts[main]).encode()).decode()
    changed = {name: packed(text.encode()) for name, text in parts.items() if text != texts.get(name)}
    members = [member for member in found.package.members if member.name not in dropped]
    data = assembled(members, changed)
    if to is None and target.is_file() and target.read_bytes() != data:
        raise BadFile(f"{target} is there and is another book; say where the repaired copy goes (--out)")
    write_atomically(target, data)
    return Relinked(target, repair, tuple(gone.values()))


def _texts(book: Workbook) -> dict[str, str]:
    """Return the parts that may hold formulas or numbers of links.

    Raises
    ------
    BadFile
        If one of them is not in UTF-8, in which every spreadsheet program writes.
    """
    found = {}
    for name in book.package.names():
        low = name.lower()
        if (
            low.endswith((".xml", ".vml"))
            and not low.startswith("customxml/")
            and not low.endswith(("sharedstrings.xml", "styles.xml"))
            and "/externallinks/" not in low
        ):
            data = book.package.part(name, tags=6_000_000)
            if name == book.path_of_book or data.startswith(_WIDE) or re.search(rb"(?i)accel_|\[\d+\]", data):
                try:
                    found[name] = data.decode()
                except UnicodeDecodeError as error:
                    raise BadFile(
                        f"{book.package.path}: the part {name} is not in UTF-8; open the book in Excel, save it, and repair that"
                    ) from error
    return found


def _plain(text: str) -> str:
    """Return a formula without the codes that XML has for its signs."""
    return _CODED.sub(_sign, text)


def _sign(found: re.Match[str]) -> str:
    if found[3]:
        return _SIGNS[found[3]]
    number = int(found[1], 16) if found[1] else int(found[2])
    return chr(number) if number < 0xD800 or 0xDFFF < number < 0x110000 else found[0]


def _coded(formula: str) -> str:
    """Return a formula with the codes; a carriage return has one, because XML would read it as a new line."""
    return escape(formula, {"\r": "&#13;"})


def _repaired(text: str, where: str, repair: Repair, touched: set[int]) -> str:
    """Return a part with its formulas repaired, which are noted with where they stand; so are the numbers of links in their calls."""

    def change(found: re.Match[str]) -> str:
        formula = _plain(found[2])
        fresh, odd = plain_formula(formula)
        for name in odd:
            repair.unknown.setdefault(name, formula)
        if fresh == formula:
            return found[0]
        repair.rows.append([fresh, where])
        touched.update(_numbers(formula) - _numbers(fresh))
        return found[1] + _coded(fresh)

    return _FORMULA.sub(change, text) if "accel_" in text.lower() else text


def _numbers(formula: str) -> set[int]:
    """Return the numbers of links that a formula uses."""
    return {int(found[1]) for found in _NUMBERED.finditer(formula) if found[1]}


def _unused(book: Workbook, texts: Mapping[str, str], touched: set[int]) -> dict[int, str]:
    """Return the links to take out, by number, with their targets: to the add-in or to what a call named, and used by nothing more."""
    targets = {number: _target(book, part) or f"link {number}" for number, part in _links(book).items()}
    inside = set[int]()
    outside = set[int]()  # in attributes and the like, where no number is changed
    for text in texts.values():
        inside |= {number for found in _FORMULA.finditer(text) for number in _numbers(_plain(found[2]))}
        rest = _TEXT.sub("", _FORMULA.sub("", text))
        outside |= {int(number) for number in re.findall(r"\[(\d{1,9})\]", rest)}
    found = {
        number: target
        for number, target in targets.items()
        if (number in touched or re.split(r"[\\/]", target)[-1].lower() == ADD_IN) and number not in inside | outside
    }
    return {number: target for number, target in found.items() if not any(other > number for other in outside)}


def _links(book: Workbook) -> dict[int, str]:
    """Return the parts of the links by the numbers that formulas have for them."""
    targets = relations(book.package, book.path_of_book)
    listed = xml(book.package, book.path_of_book).iter("{*}externalReference")
    return {number: targets.get(item.get(_LINK, ""), ("", ""))[1] for number, item in enumerate(listed, 1)}


def _rels(part: str) -> str:
    folder, _, name = part.rpartition("/")
    return f"{folder}/_rels/{name}.rels"


def _target(book: Workbook, part: str) -> str:
    """Return the path that a link names; no text where it names none."""
    if not book.package.has(_rels(part)):
        return ""
    return next((item.get("Target", "") for item in xml(book.package, _rels(part)).iter("{*}Relationship")), "")


def _without(book: Workbook, texts: Mapping[str, str], gone: Mapping[int, str]) -> tuple[dict[str, str], set[str]]:
    """Return the parts without some links, those after them with new numbers, and the names of parts that are left out."""
    if not gone:
        return dict(texts), set()
    links = _links(book)
    kept = [number for number in links if number not in gone]
    numbers = {old: new for new, old in enumerate(kept, 1)}
    parts = {name: _renumbered(text, numbers) for name, text in texts.items()}
    main, relative = book.path_of_book, _rels(book.path_of_book)
    ids = [item.get(_LINK, "") for item in xml(book.package, main).iter("{*}externalReference")]
    for number in gone:
        parts[main] = without(parts[main], "externalReference", "id", re.escape(ids[number - 1]))
    parts[main] = re.sub(r"<((?:\w+:)?externalReferences)>\s*</\1>", "", parts[main])
    rels = book.package.text(relative)
    types = book.package.text("[Content_Types].xml")
    for number in gone:
        rels = without(rels, "Relationship", "Id", re.escape(ids[number - 1]))
        types = without(types, "Override", "PartName", f"(?i:/{re.escape(links[number])})")
    parts[relative], parts["[Content_Types].xml"] = rels, types
    return parts, {name for number in gone for name in (links[number], _rels(links[number]))}


def _renumbered(text: str, numbers: Mapping[int, int]) -> str:
    """Return a part with the numbers of links in its formulas made new."""

    def one(found: re.Match[str]) -> str:
        return f"[{numbers.get(int(found[1]), int(found[1]))}]" if found[1] else found[0]

    def change(found: re.Match[str]) -> str:
        formula = _plain(found[2])
        fresh = _NUMBERED.sub(one, formula)
        return found[0] if fresh == formula else found[1] + _coded(fresh)

    return _FORMULA.sub(change, text)
