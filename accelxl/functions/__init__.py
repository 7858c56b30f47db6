"""The spreadsheet functions: one registry that every host, help page and test is made from."""

from accelxl.functions.cells import ERRORS as ERRORS
from accelxl.functions.cells import CellError as CellError
from accelxl.functions.cells import Outcome as Outcome
from accelxl.functions.registry import REGISTRY as REGISTRY
from accelxl.functions.registry import Argument as Argument
from accelxl.functions.registry import Example as Example
from accelxl.functions.registry import Function as Function
from accelxl.functions.why import WHY as WHY
