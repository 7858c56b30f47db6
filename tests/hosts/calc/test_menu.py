"""The menu and the toolbar: the rows of Excel's ribbon, read and written through Calc."""

import pytest
from lxml import etree

from accelxl.functions import REGISTRY
from accelxl.hosts.calc import render
from accelxl.hosts.commands import COMMANDS, ROWS
from tests.workbook.books import BUDGET

office = pytest.mark.office("soffice", "uno")


def test_menu_and_toolbar_have_every_command_in_the_order_of_the_ribbon():
    tree = etree.fromstring(render.addons(ROWS).encode())
    for bar in ("OfficeMenuBar", "OfficeToolBar"):
        urls = tree.xpath(f"//node[@*[local-name()='name']='{bar}']//prop[@*[local-name()='name']='URL']/value/text()")
        tags = [url.partition("?")[2].partition(":")[0] for url in urls if url.startswith("service:")]
        assert list(dict.fromkeys(tags)) == [
            row.id for row in sorted(ROWS, key=lambda row: list(dict.fromkeys(r.group for r in ROWS)).index(row.group))
        ]


@office
def test_the_grid_and_the_breakeven_of_the_template_are_written_on_their_sheets_and_made_again(calc):
    with calc.open(BUDGET) as book:
        for name in ("grid", "breakeven"):
            label = COMMANDS[name].label
            book.run(name)
            assert label in book.sheets()
            page = [row[0] for row in book.rows(f"{label}!A1:A12")]
            assert page[0] == label
            assert "plan" in page
        book.put({"Break-even!B7": 1000000.0})
        before = book.rows("Break-even!A1:B10")
        book.run("breakeven")
        after = book.rows("Break-even!A1:B10")
        assert before[:7] == after[:7]
        assert before[9] != after[9]


@office
def test_the_table_of_functions_has_every_function(calc):
    with calc.open(BUDGET) as book:
        book.run("help")
        label = COMMANDS["help"].label
        rows = book.rows(f"{label}!A4:A{4 + len(REGISTRY)}")
        assert [row[0].partition("(")[0] for row in rows[1:]] == list(REGISTRY)
