"""Each rule that reads the file fires on a fault planted in a good book, and is silent on the good book."""

import pytest

from accelxl.workbook.build import TEMPLATES
from accelxl.workbook.lint.run import RULES, lint
from tests.workbook.books import BOOKS
from tests.workbook.lint.faults import Book, place_of, row_of, style_of

CORE, CUSTOM, WORKBOOK, STYLES, CHART, DRAWING = (
    "docProps/core.xml",
    "docProps/custom.xml",
    "xl/workbook.xml",
    "xl/styles.xml",
    "xl/charts/chart1.xml",
    "xl/drawings/drawing1.xml",
)
CASH = row_of("Monthly", "Free cash flow")
OPENS, CLOSES = row_of("Monthly", "Book value, opening"), row_of("Monthly", "Book value, closing")
FLAG = row_of("Monthly", "In production")
CAPEX = row_of("Monthly", "Capex")
TIMELINE = row_of("Checks", "The timeline is long enough: months of service beyond it")
AGE = row_of("Checks", "Age of the oldest price of hardware, power and site above the limit, days")
TWIN = row_of("Checks", "Capital expenditure (capex_usd)")
UNITS, PRICE = place_of("in_units_1")[1], place_of("in_unit_price_usd_1")[1]
ROW = UNITS[1:]
INPUT, CALC, RANGE = style_of("Inputs", UNITS), style_of("Monthly", f"F{CASH - 1}"), style_of("Inputs", f"G{ROW}")
AGES = "asof_unit_price_usd_1,asof_unit_price_usd_2,asof_electricity_usd_per_kwh,asof_colo_usd_per_kw_month"
MERGED = '</sheetData><mergeCells><mergeCell ref="A1:B1"/></mergeCells>'
PRINTED = r'<definedName name="_xlnm.Print_{}" localSheetId="4">[^<]*</definedName>'
LONG = "+".join(["in_units_1*in_unit_price_usd_1"] * 6)


def entered_twice(book):
    book.cell("Monthly", f"A{CASH}", text="Staff").cell("Monthly", f"B{CASH}", text="USD/year")
    return book.cell("Monthly", f"H{CASH}", number=5)


def without_version(book):
    return book.replace(CUSTOM, '"Template version"', '"Edition"').replace(CORE, ", version", ", edition")


