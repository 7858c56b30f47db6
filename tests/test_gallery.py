"""The gallery shows the Board of every template with the question that it answers."""

from pathlib import Path

import pytest

from accelxl.workbook.build import TEMPLATES

DOCS = Path(__file__).parent.parent / "docs"


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_has_its_question_and_its_picture(name):
    gallery = (DOCS / "gallery.md").read_text(encoding="utf-8")
    section = gallery.partition(f"## {name.replace('_', ' ').capitalize()}\n")[2].partition("\n## ")[0]
    assert "?" in section.splitlines()[1]
    assert f"(pictures/{name}.png)" in section
    assert (DOCS / "pictures" / f"{name}.png").stat().st_size > 20_000


def test_templates_are_listed_with_their_questions():
    listed = (DOCS / "templates.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in listed for name in TEMPLATES)
