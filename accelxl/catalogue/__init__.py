"""Dated reference data: devices, prices, lives, tax tables."""
