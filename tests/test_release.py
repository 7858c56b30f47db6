"""What a release is made of: the sdist is the repository, add-ins hold nothing of others, the version stands once."""

import ast
import importlib.metadata
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

import accelxl
from accelxl.hosts.calc.build import extension
from accelxl.hosts.excel.build import add_in, with_macros

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a release is made on Linux")

spec = importlib.util.spec_from_file_location("release_tool", ROOT / "tools" / "release.py")
release = importlib.util.module_from_spec(spec)
spec.loader.exec_module(release)


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The tracked files as they are now, with the litter of a working tree among them."""
    folder = tmp_path_factory.mktemp("release") / "clone"
    for name in release.tracked(ROOT):
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    litter = ["accelxl/_core.cpp", "accelxl/_v3/_core.abi3.so", "accelxl/__pycache__/x.cpython-311.pyc", "build/base/_core.cpp",
              "docs/_build/html/index.html", "workbooks/.~lock.x.xlsx#", "out/x.xlsx", ".venv/run.json"]  # fmt: skip
    for name in litter:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"litter")
    return folder


@pytest.fixture(scope="module")
def sdist(copy):
    command = [
        sys.executable,
        "-m",
        "build",
        "--sdist",
        "--no-isolation",
        "--skip-dependency-check",
        "--outdir",
        "made",
        ".",
    ]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    [path] = (copy / "made").iterdir()
    return path


def test_the_sdist_is_the_repository_and_no_litter_of_a_working_tree(sdist):
    ours = {name for name in release.tracked(ROOT) if (ROOT / name).exists()}
    assert release.sdist_faults(release.sdist_names(sdist), ours) == []
    assert sdist.name == f"accelxl-{accelxl.__version__}.tar.gz"


def test_the_sdist_has_the_bytes_of_the_sources_that_the_core_is_made_of(sdist):
    with tarfile.open(sdist) as archive:
        for name in (
            "accelxl/_core.pyx",
            "accelxl/pack.h",
            "accelxl/kernels/plan.pxd",
            "accelxl/catalogue/devices.csv",
        ):
            assert (
                archive.extractfile(f"{sdist.name.removesuffix('.tar.gz')}/{name}").read() == (ROOT / name).read_bytes()
            )


def test_what_an_sdist_lacks_or_has_besides_is_named():
    assert release.sdist_faults({"a.py", "PKG-INFO", "b.so"}, {"a.py", "c.h", ".ci/run"}) == [
        "the sdist lacks c.h",
        "the sdist has b.so, which the repository has not",
    ]


def test_what_a_wheel_lacks_or_has_besides_is_named():
    ours = {"accelxl/a.py", "accelxl/b.csv", "tests/test_a.py"}
    good = {"accelxl/a.py", "accelxl/b.csv", "accelxl/_core.cp-1.so", "accelxl/_v3/_core.cp-1.so"} | {
        f"accelxl-0.1.0.dist-info/{name}"
        for name in ("METADATA", "RECORD", "WHEEL", "licenses/LICENSE", "licenses/NOTICE")
    }
    assert release.wheel_faults(good, ours, [3]) == []
    assert release.wheel_faults(good, ours, [3, 4]) == ["the wheel lacks the core of _v4/"]
    assert release.wheel_faults(good | {"numpy.libs/x.so"}, ours, [3]) == [
        "the wheel has numpy.libs/x.so, which is not of this project"
    ]
    left = good - {"accelxl/b.csv", "accelxl-0.1.0.dist-info/licenses/NOTICE"}
    assert release.wheel_faults(left, ours, []) == ["the wheel lacks accelxl/b.csv", "the wheel lacks its NOTICE"]


def every_host():
    yield "accelxl.oxt", extension()
    yield "accelxl.xlam", add_in()
    for path in sorted((ROOT / "workbooks").glob("*.xlsx")):
        yield path.name, path.read_bytes()
    yield "a.xlsm", with_macros(path.read_bytes(), path.name)


def test_add_ins_and_books_carry_nothing_with_a_notice_of_others(tmp_path):
    count = 0
    for name, data in every_host():
        (tmp_path / name).write_bytes(data)
        files = release.content(tmp_path / name)
        assert release.foreign_notices(files) == []
        assert not [part for part, _ in files if re.search(r"\.(so|dll|dylib|exe|ttf|otf|jar)$", part)]
        count += len(files)
    assert count > 100
    assert "no\nlibrary, font, picture or macro of others is bundled" in (ROOT / "NOTICE").read_text(encoding="utf-8")


def test_a_notice_of_others_is_found():
    files = [
        ("a", b"x\n' Copyright (c) 2014-2024 Somebody GmbH\n"),
        ("b", b"Copyright (c) 2026 the AccelXL developers"),
    ]
    assert release.foreign_notices(files) == ["a has a notice of others: Copyright (c) 2014-2024 Somebody GmbH"]


def test_the_version_stands_in_one_place():
    number = release.version(ROOT)
    assert number == accelxl.__version__
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "accelxl.__version__"}
    again = []
    for name in sorted(release.tracked(ROOT)):
        if name.endswith(".py") and not name.startswith("tests/") and (ROOT / name).exists():
            text = (ROOT / name).read_text(encoding="utf-8")
            tree = ast.parse(text if number in text else "")
            again += [name for node in ast.walk(tree) if isinstance(node, ast.Constant) and node.value == number]
    assert again == ["accelxl/__init__.py"]


@pytest.mark.parametrize(("platform", "tags"), [("linux", ("manylinux_x86_64", "manylinux_aarch64")),
                                                ("macos", ("macosx_x86_64", "macosx_arm64")),
                                                ("windows", ("win_amd64", "win_arm64"))])  # fmt: skip
def test_wheels_are_configured_for_each_python_system_and_processor(platform, tags):
    found = release.identifiers(platform)
    assert {name for name in found if name.startswith("cp311")} == {f"cp311-{tag}" for tag in tags}
    assert {name.partition("-")[0] for name in found} >= {"cp311", "cp312", "cp313", "cp314"}


def test_the_tests_of_a_wheel_are_the_same_here_and_in_cibuildwheel():
    configured = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["cibuildwheel"]
    assert configured["test-command"].endswith(f'-k "{release.SOURCES}" {" ".join(release.PART)}')
    assert [re.split(">", name)[0] for name in configured["test-requires"]] == list(release.NEEDS)
    assert all((ROOT / name).is_dir() for name in release.PART)


METADATA = "Name: accelxl\nVersion: 0.1.0\nRequires-Dist: numpy>=2\nRequires-Dist: python-calamine\nRequires-Dist: x; extra == 't'\n\n"


def test_an_sbom_that_lacks_a_requirement_is_told(tmp_path):
    path = tmp_path / "s.json"
    main = {"name": "accelxl", "version": "0.1.0"}
    path.write_text(json.dumps({"metadata": {"component": main}, "components": [{"name": "numpy"}]}))
    assert release.sbom_faults(path, METADATA) == ["the SBOM lacks python-calamine"]
    parts = [{"name": "numpy"}, {"name": "Python_Calamine"}]
    path.write_text(json.dumps({"metadata": {"component": main | {"version": "1"}}, "components": parts}))
    assert release.sbom_faults(path, METADATA) == ["the SBOM is of version 1; the wheel has 0.1.0"]


def test_the_sbom_of_an_environment_is_valid_and_has_what_the_package_needs(tmp_path):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "bare")], check=True)
    [site] = (tmp_path / "bare").glob("lib/python*/site-packages")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {re.split(r"[^\w.-]", line, maxsplit=1)[0]: "" for line in project["dependencies"]}
    for name in needed:
        held = importlib.metadata.distribution(name)
        needed[name] = held.version
        (site / f"{name}-{held.version}.dist-info").mkdir()
        (site / f"{name}-{held.version}.dist-info" / "METADATA").write_text(
            held.read_text("METADATA"), encoding="utf-8"
        )
    path = release.sbom(tmp_path / "bare/bin/python", ROOT / "pyproject.toml", "7.8.9", tmp_path / "s.json")
    found = json.loads(path.read_text(encoding="utf-8"))
    assert found["bomFormat"] == "CycloneDX"
    assert {one["name"]: one["version"] for one in found["components"]} == needed
    metadata = "Name: accelxl\nVersion: 7.8.9\n" + "".join(
        f"Requires-Dist: {line}\n" for line in project["dependencies"]
    )
    assert release.sbom_faults(path, metadata) == []


def test_a_release_needs_a_clean_tree_and_a_section_in_the_changelog(tmp_path, capsys):
    (tmp_path / "accelxl").mkdir()
    (tmp_path / "accelxl/__init__.py").write_text('__version__ = "2.0.0"\n')
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## 1.0.0 (2027-01-01)\n")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    with pytest.raises(
        release.Refused, match=r"not committed; CHANGELOG.md has no section for 2.0.0: python3 tools/changelog.py"
    ):
        release.ready(tmp_path, trial=False)
    assert release.ready(tmp_path, trial=True) == "2.0.0"
    assert capsys.readouterr().out.count("trial: ") == 2


def test_a_folder_that_holds_something_is_not_released_into(tmp_path, capsys):
    (tmp_path / "old.whl").write_bytes(b"")
    assert release.main(["--trial", "--out", str(tmp_path)]) == 1
    assert "is not empty" in capsys.readouterr().err


def test_a_python_with_a_compiler_beside_it_is_no_bare_machine(tmp_path):
    (tmp_path / "gcc").write_text("#!/bin/sh\n")
    (tmp_path / "gcc").chmod(0o755)
    with pytest.raises(release.Refused, match="has a compiler: gcc"):
        release.bare_environment(tmp_path / "python")


def test_the_wheel_archive_reader_names_file_and_part(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("x/y", b"z")
    assert release.content(tmp_path / "a.zip") == [("a.zip, x/y", b"z")]
