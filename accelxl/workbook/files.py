"""Files written whole or not at all, and the sentences for a folder or file that cannot be used."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from accelxl.errors import BadFile


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
        raise BadFile(f"the folder {folder} cannot be made: {_why(error)}") from error
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise BadFile(f"the folder {folder} cannot be written to: {_why(error)}") from error
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


def write_atomically(path: Path, data: bytes) -> Path:
    """Write a file beside its place and move it there, so that a reader sees the old file or the new one and nothing between.

    Raises
    ------
    BadFile
        If it cannot be written; nothing is left behind.
    """
    folder = path.parent
    if not folder.is_dir():
        folder_for(folder)
    temporary = folder / f".{path.name}.{secrets.token_hex(4)}.part"
    try:
        with temporary.open("xb") as stream:
            stream.write(data)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise BadFile(f"{path} cannot be written: {_why(error)}") from error
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return path


def _why(error: OSError) -> str:
    """Return the system's reason in words."""
    if isinstance(error, PermissionError):
        return "it is locked, open in another program, or not yours to write"
    return (error.strerror or str(error)).lower()
