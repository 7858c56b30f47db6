#!/usr/bin/env python3
"""From a fresh clone to the result: `python3 run.py demo` and `python3 run.py test` (on Windows `py run.py demo`).

demo    accelxl demo: the worked example, into out/demo/
test    the tests; --strict makes a missing program (LibreOffice, its Python bridge, poppler) a failure, not a skip
check   format, lint, types, generated files and the tests
soak    hours of trust: every function a million times, ten thousand books, the fuzzer, mutants of the kernels (--short: minutes)
release sdist, wheel, add-ins, SBOM and hashes into dist/, the wheel tested where there is no compiler (--trial: before the changelog)
bench   the benchmarks, beside what other tools do; writes docs/performance.md (--only GROUP prints some of it)

Whatever follows the verb is passed on. Each verb first makes .venv beside this file, installs the package with what the
verb needs and builds the compiled core; a stamp in .venv remembers from what, so that the next start does only what has
changed.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import platform
import re
import shlex
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "run.json"
LOG = VENV / "run.log"
LOCK = VENV / "run.lock"
WINDOWS = os.name == "nt"
BIN = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if WINDOWS else "python")
# The interpreter that .venv is made with: not the one inside .venv, which goes when .venv is made anew.
HOST = getattr(sys, "_base_executable", sys.executable) if Path(sys.prefix) == VENV else sys.executable
OLDEST = (3, 11)
EXTRAS = {
    "demo": {"recalc"},
    "test": {"recalc", "test"},
    "check": {"recalc", "test", "check"},
    "soak": {"recalc", "test"},
    "release": {"release"},
    "bench": {"bench"},
}
INTERRUPTED = 130

# What a line of an installer's output says, and the sentence for it ({} is the line); the first that is found counts.
UNREACHABLE = r"name ?resolution|new ?connection|timed? ?out|connection ?(refused|reset|aborted)|proxyerror|unreachable"
FAILURES = (
    (r"No space left on device|There is not enough space on the disk", f"the disk that holds {ROOT} is full"),
    (r"Python\.h: No such file|Cannot open include file: 'Python\.h'", "the headers of this Python are missing"),
    (
        r"\.(h|pyx|pxd|pxi|cpp):\d+:\d+: (?!warning|note)|: fatal error \w*:|error: command .* failed|Visual C\+\+ 14",
        "the compiled core could not be built ({})",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|invalid peer certificate|SSLError",
        "the package index's certificate is not trusted ({})",
    ),
    (UNREACHABLE, "the package index cannot be reached: look at the network, the proxy or pip's settings of the index"),
    (r"from versions: none", "the package index cannot be reached, or lacks a package ({})"),
    (r"No matching distribution found", "the package index has no release that fits this Python ({})"),
    (r"^\s*error:", "installing failed ({})"),
)


class Stop(Exception):
    """The sentence that says why this machine cannot go on."""


# -- what is there and what is wanted ----------------------------------------------------------------------------------
def digest(*parts: object) -> str:
    """Hash of texts and of the contents of files; a file that is missing counts as such."""
    whole = hashlib.sha256()
    for part in parts:
        data = (part.read_bytes() if part.is_file() else b"?") if isinstance(part, Path) else str(part).encode()
        whole.update(b"%d:" % len(data) + data)
    return whole.hexdigest()


def core_sources() -> list[Path]:
    """Files that the compiled core is made from."""
    package = ROOT / "accelxl"
    return [ROOT / "setup.py", *sorted(p for p in package.rglob("*") if p.suffix in {".pyx", ".pxd", ".pxi", ".h"})]


def core_builds() -> list[Path]:
    """The compiled cores of this interpreter that lie in the source tree."""
    return sorted((ROOT / "accelxl").rglob(f"_core{sysconfig.get_config_var('EXT_SUFFIX')}"))


def project(table: str = "project") -> dict[str, Any]:
    """A table of pyproject.toml."""
    import tomllib  # not in the Pythons that main() sends away

    with (ROOT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)[table]


def wanted() -> dict[str, str]:
    """Digests of what an installation depends on: the interpreter, the requirements, the sources of the core."""
    settings = [os.environ.get(name, "") for name in ("ACCELXL_LEVELS", "ACCELXL_CFLAGS", "CXX", "CXXFLAGS")]
    named = [part for path in core_sources() for part in (path.relative_to(ROOT).as_posix(), path)]
    return {
        "python": digest(sys.version, sys.base_prefix, platform.machine(), str(ROOT)),
        "packages": digest(json.dumps([project(), project("tool")["setuptools"]])),
        "core": digest(json.dumps(project("build-system")), *settings, *named),
    }


def built() -> str:
    """Digest of the compiled cores, so that a core built by other means is not taken for ours."""
    return digest(*core_builds()) if core_builds() else "none"


def read_stamp() -> dict[str, Any]:
    """What is installed, as the last start left it; empty when that is not known."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(stamp: dict[str, Any]) -> None:
    """Replace the stamp in one step."""
    fresh = STAMP.with_suffix(".new")
    fresh.write_text(json.dumps(stamp, indent=1), encoding="utf-8")
    fresh.replace(STAMP)


