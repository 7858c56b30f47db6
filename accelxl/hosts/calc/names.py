"""Names of our functions in Calc: the add-in's own names, which .ods files keep, and plain names as xlsx files keep them."""

from __future__ import annotations

from collections.abc import Iterable

from accelxl.hosts.calc.component.plain import SERVICE


def method(name: str) -> str:
    """Return the name of a function's method. It is a file format: .ods files hold it, so it never changes.

    Examples
    --------
    >>> method("ACCEL_COST_PER_MTOK")
    'accelcostpermtok'
    """
    return name.replace("_", "").lower()


def methods(names: Iterable[str]) -> dict[str, str]:
    """Return the method of each function.

    Raises
    ------
    ValueError
        If two functions would share a method.
    """
    found: dict[str, str] = {}
    for name in names:
        other = found.setdefault(method(name), name)
        if other != name:
            raise ValueError(f"{name} and {other} have the same name in Calc files: {method(name)}")
    return found


def programmatic(name: str) -> str:
    """Return a function's name as Calc's formulas and .ods files have it.

    Examples
    --------
    >>> programmatic("ACCEL_ROI")
    'ORG.ACCELXL.ADDIN.ACCELROI'
    """
    return f"{SERVICE}.{method(name)}".upper()
