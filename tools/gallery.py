"""Draw the Board of each template for docs/gallery.md: LibreOffice, pdftoppm and Pillow (comes with matplotlib) are needed.

`python -m tools.gallery` draws all of `workbooks/` into docs/pictures; names of templates draw those alone. Look at them afterwards.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageChops, ImageOps

from accelxl.workbook.board import board

ROOT = Path(__file__).parent.parent
DPI = 130
FOOTER = 0.06
"""Part of the page, from below, that has the footer."""
MARGIN, COLOURS = 12, 255


def picture(book: Path, folder: Path) -> Image.Image:
    """Return the Board of a book without footer and margins."""
    page = folder / book.stem
    board(book, page.with_suffix(".pdf"))
    subprocess.run(
        ["pdftoppm", "-r", str(DPI), "-png", "-singlefile", str(page.with_suffix(".pdf")), str(page)], check=True
    )
    with Image.open(page.with_suffix(".png")) as drawn:
        whole = drawn.convert("RGB")
    whole = whole.crop((0, 0, whole.width, round(whole.height * (1 - FOOTER))))
    inked = ImageChops.difference(whole, Image.new("RGB", whole.size, "white")).getbbox()
    if inked is None:
        raise SystemExit(f"{book}: its Board is empty")
    return ImageOps.expand(whole.crop(inked), MARGIN, "white").quantize(COLOURS, dither=Image.Dither.NONE)


def main(names: list[str]) -> None:
    """Draw the Boards of these templates, of all without a name."""
    books = [ROOT / "workbooks" / f"{name}.xlsx" for name in names] or sorted((ROOT / "workbooks").glob("*.xlsx"))
    with tempfile.TemporaryDirectory() as folder:
        for book in books:
            target = ROOT / "docs" / "pictures" / f"{book.stem}.png"
            picture(book, Path(folder)).save(target, optimize=True)
            print(target)


if __name__ == "__main__":
    main(sys.argv[1:])
