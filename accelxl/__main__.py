"""`python -m accelxl` is `accelxl`."""

from accelxl.cli import main

main()
