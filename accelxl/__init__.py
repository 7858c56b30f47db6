"""The economics of AI accelerators: plans, cost per inference, scenario grids and spreadsheet functions."""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING

from accelxl import _cpu as _cpu

if TYPE_CHECKING:
    from accelxl import domain as domain
    from accelxl import errors as errors
    from accelxl import functions as functions
    from accelxl.domain.billing.bill import focus as focus
    from accelxl.plan.accounts import statements as statements
    from accelxl.plan.compare import compare as compare
    from accelxl.plan.evaluate import evaluate as evaluate
    from accelxl.plan.model import Plan as Plan
    from accelxl.plan.model import Tranche as Tranche
    from accelxl.plan.statement import statement as statement
    from accelxl.scenario.grids import grid as grid
    from accelxl.scenario.montecarlo import montecarlo as montecarlo
    from accelxl.scenario.sensitivity import sensitivity as sensitivity
    from accelxl.scenario.solver import breakeven as breakeven
    from accelxl.scenario.stress import stress as stress
    from accelxl.scenario.tables import scenarios as scenarios
    from accelxl.scenario.tornado import tornado as tornado
    from accelxl.workbook.compare import compare_books as compare_books
    from accelxl.workbook.fill import fill as fill
    from accelxl.workbook.freeze import freeze as freeze
    from accelxl.workbook.freeze import thaw as thaw
    from accelxl.workbook.reading import frame as frame
    from accelxl.workbook.reading import read as read

_NAMES = {
    "Plan": "plan.model",
    "Tranche": "plan.model",
    "breakeven": "scenario.solver",
    "compare": "plan.compare",
    "compare_books": "workbook.compare",
    "evaluate": "plan.evaluate",
    "fill": "workbook.fill",
    "focus": "domain.billing.bill",
    "frame": "workbook.reading",
    "freeze": "workbook.freeze",
    "grid": "scenario.grids",
    "montecarlo": "scenario.montecarlo",
    "read": "workbook.reading",
    "scenarios": "scenario.tables",
    "sensitivity": "scenario.sensitivity",
    "statement": "plan.statement",
    "statements": "plan.accounts",
    "stress": "scenario.stress",
    "thaw": "workbook.freeze",
    "tornado": "scenario.tornado",
}
_MODULES = ("domain", "errors", "functions")

__version__ = "0.1.0"
__all__ = ["__version__", *sorted(_NAMES), *_MODULES]  # noqa: PLE0604 - the names stand above


def __getattr__(name: str) -> object:
    """Import a public name when it is first used."""
    if name in _NAMES:
        found: object = getattr(_import_module(f"accelxl.{_NAMES[name]}"), name)
    elif name in _MODULES:
        found = _import_module(f"accelxl.{name}")
    else:
        raise AttributeError(f"accelxl has no {name!r}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
