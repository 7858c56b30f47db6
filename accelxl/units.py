"""Quantities: the unit and the allowed range of a figure, written once.

A type of an argument is `Annotated[Numbers, Quantity(...)]`. Documentation, sheet help, data validation, the registry's checks and the
test generators read the quantity from there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from math import inf
from typing import Annotated, Literal, TypeAlias, get_args, get_origin

import numpy as np
from numpy.typing import ArrayLike, NDArray

from accelxl.errors import AccelError, UnknownName, WrongUnit, nearest

Numbers: TypeAlias = ArrayLike
"""What a number may be given as: a float, a sequence or an array."""
Result: TypeAlias = float | NDArray[np.float64]
"""A float where all arguments were scalars, else an array of their broadcast shape."""

Kind = Literal["number", "series", "date", "dates", "text", "choice", "flag", "table", "block"]

PERCENTAGES = frozenset({"share", "1/year", "1/period", "1/month"})
"""Units of figures that people also write as percentages."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """Unit, allowed range and kind of a figure.

    `kind` says how a cell or range becomes the argument: "number" and "date" broadcast; "series" and "dates" have time on their last
    axis; "table" is a range as it stands; "block" is a range of names and values; "choice" is one of `choices`, "flag" is true or false.
    """

    unit: str = "1"
    low: float = -inf
    high: float = inf
    whole: bool = False
    kind: Kind = "number"
    choices: tuple[str, ...] = field(default=())

    def allowed(self) -> str:
        """Say in words what is allowed.

        Examples
        --------
        >>> Quantity("months", 0, 360, whole=True).allowed()
        'a whole number from 0 to 360 months'
        >>> Quantity("USD", low=0).allowed()
        'a number of at least 0 USD'
        >>> Quantity("share", 0, 1).allowed()
        'a share from 0 to 1'
        >>> Quantity(kind="choice", choices=("end", "mid")).allowed()
        'end or mid'
        """
        if self.kind == "choice":
            return " or ".join(self.choices)
        if self.kind == "flag":
            return "1 (yes) or 0 (no)"
        if self.kind == "text":
            return "text"
        if self.kind in {"date", "dates"}:
            return "a date"
        noun = "a share" if self.unit == "share" else "a whole number" if self.whole else "a number"
        unit = "" if self.unit in {"1", "text", "share"} else f" {self.unit}"
        if self.low > -inf and self.high < inf:
            return f"{noun} from {self.low:g} to {self.high:g}{unit}"
        if self.low > -inf:
            return f"{noun} of at least {self.low:g}{unit}"
        if self.high < inf:
            return f"{noun} of at most {self.high:g}{unit}"
        return f"{noun}{unit and ' of' + unit}"

    def allowed_for(self, number: float) -> str:
        """Say what is allowed in place of `number`, and what it would be if it was meant as a percentage.

        Examples
        --------
        >>> Quantity("share", 0, 1).allowed_for(60)
        'a share from 0 to 1 is allowed; 60 % is 0.6'
        >>> Quantity("share", 0, 1).allowed_for(-1)
        'a share from 0 to 1 is allowed'
        """
        meant = number > self.high and self.low <= number / 100.0 <= self.high and self.unit in PERCENTAGES
        return f"{self.allowed()} is allowed{f'; {number:g} % is {number / 100.0:g}' if meant else ''}"


def quantity_of(annotation: object) -> Quantity | None:
    """Return the quantity inside an annotation, also of an optional one."""
    if get_origin(annotation) is Annotated:
        for part in get_args(annotation)[1:]:
            if isinstance(part, Quantity):
                return part
    for part in get_args(annotation):
        found = quantity_of(part)
        if found is not None:
            return found
    return None


# -- the quantities that many functions share; a quantity that one subject uses stands in its module -------------------------
Money = Annotated[Numbers, Quantity("USD")]
Cost = Annotated[Numbers, Quantity("USD", low=0)]
Rate = Annotated[Numbers, Quantity("1/period", high=10)]
"""As in the functions of a sheet; above 1,000 % it is a percentage: 12 for 0.12."""
YearlyRate = Annotated[Numbers, Quantity("1/year", high=10)]
Guess = Annotated[Numbers, Quantity("1/period")]
COST_OF_CAPITAL = Quantity("1/year", low=-0.99, high=2)
"""What capital or debt costs a year; nobody pays 200 %, and many write 8 for 8 %."""
DiscountRate = Annotated[Numbers, COST_OF_CAPITAL]
OneDiscountRate = Annotated[float, COST_OF_CAPITAL]
Periods = Annotated[Numbers, Quantity("periods")]
Share = Annotated[Numbers, Quantity("share", low=0, high=1)]
Months = Annotated[Numbers, Quantity("months", low=0)]
Years = Annotated[Numbers, Quantity("years", low=0)]
Hours = Annotated[Numbers, Quantity("h", low=0)]
Count = Annotated[Numbers, Quantity("units", low=0)]
Kilowatt = Annotated[Numbers, Quantity("kW", low=0, high=200)]
"""Of one accelerator: a rack of 72 draws 132 kW, the largest single device 23; a figure in W is above."""
TokensPerSecond = Annotated[Numbers, Quantity("tokens/s", low=0)]
TokenCount = Annotated[Numbers, Quantity("tokens", low=0)]
MillionTokens = Annotated[Numbers, Quantity("Mtok", low=0)]
BillionTokens = Annotated[Numbers, Quantity("1e9 tokens", low=0, high=1e8)]
BillionParameters = Annotated[Numbers, Quantity("1e9 parameters", low=0, high=1e6)]
"""A thousand times what there is; a plain count is above."""
Petaflops = Annotated[Numbers, Quantity("PFLOP/s", low=0, high=200)]
"""Of one accelerator: the largest, a whole wafer, has 125; a figure in TFLOP/s is above."""
UsdPerMtok = Annotated[Numbers, Quantity("USD/Mtok", low=0)]
UsdPerHour = Annotated[Numbers, Quantity("USD/h", low=0)]
UsdPerKwh = Annotated[Numbers, Quantity("USD/kWh", low=0)]
Flows = Annotated[Numbers, Quantity("USD", kind="series")]
Dates = Annotated[Numbers, Quantity("date", kind="dates")]
Flag = Annotated[Numbers, Quantity("1", 0, 1, kind="flag")]

HOURS_PER_MONTH = 730.0
HOURS_PER_YEAR = 8760.0
SECONDS_PER_MONTH = 2.628e6
"""1 token a second is 2.628 million tokens a month."""
HARDWARE_DECLINE_PER_YEAR = 0.27556403992500994
"""1 - 10**-0.14 (Epoch AI): what performance at a price gains in a year, so what a device of given performance loses."""

# -- names in another unit ------------------------------------------------------------------------------------------------------
SCALES: tuple[dict[str, float], ...] = (
    {"tok": 1e-6, "token": 1e-6, "tokens": 1e-6, "ktok": 1e-3, "mtok": 1.0, "btok": 1e3, "gtok": 1e3},
    {"wh": 1e-3, "kwh": 1.0, "mwh": 1e3, "gwh": 1e6},
    {"w": 1e-3, "kw": 1.0, "mw": 1e3, "gw": 1e6},
    {"second": 1 / 2.628e6, "minute": 1 / 43_800, "hour": 1 / 730, "hours": 1 / 730, "day": 12 / 365, "days": 12 / 365,
     "week": 12 / 52, "weeks": 12 / 52, "month": 1.0, "months": 1.0, "quarter": 3.0, "quarters": 3.0, "year": 12.0, "years": 12.0},
    {"share": 1.0, "percent": 0.01, "pct": 0.01, "bps": 1e-4},
    {"usd": 1.0, "eur": 0.0, "gbp": 0.0, "jpy": 0.0, "cny": 0.0, "kusd": 1e3, "musd": 1e6, "cents": 0.01},
)  # fmt: skip
"""Words of units in names, by what they measure, each with its size; 0 where no fixed factor leads from one to another."""
SPELLINGS = {"1k_tokens": "ktok", "1000_tokens": "ktok", "1m_tokens": "mtok", "million_tokens": "mtok"}
COMPOUNDED = {"decline", "growth", "inflation", "drift"}
"""Rates that compound: a rate a month is no twelfth of one a year."""
H100_KW = "H100: 0.70 chip, 1.275 share of a DGX, 1.37 at the rack, 1.73 at the meter with cooling"
"""One device at each scope, for help and messages: what a PUE multiplies is that at the rack. Decision 0101."""
SCOPES = {
    "chip": f"{{right}} is that at the rack ({H100_KW})",
    "tdp": f"{{right}} is that at the rack ({H100_KW})",
    "die": "{right} is of an accelerator, and a package of two dies is one accelerator: add its dies up",
    "node": "{right} is of one accelerator: divide by the accelerators of a node",
    "server": "{right} is of one accelerator: divide by the accelerators of a server",
    "rack": "{right} is of one accelerator: divide by the accelerators of a rack",
}
"""Words of a scope that a figure of one accelerator is not given in, each with what to do."""


@dataclass(frozen=True, slots=True)
class OtherUnit:
    """A known name in another unit: its name, the unit given and wanted, and by what figures are multiplied (0: nothing fixed)."""

    name: str
    given: str
    wanted: str
    factor: float
    cure: str


def other_unit(given: str, known: Iterable[str]) -> OtherUnit | None:
    """Return the known name that `given` is in another unit or scope; None where it is none.

    Examples
    --------
    >>> found = other_unit("price_usd_per_ktok", ["price_usd_per_mtok", "power_kw"])
    >>> found.name, found.factor
    ('price_usd_per_mtok', 1000.0)
    >>> other_unit("chip_power_kw", ["power_kw"]).name
    'power_kw'
    >>> other_unit("prise", ["price"]) is None
    True
    >>> other_unit("price_per_ktok", ["price_usd_per_mtok"]).factor
    1000.0
    """
    names = set(known)
    found = _other_unit(given, names)
    if found is None and "usd" not in given.lower().split("_"):
        bare = {name.replace("_usd", ""): name for name in names if "_usd" in name}
        found = _other_unit(given, set(bare))
        if found is not None:
            found = replace(found, name=bare[found.name])
    return found


def _other_unit(given: str, names: set[str]) -> OtherUnit | None:
    """Return the one of `names` that `given` is in another unit or scope."""
    spelled = given.strip().lower()
    for words, unit in SPELLINGS.items():
        spelled = spelled.replace(words, unit)
    if spelled != given and spelled in names:
        return OtherUnit(spelled, "another spelling", "this one", 1.0, "the same figures under that name are allowed")
    parts = spelled.split("_")
    for place, word in enumerate(parts):
        for scale in SCALES:
            if word in scale:
                found = _rescaled(parts, place, scale, names)
                if found is not None:
                    return found
    return _rescoped(parts, names)


def _rescaled(parts: list[str], place: int, scale: dict[str, float], names: set[str]) -> OtherUnit | None:
    """Return the known name that differs in the unit at `place`."""
    word = parts[place]
    for unit in [*scale, *([""] if "percent" in scale and word != "share" else [])]:
        right = "_".join([*parts[:place], *([unit] if unit else []), *parts[place + 1 :]])
        if unit == word or right not in names:
            continue
        wanted = unit or "shares of 1"
        if "month" in scale and "per" in parts[:place] and COMPOUNDED & set(parts):
            cure = (
                f"a rate compounds: 1 - (1 - x)**n for a decline, (1 + x)**n - 1 for growth, with n {word}s in a {unit}"
            )
            return OtherUnit(right, word, wanted, 0.0, cure)
        if not scale[word] or not scale[unit or "share"]:
            return OtherUnit(right, word, wanted, 0.0, "the rate of exchange is yours to choose")
        ratio = scale[word] / scale[unit or "share"]
        factor = 1.0 / ratio if "per" in parts[:place] else ratio
        return OtherUnit(right, word, wanted, factor, f"multiply the figures by {factor:g}")
    return None


def _rescoped(parts: list[str], names: set[str]) -> OtherUnit | None:
    """Return the known name that lacks a word of scope."""
    for place, word in enumerate(parts):
        if word not in SCOPES:
            continue
        before = parts[: place - 1] if place and parts[place - 1] == "per" else parts[:place]
        rest = [*before, *parts[place + 1 :]]
        for right in ("_".join(rest), "_".join(["power", *rest])):
            if right in names:
                return OtherUnit(right, f"per {word}", "per accelerator", 0.0, SCOPES[word].format(right=right))
    return None


def unknown(given: object, known: Iterable[str], what: str, value: object = None, listed: str = "") -> AccelError:
    """Return the error for a name that is none of `known`: of its unit where it is one in another unit.

    Parameters
    ----------
    given : object
        What stands for a name.
    known : iterable of str
        The names that are allowed.
    what : str
        Begin of the sentence, such as ``"'x' is not an input of a plan"``.
    value : object, optional
        The figure given under that name, for the sentence.
    listed : str
        Where all names are listed, for the end of a sentence that does not tell the one that is meant.

    Examples
    --------
    >>> print(unknown("price_usd_per_ktok", ["price_usd_per_mtok"], "'price_usd_per_ktok' is not an input", 0.0006))
    'price_usd_per_ktok' is not an input: it is in ktok, price_usd_per_mtok is in mtok; multiply the figures by 1000 (0.0006 is 0.6)
    """
    names = list(known)
    found = other_unit(given, names) if isinstance(given, str) else None
    if found is None:
        near = nearest(str(given), names)
        alone = near.startswith("did you mean") and " or " not in near
        return UnknownName(f"{what}; {near}{'' if alone or not listed else f' ({listed})'}")
    example = ""
    if found.factor and isinstance(value, (int, float)) and not isinstance(value, bool):
        example = f" ({float(value):g} is {float(value) * found.factor:g})"
    return WrongUnit(f"{what}: it is in {found.given}, {found.name} is in {found.wanted}; {found.cure}{example}")
