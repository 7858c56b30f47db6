"""What the registry takes from a signature, and what it refuses."""

import subprocess
import sys
from typing import Annotated

import pytest

from accelxl.functions import REGISTRY
from accelxl.functions.registry import CATEGORIES, MODULES, Registry, Unset, declare, function
from accelxl.units import Flag, Flows, Numbers, Quantity, Share


def worth(
    flows: Flows,
    share: Share = 0.5,
    method: Annotated[str, Quantity(kind="choice", choices=("SL", "DDB"))] = "SL",
    exact: Flag = False,
):
    return 1.0


HELP = {"flows": "one flow a period", "share": "of what", "method": "how", "exact": "1 for exact"}
GOOD = {"help": HELP, "examples": [("=ACCEL_WORTH({1,2})", 1.0)]}


def make(target=worth, name="ACCEL_WORTH", category="Accel - Return", summary="Worth of flows", **change):
    return declare(name, category, target, summary, **{**GOOD, **change})


def test_names_order_defaults_units_and_limits_come_from_the_signature():
    made = make()
    assert made.signature == "ACCEL_WORTH(flows, [share], [method], [exact])"
    flows, share, method, exact = made.arguments
    assert (flows.quantity.kind, flows.required, flows.single) == ("series", True, False)
    assert (share.default, share.quantity.low, share.quantity.high, share.single) == (0.5, 0, 1, False)
    assert (method.quantity.choices, method.single) == (("SL", "DDB"), True)
    assert exact.quantity.kind == "flag"


def test_options_of_a_block_leave_the_signature_and_keep_their_quantities():
    made = make(options=("method", "exact"))
    assert made.signature == "ACCEL_WORTH(flows, [share], [options])"
    assert [option.name for option in made.options] == ["method", "exact"]
    assert made.arguments[-1].help == "block of names and values: method, exact"


def many(count, length):
    names = [f"a{k}".ljust(length, "x") for k in range(count)]
    scope = {"Share": Share}
    exec(f"def target({', '.join(f'{name}: Share' for name in names)}): pass", scope)
    return scope["target"], dict.fromkeys(names, "a share")


def case(target_and_help):
    return {"target": target_and_help[0], "help": target_and_help[1], "examples": [("=ACCEL_WORTH()", 1.0)]}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"help": {**HELP, "rate": "?"}}, "help and signature differ in rate"),
        ({"help": {k: v for k, v in HELP.items() if k != "share"}}, "help and signature differ in share"),
        ({"help": {**HELP, "share": ""}}, "help of share has 0 characters"),
        ({"help": {**HELP, "share": "x" * 256}}, "help of share has 256 characters"),
        ({"help": {**HELP, "share": "50 % \u2013 or so"}}, "characters that macro modules cannot hold"),
        ({"summary": "x" * 256}, "the summary has 256 characters"),
        ({"examples": []}, "one example or more"),
        ({"examples": [("=ACCEL_OTHER(1)", 1.0)]}, "an example is a formula of the function"),
        ({"category": "Finance"}, "'Finance' is not a category"),
        ({"name": "Worth"}, "a name is ACCEL_ and capitals"),
        ({"options": ("speed",)}, "speed is no parameter of worth"),
        ({"references": ("speed",)}, "speed is no parameter of worth"),
        (case(many(17, 4)), "17 arguments; at most 16"),
        (case(many(16, 15)), "the argument names and their count are 256; less than 250"),
    ],
)
def test_a_declaration_that_does_not_fit_is_refused(change, sentence):
    with pytest.raises(ValueError, match=sentence.replace("?", r"\?")):
        make(**change)


def test_a_parameter_without_a_quantity_is_refused():
    def bare(rate: Numbers):
        return rate

    with pytest.raises(ValueError, match="the parameter rate has no quantity"):
        make(bare, help={"rate": "?"})


def test_arguments_without_names_are_refused():
    with pytest.raises(ValueError, match="takes arguments that have no name"):
        make(lambda *rates: rates)


def test_a_name_used_twice_is_refused():
    assert REGISTRY["ACCEL_SPEC"].summary != "Worth"  # the first look declares them all
    with pytest.raises(ValueError, match="ACCEL_SPEC is declared twice"):
        function("ACCEL_SPEC", "Accel - Market", worth, "Worth", help=HELP, examples=[("=ACCEL_SPEC(1)", 1.0)])
    assert REGISTRY["ACCEL_SPEC"].summary != "Worth"


def test_functions_of_a_module_that_fails_do_not_stay():
    registry = Registry(["accelxl.functions.no_such_module"])
    for _ in range(2):
        with pytest.raises(ModuleNotFoundError):
            len(registry)


def test_an_unset_default_reads_like_its_number():
    assert Unset(0.6) == 0.6
    assert float(Unset(0.6)).hex() == (0.6).hex()


def test_every_function_of_the_first_floor_is_there():
    needed = """ROI PLAN EXPLAIN SCENARIOS GRID BREAKEVEN NPV XNPV IRR XIRR MIRR PAYBACK DEPRECIATION MACRS COST_PER_MTOK SPEC WHY
        VERSION INFO"""
    assert {f"ACCEL_{word}" for word in needed.split()} <= set(REGISTRY)


def test_every_category_and_module_of_a_function_is_known():
    assert {made.category for made in REGISTRY.values()} <= set(CATEGORIES)
    assert len(set(MODULES)) == len(MODULES)


FRESH = """
import sys
import numpy
before = set(sys.modules)
{work}
print(sorted(name for name in set(sys.modules) - before))
"""


def modules_after(work):
    done = subprocess.run([sys.executable, "-c", FRESH.format(work=work)], capture_output=True, text=True, check=True)
    return set(eval(done.stdout))


@pytest.mark.parametrize("first", ["info", "market", "mix"])
def test_a_module_that_a_program_imports_first_does_not_change_the_order(first):
    """The macros, the pages and the bytes of the books made from the registry have this order."""
    code = f"import accelxl.functions.{first}; from accelxl.functions import REGISTRY; print(*REGISTRY)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == list(REGISTRY)


def test_importing_the_package_imports_no_function():
    loaded = modules_after("import accelxl.functions")
    assert not [
        name
        for name in loaded
        if name.startswith(("accelxl.domain", "accelxl.plan", "accelxl.scenario", "accelxl.catalogue"))
    ]


def test_no_function_but_the_optimiser_pulls_a_heavy_package():
    work = """
from accelxl.functions import REGISTRY
from accelxl.functions.examples import cells_of
for made in REGISTRY.values():
    for example in made.examples if made.name != "ACCEL_MIX" else ():
        made(*cells_of(example.formula)[1])
"""
    heavy = {
        "pandas",
        "scipy",
        "matplotlib",
        "xlwings",
        "pyarrow",
        "dask",
        "typer",
        "rich",
        "xlsxwriter",
        "formualizer",
    }
    assert not modules_after(work) & heavy
