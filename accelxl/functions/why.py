"""The memory of sentences behind ACCEL_WHY: the newest errors by the address of the cell that shows them."""

from __future__ import annotations

from threading import Lock

NEWEST = 10_000
"""Sentences that are kept."""
LONGEST = 1_000
"""Characters of a sentence that are kept: it may repeat a cell's text, which may have 32,767."""


class Memory:
    """A map from a cell's address (text, as the host writes it) to the sentence of its last error, bounded to the newest.

    Dollar signs, spaces around and upper or lower case do not matter. A cell whose next call succeeds is forgotten.

    Examples
    --------
    >>> memory = Memory(2)
    >>> memory.keep("Sheet1!$A$1", "rate is blank")
    >>> memory.get("sheet1!A1")
    'rate is blank'
    >>> memory.keep("Sheet1!$A$1", "")
    >>> len(memory)
    0
    """

    __slots__ = ("_lock", "_sentences", "newest")

    def __init__(self, newest: int = NEWEST) -> None:
        self.newest = newest
        self._sentences: dict[str, str] = {}
        self._lock = Lock()

    def keep(self, caller: str, sentence: str) -> None:
        """Keep the sentence of a cell; an empty one forgets the cell."""
        if not sentence and not self._sentences:
            return
        key = _plain(caller)
        with self._lock:
            self._sentences.pop(key, None)
            if sentence:
                cut = len(sentence) > LONGEST
                self._sentences[key] = f"{sentence[: LONGEST - 3]}..." if cut else sentence
                if len(self._sentences) > self.newest:
                    del self._sentences[next(iter(self._sentences))]

    def get(self, caller: str) -> str:
        """Return the sentence of a cell, or empty text."""
        return self._sentences.get(_plain(caller), "")

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._sentences.clear()

    def __len__(self) -> int:
        return len(self._sentences)


def _plain(caller: str) -> str:
    return str(caller).replace("$", "").strip().casefold()


WHY = Memory()
"""The memory of this process; hosts fill it by `Function.call(..., caller=address)`."""
