"""Build of the compiled core: one source, one build per instruction set; `accelxl/_cpu.py` picks one at import.

ACCELXL_LEVELS="3" builds the base and those x86-64 levels only; ACCELXL_CFLAGS adds flags to every build (sanitizers).
ACCELXL_CORE="keep" builds none: an editable installation beside a core that is there (run.py, when only requirements have changed).
"""

import os
import platform
import re
import shlex
import sys
from pathlib import Path

import numpy as np
from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

# Never -ffast-math: it folds the rounding inside exp and assumes that there is no NaN. Never contraction of a*b+c: its
# result would depend on the processor.
GNU_FLAGS = [
    "-O3",
    "-g0",
    "-std=c++17",
    "-ffp-contract=off",
    "-fno-math-errno",
    "-fno-trapping-math",
    "-fno-exceptions",
    "-fno-rtti",
    "-fvisibility=hidden",
    "-Wno-unused-function",
    "-Wno-psabi",
    "-fno-strict-aliasing",
]
MSVC_FLAGS = ["/O2", "/std:c++17", "/fp:precise"]
# The functions of the plan kernel are inlined whatever the compiler thinks: only then does it prune a copy of the months to what a
# plan needs, and keep their state in registers. Elsewhere it decides, which keeps the build short.
PLAN_KERNEL = re.compile(r"static CYTHON_INLINE (?=[^;{}()]*__pyx_f_7accelxl_7kernels_\d+plan)")
LEVELS = {
    2: ["-march=x86-64-v2"],
    3: ["-march=x86-64-v3"],
    4: ["-march=x86-64-v4", "-mprefer-vector-width=512"],
}


def levels() -> list[int]:
    """Levels beyond the base that this build gets."""
    if sys.platform == "win32" or platform.machine().lower() not in {"x86_64", "amd64"}:
        return []
    return [int(level) for level in os.environ.get("ACCELXL_LEVELS", "3 4").split()]


def extension(name: str, level: int) -> Extension:
    """The core under `name`, for an x86-64 level (0: whatever the compiler takes for the base)."""
    flags = MSVC_FLAGS if sys.platform == "win32" else GNU_FLAGS + LEVELS.get(level, [])
    return Extension(
        name,
        ["accelxl/_core.pyx"],
        include_dirs=[np.get_include(), "accelxl"],
        define_macros=[("NPY_NO_DEPRECATED_API", "NPY_2_0_API_VERSION")],
        extra_compile_args=flags + shlex.split(os.environ.get("ACCELXL_CFLAGS", "")),
        extra_link_args=shlex.split(os.environ.get("ACCELXL_CFLAGS", "")),
        depends=["accelxl/pack.h", "accelxl/normal.h", *map(str, sorted(Path("accelxl/kernels").glob("*.pxd")))],
        language="c++",
    )


class Build(build_ext):
    """Compiles the builds side by side; the core becomes C++ here and not before, so that metadata and an sdist take a second."""

    def finalize_options(self) -> None:
        super().finalize_options()
        self.parallel = self.parallel or os.cpu_count()

    def build_extensions(self) -> None:
        base = next(module for module in self.extensions if module.name == "accelxl._core")
        text = translated(base)
        for module in self.extensions:
            module.sources = [own_source(text, module.name.split(".")[-2])]
        super().build_extensions()

    def copy_extensions_to_source(self) -> None:
        for ext in self.extensions:
            Path(*ext.name.split(".")[:-1]).mkdir(parents=True, exist_ok=True)
        super().copy_extensions_to_source()


# Here and not in the sources, so that they hold for the formulas in kernels/*.pxd as well.
DIRECTIVES = {
    "language_level": 3,
    "boundscheck": False,
    "wraparound": False,
    "cdivision": True,
    "initializedcheck": False,
}


def translated(module: Extension) -> str:
    """C++ of the core."""
    [done] = cythonize([module], compiler_directives=DIRECTIVES)
    return PLAN_KERNEL.sub("AX_INLINE ", Path(done.sources[0]).read_text(encoding="utf-8"))


def own_source(text: str, name: str) -> str:
    """A copy of the C++ file for one build, so that it has an object file of its own; written where it has changed."""
    source = Path("build") / ("base" if name == "accelxl" else name.removeprefix("_")) / "_core.cpp"
    source.parent.mkdir(parents=True, exist_ok=True)
    if not source.exists() or source.read_text(encoding="utf-8") != text:
        source.write_text(text, encoding="utf-8")
    return str(source)


wide = levels()
modules = [extension("accelxl._core", 2 if wide else 0)]
modules += [extension(f"accelxl._v{level}._core", level) for level in wide]
setup(ext_modules=[] if os.environ.get("ACCELXL_CORE") == "keep" else modules, cmdclass={"build_ext": Build})
