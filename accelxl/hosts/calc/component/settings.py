"""The settings that `accelxl calc install` writes for the add-in: which Python, which package, how long a call may take."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, NamedTuple

VARIABLE = "ACCELXL_CALC_SETTINGS"
"""Environment variable with the path of another settings file."""
BACKENDS = ("auto", "inside", "worker")
SECONDS = 30.0


class Wrong(Exception):
    """Settings that cannot be used, as a sentence."""


class Settings(NamedTuple):
    """Where the functions are.

    `python` is the interpreter and `version` its major and minor number; `package` is the folder that holds the package accelxl, and
    `paths` the folders where that interpreter finds its packages. `seconds` is the longest that a call may take in the worker.
    """

    python: str
    version: str
    package: str
    paths: tuple[str, ...] = ()
    backend: str = "auto"
    seconds: float = SECONDS


def place() -> Path:
    """Return the path of the settings file: of this user, or the one that the environment names."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else Path.home() / ".accelxl" / "calc.json"


def stamp() -> tuple[str, int]:
    """Return what changes when the settings change."""
    path = place()
    try:
        return str(path), path.stat().st_mtime_ns
    except OSError:
        return str(path), 0


def text_of(settings: Settings) -> str:
    """Return settings as the text of their file."""
    return json.dumps(settings._asdict(), indent=2) + "\n"


def loaded(path: Path) -> Any:
    """Return what a settings file holds; an editor may have put a byte order mark before it."""
    return json.loads(path.read_text(encoding="utf-8-sig"))


def read() -> Settings:
    """Return the settings.

    Raises
    ------
    Wrong
        If there are none, or they cannot be used.
    """
    path = place()
    try:
        found = loaded(path)
    except FileNotFoundError:
        raise Wrong(f"{path} is not there; run accelxl calc install") from None
    except (OSError, ValueError) as error:
        raise Wrong(f"{path} cannot be read ({error}); run accelxl calc install") from None
    return checked(found, path)


def checked(found: Any, path: Path) -> Settings:
    """Return settings of the right types and values.

    Raises
    ------
    Wrong
        If one is missing or is something else than it should be.
    """
    if not isinstance(found, dict):
        raise Wrong(f"{path} holds no settings; run accelxl calc install")
    for name in ("python", "version", "package"):
        if not isinstance(found.get(name), str) or not found[name]:
            raise Wrong(f"{path} has {found.get(name)!r} for {name}; text is needed: run accelxl calc install")
    paths = found.get("paths", [])
    if not isinstance(paths, list) or not all(isinstance(one, str) for one in paths):
        raise Wrong(f"{path} has {paths!r} for paths; a list of folders is allowed")
    backend = found.get("backend", "auto")
    if backend not in BACKENDS:
        raise Wrong(f"{path} has {backend!r} for backend; allowed: {', '.join(BACKENDS)}")
    seconds = found.get("seconds", SECONDS)
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0.05 <= seconds <= 86_400:
        raise Wrong(f"{path} has {seconds!r} for seconds; a number from 0.05 to 86400 is allowed")
    return Settings(found["python"], found["version"], found["package"], tuple(paths), backend, float(seconds))
