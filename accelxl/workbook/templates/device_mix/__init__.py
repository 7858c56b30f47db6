"""Device mix: quarterly targets of flexible and fixed-function devices against actual, limits, drift and regret."""

from accelxl.workbook.templates.device_mix.book import TEMPLATE as TEMPLATE
