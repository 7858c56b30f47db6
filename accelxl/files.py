"""Files that are whole or not there: written beside their place under another name and moved when complete; and folders for them.

The other name is `.NAME.accelxl0.part`, with the next number where another run is writing the same file. Its writer holds a lock on it,
which the system takes away when the process ends, however it ends: a part that nobody holds is what a killed run left, and is removed.
"""

from __future__ import annotations

import errno
import logging
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from accelxl.errors import BadFile

LOG = logging.getLogger(__name__)
PART = re.compile(r"\..+\.accelxl\d{1,2}\.part", re.DOTALL)
WRITERS = 100
"""Most runs that write one file at once."""
WORK = ".work"
"""What the name of a writer's own folder has behind that of its part."""
POSIX = os.name == "posix"
FORMULA_SIGNS = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
"""Signs at which a spreadsheet program begins to read a formula, with those of full width."""


def as_text(text: str) -> str:
    """Return text that no spreadsheet program takes for a formula: with a mark before it where it begins like one.

    Examples
    --------
    >>> as_text("=1+1"), as_text(" @x"), as_text("H100")
    ("'=1+1", "' @x", 'H100')
    """
    return f"'{text}" if text.lstrip(" ")[:1] in FORMULA_SIGNS else text


def reason(error: OSError) -> str:
    """Return what the system says of an error, as the end of a sentence.

    Examples
    --------
    >>> reason(OSError(28, "No space left on device"))
    'no space left on device'
    """
    if isinstance(error, PermissionError):
        return "it is locked, open in another program, or not yours to write"
    text = error.strerror or str(error) or type(error).__name__
    # Arrow puts the system's words behind its own.
    text = re.sub(r"^.*\[errno \d+\] ", "", text, flags=re.IGNORECASE | re.DOTALL)
    return text[:1].lower() + text[1:]


def unwritten(path: Path, error: OSError) -> BadFile:
    """Return the error of a file that could not be written."""
    return BadFile(f"{path} could not be written: {reason(error)}; a place with room that may be written is needed")


@contextmanager
def replacing(path: Path, *, durable: bool = True) -> Iterator[Path]:
    """Give a name beside `path` to write to; move it to `path` when the block ends well, remove it when it does not.

    A reader sees the old file or the new one and nothing between. What a killed run left of the same file is removed first. `durable`
    waits until the disk has the content, so that a power cut cannot leave an empty file; for many small files that can be made again it
    is not worth the wait.

    Raises
    ------
    BadFile
        If the system refuses: no such folder, no right, a full disk, a file that another program holds; or if the name is that of a
        device or a pipe, which would be replaced by a file.
    """
    beside, handle = None, -1
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise BadFile(f"{path} is a device or a pipe; the name of a file is needed")
        beside, handle = _claimed(path)
        yield beside
        if durable:
            with beside.open("rb+") as file:
                os.fsync(file.fileno())
        if not POSIX:  # where an open file cannot be moved
            os.close(handle)
            handle = -1
        beside.replace(path)
    except OSError as error:
        if isinstance(error, BadFile):
            raise
        raise unwritten(path, error) from error
    finally:
        if beside is not None:
            if not POSIX and handle >= 0:
                os.close(handle)
                handle = -1
            _remove(beside)
        if handle >= 0:
            os.close(handle)


def _claimed(path: Path) -> tuple[Path, int]:
    """Return a new empty part for `path` and the descriptor that holds its lock; parts that nobody holds go."""
    left, claimed = 0, None
    for number in range(WRITERS):
        beside = path.with_name(f".{path.name}.accelxl{number}.part")
        left += _cleared(beside)
        if claimed is not None:
            if not beside.exists():
                break
            continue
        with suppress(FileExistsError):
            claimed = _made(beside)
    if left:
        LOG.warning("%s: what a run that was killed had left unfinished was removed", path)
    if claimed is None:
        raise OSError(errno.EBUSY, f"{WRITERS} other runs are writing it")
    return claimed


