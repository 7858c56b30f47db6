"""Make the pictures of docs/libreoffice.md: python tools/calc_pictures.py, on a machine with LibreOffice, its bridge and Xvfb.

LibreOffice is shown on a display of its own, with a private profile and the add-in of this folder. The second half runs in the Python
that has the bridge: python calc_pictures.py FRAME-BUFFER MANAGER SOFFICE PROFILE BOOK FOLDER.
"""

import importlib.util
import os
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SIZE = (1640, 950)
TRIES = 3
PAUSE = 10.0
"""Seconds for windows and charts to be drawn."""
TWO_DECIMALS = 2
SHEET = (
    ("Price of an accelerator, USD", 34000.0),
    ("Accelerators", 64.0),
    ("Tokens a second of one", 2500.0),
    ("USD for a million tokens", 0.6),
)
"""The sheet under the function wizard: what a figure is, and the figure."""


def main() -> None:
    """Install the add-in into a new profile, start a display and have the pictures made."""
    sys.path.insert(0, str(ROOT))
    from accelxl import office
    from accelxl.hosts.calc import install, manager
    from accelxl.hosts.calc.component import settings
    from accelxl.hosts.calc.machine import Machine

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        machine = Machine(profile=str(folder / "profile"), settings=folder / "calc.json")
        install.install(machine)
        number, told = os.pipe()
        size = "x".join(map(str, SIZE))
        display = subprocess.Popen(
            ["Xvfb", "-displayfd", str(told), "-screen", "0", f"{size}x24", "-fbdir", name, "-nolisten", "tcp", "-nocursor"],
            pass_fds=[told], stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(told)
        try:
            shown = f":{os.read(number, 20).decode().strip()}"
            given = {"DISPLAY": shown, "HOME": name, settings.VARIABLE: str(machine.settings)}
            command = [
                machine.bridge(), __file__, str(folder / "Xvfb_screen0"), manager.__file__, machine.need_office(),
                machine.profile, str(ROOT / "workbooks" / "accelerator_budget.xlsx"), str(ROOT / "docs" / "pictures"),
            ]  # fmt: skip
            for left in reversed(range(TRIES)):  # the office may hang at its start on a busy machine
                done = subprocess.run(command, env=office.environment() | given, check=not left, timeout=600)
                if done.returncode == 0:
                    break
        finally:
            display.terminate()
            display.wait()


def pictures(buffer: str, manager: str, soffice: str, profile: str, book: str, folder: str) -> None:
    """Show the book's Board, then the function wizard with ACCEL_ROI, and take a picture of each."""
    spec = importlib.util.spec_from_file_location("manager", manager)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    class Shown(module.Office):
        def _start(self) -> subprocess.Popen[bytes]:
            self._command = [one for one in self._command if one not in {"--headless", "--invisible"}]
            return super()._start()

    office = Shown(soffice, profile)
    try:
        office.settle()
        document = show(office, Path(book).as_uri())
        document.getCurrentController().setActiveSheet(document.Sheets.getByName("Board"))
        time.sleep(PAUSE)
        taken(buffer, Path(folder) / "libreoffice-board.png")
        document.close(True)
        document = show(office, "private:factory/scalc")
        controller = document.getCurrentController()
        controller.select(written(document.Sheets.getByIndex(0)))
        time.sleep(PAUSE / 4)
        helper = office.create("com.sun.star.frame.DispatchHelper")
        helper.executeDispatch(controller.getFrame(), ".uno:FunctionDialog", "", 0, ())
        time.sleep(PAUSE)
        taken(buffer, Path(folder) / "libreoffice-wizard.png")
    finally:
        office.kill()


def show(office: Any, url: str) -> Any:
    """Open a document in a window that fills the display."""
    document = office.desktop.loadComponentFromURL(url, "_blank", 0, ())
    controller = document.getCurrentController()
    controller.ShowPageBreaks = False
    controller.getFrame().getContainerWindow().setPosSize(0, 0, *SIZE, 15)
    return document


def written(sheet: Any) -> Any:
    """Write the figures and the formula, and return its cell."""
    for row, (label, value) in enumerate(SHEET):
        sheet.getCellByPosition(0, row).setString(label)
        sheet.getCellByPosition(1, row).setValue(value)
    sheet.getCellByPosition(0, len(SHEET)).setString("Return on investment")
    cell = sheet.getCellByPosition(1, len(SHEET))
    cell.setFormula("=ACCEL_ROI(B1;B2;B3;B4)")
    cell.NumberFormat = TWO_DECIMALS
    sheet.getColumns().getByIndex(0).OptimalWidth = True
    sheet.getColumns().getByIndex(1).Width = 3000
    return cell


def taken(buffer: str, path: Path) -> None:
    """Write what the display shows as PNG; the buffer is an X window dump of 32 bits a pixel, blue first."""
    data = Path(buffer).read_bytes()
    head = struct.unpack(">25I", data[:100])
    size, width, height, stride, colours = head[0], head[4], head[5], head[12], head[19]
    start = size + 12 * colours
    lines = []
    for row in range(height):
        line = data[start + row * stride : start + row * stride + 4 * width]
        pixels = bytearray(3 * width)
        pixels[0::3], pixels[1::3], pixels[2::3] = line[2::4], line[1::4], line[0::4]
        lines.append(b"\0" + bytes(pixels))
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"".join(lines), 9)),
        (b"IEND", b""),
    )
    made = b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + made)


if __name__ == "__main__":
    pictures(*sys.argv[1:]) if len(sys.argv) > 1 else main()
