"""All functions in one table."""

from __future__ import annotations

from accelxl.workbook.formulas.functions.aggregate import AGGREGATE
from accelxl.workbook.formulas.functions.arithmetic import ARITHMETIC
from accelxl.workbook.formulas.functions.dates import DATES
from accelxl.workbook.formulas.functions.finance import FINANCE
from accelxl.workbook.formulas.functions.logic import LOGIC
from accelxl.workbook.formulas.functions.lookup import LOOKUP
from accelxl.workbook.formulas.functions.makers import Maker
from accelxl.workbook.formulas.functions.text import TEXTS

FUNCTIONS: dict[str, Maker] = {**ARITHMETIC, **AGGREGATE, **LOGIC, **LOOKUP, **DATES, **TEXTS, **FINANCE}
