"""Gather changelog.d into CHANGELOG.md: without an argument print the next section, with a version write it.

Fragments are `<issue>[-<topic>].<added|changed|fixed>.md` and hold one sentence each.
"""

from __future__ import annotations

import datetime as dt
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
KINDS = ("added", "changed", "fixed")
NAME = re.compile(rf"(?P<issue>\d+)(-[a-z0-9-]+)?\.(?P<kind>{'|'.join(KINDS)})\.md")
VERSION = re.compile(r"\d+\.\d+\.\d+")


class Refused(Exception):
    """The sentence that says what is wrong with a fragment or the version."""


def fragments(folder: Path) -> dict[Path, tuple[str, str]]:
    """Kind and sentence of each fragment, in the order of their issues."""
    found = {}
    for path in folder.glob("*"):
        if path.name == "README.md":
            continue
        match = NAME.fullmatch(path.name)
        if not match:
            raise Refused(f"{path.name} is not named <issue>[-<topic>].<{'|'.join(KINDS)}>.md")
        text = " ".join(path.read_text(encoding="utf-8").split())
        if not text.endswith("."):
            raise Refused(f"{path.name} holds {text[:60]!r}; one sentence that ends in a full stop is allowed")
        found[path] = (int(match["issue"]), match["kind"], text)
    return {path: found[path][1:] for path in sorted(found, key=lambda path: (found[path][0], path.name))}


def section(title: str, sentences: dict[Path, tuple[str, str]]) -> str:
    """Markdown of one version."""
    parts = [f"## {title}"]
    for kind in KINDS:
        lines = [f"- {text}" for a_kind, text in sentences.values() if a_kind == kind]
        if lines:
            parts.append(f"### {kind.capitalize()}\n\n" + "\n".join(lines))
    return "\n\n".join(parts) + "\n"


def release(root: Path, version: str, day: dt.date) -> None:
    """Put the section of `version` above the older ones, then remove its fragments."""
    if not VERSION.fullmatch(version):
        raise Refused(f"the version is {version!r}; a version like 1.2.3 is allowed")
    path = root / "CHANGELOG.md"
    text = path.read_text(encoding="utf-8")
    if f"## {version} " in text:
        raise Refused(f"CHANGELOG.md already has {version}")
    sentences = fragments(root / "changelog.d")
    if not sentences:
        raise Refused("changelog.d holds no fragment")
    head, mark, older = text.partition("\n## ")
    fresh = path.with_suffix(".new")
    fresh.write_text(f"{head.rstrip()}\n\n{section(f'{version} ({day})', sentences)}{mark}{older}", encoding="utf-8")
    fresh.replace(path)
    for fragment in sentences:
        fragment.unlink()


def main(argv: list[str]) -> int:
    """Print or release; 1 with a sentence when a fragment is not as it should be."""
    try:
        if argv:
            release(ROOT, argv[0], dt.datetime.now(tz=dt.UTC).date())
        else:
            print(section("Next", fragments(ROOT / "changelog.d")), end="")
    except Refused as refused:
        print(f"changelog: {refused}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
