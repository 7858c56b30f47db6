"""Declarations: what a token costs."""

from accelxl.domain import serving
from accelxl.functions.registry import function

function(
    "ACCEL_COST_PER_MTOK",
    "Accel - Cost",
    serving.cost_per_mtok,
    "Cost of a million tokens on hardware paid by the hour: of input tokens with the prefill throughput, of output tokens with that of decode",
    help={
        "cost_usd_per_hour": "cost of an accelerator-hour, owned or rented",
        "tokens_per_second": "throughput of an accelerator at the latency target",
        "utilization": "share of the throughput that is filled; 1 where the other figures count it already",
    },
    undefined="no token is served where tokens_per_second or utilization is 0",
    examples=[
        ("=ACCEL_COST_PER_MTOK(2.5,1000,0.5)", 2.5e6 / 1.8e6),
        ("=ACCEL_COST_PER_MTOK(3.6,{1000;2000},{0.5,1})", [[2.0, 1.0], [1.0, 0.5]]),
    ],
)
