"""Files that are whole or not there: written beside their place under another name and moved when complete; and folders for them."""

from __future__ import annotations

import os
import re
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from accelxl.errors import BadFile


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

    A reader sees the old file or the new one and nothing between. `durable` waits until the disk has the content, so that a power
    cut cannot leave an empty file; for many small files that can be made again it is not worth the wait.

    Raises
    ------
    BadFile
        If the system refuses: no such folder, no right, a full disk, a file that another program holds; or if the name is that of a
        device or a pipe, which would be replaced by a file.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise BadFile(f"{path} is a device or a pipe; the name of a file is needed")
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        yield beside
        if durable:
            with beside.open("rb+") as file:
                os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        if isinstance(error, BadFile):
            raise
        raise unwritten(path, error) from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def write_atomically(path: Path, data: bytes, *, durable: bool = False) -> Path:
    """Write a file whole or not at all; its folder is made where there is none.

    Raises
    ------
    BadFile
        If it cannot be written; nothing is left behind.
    """
    if not path.parent.is_dir():
        folder_for(path.parent)
    with replacing(path, durable=durable) as beside, beside.open("xb") as stream:
        stream.write(data)
    return path


def folder_for(path: str | Path) -> Path:
    """Return a folder that can be written to, made if it does not exist.

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
