"""Values of many cells in many jobs: one row a job, one column a cell."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Table:
    """`numbers[job, cell]` where `words[job, cell]` is None, else that text, error or truth value."""

    places: list
    numbers: np.ndarray
    words: np.ndarray

    @classmethod
    def read(cls, path, count, places, words):
        """Read what `inside.sweep` has written; `words` are the texts and errors that it told."""
        size = count * len(places)
        with path.open("rb") as file:
            numbers = np.fromfile(file, np.float64, size)
            shown = np.fromfile(file, np.intc, size)
        shape = (count, len(places))
        return cls(places, numbers.reshape(shape), np.array([None, *words], object)[shown].reshape(shape))

    @classmethod
    def of_rows(cls, places, rows):
        """Make one of values, row by row."""
        cells = np.empty((len(rows), len(places)), object)
        for at, row in enumerate(rows):
            cells[at] = [row[place] for place in places]
        number = np.frompyfunc(lambda cell: type(cell) is float, 1, 1)(cells).astype(bool)
        return cls(places, np.where(number, cells, 0.0).astype(float), np.where(number, None, cells))

    @classmethod
    def joined(cls, tables):
        """Put tables of the same cells below each other."""
        assert all(table.places == tables[0].places for table in tables)
        return cls(
            tables[0].places,
            np.concatenate([table.numbers for table in tables]),
            np.concatenate([table.words for table in tables]),
        )

    def __len__(self):
        return len(self.numbers)

    def row(self, job, cells=None):
        """The values of a job by their places, or those of some columns."""
        cells = range(len(self.places)) if cells is None else cells
        numbers, words = self.numbers[job], self.words[job]
        return {self.places[at]: float(numbers[at]) if words[at] is None else words[at] for at in cells}

    def same(self, other):
        """Whether both hold the same values."""
        return (
            self.places == other.places
            and np.array_equal(self.numbers, other.numbers)
            and np.array_equal(self.words, other.words)
        )
