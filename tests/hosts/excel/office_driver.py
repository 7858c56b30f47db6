"""Run by the Python of LibreOffice's bridge: opens books with macros on, calculates, and prints their cells as JSON.

    python office_driver.py SOFFICE PROFILE BOOK...

It starts an office of its own with the profile, and ends it.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

ALWAYS_EXECUTE_NO_WARN = 4


def connect(pipe, started):
    import uno  # the Python of the tests has none

    context = uno.getComponentContext()
    resolver = context.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", context)
    for _ in range(600):
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except Exception:
            if started.poll() is not None:
                raise
            time.sleep(0.2)
    raise TimeoutError("the office did not start")


def option(name, value):
    from com.sun.star.beans import PropertyValue

    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


def cells(document):
    """Each formula cell: sheet, address, formula, value and what it shows."""
    found = []
    for sheet in document.Sheets:
        for at in sheet.queryContentCells(16).getRangeAddresses():
            area = sheet.getCellRangeByPosition(at.StartColumn, at.StartRow, at.EndColumn, at.EndRow)
            for down, row in enumerate(area.getFormulaArray()):  # in one go: each word to the office takes its time
                for across, formula in enumerate(row):
                    if "ACCEL_" in formula:
                        cell = area.getCellByPosition(across, down)
                        value = cell.String if cell.FormulaResultType2 == 2 or cell.getError() else cell.Value
                        place = sheet.Name, at.StartRow + down, at.StartColumn + across
                        found.append([*place, formula, cell.getError(), value, cell.String])
    return found


def main(soffice, profile, *books):
    pipe = f"accelxl{os.getpid()}"
    arguments = [
        f"-env:UserInstallation={Path(profile).as_uri()}",
        "--headless",
        "--norestore",
        "--nologo",
        "--nodefault",
    ]
    started = subprocess.Popen(
        [soffice, *arguments, f"--accept=pipe,name={pipe};urp;"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    desktop = None
    try:
        context = connect(pipe, started)
        desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        result = {}
        for book in books:
            options = (option("Hidden", True), option("MacroExecutionMode", ALWAYS_EXECUTE_NO_WARN))
            document = desktop.loadComponentFromURL(Path(book).as_uri(), "_blank", 0, options)
            document.calculateAll()
            libraries = document.BasicLibraries
            modules = {name: libraries.getByName(name).ElementNames for name in libraries.ElementNames}
            result[Path(book).name] = {"cells": cells(document), "modules": modules}
            document.close(True)
        print(json.dumps(result))
    finally:
        if desktop is not None:
            try:
                desktop.terminate()
            except Exception:  # noqa: BLE001  # the bridge has classes of its own
                started.terminate()
        try:
            started.wait(60)
        except subprocess.TimeoutExpired:
            started.kill()


if __name__ == "__main__":
    main(*sys.argv[1:])
