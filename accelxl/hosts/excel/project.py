"""A VBA project from the text of its modules, and the text of the modules of a project: vbaProject.bin, [MS-OVBA] 2.3.

Only what the specification asks a writer for: no compiled code and no cache, which Excel makes itself when it opens the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from struct import pack, unpack_from
from typing import Literal
from uuid import NAMESPACE_URL, uuid5

from accelxl.errors import BadFile
from accelxl.hosts.excel import compound
from accelxl.hosts.excel.ovba import compress, decompress, encrypt

Kind = Literal["standard", "class", "book", "sheet", "chart"]

CODE_PAGE = 1252
BASES = {
    "class": "0{FCFB3D2A-A0FA-1068-A738-08002B3371B5}",
    "book": "0{00020819-0000-0000-C000-000000000046}",
    "sheet": "0{00020820-0000-0000-C000-000000000046}",
    "chart": "0{00020821-0000-0000-C000-000000000046}",
}
"""The class behind a module that is no standard module."""
OFFICE = r"C:\Program Files\Common Files\Microsoft Shared\OFFICE16\MSO.DLL#Microsoft Office 16.0 Object Library"
REFERENCES = (
    ("stdole", r"*\G{00020430-0000-0000-C000-000000000046}#2.0#0#C:\Windows\System32\stdole2.tlb#OLE Automation"),
    ("Office", rf"*\G{{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}}#2.0#0#{OFFICE}"),
)
"""The libraries that every Excel project names beside VBA and Excel; found by their number, the path is a hint."""
HOST = "&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000"
NO_CACHE = bytes.fromhex("cc61ffff000100")
"""The stream _VBA_PROJECT of a project without compiled code."""
SEED = 0x5D
LONGEST_NAME = 31


@dataclass(frozen=True, slots=True)
class Module:
    """A module: its name, its kind and its text as the editor shows it, with the hidden attributes of procedures."""

    name: str
    kind: Kind
    text: str = ""

    def source(self) -> str:
        """Return the text as a project stores it: attributes of the module first, lines ended by CR LF."""
        lines = [f'Attribute VB_Name = "{self.name}"']
        if self.kind != "standard":
            document = self.kind != "class"
            lines += [
                f'Attribute VB_Base = "{BASES[self.kind]}"',
                "Attribute VB_GlobalNameSpace = False",
                "Attribute VB_Creatable = False",
                f"Attribute VB_PredeclaredId = {document}",
                "Attribute VB_Exposed = True" if document else "Attribute VB_Exposed = False",
                "Attribute VB_TemplateDerived = False",
                f"Attribute VB_Customizable = {document}",
            ]
        return "\r\n".join([*lines, *self.text.splitlines()]) + "\r\n"


def write(name: str, modules: Sequence[Module]) -> bytes:
    """Return vbaProject.bin of a project.

    Raises
    ------
    BadFile
        If a name is none that VBA takes, stands twice, or a text has a character outside the code page.
    """
    sources = {module.name: _encoded(module) for module in modules}
    if len({name.lower(), *(key.lower() for key in sources)}) <= len(modules):
        raise BadFile(f"two modules of the project {name} have the same name, or one has that of the project")
    for word in (name, *sources):
        if not re.fullmatch(r"[A-Za-z]\w*", word, re.ASCII) or len(word) > LONGEST_NAME:
            raise BadFile(
                f"{word!r} is no name of a VBA module; up to {LONGEST_NAME} letters, digits and _ are allowed"
            )
    streams = {f"VBA/{key}": compress(source) for key, source in sources.items()}
    streams["VBA/dir"] = compress(_dir(name, modules))
    streams["VBA/_VBA_PROJECT"] = NO_CACHE
    streams["PROJECT"] = _project(name, modules).encode("ascii")
    streams["PROJECTwm"] = b"".join(_both(module.name, b"\0", b"\0\0") for module in modules) + bytes(2)
    return compound.write(streams)


def _encoded(module: Module) -> bytes:
    try:
        return module.source().encode(f"cp{CODE_PAGE}")
    except UnicodeEncodeError as error:
        odd = module.source()[error.start]
        raise BadFile(
            f"the VBA module {module.name} has the character {odd!r}; those of code page {CODE_PAGE} are allowed"
        ) from error


def _both(text: str, after: bytes = b"", after_wide: bytes = b"") -> bytes:
    return text.encode("ascii") + after + text.encode("utf-16-le") + after_wide


def _record(number: int, data: bytes = b"") -> bytes:
    return pack("<HI", number, len(data)) + data


def _text(number: int, wide_number: int, text: str = "") -> bytes:
    """Return text in the code page and in Unicode, as most texts of the dir stream stand."""
    return _record(number, text.encode("ascii")) + _record(wide_number, text.encode("utf-16-le"))


def _dir(name: str, modules: Sequence[Module]) -> bytes:
    """Return the dir stream: the project, its libraries, its modules."""
    number = pack("<I", 0)
    english = pack("<I", 0x0409)
    out = [
        _record(0x01, pack("<I", 3)), _record(0x02, english), _record(0x14, english), _record(0x03, pack("<H", CODE_PAGE)),
        _record(0x04, name.encode("ascii")), _text(0x05, 0x40), _text(0x06, 0x3D), _record(0x07, number), _record(0x08, number),
        pack("<HIIH", 0x09, 4, 1, 1), _text(0x0C, 0x3C),
    ]  # fmt: skip
    for library, where in REFERENCES:
        address = pack("<I", len(where)) + where.encode("ascii") + bytes(6)
        out += [_text(0x16, 0x3E, library), _record(0x0D, address)]
    out += [_record(0x0F, pack("<H", len(modules))), _record(0x13, b"\xff\xff")]
    for module in modules:
        kind = 0x21 if module.kind == "standard" else 0x22
        out += [
            _text(0x19, 0x47, module.name), _text(0x1A, 0x32, module.name), _text(0x1C, 0x48), _record(0x31, number),
            _record(0x1E, number), _record(0x2C, b"\xff\xff"), _record(kind), _record(0x2B),
        ]  # fmt: skip
    return b"".join(out) + _record(0x10)


def _project(name: str, modules: Sequence[Module]) -> str:
    """Return the PROJECT stream: the project as text, not protected."""
    parts = {"standard": "Module={}", "class": "Class={}"}
    identity = f"{{{str(uuid5(NAMESPACE_URL, 'accelxl/' + name)).upper()}}}"
    lines = [
        f'ID="{identity}"',
        *(parts.get(module.kind, "Document={}/&H00000000").format(module.name) for module in modules),
        f'Name="{name}"',
        'HelpContextID="0"',
        'VersionCompatible32="393222000"',
        f'CMG="{encrypt(identity, bytes(4), SEED)}"',
        f'DPB="{encrypt(identity, bytes(1), SEED)}"',
        f'GC="{encrypt(identity, bytes([0xFF]), SEED)}"',
        "",
        "[Host Extender Info]",
        HOST,
        "",
        "[Workspace]",
        *(f"{module.name}=0, 0, 0, 0, C" for module in modules),
    ]
    return "\r\n".join(lines) + "\r\n"


def read(data: bytes) -> dict[str, str]:
    r"""Return the source of each module of a vbaProject.bin by its name, in the order of the project.

    Raises
    ------
    BadFile
        If it is damaged.

    Examples
    --------
    >>> read(write("Demo", [Module("Main", "standard", "Sub Go()\nEnd Sub")]))["Main"].splitlines()
    ['Attribute VB_Name = "Main"', 'Sub Go()', 'End Sub']
    """
    streams = compound.read(data)
    if "VBA/dir" not in streams:
        raise BadFile("the macros have no directory of modules")
    found: dict[str, str] = {}
    name = stream = ""
    for number, value in _records(decompress(streams["VBA/dir"])):
        if number == 0x19:
            name = value.decode(f"cp{CODE_PAGE}", "replace")
        elif number == 0x1A:
            stream = f"VBA/{value.decode(f'cp{CODE_PAGE}', 'replace')}"
        elif number == 0x31:
            if stream not in streams:
                raise BadFile(f"the macros lack the stream of the module {name}")
            (start,) = unpack_from("<I", value)
            found[name] = decompress(streams[stream][start:]).decode(f"cp{CODE_PAGE}", "replace")
    return found


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield number and value of each record of a dir stream."""
    place = 0
    while place + 6 <= len(data):
        number, size = unpack_from("<HI", data, place)
        size = 6 if number == 0x09 else size
        if place + 6 + size > len(data):
            raise BadFile("the directory of the modules is cut off")
        yield number, data[place + 6 : place + 6 + size]
        place += 6 + size
    if place != len(data):
        raise BadFile("the directory of the modules is cut off")
