"""The hash of a book's inputs: two books of one template with the same hash have the same inputs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from accelxl.workbook.formulas.compile import Key


def inputs_hash(values: Mapping[str, Any]) -> str:
    """Return the SHA-256 of inputs by name, as their cells carry them (a date is its serial).

    Examples
    --------
    >>> inputs_hash({"in_units": 8.0})[:16], inputs_hash({"in_units": 8}) == inputs_hash({"in_units": 8.0})
    ('971fcccdf1a7177f', True)
    """
    plain = {name: _plain(value) for name, value in values.items()}
    return sha256(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def cells_hash(words: Mapping[str, Any], values: Mapping[Key, Any]) -> str:
    """Return the SHA-256 of words and of values by cell."""
    cells = [[*key, _plain(value)] for key, value in sorted(values.items())]
    return sha256(json.dumps([dict(words), cells], sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    return value
