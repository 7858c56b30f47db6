"""Accelerator budget: a purchase in two tranches, month by month, from capex to return."""

from accelxl.workbook.templates.accelerator_budget.book import TEMPLATE as TEMPLATE
