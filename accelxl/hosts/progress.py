"""How far a command that takes long is, in the words that every host shows in its status bar."""

from __future__ import annotations


def words(done: int, total: int, seconds: float) -> str:
    """Return how much is done and how long the rest takes at the pace so far.

    Parameters
    ----------
    done, total : int
        How much of how much.
    seconds : float
        Since the start.

    Examples
    --------
    >>> words(37, 100, 7.0), words(25, 100, 100.0), words(1, 1001, 9.0)
    ('37 %, 12 s left', '25 %, 5 min left', '0 %, 2 h 30 min left')
    >>> words(0, 100, 7.0)
    '0 %'
    """
    share = done / total if total else 0.0
    if not share:
        return "0 %"
    left = round(seconds * (1 - share) / share)
    if left < 100:
        rest = f"{left} s"
    elif left < 6000:
        rest = f"{round(left / 60)} min"
    else:
        rest = f"{left // 3600} h {left % 3600 // 60} min"
    return f"{int(share * 100)} %, {rest} left"
