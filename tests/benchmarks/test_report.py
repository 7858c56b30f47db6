"""The benchmark's arithmetic and its page, on figures that are given."""

import time

import pytest

pytest.importorskip("matplotlib")
from benchmarks import plots, report
from benchmarks.measure import Timed, Variant, interleaved, repeated

NAMES = {
    "reference": (
        "pure Python",
        "pandas + pyxirr",
        "NumPy, 1",
        "NumPy, 2",
        "Numba, 1",
        "Numba, 2",
        "JAX, 2",
        "AccelXL, 1",
        "AccelXL, 2",
        "AccelXL, checked, 2",
    ),
    "full": ("NumPy, 1", "NumPy, 2", "AccelXL, 1", "AccelXL, 2"),
    "features": ("W1", "W1, twelve features at zero", "W1 with inflation"),
    "irr": ("pyxirr", "numpy-financial", "AccelXL, 2"),
    "written": ("NumPy, separable", "Numba, separable", "np.fill", "streaming stores", "AccelXL, 1", "AccelXL, 2"),
    "summed": ("NumPy, separable", "AccelXL, 1", "AccelXL, 2", "AccelXL with nine percentiles"),
    "drawn": ("AccelXL, 1", "AccelXL, 2", "AccelXL, six outputs, 2"),
    "one": ("prepared, npv", "prepared, six outputs", "evaluate, npv", "evaluate, every metric"),
    "import": ("sys", "numpy", "accelxl", "pandas"),
}
GROWN = {"scenarios": [(1 << 14, 0.01, 0.0), (1 << 20, 0.6, 2.0)], "months": [(12, 0.05, 0.0), (360, 1.5, 1.0)]}
MADE = {
    "date": "2026-01-01",
    "processor": "P",
    "build": "v3",
    "python": "3.11",
    "packages": "numpy 2",
    "minutes": "5",
    "load": "0.1 on 2 processors",
}


def timed(slow=1e-5):
    """Figures in which the last variant of each group is a hundred times as fast as the others."""
    groups = {}
    for group, names in NAMES.items():
        rounds = {name: [slow * (0.01 if name.startswith("AccelXL") else 1.0)] * 3 for name in names}
        groups[group] = Timed(rounds, dict.fromkeys(names, 1), rounds)
    return groups


def test_a_ratio_is_the_median_of_the_rounds_ratios():
    # The machine slows down tenfold in the second round: no ratio sees it.
    found = Timed({"fast": [1.0, 10.0, 1.2], "slow": [3.0, 30.0, 3.0]})
    assert found.ratio("fast", "slow") == 3.0
    assert found.spread("fast", "slow") == (pytest.approx(2.5), 3.0)


def test_variants_take_turns():
    order = []
    found = interleaved({name: Variant(2.0, lambda name=name: order.append(name)) for name in "ab"}, rounds=3)
    assert order == ["a", "b"] * 4
    assert len(found.rounds["a"]) == 3


def test_a_call_that_takes_long_counts_as_long():
    found = interleaved({"a": Variant(4.0, repeated(lambda: time.sleep(0.002), 4))}, rounds=3)
    assert 0.002 <= found.seconds("a") < 0.05


def test_the_page_says_which_goals_are_met():
    rows = {row.what: row for row in report.goals(timed())}
    assert rows["W1, 2 threads, against NumPy on one"].measured.startswith("100x")
    assert rows["W1, 2 threads, against NumPy on one"].met is True
    assert rows["IRR of 100,000 series of 61, against pyxirr"].met is False
    page = report.page(timed(), GROWN, MADE)
    assert "| W1, 2 threads, against NumPy on one | 100x (100 to 100) | 100x | 100x | yes |" in page
    assert "| 1,048,576 | 360 | 1.5 |" in page


def test_a_peer_that_is_not_installed_leaves_its_goal_open():
    groups = timed()
    del groups["reference"].rounds["JAX, 2"]
    rows = {row.what: row for row in report.goals(groups)}
    assert rows["W1, 2 threads, against JAX on two"].met is None


def test_the_pictures_are_drawn(tmp_path):
    plots.speed(timed(), tmp_path / "speed.png")
    plots.growth(GROWN, tmp_path / "growth.png")
    assert all((tmp_path / name).stat().st_size > 10_000 for name in ("speed.png", "growth.png"))


def test_a_page_is_written_anew_from_the_figures_that_were_kept(tmp_path, monkeypatch):
    pytest.importorskip("numba")
    from benchmarks import run

    monkeypatch.setattr(run, "GROUPS", {name: lambda name=name: timed()[name] for name in NAMES})
    monkeypatch.setattr(run.cases, "scaling", lambda: GROWN)
    monkeypatch.setattr("sys.argv", ["run", "--no-build", "--out", str(tmp_path)])
    run.main()
    page = (tmp_path / "performance.md").read_text(encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["run", "--from-json", str(tmp_path / "performance.json"), "--out", str(tmp_path)])
    run.main()
    assert (tmp_path / "performance.md").read_text(encoding="utf-8") == page
