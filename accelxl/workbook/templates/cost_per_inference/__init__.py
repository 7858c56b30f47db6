"""Cost per inference: devices side by side, with the cost of idle capacity and of a slipped delivery."""

from accelxl.workbook.templates.cost_per_inference.book import TEMPLATE as TEMPLATE
