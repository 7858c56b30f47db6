"""run.py: does what has changed and no more, and says in one sentence what a machine lacks."""

import ast
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SUFFIX = sysconfig.get_config_var("EXT_SUFFIX")
GRACE = 120  # seconds; a start that takes longer hangs

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins here are shell scripts")


@pytest.fixture(autouse=True)
def surroundings(monkeypatch):
    """No package index in reach, and a core of one build that compiles fast."""
    for name in ("CXX", "CXXFLAGS", "ACCELXL_STRICT", "PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setenv("ACCELXL_LEVELS", "")
    monkeypatch.setenv("ACCELXL_CFLAGS", "-O0")


# -- a clone in which nothing is installed -----------------------------------------------------------------------------
@pytest.fixture
def clone(tmp_path):
    """A folder as run.py finds it after a clone, with a core of one line."""
    folder = tmp_path / "a clone"
    package = folder / "accelxl"
    (package / "kernels").mkdir(parents=True)
    for name in ("run.py", "setup.py", "pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, folder)
    (package / "__init__.py").write_text('__version__ = "0"\n')
    (package / "pack.h").write_text("#define LINE 1\n")
    (package / "kernels" / "pack.pxd").write_text("")
    (package / "_core.pyx").write_text('cdef extern from "pack.h":\n    int LINE\nline = LINE\n')
    return folder


@pytest.fixture
def house(clone):
    """run.py of that clone as a module."""
    spec = importlib.util.spec_from_file_location("run_of_the_clone", clone / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def start(clone, *words, python=sys.executable, **settings):
    """Run run.py from another folder."""
    return subprocess.run(
        [str(python), str(clone / "run.py"), *words],
        cwd="/",
        env=os.environ | settings,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=GRACE,
        check=False,
    )


def script(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@pytest.fixture
def installed(clone, house):
    """The clone with packages in place (this interpreter stands for the one in .venv); the core is not built yet."""
    script(house.PYTHON, f'exec "{sys.executable}" "$@"')
    house.write_stamp(house.wanted() | {"core": "other sources", "extras": ["check", "recalc", "test"]})
    return clone


# -- what has to be done -----------------------------------------------------------------------------------------------
def stamped(house, **others):
    house.PYTHON.parent.mkdir(parents=True, exist_ok=True)
    house.PYTHON.touch()
    return house.wanted() | {"extras": ["recalc", "test"], "built": house.built()} | others


def test_a_stamp_that_fits_leaves_nothing_to_do(house):
    assert house.missing(stamped(house), house.wanted(), {"test"}) == []


@pytest.mark.parametrize(
    ("stamp", "extras", "todo"),
    [
        ({"python": "another"}, {"test"}, ["python", "packages"]),
        ({"packages": "other"}, {"test"}, ["packages"]),
        ({}, {"test", "check"}, ["packages"]),
        ({"core": "other"}, {"test"}, ["core"]),
        ({"built": "other"}, {"test"}, ["core"]),
    ],
)
def test_only_what_has_changed_is_done_again(house, stamp, extras, todo):
    assert house.missing(stamped(house, **stamp), house.wanted(), extras) == todo


def test_without_a_stamp_or_with_half_of_one_everything_is_done(house):
    assert house.read_stamp() == {}
    house.VENV.mkdir()
    for text in ("", "{", "[1]", "\x00"):
        house.STAMP.write_text(text)
        assert house.missing(house.read_stamp(), house.wanted(), set()) == ["python", "packages"]


@pytest.mark.parametrize("name", ["setup.py", "accelxl/_core.pyx", "accelxl/pack.h", "accelxl/kernels/pack.pxd"])
def test_every_source_of_the_core_counts_by_content_and_not_by_time(clone, house, name):
    before = house.wanted()
    os.utime(clone / name, (1, 1))
    assert house.wanted() == before
    (clone / name).write_text((clone / name).read_text() + "\n")
    assert [part for part in before if house.wanted()[part] != before[part]] == ["core"]


def test_a_new_file_or_other_flags_change_the_core(clone, house, monkeypatch):
    before = house.wanted()["core"]
    with monkeypatch.context() as patch:
        patch.setenv("ACCELXL_CFLAGS", "-O1")
        assert house.wanted()["core"] != before
    (clone / "accelxl/kernels/more.pxd").touch()
    assert house.wanted()["core"] != before


def test_requirements_count_and_the_settings_of_tools_do_not(clone, house):
    before, path = house.wanted(), clone / "pyproject.toml"
    text = path.read_text()
    path.write_text(text.replace("line-length = 120", "line-length = 119"))
    assert house.wanted() == before
    path.write_text(text.replace('"numpy>=2.0",', '"numpy>=2.1",'))
    assert [part for part in before if house.wanted()[part] != before[part]] == ["packages"]


def test_a_clone_that_was_moved_is_another(clone, house):
    stamp = stamped(house)
    moved = clone.rename(clone.with_name("moved"))
    spec = importlib.util.spec_from_file_location("run_of_the_moved", moved / "run.py")
    there = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(there)
    assert there.PYTHON.exists()
    assert there.missing(stamp, there.wanted(), {"test"}) == ["python", "packages"]


def test_extras_of_every_verb_are_in_pyproject(house):
    named = set().union(*house.EXTRAS.values())
    assert named <= set(house.project()["optional-dependencies"])


def test_other_build_requirements_make_another_core(clone, house):
    before, path = house.wanted(), clone / "pyproject.toml"
    path.write_text(path.read_text().replace('"cython>=3.1"', '"cython>=3.2"'))
    assert [part for part in before if house.wanted()[part] != before[part]] == ["core"]


# -- starts ------------------------------------------------------------------------------------------------------------
def test_the_core_is_built_when_its_sources_change_and_only_then(installed, house, find):
    find("g++")
    script(house.BIN / "accelxl", f'exec "{sys.executable}" -c "import accelxl._core as c; print(c.line)"')

    def line():
        done = start(installed, "demo")
        assert done.returncode == 0, done.stderr
        return int(done.stdout), "building the core" in done.stderr

    assert line() == (1, True)
    assert line() == (1, False)
    (installed / "accelxl/pack.h").write_text("#define LINE 2\n")
    assert line() == (2, True)
    (installed / f"accelxl/_core{SUFFIX}").write_bytes(b"made by other means")
    wide = installed / f"accelxl/_v3/_core{SUFFIX}"
    wide.parent.mkdir(exist_ok=True)
    wide.write_bytes(b"of older sources")
    assert line() == (2, True)
    assert not wide.exists()
    assert line() == (2, False)


def test_other_requirements_are_installed_beside_the_core_that_is_there_without_a_compiler(installed, house):
    core = installed / f"accelxl/_core{SUFFIX}"
    core.write_bytes(b"built before")
    house.write_stamp(stamped(house, packages="other"))
    script(house.PYTHON, f'echo "$ACCELXL_CORE|$*" >> "{installed}/said"')
    done = start(installed, "test", PATH="/nowhere")
    assert done.returncode == 0, done.stderr
    lines = (installed / "said").read_text().splitlines()
    assert [line.partition("|")[0] for line in lines] == ["keep", "keep", ""]
    assert "--editable" in lines[1]
    assert core.read_bytes() == b"built before"
    assert house.missing(house.read_stamp(), house.wanted(), {"test"}) == []


def test_a_core_that_does_not_compile_is_one_sentence_with_the_place(installed, find):
    find("g++")
    with (installed / "accelxl/pack.h").open("a") as header:
        header.write('static int wrong = "text";\n')
    done = start(installed, "test", "--version")
    assert done.returncode == 1
    assert "the compiled core could not be built (accelxl/pack.h:2:" in done.stderr
    assert not list((installed / "accelxl").rglob(f"*{SUFFIX}"))


@pytest.fixture
def ready(installed, house):
    """The clone with packages and core in place."""
    house.write_stamp(stamped(house, extras=["check", "recalc", "test"]))
    return installed


def test_a_second_start_takes_less_than_three_seconds_and_no_network(ready, house):
    script(house.PYTHON, 'echo "$@"')
    began = time.monotonic()
    done = start(ready, "test", PATH="/nowhere")
    took = time.monotonic() - began
    assert (done.returncode, done.stdout, done.stderr) == (0, "-m pytest\n", "")
    assert took < 3


def test_a_verb_returns_the_exit_code_of_its_program(ready, house):
    script(house.PYTHON, "exit 4")
    assert start(ready, "test").returncode == 4
    script(house.PYTHON, "kill -SEGV $$")
    assert start(ready, "test").returncode == 128 + signal.SIGSEGV


def test_demo_hands_on_its_arguments_and_runs_in_the_clone(ready, house):
    script(house.BIN / "accelxl", 'echo "$PWD|$*|$VIRTUAL_ENV|$PYTHONPATH"')
    done = start(ready, "demo", "--out", "a b", PYTHONPATH="/elsewhere")
    assert done.stdout == f"{ready}|demo --out a b|{house.VENV}|\n"


def test_strict_is_for_run_py_and_not_for_pytest(ready, house):
    script(house.PYTHON, 'echo "$ACCELXL_STRICT|$*"')
    assert start(ready, "test", "--strict", "-x").stdout == "1|-m pytest -x\n"
    assert start(ready, "test", "-x").stdout == "|-m pytest -x\n"


def test_check_runs_every_check_and_names_those_that_fail(ready, house):
    script(house.PYTHON, 'echo "python $*"')
    script(house.BIN / "ruff", 'echo "ruff $*"; [ "$1" = check ] && exit 3 || exit 0')
    script(house.BIN / "cython-lint", 'echo "cython-lint $*"; exit 1')
    script(house.BIN / "accelxl", 'echo "accelxl $*"')
    lines = [
        "ruff format --check .",
        "ruff check .",
        "cython-lint accelxl/_core.pyx accelxl/kernels/pack.pxd",
        "python -m mypy",
        "accelxl generate --check",
        "python -m pytest -x",
    ]
    done = start(ready, "check", "-x")
    assert done.stdout.splitlines() == lines
    assert done.returncode == 3
    assert "failed: ruff check .; cython-lint accelxl/_core.pyx accelxl/kernels/pack.pxd" in done.stderr


def test_a_verb_that_is_not_known_names_those_that_are(clone):
    for words in (["tset"], []):
        done = start(clone, *words)
        assert done.returncode == 2
        assert "it knows demo, test, check, soak, release, bench" in done.stderr
    assert not (clone / ".venv").exists()


def test_help_names_every_verb(clone, house):
    done = start(clone, "--help")
    assert done.returncode == 0
    assert all(re.search(rf"^{verb} ", done.stdout, re.MULTILINE) for verb in house.EXTRAS)


# -- interrupted, or not alone -----------------------------------------------------------------------------------------
@pytest.fixture
def sleeper(ready, house):
    """A start whose program sleeps, in a group of its own."""
    script(house.PYTHON, f'echo $$ > "{ready}/pid"; exec sleep 60')
    running = subprocess.Popen(
        [sys.executable, str(ready / "run.py"), "test"],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # A shell's background jobs ignore the interrupt.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no thread is running
    )
    for _ in range(GRACE * 10):
        if (ready / "pid").exists() and (ready / "pid").read_text().strip():
            break
        time.sleep(0.1)
    yield running
    running.kill()


def gone(pid):
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def test_ctrl_c_ends_both_without_a_traceback(ready, sleeper):
    os.killpg(sleeper.pid, signal.SIGINT)
    _, said = sleeper.communicate(timeout=GRACE)
    assert sleeper.returncode == 130
    assert said.strip() == "run.py test: interrupted."
    assert gone(int((ready / "pid").read_text()))


def test_a_termination_ends_the_program_too(ready, sleeper):
    sleeper.terminate()
    sleeper.communicate(timeout=GRACE)
    assert sleeper.returncode == 143
    assert gone(int((ready / "pid").read_text()))


def test_a_second_start_waits_for_the_first_that_installs(installed, house, find):
    find("g++")
    with house.alone():
        waiting = subprocess.Popen(
            [sys.executable, str(installed / "run.py"), "test", "--version"],
            stderr=subprocess.PIPE,
            text=True,
        )
        assert waiting.stderr.readline().startswith("waiting for another start")
        assert waiting.poll() is None
    _, said = waiting.communicate(timeout=GRACE)
    assert waiting.returncode == 0, said
    assert "building the core" in said


# -- what a machine lacks ----------------------------------------------------------------------------------------------
def sentence(done):
    """The one line that run.py says before it gives up."""
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("run.py ")
    assert last.endswith(".")
    return last


@pytest.fixture
def bare(tmp_path):
    """A prefix for PYTHONHOME as a bare Debian has it: the standard library without ensurepip, no packages, no headers."""
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    library = tmp_path / "bare" / "lib" / version
    library.mkdir(parents=True)
    for entry in Path(sysconfig.get_path("stdlib")).iterdir():
        if entry.name not in {"ensurepip", "site-packages", "dist-packages", "__pycache__"}:
            (library / entry.name).symlink_to(entry)
    (library / "site-packages").mkdir()
    return tmp_path / "bare"


@pytest.fixture
def compilers(tmp_path, find):
    """A folder for PATH that holds a C++ compiler and nothing else."""
    folder = tmp_path / "compilers"
    script(folder / "c++", f'exec "{find("g++")}" "$@"')
    return folder


def real_python():
    """The interpreter itself, not the environment that the tests run in."""
    return Path(getattr(sys, "_base_executable", sys.executable)).resolve()


def add_headers(bare):
    include = bare / "include" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    include.parent.mkdir(parents=True)
    include.symlink_to(sysconfig.get_path("include"))


def test_without_a_compiler_it_says_so(clone):
    said = sentence(start(clone, "demo", PATH="/nowhere"))
    assert "a working C++ compiler is missing; looked for" in said
    assert not list((clone / ".venv").glob("bin"))


def test_a_compiler_that_does_not_work_is_quoted(clone, tmp_path):
    script(tmp_path / "broken", "echo 'error: no licence' >&2; exit 1")
    said = sentence(start(clone, "demo", CXX=str(tmp_path / "broken")))
    assert "broken says error: no licence" in said


def test_another_compiler_is_taken_when_pythons_own_is_missing(house, compilers, monkeypatch):
    monkeypatch.setenv("PATH", str(compilers))
    monkeypatch.setattr(
        house.sysconfig, "get_config_var", {"CXX": "no-such-c++", "LDCXXSHARED": "no-such-c++ -shared -pthread"}.get
    )
    assert house.compiler() == {"CXX": "c++", "LDCXXSHARED": "c++ -shared -pthread"}


def test_without_headers_it_says_so(clone, bare, compilers):
    said = sentence(start(clone, "demo", python=real_python(), PYTHONHOME=str(bare), PATH=str(compilers)))
    assert "the headers of" in said
    assert "Python.h" in said


def test_a_bare_python_is_told_what_to_install(clone, bare, compilers):
    add_headers(bare)
    said = sentence(start(clone, "demo", python=real_python(), PYTHONHOME=str(bare), PATH=str(compilers)))
    assert "has neither ensurepip nor pip, and neither uv nor virtualenv is on PATH" in said
    assert {path.name for path in (clone / ".venv").iterdir()} == {"run.lock"}


@pytest.mark.parametrize("tool", ["uv", "virtualenv"])
def test_a_bare_python_takes_the_tool_that_it_finds(clone, bare, compilers, tool):
    add_headers(bare)
    script(compilers / tool, 'echo "error: asked for $*" >&2; exit 1')
    said = sentence(start(clone, "demo", python=real_python(), PYTHONHOME=str(bare), PATH=str(compilers)))
    assert re.search(rf"error: asked for .*--python .* {clone}/\.venv", said)


def test_a_bare_python_takes_the_pip_that_it_has(house, monkeypatch):
    monkeypatch.setattr(house, "has", {"venv": True, "pip": True, "ensurepip": False}.get)
    [name, (venv, pip)], *_ = house.makers()
    assert name == "venv and this Python's pip"
    assert venv[-1] == "--without-pip"
    assert pip[1:] == ["-m", "pip", "--python", str(house.PYTHON), "install", "pip"]


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("ensurepip") is None, reason="this Python cannot make an environment offline"
)
def test_without_a_package_index_it_says_so_and_keeps_what_it_has(clone, find):
    find("g++")
    first = start(clone, "demo")
    assert "making .venv with venv" in first.stderr
    assert "the package index cannot be reached" in sentence(first)
    second = start(clone, "demo")
    assert "making .venv" not in second.stderr
    assert "the package index cannot be reached" in sentence(second)


def test_an_environment_of_someone_else_is_left_alone(clone):
    (clone / ".venv").mkdir()
    (clone / ".venv/pyvenv.cfg").write_text("home = /elsewhere")
    said = sentence(start(clone, "demo"))
    assert said.endswith("a clone/.venv was not made by run.py: move it away.")
    assert (clone / ".venv/pyvenv.cfg").read_text() == "home = /elsewhere"


def test_a_folder_that_cannot_be_made_is_named(clone):
    (clone / ".venv").write_text("a file")
    assert sentence(start(clone, "demo")).endswith("a clone/.venv: File exists.")


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("x\nOSError: [Errno 28] No space left on device\n", "the disk that holds"),
        (
            "In file included\nfoo.cpp:4:10: fatal error: Python.h: No such file or directory\n",
            "the headers of this Python",
        ),
        (
            "warning: x\naccelxl/_core.pyx:54:0: Expected an identifier\nERROR: failed",
            "built (accelxl/_core.pyx:54:0: Expected an identifier)",
        ),
        (
            "error: Microsoft Visual C++ 14.0 or greater is required.",
            "could not be built (error: Microsoft Visual C++ 14.0",
        ),
        (
            "WARNING: Retrying after connection broken by 'NewConnectionError(...)'\nERROR: No matching distribution found for numpy",
            "the package index cannot be reached",
        ),
        ("ERROR: No matching distribution found for typer>=99", "no release that fits this Python (ERROR: No matching"),
        ("  cause: invalid peer certificate: UnknownIssuer", "certificate is not trusted (cause: invalid peer"),
        ("ERROR: something new", "installing failed (ERROR: something new)"),
        ("", "installing failed;"),
    ],
)
def test_an_installers_output_becomes_one_sentence(house, output, words):
    said = house.explain(output)
    assert words in said
    assert said.endswith(f"the whole output is in {house.LOG}")
    assert "\n" not in said


def test_a_python_that_is_too_old_is_told_so(house, capsys):
    house.OLDEST = (99, 0)
    assert house.main(["test"]) == 1
    assert "AccelXL needs Python 99.0 or later" in capsys.readouterr().err


def test_pythons_that_are_too_old_can_still_read_run_py():
    ast.parse((ROOT / "run.py").read_text(encoding="utf-8"), feature_version=(3, 7))


def test_run_py_needs_the_standard_library_alone():
    tree = ast.parse((ROOT / "run.py").read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


# -- the tests' own mode -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("strict", "outcome"), [("", "1 skipped"), ("1", "1 error")])
def test_a_missing_program_is_a_skip_or_in_strict_mode_a_failure(tmp_path, strict, outcome):
    (tmp_path / "test_office.py").write_text(
        "import pytest\n@pytest.mark.office('poppler', 'git')\ndef test_book():\n    raise SystemError\n"
    )
    command = [sys.executable, "-m", "pytest", "-rs", "-p", "tests.conftest", "-c", os.devnull, "-o", "markers=office"]
    done = subprocess.run(
        [*command, "--rootdir", str(tmp_path), str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PATH": "/nowhere", "ACCELXL_STRICT": strict},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome in done.stdout
    assert "missing on this machine: poppler, git" in done.stdout


@pytest.mark.slow
@pytest.mark.skipif(
    os.environ.get("ACCELXL_FRESH") != "1", reason="installs everything anew; ACCELXL_FRESH=1 asks for it"
)
def test_a_fresh_clone_comes_to_its_tests_and_the_second_start_at_once(tmp_path, find):
    subprocess.run([find("git"), "clone", "--quiet", ROOT, tmp_path / "fresh"], check=True)
    command = [
        sys.executable,
        str(tmp_path / "fresh" / "run.py"),
        "test",
        "--collect-only",
        "-q",
        "tests/test_units.py",
    ]
    first = subprocess.run(command, cwd="/", capture_output=True, text=True, check=True)
    assert "installing accelxl" in first.stderr
    second = subprocess.run(command, cwd="/", capture_output=True, text=True, check=True)
    assert second.stderr == ""
