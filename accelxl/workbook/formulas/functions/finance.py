"""Functions of money over time: those of `accelxl.domain` under their spreadsheet names, NaN as #NUM!."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from accelxl.workbook.formulas import values
from accelxl.workbook.formulas.compile import Cells, Closure, Compiler
from accelxl.workbook.formulas.functions.makers import Maker, elementwise, expect, numbers_in, ranged
from accelxl.workbook.formulas.tree import Missing, Node, Unsupported
from accelxl.workbook.formulas.values import Floats, Value

_SUBJECT = {
    **dict.fromkeys(
        (
            "pv",
            "fv",
            "pmt",
            "ipmt",
            "ppmt",
            "nper",
            "rate",
            "cumipmt",
            "cumprinc",
            "effect",
            "nominal",
            "rri",
            "pduration",
        ),
        "finance",
    ),
    **dict.fromkeys(("sln", "syd", "db", "ddb", "vdb"), "depreciation"),
}


def of_domain(subject: str, name: str) -> Callable[..., Any]:
    """Return a function of the domain, imported when it is first called."""

    def call(*args: Any) -> Any:
        return getattr(import_module(f"accelxl.domain.{subject}"), name)(*args)

    return call


def _scalars(name: str, least: int, *defaults: float) -> Maker:
    return elementwise(name, of_domain(_SUBJECT[name.lower()], name.lower()), least, *defaults)


def _flows(compiler: Compiler, node: Node) -> Callable[[Cells, int, int], tuple[Floats, Floats | None]]:
    """Compile a range of flows; it must hold numbers alone."""
    reader, is_range = ranged(compiler, [node])[0]

    def read(cells: Cells, row: int, column: int) -> tuple[Floats, Floats | None]:
        block, err = numbers_in([(reader(cells, row, column), is_range)])
        kept = ~np.isnan(block).all(axis=1)
        if np.isnan(block[kept]).any():
            raise Unsupported("a series with numbers and blanks that differ between books")
        return np.ascontiguousarray(block[kept].T), err

    return read


def _over_flows(name: str, order: str, least: int, *, call: Callable[..., Any]) -> Maker:
    """Return the maker of a function of series ("s") and numbers ("n"), in this order; `least` arguments are needed."""

    def make(compiler: Compiler, args: tuple[Node, ...]) -> Closure:
        expect(name, args, least, len(order))
        readers: list[Any] = []
        for kind, arg in zip(order, args, strict=False):
            if isinstance(arg, Missing):
                break
            readers.append((kind, _flows(compiler, arg) if kind == "s" else compiler.scalar(arg)))

        def run(cells: Cells, row: int, column: int) -> Value:
            given: list[Floats] = []
            err: Floats | None = None
            for kind, reader in readers:
                found = reader(cells, row, column)
                num, own = found if kind == "s" else values.number(found)
                given.append(num)
                err = values.merge(err, own)
            return values.finite(np.atleast_1d(np.asarray(call(*_alike(given)), np.float64)), err)

        return run

    return make


def _alike(given: list[Floats]) -> list[Floats]:
    """Bring series and numbers to one count of books."""
    books = max(num.shape[0] for num in given)
    return [np.ascontiguousarray(np.broadcast_to(num, (books, *num.shape[1:]))) for num in given]


def _npv(compiler: Compiler, args: tuple[Node, ...]) -> Closure:
    expect("NPV", args, 2, 255)
    rate = compiler.scalar(args[0])
    readers = ranged(compiler, args[1:])
    npv = of_domain("finance", "npv")

    def run(cells: Cells, row: int, column: int) -> Value:
        block, err = numbers_in([(reader(cells, row, column), ref) for reader, ref in readers])
        kept = block[~np.isnan(block).all(axis=1)]
        if np.isnan(kept).any():
            raise Unsupported("a series with numbers and blanks that differ between books")
        num, own = values.number(rate(cells, row, column))
        rates, flows = _alike([num, np.ascontiguousarray(kept.T)])
        return values.finite(np.atleast_1d(np.asarray(npv(rates, flows, 1))), values.merge(err, own))

    return run


FINANCE: dict[str, Maker] = {
    "PV": _scalars("PV", 3, 0.0, 0.0),
    "FV": _scalars("FV", 3, 0.0, 0.0),
    "PMT": _scalars("PMT", 3, 0.0, 0.0),
    "IPMT": _scalars("IPMT", 4, 0.0, 0.0),
    "PPMT": _scalars("PPMT", 4, 0.0, 0.0),
    "NPER": _scalars("NPER", 3, 0.0, 0.0),
    "RATE": _scalars("RATE", 3, 0.0, 0.0, 0.1),
    "CUMIPMT": _scalars("CUMIPMT", 6),
    "CUMPRINC": _scalars("CUMPRINC", 6),
    "EFFECT": _scalars("EFFECT", 2),
    "NOMINAL": _scalars("NOMINAL", 2),
    "RRI": _scalars("RRI", 3),
    "PDURATION": _scalars("PDURATION", 3),
    "SLN": _scalars("SLN", 3),
    "SYD": _scalars("SYD", 4),
    "DB": _scalars("DB", 4, 12.0),
    "DDB": _scalars("DDB", 4, 2.0),
    "VDB": _scalars("VDB", 5, 2.0, 0.0),
    "NPV": _npv,
    "IRR": _over_flows("IRR", "sn", 1, call=of_domain("finance", "irr")),
    "MIRR": _over_flows("MIRR", "snn", 3, call=of_domain("finance", "mirr")),
    "XNPV": _over_flows("XNPV", "nss", 3, call=of_domain("finance", "xnpv")),
    "XIRR": _over_flows("XIRR", "ssn", 2, call=of_domain("finance", "xirr")),
}
