"""A user's own folder in front of the shipped catalogue."""

import csv
import datetime as dt

import pytest

from accelxl import catalogue
from accelxl.catalogue.tables import NAME_COLUMNS, TABLES
from accelxl.errors import BadFile, NoData


@pytest.fixture(autouse=True)
def shipped():
    yield
    catalogue.load()


def row(device, attribute, value, unit, as_of="2026-10-01"):
    return [
        device,
        attribute,
        value,
        value,
        value,
        unit,
        "our contract",
        as_of,
        "purchasing",
        "internal:po-17",
        "published",
        "",
    ]


def write(folder, name, header, rows):
    folder.mkdir(exist_ok=True)
    with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([header, *rows])
    return folder


@pytest.fixture
def own(tmp_path):
    rows = [
        row("h100", "purchase_price_usd", 29000, "USD", "2020-01-01"),
        row("H100 SXM", "purchase_price_usd", 28000, "USD", "2020-06-01"),
        row("X1", "memory_gb", 512, "GB"),
    ]
    folder = write(tmp_path / "prices", "devices", TABLES["devices"].columns, rows)
    return write(folder, "names", NAME_COLUMNS, [["device", "X1", "Model X;ex one", "Acme", "ASIC", "card"]])


def test_an_own_price_stands_in_front_of_every_shipped_one_whatever_its_day(own):
    catalogue.load(own)
    assert [fact.value for fact in catalogue.history("devices", "NVIDIA H100", "price")] == [28000, 29000]
    assert catalogue.source("devices", "H100", "price") == "purchasing, 2020-06-01, internal:po-17"


def test_what_the_folder_does_not_name_stays_as_shipped(own):
    shipped = catalogue.spec("H100", "memory")
    catalogue.load(own)
    assert catalogue.spec("H100", "memory") == shipped
    assert catalogue.pue("enterprise").value == 1.5


def test_an_own_device_is_found_by_its_names(own):
    catalogue.load(own)
    card = catalogue.device("acme model x")
    assert (card.name, card.vendor, card.kind, card.lag_class) == ("X1", "Acme", "ASIC", "card")
    assert "X1" in catalogue.devices()


def test_an_own_device_needs_no_names_file(tmp_path):
    folder = write(tmp_path / "f", "devices", TABLES["devices"].columns, [row("Z9", "memory_gb", 64, "GB")])
    catalogue.load(folder)
    assert (catalogue.device("z-9").vendor, catalogue.device("z-9").value("memory_gb")) == ("", 64)


def test_the_version_names_the_folder(own):
    assert catalogue.load(own) == catalogue.version() == f"{catalogue.VERSION}+prices"
    assert catalogue.load() == catalogue.VERSION


def test_without_a_folder_the_shipped_catalogue_is_back(own):
    shipped = catalogue.spec("H100", "price")
    catalogue.load(own)
    catalogue.load()
    assert catalogue.spec("H100", "price") == shipped
    with pytest.raises(NoData):
        catalogue.device("X1")


def test_a_folder_with_a_fault_changes_nothing(own, tmp_path):
    catalogue.load(own)
    bad = write(tmp_path / "bad", "devices", TABLES["devices"].columns, [row("H100", "memory_gb", "lots", "GB")] * 2)
    with pytest.raises(BadFile) as trouble:
        catalogue.load(bad)
    assert str(trouble.value) == (
        "devices.csv, row 2, value_low: 'lots' is given; a finite number is needed"
        " (and 1 more; catalogue.check lists them)"
    )
    assert catalogue.spec("H100", "price").value == 28000


def test_an_own_row_may_be_of_today(tmp_path):
    today = dt.date.today().isoformat()
    folder = write(tmp_path / "f", "devices", TABLES["devices"].columns, [row("H100", "memory_gb", 80, "GB", today)])
    catalogue.load(folder)
    assert catalogue.spec("H100", "memory").as_of.isoformat() == today


def test_a_file_spoilt_after_loading_is_said_at_the_next_load(own):
    catalogue.load(own)
    (own / "devices.csv").write_text("device\n", encoding="utf-8")
    with pytest.raises(BadFile, match="the header lacks attribute"):
        catalogue.load(own)
