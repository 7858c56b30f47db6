"""Words and texts of VBA: names that it keeps for itself, literals, lines."""

from __future__ import annotations

from collections.abc import Sequence

from accelxl.errors import OutOfRange

LONGEST_LINE = 1023
"""Characters of a line that the editor takes."""
RESERVED = frozenset(
    """
    abs addressof and any array as attribute base boolean byref byte byval call case cbool cbyte ccur cdate cdbl cdec cint
    circle clng clnglng clngptr close compare const csng cstr currency cvar cverr date debug decimal declare defbool
    defbyte defcur defdate defdbl defdec defint deflng deflnglng deflngptr defobj defsng defstr defvar dim do doevents
    double each else elseif empty end endif enum eqv erase error event exit explicit false fix for friend function get
    global go gosub goto if imp implements in input inputb int integer is lbound len lenb let like line linput local lock
    long longlong longptr loop lset me mid mod module new next not nothing null object on open option optional or
    paramarray preserve print private property pset public put raiseevent redim rem resume return rset scale seek select
    set sgn shared single spc static step stop string sub tab then to true type typeof ubound unlock until variant wend
    while width with withevents write xor
    """.split()  # noqa: SIM905
)
"""Words that cannot name an argument, among them the functions that the generated modules call."""


def name(word: str) -> str:
    """Return a name that VBA takes for an argument.

    Examples
    --------
    >>> name("rate"), name("type")
    ('rate', 'type_')
    """
    return f"{word}_" if word.lower() in RESERVED else word


def text(words: str) -> str:
    """Return a string literal.

    Examples
    --------
    >>> text('the "all-in" power')
    '"the ""all-in"" power"'
    """
    return '"' + words.replace('"', '""') + '"'


def lines(parts: Sequence[str]) -> str:
    """Join lines to the text of a module.

    Raises
    ------
    OutOfRange
        If a line is longer than the editor takes.
    """
    for part in parts:
        if len(part) > LONGEST_LINE:
            raise OutOfRange(
                f"a line of the macros has {len(part)} characters; {LONGEST_LINE} are allowed: {part[:60]}..."
            )
    return "\n".join(parts) + "\n"
