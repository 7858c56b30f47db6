"""What must hold in a workbook with macros and a ribbon: parts, links between them, names of modules, callbacks, functions in cells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree as ET

from accelxl.errors import AccelError
from accelxl.hosts.excel import package, project
from accelxl.hosts.excel.package import (
    BOOK,
    BOOK_LINKS,
    BOOK_TYPES,
    PROJECT,
    RIBBON,
    RIBBON_LINK,
    ROOT_LINKS,
    TYPES,
    Parts,
)
from accelxl.hosts.excel.ribbon import NAMESPACE
from accelxl.hosts.excel.xmlpatch import Tag, tags

PUBLIC_SUB = re.compile(r"^Public Sub (\w+)\((.*)\)\r?$", re.MULTILINE)
PUBLIC_FUNCTION = re.compile(r"^Public Function (ACCEL_\w+)\(", re.MULTILINE)
IN_CELL = re.compile(r"\b(ACCEL_\w+)\(")
CALLBACKS = {"onAction": 1, "getVisible": 2, "getEnabled": 2, "getLabel": 2, "getImage": 2, "onLoad": 1}
"""Attributes of a ribbon that name a Sub, and how many arguments it takes."""
ELEMENTS = {"customUI", "ribbon", "tabs", "tab", "group", "button", "menu"}
ATTRIBUTES = {"id", "tag", "label", "screentip", "supertip", "imageMso", "size", "insertAfterMso", *CALLBACKS}
LONGEST_TEXT = 1024


def faults(data: bytes, name: str) -> list[str]:
    """Return what is wrong with a workbook or add-in, a sentence each; an empty list where nothing is.

    Examples
    --------
    >>> faults(b"PK", "book.xlsm")[0].startswith("book.xlsm is not a workbook")
    True
    """
    found: list[str] = []
    try:
        parts = package.read(data, name)
        found += [*_types(parts, name), *_links(parts)]
        if PROJECT not in parts:
            return [*found, "the book has no macros"]
        modules = project.read(parts[PROJECT])
        found += [*_names(parts, modules), *_ribbon(parts, modules), *_cells(parts, modules)]
    except AccelError as error:
        found.append(str(error))
    return found


def _types(parts: Parts, name: str) -> Iterator[str]:
    """Each part has a type, each type a part, and the book the type of its ending."""
    listed = list(tags(parts[TYPES], TYPES))
    defaults = {tag.attributes["Extension"].lower() for tag in listed if tag.name == "Default"}
    overrides = {
        tag.attributes["PartName"].lstrip("/"): tag.attributes["ContentType"]
        for tag in listed
        if tag.name == "Override"
    }
    for part in parts:
        if part != TYPES and part not in overrides and part.rpartition(".")[2].lower() not in defaults:
            yield f"the part {part} has no type"
    for part in overrides:
        if part not in parts:
            yield f"a type is given for {part}, which is not there"
    kind = "xlam" if name.lower().endswith(".xlam") else "xlsm"
    if overrides.get(BOOK) != BOOK_TYPES[kind]:
        yield f"the type of the book is {overrides.get(BOOK)}; that of an .{kind} is {BOOK_TYPES[kind]}"


def _links(parts: Parts) -> Iterator[str]:
    """Each relationship leads to a part, and no id stands twice."""
    for part in parts:
        if not part.endswith(".rels"):
            continue
        seen: set[str] = set()
        for tag in tags(parts[part], part):
            if tag.name != "Relationship":
                continue
            number = tag.attributes.get("Id", "")
            if number in seen:
                yield f"{part} has the id {number} twice"
            seen.add(number)
            if tag.attributes.get("TargetMode") != "External" and package.target(part, tag) not in parts:
                yield f"{part} leads to {package.target(part, tag)}, which is not there"
    kinds = {
        tag.attributes.get("Type"): package.target(BOOK_LINKS, tag) for tag in package.links(parts, BOOK_LINKS).values()
    }
    if kinds.get(package.PROJECT_LINK) != PROJECT:
        yield "the book does not lead to its macros"


def _names(parts: Parts, modules: Mapping[str, str]) -> Iterator[str]:
    """The book and each sheet have a module of their code name, and each such module a sheet."""
    book = next((tag.attributes.get("codeName") for tag in tags(parts[BOOK], BOOK) if tag.name == "workbookPr"), None)
    wanted = {book or "": "the book"}
    for sheet in package.sheets(parts):
        given = [
            tag.attributes.get("codeName", "") for tag in tags(parts[sheet.part], sheet.part) if tag.name == "sheetPr"
        ]
        code = given[0] if given else ""
        if code in wanted:
            yield f"the sheet {sheet.title} has the code name {code!r} of {wanted[code]}"
        wanted[code] = f"the sheet {sheet.title}"
    documents = {
        key
        for key, source in modules.items()
        if "Attribute VB_TemplateDerived = False\r\nAttribute VB_Customizable = True" in source
    }
    for code, what in wanted.items():
        if code not in documents:
            yield f"{what} has the code name {code!r}, of which there is no module"
    for code in documents - set(wanted):
        yield f"the module {code} belongs to no sheet"
    for key, source in modules.items():
        if not source.startswith(f'Attribute VB_Name = "{key}"\r\n'):
            yield f"the module {key} is called otherwise in its first line"


def _ribbon(parts: Parts, modules: Mapping[str, str]) -> Iterator[str]:
    """The ribbon is linked, its ids differ, its texts fit, and each callback is a Public Sub with the right arguments."""
    kinds = {
        tag.attributes.get("Type"): package.target(ROOT_LINKS, tag) for tag in package.links(parts, ROOT_LINKS).values()
    }
    if kinds.get(RIBBON_LINK) != RIBBON or RIBBON not in parts:
        yield "the book has no ribbon"
        return
    subs = {name: inside for source in modules.values() for name, inside in PUBLIC_SUB.findall(source)}
    seen: set[str] = set()
    for tag in tags(parts[RIBBON], RIBBON):
        identity = tag.attributes.get("id", "")
        if tag.space != NAMESPACE or tag.name not in ELEMENTS:
            yield f"the ribbon has an element {tag.name} of {tag.space or 'no namespace'}"
        if identity in seen and identity:
            yield f"the ribbon has the id {identity} twice"
        seen.add(identity)
        if tag.name == "button" and "onAction" not in tag.attributes:
            yield f"the ribbon's button {identity} does nothing"
        yield from _attributes(tag, f"the ribbon's {tag.name} {identity}", subs)


def _attributes(tag: Tag, where: str, subs: Mapping[str, str]) -> Iterator[str]:
    for key, value in tag.attributes.items():
        if key not in ATTRIBUTES:
            yield f"{where} has an attribute {key}"
        if not value or len(value) > LONGEST_TEXT:
            yield f"{where} has a {key} of {len(value)} characters; 1 to {LONGEST_TEXT} are allowed"
        if key in CALLBACKS and value not in subs:
            yield f"{where} calls {value}, which is no Public Sub"
        elif key in CALLBACKS and len(list(filter(None, subs[value].split(",")))) != CALLBACKS[key]:
            yield f"{where} calls {value}({subs[value]}); {key} gives it {CALLBACKS[key]} arguments"


def _cells(parts: Parts, modules: Mapping[str, str]) -> Iterator[str]:
    """Each ACCEL function in a cell is one of the macros."""
    functions = {name for source in modules.values() for name in PUBLIC_FUNCTION.findall(source)}
    for sheet in package.sheets(parts):
        for element in ET.fromstring(parts[sheet.part]).iter():  # noqa: S314  # tags() has refused document types
            if element.tag.endswith("}f") and element.text:
                for name in IN_CELL.findall(element.text.upper()):
                    if name not in functions:
                        yield f"the sheet {sheet.title} uses {name}, which the macros do not have"
                        return
