"""The extension manager of LibreOffice, for a Python with its bridge: python manager.py SOFFICE PROFILE add|remove|version WHAT.

It stands alone: that Python need not have the package. It starts LibreOffice without windows, or finds the one that runs with the
profile, and talks to its extension manager, which also serves root (the program unopkg does not). PROFILE may be empty: the user's own.
The answer is a line of JSON.

What is added to a running LibreOffice works in a process of its own (uno.bin) until LibreOffice is started again, far slower
than inside; and LibreOffice now and then waits for that process for ever. So an office that was started here has a time limit, is
ended when it passes, and is asked again.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

IDENTIFIER = "org.accelxl.calc"
"""Identifier of the extension; LibreOffice knows an installed one by it."""
AGAIN = 81
"""The exit code of LibreOffice on a fresh profile: it asks to be started again."""
SECONDS = 90.0
MARK = "ACCELXL_OFFICE"
"""A variable by which an office that was started here is told from one that ran before."""
LIMIT = 40.0
"""Seconds after which an extension manager that says nothing hangs; twice as long on each further try."""
TRIES = 3


class Office:
    """A running LibreOffice: its component context, its process, and whether it was started here or ran before."""

    def __init__(self, soffice: str, profile: str = "") -> None:
        self.pipe = f"accelxl{secrets.token_hex(8)}"
        self._command = [
            soffice,
            "--headless",
            "--invisible",
            "--norestore",
            "--nologo",
            "--nodefault",
            "--nolockcheck",
        ]
        if profile:
            self._command.append(f"-env:UserInstallation={Path(profile).resolve().as_uri()}")
        self._command.append(f"-env:{MARK}={self.pipe}")
        self._command.append(f"--accept=pipe,name={self.pipe};urp;StarOffice.ComponentContext")
        self.process = self._start()
        self.ran_before = False
        try:
            self.context = self._connect()
        except BaseException:
            self.kill()
            raise
        # An office that runs with this profile takes the request over, before our own process has ended; it is not ours to end.
        expander = self.context.getValueByName("/singletons/com.sun.star.util.theMacroExpander")
        self.ran_before = expander.expandMacros(f"${{{MARK}}}") != self.pipe
        self.desktop = self.create("com.sun.star.frame.Desktop")

    def _start(self) -> subprocess.Popen[bytes]:
        quiet = subprocess.DEVNULL
        return subprocess.Popen(  # noqa: S603  # the office's program by its path
            self._command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
        )

    def _connect(self) -> Any:
        import uno

        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        end = time.monotonic() + SECONDS
        starts = 1
        while time.monotonic() < end:
            with contextlib.suppress(Exception):  # not yet there
                return resolver.resolve(f"uno:pipe,name={self.pipe};urp;StarOffice.ComponentContext")
            code = self.process.poll()
            if code == AGAIN and starts < TRIES:
                self.process, starts = self._start(), starts + 1
            elif code:  # 0: the office that runs with this profile has taken the request over
                raise RuntimeError(f"LibreOffice ended with code {code}")
            time.sleep(0.05)
        raise RuntimeError(f"LibreOffice did not answer within {SECONDS:g} s")

    def create(self, service: str) -> Any:
        """Return a new object of a service."""
        return self.context.ServiceManager.createInstanceWithContext(service, self.context)

    @property
    def extensions(self) -> Any:
        """The extension manager."""
        return self.context.getValueByName("/singletons/com.sun.star.deployment.ExtensionManager")

    def settle(self) -> None:
        """Wait until the start is over and the office's main loop runs.

        The office answers before that: on a fresh profile it ends once more then, and an extension that is added meanwhile is lost.

        Raises
        ------
        Late
            If it does not.
        """
        import unohelper
        from com.sun.star.awt import XCallback

        done = threading.Event()

        class Signal(unohelper.Base, XCallback):  # type: ignore[misc]
            def notify(self, _: Any) -> None:
                done.set()

        signal_ = Signal()
        self.create("com.sun.star.awt.AsyncCallback").addCallback(signal_, None)
        end = time.monotonic() + SECONDS
        while not done.wait(0.5):
            self.desktop.getComponents()  # raises when the office has ended
            if time.monotonic() > end:
                raise Late(f"LibreOffice did not start within {SECONDS:g} s")

    def add(self, path: str) -> str:
        """Install an extension for the user, over an older one; return its version."""
        return str(
            self.extensions.addExtension(Path(path).resolve().as_uri(), (), "user", None, _agreeing()).getVersion()
        )

    def version(self, identifier: str) -> str:
        """Return the version of an installed extension, empty text where it is not there."""
        for one in self.extensions.getDeployedExtensions("user", None, _agreeing()):
            if one.getIdentifier().Value == identifier:
                return str(one.getVersion())
        return ""

    def remove(self, identifier: str) -> bool:
        """Remove an extension; return whether it was there."""
        for one in self.extensions.getDeployedExtensions("user", None, _agreeing()):
            if one.getIdentifier().Value == identifier:
                self.extensions.removeExtension(identifier, one.getName(), "user", None, _agreeing())
                return True
        return False

    def end(self) -> None:
        """End an office that was started here, in peace or by force."""
        if self.ran_before:
            return
        with contextlib.suppress(Exception):
            self.desktop.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End the processes that were started here."""
        if os.name == "nt":
            self.process.kill()
        else:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def _agreeing() -> Any:
    """Return an environment for commands that agrees to what is asked: the user has asked for the installation."""
    import uno
    import unohelper
    from com.sun.star.task import XInteractionHandler
    from com.sun.star.ucb import XCommandEnvironment

    agree = uno.getTypeByName("com.sun.star.task.XInteractionApprove")

    class Agreeing(unohelper.Base, XInteractionHandler, XCommandEnvironment):  # type: ignore[misc]
        def handle(self, request: Any) -> None:
            for one in request.getContinuations():
                if one.queryInterface(agree):
                    one.select()
                    return

        def getInteractionHandler(self) -> Any:
            return self

        def getProgressHandler(self) -> None:
            return None

    return Agreeing()


