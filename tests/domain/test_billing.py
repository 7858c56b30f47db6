"""Bills in the FOCUS format: sums against pandas, months with gaps, and the row behind each fault."""

import csv
import datetime as dt
import gzip
import random

import pandas as pd
import pytest

import accelxl
from accelxl.domain import billing, forecast
from accelxl.errors import AccelError, BadFile, OutOfRange, ShapeError, UnknownName, WrongType, WrongUnit
from accelxl.functions import REGISTRY

HEADER = [
    "BilledCost", "EffectiveCost", "ListCost", "ContractedCost", "BillingCurrency", "ChargeCategory", "ChargePeriodStart",
    "ChargePeriodEnd", "ConsumedQuantity", "ConsumedUnit", "ServiceName", "RegionId",
]  # fmt: skip


def row(
    day="2026-01-05T00:00:00Z", cost="10", category="Usage", service="GPU", quantity="1", unit="Hours", currency="USD"
):
    return [cost, cost, cost, cost, currency, category, day, day, quantity, unit, service, "us-east-1"]


@pytest.fixture
def bill():
    """A bill of 500 rows over six months with credits, taxes and a purchase, the same on every run."""
    chance = random.Random(7)
    rows = []
    for _ in range(500):
        day = dt.date(2026, 1, 1) + dt.timedelta(days=chance.randrange(181))
        category = chance.choices(["Usage", "Credit", "Tax", "Purchase"], [90, 4, 4, 2])[0]
        cost = f"{chance.uniform(0, 100) * (-1 if category == 'Credit' else 1):.6f}"
        service = chance.choice(["GPU", "Storage", "Tokens"])
        unit = {"GPU": "Hours", "Storage": "GB-Months", "Tokens": "Tokens"}[service]
        rows.append(row(f"{day}T00:00:00Z", cost, category, service, f"{chance.uniform(0, 9):.3f}", unit))
    return [HEADER, *rows]


def test_the_sums_are_those_of_pandas(bill):
    frame = pd.DataFrame(bill[1:], columns=HEADER)
    frame = frame[frame.ChargeCategory != "Tax"]
    frame["month"] = frame.ChargePeriodStart.str[:7]
    found = billing.focus(bill, by="ServiceName")
    wanted = frame.assign(cost=frame.EffectiveCost.astype(float)).groupby(["month", "ServiceName"]).cost.sum()
    for (month, service), cost in wanted.items():
        assert found.cost[dt.date.fromisoformat(f"{month}-01"), service] == pytest.approx(cost, rel=1e-12)
    hours = (
        frame[frame.ConsumedUnit == "Hours"]
        .assign(q=lambda f: f.ConsumedQuantity.astype(float))
        .groupby("month")
        .q.sum()
    )
    for month, amount in hours.items():
        assert found.quantity[dt.date.fromisoformat(f"{month}-01"), "GPU", "Hours"] == pytest.approx(amount, rel=1e-12)
    assert sum(found.series()) == pytest.approx(frame.EffectiveCost.astype(float).sum(), rel=1e-12)
    assert [sum(x) for x in zip(*(found.series(g) for g in found.groups), strict=True)] == pytest.approx(found.series())


@pytest.mark.parametrize("suffix", ["csv", "csv.gz"])
def test_a_file_gives_what_its_rows_give(bill, tmp_path, suffix):
    path = tmp_path / f"bill.{suffix}"
    with gzip.open(path, "wt", newline="") if suffix.endswith("gz") else path.open("w", newline="") as stream:
        csv.writer(stream).writerows(bill)
    assert accelxl.focus(path, by="RegionId") == billing.focus(bill, by="RegionId")
    assert accelxl.focus(str(path)) == billing.focus([dict(zip(HEADER, cells, strict=True)) for cells in bill[1:]])


def test_a_month_without_charges_is_a_gap_and_a_year_end_is_crossed():
    found = billing.focus([HEADER, row("2025-11-30"), row("2026-02-01")])
    assert [m.isoformat() for m in found.months] == ["2025-11-01", "2025-12-01", "2026-01-01", "2026-02-01"]
    assert found.gaps == (dt.date(2025, 12, 1), dt.date(2026, 1, 1))
    assert found.series() == [10.0, 0.0, 0.0, 10.0]


