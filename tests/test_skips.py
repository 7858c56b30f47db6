"""No test is skipped in silence: what tests import is in an extra that a run has, and every other skip says why."""

import ast
import importlib.metadata
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
OF_THE_BENCHMARKS = {"numba", "jax", "package"}
"""Modules that tests of the benchmarks take from the extra `bench`, which a run of the tests lacks ("package": one a parameter)."""


def required(extra):
    """Names of the distributions of an extra that this machine is to have."""
    for line in EXTRAS[extra]:
        one = Requirement(line)
        if one.name == "accelxl":
            for inner in one.extras:
                yield from required(inner)
        elif one.marker is None or one.marker.evaluate():
            yield one.name
            yield from one.extras  # dask[distributed]


def skips():
    """Place, name and call of each skip in the tests."""
    for path in sorted((ROOT / "tests").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func)
                if name in {
                    "pytest.skip",
                    "pytest.importorskip",
                    "pytest.mark.skipif",
                    "pytest.mark.skip",
                    "pytest.xfail",
                    "pytest.mark.xfail",
                }:
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", name.rpartition(".")[2], node


def test_everything_that_the_tests_need_is_installed():
    missing = []
    for name in sorted(set(required("test"))):
        try:
            importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    assert missing == []


def test_a_module_whose_lack_skips_a_test_is_in_the_extra_of_the_tests():
    every = importlib.metadata.packages_distributions()
    names = {name.lower() for name in required("test")}
    places = []
    for place, name, node in skips():
        if name == "importorskip":
            module = getattr(node.args[0], "value", None) or ast.unparse(node.args[0])
            top = module.partition(".")[0]
            known = {one.lower() for one in every.get(top, [])} & (names | {"numpy", "pandas", "lxml", "xlsxwriter"})
            if not known and top not in OF_THE_BENCHMARKS:
                places.append(f"{place} {module}")
    assert places == []


def test_every_other_skip_says_why():
    silent, count = [], 0
    for place, name, node in skips():
        if name == "importorskip":
            continue
        reasons = [word.value for word in node.keywords if word.arg in {"reason", "msg"}] + (
            node.args if name == "skip" else []
        )
        text = [one for one in reasons if not isinstance(one, ast.Constant) or len(str(one.value).split()) >= 2]
        count += 1
        if not text or name == "xfail":
            silent.append(place)
    assert silent == []
    assert count > 10
