"""The installation in a real LibreOffice: a fresh and a used profile, running or not; doctor's findings; nothing left behind."""

import subprocess
import sys

import pytest

from accelxl import __version__
from accelxl.errors import AccelError, BadFile, Missing
from accelxl.hosts.calc import doctor, install
from accelxl.hosts.calc.machine import Machine

office = pytest.mark.office("soffice", "uno")


def quiet(_):
    """Say nothing."""


@pytest.fixture
def machine(tmp_path):
    return Machine(profile=str(tmp_path / "profile"), settings=tmp_path / "settings" / "calc.json")


def states(machine):
    return {finding.subject: finding.state for finding in doctor.examine(machine)}


@office
def test_install_doctor_install_again_and_uninstall(machine):
    assert states(machine)["extension"] == "fault"
    assert states(machine)["settings"] == "fault"
    assert install.install(machine, quiet) is False
    assert set(states(machine).values()) == {"ok"}
    text = machine.settings.read_text().replace('"seconds": 30.0', '"seconds": 7.0')
    machine.settings.write_text(text)
    install.install(machine, quiet)
    assert '"seconds": 7.0' in machine.settings.read_text()
    assert machine.ask("version", "org.accelxl.calc")["answer"] == __version__
    install.uninstall(machine, quiet)
    assert not machine.settings.exists()
    assert states(machine)["extension"] == "fault"
    with pytest.raises(BadFile, match="nothing is installed"):
        install.uninstall(machine, quiet)


@office
def test_an_extension_manager_that_refuses_leaves_the_settings_as_they_were(machine, monkeypatch):
    def refuse(*_):
        raise BadFile("LibreOffice's extension manager refused: no")

    monkeypatch.setattr(Machine, "ask", refuse)
    with pytest.raises(BadFile, match="refused"):
        install.install(machine, quiet)
    assert not machine.settings.exists()


def test_a_machine_without_libreoffice_is_told_in_one_sentence(tmp_path):
    machine = Machine(soffice=None, settings=tmp_path / "calc.json")
    for verb in (lambda: install.install(machine, quiet), lambda: doctor.examine(machine)):
        with pytest.raises(Missing, match="LibreOffice is not on this machine"):
            verb()
    assert not (tmp_path / "calc.json").exists()


def test_a_machine_without_the_bridge_is_told_what_to_install(tmp_path):
    machine = Machine(soffice=str(tmp_path / "soffice"), settings=tmp_path / "calc.json", run=lambda _: (1, ""))
    with pytest.raises(AccelError, match="python3-uno"):
        install.install(machine, quiet)
    assert not (tmp_path / "calc.json").exists()


def test_build_on_the_command_line_writes_the_extension(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "accelxl", "calc", "build", "--out", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, str(tmp_path / "accelxl.oxt"))