def started(soffice: str, profile: str = "") -> Office:
    """Return a running LibreOffice whose start is over; one that ends meanwhile, as on a fresh profile, is started again."""
    for left in reversed(range(TRIES)):
        running = Office(soffice, profile)
        try:
            running.settle()
        except Exception as error:
            if running.ran_before or not left or not _gone(error):
                running.end()
                raise
            running.kill()
        else:
            return running
    raise AssertionError


def _gone(error: Exception) -> bool:
    """Whether an error says that the office has ended."""
    return isinstance(error, Late) or "Disposed" in type(error).__name__


def asked(soffice: str, profile: str, work: Callable[[Office], Any], limit: float = LIMIT) -> tuple[Any, bool]:
    """Return what some work with an office gives, and whether the office ran before.

    An office of ours that hangs or ends meanwhile is ended, and another one is asked; one that ran before is left alone, and asked again
    where something broke in it.

    Raises
    ------
    Broken
        If something broke in each of them.
    """
    for left in reversed(range(TRIES)):
        running = started(soffice, profile)
        try:
            return _timed(work, running, limit * 2 ** (TRIES - 1 - left)), running.ran_before
        except Exception as error:
            if _broken(error) and not left:
                raise Broken(
                    f"something broke in LibreOffice in each of {TRIES} tries ({_said(error)}); start it anew and try again"
                ) from error
            if not left or not (_broken(error) or (_gone(error) and not running.ran_before)):
                raise
            if not running.ran_before:
                running.kill()
        finally:
            running.end()
    raise AssertionError


class Broken(RuntimeError):
    """An office in which something broke that has nothing to do with what was asked."""


def _broken(error: Exception) -> bool:
    """Whether an error is one of LibreOffice's own parts, such as a failed allocation, and no answer to what was asked."""
    return type(error).__name__.rpartition(".")[2] == "RuntimeException"


def _said(error: Exception) -> str:
    """Return what an error says, as one line."""
    return " ".join(str(getattr(error, "Message", "") or error).split())[:400]


class Late(RuntimeError):
    """An office that does not answer."""


def _timed(work: Callable[[Office], Any], running: Office, limit: float) -> Any:
    """Return what work gives.

    Raises
    ------
    Late
        If it takes too long.
    """
    found: list[Any] = []
    failed: list[Exception] = []

    def do() -> None:
        try:
            found.append(work(running))
        except Exception as error:  # noqa: BLE001  # raised again by the caller
            failed.append(error)

    worker = threading.Thread(target=do, daemon=True)
    worker.start()
    worker.join(limit)
    if failed:
        raise failed[0]
    if not found:
        raise Late(f"it did not answer within {limit:g} s; close LibreOffice and try again")
    return found[0]


VERBS: dict[str, Callable[[Office, str], Any]] = {
    "add": lambda office, what: office.add(what),
    "remove": lambda office, what: office.remove(what),
    "version": lambda office, what: office.version(what),
}


def main(soffice: str, profile: str, verb: str, what: str) -> None:
    """Do one verb and print its answer as JSON."""
    try:
        found, running = asked(soffice, profile, lambda office: VERBS[verb](office, what))
        told: dict[str, Any] = {"answer": found, "running": running}
    except Exception as error:  # noqa: BLE001  # the caller reads one line
        told = {"error": _said(error)}
    print(json.dumps(told), flush=True)
    os._exit(0)  # a thread that waits for an office that hangs would hold us up


if __name__ == "__main__":
    main(*sys.argv[1:])
