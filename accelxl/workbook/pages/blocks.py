"""The sheets of blocks: figures as ACCEL functions read them."""

from __future__ import annotations

from accelxl.workbook.language import Book, cells
from accelxl.workbook.layout import Layout, Page
from accelxl.workbook.template import Block, Template

ABOUT = "Figures as the ACCEL functions read them: links alone; change them on Inputs"


def blocks(template: Template, layout: Layout, book: Book) -> None:
    """Lay out the blocks, those of one sheet below each other."""
    pages: dict[str, list[Block]] = {}
    for block in template.blocks:
        pages.setdefault(block.sheet, []).append(block)
    for name, given in pages.items():
        wide = max(len(block.heads) for block in given)
        page = Page(
            name,
            widths=[(0, 0, 34.0 if wide > 2 else 66.0), (1, max(1, wide - 1), 18.0)],
            freeze=(3, 1),
            repeat=(0, 2),
            landscape=wide > 4,
        )
        layout.pages.append(page)
        page.head("Blocks", ABOUT)
        row = 2
        for block in given:
            row = _block(block, page, layout, book, row + 1) + 1


def _block(block: Block, page: Page, layout: Layout, book: Book, row: int) -> int:
    """Lay out a block and return its last row."""
    page.put(row, 0, block.title, "section")
    for column in range(1, len(block.heads)):
        page.put(row, column, None, "section")
    row += 1
    for column, text in enumerate(block.heads):
        page.put(row, column, text, "heading_right" if column else "heading")
    first = row + 1
    for line in block.rows:
        row += 1
        for column, entry in enumerate(line):
            if entry.content.startswith("="):
                formula = cells(book, page.name, entry.content, column, f"{page.name}, {block.name}")
                page.put(row, column, role="link", format=entry.format, formula=formula)
            else:
                page.put(row, column, entry.content, "label", "text")
    layout.name(block.name, page, first, 0, row, len(block.heads) - 1)
    return row
