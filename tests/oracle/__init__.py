"""Plain-Python oracles: the written equations, slow and obvious, never imported by accelxl."""
