"""Bills: cloud cost and usage in the FOCUS format as actuals."""

from accelxl.domain.billing.bill import CATEGORIES, COSTS, GROUPS, Actuals, focus

__all__ = ["CATEGORIES", "COSTS", "GROUPS", "Actuals", "focus"]
