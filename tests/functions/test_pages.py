"""The pages of the reference: current, complete, and their sample sheets give what they say."""

import re
from pathlib import Path

import numpy as np
import pytest

from accelxl.functions import REGISTRY
from accelxl.functions.pages import pages

FOLDER = Path(__file__).parent.parent.parent / "docs" / "functions"
PAGES = pages()
SECTION = re.compile(r"^## (ACCEL_\w+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
SECTIONS = {name: text for page in PAGES.values() for name, text in SECTION.findall(page)}
SAMPLE = re.compile(r"\*\*Example\.\*\* `=(ACCEL_\w+)\(([^`]*)\)`(?: gives `([^`]*)`)?")


def test_the_committed_pages_are_those_of_the_registry():
    assert {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")} == PAGES


def test_every_function_has_a_section_and_a_line_in_the_list():
    assert set(SECTIONS) == set(REGISTRY)
    assert set(re.findall(r"\[`(ACCEL_\w+)`\]", PAGES["README"])) == set(REGISTRY)


@pytest.mark.parametrize("name", REGISTRY)
def test_a_section_names_every_argument_and_option_with_its_help(name):
    made, text = REGISTRY[name], SECTIONS[name]
    for argument in (*made.arguments, *made.options):
        assert f"| `{argument.name}` | {argument.help.replace('|', chr(92) + '|')} |" in text


def sheet_of(text):
    """Cells of the sample sheet of a section by their addresses."""
    table = text.partition("**Example.**")[2].partition("|  | A |")[2].partition("\n\n")[0]
    if not table:
        return {}
    rows = [re.split(r"(?<!\\) \| ", line.strip()[2:-2]) for line in ("|  | A |" + table).splitlines()]
    letters = rows[0][1:]
    return {
        f"{letter}{row[0].strip()}": cell.strip().replace("\\|", "|")
        for row in rows[2:]
        for letter, cell in zip(letters, row[1:], strict=True)
    }


def cell_of(text):
    if text in {"TRUE", "FALSE"}:
        return text == "TRUE"
    try:
        return float(text)
    except ValueError:
        return text or None


def value_of(place, sheet):
    first, _, last = place.partition(":")
    if not last:
        return cell_of(sheet[first])
    (a, top), (z, bottom) = (re.fullmatch(r"([A-Z]+)(\d+)", corner).groups() for corner in (first, last))
    letters = sorted({re.match(r"[A-Z]+", key)[0] for key in sheet}, key=lambda x: (len(x), x))
    across = letters[letters.index(a) : letters.index(z) + 1]
    return [[cell_of(sheet[f"{letter}{row}"]) for letter in across] for row in range(int(top), int(bottom) + 1)]


def shown_with_values(name):
    """Whether a function's example has a value, and takes values and not the address of a cell."""
    made = REGISTRY[name]
    return made.examples[0].value is not ... and not any(argument.reference for argument in made.arguments)


@pytest.mark.parametrize("name", list(filter(shown_with_values, REGISTRY)))
def test_the_sample_sheet_gives_what_the_example_gives(name):
    made = REGISTRY[name]
    function, places, _ = SAMPLE.search(SECTIONS[name]).groups()
    assert function == name
    sheet = sheet_of(SECTIONS[name])
    found = made(*(value_of(place, sheet) if place else None for place in places.split(", ") if places))
    given = made.examples[0].value
    for got, want in zip(np.ravel(np.asarray(found, object)), np.ravel(np.asarray(given, object)), strict=True):
        assert got == (pytest.approx(want, rel=1e-6) if isinstance(want, (int, float)) else want)