def missing(stamp: dict[str, Any], want: dict[str, str], extras: set[str]) -> list[str]:
    """What has to be done: some of "python", "packages" and "core", in this order."""
    if stamp.get("python") != want["python"] or not PYTHON.exists():
        return ["python", "packages"]
    if stamp.get("packages") != want["packages"] or not extras <= set(stamp.get("extras", [])):
        return ["packages"]
    if stamp.get("core") != want["core"] or stamp.get("built") != built():
        return ["core"]
    return []


# -- running other programs --------------------------------------------------------------------------------------------
def environment() -> dict[str, str]:
    """Environment of every program started here: that of .venv, whatever the caller's Python settings are."""
    env = {k: v for k, v in os.environ.items() if k not in {"PYTHONHOME", "PYTHONPATH", "__PYVENV_LAUNCHER__"}}
    return env | {
        "VIRTUAL_ENV": str(VENV),
        "PATH": os.pathsep.join([str(BIN), env.get("PATH", os.defpath)]),
        "PIP_USER": "0",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
    }


def start(command: list[str], **options: Any) -> int:
    """Run a program to its end and return its exit code; it is ended with us, and may clean up first after Ctrl-C."""
    process = subprocess.Popen(command, cwd=ROOT, **{"env": environment(), **options})
    try:
        return process.wait()
    except KeyboardInterrupt:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)  # a terminal sends the interrupt to both
        raise
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()


def say(text: str, end: str = "\n") -> None:
    """Write a line of progress."""
    print(text, end=end, file=sys.stderr, flush=True)


def step(title: str, *commands: list[str], env: dict[str, str] | None = None) -> None:
    """Run installers with their output in the log, one line on the terminal; Stop with a sentence when one fails."""
    say(f"{title} ... ", end="")
    began = time.monotonic()
    for command in commands:
        with LOG.open("a", encoding="utf-8") as log:
            log.write(f"\n$ {shlex.join(command)}\n")
            log.flush()
            place = log.tell()
            code = start(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env or environment())
        if code:
            say("failed")
            with LOG.open(encoding="utf-8", errors="replace") as log:
                log.seek(place)
                raise Stop(explain(log.read()))
    say(f"{time.monotonic() - began:.0f} s")


def explain(output: str) -> str:
    """Turn the output of an installer that failed into one sentence."""
    lines = [line.strip() for line in output.splitlines()]
    for pattern, sentence in FAILURES:
        for line in lines:
            if re.search(pattern, line, re.IGNORECASE):
                return f"{sentence.replace('{}', line[:200])}; the whole output is in {LOG}"
    return f"installing failed; the whole output is in {LOG}"


# -- making the environment --------------------------------------------------------------------------------------------
def has(module: str) -> bool:
    """Say whether this interpreter has the module."""
    return importlib.util.find_spec(module) is not None


def makers() -> list[tuple[str, list[list[str]]]]:
    """Ways that this machine has to make an environment with pip in it, best first."""
    ways = []
    venv = [HOST, "-m", "venv", str(VENV)]
    if has("venv") and has("ensurepip"):  # without ensurepip, as on a bare Debian, venv ends with an error
        ways.append(("venv", [venv]))
    if has("venv") and has("pip"):
        pip = [HOST, "-m", "pip", "--python", str(PYTHON), "install", "pip"]
        ways.append(("venv and this Python's pip", [[*venv, "--without-pip"], pip]))
    for name, words in (("uv", ["venv", "--allow-existing", "--seed"]), ("virtualenv", [])):
        tool = shutil.which(name)
        if tool:
            ways.append((name, [[tool, *words, "--python", HOST, str(VENV)]]))
    return ways


