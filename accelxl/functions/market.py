"""Declarations: facts of the catalogue."""

from typing import Annotated

from accelxl import catalogue
from accelxl.functions.registry import function
from accelxl.units import Quantity

Word = Annotated[str, Quantity("text", kind="text")]


def spec(device: Word, attribute: Word) -> float:
    """Return the middle value of a figure of an accelerator; see `accelxl.catalogue.spec`."""
    return catalogue.spec(device, attribute).value


function(
    "ACCEL_SPEC",
    "Accel - Market",
    spec,
    "A figure of an accelerator from the dated catalogue: memory, bandwidth, power, arithmetic, price or throughput",
    help={
        "device": "name such as H100 or B200; the maker's name, case and punctuation do not matter",
        "attribute": "memory_gb, bandwidth_tb_s, tdp_kw, all_in_kw, bf16_pflops, fp8_pflops, purchase_price_usd, tokens_per_second and others",
    },
    examples=[
        ('=ACCEL_SPEC("H100","memory_gb")', 80.0),
        ('=ACCEL_SPEC({"H100";"H200"},"memory_gb")', [[80.0], [141.0]]),
    ],
)
