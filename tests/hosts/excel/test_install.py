"""Installing and removing the add-in on made-up machines."""

import dataclasses

import pytest

from accelxl.errors import BadFile, Missing
from accelxl.hosts.excel import install as installing
from accelxl.hosts.excel import package, project, ribbon
from accelxl.hosts.excel.check import faults
from accelxl.hosts.excel.install import conf_values, install, uninstall
from accelxl.hosts.excel.machine import Machine, xlwings_version
from accelxl.hosts.excel.modules import package_folder
from tests.hosts.excel.machines import mac, tree, windows


def quiet(_):
    pass


@pytest.fixture(params=[windows, mac], ids=["windows", "mac"])
def machine(request, tmp_path):
    return request.param(tmp_path)


def test_install_puts_a_sound_add_in_into_the_start_folder_and_its_settings_into_a_file_of_their_own(machine):
    written = install(machine, quiet)
    assert written[:2] == [machine.start_folder() / ribbon.ADD_IN, machine.conf()]
    assert faults(written[0].read_bytes(), written[0].name) == []
    assert machine.conf().name == "accelxl.conf"
    assert not list(machine.home.rglob("xlwings.conf"))


def test_the_add_in_reads_the_settings_that_install_writes(machine):
    install(machine, quiet)
    modules = project.read(package.read((machine.start_folder() / ribbon.ADD_IN).read_bytes(), "a")[package.PROJECT])
    assert 'Public Const PROJECT_NAME As String = "accelxl"' in modules["xlwings"]
    values = conf_values(machine.conf().read_text())
    key = "INTERPRETER_WIN" if machine.system == "win32" else "INTERPRETER_MAC"
    assert values[key] == str(machine.python)
    assert values["ADD_WORKBOOK_TO_PYTHONPATH"] == "False"
    names = {name.upper() for name in values}
    asked = modules["xlwings"].upper()
    assert all(f'GETCONFIG("{name}"' in asked for name in names)


def test_on_a_mac_the_script_behind_runpython_is_put_in_its_place(tmp_path):
    machine = mac(tmp_path)
    install(machine, quiet)
    name = f"xlwings-{xlwings_version()}.applescript"
    script = machine.home / "Library" / "Application Scripts" / "com.microsoft.Excel" / name
    assert script.read_bytes() == (package_folder() / name).read_bytes()


def test_uninstall_removes_exactly_what_install_wrote(machine):
    (machine.home / "AppData" / "Roaming" / "Microsoft").mkdir(parents=True)
    (machine.home / "mine.txt").write_text("mine")
    before = tree(machine.home)
    install(machine, quiet)
    assert tree(machine.home) != before
    uninstall(machine, quiet)
    assert tree(machine.home) == before


def test_uninstall_leaves_what_else_stands_in_its_folders(machine):
    install(machine, quiet)
    other = machine.start_folder() / "other.xlam"
    other.write_bytes(b"other")
    uninstall(machine, quiet)
    assert [path for path in machine.home.rglob("*") if path.is_file()] == [other]


def test_settings_that_a_user_has_changed_are_left_by_uninstall_and_kept_by_the_next_install(machine):
    install(machine, quiet)
    conf = machine.conf()
    conf.write_text(conf.read_text().replace('"DEBUG UDFS","False"', '"DEBUG UDFS","True"'))
    other = dataclasses.replace(machine, python=machine.python.with_name("other.exe"))
    install(other, quiet)
    values = conf_values(conf.read_text())
    assert values["DEBUG UDFS"] == "True"
    assert str(other.python) in values.values()
    conf.write_text(conf.read_text() + '"CONDA ENV","base"\n')
    said = []
    uninstall(machine, said.append)
    assert conf.exists()
    assert any("has been changed since it was installed; it is left" in text for text in said)


def test_installing_twice_is_as_installing_once(machine):
    install(machine, quiet)
    once = tree(machine.home)
    install(machine, quiet)
    assert tree(machine.home) == once


def test_a_file_of_someone_else_is_not_overwritten_and_nothing_is_changed(machine):
    path = machine.start_folder() / ribbon.ADD_IN
    path.parent.mkdir(parents=True)
    path.write_bytes(b"someone else's")
    before = tree(machine.home)
    with pytest.raises(BadFile, match="was not put there by accelxl; move it away first"):
        install(machine, quiet)
    assert tree(machine.home) == before


