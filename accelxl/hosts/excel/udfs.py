"""The registry's functions for xlwings' own Import Functions: put ``accelxl.hosts.excel.udfs`` in UDF Modules.

The wrappers that xlwings writes pass ranges and not values, so each argument costs calls across processes, and they have no error
values: an error is text such as ``#NUM!`` in its cell. The macros of `accelxl excel build` have neither fault.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import xlwings

from accelxl.functions import REGISTRY, WHY, Function
from accelxl.hosts.excel import vba
from accelxl.hosts.excel.render import help_of
from accelxl.hosts.excel.runtime import MARK, answer, rows

CALLER = "caller"
"""The argument that xlwings fills with the calling range."""


def udf(function: Function) -> Callable[..., Any]:
    """Return a function of the registry with the marks that xlwings reads: no type hints, raw values in and out."""

    def call(*cells: Any) -> list[list[Any]]:
        *values, caller = cells
        taken = tuple(
            _address(value) if argument.reference else value
            for argument, value in zip(function.arguments, values, strict=False)
        )
        outcome = answer(function.name, None, taken)
        if outcome.why or len(WHY):  # else there is nothing to keep and nothing to forget, and the address costs
            WHY.keep(_address(caller) or "", outcome.why)
        return [[_unmarked(cell) for cell in row] for row in rows(outcome)]

    parameters = [_parameter(vba.name(argument.name), required=argument.required) for argument in function.arguments]
    call.__name__ = call.__qualname__ = function.name
    call.__doc__ = function.summary
    call.__module__ = __name__
    call.__annotations__ = {}
    call.__signature__ = inspect.Signature([*parameters, _parameter(CALLER, required=False)])  # type: ignore[attr-defined]
    made: Any = call
    for argument in function.arguments:
        convert = "range" if argument.reference else "raw"
        made = xlwings.arg(vba.name(argument.name), convert=convert, doc=help_of(argument))(made)
    result: Callable[..., Any] = xlwings.func(category=function.category)(xlwings.ret(convert="raw")(made))
    return result


def _parameter(name: str, *, required: bool) -> inspect.Parameter:
    return inspect.Parameter(
        name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=inspect.Parameter.empty if required else None
    )


def _address(cell: Any) -> Any:
    """Return the address of the first cell of a range; what is no range as it is."""
    if not hasattr(cell, "get_address"):
        return cell
    try:
        return cell[0, 0].get_address(external=True)
    except Exception:  # noqa: BLE001  # a call from a macro has no calling cell
        return None


def _unmarked(cell: Any) -> Any:
    return cell[len(MARK) :] if isinstance(cell, str) and cell.startswith(MARK) else cell


globals().update({name: udf(function) for name, function in REGISTRY.items()})