def make_environment() -> None:
    """Make .venv anew, in the first way that works; an environment that someone else made is left alone."""
    if not STAMP.exists() and any(path not in {LOCK, LOG} for path in VENV.iterdir()):
        raise Stop(f"{VENV} was not made by run.py: move it away")
    ways = makers()
    if not ways:
        raise Stop(
            f"{HOST} has neither ensurepip nor pip, and neither uv nor virtualenv is on PATH: "
            f"install one of them, {advice('python3-venv', 'python3-pip', 'by the installer of python.org')}"
        )
    for number, (name, commands) in enumerate(ways):
        write_stamp({})
        for path in VENV.iterdir():
            if path not in {LOCK, LOG, STAMP}:
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        try:
            step(f"making .venv with {name}", *commands)
        except Stop:
            if number == len(ways) - 1:
                raise
        else:
            return


def advice(debian: str, fedora: str, otherwise: str) -> str:
    """How to install something here."""
    for program, package in (("apt-get", debian), ("dnf", fedora)):
        if shutil.which(program):
            return f"for example `{program.removesuffix('-get')} install {package}`"
    return f"for example {otherwise}"


def compiler() -> dict[str, str]:
    """Settings that make setuptools use a C++ compiler that works here; Stop when there is none, or no headers."""
    header = Path(sysconfig.get_path("include"), "Python.h")
    if not header.exists():
        how = advice("python3-dev", "python3-devel", "with the installer of python.org")
        raise Stop(f"the headers of {sys.executable} are missing ({header}): install them, {how}")
    if WINDOWS:
        return windows_compiler()
    own = sysconfig.get_config_var("CXX") or "c++"
    choices = [os.environ["CXX"]] if os.environ.get("CXX") else [own, "c++", "g++", "clang++"]
    includes = {f"-I{sysconfig.get_path(name)}" for name in ("include", "platinclude")}
    said = ""
    for choice in choices:
        command = [*shlex.split(choice), "-x", "c++", "-std=c++17", "-fsyntax-only", *includes, "-"]
        try:
            probe = subprocess.run(
                command, input="#include <cmath>\n#include <Python.h>\n", capture_output=True, text=True, check=False
            )
        except OSError:
            continue
        if probe.returncode == 0:
            _, _, flags = (sysconfig.get_config_var("LDCXXSHARED") or f"{own} -shared").partition(" ")
            return {} if choice == choices[0] else {"CXX": choice, "LDCXXSHARED": f"{choice} {flags}"}
        reason = re.search(r"error: .*", probe.stderr)
        said = said or f" ({choice} says {reason[0] if reason else 'nothing'})"
    how = advice("g++", "gcc-c++", "`xcode-select --install` on macOS")
    raise Stop(f"a working C++ compiler is missing; looked for {', '.join(choices)}{said}: install one, {how}")


def windows_compiler() -> dict[str, str]:
    """The same for Windows, where setuptools finds Visual Studio itself."""
    finder = Path(os.environ.get("PROGRAMFILES(X86)", "C:/"), "Microsoft Visual Studio/Installer/vswhere.exe")
    tools = "Microsoft.VisualStudio.Component.VC.Tools.x86.x64"
    query = [str(finder), "-latest", "-products", "*", "-requires", tools, "-property", "installationPath"]
    if not shutil.which("cl") and not (finder.exists() and subprocess.check_output(query).strip()):
        raise Stop("a C++ compiler is missing: install the Build Tools for Visual Studio with the C++ workload")
    return {}


# -- from the clone to an installed package ----------------------------------------------------------------------------
def prepare(extras: set[str]) -> None:
    """Install the package with these extras and build its core, as far as that is not done yet."""
    if not missing(read_stamp(), wanted(), extras):
        return
    VENV.mkdir(exist_ok=True)
    with alone():
        stamp, want = read_stamp(), wanted()
        todo = missing(stamp, want, extras)
        if not todo:
            return
        fresh = "python" not in todo and stamp.get("core") == want["core"] and stamp.get("built") == built()
        env = environment() | ({"ACCELXL_CORE": "keep"} if fresh else compiler())
        if "python" in todo:
            make_environment()
            stamp = {"python": want["python"]}
            write_stamp(stamp)
        for path in [] if fresh else [*core_builds(), ROOT / "accelxl" / "_core.cpp"]:
            path.unlink(missing_ok=True)  # a build for fewer instruction sets would leave the others as they were
        if "packages" in todo:
            extras |= set(stamp.get("extras", []))
            install(extras, env)
        else:
            build = [str(PYTHON), "setup.py", "build_ext", "--inplace", "--force"]
            step("building the core", build, env=env)
        write_stamp(want | {"extras": sorted(extras), "built": built()})


