"""Quantities: the unit and the allowed range of a figure, written once.

A type of an argument is `Annotated[Numbers, Quantity(...)]`. Documentation, sheet help, data validation, the registry's checks and the
test generators read the quantity from there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import Annotated, Literal, TypeAlias, get_args, get_origin

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers: TypeAlias = ArrayLike
"""What a number may be given as: a float, a sequence or an array."""
Result: TypeAlias = float | NDArray[np.float64]
"""A float where all arguments were scalars, else an array of their broadcast shape."""

Kind = Literal["number", "series", "date", "dates", "text", "choice", "flag", "table", "block"]


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
Rate = Annotated[Numbers, Quantity("1/period")]
YearlyRate = Annotated[Numbers, Quantity("1/year")]
Periods = Annotated[Numbers, Quantity("periods")]
Share = Annotated[Numbers, Quantity("share", low=0, high=1)]
Months = Annotated[Numbers, Quantity("months", low=0)]
Years = Annotated[Numbers, Quantity("years", low=0)]
Hours = Annotated[Numbers, Quantity("h", low=0)]
Count = Annotated[Numbers, Quantity("units", low=0)]
Kilowatt = Annotated[Numbers, Quantity("kW", low=0)]
TokensPerSecond = Annotated[Numbers, Quantity("tokens/s", low=0)]
TokenCount = Annotated[Numbers, Quantity("tokens", low=0)]
MillionTokens = Annotated[Numbers, Quantity("Mtok", low=0)]
BillionTokens = Annotated[Numbers, Quantity("1e9 tokens", low=0)]
BillionParameters = Annotated[Numbers, Quantity("1e9 parameters", low=0)]
Petaflops = Annotated[Numbers, Quantity("PFLOP/s", low=0)]
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
