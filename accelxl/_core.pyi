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

# -- the plan -----------------------------------------------------------------------------------------------------------
PLAN_FIELDS: int
TRANCHE_FIELDS: int
METRIC_FIELDS: int
MAX_TRANCHES: int
WANTS: dict[str, int]
USES: dict[str, int]

def plan_rows(
    codes: NDArray[np.int32],
    macrs: NDArray[np.float64],
    values: NDArray[np.float64],
    columns: tuple[NDArray[np.float64], ...],
    slots: NDArray[np.int32],
    metrics: NDArray[np.int32],
    wants: int,
    uses: int,
    out: NDArray[np.float64],
    lo: int,
    hi: int,
) -> None: ...
def plan_ledger(
    codes: NDArray[np.int32], macrs: NDArray[np.float64], values: NDArray[np.float64], uses: int
) -> tuple[dict[str, NDArray[np.float64]], float]: ...
