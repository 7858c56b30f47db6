"""The two pictures of docs/performance.md."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.ticker import FuncFormatter, NullFormatter

from benchmarks.measure import Timed

INK, QUIET, OURS, LINE = "#22262b", "#b9c0c8", "#0b6e6e", "#dfe3e7"
STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.edgecolor": LINE,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.facecolor": "white",
    "savefig.dpi": 150,
}
PANELS = (
    ("reference", "W1: 60 months, six outputs", "scenarios a second"),
    ("full", "Full plan: every feature, twelve outputs", "scenarios a second"),
    ("irr", "Rates of 100,000 series of 61 flows", "series a second"),
    ("written", "Grid of 64 million cells, written", "cells a second"),
    ("summed", "Grid summed up, nothing written", "cells a second"),
)


def short(value: float, _place: object = None) -> str:
    """Return a rate in three figures."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g} {letter}"
    return f"{value:.3g}"


def _label(name: str, threads: int) -> str:
    plain = name.rsplit(", ", 1)[0] if name[-1].isdigit() else name
    return f"{plain}, {threads} threads" if threads > 1 else f"{plain}, 1 thread" if plain != name else plain


def speed(timed: Mapping[str, Timed], path: Path) -> None:
    """Draw the speed of every variant, a panel a group, on logarithmic scales."""
    panels = [panel for panel in PANELS if panel[0] in timed]
    heights = [len(timed[name].rounds) + 1.2 for name, _, _ in panels]
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            len(panels),
            1,
            figsize=(8.6, 0.31 * sum(heights) + 0.6),
            height_ratios=heights,
            layout="constrained",
            squeeze=False,
        )
        for axis, (name, title, unit) in zip(axes[:, 0], panels, strict=True):
            _bars(axis, timed[name], title, unit)
        figure.supxlabel(
            "Lengths are on logarithmic scales: a bar ten times as fast is a fixed step longer.", fontsize=9
        )
        figure.savefig(path)
        plt.close(figure)


def _bars(axis, timed: Timed, title: str, unit: str) -> None:
    names = sorted(timed.rounds, key=timed.rate)
    rates = [timed.rate(name) for name in names]
    low = 10.0 ** int(f"{min(rates):e}".split("e")[1])
    colours = [OURS if name.startswith("AccelXL") else QUIET for name in names]
    axis.barh(range(len(names)), rates, color=colours, height=0.68)
    axis.set_yticks(range(len(names)), [_label(name, timed.threads[name]) for name in names])
    axis.set_xscale("log")
    axis.set_xlim(0.5 * low, max(rates) * 6)
    axis.set_title(f"{title}  ({unit})", loc="left", fontsize=10.5, fontweight="bold")
    axis.xaxis.set_visible(False)
    axis.spines["bottom"].set_visible(False)
    axis.tick_params(axis="y", length=0)
    for at, rate in enumerate(rates):
        axis.text(
            rate * 1.08,
            at,
            short(rate),
            va="center",
            fontsize=9.5,
            fontweight="bold" if colours[at] == OURS else "normal",
        )


def growth(grown: Mapping[str, list], path: Path) -> None:
    """Draw time and memory as scenarios and months grow, each beside a line of exact proportion."""
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(2, 2, figsize=(8.6, 5.6), layout="constrained", sharex="col", height_ratios=(3, 2))
        for column, (key, label) in enumerate((("scenarios", "more scenarios"), ("months", "more months"))):
            sizes, seconds, held = (list(values) for values in zip(*grown[key], strict=True))
            top, bottom = axes[0, column], axes[1, column]
            end = seconds[-1] / sizes[-1]
            top.plot(sizes, [end * n for n in sizes], color=QUIET, linewidth=1.2, zorder=1)
            top.plot(sizes, seconds, color=OURS, marker="o", markersize=5, linewidth=2, zorder=2)
            top.text(
                0.03,
                0.9,
                "grey: in exact proportion to the largest",
                color="#7d868f",
                fontsize=9,
                transform=top.transAxes,
            )
            top.set_xscale("log", base=10)
            top.set_yscale("log")
            top.set_title(f"Processor time of {label}", loc="left", fontsize=10.5, fontweight="bold")
            bottom.plot(sizes, [max(m, 0.0) for m in held], color=OURS, marker="o", markersize=5, linewidth=2)
            bottom.set_ylim(0, max(100.0, 1.45 * max(held)))
            bottom.set_title("Memory that the run adds", loc="left", fontsize=10.5, fontweight="bold")
            bottom.set_xlabel("scenarios, of 60 months" if key == "scenarios" else "months, of 1,048,576 scenarios")
            if key == "scenarios":
                note = "percentiles: exact up to 8.4 million, then a sketch"
                bottom.text(0.02, 0.9, note, color="#7d868f", fontsize=8, transform=bottom.transAxes)
            if key == "months":
                bottom.set_xticks(sizes, [str(t) for t in sizes])
                bottom.minorticks_off()
            else:
                bottom.xaxis.set_major_formatter(FuncFormatter(short))
            for axis in (top, bottom):
                axis.grid(axis="y", color=LINE, linewidth=0.8)
                axis.set_axisbelow(True)
            top.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g} s"))
            top.yaxis.set_minor_formatter(NullFormatter())
            top.set_ylim(0.5 * min(seconds), 3.0 * max(seconds))
            bottom.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g} MB"))
        figure.savefig(path)
        plt.close(figure)
