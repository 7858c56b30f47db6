"""Money of one year or currency in that of another: inflation, real and nominal rates, exchange rates to come."""

from accelxl.domain.money.conversion import fx_forward, nominal, nominal_rate, real, real_rate

__all__ = ["fx_forward", "nominal", "nominal_rate", "real", "real_rate"]
