"""The doctor on made-up machines: each fault is found, named in one sentence, and has a remedy."""

import dataclasses
import sys

import pytest

from accelxl.errors import Missing
from accelxl.hosts.excel import doctor, package, project, ribbon
from accelxl.hosts.excel.build import add_in
from accelxl.hosts.excel.doctor import CHILD_PROCESSES, MARK, examine
from accelxl.hosts.excel.install import conf_text, conf_values, install
from accelxl.hosts.excel.machine import Machine
from accelxl.hosts.excel.project import Module
from tests.hosts.excel.machines import mac, windows


def installed(folder, **registry):
    machine = windows(folder, **registry)
    install(machine, lambda _: None)
    return machine


def states(machine, **rest):
    return {(finding.subject, finding.state) for finding in examine(machine, **rest)}


def fault(machine, subject, **rest):
    (found,) = [one for one in examine(machine, **rest) if one.subject == subject and one.state != "ok"]
    assert found.remedy
    assert found.sentence.endswith(".")
    return found


def change(machine, **values):
    found = conf_values(machine.conf().read_text())
    machine.conf().write_text(conf_text({**found, **{name.replace("_", " "): value for name, value in values.items()}}))


@pytest.mark.parametrize("make", [windows, mac])
def test_a_sound_installation_has_no_fault(make, tmp_path):
    machine = make(tmp_path)
    install(machine, lambda _: None)
    assert {state for _, state in states(machine)} == {"ok"}
    subjects = {subject for subject, _ in states(machine)}
    assert {"interpreter", "add-in", "server"} <= subjects
    assert ("Defender" in subjects) == (make is windows)


def test_before_install_the_missing_files_are_named(tmp_path):
    machine = windows(tmp_path)
    assert "accelxl excel install" in fault(machine, "settings").remedy
    assert "is not in" in fault(machine, "add-in").sentence


def test_an_interpreter_that_is_gone_is_a_fault_and_another_one_a_warning(tmp_path):
    machine = installed(tmp_path)
    other = dataclasses.replace(machine, python=machine.python.with_name("other.exe"))
    assert fault(other, "interpreter").state == "warning"
    machine.python.unlink()
    assert "is not there" in fault(machine, "interpreter").sentence


def test_an_add_in_of_another_xlwings_is_a_fault_with_both_versions(tmp_path):
    machine = installed(tmp_path)
    path = machine.start_folder() / ribbon.ADD_IN
    parts = package.read(path.read_bytes(), path.name)
    sources = project.read(parts[package.PROJECT])
    old = sources["xlwings"].replace("XLWINGS_VERSION As String = ", 'XLWINGS_VERSION As String = "0.1.2" \' ')
    parts[package.PROJECT] = project.write("AccelXL", [Module("xlwings", "standard", old.split("\r\n", 1)[1])])
    path.write_bytes(package.write(parts))
    assert "xlwings 0.1.2; 0." in fault(machine, "add-in").sentence


@pytest.mark.parametrize("content", [b"", b"PK", b"text", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_a_damaged_book_is_a_fault_and_no_traceback(tmp_path, content):
    machine = installed(tmp_path)
    book = tmp_path / "book.xlsm"
    book.write_bytes(content)
    assert "cannot be read" in fault(machine, "book", book=book).sentence
    assert "cannot be read" in fault(machine, "book", book=tmp_path / "absent.xlsm").sentence


def test_a_book_with_the_mark_of_the_web_is_a_fault(tmp_path):
    machine = installed(tmp_path)
    book = tmp_path / "mailed.xlsm"
    book.write_bytes(add_in())
    assert ("book", "ok") in states(machine, book=book)
    (tmp_path / f"mailed.xlsm{MARK}").write_text("[ZoneTransfer]\nZoneId=3\n")
    assert "marked as from the web" in fault(machine, "book", book=book).sentence


@pytest.mark.parametrize("bits", [64, 32])
def test_the_library_must_be_there_in_excels_bitness(tmp_path, bits):
    machine = installed(tmp_path, bits=bits)
    assert ("library", "ok") in states(machine)
    (library,) = (tmp_path / "venv").glob("*.dll")
    library.rename(library.with_name(library.name.replace(str(bits), str(96 - bits))))
    assert f"xlwings{bits}-" in fault(machine, "library").sentence


@pytest.mark.parametrize(
    ("registry", "subject", "words"),
    [
        ({"VBAWarnings": 4}, "macros", "turned macros off"),
        ({"VBAWarnings": 3}, "macros", "signed macros only"),
        ({"AllLocationsDisabled": 1}, "trusted locations", "Trusted locations are turned off"),
        ({CHILD_PROCESSES: "1"}, "Defender", "keeps Excel from starting Python"),
        ({CHILD_PROCESSES: 1}, "Defender", "keeps Excel from starting Python"),
    ],
)
def test_each_setting_that_blocks_is_named(tmp_path, registry, subject, words):
    assert words in fault(installed(tmp_path, **registry), subject).sentence


def test_a_server_started_outside_excel_satisfies_the_defender_rule(tmp_path):
    machine = installed(tmp_path, **{CHILD_PROCESSES: 1})
    change(machine, DEBUG_UDFS="True")
    assert ("Defender", "ok") in states(machine)


def test_a_rule_that_only_audits_is_no_fault(tmp_path):
    assert ("Defender", "ok") in states(installed(tmp_path, **{CHILD_PROCESSES: 2}))


def test_pywin32_that_cannot_be_imported_is_a_fault(tmp_path):
    machine = installed(tmp_path)
    real = machine.run
    without = dataclasses.replace(
        machine, run=lambda command: (1, "no") if "pythoncom" in command[-1] else real(command)
    )
    assert fault(without, "pywin32").remedy == "pip install pywin32."


@pytest.mark.parametrize("printed", ["", "Traceback\nModuleNotFoundError: No module named 'accelxl'"])
def test_a_server_that_does_not_answer_is_a_fault(tmp_path, printed):
    machine = dataclasses.replace(installed(tmp_path), run=lambda _: (1, printed))
    assert "do not answer" in fault(machine, "server").sentence


def test_another_version_behind_excel_is_a_warning(tmp_path):
    machine = installed(tmp_path)
    other = dataclasses.replace(machine, run=lambda command: (0, "answer 0.0.1\n"))
    assert fault(other, "server").state == "warning"


def test_the_question_to_the_server_is_answered_by_a_real_interpreter():
    assert Machine().run([sys.executable, "-c", doctor.ASK])[1].startswith("answer ")


def test_without_excel_the_doctor_says_so():
    with pytest.raises(Missing, match="Excel is not on this machine"):
        examine(Machine(system="linux"))


@pytest.mark.parametrize("content", [b"\xff\xfe\x81", b"", b"nothing to read\n"])
def test_settings_that_cannot_be_read_are_a_fault_and_no_traceback(tmp_path, content):
    machine = windows(tmp_path)
    install(machine, lambda _: None)
    machine.conf().write_bytes(content)
    found = [finding for finding in examine(machine) if finding.subject == "settings"]
    assert [finding.state for finding in found] == ["fault"]
    assert "accelxl.conf" in found[0].sentence
