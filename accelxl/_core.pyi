"""The whole interface of the compiled core."""

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

def cpu_level() -> int: ...
def pack_width() -> int: ...

exp: np.ufunc
expm1: np.ufunc
log: np.ufunc
log1p: np.ufunc
pow: np.ufunc

# depreciation
DEPRECIATION_METHODS: tuple[str, ...]
sln: np.ufunc
syd: np.ufunc
db: np.ufunc
ddb: np.ufunc
vdb: np.ufunc

def schedule_rows(
    method: int, cost: Vector, salvage: Vector, life: Vector, factor: Vector, month: Vector, no_switch: Vector, out: Vector,
) -> None: ...
def uop_rows(cost: Vector, salvage: Vector, total_units: Vector, units: Vector, out: Vector) -> None: ...
def book_value_rows(cost: Vector, written_off: Vector, out: Vector) -> None: ...
def macrs_rows(
    cost: Vector, bonus: Vector, section_179: Vector, column: NDArray[np.intp], shares: Vector, out: Vector,
) -> None: ...

# finance
fv: np.ufunc
pv: np.ufunc
pmt: np.ufunc
ipmt: np.ufunc
ppmt: np.ufunc
nper: np.ufunc
rate: np.ufunc
cumipmt: np.ufunc
cumprinc: np.ufunc
effect: np.ufunc
nominal: np.ufunc
rri: np.ufunc
pduration: np.ufunc

def fvschedule_rows(values: Vector, principal: Vector, out: Vector) -> None: ...
def npv_rows(values: Vector, rate: Vector, first_period: Vector, out: Vector) -> None: ...
def pi_rows(values: Vector, rate: Vector, out: Vector) -> None: ...
def equivalent_annuity_rows(values: Vector, rate: Vector, out: Vector) -> None: ...
def mirr_rows(values: Vector, finance_rate: Vector, reinvest_rate: Vector, out: Vector) -> None: ...
def payback_rows(values: Vector, rate: Vector, out: Vector) -> None: ...
def xnpv_rows(values: Vector, dates: Vector, rate: Vector, out: Vector) -> None: ...
def irr_rows(values: Vector, guess: Vector, out: Vector) -> None: ...
def irr_roots_row(values: Vector, out: Vector) -> int: ...
def xirr_rows(values: Vector, times: Vector, guess: Vector, out: Vector) -> None: ...

# the plan
PLAN_FIELDS: int
TRANCHE_FIELDS: int
METRIC_FIELDS: int
MAX_TRANCHES: int
WANTS: dict[str, int]
USES: dict[str, int]
Whole = NDArray[np.int32]
Long = NDArray[np.int64]
Words = NDArray[np.uint64]

def first_outside(column: Vector, low: float, high: float, whole: bool) -> int: ...
def plan_rows(
    codes: Whole, macrs: Vector, values: Vector, columns: tuple[Vector, ...], slots: Whole, metrics: Whole, wants: int, uses: int,
    out: Vector, lo: int, hi: int,
) -> None: ...
class OnePlan:
    def __init__(
        self, codes: Whole, macrs: Vector, values: Vector, slots: Whole, starts: Whole, low: Vector, high: Vector, whole: Whole,
        metrics: Whole, wants: int, uses: int,
    ) -> None: ...
    def __call__(self, *given: float) -> tuple[float, ...] | None: ...

def plan_ledger(codes: Whole, macrs: Vector, values: Vector, uses: int) -> tuple[dict[str, Vector], float]: ...

# scenarios
DRAW_TILE: int
DRAW_BITS: int
DRAW_CURVE: int
ndtri: np.ufunc
ndtr: np.ufunc
Draws = tuple[Whole, Vector, Vector, Long, Vector, Whole, int, int, int, Words, Words]

def philox_rows(words: Words, key: int, out: Words) -> None: ...
def draw_rows(given: Draws, first: int, out: Vector) -> None: ...
def draw_plan_rows(
    codes: Whole, macrs: Vector, values: Vector, given: Draws, slots: Whole, dims: Whole, metrics: Whole, wants: int, uses: int,
    first: int, out: Vector,
) -> None: ...

BLOCK: int
SUM_FIELDS: int
SKETCH_BITS: int
SKETCH_FLOOR: int
SKETCH_SIDE: int
SKETCH_CELLS: int

def rank_rows(values: Vector, flows: Vector, rule: int, out: Vector) -> None: ...
def block_sums(values: Vector, ranks: Vector, level: float, pairs: int, out: Vector) -> None: ...
def merge_sums(into: Vector, blocks: Vector) -> None: ...
def sketch_rows(ranks: Vector, counts: Long) -> None: ...
def histogram_rows(ranks: Vector, edges: Vector, counts: Long) -> None: ...
def top_rows(ranks: Vector, first: int, sign: float, best: Vector, index: Long, kept: int) -> int: ...

def grid_fill(left: Vector, tables: tuple[Vector, ...], which: Long, out: Vector, lo: int, hi: int) -> None: ...
def grid_below(left: Vector, right: Vector, level: float, lo: int, hi: int) -> int: ...
def grid_sums(left: Vector, right: Vector, level: float, out: Vector, lo: int, hi: int) -> None: ...
