"""What the installation says of itself, and why a cell shows an error."""

import sys

import accelxl
from accelxl import catalogue
from accelxl.functions import REGISTRY, WHY
from accelxl.functions.cells import NA, VALUE
from accelxl.functions.why import NEWEST, Memory

SPEC, REASON = REGISTRY["ACCEL_SPEC"], REGISTRY["ACCEL_WHY"]


def test_the_sentence_of_an_error_is_kept_for_the_cell_that_shows_it():
    outcome = SPEC.call("H2OO", "memory_gb", caller="[Book1]Plan!$B$7")
    assert outcome.value is NA
    assert REASON("[Book1]plan!B7") == outcome.why != ""
    SPEC.call("H100", "memory_gb", caller="[Book1]Plan!$B$7")
    assert REASON("[Book1]Plan!$B$7") == "no ACCEL function has left an error in this cell"


def test_a_call_without_a_caller_is_not_kept():
    WHY.clear()
    assert SPEC.call("H2OO", "memory_gb").value is NA
    assert SPEC("H2OO", "memory_gb") is NA
    assert len(WHY) == 0


def test_an_error_within_a_spilled_range_is_kept_under_the_cell_of_the_formula():
    SPEC.call([["H100"], ["H2OO"]], "memory_gb", caller="Sheet1!A1")
    assert "H2OO" in REASON("Sheet1!A1")


def test_only_the_newest_sentences_are_kept():
    memory = Memory()
    for row in range(NEWEST + 5):
        memory.keep(f"Sheet1!A{row}", f"sentence {row}")
    assert len(memory) == NEWEST
    assert memory.get("Sheet1!A4") == ""
    assert memory.get("Sheet1!A5") == "sentence 5"


def test_a_cell_that_fails_again_counts_as_new():
    memory = Memory(2)
    for cell in ("A1", "A2", "A1", "A3"):
        memory.keep(cell, f"in {cell}")
    assert (memory.get("A1"), memory.get("A2"), memory.get("A3")) == ("in A1", "", "in A3")


def test_the_address_is_what_a_host_passes():
    (argument,) = REASON.arguments
    assert argument.reference
    assert not any(a.reference for made in REGISTRY.values() if made is not REASON for a in made.arguments)
    assert REASON(5.0) is VALUE


def test_the_version_is_that_of_the_package():
    assert REGISTRY["ACCEL_VERSION"]() == accelxl.__version__


def test_the_installation_is_described_by_name_and_value():
    rows = dict(REGISTRY["ACCEL_INFO"]().tolist())
    assert rows["AccelXL"] == accelxl.__version__
    assert rows["catalogue"] == catalogue.version()
    assert rows["functions"] == len(REGISTRY)
    assert rows["Python"] == sys.version.split()[0]
    assert rows["core"].startswith("compiled, build ")
