"""The process of a long command: ``python -m accelxl.hosts.excel.worker FOLDER``, started by `accelxl.hosts.excel.jobs`."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import xlwings

from accelxl.hosts.commands import COMMANDS, sentence
from accelxl.hosts.excel import jobs, macros, sheets

Attach = Callable[[jobs.Request], xlwings.Book]


def attached(request: jobs.Request) -> xlwings.Book:
    """Return the book of a request in the Excel that has it open."""
    return xlwings.apps[request.pid].books[request.book]


def main(folder: Path, attach: Attach = attached) -> None:
    """Do the job of a folder and remove the folder; the sheet is written at the end or not at all."""
    try:
        request = jobs.unpacked((folder / jobs.REQUEST).read_text(encoding="utf-8"))
        command = COMMANDS[request.command]
        book = attach(request)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)  # the next press of the button starts anew
        raise

    def say(words: str | bool) -> None:
        with suppress(Exception):  # words only: the work goes on
            book.app.status_bar = words

    def tell(words: str) -> None:
        with suppress(Exception):  # the book or the program was closed meanwhile
            macros.tell(book, command.label, words)

    watch = jobs.Watch(folder, command.label, say, run=request.run)
    try:
        with watch:
            outcome = macros.compute(command, request.given, request.settings, watch)
            watch.check()
            sheets.write(book, command, macros.outcome_page(command, request.settings, outcome))
        if outcome.why:
            tell(outcome.why)
    except KeyboardInterrupt:
        tell("stopped; the sheet is as it was")
    except Exception as error:  # noqa: BLE001  # nobody sees what a worker raises
        tell(sentence(error))
    finally:
        if watch.ours():
            say(False)
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
