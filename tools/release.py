"""Make a release from the last commit: sdist, wheel, add-ins, notices, SBOM and hashes in one folder, each checked.

`python3 run.py release [--out dist] [--trial] [--levels "3 4"] [--python PYTHON]` clones the commit, builds the sdist and from it the
wheel, installs the wheel into an environment of its own without a compiler on PATH, and runs the part of the tests there that needs
nothing but the package. Wheels of other systems come from cibuildwheel, which pyproject.toml configures. --trial allows what stops a
release that is published: changes that are not committed (they are left out), and a changelog without a section for the version.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import tomllib
import zipfile
from collections.abc import Iterable, Sequence
from email.parser import Parser
from pathlib import Path

ROOT = Path(__file__).parent.parent
LEFT_OUT = re.compile(r"\.ci/|\.git")
"""Tracked files that are settings of the repository's host."""
ADDED = re.compile(r"(PKG-INFO|setup\.cfg|accelxl\.egg-info/[\w.-]+)")
"""What setuptools adds to an sdist."""
CORE = re.compile(r"accelxl/(_v\d/)?_core\.[\w-]+\.(so|pyd)")
INFO = re.compile(
    r"accelxl-[\d.]+\.dist-info/(METADATA|WHEEL|RECORD|entry_points\.txt|top_level\.txt|licenses/(LICENSE|NOTICE))"
)
COMPILERS = ("cc", "gcc", "g++", "c++", "clang", "clang++", "cl")
PART = ("tests/domain", "tests/oracle", "tests/plan", "tests/catalogue", "tests/functions")
"""Tests of the wheel: figures of every kernel, the plan, the catalogue and every sheet function; they read no source of the package."""
NEEDS = ("pytest", "pytest-benchmark", "hypothesis", "pyxirr", "numpy-financial", "openpyxl", "SALib", "genai-prices")
SOURCES = "not in_the_order_of_the_table"
"""Tests of that part that read the kernels' sources, which are not there."""


class Refused(Exception):
    """The sentence that says why there is no release."""


# -- what is in a file that we give away -------------------------------------------------------------------------------
def tracked(root: Path) -> set[str]:
    """Paths of the files that the repository holds."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True)
    return {name for name in done.stdout.split("\0") if name}


def version(root: Path) -> str:
    """The version, from its one place."""
    for node in ast.parse((root / "accelxl/__init__.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__version__":
            return str(ast.literal_eval(node.value))
    raise Refused("accelxl/__init__.py has no __version__")


def sdist_names(path: Path) -> set[str]:
    """Files of an sdist, without the folder that they lie in."""
    with tarfile.open(path) as archive:
        return {member.name.partition("/")[2] for member in archive.getmembers() if not member.isdir()}


def sdist_faults(names: set[str], ours: set[str]) -> list[str]:
    """What an sdist lacks of the repository, and what it has besides."""
    wanted = {name for name in ours if not LEFT_OUT.match(name)}
    extra = {name for name in names - wanted if not ADDED.fullmatch(name)}
    return [f"the sdist lacks {name}" for name in sorted(wanted - names)] + [
        f"the sdist has {name}, which the repository has not" for name in sorted(extra)
    ]


def wheel_faults(names: set[str], ours: set[str], levels: Sequence[int]) -> list[str]:
    """What a wheel lacks of the package, and what it has that is neither the package, its core nor what describes it."""
    package = {name for name in ours if name.startswith("accelxl/")}
    extra = {name for name in names - package if not CORE.fullmatch(name) and not INFO.fullmatch(name)}
    cores = {match[1] or "" for name in names if (match := CORE.fullmatch(name))}
    wanted = {"", *(f"_v{level}/" for level in levels)}
    return (
        [f"the wheel lacks {name}" for name in sorted(package - names)]
        + [f"the wheel has {name}, which is not of this project" for name in sorted(extra)]
        + [f"the wheel lacks the core of {name or 'the base'}" for name in sorted(wanted - cores)]
        + [f"the wheel lacks its {name}" for name in ("LICENSE", "NOTICE") if not any(n.endswith(f"licenses/{name}") for n in names)]
    )  # fmt: skip


def foreign_notices(files: Iterable[tuple[str, bytes]]) -> list[str]:
    """Files that name a holder of copyright who is not ours: what an add-in carries of others would need its notice."""
    holders = re.compile(
        rb"(?:copyright|\(c\)|\xc2\xa9)[ \t]+(?:\(c\)[ \t]+)?(?:19|20)\d\d[^\r\n]{0,60}", re.IGNORECASE
    )
    return [
        f"{name} has a notice of others: {found[0].decode(errors='replace')}"
        for name, data in files
        for found in holders.finditer(data)
        if b"accelxl" not in found[0].lower()
    ]


def content(path: Path) -> list[tuple[str, bytes]]:
    """Names and bytes of the files in a zip archive."""
    with zipfile.ZipFile(path) as archive:
        return [(f"{path.name}, {name}", archive.read(name)) for name in archive.namelist()]


# -- the SBOM ----------------------------------------------------------------------------------------------------------
def sbom(python: Path, pyproject: Path, number: str, out: Path) -> Path:
    """Write what an environment consists of as CycloneDX JSON, held against its schema; the tool wants the version as a number."""
    stated = out.with_suffix(".toml")
    text = pyproject.read_text(encoding="utf-8")
    stated.write_text(text.replace('dynamic = ["version"]', f'version = "{number}"', 1), encoding="utf-8")
    run(
        [sys.executable, "-m", "cyclonedx_py", "environment", "--pyproject", str(stated), "--mc-type", "library",
         "--output-reproducible", "--validate", "--output-format", "JSON", "--output-file", str(out), str(python)]
    )  # fmt: skip
    stated.unlink()
    return out


def sbom_faults(path: Path, metadata: str) -> list[str]:
    """What an SBOM lacks of a wheel's metadata: name, version, licence, and each requirement that is not of an extra."""
    found = json.loads(path.read_text(encoding="utf-8"))
    said = Parser().parsestr(metadata)
    main = found["metadata"]["component"]
    components = {normal(one["name"]) for one in found["components"]}
    faults = [] if normal(main["name"]) == normal(said["Name"]) else [f"the SBOM is of {main['name']}"]
    if main.get("version") != said["Version"]:
        faults.append(f"the SBOM is of version {main.get('version')}; the wheel has {said['Version']}")
    for line in said.get_all("Requires-Dist") or []:
        name = normal(re.split(r"[^\w.-]", line, maxsplit=1)[0])
        if "extra ==" not in line and name not in components:
            faults.append(f"the SBOM lacks {name}")
    return faults


