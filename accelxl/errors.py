"""Errors of accelxl, one tree.

AccelError                  #VALUE!
+-- UnknownName             #VALUE!  a function, input, metric or template that does not exist (also a LookupError)
+-- WrongType               #VALUE!  text for a number, a table for a scalar (also a TypeError)
+-- WrongUnit               #VALUE!  a figure in another unit, scope or currency (also a ValueError)
+-- ShapeError              #VALUE!  arrays that do not fit together (also a ValueError)
+-- OutOfRange              #NUM!    a value outside its allowed range (also a ValueError)
+-- NoSolution              #NUM!    a solver or optimiser without an answer (also an ArithmeticError)
+-- NoData                  #N/A     a device, place or date that the catalogue lacks (also a LookupError)
+-- BadFile                 #VALUE!  a file that is missing, locked, damaged or not what it should be (also an OSError)
+-- Missing                 #VALUE!  a program or package that this job needs and this machine lacks
+-- Interrupted             #VALUE!  a run that was broken off (also a KeyboardInterrupt)

Each message is one sentence: what, where, what was given, what is allowed. `cell` is the spreadsheet error that shows it.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class AccelError(Exception):
    """Base of all accelxl errors; each knows the cell error that shows it."""

    cell = "#VALUE!"


class UnknownName(AccelError, LookupError):
    """A function, input, metric or template that does not exist."""


class WrongType(AccelError, TypeError):
    """Text for a number, a table for a scalar."""


class WrongUnit(AccelError, ValueError):
    """A figure in another unit, scope or currency than the one asked for."""


class ShapeError(AccelError, ValueError):
    """Arrays that do not fit together."""


class OutOfRange(AccelError, ValueError):
    """A value outside its allowed range."""

    cell = "#NUM!"


class NoSolution(AccelError, ArithmeticError):
    """A solver or optimiser that has no answer."""

    cell = "#NUM!"


class NoData(AccelError, LookupError):
    """A device, place or date that the catalogue lacks."""

    cell = "#N/A"


class BadFile(AccelError, OSError):
    """A file that is missing, locked, damaged or not what it should be."""


class Missing(AccelError):
    """A program or package that this job needs and this machine lacks."""


class Interrupted(AccelError, KeyboardInterrupt):
    """A run that was broken off; the sentence says how far it came."""


MOST_NAMES, MOST_KIN = 12, 6
"""Names that a sentence lists in full, and names that it suggests for a word they share."""
_UNITS = frozenset({"per", "usd", "share", "month", "months", "year", "rate", "out"})
"""Words that many names have and that say little of what is meant."""


def nearest(given: str, allowed: Iterable[str]) -> str:
    """Return the end of a sentence that names the allowed word nearest to `given`, those that share a word with it, or all when few.

    Examples
    --------
    >>> nearest("utilisation", ["utilization", "units"])
    'did you mean utilization?'
    >>> nearest("azur", ["AWS", "Azure"])
    'did you mean Azure?'
    >>> nearest("zzz", ["end", "mid"])
    'allowed: end, mid'
    >>> nearest("token price", ["price_usd_per_mtok", "unit_price_usd", *(f"other_{n}" for n in range(12))])
    'did you mean unit_price_usd or price_usd_per_mtok?'
    """
    names = list(allowed)
    lower = {name.lower(): name for name in names}
    close = get_close_matches(given.lower(), lower, n=1, cutoff=0.6)
    if close:
        return f"did you mean {lower[close[0]]}?"
    if len(names) > MOST_NAMES:
        kin = _kin(given, names)
        if kin:
            return f"did you mean {' or '.join(filter(None, (', '.join(kin[:-1]), kin[-1])))}?"
        return f"allowed: {', '.join(names[:10])} and {len(names) - 10} more"
    return f"allowed: {', '.join(names)}"


def _kin(given: str, names: list[str]) -> list[str]:
    """Return the names that share the most words with `given`, the shortest first; none where these are too many to help."""
    wanted = _words(given) - _UNITS
    shared = {name: len(wanted & _words(name)) for name in names}
    most = max(shared.values(), default=0)
    found = sorted((name for name in names if shared[name] == most), key=lambda name: len(name.split("_")))
    return found if most and len(found) <= MOST_KIN else []


def _words(name: str) -> set[str]:
    return {word.removesuffix("s") for word in re.split(r"[^a-z0-9]+", name.lower()) if len(word) > 2}
