"""Stand-ins for pywin32, so that xlwings' own Windows modules (import_udfs, CallUDF) run on any machine.

Only what those modules touch when a function is imported or called. What COM does to values on their way is in `through_com`.
"""

import contextlib
import ctypes
import datetime as dt
import sys
from types import ModuleType, SimpleNamespace
from unittest import mock

RANGE_IID = "{00020846-0000-0000-C000-000000000046}"


class ComError(Exception):
    def __init__(self, hresult=-2147352567):
        super().__init__(hresult)
        self.hresult = hresult


class Dispatched:
    """What win32com.client.Dispatch gives; here every object is its own."""

    CLSID = "any"


class Unwrappable(Exception):
    pass


def unwrap(value):
    raise Unwrappable(value)


def _module(name, **contents):
    made = ModuleType(name)
    made.__dict__.update(contents)
    return made


def modules():
    """Return the stand-ins by the names they are imported under."""
    client = _module("win32com.client", CDispatch=Dispatched, CoClassBaseClass=Dispatched, DispatchBaseClass=Dispatched,
                     Dispatch=lambda value, **_: value, DispatchEx=lambda value: value)  # fmt: skip
    util = _module("win32com.server.util", unwrap=unwrap, wrap=lambda value, *_, **__: value)
    server = _module("win32com.server", util=util, dispatcher=_module("d"), policy=_module("p", DefaultPolicy=object))
    pythoncom = _module("pythoncom", IID_IDispatch="dispatch", IID_IEnumVARIANT="enum", TypeIIDs={"dispatch": Dispatched},
                        com_error=ComError, ole_error=ComError, CoInitialize=lambda: None, __file__="pythoncom",
                        CoMarshalInterThreadInterfaceInStream=lambda _, value: value)  # fmt: skip
    return {
        "pythoncom": pythoncom,
        "pywintypes": _module("pywintypes", com_error=ComError, error=ComError, TimeType=dt.datetime, IID=str),
        "win32com": _module("win32com", client=client, server=server),
        "win32com.client": client, "win32com.server": server, "win32com.server.util": util,
        "win32com.server.dispatcher": server.dispatcher, "win32com.server.policy": server.policy,
        **{name: _module(name) for name in ("win32api", "win32con", "win32event", "win32gui", "win32process", "win32timezone")},
    }  # fmt: skip


KEPT = {}
"""The modules of the first import, which are taken again: xlwings opens an event loop when it is imported."""


@contextlib.contextmanager
def windows():
    """Import xlwings and our own module of functions as on Windows."""
    ours = ("xlwings", "accelxl.hosts.excel")
    before = {name: module for name, module in sys.modules.items() if name.startswith(ours)}
    library = SimpleNamespace(ole32=SimpleNamespace(CLSIDFromString=lambda *_: 0))
    pointers = SimpleNamespace(PyCom_PyObjectFromIUnknown=SimpleNamespace())
    for name in before:
        del sys.modules[name]
    try:
        with (
            mock.patch.dict(sys.modules, {**modules(), **KEPT}),
            mock.patch.object(sys, "platform", "win32"),
            mock.patch.object(ctypes, "oledll", library, create=True),
            mock.patch.object(ctypes, "windll", library, create=True),
            mock.patch.object(ctypes, "PyDLL", return_value=pointers),
        ):
            import atexit

            with mock.patch.object(atexit, "register", lambda f: f):  # xlwings looks for Excel's processes at the end
                import xlwings.com_server  # noqa: F401
            KEPT.update({name: module for name, module in sys.modules.items() if name.startswith(ours)})
            yield KEPT
    finally:
        for name in [name for name in sys.modules if name.startswith(ours)]:
            del sys.modules[name]
        sys.modules.update(before)