def normal(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


# -- the steps ---------------------------------------------------------------------------------------------------------
def run(command: list[str], cwd: Path = ROOT, env: dict[str, str] | None = None, *, show: bool = False) -> str:
    """Run a program; Refused with the end of what it said when it fails."""
    done = subprocess.run(
        command, cwd=cwd, env=env, text=True, stdout=None if show else subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )  # fmt: skip
    if done.returncode:
        raise Refused(f"{' '.join(command[:6])} ... failed\n{(done.stdout or '')[-3000:]}")
    return done.stdout or ""


def ready(root: Path, *, trial: bool) -> str:
    """The version; Refused when what is committed is not what is to be released."""
    number = version(root)
    faults = []
    if run(["git", "status", "--porcelain"], root).strip():
        faults.append("there are changes that are not committed")
    if f"## {number} " not in (root / "CHANGELOG.md").read_text(encoding="utf-8"):
        faults.append(f"CHANGELOG.md has no section for {number}: python3 tools/changelog.py {number} writes it")
    if faults and not trial:
        raise Refused("; ".join(faults))
    for fault in faults:
        print(f"trial: {fault}")
    return number


def packed(work: Path, out: Path, levels: str) -> tuple[Path, Path]:
    """Clone the commit, build the sdist and from it the wheel; both checked against the files of the repository."""
    run(["git", "clone", "--quiet", str(ROOT), str(work / "clone")])
    env = {**os.environ, "ACCELXL_LEVELS": levels}
    run([sys.executable, "-m", "build", "--outdir", str(out), str(work / "clone")], env=env)
    [sdist], [wheel] = out.glob("*.tar.gz"), out.glob("*.whl")
    ours = tracked(work / "clone")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    faults = sdist_faults(sdist_names(sdist), ours) + wheel_faults(
        names, ours, [int(level) for level in levels.split()]
    )
    if faults:
        raise Refused("; ".join(faults))
    return sdist, wheel


def bare_environment(python: Path) -> dict[str, str]:
    """Settings of a machine that has this Python and no compiler."""
    env = {name: os.environ[name] for name in ("HOME", "TMPDIR", "TEMP", "SYSTEMROOT") if name in os.environ}
    env |= {"PATH": str(python.parent), "CC": "none", "CXX": "none", "LC_ALL": "C.UTF-8", "CI": "true"}
    there = [name for name in COMPILERS if shutil.which(name, path=env["PATH"])]
    if there:
        raise Refused(f"{python.parent} has a compiler: {', '.join(there)}")
    return env


def installed(work: Path, host: str, wheel: Path) -> Path:
    """Make an environment and install the wheel there, with nothing that has to be compiled; returns its Python."""
    run([host, "-m", "venv", str(work / "bare")])
    python = work / "bare" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:"]
    settings = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    run([*pip, str(wheel)], work, bare_environment(python) | settings)
    return python


def tested(work: Path, sdist: Path, python: Path) -> str:
    """Run the tests that need nothing but the package, from the sdist without the package's sources; the last line of them."""
    with tarfile.open(sdist) as archive:
        archive.extractall(work / "sdist", filter="data")
    [root] = (work / "sdist").iterdir()
    shutil.rmtree(root / "accelxl")
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:"]
    settings = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    run([*pip, *NEEDS], work, bare_environment(python) | settings)
    place = run(
        [str(python), "-c", "import accelxl, accelxl._core as c; print(c.__file__)"], root, bare_environment(python)
    )
    if str(work / "bare") not in place:
        raise Refused(f"the tests would take the core from {place.strip()}")
    said = run(
        [str(python), "-m", "pytest", "-q", "--benchmark-disable", "-k", SOURCES, *PART], root, bare_environment(python)
    )
    return said.strip().splitlines()[-1].strip("= ")


def hosts(out: Path, python: Path, work: Path) -> list[Path]:
    """Make the add-ins and the workbooks with the installed wheel; Refused where one has something of others."""
    for words in (["calc", "build"], ["excel", "build"], ["workbooks", "build"]):
        run([str(python), "-m", "accelxl", *words, "--out", str(out)], work, bare_environment(python))
    made = sorted(path for path in out.iterdir() if path.suffix in {".oxt", ".xlam", ".xlsm", ".xlsx"})
    faults = [fault for path in made for fault in foreign_notices(content(path))]
    if faults:
        raise Refused("; ".join(faults))
    return made


def hashes(out: Path) -> Path:
    """Write SHA256SUMS of the files of a release."""
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(out.iterdir())
        if path.name != "SHA256SUMS"
    ]
    (out / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")
    return out / "SHA256SUMS"


def release(out: Path, host: str, levels: str, *, trial: bool) -> None:
    """All steps, a line for each."""
    number = ready(ROOT, trial=trial)
    if out.exists() and any(out.iterdir()):
        raise Refused(f"{out} is not empty; an empty folder, or one that is to be made, is needed")
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="accelxl-release-") as name:
        work, start = Path(name), time.monotonic()

        def told(text: str) -> None:
            print(f"{time.monotonic() - start:5.0f} s  {text}", flush=True)

        sdist, wheel = packed(work, out, levels)
        told(
            f"{sdist.name} {sdist.stat().st_size:,} bytes, {wheel.name} {wheel.stat().st_size:,} bytes; their files are the repository's"
        )
        python = installed(work, host, wheel)
        with zipfile.ZipFile(wheel) as archive:
            metadata = archive.read(f"accelxl-{number}.dist-info/METADATA").decode()
        made = sbom(python, work / "clone" / "pyproject.toml", number, out / f"accelxl-{number}.cdx.json")
        faults = sbom_faults(made, metadata)
        if faults:
            raise Refused("; ".join(faults))
        told(
            f"{made.name}: {len(json.loads(made.read_text(encoding='utf-8'))['components'])} components, valid CycloneDX"
        )
        told(
            f"{len(hosts(out, python, work))} books and add-ins made by the installed wheel, none with a notice of others"
        )
        told(f"without a compiler, {' '.join(PART)}: {tested(work, sdist, python)}")
    shutil.copy(ROOT / "NOTICE", out)
    told(f"{hashes(out)} has {len(list(out.iterdir())) - 1} files")


