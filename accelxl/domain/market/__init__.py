"""Published totals: the accelerators' part of a capex headline, scope tags, and the bridge between two totals."""

from accelxl.domain.market.capex import capex_band, capex_split, carveout
from accelxl.domain.market.tags import BASES, FIELDS, PHASES, Scope, differences, parse_scope, scope, scope_sum
from accelxl.domain.market.totals import Bridge, Line, bridge, reconcile

__all__ = [
    "BASES",
    "FIELDS",
    "PHASES",
    "Bridge",
    "Line",
    "Scope",
    "bridge",
    "capex_band",
    "capex_split",
    "carveout",
    "differences",
    "parse_scope",
    "reconcile",
    "scope",
    "scope_sum",
]
