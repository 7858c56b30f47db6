"""The loader refuses what is wrong with a row, in one sentence that names file, row and field."""

import csv
import shutil

import pytest

from accelxl import catalogue
from accelxl.catalogue.loader import SHIPPED, check
from accelxl.catalogue.tables import TABLES
from accelxl.errors import BadFile

GOOD = {
    "device": "H100 SXM",
    "attribute": "memory_gb",
    "value_low": "80",
    "value_mid": "80",
    "value_high": "80",
    "unit": "GB",
    "scope": "chip package",
    "as_of": "2026-01-31",
    "source": "our buyer",
    "url": "internal:purchasing",
    "tag": "published",
    "note": "",
}


def write(folder, rows, name="devices", header=None):
    with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(header or TABLES[name].columns)
        writer.writerows([list(row.values()) if isinstance(row, dict) else row for row in rows])


def test_the_shipped_catalogue_has_no_fault():
    assert check() == []


def test_a_good_row_has_no_fault(tmp_path):
    write(tmp_path, [GOOD])
    assert check(tmp_path) == []


@pytest.mark.parametrize(
    ("column", "given", "words"),
    [
        ("device", " -- ", "it is blank"),
        ("attribute", "memory", "'memory' is given; did you mean memory_gb?"),
        ("value_low", "", "'' is given; a finite number is needed"),
        ("value_mid", "n/a", "'n/a' is given; a finite number is needed"),
        ("value_mid", "nan", "'nan' is given; a finite number is needed"),
        ("value_high", "inf", "'inf' is given; a finite number is needed"),
        ("value_high", "1,000", "'1,000' is given; a finite number is needed"),
        ("value_mid", "79", "79 is not between value_low 80 and value_high 80"),
        ("value_mid", "81", "81 is not between value_low 80 and value_high 80"),
        ("value_low", "-1", "-1 is given; a figure in GB is at least 0"),
        ("unit", "TB/s", "'TB/s' is given; memory_gb is in GB"),
        ("unit", "gigabyte", "'gigabyte' is given; memory_gb is in GB"),
        ("scope", "", "it is blank; say what the figure covers"),
        ("as_of", "31.01.2026", "'31.01.2026' is given; a day such as"),
        ("as_of", "2026-02-30", "'2026-02-30' is given; a day such as"),
        ("as_of", "2999-01-01", "2999-01-01 is in the future of the catalogue"),
        ("source", "  ", "it is blank; a figure without a source is refused"),
        ("url", "", "'' is given; a figure needs the address of its source"),
        ("url", "https://", "'https://' is given; a figure needs the address of its source"),
        ("url", "see the mail", "'see the mail' is given; a figure needs the address of its source"),
        ("tag", "guess", "'guess' is given; allowed: derived, estimate, measured, published"),
    ],
)
def test_a_planted_fault_is_named_with_file_row_and_field(tmp_path, column, given, words):
    write(tmp_path, [GOOD | {"attribute": "tdp_kw", "unit": "kW"}, GOOD | {column: given}])
    faults = check(tmp_path)
    assert len(faults) == 1
    assert faults[0].startswith(f"devices.csv, row 3, {column}: ")
    assert words in faults[0]


def test_all_faults_of_a_folder_are_listed(tmp_path):
    write(tmp_path, [GOOD | {"source": ""}, GOOD | {"url": ""}, GOOD])
    assert [fault.split(":")[0] for fault in check(tmp_path)] == [
        "devices.csv, row 2, source",
        "devices.csv, row 3, url",
    ]


def test_a_second_row_of_the_same_name_and_day_is_refused(tmp_path):
    write(tmp_path, [GOOD, GOOD | {"device": "h100-sxm"}])
    assert check(tmp_path) == [
        "devices.csv, row 3, as_of: h100-sxm, memory_gb of 2026-01-31 is in row 2 too; one row a day"
    ]


def test_a_share_above_one_is_refused(tmp_path):
    row = ["AWS", "1 year", "0.3", "0.4", "40", "share", "list", "2026-01-31", "ours", "internal:x", "estimate", ""]
    write(tmp_path, [row], "commitments")
    assert check(tmp_path) == ["commitments.csv, row 2, value_high: 40 is given; a figure in share is at most 1"]


