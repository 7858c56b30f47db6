"""The choice of the compiled core: the widest build that this processor runs.

`accelxl/_core` is built for the oldest processor we support, `accelxl/_v3/_core` and `accelxl/_v4/_core` from the same source for
newer ones (x86-64 levels). All give the same bits. The environment variable ACCELXL_CPU (base, v3, v4) forces one.
"""

import os
import sys
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

HERE = Path(__file__).parent
NAME = "accelxl._core"


def builds() -> dict[str, Path]:
    """The wider builds that are there, by name, widest first."""
    found = {}
    for name in ("v4", "v3"):
        for suffix in EXTENSION_SUFFIXES:
            path = HERE / f"_{name}" / f"_core{suffix}"
            if path.exists():
                found[name] = path
                break
    return found


def load(path: Path) -> None:
    """Make the build at `path` the module `accelxl._core`."""
    loader = ExtensionFileLoader(NAME, str(path))
    spec = spec_from_file_location(NAME, path, loader=loader)
    if spec is None:  # pragma: no cover - a loader was given
        raise ImportError(f"no module can be made of {path}")
    module = module_from_spec(spec)
    loader.exec_module(module)
    sys.modules[NAME] = module
    setattr(sys.modules["accelxl"], "_core", module)  # noqa: B010 - mypy knows no such name


def choose() -> str:
    """Load the core and name the build: "base", "v3" or "v4"."""
    wanted = os.environ.get("ACCELXL_CPU", "")
    found = builds()
    if wanted not in {"", "base", "v3", "v4"} or (wanted in {"v3", "v4"} and wanted not in found):
        raise ImportError(
            f"ACCELXL_CPU is {wanted!r}; this installation has base{''.join(', ' + n for n in reversed(found))}"
        )
    import accelxl._core as core

    if wanted == "base" or not found:
        return "base"
    level = core.cpu_level()
    for name, path in found.items():
        runs = int(name[1]) <= level
        if name == wanted and not runs:
            raise ImportError(f"ACCELXL_CPU is {wanted!r}; this processor runs up to v{level}")
        if runs and wanted in {"", name}:
            load(path)
            return name
    return "base"


BUILD = choose()