def _made(beside: Path) -> tuple[Path, int] | None:
    """Make a part and lock it; None where another run took it for a leftover in between."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    handle = os.open(beside, flags, 0o666)
    if POSIX and _locked(handle) is False:
        os.close(handle)
        return None
    with suppress(OSError):
        if not POSIX or os.path.samestat(os.fstat(handle), beside.lstat()):
            return beside, handle
    os.close(handle)
    return None


def _locked(handle: int) -> bool | None:
    """Take the lock of an open file: False where another process has it, None where the file system knows no locks."""
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _cleared(beside: Path) -> bool:
    """Remove a part that no process holds; tell whether it was one."""
    if not POSIX:  # the system keeps a file that is open
        if not beside.exists():
            return False
        with suppress(OSError):
            _remove(beside, strictly=True)
            return True
        return False
    try:
        handle = os.open(beside, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        held = os.fstat(handle)
        if not stat.S_ISREG(held.st_mode) or not _locked(handle) or not os.path.samestat(held, beside.lstat()):
            return False
        _remove(beside, strictly=True)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True


def _remove(beside: Path, *, strictly: bool = False) -> None:
    """Remove a part, and the folder that its writer worked in."""
    work = beside.with_name(beside.name + WORK)
    if work.is_dir() and not work.is_symlink():
        shutil.rmtree(work, ignore_errors=True)
    try:
        beside.unlink(missing_ok=True)
    except OSError:
        if strictly:
            raise


def clear_leftovers(folder: Path) -> int:
    """Remove the parts that killed runs left in a folder, say so, and return how many they were; those of runs that go on stay."""
    with os.scandir(folder) as entries:
        found = [entry.name for entry in entries if PART.fullmatch(entry.name)]
    left = sum(_cleared(folder / name) for name in found)
    if left:
        files = "1 unfinished file" if left == 1 else f"{left:,} unfinished files"
        LOG.warning("%s: %s that a killed run had left %s removed", folder, files, "was" if left == 1 else "were")
    return left


def own_file(path: Path, flags: int) -> int:
    """Return the descriptor of a file of a run itself, which is made where there is none; a link to another file is not followed.

    Raises
    ------
    BadFile
        If a link, a folder, a device or a pipe has its name, or the system refuses.
    """
    try:
        handle = os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0), 0o666)
    except OSError as error:
        if path.is_symlink():
            raise BadFile(f"{path} is a link to another file, which is not written; remove the link") from error
        raise unwritten(path, error) from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise BadFile(f"{path} is a device or a pipe; remove it")
    return handle


def write_atomically(path: Path, data: bytes, *, durable: bool = False) -> Path:
    """Write a file whole or not at all; its folder is made where there is none.

    Raises
    ------
    BadFile
        If it cannot be written; nothing is left behind.
    """
    if not path.parent.is_dir():
        folder_for(path.parent)
    with replacing(path, durable=durable) as beside, beside.open("wb") as stream:
        stream.write(data)
    return path


def folder_for(path: str | Path) -> Path:
    """Return a folder that can be written to, made if it does not exist; what killed runs left unfinished in it is removed.

    Raises
    ------
    BadFile
        If it cannot be made or written to.
    """
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise BadFile(f"{folder} is a file; a folder is needed for the books") from error
    except OSError as error:
        raise BadFile(f"the folder {folder} cannot be made: {reason(error)}") from error
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise BadFile(f"the folder {folder} cannot be written to: {reason(error)}") from error
    with suppress(OSError):  # a folder may be one to write to and not to list
        clear_leftovers(folder)
    return folder


@contextmanager
def used_folder(path: str | Path) -> Iterator[Path]:
    """Give a folder to write to; one that was made for it goes again when nothing was written into it."""
    made = not Path(path).exists()
    folder = folder_for(path)
    try:
        yield folder
    finally:
        if made and not any(folder.iterdir()):
            folder.rmdir()
