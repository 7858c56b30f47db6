"""Folders that somebody prepared: what a fill writes beside its books goes through no link, waits for no pipe and believes no line."""

import json
import os
import signal

import pytest

import accelxl
from accelxl.errors import AccelError, BadFile, WrongType
from tests.workbook.test_fill import user_made

OWN = [".accelxl-fill.jsonl", ".accelxl-fill.lock", "manifest.json", "manifest.csv"]
pytestmark = pytest.mark.skipif(os.name != "posix", reason="links and pipes of POSIX")


@pytest.fixture
def fill(tmp_path):
    """Fills one book into a folder, for at most half a minute."""
    template = user_made(tmp_path / "own.xlsx")

    def run(folder, book="b"):
        return accelxl.fill(template, [{"book": book, "label": "x"}], folder)

    signal.alarm(30)
    yield run
    signal.alarm(0)


@pytest.mark.parametrize("name", OWN)
def test_a_link_in_the_place_of_a_file_of_the_fill_is_refused_and_its_target_stays(tmp_path, fill, name):
    target, folder = tmp_path / "target", tmp_path / "out"
    target.write_bytes(b"precious")
    folder.mkdir()
    (folder / name).symlink_to(target)
    with pytest.raises(BadFile, match="link"):
        fill(folder)
    assert target.read_bytes() == b"precious"
    assert [path.name for path in folder.iterdir()] == [name]


@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["pipe", "folder"])
def test_a_pipe_or_folder_in_the_place_of_a_file_of_the_fill_gets_a_sentence(tmp_path, fill, name, make):
    (tmp_path / "out").mkdir()
    make(tmp_path / "out" / name)
    with pytest.raises(BadFile, match=name):
        fill(tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == [name]


LINES = {
    "no figures": {"book": "old.xlsx", "status": "written"},
    "figures of text": {"book": "old.xlsx", "status": "written", "figures": "x"},
    "a figure that is a table": {"book": "old.xlsx", "status": "written", "figures": {"a": {"b": 1}}},
    "a name that climbs": {"book": "../own.xlsx", "status": "written", "figures": {}},
    "a name too long": {"book": "x" * 5000, "status": "written", "figures": {}},
    "half a surrogate": {"book": "\udfff", "status": "written", "figures": {}},
}


@pytest.mark.parametrize("name", ["manifest.json", ".accelxl-fill.jsonl"])
@pytest.mark.parametrize("line", [*LINES, "brackets"])
def test_lines_that_no_fill_wrote_are_left_out(tmp_path, fill, name, line):
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "old.xlsx").write_bytes(b"x")
    head = '{"made_by": "accelxl fill", "books": [\n' if name == "manifest.json" else ""
    (folder / name).write_text(head + ("[" * 100_000 if line == "brackets" else json.dumps(LINES[line])) + "\n")
    assert fill(folder)[0].status == "written"
    books = json.loads((folder / "manifest.json").read_text())["books"]
    assert {one["book"] for one in books} <= {"b.xlsx", "old.xlsx"}


@pytest.mark.parametrize(
    "name", ["con.x", "aux.tar", "COM\xb9", "lpt0", "CONIN$", "\udfff", "\U0001f600" * 60, "\xe9" * 190]
)
def test_a_name_that_some_system_cannot_have_is_refused_in_words(tmp_path, fill, name):
    with pytest.raises(WrongType, match="the book is named"):
        fill(tmp_path / "out", name)


def test_the_longest_name_that_is_allowed_is_written(tmp_path, fill):
    assert fill(tmp_path / "out", "\xe9" * 112)[0].path.exists()
    with pytest.raises(AccelError):
        fill(tmp_path / "out", "\xe9" * 113)
