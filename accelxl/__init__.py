"""The economics of AI accelerators: plans, cost per inference, scenario grids and spreadsheet functions."""

from accelxl import _cpu as _cpu
