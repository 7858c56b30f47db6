"""Scenario board: one plan under a grid of two inputs, a tornado, a Monte Carlo fan, a stress and a target return."""

from accelxl.workbook.templates.scenario_board.book import TEMPLATE as TEMPLATE
