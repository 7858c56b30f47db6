"""One fill at a time in a folder, and books that are open in a spreadsheet program."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from accelxl.errors import BadFile
from accelxl.files import own_file

LOCK = ".accelxl-fill.lock"


@contextmanager
def sole_use(folder: Path) -> Iterator[int]:
    """Hold a folder alone; the system lets go of it when the process ends, however it ends. Gives the lock's descriptor.

    Raises
    ------
    BadFile
        If another process holds it.
    """
    path = folder / LOCK
    handle = -1
    try:
        handle = _taken(path)
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0) if hasattr(os, "pwrite") else os.write(handle, b"1")
        yield handle
    finally:
        if handle >= 0:
            if os.name == "posix":  # elsewhere an open file cannot be removed
                path.unlink(missing_ok=True)
                os.close(handle)
            else:
                os.close(handle)
                with suppress(OSError):
                    path.unlink()


def _taken(path: Path) -> int:
    """Return the descriptor of a lock that this process now holds."""
    for _ in range(100):
        handle = own_file(path, os.O_RDWR | os.O_CREAT)
        try:
            _lock(handle)
        except OSError as error:
            who = os.read(handle, 20).decode("ascii", "replace").strip() if os.name == "posix" else ""
            os.close(handle)
            run = f"another run (process {who})" if who else "another run"
            raise BadFile(f"{path.parent} is being filled by {run}; wait for its end or give another folder") from error
        with suppress(OSError):
            if os.name != "posix" or os.fstat(handle).st_ino == path.stat().st_ino:
                return handle
        os.close(handle)  # the run before removed the file after it was opened here
    raise BadFile(f"{path} cannot be locked; give another folder")


def _lock(handle: int) -> None:
    if os.name == "posix":
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    else:
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]


def place_of_copy(book: Path, to: str | Path | None, word: str) -> Path:
    """Return where a copy of a book goes: `to`, or the book's name with a word behind it, beside the book.

    Raises
    ------
    BadFile
        If that is the book itself or a folder, or has another ending: Excel opens no .xlsx that is named .xlsm.
    """
    target = book.with_name(f"{book.stem}-{word}{book.suffix}") if to is None else Path(to)
    if target.resolve() == book.resolve():
        raise BadFile(f"{target} is the book itself; another name for the {word} copy is needed")
    if target.is_dir():
        raise BadFile(f"{target} is a folder; the name of a file is needed for the {word} copy")
    if target.suffix.lower() != book.suffix.lower():
        raise BadFile(f"{target} ends in {target.suffix or 'nothing'}; a copy of {book.name} ends in {book.suffix}")
    return target


def check_closed(path: Path) -> None:
    """Refuse to replace a book that is open in a spreadsheet program.

    Raises
    ------
    BadFile
        If the lock file of Excel or LibreOffice stands beside it.
    """
    if not path.exists():
        return
    for name, program in ((f"~${path.name}", "Excel"), (f".~lock.{path.name}#", "LibreOffice")):
        if path.with_name(name).exists():
            raise BadFile(
                f"{path} is open in {program} (its lock file {name} stands beside it); close the book, or remove the file if it is not"
            )
