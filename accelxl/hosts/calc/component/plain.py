"""Names in formulas: what an xlsx file holds (`ACCEL_ROI(`), and what Calc 7.4 holds (`ORG.ACCELXL.ADDIN.ACCELROI(`).

Some versions of Calc show #NAME? for the plain name when they open an xlsx file, and all save the long one or the plain one, by version.
`bound` is for a formula that was just loaded, `plain` for one that was just saved. Text in quotes is left as it is.
"""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

SERVICE = "org.accelxl.AddIn"
UNBOUND = re.compile(r"(?i)(?<![\w.])(?:_xldudf_)?(ACCEL_[A-Z0-9_]+)(?=\s*\()")
BOUND = re.compile(rf"(?i)(?<![\w.]){re.escape(SERVICE)}\.([A-Z0-9]+)(?=\s*\()")
QUOTED = re.compile(r"(\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'|&quot;.*?&quot;)")
FORMULAS = re.compile(rb"(<(?:f|definedName|formula|formula1|formula2|xm:f)\b[^>]*>)([^<]+)(<)")
PARTS = re.compile(r"xl/(?:workbook\.xml|worksheets/[^/]+\.xml|charts/[^/]+\.xml|tables/[^/]+\.xml)")


def outside_quotes(formula: str, change: Callable[[str], str]) -> str:
    """Return a formula with what stands outside quotes changed."""
    return "".join(piece if place % 2 else change(piece) for place, piece in enumerate(QUOTED.split(formula)))


def bound(formula: str, methods: Mapping[str, str]) -> str:
    """Return a formula with our plain names made into those that Calc binds; other names are left.

    Parameters
    ----------
    methods : mapping
        The method of each function.

    Examples
    --------
    >>> bound('=accel_irr(A1:A9)+_xldudf_ACCEL_IRR(B1)&"ACCEL_IRR("', {"ACCEL_IRR": "accelirr"})
    '=ORG.ACCELXL.ADDIN.ACCELIRR(A1:A9)+ORG.ACCELXL.ADDIN.ACCELIRR(B1)&"ACCEL_IRR("'
    """

    def name(found: re.Match[str]) -> str:
        method = methods.get(found[1].upper())
        return found[0] if method is None else f"{SERVICE}.{method}".upper()

    return outside_quotes(formula, lambda piece: UNBOUND.sub(name, piece))


def plain(formula: str, functions: Mapping[str, str]) -> str:
    """Return a formula with Calc's names made into the plain ones.

    Parameters
    ----------
    functions : mapping
        The function of each method.

    Examples
    --------
    >>> plain("org.accelxl.addin.accelirr(A1:A9)", {"accelirr": "ACCEL_IRR"})
    'ACCEL_IRR(A1:A9)'
    """
    return outside_quotes(
        formula, lambda piece: BOUND.sub(lambda found: functions.get(found[1].lower(), found[0]), piece)
    )


def plain_book(data: bytes, functions: Mapping[str, str]) -> bytes | None:
    """Return a saved xlsx file with plain names in its formulas; None where it has no other ones.

    Every part without one of our names keeps its bytes.
    """
    needle = SERVICE.lower().encode()
    out = io.BytesIO()
    changed = False
    with zipfile.ZipFile(io.BytesIO(data)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for member in given.infolist():
            part = given.read(member)
            if PARTS.fullmatch(member.filename) and needle in part.lower():
                fresh = FORMULAS.sub(
                    lambda found: found[1] + plain(found[2].decode(), functions).encode() + found[3], part
                )
                changed = changed or fresh != part
                part = fresh
            made.writestr(member, part)
    return out.getvalue() if changed else None


def make_plain(path: Path, functions: Mapping[str, str]) -> bool:
    """Write plain names into a saved xlsx file, with its time as it was: LibreOffice takes no other program's change for granted."""
    data = path.read_bytes()
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return False  # encrypted, or something else
    fresh = plain_book(data, functions)
    if fresh is None:
        return False
    state = path.stat()
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(fresh)
        beside.chmod(state.st_mode & 0o7777)
        os.utime(beside, ns=(state.st_atime_ns, state.st_mtime_ns))
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return True