def test_a_market_total_without_its_scope_is_refused(tmp_path):
    row = ["ours", "1", "1", "1", "USD", "phase: all; period: 2026", "2026-01-31", "us", "internal:x", "estimate", ""]
    write(tmp_path, [row], "market")
    (fault,) = check(tmp_path)
    assert fault.startswith("market.csv, row 2, scope: ")
    assert fault.endswith("it must say phase: ...; venue: ...; components: ...; period: ...; currency: ...; basis: ...")


def test_an_age_that_is_not_a_number_is_refused(tmp_path):
    row = ["H100", "two years", "1", "1", "1", "share", "used", "2026-01-31", "us", "internal:x", "estimate", ""]
    write(tmp_path, [row], "residuals")
    assert check(tmp_path) == ["residuals.csv, row 2, months: 'two years' is given; a finite number is needed"]


def test_an_unknown_unit_is_refused_where_the_table_leaves_it_open(tmp_path):
    row = ["telecom", "fall", "1", "1", "1", "percent", "all", "2026-01-31", "us", "internal:x", "estimate", ""]
    write(tmp_path, [row], "stress")
    (fault,) = check(tmp_path)
    assert fault.startswith("stress.csv, row 2, unit: 'percent' is given; ")


def test_a_header_that_lacks_a_column_is_refused(tmp_path):
    columns = [name for name in TABLES["devices"].columns if name != "source"]
    write(tmp_path, [], header=columns)
    (fault,) = check(tmp_path)
    assert fault.startswith("devices.csv, row 1: the header lacks source; it must be device, attribute, value_low")


def test_columns_in_another_order_are_refused(tmp_path):
    write(tmp_path, [], header=sorted(TABLES["devices"].columns))
    (fault,) = check(tmp_path)
    assert fault.startswith("devices.csv, row 1: the header is as_of, ")


def test_a_row_with_too_few_cells_is_refused(tmp_path):
    write(tmp_path, [["H100 SXM", "memory_gb", "80"]])
    assert check(tmp_path) == ["devices.csv, row 2: it has 3 cells; the header has 12"]


def test_an_empty_line_is_no_fault(tmp_path):
    write(tmp_path, [GOOD, [], [""]])
    assert check(tmp_path) == []


def test_an_empty_file_is_a_fault(tmp_path):
    (tmp_path / "pue.csv").write_text("", encoding="utf-8")
    (fault,) = check(tmp_path)
    assert fault.startswith("pue.csv, row 1: the header lacks kind, value_low")


def test_a_file_in_another_encoding_is_a_fault(tmp_path):
    (tmp_path / "pue.csv").write_bytes("Größe".encode("latin-1"))
    (fault,) = check(tmp_path)
    assert fault.startswith("pue.csv cannot be read as a CSV file in UTF-8: ")


def test_a_byte_order_mark_as_excel_writes_it_is_no_fault(tmp_path):
    text = (SHIPPED / "pue.csv").read_text(encoding="utf-8")
    (tmp_path / "pue.csv").write_text(text, encoding="utf-8-sig")
    assert check(tmp_path) == []


def test_a_file_of_another_name_is_a_fault(tmp_path):
    shutil.copy(SHIPPED / "devices.csv", tmp_path / "device.csv")
    assert check(tmp_path) == ["device.csv is not a file of the catalogue; did you mean devices?"]


def test_a_name_in_a_column_that_is_no_key_is_a_fault(tmp_path):
    (tmp_path / "names.csv").write_text("column,name,aliases,vendor,kind,lag_class\ndevises,X1,,,,\n", encoding="utf-8")
    (fault,) = check(tmp_path)
    assert fault == "names.csv, row 2, column: 'devises' is not a key column; did you mean device?"


def test_a_folder_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(BadFile, match="nowhere is not a folder"):
        catalogue.check(tmp_path / "nowhere")


def test_every_file_of_the_shipped_folder_belongs_to_a_table():
    files = {path.stem for path in SHIPPED.glob("*.csv")} - {"names", "macrs"}
    assert files == set(TABLES)
