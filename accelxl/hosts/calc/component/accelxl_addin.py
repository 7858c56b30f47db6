"""The UNO component of the add-in: functions, load and save jobs, commands of the menu. LibreOffice loads this file by itself.

The modules beside it are taken by their path, so that a folder of the same name in LibreOffice's current folder is not taken for them.
"""

# mypy: disable-error-code="misc"
from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import unohelper
from com.sun.star.lang import XServiceInfo
from com.sun.star.task import XJob, XJobExecutor
from org.accelxl import XAddIn

NAME = "accelxl_oxt"
MODULES = ("backend", "documents", "menu", "functions", "why")


def _own() -> list[Any]:
    """Import the modules of the add-in from the folder beside this file."""
    folder = Path(__file__).resolve().parent / NAME
    spec: Any = importlib.util.spec_from_file_location(
        NAME, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    sys.modules[NAME] = package = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(package)
    return [importlib.import_module(f"{NAME}.{module}") for module in MODULES]


backend, documents, menu, functions, why = _own()
DISPATCHER = backend.Dispatcher()
MEMORY = why.Memory()


def given(value: Any) -> Any:
    """Return a value as rows: Calc takes arrays only from methods that are declared to give them."""
    return value if type(value) is tuple else ((value,),)


def reason(cell: Any) -> str:
    """Return the sentence behind the error in a cell."""
    return str(why.sentence(cell, DISPATCHER, MEMORY, functions.METHODS))


def _method(name: str) -> Callable[..., Any]:
    """Return the method of a function; in one that takes a cell itself, the cell is the only argument."""
    if name in functions.REFERENCES:
        return lambda _, cell: reason(cell)

    def call(_: Any, *cells: Any) -> Any:
        value, sentence = DISPATCHER.call(name, cells)
        if sentence:
            MEMORY.keep(name, cells, sentence)
        return given(value)

    return call


class Service(unohelper.Base, XServiceInfo):
    """What every service of the add-in answers about itself."""

    service = ""

    def __init__(self, context: Any, *_: Any) -> None:
        self.context = context

    def getImplementationName(self) -> str:
        """Return the name of the class."""
        return f"{self.service}.Implementation"

    def supportsService(self, name: str) -> bool:
        """Tell whether this is such a service."""
        return name == self.service

    def getSupportedServiceNames(self) -> tuple[str, ...]:
        """Return the names of the services."""
        return (self.service,)


class Functions(Service, XAddIn):
    """The functions, one method each."""

    service = "org.accelxl.AddIn"


for _name, _function in functions.METHODS.items():
    setattr(Functions, _name, _method(_function))


class Job(Service, XJob):
    """Binds the names of our functions in a book that was loaded, and makes them plain in one that was saved."""

    service = "org.accelxl.Job"

    def execute(self, arguments: Any) -> None:
        """Do what an event asks for."""
        documents.job(arguments, functions.METHODS)


class Commands(Service, XJobExecutor):
    """The commands of menu and toolbar."""

    service = "org.accelxl.Commands"

    def trigger(self, command: str) -> None:
        """Do the command of a button."""
        menu.run(self.context, DISPATCHER, command, functions.METHODS, reason)


g_ImplementationHelper = unohelper.ImplementationHelper()  # noqa: N816  # the name that LibreOffice looks for
for _service in (Functions, Job, Commands):
    g_ImplementationHelper.addImplementation(_service, f"{_service.service}.Implementation", (_service.service,))
