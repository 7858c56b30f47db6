"""The reference of the spreadsheet functions as data: what `accelxl functions` prints and the documents are made from."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np

from accelxl.functions.registry import REGISTRY

if TYPE_CHECKING:
    from accelxl.functions.registry import Argument, Function


HEADER = ("function", "category", "gives")


def table() -> list[tuple[str, ...]]:
    """Return signature, category and summary of each function.

    Examples
    --------
    >>> [row[0] for row in table() if row[0].startswith("ACCEL_SPEC")]
    ['ACCEL_SPEC(device, attribute)']
    """
    return [(made.signature, made.category, made.summary) for made in REGISTRY.values()]


def data() -> list[dict[str, Any]]:
    """Return all functions as plain data that JSON can hold; a limit that does not exist is None.

    Examples
    --------
    >>> [row["arguments"][2]["default"] for row in data() if row["name"] == "ACCEL_COST_PER_MTOK"]
    [1.0]
    """
    return [describe(made) for made in REGISTRY.values()]


def describe(made: Function) -> dict[str, Any]:
    """Return one function as plain data."""
    return {
        "name": made.name,
        "category": made.category,
        "summary": made.summary,
        "signature": made.signature,
        "arguments": [_argument(argument) for argument in made.arguments],
        "options": [_argument(argument) for argument in made.options],
        "undefined": made.undefined,
        "examples": [{"formula": example.formula, "value": _plain(example.value)} for example in made.examples],
    }


def _argument(argument: Argument) -> dict[str, Any]:
    quantity = argument.quantity
    default = argument.default
    return {
        "name": argument.name,
        "help": argument.help,
        "kind": "reference" if argument.reference else quantity.kind,
        "unit": "" if quantity.unit in {"1", "text"} else quantity.unit,
        "low": quantity.low if quantity.low > -inf else None,
        "high": quantity.high if quantity.high < inf else None,
        "whole": quantity.whole,
        "choices": list(quantity.choices),
        "required": argument.required,
        "default": float(default) if isinstance(default, float) else default,
        "allowed": quantity.allowed(),
    }


def _plain(value: Any) -> Any:
    if value is ...:
        return None
    return np.asarray(value).tolist() if isinstance(value, (list, tuple)) else value
