"""What a folder of filled books holds: manifest.json and manifest.csv beside them, and the journal of a run that is under way.

Each book has one line in the journal, written as soon as the book is there; a run that was broken off goes on from it. At the end the
lines become the manifest. Lines are kept in files and not in memory.
"""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from io import StringIO
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import Any, BinaryIO, Self

from accelxl.errors import BadFile
from accelxl.files import as_text, own_file, reason, replacing, unwritten
from accelxl.functions.cells import ERRORS, CellError

JSON, CSV, JOURNAL = "manifest.json", "manifest.csv", ".accelxl-fill.jsonl"
MADE_BY = "accelxl fill"
COLUMNS = (
    "book", "status", "sentence", "row", "template", "template_version", "accelxl", "template_sha256", "inputs_sha256", "book_sha256",
    "remarks",
)  # fmt: skip
"""Columns of manifest.csv before the figures; manifest.json has them too, and the inputs that the data gave."""

MOST_BYTES = 255
"""Bytes of a name in a line that is believed."""
_BAD_IN_NAME = re.compile(r"[/\\\x00]")


@dataclass(frozen=True, slots=True)
class Entry:
    """A book of an earlier run, or of this one: where its line stands, and what it was made from."""

    source: int
    offset: int
    key: str
    book_sha256: str
    written: bool


