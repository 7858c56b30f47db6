"""Benchmarks: what the kernels do beside what other tools do, measured in one run. `python -m benchmarks.run`."""
