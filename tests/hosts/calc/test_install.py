"""The installation in a real LibreOffice: a fresh and a used profile, running or not; doctor's findings; nothing left behind."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from accelxl import __version__
from accelxl.errors import AccelError, BadFile, Missing
from accelxl.hosts.calc import doctor, install, manager
from accelxl.hosts.calc.component import settings
from accelxl.hosts.calc.machine import Machine
from tests.calc.office import Office
from tests.conftest import program

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


@office
def test_install_into_a_libreoffice_that_runs_says_so_and_leaves_it_running(tmp_path):
    with Office(addin=False) as calc, calc.open() as book:
        profile = calc.folder / f"profile{calc.starts - 1}"
        machine = Machine(profile=str(profile), settings=tmp_path / "calc.json")
        assert install.install(machine, quiet) is True
        assert machine.ask("version", manager.IDENTIFIER) == {"answer": __version__, "running": True}
        book.put({"Sheet1!A1": "=1+1"})
        assert book.get("Sheet1!A1") == {"Sheet1!A1": 2.0}
        assert install.uninstall(machine, quiet) is True
        assert book.get("Sheet1!A1") == {"Sheet1!A1": 2.0}


def breaking(fault, times, ran_before=False):
    """Offices of which the first ones break: the offices that were asked, and what is asked of them."""
    asked = []

    class Running:
        def __init__(self):
            self.ran_before, self.ended, self.killed = ran_before, 0, 0
            asked.append(self)

        def end(self):
            self.ended += 1

        def kill(self):
            self.killed += 1

    def work(_):
        if len(asked) <= times:
            raise type(fault, (Exception,), {"Message": "C++ code threw St9bad_alloc: \n std::bad_alloc"})
        return "done"

    return asked, lambda *_: Running(), work


@pytest.mark.parametrize("ran_before", [False, True])
def test_where_something_breaks_in_the_office_another_try_is_made_and_one_of_the_user_is_not_ended(
    monkeypatch, ran_before
):
    asked, starting, work = breaking("com.sun.star.uno.RuntimeException", 2, ran_before)
    monkeypatch.setattr(manager, "started", starting)
    assert manager.asked("soffice", "", work) == ("done", ran_before)
    assert [one.killed for one in asked] == [not ran_before, not ran_before, False]
    assert all(one.ended for one in asked)


def test_what_breaks_each_time_is_told_in_one_sentence_and_a_refusal_at_once(monkeypatch):
    asked, starting, work = breaking("com.sun.star.uno.RuntimeException", 99)
    monkeypatch.setattr(manager, "started", starting)
    with pytest.raises(manager.Broken) as found:
        manager.asked("soffice", "", work)
    assert str(found.value) == (
        "something broke in LibreOffice in each of 3 tries (C++ code threw St9bad_alloc: std::bad_alloc); start it anew and try again"
    )
    assert len(asked) == 3
    asked, starting, work = breaking("com.sun.star.deployment.DeploymentException", 99)
    monkeypatch.setattr(manager, "started", starting)
    with pytest.raises(Exception, match=r"^$"):
        manager.asked("soffice", "", work)
    assert len(asked) == 1


NOBODY = 65534
OTHER = "Only root can become an ordinary user."


@office
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason=OTHER)
def test_an_ordinary_user_installs_into_a_profile_in_a_folder_with_blanks_and_accents():
    home = Path("/tmp") / f"accelxl été {os.getpid()}"
    home.mkdir(mode=0o700)
    try:
        shutil.copy(manager.__file__, home / "manager.py")
        extension = install.build.build(home)
        for path in (home, *home.iterdir()):
            os.chown(path, NOBODY, NOBODY)
        done = subprocess.run(
            [program("uno"), str(home / "manager.py"), program("soffice"), str(home / "pro file"), "add", str(extension)],
            capture_output=True, text=True, check=False, user=NOBODY, group=NOBODY, extra_groups=(), cwd=home,
            env={"PATH": os.environ["PATH"], "HOME": str(home)}, timeout=300,
        )  # fmt: skip
        assert done.stdout.splitlines()[-1:] == [f'{{"answer": "{__version__}", "running": false}}'], done.stderr
        assert {path.owner() for path in (home / "pro file").rglob("*.xcu")} == {"nobody"}
    finally:
        shutil.rmtree(home, ignore_errors=True)


@office
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason=OTHER)
def test_a_profile_that_cannot_be_written_is_told_and_the_settings_stay():
    home = Path("/tmp") / f"accelxl-closed-{os.getpid()}"
    (home / "profile").mkdir(parents=True)
    home.chmod(0o755)
    (home / "profile").chmod(0o555)
    script = home / "manager.py"
    shutil.copy(manager.__file__, script)
    try:
        done = subprocess.run(
            [program("uno"), str(script), program("soffice"), str(home / "profile"), "version", manager.IDENTIFIER],
            capture_output=True, text=True, check=False, user=NOBODY, group=NOBODY, extra_groups=(), cwd="/",
            env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"}, timeout=300,
        )  # fmt: skip
        assert '"error"' in done.stdout
    finally:
        shutil.rmtree(home, ignore_errors=True)


def answering(version="9.9.9", functions=__version__, code=0):
    """A machine's programs: the manager tells a version, the configured Python another."""

    def run(command):
        if "import uno" in command:
            return 0, ""
        if str(manager.__file__) in command:
            return 0, f'{{"answer": "{version}", "running": false}}'
        return code, f"answer {functions}" if not code else "ModuleNotFoundError: No module named 'accelxl'"

    return run


def doctored(tmp_path, run, **changes):
    path = tmp_path / "calc.json"
    path.write_text(settings.text_of(install.here()._replace(**changes)))
    found = doctor.examine(Machine(soffice=str(tmp_path / "soffice"), settings=path, run=run))
    return {finding.subject: finding for finding in found}


def test_doctor_warns_of_an_extension_of_another_version(tmp_path):
    found = doctored(tmp_path, answering())["extension"]
    assert (found.state, found.remedy) == ("warning", "Run accelxl calc install.")
    assert found.sentence == f"The add-in has version 9.9.9; this is {__version__}."


def test_doctor_warns_of_functions_of_another_version(tmp_path):
    found = doctored(tmp_path, answering(__version__, "9.9.9"))["functions"]
    assert (found.state, found.sentence) == ("warning", f"{sys.executable} has version 9.9.9; this is {__version__}.")


def test_doctor_warns_when_the_add_in_starts_another_python(tmp_path):
    path = tmp_path / "calc.json"
    path.write_text(settings.text_of(install.here()))
    machine = Machine(soffice="soffice", settings=path, python=Path("/other/python"), run=answering(__version__))
    found = {finding.subject: finding for finding in doctor.examine(machine)}["interpreter"]
    assert (found.state, found.remedy) == ("warning", "Run accelxl calc install from the one you mean.")


def test_doctor_finds_an_interpreter_that_is_not_there_or_has_no_package(tmp_path):
    assert doctored(tmp_path, answering(__version__), python="/no/such/python")["interpreter"].state == "fault"
    found = doctored(tmp_path, answering(__version__, code=1))["functions"]
    assert found.state == "fault"
    assert "No module named 'accelxl'" in found.sentence
