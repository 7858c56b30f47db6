"""Imports go down only: the table of ARCHITECTURE.md as data, checked against every import statement."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "accelxl"

FLOORS = {
    "_core": 0,
    "_cpu": 0,
    "arrays": 0,
    "catalogue": 0,
    "errors": 0,
    "files": 0,
    "office": 0,
    "kernels": 0,
    "parallel": 0,
    "units": 0,
    "domain": 1,
    "plan": 2,
    "scenario": 3,
    "functions": 4,
    "workbook": 5,
    "hosts": 6,
    "cli": 7,
    "demo": 7,
    "__main__": 7,
}
FOREIGN = {
    "domain": {"numpy", "scipy"},
    "plan": {"numpy", "pandas", "pydantic"},
    "scenario": {"numpy", "pandas", "scipy", "pyarrow", "dask", "distributed", "xlsxwriter"},
    "functions": {"numpy"},
    "workbook": {"numpy", "xlsxwriter", "python_calamine", "lxml", "formualizer", "pandas", "typst"},
    "hosts": {"numpy", "xlwings", "uno", "unohelper", "com", "org"},  # com and org: interfaces of the bridge
    "cli": {"typer", "rich"},
    "demo": {"rich"},
    "__main__": {"typer", "rich"},
}
TOP = 7
GROUND = {"numpy", "genai_prices"}
SIBLINGS_APART = {"domain", "hosts"}
LAZY = {
    "pandas",
    "scipy",
    "pyarrow",
    "dask",
    "distributed",
    "genai_prices",
    "pydantic",
    "xlwings",
    "matplotlib",
    "typst",
    "formualizer",
}


def sources():
    return sorted(p for p in PACKAGE.rglob("*.py") if p != PACKAGE / "__init__.py")


def part(path):
    """Name of the floor's part that a file belongs to."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imports(path, *, top_only=False):
    """Every module that a file imports, relative imports resolved; also inside functions unless `top_only`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    nodes = tree.body if top_only else ast.walk(tree)
    package = list(path.relative_to(ROOT).parent.parts)
    for node in nodes:
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            name = ".".join(filter(None, [base, node.module or ""]))
            yield name
            if name.split(".")[0] == "accelxl":
                yield from (f"{name}.{alias.name}" for alias in node.names if (ROOT / Path(*name.split("."))).is_dir())


def stdlib(name):
    import sys

    return name.split(".")[0] in sys.stdlib_module_names or name.split(".")[0] == "__future__"


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_down_only(path):
    here = part(path)
    assert here in FLOORS, f"{here} has no floor"
    for name in imports(path):
        pieces = name.split(".")
        if pieces[0] != "accelxl" or len(pieces) < 2 or pieces[1] == "__version__":
            continue
        there = pieces[1]
        assert there in FLOORS, f"{path} imports {name}: import from the module that defines the name"
        if there == here:
            if here in SIBLINGS_APART and len(pieces) > 2:
                own = path.relative_to(PACKAGE).with_suffix("").parts[1]
                shared = here == "hosts" and pieces[2] in {"commands", "pages", "progress"}
                assert pieces[2] == own or shared, f"siblings on floor {FLOORS[here]} do not import each other: {name}"
        elif FLOORS[here] == FLOORS[there] == TOP:
            continue  # verbs, the demo and the way in make up the top
        elif FLOORS[here] == 0:
            assert FLOORS[there] == 0, f"{here} must not import {name}"
        else:
            assert FLOORS[there] < FLOORS[here], f"{here} (floor {FLOORS[here]}) imports {name}"


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_foreign_imports_are_those_of_the_floor(path):
    allowed = FOREIGN.get(part(path), set()) | GROUND
    for name in imports(path):
        if name.split(".")[0] != "accelxl" and not stdlib(name):
            assert name.split(".")[0] in allowed, f"{path} imports {name}"


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_heavy_packages_are_imported_where_they_are_used(path):
    for name in imports(path, top_only=True):
        if name.split(".")[0] == "xlwings" and "hosts/excel" in str(path):
            continue
        assert name.split(".")[0] not in LAZY, f"{path} imports {name} at the top"


def test_no_files_import_each_other_in_a_circle():
    names = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in sources()
    }
    below = {}
    for name, path in names.items():
        found = set(imports(path)) & set(names) - {name}
        # `from package import module` takes the module, not what the package's own file hands on
        below[name] = {one for one in found if not any(other.startswith(f"{one}.") for other in found)}
    while standing := {name for name, under in below.items() if not under & set(below)}:
        below = {name: under for name, under in below.items() if name not in standing}
    assert below == {}


def test_the_package_itself_is_a_list_of_public_names():
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    allowed = (ast.Import, ast.ImportFrom, ast.Expr, ast.Assign, ast.AnnAssign, ast.FunctionDef, ast.If)
    assert all(isinstance(node, allowed) for node in tree.body)
