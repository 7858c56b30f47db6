"""The generated module run by pyOpenVBA's interpreter of VBA, in its Excel in memory, over xlwings' real UDF server.

What that Excel lacks and the wrappers use is added here: Application.Caller, Application.MacroOptions and XLPy.
"""

from pyopenvba.apps.excel import Application, ExcelApplication
from pyopenvba.interpreter import EMPTY, MISSING, NULL, VBAArray, VBAErrorValue, VBAInt, VBAObject, method
from pyopenvba.interpreter._objects import MemberSpec

from accelxl.functions import REGISTRY
from accelxl.hosts.excel import render

XLPY = """
Public Holder As Object
Public Function XLPy() As Object
    Set XLPy = Holder
End Function
Public Sub Hold(server As Object)
    Set Holder = server
End Sub
"""
BASE = -2146828288
"""An error value is passed by COM as its number on top of this."""


class Machine:
    """An Excel with one sheet, the wrappers, and a UDF server behind XLPy."""

    def __init__(self, server, text=None):
        self.told = {}
        self.sent = []
        self.app = ExcelApplication()
        self.app.add_workbook()
        self.app.application.machine = self
        self.calling = None
        self.filled = set()
        self.app.add_module(XLPY, name="xlwings")
        text = text or render.module(REGISTRY.values())
        self.app.add_module(interpretable(text), name=render.MODULE)
        self.use(server)

    def use(self, server):
        """Put another UDF server behind XLPy, and be as new: no cell filled, nothing sent or told."""
        for address in self.filled:
            self.app.sheet(1).set_value(address, EMPTY)
        self.filled.clear()
        self.told.clear()
        self.sent.clear()
        self.app.run("Hold", Server(server, self.sent))
        return self

    def range(self, address):
        return self.app.sheet(1).sheet.vba_get("Range", [address])

    def fill(self, address, value):
        self.filled.add(address)
        self.app.sheet(1).set_value(address, value)

    def call(self, name, *arguments, where="Z9"):
        """What a wrapper gives to a cell: a value, rows, or the number of an error."""
        self.calling = where and self.range(where)
        return _result(self.app.interpreter.run(name, [_argument(argument) for argument in arguments]))


def interpretable(text):
    """The module without the attributes of its procedures, which Excel reads and the interpreter does not know."""
    return "\n".join(line for line in text.splitlines() if not line.startswith("Attribute "))


class Server(VBAObject):
    """XLPy."""

    vba_type_name = "XLPython"

    def __init__(self, server, sent):
        self._server, self._sent = server, sent

    @method
    def CallUDF(self, script, fname, args):
        taken = through_com(args)
        self._sent.append(taken)
        return to_vba(self._server.CallUDF(script, fname, taken))


def through_com(value):
    """A value of VBA as pywin32 gives it to Python."""
    if isinstance(value, VBAArray):

        def along(subscripts):
            low, high = value.bounds[len(subscripts)]
            places = [[*subscripts, place] for place in range(low, high + 1)]
            last = len(subscripts) + 1 == value.dimensions
            return tuple(through_com(value.get(place)) if last else along(place) for place in places)

        return along([])
    if value is EMPTY or value is NULL:
        return None
    if value is MISSING:
        return -2147352572
    if isinstance(value, VBAErrorValue):
        return BASE + value.number
    if isinstance(value, VBAInt):
        return int(value)
    return value


def to_vba(value):
    """What Python gives back as VBA gets it."""
    assert not isinstance(value, tuple)
    if not isinstance(value, list):
        return value
    deep = isinstance(value[0], list)
    bounds = [(0, len(value) - 1)] + ([(0, len(value[0]) - 1)] if deep else [])
    made = VBAArray(bounds)
    for row, cells in enumerate(value):
        for column, cell in enumerate(cells) if deep else [(None, cells)]:
            made.set([row] if column is None else [row, column], cell)
    return made


def _argument(value):
    """An argument as a formula passes it: constants in braces are arrays that count from 1."""
    if value is None:
        return MISSING
    if isinstance(value, list):
        made = VBAArray([(1, len(value)), (1, len(value[0]))])
        for row, cells in enumerate(value, 1):
            for column, cell in enumerate(cells, 1):
                made.set([row, column], cell)
        return made
    return value


def _result(value):
    if isinstance(value, VBAErrorValue):
        return value
    if isinstance(value, VBAArray):
        rows = through_com_keeping_errors(value)
        return rows if value.dimensions == 2 else [rows]
    return value


def through_com_keeping_errors(value):
    low, high = value.bounds[0]
    if value.dimensions == 1:
        return [value.get([place]) for place in range(low, high + 1)]
    left, right = value.bounds[1]
    return [[value.get([row, column]) for column in range(left, right + 1)] for row in range(low, high + 1)]


def _caller(application):
    calling = application.machine.calling
    return calling if calling is not None else VBAErrorValue(2023)


def _macro_options(application, Macro=MISSING, Description=MISSING, Category=MISSING, ArgumentDescriptions=MISSING):
    helps = None if ArgumentDescriptions is MISSING else through_com(ArgumentDescriptions)
    application.machine.told[Macro] = (Description, Category, helps)
    return EMPTY


Application._vba_members["operatingsystem"] = MemberSpec(
    "OperatingSystem", "property", getter=lambda _: "Windows (64-bit) NT 10.00"
)
Application._vba_members["caller"] = MemberSpec("Caller", "property", getter=_caller)
Application._vba_members["macrooptions"] = MemberSpec(
    "MacroOptions",
    "method",
    getter=_macro_options,
    parameters=("Macro", "Description", "Category", "ArgumentDescriptions"),
)
