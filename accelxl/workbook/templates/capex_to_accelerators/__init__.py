"""Capex to accelerators: what a capital-expenditure headline buys in accelerators, and why published totals differ."""

from accelxl.workbook.templates.capex_to_accelerators.book import TEMPLATE as TEMPLATE
