"""A small book of another maker, for tests that need no template: single inputs, a range, a range to add to, a table, a chart."""

import datetime as dt

import openpyxl
from openpyxl.chart import BarChart, Reference
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.table import Table

NAMES = {
    "rate": "Data!$B$1",
    "day": "Data!$B$2",
    "label": "Data!$B$3",
    "result": "Data!$B$4",
    "sentence": "Data!$B$5",
    "costs": "Data!$D$2:$E$4",
    "actuals": "Actuals!$A$2:$B$3",
    "spent": "Data!$B$6",
    "total": "Data!$B$7",
}


def small(path, currency="EUR"):
    """Write the book."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Data"
    rows = [
        ("Rate", 0.1),
        ("Day", dt.datetime(2026, 3, 1)),
        ("Label", "old"),
        ("Result", "=rate*100+YEAR(day)"),
        ("Sentence", '=label&" at "&TEXT(rate,"0.0%")'),
        ("Spent", "=SUM(costs)"),
        ("Total", "=SUM(actuals)+B6"),
        ("Currency", currency),
    ]
    for row, (name, value) in enumerate(rows, 1):
        sheet.cell(row, 1, name)
        sheet.cell(row, 2, value)
    for column, head in ((4, "Site"), (5, "Amount")):
        sheet.cell(1, column, head)
    sheet["D2"], sheet["E2"] = "Oslo", 1.5
    actuals = book.create_sheet("Actuals")
    for row in (("Month", "Cost"), (1, 10), (2, 20)):
        actuals.append(row)
    bills = book.create_sheet("Bills")
    for row in (("Item", "Paid"), ("rack", 5), ("power", 7)):
        bills.append(row)
    bills.add_table(Table(displayName="Bills", ref="A1:B3"))
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=5, min_row=1, max_row=4), titles_from_data=True)
    sheet.add_chart(chart, "H2")
    for name, target in NAMES.items():
        book.defined_names[name] = DefinedName(name, attr_text=target)
    book.save(path)
    return path
