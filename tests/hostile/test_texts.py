"""Hostile files of text: batches, plans, tables, bills and SIPmath libraries."""

import gzip
import json
import sys

import pytest

from tests.hostile.test_books import cage, harmless  # noqa: F401  # the fixture

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the cage is made of Linux's limits")

MEGA = 1 << 20
HEAD = "ChargePeriodStart,BillingCurrency,ChargeCategory,EffectiveCost"
LINE = "2026-01-05T00:00:00Z,USD,Usage,98.32"
SIP = '{"libraryType":"SIPmath_3_0","U01":{"rng":[%s]},"sips":[%s]}'
TEXTS = {
    "fields without end": (".csv", lambda: "a," * (7 * MEGA)),
    "a header of a million columns": (".csv", lambda: ",".join(f"c{n}" for n in range(1_000_000)) + "\n1\n"),
    "a column a hundred thousand times": (".csv", lambda: ",".join(f"c{n}" for n in range(90_000)) + ",c0\n1\n"),
    "rows of nothing": (".csv", lambda: "units\n" + "\n" * (15 * MEGA)),
    "quotes that do not end": (".csv", lambda: 'units\n"' + "x" * (15 * MEGA)),
    "one long line": (".csv", lambda: "x" * (15 * MEGA)),
    "zero bytes": (".csv", lambda: "units,\0\n\0,1\n" * 1000),
    "twenty megabytes": (".csv", lambda: "units\n" + "1\n" * (10 * MEGA)),
    "a million tranches": (".csv", lambda: "units" + ",1" * 1_000_000 + "\n"),
    "the same name in every row": (".csv", lambda: "units,1\n" * 600_000),
    "a formula in every field": (".csv", lambda: "units,book\n=cmd|'/C calc'!A0,=1+1\n"),
    "brackets": (".json", lambda: "[" * (10 * MEGA)),
    "brackets in names": (".json", lambda: '{"a":' * 100_000 + "1" + "}" * 100_000),
    "empty objects": (".json", lambda: "[" + "{}," * (4 * MEGA) + "{}]"),
    "empty lists": (".json", lambda: '{"tranches":[' + "[]," * (4 * MEGA) + "[]]}"),
    "two hundred thousand tranches": (".json", lambda: '{"tranches":[' + "{}," * 90_000 + "{}]}"),
    "a name twice among many": (".json", lambda: '{"a":1,' + ",".join(f'"k{n}":1' for n in range(300_000)) + ',"a":2}'),
    "a number of a million digits": (".json", lambda: '{"units":' + "9" * MEGA + "}"),
    "numbers that are none": (".json", lambda: '{"units":NaN,"pue":Infinity,"discount_rate":1e999}'),
    "a pickle": (".json", lambda: b"\x80\x04cposix\nsystem\n(S'touch /tmp/accelxl-pickle'\ntR."),
    "half a surrogate": (".json", lambda: '{"\\ud800":1,"book":"\\udfff"}'),
    "a library of brackets": (".json", lambda: SIP % ("[" * 100_000, "")),
    "a library of a million generators": (".json", lambda: SIP % (",".join(['{"name":"a"}'] * 1_000_000), "")),
    "a library of many variables": (".json", lambda: SIP % ('{"name":"h","function":"HDR_2_0","arguments":{}}', ",".join(
        ['{"name":"x","ref":{"source":"rng","name":"h"},"function":"Metalog_1_0","arguments":{"aCoefficients":[1,2]}}'] * 60_000))),
    "a library with seeds of text": (".json", lambda: SIP % ('{"name":"h","function":"HDR_2_0","arguments":{"varId":"9e999"}}',
        '{"name":[],"ref":{"source":"rng","name":"h"},"function":"Metalog_1_0","arguments":{"aCoefficients":["x",2]}}')),
    "a library without a thing": (".json", lambda: '{"libraryType":"SIPmath_3_0","U01":null,"sips":{}}'),
    "a bill of ten gigabytes packed": (".csv.gz", lambda: gzip_bomb(b"\n", f"{HEAD}\n".encode())),
    "a bill of one line packed": (".csv.gz", lambda: gzip_bomb(unit=b"x", head=b"")),
    "a bill that is cut": (".csv.gz", lambda: gzip.compress(f"{HEAD}\n{LINE}\n".encode() * 1000)[:-30]),
    "a bill that is no gzip": (".csv.gz", f"{HEAD}\n{LINE}\n".encode),
    "a bill from the year one": (".csv", lambda: f"{HEAD}\n0001-01-01,USD,Usage,1\n9999-12-31,USD,Usage,1\n"),
    "a bill of huge costs": (".csv", lambda: f"{HEAD}\n" + f"{LINE[:-5]}1e308\n" * 3),
    "a bill of a million columns": (".csv", lambda: HEAD + "".join(f",x_{n}" for n in range(1_000_000)) + "\n"),
}  # fmt: skip


def gzip_bomb(unit, head):
    import zlib

    pack = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = unit * MEGA
    first = pack.compress(head) + pack.flush(zlib.Z_FULL_FLUSH)
    middle = pack.compress(block) + pack.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08\0\0\0\0\0\2\xff" + first + middle * 10_000 + pack.flush() + bytes(8)


@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_text_is_read_in_time_or_refused_in_words(cage, tmp_path, name):  # noqa: F811
    ending, make = TEXTS[name]
    path = tmp_path / f"hostile{ending}"
    made = make()
    path.write_bytes(made if isinstance(made, bytes) else made.encode())
    for call in ("records", "plan", "table", "sipmath", "focus"):
        if (call == "focus") or not ending.endswith("gz"):
            harmless(cage(call, tmp_path, path))
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_device_without_end_and_a_name_that_no_file_can_have_are_refused_in_words(cage, tmp_path):  # noqa: F811
    (tmp_path / "zeros.xlsx").symlink_to("/dev/zero")
    for name in ("/dev/zero", tmp_path / "zeros.xlsx", "a\0b", "\ud800"):
        for call in ("records", "plan"):
            assert harmless(cage(call, tmp_path, name))["kind"] == "sentence"


@pytest.mark.parametrize(
    "name",
    ["../out", "/etc/x", "..", "a/b", "a\\b", "C:x", "con", "x\0y", "x" * 300, "\u202egpj.exe", "=1+1", "~/x", "$HOME"],
)
def test_a_book_is_written_into_its_folder_alone(cage, tmp_path, name):  # noqa: F811
    from tests.workbook.books import BUDGET

    (tmp_path / "rows.json").write_text(json.dumps([{"book": name, "units_1": 4}]))
    found = harmless(cage("fill", tmp_path, BUDGET, tmp_path / "rows.json", tmp_path / "out"))
    written = list(tmp_path.rglob("*.xlsx"))
    assert all(path.parent == tmp_path / "out" for path in written)
    assert bool(written) == (found["kind"] == "content")
