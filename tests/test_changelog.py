"""The fragments of changelog.d become a section of CHANGELOG.md, and none is lost on the way."""

import datetime as dt
import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DAY = dt.date(2027, 1, 31)

spec = importlib.util.spec_from_file_location("changelog_tool", ROOT / "tools" / "changelog.py")
changelog = importlib.util.module_from_spec(spec)
spec.loader.exec_module(changelog)


@pytest.fixture
def house(tmp_path):
    folder = tmp_path / "changelog.d"
    folder.mkdir()
    (folder / "README.md").write_text("how")
    (folder / "10-fill.added.md").write_text("Books are filled.\n")
    (folder / "2.fixed.md").write_text("A date is\na serial.\n")
    (folder / "2-irr.added.md").write_text("IRR is there.")
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\nHead.\n\n## 0.1.0 (2026-12-01)\n\n### Added\n\n- First.\n")
    return tmp_path


def test_fragments_of_this_house_are_as_they_should_be():
    assert changelog.fragments(ROOT / "changelog.d")


def test_a_release_puts_the_sentences_above_the_older_ones_and_removes_the_fragments(house):
    changelog.release(house, "0.2.0", DAY)
    assert (house / "CHANGELOG.md").read_text() == (
        "# Changelog\n\nHead.\n\n## 0.2.0 (2027-01-31)\n\n### Added\n\n- IRR is there.\n- Books are filled.\n\n"
        "### Fixed\n\n- A date is a serial.\n\n## 0.1.0 (2026-12-01)\n\n### Added\n\n- First.\n"
    )
    assert [path.name for path in (house / "changelog.d").iterdir()] == ["README.md"]


def test_a_first_release_needs_no_older_one(house):
    (house / "CHANGELOG.md").write_text("# Changelog\n")
    changelog.release(house, "0.2.0", DAY)
    assert (house / "CHANGELOG.md").read_text().startswith("# Changelog\n\n## 0.2.0 (2027-01-31)\n\n### Added\n")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("irr.added.md", "It is there.", "irr.added.md is not named"),
        ("2.news.md", "It is there.", "2.news.md is not named"),
        ("2.added.txt", "It is there.", "2.added.txt is not named"),
        ("2.changed.md", "no full stop", "2.changed.md holds 'no full stop'"),
        ("2.changed.md", "", "2.changed.md holds ''"),
    ],
)
def test_a_fragment_that_is_not_one_is_named_and_nothing_is_written(house, name, text, words):
    (house / "changelog.d" / name).write_text(text)
    before = (house / "CHANGELOG.md").read_text()
    with pytest.raises(changelog.Refused, match=words.replace(".", r"\.")):
        changelog.release(house, "0.2.0", DAY)
    assert (house / "CHANGELOG.md").read_text() == before
    assert (house / "changelog.d" / "2-irr.added.md").exists()


@pytest.mark.parametrize(
    ("version", "words"), [("next", "a version like"), ("0.1.0", "already has 0.1.0"), ("0.3", "a version like")]
)
def test_a_version_that_cannot_be_is_refused(house, version, words):
    with pytest.raises(changelog.Refused, match=words):
        changelog.release(house, version, DAY)


def test_without_fragments_there_is_no_release(house):
    changelog.release(house, "0.2.0", DAY)
    with pytest.raises(changelog.Refused, match="no fragment"):
        changelog.release(house, "0.3.0", DAY)