def install(extras: set[str], env: dict[str, str]) -> None:
    """Install the package from its sources, editable, with what it needs."""
    pip = [str(PYTHON), "-m", "pip", "install", "--progress-bar=off"]
    # The build runs in .venv itself: a later rebuild of the core then needs no package index.
    step(
        f"installing accelxl with {', '.join(sorted(extras))} (a few minutes; log in {LOG})",
        [*pip, *project("build-system")["requires"]],
        # compat: by the path. By a finder, a folder named accelxl beside a script (this clone) would hide the package.
        [
            *pip,
            "--no-build-isolation",
            "--config-settings=editable_mode=compat",
            "--editable",
            f".[{','.join(sorted(extras))}]",
        ],
        env=env,
    )


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Wait until no other start of run.py is installing here."""
    with LOCK.open("w") as file:
        if WINDOWS:
            import msvcrt

            take, busy = (lambda: msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)), OSError
        else:
            import fcntl

            take, busy = (lambda: fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)), BlockingIOError
        told = False
        while True:
            try:
                take()
                break
            except busy:
                if not told:
                    say("waiting for another start of run.py that is installing here")
                told = True
                time.sleep(0.2)
        yield


# -- the verbs ---------------------------------------------------------------------------------------------------------
def commands(verb: str, args: list[str]) -> list[list[str]]:
    """What a verb runs, in order."""
    python, accelxl = str(PYTHON), str(BIN / "accelxl")
    tests = [python, "-m", "pytest", *args]
    if verb == "demo":
        return [[accelxl, "demo", *args]]
    if verb == "test":
        return [tests]
    if verb == "soak":
        short = "--short" in args
        sizes = ["--scalar", "1000", "--table", "100", "--books", "500"] if short else []
        fuzz = [python, "-m", "tests.proofs.fuzz"]
        seconds = f"-max_total_time={60 if short else 1800}"
        return [
            [python, "-m", "tests.proofs.soak", *sizes, *(arg for arg in args if arg != "--short")],
            *([*fuzz, target, seconds] for target in ("runner", "sheet", "package", "formula", "text")),
            [python, "-m", "tests.proofs.native", "200" if short else "2000"],
            [python, "-m", "tests.proofs.mutants", "40" if short else "400"],
        ]
    if verb == "bench":
        return [[python, "-m", "benchmarks.run", *args]]
    if verb == "release":
        return [[python, "tools/release.py", *args]]
    cython = [str(path.relative_to(ROOT)) for path in core_sources() if path.suffix in {".pyx", ".pxd"}]
    return [
        [str(BIN / "ruff"), "format", "--check", "."],
        [str(BIN / "ruff"), "check", "."],
        [str(BIN / "cython-lint"), *cython],
        [python, "-m", "mypy"],
        [accelxl, "generate", "--check"],
        tests,
    ]


def run(verb: str, args: list[str]) -> int:
    """Run a verb's programs, all of them, and return the first exit code that is not 0."""
    if "--strict" in args:
        os.environ["ACCELXL_STRICT"] = "1"
        args = [arg for arg in args if arg != "--strict"]
    prepare(set(EXTRAS[verb]))
    failed = []
    todo = commands(verb, args)
    for command in todo:
        code = start(command)
        if code:
            failed.append((code, shlex.join([Path(command[0]).stem, *command[1:]])))
    if len(todo) > 1:
        say("failed: " + "; ".join(name for _, name in failed) if failed else f"all {len(todo)} checks passed")
    code = failed[0][0] if failed else 0
    return code if code >= 0 else 128 - code


def main(argv: list[str]) -> int:
    """Run the verb that the command line names and return the exit code."""
    if sys.version_info < OLDEST:
        say(f"AccelXL needs Python {OLDEST[0]}.{OLDEST[1]} or later; {sys.executable} is {platform.python_version()}.")
        return 1
    verb, args = (argv[0], argv[1:]) if argv else ("", [])
    if verb in {"-h", "--help"}:
        print(__doc__)
        return 0
    if verb not in EXTRAS:
        say(f"run.py was given {verb!r}; it knows {', '.join(EXTRAS)} (python3 run.py --help says more).")
        return 2
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        return run(verb, args)
    except Stop as stop:
        why, code = str(stop), 1
    except OSError as error:
        why, code = f"{error.filename or ROOT}: {error.strerror or error}", 1
    except KeyboardInterrupt:
        say("")
        why, code = "interrupted", INTERRUPTED
    say(f"run.py {verb}: {why}.")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
