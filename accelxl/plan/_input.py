"""What an input of a plan is, and the quantities that several inputs share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from accelxl.units import COST_OF_CAPITAL, Quantity

Scope = Literal["tranche", "plan"]


@dataclass(frozen=True, slots=True)
class Input:
    """One input of a plan.

    `default` is a number or a word; None is blank. A blank that is not `required` means what `meaning` says.
    """

    name: str
    scope: Scope
    group: str
    quantity: Quantity
    default: float | str | None
    meaning: str
    section: str = ""
    required: bool = False


def months(low: float = 0, high: float = 360) -> Quantity:
    return Quantity("months", low, high, whole=True)


def choice(*words: str) -> Quantity:
    return Quantity("text", kind="choice", choices=words)


SHARE = Quantity("share", 0, 1)
USD = Quantity("USD", 0, 1e15)
YEARLY = Quantity("1/year", -0.99, 10)
DECLINE = Quantity("1/year", -10, 0.99)
SWITCH = Quantity("1", 0, 1, whole=True, kind="flag")
RATE = COST_OF_CAPITAL
PRICE = Quantity("USD/Mtok", 0, 1e6)
