"""The extension as a file: the same bytes every time, every function with help, nothing but the standard library inside."""

import ast
import io
import sys
import time
import zipfile

import pytest
from lxml import etree

from accelxl.functions import REGISTRY
from accelxl.functions.cells import MOST_CELLS, Outcome
from accelxl.hosts.calc import build, names, render, runtime
from accelxl.hosts.calc.component import plain, wire

OOR = "{http://openoffice.org/2001/registry}name"


def test_two_builds_have_the_same_bytes(tmp_path):
    first, second = build.build(tmp_path / "a").read_bytes(), build.build(tmp_path / "b").read_bytes()
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert archive.testzip() is None
        listed = etree.fromstring(archive.read("META-INF/manifest.xml"))
        paths = {entry.get("{http://openoffice.org/2001/manifest}full-path") for entry in listed}
        assert paths <= set(archive.namelist())


@pytest.mark.parametrize("function", REGISTRY.values(), ids=lambda function: function.name)
def test_every_function_has_its_name_and_help_for_the_wizard(function):
    tree = etree.fromstring(render.addins([function]).encode())
    texts = tree.xpath("//value/text()")
    assert {function.name, function.summary} <= set(texts)
    for argument in function.arguments:
        assert argument.name in texts
        assert any(text.startswith(argument.help) for text in texts)
    assert names.method(function.name) in render.idl([function])


def test_functions_that_would_share_a_name_in_files_are_refused():
    with pytest.raises(ValueError, match="same name"):
        names.methods(["ACCEL_AB_C", "ACCEL_A_BC"])


def test_the_component_imports_the_standard_library_alone():
    allowed = set(sys.stdlib_module_names) | {"uno", "unohelper", "com", "org"}
    for name, text in build.parts().items():
        if name.endswith(".py"):
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.Import):
                    found = {alias.name.split(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom):
                    found = {(node.module or "").split(".")[0]} if not node.level else set()
                else:
                    continue
                assert found <= allowed, (name, found)


@pytest.mark.parametrize(
    "value", [None, 1.5, "text", "", ((1.0, 2.0), (3.0, 4.0)), ((1.0, "a"), (None, 2.0)), (("",),)]
)
def test_frames_give_back_what_was_packed(value):
    assert wire.unpack(wire.pack(value))[0] == value


@pytest.mark.parametrize("name", wire.CODES)
def test_errors_keep_their_names_in_numbers_and_in_arrays(name):
    ((found,),), _ = wire.unpack(wire.pack(((wire.error(name),),)))
    assert wire.name_of(found) == name


def test_names_in_formulas_are_bound_and_made_plain_outside_quotes():
    methods = {name: method for method, name in names.methods(REGISTRY).items()}
    text = '=ACCEL_NPV(A1,"ACCEL_NPV(")+_xldudf_ACCEL_IRR(B1)+NOT_ACCEL_NPV(1)+ACCEL_UNKNOWN(1)'
    bound = plain.bound(text, methods)
    assert bound.count("ORG.ACCELXL.ADDIN.") == 2
    assert plain.plain(bound, names.methods(REGISTRY)) == text.replace("_xldudf_", "")


def test_of_a_range_that_no_function_reads_the_size_alone_is_sent():
    assert wire.MOST == MOST_CELLS
    column = (("",),) * (MOST_CELLS + 1)
    sent = wire.pack(wire.bounded(column))
    assert len(sent) < 20
    assert wire.unpack(sent)[0] == ((None,),) * (MOST_CELLS + 1)
    assert wire.bounded(column[:-1]) == column[:-1]


def test_the_answer_to_a_slow_call_is_kept_for_the_same_arguments_to_the_last_bit(monkeypatch):
    made = []

    class Slow:
        @staticmethod
        def call(*cells):
            made.append(cells)
            time.sleep(runtime.SLOW)
            return Outcome(float(len(made)), "")

    monkeypatch.setattr(runtime, "REGISTRY", {"ACCEL_SLOW": Slow})
    monkeypatch.setattr(runtime, "_kept", {})
    assert [runtime.ask("call", "ACCEL_SLOW", (one,))[0] for one in (0.0, 0.0, -0.0, 0.0, ((0.0,),), ((0.0,),))] == [
        1,
        1,
        2,
        3,
        4,
        4,
    ]
    big = ((1.0,),) * (runtime.FEW + 1)
    assert [runtime.ask("call", "ACCEL_SLOW", (big,))[0] for _ in range(2)] == [5, 6]
    for number in range(2 * runtime.NEWEST):
        runtime.ask("call", "ACCEL_SLOW", (float(number),))
    assert len(runtime._kept) == runtime.NEWEST
