"""Templates into files: what `accelxl workbooks build` calls."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pathlib import Path

from accelxl.errors import UnknownName, nearest
from accelxl.files import write_atomically
from accelxl.workbook.accel import known, outside
from accelxl.workbook.compose import compose, evaluate
from accelxl.workbook.template import Template
from accelxl.workbook.write import workbook_bytes

TEMPLATES = (
    "accelerator_budget",
    "capex_to_accelerators",
    "cost_per_inference",
    "device_mix",
    "own_lease_api",
    "scenario_board",
    "rolling_forecast",
)
"""Names of the templates; each is a module of `accelxl.workbook.templates`."""


@cache
def template(name: str) -> Template:
    """Return a template by its name.

    Raises
    ------
    UnknownName
        If there is no such template.

    Examples
    --------
    >>> template("accelerator_budget").title
    'Accelerator budget'
    """
    if name not in TEMPLATES:
        raise UnknownName(f"{name!r} is not a template; {nearest(name, TEMPLATES)}")
    found: Template = import_module(f"accelxl.workbook.templates.{name}").TEMPLATE
    return found


@cache
def built(name: str) -> bytes:
    """Return the file of a template, every formula cell with its value."""
    given = template(name)
    layout, book = compose(given)
    return workbook_bytes(given, layout, evaluate(given, layout, outside, known), book)


def build(names: Iterable[str] | None, out: str | Path) -> list[Path]:
    """Write templates as .xlsx files into a folder, each whole or not at all.

    Parameters
    ----------
    names : iterable of str or None
        Which templates; None is all of them.
    out : path
        The folder; it is made if it does not exist.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    UnknownName
        If there is no such template.
    BadFile
        If a file cannot be written.
    """
    wanted = TEMPLATES if names is None else tuple(names)
    for name in wanted:
        template(name)
    folder = Path(out)
    return [write_atomically(folder / f"{name}.xlsx", built(name)) for name in wanted]
