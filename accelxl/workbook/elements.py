"""Elements of a part's text that are taken out of it or put in, while every other byte stays."""

from __future__ import annotations

import re

_WORDS = r"(?:[^\"'<>]|\"[^\"]*\"|'[^']*')"


def without(text: str, tag: str, attribute: str, value: str) -> str:
    """Return a part without its empty elements of one kind whose attribute has a value.

    Parameters
    ----------
    text : str
        The part.
    tag, attribute : str
        Names without their prefixes.
    value : str
        Pattern of the value.

    Examples
    --------
    >>> without("<a><x:b id='1'/><x:b id = '2' ></x:b></a>", "b", "id", "[23]")
    "<a><x:b id='1'/></a>"
    """
    this = rf"\s(?:\w+:)?{attribute}\s*=\s*(?:\"{value}\"|'{value}')"
    words = rf"(?={_WORDS}*?{this})(?:[^\"'<>/]|/(?!>)|\"[^\"]*\"|'[^']*')*"
    return re.sub(rf"<((?:\w+:)?{tag})(?=\s){words}(?:/>|>\s*</\1\s*>)", "", text)


def asking(part: bytes) -> bytes:
    """Return the workbook part with the request to calculate when opened.

    Examples
    --------
    >>> asking(b"<x:workbook><x:sheets></x:sheets></x:workbook>")
    b'<x:workbook><x:sheets></x:sheets><x:calcPr fullCalcOnLoad="1"/></x:workbook>'
    """
    data = part.decode()
    if found := re.search(rf"<(?:\w+:)?calcPr(?=[\s/>]){_WORDS}*>", data):
        if re.search(r"\sfullCalcOnLoad\s*=\s*[\"'](?:1|true)[\"']", found[0]):
            return part
        bare = re.sub(r"\s+fullCalcOnLoad\s*=\s*(\"[^\"]*\"|'[^']*')", "", found[0])
        fresh = re.sub(r"^(<(?:\w+:)?calcPr)", r'\1 fullCalcOnLoad="1"', bare)
        return (data[: found.start()] + fresh + data[found.end() :]).encode()
    x = found[1] or "" if (found := re.search(r"</(\w+:)?sheets\s*>", data)) else ""
    before = rf"</{x}(?:sheets|functionGroups|externalReferences|definedNames)\s*>"
    end = max((found.end() for found in re.finditer(before, data)), default=None)
    return part if end is None else f'{data[:end]}<{x}calcPr fullCalcOnLoad="1"/>{data[end:]}'.encode()
