"""Rolling forecast: actuals by month, the rest of the year forecast again, why revenue is off plan, and what milestones unlock."""

from accelxl.workbook.templates.rolling_forecast.book import TEMPLATE as TEMPLATE
