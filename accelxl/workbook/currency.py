"""The currency of a book: it has one, and figures of another are refused."""

from __future__ import annotations

import re

from accelxl.errors import WrongUnit
from accelxl.workbook.book import Workbook

SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY or CNY", "₹": "INR", "₩": "KRW"}
CODES = (
    "USD",
    "EUR",
    "GBP",
    "JPY",
    "CNY",
    "CHF",
    "CAD",
    "AUD",
    "INR",
    "KRW",
    "SEK",
    "NOK",
    "DKK",
    "PLN",
    "SGD",
    "TWD",
    "AED",
    "SAR",
    "BRL",
)
COLUMN = "currency"
_CODE = re.compile(rf"\b({'|'.join(CODES)})\b")
_MARK = f"[{''.join(SIGNS)}]|{'|'.join(CODES)}"
_FIGURE = re.compile(rf"\s*(?P<before>{_MARK})?\s*[+-]?[0-9][0-9.,' ]*\s*(?P<after>{_MARK})?\s*\Z")
MOST_ROWS = 60


def currency_of(book: Workbook) -> str:
    """Return the code of a book's currency, "" where it tells none.

    A cell with the name ``currency``, ``in_currency`` or ``k_currency`` tells it, or the cell beside the word Currency on the first
    sheet, or the names of the inputs (``unit_price_usd``).
    """
    for name in book.names:
        if name.lower() in {"currency", "in_currency", "k_currency"}:
            place = book.target(name)
            found = _CODE.search(str(book.at(place[:3]))) if place is not None else None
            if found:
                return found[1]
    cells = book.sheet(0).cells if book.titles else {}
    for (row, column), span in sorted(cells.items()):
        if row < MOST_ROWS and str(book.value(span)).strip().lower().rstrip(":") == "currency":
            beside = next((cells[row, c] for c in range(column + 1, column + 5) if (row, c) in cells), None)
            found = _CODE.search(str(book.value(beside))) if beside is not None else None
            if found:
                return found[1]
    words = {word.upper() for name in book.names if name.lower().startswith("in_") for word in name.split("_")}
    codes = [code for code in CODES if code in words]
    return codes[0] if len(codes) == 1 else ""


def check_currency(given: str, own: str, where: str) -> None:
    """Refuse a row whose currency is not that of the book.

    Raises
    ------
    WrongUnit
        If it is another one, or the book tells none.
    """
    if given.strip().upper() != own:
        has = f"the book is in {own}; its figures in {own} are needed" if own else "the book does not tell its currency"
        raise WrongUnit(f"{where}the currency is {given.strip()!r}; {has}")


def one_currency(text: str, name: str, where: str) -> None:
    """Refuse a figure that is written with a currency; the text of no figure at all is left to others.

    Raises
    ------
    WrongUnit
        If it is one.

    Examples
    --------
    >>> one_currency("many", "in_price_usd", "row 1, ")
    >>> try:
    ...     one_currency("34,000 EUR", "in_price_usd", "row 1, ")
    ... except WrongUnit as error:
    ...     print(error)
    row 1, in_price_usd is '34,000 EUR', in EUR; a plain number is allowed, in the book's own currency and unit
    """
    found = _FIGURE.match(text)
    mark = found and (found["before"] or found["after"])
    if mark:
        raise WrongUnit(
            f"{where}{name} is {text.strip()!r}, in {SIGNS.get(mark, mark)}; a plain number is allowed, in the book's own currency and "
            "unit"
        )
