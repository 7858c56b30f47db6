"""The UNO component of the add-in: functions, load and save jobs, commands of the menu. LibreOffice loads this file by itself.

The modules beside it are taken by their path, so that a folder of the same name in LibreOffice's current folder is not taken for them.
"""

import importlib
import importlib.util
import sys
from pathlib import Path

import unohelper
from com.sun.star.lang import XServiceInfo
from com.sun.star.task import XJob, XJobExecutor
from org.accelxl import XAddIn

NAME = "accelxl_oxt"


def _own():
    """Import the modules of the add-in from the folder beside this file."""
    folder = Path(__file__).resolve().parent / NAME
    spec = importlib.util.spec_from_file_location(NAME, folder / "__init__.py", submodule_search_locations=[str(folder)])
    sys.modules[NAME] = package = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(package)
    return [importlib.import_module(f"{NAME}.{module}") for module in ("backend", "documents", "menu", "functions", "why")]


backend, documents, menu, functions, why = _own()
DISPATCHER = backend.Dispatcher()
MEMORY = why.Memory()
SERVICE = "org.accelxl.AddIn"


def given(value):
    """Return a value as rows: Calc takes arrays only from methods that are declared to give them."""
    return value if type(value) is tuple else ((value,),)


def _method(name):
    def call(self, *cells):
        value, sentence = DISPATCHER.call(name, cells)
        if sentence:
            MEMORY.keep(name, cells, sentence)
        return given(value)

    return call


def _why(self, cell):
    return why.sentence(cell, DISPATCHER, MEMORY, functions.METHODS)


class Service(unohelper.Base, XServiceInfo):
    """What every service of the add-in answers about itself."""

    def __init__(self, context, *_):
        self.context = context

    def getImplementationName(self):
        return f"{self.service}.Implementation"

    def supportsService(self, name):
        return name == self.service

    def getSupportedServiceNames(self):
        return (self.service,)


class Functions(Service, XAddIn):
    """The functions, one method each."""

    service = SERVICE


for _name, _function in functions.METHODS.items():
    setattr(Functions, _name, _why if _function in functions.REFERENCES else _method(_function))


class Job(Service, XJob):
    """Binds the names of our functions in a book that was loaded, and makes them plain in one that was saved."""

    service = "org.accelxl.Job"

    def execute(self, arguments):
        return documents.job(arguments, functions.METHODS)


class Commands(Service, XJobExecutor):
    """The commands of menu and toolbar."""

    service = "org.accelxl.Commands"

    def trigger(self, command):
        menu.run(
            self.context,
            DISPATCHER,
            command,
            functions.METHODS,
            lambda cell: why.sentence(cell, DISPATCHER, MEMORY, functions.METHODS),
        )


g_ImplementationHelper = unohelper.ImplementationHelper()
for _service in (Functions, Job, Commands):
    g_ImplementationHelper.addImplementation(_service, f"{_service.service}.Implementation", (_service.service,))
