"""SIPmath 3.0: distributions as JSON that Excel's SIPmath tools, R and Python draw the same trials from.

A library holds, for each variable, the coefficients of a metalog distribution and the four seeds of a counter-based generator
(HDR), so that trial number k is the same figure everywhere.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from accelxl.arrays import formula
from accelxl.errors import BadFile, OutOfRange, ShapeError, UnknownName, WrongType
from accelxl.files import replacing
from accelxl.plan.files import json_of, read_text
from accelxl.scenario.metalog import MOST_TERMS, check_bounds, metalog, metalog_fit
from accelxl.units import Numbers, Quantity, Result

Array = NDArray[np.float64]
Trial = Annotated[Numbers, Quantity("1", low=1, high=1e8, whole=True)]
Seed = Annotated[Numbers, Quantity("1", low=0, high=1e8, whole=True)]

LIBRARY = "SIPmath_3_0"


def hdr(trial: Trial, variable: Seed, entity: Seed = 1.0, seed3: Seed = 0.0, seed4: Seed = 0.0) -> Result:
    """Uniform draw of the HDR 2.0 generator: a fixed function of the trial's number and four seeds, in (0, 1).

    Parameters
    ----------
    trial : 1
        Number of the trial, from 1.
    variable, entity, seed3, seed4 : 1
        The four seeds; two variables with unlike `variable` are independent.

    Returns
    -------
    1
        Shape of the broadcast arguments; every product stays below 2**53, so a sheet's doubles give the same figure.

    Raises
    ------
    WrongType, ShapeError
        If an argument is not of numbers, or the shapes do not fit together.

    Examples
    --------
    >>> hdr([1, 2, 3], 1).round(6).tolist()
    [0.909736, 0.75869, 0.079859]

    Source
    ------
    Hubbard 2019, "A multi-dimensional, counter-based pseudo random number generator"; SIPmath 3.0 standard.
    """

    def draw(k: Array, v: Array, e: Array, s3: Array, s4: Array) -> object:
        one = np.fmod(k * 2499997 + v * 1800451 + e * 2000371 + s3 * 1796777 + s4 * 2299603, 7450589) * 4658 + 7450581
        two = np.fmod(k * 2246527 + v * 2399993 + e * 2100869 + s3 * 1918303 + s4 * 1624729, 7450987) * 7580 + 7560584
        left = np.fmod(np.fmod(999999999999989.0, one) * 383, 99991) * 7440893
        right = np.fmod(np.fmod(999999999999989.0, two) * 17669, 7440893)
        return (np.fmod((left + right) * 1343, 4294967296.0) + 0.5) / 4294967296.0

    return formula(hdr, draw, trial, variable, entity, seed3, seed4)


@dataclass(frozen=True, slots=True)
class Sip:
    """A variable of a library: its metalog, its bounds and the seeds of its draws."""

    name: str
    coefficients: tuple[float, ...]
    low: float | None = None
    high: float | None = None
    variable: int = 1
    entity: int = 1
    seed3: int = 0
    seed4: int = 0

    def trials(self, count: int, first: int = 1) -> Array:
        """Return trials `first` to `first + count - 1`: what every SIPmath tool shows for them."""
        draws = hdr(
            np.arange(first, first + count, dtype=np.float64), self.variable, self.entity, self.seed3, self.seed4
        )
        return np.asarray(metalog(draws, list(self.coefficients), self.low, self.high))


def sip(
    name: str,
    values: Any,
    p: Any = None,
    terms: int = 5,
    low: float | None = None,
    high: float | None = None,
    variable: int = 1,
) -> Sip:
    """Variable of a library from observations or quantiles; see `metalog_fit`.

    Examples
    --------
    >>> sip("price", [0.3, 0.6, 1.2], [0.1, 0.5, 0.9], terms=3, low=0.0).name
    'price'
    """
    return Sip(name, tuple(metalog_fit(values, p, terms, low, high).tolist()), low, high, variable)


def export(path: str | Path, sips: Sequence[Sip], provenance: str = "AccelXL", day: dt.date | None = None) -> None:
    """Write a SIPmath 3.0 library; the file is there as a whole or not at all.

    Parameters
    ----------
    path : path
        Usually ending in .SIPmath or .json.
    sips : sequence of Sip
        Each name once.
    provenance : str
        Who made it.
    day : date, optional
        Its date; without it the library has none, and the same variables give the same bytes.

    Raises
    ------
    ShapeError
        If there is no variable.
    UnknownName
        If a name stands twice.
    """
    names = [item.name for item in sips]
    if not names:
        raise ShapeError("the library has no variable; one or more are needed")
    for place, name in enumerate(names):
        if name in names[:place]:
            raise UnknownName(f"the variable {name!r} stands twice; each name once is allowed")
    generators, entries = [], []
    for place, item in enumerate(sips, 1):
        seeds = {"entity": item.entity, "varId": item.variable, "seed3": item.seed3, "seed4": item.seed4}
        generators.append({"name": f"hdr{place}", "function": "HDR_2_0", "arguments": {"counter": "PM_Index", **seeds}})
        limits = {"lowerBound": item.low, "upperBound": item.high}
        entries.append({
            "name": item.name, "ref": {"source": "rng", "name": f"hdr{place}"}, "function": "Metalog_1_0",
            "arguments": {**{k: v for k, v in limits.items() if v is not None}, "aCoefficients": list(item.coefficients)},
            "metadata": {},
        })  # fmt: skip
    library = {
        "name": Path(path).stem, "objectType": "sipModel", "libraryType": LIBRARY, "dateCreated": day.isoformat() if day else "",
        "globalVariables": [], "provenance": provenance, "U01": {"rng": generators}, "sips": entries, "version": "1",
    }  # fmt: skip
    content = json.dumps(library, indent=1, ensure_ascii=False, allow_nan=False)
    with replacing(Path(path)) as beside:
        beside.write_text(content, encoding="utf-8")


def load(path: str | Path) -> dict[str, Sip]:
    """Read a SIPmath 3.0 library: its variables by name.

    Raises
    ------
    BadFile
        If the file is no such library, or a variable needs a copula or a function that is not read: the sentence names it.
    """
    place = Path(path)
    library = json_of(place.name, read_text(place, "a SIPmath 3.0 library is needed"))
    if not isinstance(library, Mapping) or library.get("libraryType") != LIBRARY:
        given = library.get("libraryType") if isinstance(library, Mapping) else type(library).__name__
        raise BadFile(f"{place.name} has libraryType {given!r}; {LIBRARY} is allowed")
    try:
        generators = {entry["name"]: entry for entry in library["U01"]["rng"]}
        found = [_read(entry, generators, place.name) for entry in library["sips"]]
    except (KeyError, TypeError, AttributeError) as error:
        raise BadFile(f"{place.name} lacks {error} of a SIPmath 3.0 library") from error
    return {item.name: item for item in found}


def _read(entry: Mapping[str, Any], generators: Mapping[str, Any], file: str) -> Sip:
    name, where = entry["name"], f"{file}, variable {entry['name']!r}"
    ref = entry["ref"]
    if ref["source"] != "rng":
        raise BadFile(f"{where}: it is drawn through a {ref['source']}; independent variables (rng) are read")
    generator = generators.get(ref["name"])
    if generator is None or generator["function"] != "HDR_2_0" or entry["function"] != "Metalog_1_0":
        given = generator["function"] if generator else f"no generator {ref['name']!r}"
        raise BadFile(f"{where}: it has {entry['function']} and {given}; Metalog_1_0 and HDR_2_0 are read")
    arguments, seeds = entry["arguments"], generator["arguments"]
    try:
        coefficients = tuple(float(a) for a in arguments["aCoefficients"])
        low, high = (
            None if arguments.get(key) is None else float(arguments[key]) for key in ("lowerBound", "upperBound")
        )
        chosen = [int(float(seeds.get(key, 0))) for key in ("varId", "entity", "seed3", "seed4")]
    except (ValueError, OverflowError) as error:
        raise BadFile(f"{where}: {error}; numbers are needed") from error
    if not 2 <= len(coefficients) <= MOST_TERMS or not all(map(isfinite, coefficients)):
        raise BadFile(f"{where}: it has {len(coefficients)} coefficients; 2 to {MOST_TERMS} finite ones are read")
    check_bounds(low, high)
    return Sip(str(name), coefficients, low, high, *chosen)


def distribution_of(item: Sip, row: Quantity | None = None, points: int = 4096) -> tuple[str, list[float]]:
    """Return a variable as a distribution for Monte Carlo: its quantiles as an empirical one, inside an input's limits.

    Examples
    --------
    >>> kind, values = distribution_of(Sip("pue", (1.2, 0.01)), points=5)
    >>> kind, [round(x, 4) for x in values]
    ('empirical', [1.178, 1.1915, 1.2, 1.2085, 1.222])
    """
    share = (np.arange(points) + 0.5) / points
    values = np.asarray(metalog(share, list(item.coefficients), item.low, item.high))
    low, high = (row.low, row.high) if row is not None else (-inf, inf)
    if values.min() < low or values.max() > high:
        raise OutOfRange(
            f"{item.name} runs from {values.min():g} to {values.max():g}; {row.allowed() if row else 'a number'} is allowed: "
            "give it bounds"
        )
    return "empirical", values.tolist()


def sips_of(distributions: Mapping[str, tuple[str, Array]], terms: int = 9) -> list[Sip]:
    """Return variables for a library from quantile tables, each with a seed of its own in the order given.

    Examples
    --------
    >>> [item.variable for item in sips_of({"a": ("empirical", [1.0, 2.0, 3.0]), "b": ("empirical", [1.0, 2.0, 4.0])}, terms=3)]
    [1, 2]
    """
    found = []
    for place, (name, spec) in enumerate(distributions.items(), 1):
        if not isinstance(spec, Sequence) or len(spec) != 2 or spec[0] != "empirical":
            raise WrongType(
                f"{name} is given as {spec!r}; ('empirical', values) is exported, the quantiles of any distribution"
            )
        found.append(sip(name, spec[1], terms=min(terms, len(spec[1])), variable=place))
    return found
