"""Serving: what tokens cost and earn, throughput at a latency target, rooflines, memory, and figures per GW."""

from accelxl.domain.serving.cost import (
    COST_LINES,
    blend_tps,
    cost_per_inference,
    cost_per_mtok,
    cost_per_task,
    cost_split,
)
from accelxl.domain.serving.emissions import CARBON_LINES, carbon
from accelxl.domain.serving.measured import curve, goodput, pareto_front
from accelxl.domain.serving.memory import (
    FIT_LINES,
    batch_that_fits,
    kv_bytes_per_token,
    memory_fit,
    memory_needed_gb,
    memory_spare_gb,
)
from accelxl.domain.serving.power import PER_GW_LINES, energy_per_token, per_gw
from accelxl.domain.serving.revenue import blended_price, gross_margin, markup, token_revenue
from accelxl.domain.serving.roofline import (
    DECODE_EFFICIENCY,
    PREFILL_EFFICIENCY,
    decode_roofline,
    mfu_inference,
    mfu_training,
    prefill_roofline,
)

__all__ = [
    "CARBON_LINES",
    "COST_LINES",
    "DECODE_EFFICIENCY",
    "FIT_LINES",
    "PER_GW_LINES",
    "PREFILL_EFFICIENCY",
    "batch_that_fits",
    "blend_tps",
    "blended_price",
    "carbon",
    "cost_per_inference",
    "cost_per_mtok",
    "cost_per_task",
    "cost_split",
    "curve",
    "decode_roofline",
    "energy_per_token",
    "goodput",
    "gross_margin",
    "kv_bytes_per_token",
    "markup",
    "memory_fit",
    "memory_needed_gb",
    "memory_spare_gb",
    "mfu_inference",
    "mfu_training",
    "pareto_front",
    "per_gw",
    "prefill_roofline",
    "token_revenue",
]
