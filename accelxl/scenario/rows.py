"""Rows to a file as they come: Parquet, CSV or a workbook, inputs first, then metrics.

A file appears when its last row is written, never before. A run that can be resumed keeps its rows in parts until then.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from accelxl.errors import BadFile, Missing, OutOfRange
from accelxl.files import WORK, as_text, replacing, unwritten
from accelxl.scenario.checks import path_of

Column = Any
"""An array of numbers, or a list of words."""
SHEET_ROWS = 1_048_575
"""Rows of a sheet under its header."""


class Rows(Protocol):
    """Where rows go."""

    def put(self, columns: Sequence[Column]) -> None:
        """Write the rows that come next, a column a name."""


class _Parquet:
    """Raw Parquet: no dictionary, no compression, a row group for each piece."""

    def __init__(self, beside: Path, names: Sequence[str], words: Sequence[str]) -> None:
        try:
            import pyarrow as pa
            import pyarrow.parquet as pq
        except ImportError as error:
            raise Missing(
                "a Parquet file needs the package pyarrow, which is not installed; accelxl[parquet] brings it"
            ) from error
        self.arrow = pa
        self.schema = pa.schema([(name, pa.string() if name in words else pa.float64()) for name in names])
        self.writer = pq.ParquetWriter(
            str(beside), self.schema, compression="none", use_dictionary=False, write_statistics=False
        )

    def put(self, columns: Sequence[Column]) -> None:
        """Write a row group."""
        text = self.arrow.string()
        arrays = [
            self.arrow.array(
                [None if c is None else str(c) for c in column] if kind.type == text else column, type=kind.type
            )
            for column, kind in zip(columns, self.schema, strict=True)
        ]
        self.writer.write_batch(self.arrow.record_batch(arrays, schema=self.schema))

    def close(self) -> None:
        """Write the end of the file."""
        self.writer.close()


class _Csv:
    """Comma-separated values: numbers in the shortest form that reads back alike, an empty field for no value."""

    def __init__(self, beside: Path, names: Sequence[str], words: Sequence[str], head: bool = True) -> None:
        self.words = frozenset(at for at, name in enumerate(names) if name in words)
        self.file = beside.open("w", encoding="utf-8", newline="")
        if head:
            self.file.write(",".join(map(self._word, names)) + "\r\n")

    @staticmethod
    def _word(text: object) -> str:
        safe = "" if text is None else as_text(str(text))
        return '"' + safe.replace('"', '""') + '"' if any(c in safe for c in ',"\r\n') else safe

    def put(self, columns: Sequence[Column]) -> None:
        """Write lines."""
        fields = [
            list(map(self._word, column))
            if at in self.words
            else ["" if text == "nan" else text for text in map(repr, np.asarray(column, np.float64).tolist())]
            for at, column in enumerate(columns)
        ]
        self.file.writelines(",".join(line) + "\r\n" for line in zip(*fields, strict=True))

    def close(self) -> None:
        """Close the file."""
        self.file.close()


class _Sheet:
    """A workbook with one sheet; a cell without a value stays empty."""

    def __init__(self, beside: Path, names: Sequence[str], words: Sequence[str]) -> None:
        import xlsxwriter

        self.words = frozenset(at for at, name in enumerate(names) if name in words)
        self.folder = f"{beside}{WORK}"
        Path(self.folder).mkdir()
        self.book = xlsxwriter.Workbook(str(beside), {"constant_memory": True, "tmpdir": self.folder})
        self.sheet = self.book.add_worksheet("scenarios")
        bold = self.book.add_format({"bold": True})
        for at, name in enumerate(names):
            self.sheet.write_string(0, at, name, bold)
            self.sheet.set_column(at, at, max(12, len(name) + 2))
        self.sheet.freeze_panes(1, 0)
        self.at = 1

    def put(self, columns: Sequence[Column]) -> None:
        """Write rows; text is written as text, whatever it begins with."""
        lists = [
            ["" if word is None else str(word) for word in c]
            if at in self.words
            else np.asarray(c, np.float64).tolist()
            for at, c in enumerate(columns)
        ]
        for row in zip(*lists, strict=True):
            for at, value in enumerate(row):
                if isinstance(value, str):
                    if value:
                        self.sheet.write_string(self.at, at, value)
                elif np.isfinite(value):
                    self.sheet.write_number(self.at, at, value)
            self.at += 1

    def close(self) -> None:
        """Pack the file."""
        from xlsxwriter.exceptions import FileCreateError

        try:
            self.book.close()
        except FileCreateError as error:
            raise error.args[0] if error.args and isinstance(error.args[0], OSError) else OSError(str(error)) from error
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)


_KINDS = {".parquet": _Parquet, ".csv": _Csv, ".xlsx": _Sheet}


def check_out(out: Any, rows: int) -> Path:
    """Return the path of an output file.

    Raises
    ------
    BadFile
        If its ending is not known or its folder does not exist.
    OutOfRange
        If a sheet cannot hold the rows.
    """
    path = path_of(out, "the file of rows (out)")
    if path.suffix.lower() not in _KINDS:
        raise BadFile(f"{path} ends in {path.suffix or 'nothing'}; .parquet, .csv or .xlsx is allowed")
    if not os.path.isdir(path.parent):  # noqa: PTH112 - False, too, where a folder above may not be read
        raise BadFile(f"{path} lies in a folder that does not exist; an existing folder is needed")
    if path.suffix.lower() == ".xlsx" and rows > SHEET_ROWS:
        raise OutOfRange(
            f"{path} would have {rows:,} rows; a sheet holds up to {SHEET_ROWS:,}, .parquet and .csv any number"
        )
    return path


@contextmanager
def whole(path: Path, names: Sequence[str], words: Sequence[str] = ()) -> Iterator[Rows]:
    """Give a place for rows; the file stands at `path` when the block ends well."""
    with replacing(path) as beside:
        rows: Any = _KINDS[path.suffix.lower()](beside, names, words)
        try:
            yield rows
        except BaseException:
            with suppress(Exception):
                rows.close()
            raise
        rows.close()


def save(path: Path, table: Sequence[Sequence[Any]]) -> Path:
    """Write a small table, its first row the names of the columns, to a file; a column with text in it is one of words.

    Raises
    ------
    BadFile
        If it cannot be written; nothing half-written is left.
    """
    place, names = check_out(path, len(table) - 1), [str(name) for name in table[0]]
    columns = [list(column) for column in zip(*table[1:], strict=True)]
    words = [name for name, column in zip(names, columns, strict=True) if any(isinstance(c, str) for c in column)]
    with whole(place, names, words) as rows:
        rows.put(columns)
    return place


class Parts:
    """Rows of a run that can be resumed: a part for each stretch between two checkpoints, joined at the end."""

    def __init__(self, path: Path, names: Sequence[str], words: Sequence[str]) -> None:
        self.path, self.names, self.words = path, names, words
        self.folder = path.with_name(f".{path.name}.parts")

    def _part(self, first: int) -> Path:
        return self.folder / f"{first:015d}{'.parquet' if self.path.suffix.lower() == '.parquet' else '.csv'}"

    def part(self, first: int) -> AbstractContextManager[Rows]:
        """Give a place for the rows from scenario `first` on."""
        try:
            self.folder.mkdir(exist_ok=True)
        except OSError as error:
            raise unwritten(self.path, error) from error
        return whole(self._part(first), self.names, self.words)

    def join(self, firsts: Sequence[int]) -> None:
        """Make the file of its parts and remove them."""
        with replacing(self.path) as beside:
            if self.path.suffix.lower() == ".parquet":
                self._join_parquet(beside, firsts)
            else:
                with beside.open("wb") as file:
                    for at, first in enumerate(firsts):
                        with self._part(first).open("rb") as piece:
                            if at:
                                piece.readline()
                            shutil.copyfileobj(piece, file, 1 << 20)
        self.drop()

    def _join_parquet(self, beside: Path, firsts: Sequence[int]) -> None:
        import pyarrow.parquet as pq

        rows = _Parquet(beside, self.names, self.words)
        for first in firsts:
            piece = pq.ParquetFile(str(self._part(first)))
            for group in range(piece.num_row_groups):
                rows.writer.write_table(piece.read_row_group(group))
        rows.close()

    def drop(self) -> None:
        """Remove the parts."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def has(self, firsts: Sequence[int]) -> bool:
        """Tell whether every part is there."""
        return all(self._part(first).is_file() and os.access(self._part(first), os.R_OK) for first in firsts)