def test_actuals_of_a_bill_go_into_a_rolling_forecast():
    actuals = billing.focus([HEADER, row("2026-01-05", "90"), row("2026-02-05", "99")]).series()
    assert list(forecast.roll([1, 2, 3], [100.0, 110.0, 120.0], actuals).values) == pytest.approx([90, 99, 108])


def test_tax_counts_only_when_it_is_asked_for():
    bill = [HEADER, row(), row(category="Tax", cost="2")]
    assert billing.focus(bill).series() == [10.0]
    assert billing.focus(bill, categories=billing.CATEGORIES).series() == [12.0]


@pytest.mark.parametrize(
    ("bill", "error", "sentence"),
    [
        ([HEADER, row(), row(currency="EUR")], WrongUnit, "row 3: BillingCurrency is EUR, the rows before are in USD"),
        ([HEADER, row(cost="1,234.50")], WrongType, "row 2: EffectiveCost is '1,234.50'; a number such as 1234.5"),
        ([HEADER, row(cost="nan")], OutOfRange, "row 2: EffectiveCost is 'nan'"),
        ([HEADER, row(day="05.01.2026")], WrongType, "row 2: ChargePeriodStart is '05.01.2026'"),
        ([HEADER, row(category="usage")], UnknownName, "row 2: ChargeCategory is 'usage'; did you mean Usage?"),
        ([HEADER], ShapeError, "the bill has no row of Usage"),
        ([], ShapeError, "the bill is empty"),
        ([HEADER[1:5], row()[1:5]], ShapeError, "the bill has no column ChargePeriodStart"),
        ([[*HEADER, "EffectiveCost"], [*row(), "1"]], ShapeError, "has the column EffectiveCost twice"),
    ],
)
def test_a_fault_of_a_bill_names_its_row_and_column(bill, error, sentence):
    with pytest.raises(error, match=sentence):
        billing.focus(bill)


def test_wrong_words_are_named():
    for changed, sentence in (
        ({"cost": "Effective"}, "did you mean EffectiveCost"), ({"by": "ServiceNam"}, "the bill has no column ServiceNam; did you mean"),
        ({"categories": ["Fees"]}, "the category 'Fees'"),
    ):  # fmt: skip
        with pytest.raises(AccelError, match=sentence):
            billing.focus([HEADER, row()], **changed)
    with pytest.raises(UnknownName, match="the bill has no 'TPU'"):
        billing.focus([HEADER, row()], by="ServiceName").series("TPU")


def test_a_damaged_file_is_one_sentence(tmp_path):
    broken = tmp_path / "bill.csv"
    broken.write_bytes(b"BilledCost,\xff\xfe\n")
    with pytest.raises(BadFile, match="cannot be read as a CSV file in UTF-8"):
        billing.focus(broken)
    broken.write_text(",".join(HEADER) + "\n1,2\n")
    with pytest.raises(BadFile, match="row 2: it has 2 cells; the header has 12"):
        billing.focus(broken)
    with pytest.raises(BadFile, match="cannot be read"):
        billing.focus(tmp_path / "none.csv")
    packed = tmp_path / "bill.csv.gz"
    packed.write_bytes(b"no gzip")
    with pytest.raises(BadFile, match=r"bill\.csv\.gz"):
        billing.focus(packed)


def test_the_sheet_splits_by_a_column(bill):
    cells = [
        [float(c) if k < 4 or k == 8 else c for k, c in enumerate(cells)] if n else cells
        for n, cells in enumerate(bill)
    ]
    table = REGISTRY["ACCEL_FOCUS"].call(cells, "ServiceName").rows()
    assert table[0] == [
        "month",
        "EffectiveCost USD",
        "GPU",
        "Storage",
        "Tokens",
        "GPU: Hours",
        "Storage: GB-Months",
        "Tokens: Tokens",
    ]
    assert [r[1] for r in table[1:]] == pytest.approx([sum(r[2:5]) for r in table[1:]])
    outcome = REGISTRY["ACCEL_FOCUS"].call([HEADER, row(currency="USD"), row(currency="EUR")])
    assert "one currency a bill is allowed" in outcome.why