class Manifest:
    """The books of a folder.

    Raises
    ------
    BadFile
        If a file of that name is there which no fill wrote.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.entries: dict[str, Entry] = {}
        self._check_csv()
        self._files: list[BinaryIO] = []
        self._journal: BinaryIO | None = None
        self.broken_off = 0
        """Books that a run which did not end had written."""
        try:
            self._load(folder / JSON, whole=True)
            self._load(folder / JOURNAL, whole=False)
        except BadFile:
            self.__exit__()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        for stream in [*self._files, *([self._journal] if self._journal is not None else [])]:
            stream.close()

    def _check_csv(self) -> None:
        path = self.folder / CSV
        ours = b",".join(c.encode() for c in COLUMNS[:4])
        stream = _opened(path)
        if stream is None:
            return
        with stream:
            head = stream.read(len(ours) + 3)
        if not head.removeprefix(b"\xef\xbb\xbf").startswith(ours):
            raise BadFile(f"{path} was not written by a fill and would be replaced; move it, or give another folder")

    def _load(self, path: Path, *, whole: bool) -> None:
        """Read the lines of a file; one that was cut short by a kill is left out."""
        stream = _opened(path)
        if stream is None:
            return
        if whole:  # a file that is open cannot be replaced on every system
            copy: BinaryIO = TemporaryFile()  # noqa: SIM115
            with stream:
                copyfileobj(stream, copy)
            copy.seek(0)
            stream = copy
        self._files.append(stream)
        if whole and MADE_BY.encode() not in stream.readline():
            raise BadFile(f"{path} was not written by a fill and would be replaced; move it, or give another folder")
        offset = stream.tell()
        for line in stream:
            with suppress(ValueError, KeyError, TypeError, AttributeError, RecursionError):
                found = json.loads(line.strip().rstrip(b",").decode())
                if not _ours(found):
                    raise ValueError
                written = found["status"] == "written"
                self.entries[found["book"]] = Entry(
                    len(self._files) - 1, offset, found.get("key", ""), found.get("book_sha256", ""), written
                )
                self.broken_off += written and not whole
            offset += len(line)

    def same(self, path: Path, key: str) -> dict[str, Any] | None:
        """Return the record of a book that is there as it was written and would be made from the same; None of any other."""
        entry = self.entries.get(path.name)
        if entry is None or not entry.written or entry.key != key:
            return None
        try:
            if sha256(path.read_bytes()).hexdigest() != entry.book_sha256:
                return None
        except OSError:
            return None
        return self.record(entry)

    def record(self, entry: Entry) -> dict[str, Any]:
        """Return what a line says."""
        stream = self._files[entry.source]
        stream.seek(entry.offset)
        found: dict[str, Any] = json.loads(stream.readline().strip().rstrip(b","), object_hook=_error_of)
        return found

    def add(self, record: dict[str, Any]) -> None:
        """Write the line of a book into the journal."""
        path = self.folder / JOURNAL
        fresh = self._journal is None
        if self._journal is None:
            self._journal = os.fdopen(own_file(path, os.O_RDWR | os.O_CREAT | os.O_APPEND), "a+b", buffering=0)
        try:
            if fresh:
                self._journal.seek(0, 2)
                if self._journal.tell() and not self._ends_whole(path):
                    self._journal.write(b"\n")
                self._files.append(path.open("rb"))
            offset = self._journal.seek(0, 2)
            self._journal.write(json.dumps(record, default=str).encode() + b"\n")
        except OSError as error:
            raise unwritten(path, error) from error
        self.entries[record["book"]] = Entry(
            len(self._files) - 1,
            offset,
            record.get("key", ""),
            record.get("book_sha256", ""),
            record["status"] == "written",
        )

    @staticmethod
    def _ends_whole(path: Path) -> bool:
        with path.open("rb") as stream:
            stream.seek(-1, 2)
            return stream.read() == b"\n"

    def finish(self, order: Iterable[str]) -> None:
        """Write the manifest: the books of this run in their order, then those of earlier runs that are still there.

        Raises
        ------
        BadFile
            If it cannot be written; the journal stays then.
        """
        names = list(dict.fromkeys(order))
        here = set(names)
        names += [name for name in self.entries if name not in here and (self.folder / name).exists()]
        figures = list(dict.fromkeys(figure for record in self._records(names) for figure in record["figures"]))
        with replacing(self.folder / JSON) as beside, beside.open("w", encoding="utf-8") as stream:
            stream.write(f'{{"made_by": "{MADE_BY}", "books": [\n')
            for place, record in enumerate(self._records(names)):
                stream.write(("" if place == 0 else ",\n") + json.dumps(record, default=str))
            stream.write("\n]}\n")
        with replacing(self.folder / CSV) as beside, beside.open("w", encoding="utf-8", newline="") as stream:
            stream.write(csv_line([*COLUMNS, *(f"figure_{name}" if name in COLUMNS else name for name in figures)]))
            for record in self._records(names):
                values = [record["figures"].get(name) for name in figures]
                stream.write(
                    csv_line([*(record.get(name, "") for name in COLUMNS), *(_flat(value) for value in values)])
                )
        self.drop_journal()

    def drop_journal(self) -> None:
        """Remove the journal of a run that is over."""
        for stream in [*self._files, *([self._journal] if self._journal is not None else [])]:
            stream.close()
        self._files, self._journal = [], None
        with suppress(OSError):
            (self.folder / JOURNAL).unlink(missing_ok=True)

    def _records(self, names: Iterable[str]) -> Iterator[dict[str, Any]]:
        for name in names:
            entry = self.entries.get(name)
            if entry is not None:
                stream = self._files[entry.source]
                stream.seek(entry.offset)
                yield json.loads(stream.readline().strip().rstrip(b","))


def _opened(path: Path) -> BinaryIO | None:
    """Return a file of an earlier run, None where there is none.

    Raises
    ------
    BadFile
        If it cannot be read, or is no file.
    """
    if path.is_symlink() or (path.exists() and not path.is_file() and not path.is_dir()):
        raise BadFile(f"{path} is a link, a device or a pipe; remove it, or give another folder")
    try:
        return path.open("rb")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {reason(error)}") from error


def _ours(found: dict[str, Any]) -> bool:
    """Tell whether a line is one that a fill writes: the name of a file in the folder, and figures by name."""
    book = found["book"]
    return (
        isinstance(book, str)
        and isinstance(found["figures"], dict)
        and len(book.encode()) <= MOST_BYTES
        and not _BAD_IN_NAME.search(book)
    )


def plain(value: Any) -> Any:
    """Return a cell's value as JSON has it; an error is marked, so that it comes back as one."""
    return {"error": str(value)} if isinstance(value, CellError) else value


def _error_of(found: dict[str, Any]) -> Any:
    if list(found) == ["error"] and found["error"] in ERRORS:
        return CellError(found["error"])
    return found


def _flat(value: Any) -> Any:
    return value.get("error", "") if isinstance(value, dict) else value


def csv_line(cells: Iterable[Any]) -> str:
    """Return a line of CSV in which no text is taken for a formula by a program that opens it.

    Examples
    --------
    >>> csv_line(["=1+1", -2.5, "@x", None, True]).strip()
    "'=1+1,-2.5,'@x,,true"
    """
    stream = StringIO()
    csv.writer(stream).writerow([_safe(cell) for cell in cells])
    return stream.getvalue()


def _safe(cell: Any) -> Any:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, str) and not isinstance(cell, CellError):
        return as_text(cell)
    return "" if cell is None else cell
