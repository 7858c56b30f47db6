"""Files that are whole or not there: written beside their place under another name and moved when complete."""

from __future__ import annotations

import os
import re
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
    text = error.strerror or str(error) or type(error).__name__
    # Arrow puts the system's words behind its own.
    text = re.sub(r"^.*\[errno \d+\] ", "", text, flags=re.IGNORECASE | re.DOTALL)
    return text[:1].lower() + text[1:]


def unwritten(path: Path, error: OSError) -> BadFile:
    """Return the error of a file that could not be written."""
    return BadFile(f"{path} could not be written: {reason(error)}; a place with room that may be written is needed")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a name beside `path` to write to; move it to `path` when the block ends well, remove it when it does not.

    Raises
    ------
    BadFile
        If the system refuses: no such folder, no right, a full disk, a file that another program holds.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield beside
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
