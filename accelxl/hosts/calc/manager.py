"""The extension manager of LibreOffice, for a Python with its bridge: python manager.py SOFFICE PROFILE add|remove|version WHAT.

It stands alone: that Python need not have the package. It starts LibreOffice without windows, or finds the one that runs with the
profile, and talks to its extension manager, which also serves root (the program unopkg does not). PROFILE may be empty: the user's own.
The answer is a line of JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

IDENTIFIER = "org.accelxl.calc"
"""Identifier of the extension; LibreOffice knows an installed one by it."""
AGAIN = 81
"""The exit code of LibreOffice on a fresh profile: it asks to be started again."""
SECONDS = 90.0


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
        self._command.append(f"--accept=pipe,name={self.pipe};urp;StarOffice.ComponentContext")
        self.process = self._start()
        self.ran_before = False
        try:
            self.context = self._connect()
        except BaseException:
            self.kill()
            raise
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
            if code == AGAIN and starts < 3:
                self.process, starts = self._start(), starts + 1
            elif code == 0:
                self.ran_before = True  # the office that runs with this profile has taken the request over
            elif code is not None:
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


def started(soffice: str, profile: str = "", extension: str = "") -> Office:
    """Return a running LibreOffice, with an extension added; one that ends meanwhile, as on a fresh profile, is started again."""
    for left in (2, 1, 0):
        running = Office(soffice, profile)
        try:
            if extension:
                running.add(extension)
            running.desktop.getComponents()
        except Exception as error:
            gone = "Disposed" in type(error).__name__ and not running.ran_before
            if not gone or not left:
                running.end()
                raise
            running.kill()
        else:
            return running
    raise AssertionError


def main(soffice: str, profile: str, verb: str, what: str) -> None:
    """Do one verb and print its answer as JSON."""
    try:
        running = started(soffice, profile, what if verb == "add" else "")
        try:
            found = running.remove(what) if verb == "remove" else running.version(IDENTIFIER if verb == "add" else what)
            print(json.dumps({"answer": found, "running": running.ran_before}))
        finally:
            running.end()
    except Exception as error:  # noqa: BLE001  # the caller reads one line
        told = getattr(error, "Message", "") or error
        print(json.dumps({"error": " ".join(str(told).split())[:400]}))


if __name__ == "__main__":
    main(*sys.argv[1:])
