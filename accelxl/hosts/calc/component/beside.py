"""A command that may take long: a process of its own computes, the status bar tells how far it is, the menu's Stop ends it.

The sheet is written at the end, in the office's main thread, or not at all.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

from . import settings as configuration
from . import wire
from .process import Process

FOREVER = 1e9
"""Seconds: Stop ends the work, and no limit."""
STEPS = 1000
RUNNING: dict[str, Work] = {}
"""The work under way for each document, by the document's own id."""


class Work:
    """One command under way. `label` is its name; `done` is called in the main thread with what the add-in should do."""

    def __init__(
        self, context: Any, document: str, label: str, bar: Any, done: Callable[[dict[str, Any]], None]
    ) -> None:
        self._context, self._document, self._label, self._bar, self._done = context, document, label, bar, done
        self._stopped = False
        self._process: Process | None = None

    @property
    def label(self) -> str:
        """The name of the command."""
        return self._label

    def start(self, command: str, given: dict[str, Any]) -> None:
        """Start the work; return at once."""
        RUNNING[self._document] = self
        if self._bar is not None:
            self._bar.start(f"AccelXL: {self._label}: starting", STEPS)
        threading.Thread(target=self._work, args=(command, json.dumps(given)), daemon=True).start()

    def stop(self) -> None:
        """End the work."""
        self._stopped = True
        if self._process is not None:
            self._process.kill()

    def _work(self, command: str, given: str) -> None:
        told = self._told(command, given)
        RUNNING.pop(self._document, None)
        in_main_thread(self._context, lambda: self._end(told))

    def _told(self, command: str, given: str) -> dict[str, Any]:
        """Return what the process answers, or a message that says why it does not."""
        process = None
        try:
            settings = configuration.read()
            self._process = process = Process(settings.python, settings.package, FOREVER)
            found = None if process.hello is None or self._stopped else process.ask(wire.LONG, command, given)
            while found and found[0] == wire.LONG:
                self._tell(float(found[1]), str(found[2]))
                found = process.more()
            if found:
                told: dict[str, Any] = json.loads(found[0])
                return told
            why = "stopped; the sheet is as it was" if self._stopped else f"its process ended: {process.reason()}"
        except Exception as error:  # noqa: BLE001  # nobody sees what a thread raises
            why = f"this did not work: {error}"
        finally:
            if process is not None:
                process.end()
        return {"do": "message", "title": f"AccelXL: {self._label}", "text": why}

    def _tell(self, share: float, words: str) -> None:
        text = f"AccelXL: {self._label}: {words}; menu AccelXL, Stop ends it"
        if self._bar is not None:
            in_main_thread(self._context, lambda: (self._bar.setText(text), self._bar.setValue(int(share * STEPS))))

    def _end(self, told: dict[str, Any]) -> None:
        if self._bar is not None:
            self._bar.end()
        self._done(told)


def in_main_thread(context: Any, call: Callable[[], object]) -> None:
    """Have the office's main thread make a call: windows and sheets are changed there."""
    import unohelper
    from com.sun.star.awt import XCallback

    class Callback(unohelper.Base, XCallback):  # type: ignore[misc]
        def notify(self, _: Any) -> None:
            try:
                call()
            except Exception:  # noqa: BLE001  # the window or the document was closed meanwhile
                return

    service = context.ServiceManager.createInstanceWithContext("com.sun.star.awt.AsyncCallback", context)
    service.addCallback(Callback(), None)
