from accelxl.cli.app import app, main

__all__ = ["app", "main"]
