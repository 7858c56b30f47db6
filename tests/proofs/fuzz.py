"""The fuzzer: `python -m tests.proofs.fuzz TARGET [libFuzzer's options] [corpus]`, guided by what lines of accelxl an input reaches.

Targets: `runner` (a call of a registered function), `sheet` (a worksheet part, read and filled), `package` (the bytes of a workbook file),
`formula` (a formula, filled), `text` (a file of data: a batch, a plan, a bill, a SIPmath library). An input fails that brings out anything
but an answer or an `AccelError`, takes longer than `-timeout`, or more memory than `-rss_limit_mb`.
"""

# ruff: noqa: E501  # tables, and programs in texts, are read best on their own lines

from __future__ import annotations

import random
import sys
import tempfile
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["accelxl"]):
    import accelxl
    from accelxl.domain.billing import focus
    from accelxl.errors import AccelError
    from accelxl.functions import REGISTRY
    from accelxl.plan.files import read_plan
    from accelxl.scenario import sipmath
    from accelxl.workbook.fill import fill
    from accelxl.workbook.reading import read
    from accelxl.workbook.records import records

from tests.hostile.files import Entry, archive, formula, parts, small
from tests.proofs.cells import given, wrong

FOLDER = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
KEPT = Path(__file__).parent / "corpus"
FUNCTIONS = list(REGISTRY.values())
DATA = [{"x": 3.0}]


class Bytes:
    """Choices out of the bytes of an input."""

    def __init__(self, data: bytes) -> None:
        self.given = atheris.FuzzedDataProvider(data)

    def below(self, count: int) -> int:
        return self.given.ConsumeIntInRange(0, count - 1)

    def real(self, low: float, high: float) -> float:
        return self.given.ConsumeFloatInRange(low, high)


def runner(data: bytes) -> None:
    chance = Bytes(data)
    made = FUNCTIONS[chance.below(len(FUNCTIONS))]
    cells = given(chance, made)
    fault = wrong(made.call(*cells))
    if fault:
        raise AssertionError(f"{made.name}: {fault} from {cells!r}")


def book(data: bytes) -> None:
    """Read and fill a file."""
    path = FOLDER / "b.xlsx"
    path.write_bytes(data)
    with suppress(AccelError):
        read(path)
    with suppress(AccelError):
        fill(path, DATA, FOLDER / "out", failing=True)


def sheet(data: bytes) -> None:
    found = small(names='<definedName name="out_y">S!$A$2</definedName>')
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(found)) as whole:
        entries = [Entry(name, whole.read(name)) for name in whole.namelist() if not name.endswith("sheet1.xml")]
    book(archive([*entries, Entry("xl/worksheets/sheet1.xml", data, method=0)]))


def a_formula(data: bytes) -> None:
    text = data.decode("utf-8", "ignore")
    plain = "".join(letter for letter in text if letter >= " " and letter not in "\ufffe\uffff")
    book(formula(plain, '<row r="3"><c r="A3"><v>4</v></c><c r="B3" t="str"><v>word</v></c></row>'))


def text(data: bytes) -> None:
    kind, body = data[:1] or b"0", data[1:]
    path = FOLDER / ("a.json" if kind[0] % 2 else "a.csv")
    path.write_bytes(body)
    for reader in (records, read_plan, focus, sipmath.load):
        with suppress(AccelError):
            reader(path)


TARGETS: dict[str, Callable[[bytes], None]] = {
    "runner": runner,
    "sheet": sheet,
    "package": book,
    "formula": a_formula,
    "text": text,
}


def seeds(folder: Path, target: str) -> None:
    """Write the sound files that a target starts from."""
    folder.mkdir(parents=True, exist_ok=True)
    if target == "package":
        (folder / "small").write_bytes(small())
        (folder / "budget").write_bytes(
            archive([Entry(name, data) for name, data in parts().items() if len(data) < 4000])
        )
    elif target == "runner":  # long enough for all cells of a call
        for number in range(32):
            (folder / str(number)).write_bytes(random.Random(number).randbytes(300))
    elif target == "sheet":
        (folder / "budget").write_bytes(parts()["xl/worksheets/sheet3.xml"][:6000])


def corpus(given: list[str], target: str) -> list[str]:
    """Return the folders of the corpus: those that are given, or one for what is found beside the one that is kept."""
    folders = [argument for argument in given if not argument.startswith("-")]
    kept = KEPT / target
    if not folders:
        folders = [str(FOLDER / "corpus"), *([str(kept)] if kept.is_dir() else [])]
    seeds(Path(folders[0]), target)
    return folders


def main(argv: list[str]) -> None:
    """Fuzz a target."""
    warnings.simplefilter("error")
    target = argv[1]
    options = [argument for argument in argv[2:] if argument.startswith("-")]
    accelxl.evaluate  # noqa: B018  # imported before the clock of the first input runs
    atheris.Setup(
        [
            argv[0], "-timeout=15", "-rss_limit_mb=1500", "-print_final_stats=1", "-len_control=0", *options,
            *corpus(argv[2:], target),
        ],
        TARGETS[target],
    )  # fmt: skip
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv)