def main(argv: list[str]) -> int:
    """Make the release that the command line asks for; 1 with a sentence when there is none."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    asked.add_argument("--out", type=Path, default=ROOT / "dist")
    asked.add_argument("--trial", action="store_true")
    asked.add_argument("--levels", default="3 4", help="x86-64 levels of the core beside the base")
    asked.add_argument("--python", default=sys.executable, help="the Python that the wheel is tested with")
    options = asked.parse_args(argv)
    try:
        release(options.out.resolve(), options.python, options.levels, trial=options.trial)
    except Refused as refused:
        print(f"release: {refused}", file=sys.stderr)
        return 1
    return 0


def identifiers(platform: str) -> list[str]:
    """Wheels that cibuildwheel would build for a system, by the configuration in pyproject.toml."""
    arch = {"linux": "x86_64 aarch64", "macos": "x86_64 arm64", "windows": "AMD64 ARM64"}[platform]
    configured = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["cibuildwheel"]
    if " ".join(configured[platform]["archs"]) != arch:
        raise Refused(f"cibuildwheel builds {configured[platform]['archs']} for {platform}; {arch} are wanted")
    return run(
        [sys.executable, "-m", "cibuildwheel", "--print-build-identifiers", "--platform", platform, str(ROOT)]
    ).split()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
