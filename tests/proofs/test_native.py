"""Ours beside LibreOffice's own functions, pyxirr and numpy-financial over random arguments; docs/quality.md explains each disagreement."""

# ruff: noqa: E501  # tables, and programs in texts, are read best on their own lines

import pytest

from tests.proofs import native

ROOTS = {"a root where the other gives an error", "another root", "the other gives a figure that is no root"}
EXPLAINED = {
    ("IPMT", "LibreOffice"): {"another figure"}, ("PPMT", "LibreOffice"): {"another figure"},
    ("CUMIPMT", "LibreOffice"): {"another figure"}, ("CUMPRINC", "LibreOffice"): {"another figure"},
    ("IPMT", "numpy-financial"): {"another figure"}, ("PPMT", "numpy-financial"): {"another figure"},
    ("PPMT", "pyxirr"): {"another figure"}, ("CUMPRINC", "pyxirr"): {"another figure"}, ("CUMIPMT", "pyxirr"): {"another figure"},
    ("NPER", "numpy-financial"): {"another figure"},
    **{(name, judge): ROOTS for name in ("IRR", "XIRR", "RATE") for judge in ("LibreOffice", "pyxirr", "numpy-financial")},
}  # fmt: skip
"""Judges and the kinds of disagreement that the table in docs/quality.md explains."""


@pytest.fixture(scope="module")
def table(tmp_path_factory, find):
    calls = native.drawn(120, seed=5)
    found = native.office(calls, tmp_path_factory.mktemp("native"), find("soffice"))
    return native.compared(calls, found)


@pytest.mark.office("soffice")
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_every_disagreement_with_another_implementation_is_explained(table):
    counts, examples = table
    assert set(counts) == set(native.CASES)
    for name, judges in counts.items():
        assert "LibreOffice" in judges
        for judge, verdicts in judges.items():
            known = {"agrees", "both without a value"} | EXPLAINED.get((name, judge), set())
            assert set(verdicts) <= known, (name, judge, verdicts, [e for e in examples if name in e])
            assert verdicts["agrees"] > 0


@pytest.mark.parametrize(
    ("name", "args", "theirs", "said"),
    [
        ("PMT", [0.1, 5, 100.0, 0.0, 0], -27.0, "another figure"),
        ("IRR", [[-100.0, 60.0, 60.0]], 0.5, "the other gives a figure that is no root"),
        ("EFFECT", [0.1, 4], float("nan"), "a value where the other gives an error"),
    ],
)
def test_a_wrong_figure_is_told(name, args, theirs, said):
    ours = float(native.CASES[name].ours(*args))
    assert native.verdict(name, args, ours, theirs) == said
    assert native.verdict(name, args, ours, ours) == "agrees"