FAULTS = [
    ("W01", "the sheet Log is missing", lambda b: b.replace(WORKBOOK, '<sheet name="Log"', '<sheet name="Journal"')),
    ("W01", "there is no output sheet", lambda b: b.replace(WORKBOOK, '<sheet name="Board"', '<sheet name="Page"')),
    ("W01", "a formula among the inputs", lambda b: b.cell("Inputs", f"G{ROW}", formula="in_units_2")),
    ("W01", "the input in_pue stands on Annual", lambda b: b.swap(WORKBOOK, r'(name="in_pue">)[^<]*', r"\1Annual!$D$9")),
    ("W02", "the sheet is hidden", lambda b: b.replace(WORKBOOK, '<sheet name="Log"', '<sheet name="Log" state="hidden"')),
    ("W02", "very hidden", lambda b: b.replace(WORKBOOK, '<sheet name="Log"', '<sheet name="Log" state="veryHidden"')),
    ("W03", "1 hidden row", lambda b: b.replace("Monthly", '<row r="12" ', '<row r="12" hidden="1" ')),
    ("W03", "a hidden column", lambda b: b.replace("Monthly", '<col min="2"', '<col hidden="1" min="2"')),
    ("W04", "merged cells", lambda b: b.replace("Monthly", "</sheetData>", MERGED)),
    ("W05", "'Currency' is not stated", lambda b: b.cell("Cover", f"A{row_of('Cover', 'Currency')}", text="Money")),
    ("W05", "2.0 is not in the Log", lambda b: b.cell("Cover", f"B{row_of('Cover', 'Template version')}", text="2.0")),
    ("W06", "no link leads from Cover", lambda b: b.swap("Cover", r"<hyperlink [^>]*location=\"'Annual'!A1\"[^>]*/>", "")),
    ("W06", "the light of the checks is missing", lambda b: b.cell("Annual", "A2", text="All is well")),
    ("W06", "the title is", lambda b: b.cell("Annual", "A1", text="two\nlines")),
    ("W07", "a connection", lambda b: b.add("xl/connections.xml")),
    ("W07", "holds macros", lambda b: b.add("xl/vbaProject.bin")),
    ("W08", "the property author is empty", lambda b: b.swap(CORE, "<dc:creator>.*?</dc:creator>", "<dc:creator></dc:creator>")),
    ("W08", "the property title is empty", lambda b: b.swap(CORE, "<dc:title>.*?</dc:title>", "")),
    ("W08", "the creation date is", lambda b: b.replace(CORE, "T00:00:00Z</dcterms:created>", "T14:03:22Z</dcterms:created>")),
    ("W08", "the property version is empty", without_version),
    ("X01", "a reference to another book", lambda b: b.cell("Monthly", f"H{CASH}", formula="[1]Rates!$A$1+1")),
    ("X01", "links another book", lambda b: b.add("xl/externalLinks/externalLink1.xml")),
    ("X01", "refers to another book", lambda b: b.swap(WORKBOOK, r'(name="row_cash">)[^<]*', r"\1'[plan.xlsx]Monthly'!$F$5")),
    ("N01", "row_cash refers to #REF!", lambda b: b.swap(WORKBOOK, r'(name="row_cash">)[^<]*', r"\1#REF!")),
    ("N01", "refers to Gone!", lambda b: b.swap(WORKBOOK, r'(name="row_cash">)[^<]*', r"\1Gone!$A$1")),
    ("N02", "the name is in_pueh", lambda b: b.replace(WORKBOOK, 'name="in_pue"', 'name="in_pueh"')),
    ("N02", "no formula uses in_pue", lambda b: b.everywhere("in_pue", "in_tax_rate")),
    ("N02", "has no name", lambda b: b.swap(WORKBOOK, '<definedName name="in_pue">[^<]*</definedName>', "")),
    ("N02", "a figure of the board has no name", lambda b: b.swap(WORKBOOK, '<definedName name="out_roi">[^<]*</definedName>', "")),
    ("I01", "the header says 'Units'", lambda b: b.cell("Inputs", "D4", text="Units")),
    ("I01", "no header row", lambda b: b.cell("Inputs", "A4", text="Input")),
    ("I02", "Source is empty", lambda b: b.cell("Inputs", f"E{ROW}")),
    ("I02", "Unit is empty", lambda b: b.cell("Inputs", f"D{ROW}")),
    ("I02", "the as-of date is '2026'", lambda b: b.cell("Inputs", f"F{ROW}", text="2026")),
    ("I03", "a cell that is no input looks like one", lambda b: b.restyle("Inputs", f"G{ROW}", INPUT)),
    ("I03", "an input has font", lambda b: b.restyle("Inputs", UNITS, RANGE)),
    ("I04", "is unlocked", lambda b: b.restyle("Inputs", f"G{ROW}", INPUT)),
    ("I04", "has a password", lambda b: b.replace("Monthly", "<sheetProtection ", '<sheetProtection password="CC1A" ')),
    ("I05", "the text '256'", lambda b: b.cell("Inputs", UNITS, text="256")),
    ("I05", "the text '1,000'", lambda b: b.cell("Monthly", f"H{CASH}", text="1,000")),
    ("I06", "the source S99 is not in the Log", lambda b: b.cell("Inputs", f"E{ROW}", text="S99")),
    ("I06", "has no document", lambda b: b.cell("Log", f"C{row_of('Log', 'S3')}")),
    ("I07", "Low, Value and High are 600 256 512", lambda b: b.cell("Inputs", f"G{ROW}", number=600)),
    ("I08", "says nothing", lambda b: b.swap("Inputs", rf'showErrorMessage="1"([^>]*sqref="{UNITS}")', r"\1")),
    ("I08", "has no validation", lambda b: b.replace("Inputs", f'sqref="{UNITS}"', 'sqref="Z1"')),
    ("I08", "is a switch", lambda b: b.swap("Inputs", r'type="list"([^>]*errorTitle="in_life_starts_1")', r'type="textLength"\1')),
    ("I09", "stands in", lambda b: b.cell("Inputs", f"B{place_of('in_units_2')[1][1:]}", text="Accelerators ordered, tranche 1")),
    ("I09", "is entered here and on Inputs", entered_twice),
    ("I10", "an age without a date input", lambda b: b.cell("Checks", f"D{AGE}", formula=f"MAX(0,k_price_age_days-MIN({AGES}))")),
    ("I10", "no check reads asof_colo_usd_per_kw_month", lambda b: b.replace("Checks", ",asof_colo_usd_per_kw_month", "")),
    ("I10", ": 12", lambda b: b.swap("Checks", rf'(<c r="D{AGE}".*?</f><v>)[^<]*', r"\g<1>12")),
    ("F01", "the number 1.07", lambda b: b.cell("Monthly", f"H{CASH}", formula="H143*1.07")),
    ("F02", "differs from its row", lambda b: b.cell("Monthly", f"H{CASH}", formula="H143+H147")),
    ("F03", "TODAY", lambda b: b.cell("Monthly", f"D{CASH}", formula="TODAY()")),
    ("F03", "OFFSET", lambda b: b.cell("Monthly", f"D{CASH}", formula="OFFSET(A1,1,1)")),
    ("F04", "185 characters", lambda b: b.cell("Monthly", f"D{CASH}", formula=LONG)),
    ("F04", "on several lines", lambda b: b.cell("Monthly", f"D{CASH}", formula="1+\n1")),
    ("F05", "an IF inside an IF", lambda b: b.cell("Monthly", f"D{CASH}", formula="IF(D1>0,MAX(1,IF(D2>0,1,2)),0)")),
    ("F06", "IFERROR", lambda b: b.cell("Monthly", f"D{CASH}", formula="IFERROR(D1,0)")),
    ("F07", "NPV", lambda b: b.cell("Monthly", f"D{CASH}", formula=f"NPV(in_discount_rate,$F${CASH}:$CX${CASH})")),
    ("F08", "a whole column", lambda b: b.cell("Annual", "D9", formula="SUM(Monthly!F:F)")),
    ("F09", "the constant 5.0", lambda b: b.cell("Monthly", f"H{CASH}", number=5)),
    ("F10", "over the columns F to CW", lambda b: b.cell("Monthly", f"D{CASH}", formula=f"SUM($F${CASH}:$CW${CASH})")),
    ("F11", "F18:F18 is added twice", lambda b: b.cell("Checks", "F5", formula="SUM(F8:F18,F18,F21:F34)")),
    ("F11", "is added twice", lambda b: b.cell("Checks", "F5", formula="SUM(F8:F18)+F9")),
    ("F11", "a total of the same cells", lambda b: b.cell("Checks", "F18", formula="SUM(F8:F17)")),
    ("F12", "Month is 2027 here and 0 on Monthly", lambda b: b.cell("Annual", "A5", text="Month")),
    ("F12", "no row of the head counts", lambda b: b.cell("Annual", "G5", number=2100)),
    ("F12", "the flag 'In production' is 0.5", lambda b: b.swap("Monthly", rf'(<c r="H{FLAG}".*?</f><v>)[^<]*', r"\g<1>0.5")),
    ("F13", f"=F{CLOSES}", lambda b: b.cell("Monthly", f"F{OPENS}", formula=f"F{CLOSES}")),
    ("F13", "'Book value, closing' is", lambda b: b.cell("Monthly", f"F{CLOSES}", formula=f"F{OPENS}+F{OPENS + 1}+F{OPENS + 2}")),
    ("F13", "has no closing row", lambda b: b.cell("Monthly", f"A{OPENS}", text="Stock, opening")),
    ("F14", "calculates with cells of Annual", lambda b: b.cell("Monthly", f"D{CASH}", formula="Annual!$D$31*in_pue")),
    ("F14", "is not green", lambda b: b.cell("Annual", "D9", formula="Monthly!$D$45")),
    ("F15", "iterative calculation is on", lambda b: b.replace(WORKBOOK, "<calcPr ", '<calcPr iterate="1" ')),
    ("F15", "a circular reference of 2 cells", lambda b: b.cell("Monthly", f"D{CASH}", formula="$D$173")),
    ("F16", "a formula that looks like an input", lambda b: b.restyle("Monthly", f"H{CASH}", INPUT)),
    ("F16", "the number 5 looks like a calculation", lambda b: b.cell("Monthly", f"H{CASH}", number=5)),
    ("F17", "an array formula", lambda b: b.cell("Monthly", f"D{CASH}", formula="SUM(F5:G5*F6:G6)", array=True)),
    ("F17", "outside a column headed ACCEL", lambda b: b.cell("Annual", "D9", formula="ACCEL_VERSION()")),
    ("F17", "no native figure", lambda b: b.cell("Checks", f"B{TWIN}", number=5)),
    ("F17", "the difference to the native figure is missing", lambda b: b.cell("Checks", f"D{TWIN}", formula=f"C{TWIN}-B{TWIN}")),
    ("F17", "are not counted", lambda b: b.swap(WORKBOOK, '<definedName name="chk_not_calculated">[^<]*</definedName>', "")),
    ("F17", "batch_npv_usd keeps no figure", lambda b: b.replace(WORKBOOK, 'name="out_npv_usd"', 'name="out_worth_usd"')),
    ("U01", "has no unit", lambda b: b.cell("Monthly", f"B{CASH}")),
    ("U01", "a line without a label", lambda b: b.cell("Monthly", f"A{CASH}")),
    ("U01", "the sign is 'minus'", lambda b: b.cell("Monthly", f"C{CASH}", text="minus")),
    ("U01", "the header says 'Sum'", lambda b: b.cell("Monthly", "D4", text="Sum")),
    ("G01", "'Capex', marked +, is -2.4104e+07", lambda b: b.cell("Monthly", f"C{CAPEX}", text="+")),
    ("K01", "chk_total is 1", lambda b: b.swap("Checks", r'(<c r="F5".*?</f><v>)[^<]*', r"\g<1>1")),
    ("K01", "there is no formula named chk_total", lambda b: b.cell("Checks", "F5", number=0)),
    ("K02", "the timeline is long enough", lambda b: b.cell("Checks", f"A{TIMELINE}", text="All is well")),
    ("K02", "chk_total leaves out", lambda b: b.cell("Checks", "F5", formula="SUM(F8:F17,F21:F34)")),
    ("K02", "errors on Monthly are not counted", lambda b: b.replace("Checks", "SUMPRODUCT(ISERROR(all_monthly)*1)+", "")),
    ("K02", "the flag of", lambda b: b.cell("Checks", f"F{TIMELINE}", formula="0")),
    ("K02", "has no flag", lambda b: b.cell("Checks", f"F{TIMELINE}")),
    ("K02", "whether batch_npv_usd is current", lambda b: b.replace("Checks", "out_npv_usd-batch_npv_usd", "out_npv_usd-out_npv_usd")),
    ("E01", "the cell shows #DIV/0!", lambda b: b.cell("Monthly", f"D{CASH}", error="#DIV/0!")),
    ("E02", "a formula without a value", lambda b: b.cell("Monthly", f"D{CASH}", formula="1+1", value=None)),
    ("D05", "Capital expenditure (capex_usd): 5 in the book", lambda b: b.cell("Checks", f"B{TWIN}", formula="out_x", value="5")),
    ("P01", "there is no print area", lambda b: b.swap(WORKBOOK, PRINTED.format("Area"), "")),
    ("P02", "not fitted", lambda b: b.replace("Annual", '<pageSetUpPr fitToPage="1"/>', "")),
    ("P02", "printed upright", lambda b: b.replace("Annual", 'orientation="landscape"', 'orientation="portrait"')),
    ("P02", "no paper is set", lambda b: b.replace("Annual", 'paperSize="9" ', "")),
    ("P03", "the footer lacks the page", lambda b: b.replace("Annual", "Page &amp;P of &amp;N", "")),
    ("P04", "no panes are frozen", lambda b: b.swap("Annual", "<pane [^>]*/>", "")),
    ("P04", "no rows are repeated", lambda b: b.swap(WORKBOOK, PRINTED.format("Titles"), "")),
    ("P05", "chart1.xml has no title", lambda b: b.swap(CHART, "<c:chart><c:title>.*?</c:title>", "<c:chart>")),
    ("P05", "no unit on its axis", lambda b: b.swap(CHART, "(<c:valAx>.*?)<c:title>.*?</c:title>", r"\1")),
    ("P05", "holds figures of its own", lambda b: b.swap(CHART, "(<c:val><c:numRef>)<c:f>.*?</c:f>", r"\1")),
    ("P05", "has no alternative text", lambda b: b.swap(DRAWING, 'descr="[^"]*"', 'descr=""')),
    ("P07", "the number format #,##0.00", lambda b: b.replace(STYLES, "#,##0_);(#,##0);&quot;-&quot;_)", "#,##0.00")),
    ("P07", "the number format d-mmm-yy", lambda b: b.replace(STYLES, "yyyy-mm-dd", "d-mmm-yy")),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "found", "spoil"), FAULTS, ids=[f"{rule}-{k}" for k, (rule, *_) in enumerate(FAULTS)])
def test_a_planted_fault_is_found(tmp_path, rule, found, spoil):
    report = lint(spoil(Book()).save(tmp_path / "spoiled.xlsx"), only=[rule])
    said = [breach.finding.found for breach in report.breaches]
    assert any(found in one for one in said), said
    assert len(said) < 60


def test_every_rule_that_reads_the_file_has_a_planted_fault():
    assert {rule for rule, *_ in FAULTS} == {rule.id for rule in RULES.values() if rule.how == "S"}


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_has_no_finding(name):
    report = lint(BOOKS[name])
    assert [(one.rule.id, one.finding) for one in report.breaches] == []
    assert {rule.id for rule in report.applied} == {rule.id for rule in RULES.values() if rule.how == "S"}


def test_a_book_saved_anew_without_a_change_has_no_finding(tmp_path):
    assert lint(Book().save(tmp_path / "same.xlsx")).breaches == []
