"""What an installation must know of a machine: system, folders, registry, interpreter. Tests give one of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from accelxl.errors import Missing
from accelxl.hosts.excel.modules import NAME

Registry = Callable[[str, str, str], Any]
"""Hive (HKCU, HKLM), key and value in; what stands there, or None."""
Runner = Callable[[Sequence[str]], tuple[int, str]]
"""A command in; its exit code and what it printed."""

WINDOWS, MAC = "win32", "darwin"
APP_PATHS = r"SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\excel.exe"
CLICK_TO_RUN = r"SOFTWARE\Microsoft\Office\ClickToRun\Configuration"
NO_EXCEL = "Excel is not on this machine; install and doctor need it (accelxl excel build works anywhere)"


def _registry(hive: str, key: str, name: str) -> Any:
    """Return a value of the Windows registry, None where there is none."""
    if sys.platform != WINDOWS:
        return None
    winreg: Any = import_module("winreg")
    top = {"HKCU": winreg.HKEY_CURRENT_USER, "HKLM": winreg.HKEY_LOCAL_MACHINE}[hive]
    for view in (winreg.KEY_WOW64_64KEY, winreg.KEY_WOW64_32KEY):
        try:
            with winreg.OpenKey(top, key, 0, winreg.KEY_READ | view) as opened:
                return winreg.QueryValueEx(opened, name)[0]
        except OSError:
            continue
    return None


def _run(command: Sequence[str]) -> tuple[int, str]:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603  # a Python by its path
    except (OSError, subprocess.SubprocessError) as error:
        return 1, str(error)
    return done.returncode, done.stdout + done.stderr


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine as an installation sees it."""

    system: str = sys.platform
    home: Path = field(default_factory=Path.home)
    settings: Path | None = field(
        default_factory=lambda: Path(os.environ["APPDATA"]) if os.environ.get("APPDATA") else None
    )
    """The folder for programs' settings on Windows."""
    applications: Path = Path("/Applications")
    python: Path = field(default_factory=lambda: Path(sys.executable))
    registry: Registry = _registry
    run: Runner = _run

    def excel(self) -> Path | None:
        """Return Excel's program, None where there is none."""
        if self.system == WINDOWS:
            found = self.registry("HKLM", APP_PATHS, "") or self.registry("HKCU", APP_PATHS, "")
            path = Path(str(found).strip('"')) if found else None
        elif self.system == MAC:
            path = self.applications / "Microsoft Excel.app"
        else:
            path = None
        return path if path is not None and path.exists() else None

    def need_excel(self) -> None:
        """Raise Missing where there is no Excel."""
        if self.excel() is None:
            raise Missing(NO_EXCEL)

    def start_folder(self) -> Path:
        """Return the folder of add-ins that Excel opens when it starts, a trusted location by default."""
        if self.system == MAC:
            group = self.home / "Library" / "Group Containers" / "UBF8T346G9.Office"
            return group / "User Content.localized" / "Startup.localized" / "Excel"
        settings = self.settings or self.home / "AppData" / "Roaming"
        return settings / "Microsoft" / "Excel" / "XLSTART"

    def conf(self) -> Path:
        """Return our settings file where xlwings' macros look for it by our PROJECT_NAME."""
        if self.system == MAC:
            return self.home / "Library" / "Containers" / "com.microsoft.Excel" / "Data" / f"{NAME}.conf"
        return self.home / f".{NAME}" / f"{NAME}.conf"

    def encoding(self) -> str:
        """Return the encoding of the settings file: VBA reads the system's own on Windows."""
        return "mbcs" if sys.platform == WINDOWS else "utf-8"

    def list_of_files(self) -> Path:
        """Return the file that says what an installation wrote."""
        return self.home / f".{NAME}" / "excel-installed.json"

    def bits(self) -> int | None:
        """Return 64 or 32 for Excel on Windows, None where that is not known."""
        platform = self.registry("HKLM", CLICK_TO_RUN, "Platform")
        if platform:
            return 64 if platform == "x64" else 32
        excel = self.excel()
        return None if excel is None else 32 if "(x86)" in str(excel) else 64


def xlwings_version() -> str:
    """Return the version of the installed xlwings.

    Raises
    ------
    Missing
        If it is not installed.
    """
    try:
        return version("xlwings")
    except PackageNotFoundError as error:
        raise Missing("xlwings is not installed; pip install xlwings") from error
