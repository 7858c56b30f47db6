"""Declarations: the installation, and why a cell shows an error."""

import sys
from pathlib import Path
from typing import Annotated

import numpy as np

import accelxl
from accelxl import catalogue
from accelxl._cpu import BUILD
from accelxl.functions.cells import Rows
from accelxl.functions.registry import REGISTRY, function
from accelxl.functions.why import WHY
from accelxl.units import Quantity

NOTHING = "no ACCEL function has left an error in this cell"


def version() -> str:
    """Return the version of the package."""
    return accelxl.__version__


def info() -> Rows:
    """Return name and value of what a support question asks first."""
    return [
        ["AccelXL", accelxl.__version__],
        ["core", f"compiled, build {BUILD}"],
        ["catalogue", catalogue.version()],
        ["functions", len(REGISTRY)],
        ["Python", ".".join(map(str, sys.version_info[:3]))],
        ["NumPy", np.__version__],
        ["platform", sys.platform],
        ["path", str(Path(accelxl.__file__).parent)],
    ]


def why(cell: Annotated[str, Quantity("text", kind="text")]) -> str:
    """Return the sentence behind the error that an ACCEL function shows in a cell."""
    return WHY.get(cell) or NOTHING


function(
    "ACCEL_VERSION",
    "Accel - Info",
    version,
    "Version of AccelXL; the test that it is installed",
    help={},
    examples=[("=ACCEL_VERSION()", ...)],
)
function(
    "ACCEL_INFO",
    "Accel - Info",
    info,
    "What is installed: version, compiled core, date of the catalogue, number of functions, Python, NumPy and path",
    help={},
    examples=[("=ACCEL_INFO()", ...)],
)
function(
    "ACCEL_WHY",
    "Accel - Info",
    why,
    "Why a cell shows an error: which argument, what was given and what is allowed",
    help={"cell": "the cell with the formula that shows the error"},
    references=("cell",),
    examples=[("=ACCEL_WHY(XFD1048576)", NOTHING)],
)
