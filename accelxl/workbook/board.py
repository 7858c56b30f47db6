"""The board pack: a book's board sheets as a PDF, one page a sheet, drawn by LibreOffice or, where there is none, set by typst."""

from __future__ import annotations

import re
import subprocess
import tempfile
import zipfile
from pathlib import Path

from accelxl.errors import BadFile, Missing
from accelxl.files import write_atomically
from accelxl.office import environment, program
from accelxl.workbook.package import Package
from accelxl.workbook.typeset import available, typeset

PREFIX = "Board"
SECONDS = 120
_SHEET = re.compile(r"<sheet [^>]*?/>")
_AREA = re.compile(r'<definedName name="_xlnm\.Print_(?:Area|Titles)" localSheetId="(\d+)"[^>]*>[^<]*</definedName>')
_NAME = re.compile(r'name="([^"]*)"')


def office() -> str:
    """Return the program that draws the pages.

    Raises
    ------
    Missing
        If this machine has no LibreOffice.
    """
    found = program()
    if found is None:
        raise Missing(
            "LibreOffice is not on this machine (package libreoffice-calc), and typst, which sets the board's pages without it, is not "
            "installed (pip install 'accelxl[typeset]')"
        )
    return found


def board(book: str | Path, pdf: str | Path | None = None, *, recalculate: bool = False) -> Path:
    """Board sheets of a book as a PDF, one page a sheet: its own pages by LibreOffice, or pages designed anew by typst.

    Parameters
    ----------
    book : path
        A workbook with one or more sheets whose names begin with "Board".
    pdf : path, optional
        Where it goes; the default stands beside the book.
    recalculate : bool
        Let LibreOffice compute every formula anew instead of showing the values in the file.

    Returns
    -------
    Path
        The PDF, written whole or not at all.

    Raises
    ------
    BadFile
        If the book cannot be read, or has no board sheet.
    Missing
        If this machine has neither LibreOffice nor typst, or no LibreOffice and everything is to be computed anew.
    """
    book = Path(book)
    target = book.with_suffix(".pdf") if pdf is None else Path(pdf)
    if program() is None and available() and not recalculate:
        return write_atomically(target, typeset(book))
    soffice = office()
    with tempfile.TemporaryDirectory(prefix="accelxl-board-") as folder:
        place = Path(folder)
        alone = place / f"{book.stem}.xlsx"
        _boards_alone(book, alone)
        profile(place / "profile" / "user", "0" if recalculate else "1")
        command = [soffice, f"-env:UserInstallation={(place / 'profile').as_uri()}", "--headless", "--norestore"]
        command += ["--convert-to", "pdf", "--outdir", str(place), str(alone)]
        try:
            done = subprocess.run(  # noqa: S603  # the office by its path
                command, capture_output=True, text=True, timeout=SECONDS, check=False, env=environment()
            )
        except subprocess.TimeoutExpired as error:
            raise BadFile(f"LibreOffice did not draw {book} within {SECONDS} s") from error
        drawn = alone.with_suffix(".pdf")
        if not drawn.exists():
            reason = (done.stderr or done.stdout).strip().splitlines()
            raise BadFile(
                f"LibreOffice drew no page of {book}: {reason[-1] if reason else f'it ended with {done.returncode}'}"
            )
        return write_atomically(target, drawn.read_bytes())


def _boards_alone(book: Path, copy: Path) -> None:
    """Write a copy of the book in which only the board sheets are visible: hidden sheets are not printed."""
    given = Package(book)
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as made:
        for name in given.names():
            data = given.part(name)
            if name == "xl/workbook.xml":
                try:
                    data = _hide(data.decode("utf-8"), book).encode("utf-8")
                except UnicodeDecodeError as error:
                    raise BadFile(f"{book} is damaged: the part {name} is not UTF-8 text") from error
            made.writestr(name, data)


def _hide(xml: str, book: Path) -> str:
    sheets = [name[1] for tag in _SHEET.findall(xml) if (name := _NAME.search(tag))]
    boards = [place for place, name in enumerate(sheets) if name.startswith(PREFIX)]
    if not boards:
        raise BadFile(f"{book} has no sheet whose name begins with {PREFIX!r}; it has {', '.join(sheets) or 'none'}")

    def hidden(match: re.Match[str]) -> str:
        tag = re.sub(r' state="[^"]*"', "", match[0])
        name = _NAME.search(tag)
        if name is not None and name[1].startswith(PREFIX):
            return tag
        return tag.replace("<sheet ", '<sheet state="hidden" ', 1)

    # LibreOffice prints a hidden sheet all the same if it has a print area.
    xml = _AREA.sub(lambda match: match[0] if int(match[1]) in boards else "", xml)
    xml = _SHEET.sub(hidden, xml)
    xml = re.sub(r' (activeTab|firstSheet)="\d+"', "", xml)
    return re.sub(r"<workbookView ", f'<workbookView activeTab="{boards[0]}" ', xml, count=1)


def profile(user: Path, mode: str) -> None:
    """Write settings that fix when LibreOffice recalculates a loaded book, "0" always, "1" never, and that keep it from the network.

    A linked picture or a web function would else be fetched. Macros do not run.
    """
    user.mkdir(parents=True)
    settings = (
        ("Calc/Formula/Load", "OOXMLRecalcMode", mode),
        ("Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
        ("Common/Security/Scripting", "DisableMacrosExecution", "true"),
        ("Inet/Settings", "ooInetProxyType", "2"),  # every address through a proxy that is not there
        *(("Inet/Settings", f"ooInet{kind}ProxyName", "127.0.0.1") for kind in ("HTTP", "HTTPS", "FTP")),
        *(("Inet/Settings", f"ooInet{kind}ProxyPort", "9") for kind in ("HTTP", "HTTPS", "FTP")),
        ("Inet/Settings", "ooInetNoProxy", ""),
    )
    item = "".join(
        f'<item oor:path="/org.openoffice.{"" if path.startswith("Inet") else "Office."}{path}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{value}</value></prop></item>"
        for path, name, value in settings
    )
    (user / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        f'xmlns:xs="http://www.w3.org/2001/XMLSchema">{item}</oor:items>\n',
        encoding="utf-8",
    )