def test_where_a_file_cannot_be_written_nothing_is_changed(machine, monkeypatch):
    real = installing.write_atomically

    def refuse(path, data):
        if path == machine.conf():
            raise BadFile(f"{path} cannot be written: it is locked")
        return real(path, data)

    before = tree(machine.home)
    monkeypatch.setattr(installing, "write_atomically", refuse)
    with pytest.raises(BadFile, match="locked"):
        install(machine, quiet)
    assert tree(machine.home) == before


def test_an_upgrade_that_fails_leaves_the_installed_version(machine, monkeypatch):
    install(machine, quiet)
    before = tree(machine.home)
    real = installing.write_atomically

    def refuse(path, data):
        if path == machine.list_of_files() and b"other" in data:
            raise BadFile("the disk is full")
        return real(path, data)

    monkeypatch.setattr(installing, "add_in", lambda: b"other")
    monkeypatch.setattr(installing, "write_atomically", refuse)
    monkeypatch.setattr(installing, "_digest", lambda data: "other")
    with pytest.raises(BadFile, match="full"):
        install(machine, quiet)
    assert tree(machine.home) == before


def test_an_open_add_in_is_kept_in_the_list_until_it_can_be_removed(machine, monkeypatch):
    install(machine, quiet)
    path = type(machine.home)
    real = path.unlink

    def locked(self, missing_ok=False):
        if self.suffix == ".xlam":
            raise PermissionError(13, "Permission denied")
        real(self, missing_ok=missing_ok)

    monkeypatch.setattr(path, "unlink", locked)
    with pytest.raises(BadFile, match="it is open in Excel; close Excel and try again"):
        uninstall(machine, quiet)
    monkeypatch.undo()
    uninstall(machine, quiet)
    assert not [one for one in machine.home.rglob("*") if one.is_file()]


def test_uninstall_where_nothing_is_installed_says_so(machine):
    with pytest.raises(BadFile, match="nothing is installed"):
        uninstall(machine, quiet)


def test_a_damaged_list_of_files_gives_a_sentence(machine):
    install(machine, quiet)
    machine.list_of_files().write_text("{")
    with pytest.raises(BadFile, match="the list of what was installed, cannot be read"):
        uninstall(machine, quiet)


def test_without_excel_install_says_so(tmp_path):
    machine = dataclasses.replace(windows(tmp_path), registry=lambda *_: None)
    with pytest.raises(Missing, match="Excel is not on this machine"):
        install(machine, quiet)
    with pytest.raises(Missing, match="Excel is not on this machine"):
        install(Machine(system="linux"), quiet)


@pytest.mark.parametrize("make", [windows, mac])
def test_folders_with_spaces_and_letters_of_other_alphabets_are_fine(make, tmp_path):
    folder = tmp_path / "Zoë Müller & Söhne 株式会社"
    folder.mkdir()
    machine = make(folder)
    install(machine, quiet)
    key = "INTERPRETER_WIN" if make is windows else "INTERPRETER_MAC"
    assert conf_values(machine.conf().read_text(encoding="utf-8"))[key] == str(machine.python)
    before = {"home"}
    uninstall(machine, quiet)
    assert {path.name for path in machine.home.parent.iterdir()} >= before
    assert tree(machine.home) == {}


def test_an_interpreter_that_excels_macros_cannot_name_is_refused_and_nothing_is_written(tmp_path, monkeypatch):
    folder = tmp_path / "株式会社"
    folder.mkdir()
    machine = windows(folder)
    monkeypatch.setattr(Machine, "encoding", lambda _: "cp1252")
    with pytest.raises(
        BadFile, match="which Excel's macros cannot read; make the Python environment in a folder of plain"
    ):
        install(machine, quiet)
    assert tree(machine.home) == {}


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00broken\x81", b"", b"no settings at all\n", b'"INTERPRETER_WIN","C:\\nowhere"\r\n']
)
def test_settings_of_someone_else_are_left_and_named(machine, content):
    machine.conf().parent.mkdir(parents=True)
    machine.conf().write_bytes(content)
    with pytest.raises(BadFile, match=r"accelxl\.conf .*move it away"):
        install(machine, quiet)
    assert machine.conf().read_bytes() == content
    assert not (machine.start_folder() / ribbon.ADD_IN).exists()


def test_a_folder_in_the_place_of_the_add_in_gives_a_sentence(machine):
    (machine.start_folder() / ribbon.ADD_IN).mkdir(parents=True)
    with pytest.raises(BadFile, match="move it away first"):
        install(machine, quiet)
