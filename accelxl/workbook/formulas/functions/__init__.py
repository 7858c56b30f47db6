"""The functions of formulas, by name: each is made from its arguments' trees."""

from accelxl.workbook.formulas.functions.table import FUNCTIONS as FUNCTIONS
