"""Mutation checks of the kernels of finance and depreciation: small faults are planted, and the tests must see each of them.

`python -m tests.proofs.mutants [number] [--seed N] [--only KERNEL] [--again N ...]` draws faults, builds one core that has all of them,
each behind a switch, in a folder of its own, and runs the tests of the kernel once for each fault. It prints a line a fault and the share
that was seen. --again plants those of the draw that have these numbers, and no others.
"""

# ruff: noqa: E501  # tables, and programs in texts, are read best on their own lines

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
EDGES = "tests/domain/test_finance_edges.py"
RETURNS = ("tests/domain/test_finance_returns.py", "tests/domain/test_finance.py")
WRITE_OFFS = ("tests/domain/test_depreciation.py", "tests/domain/test_depreciation_tax.py")
TESTS = {
    "finance": (EDGES, *RETURNS[::-1], "tests/functions/test_examples.py"),
    "depreciation": (EDGES, *WRITE_OFFS, "tests/functions/test_examples.py"),
    "irr": (EDGES, *RETURNS),
    "rate": (EDGES, *RETURNS[::-1]),
    "roots": (EDGES, *RETURNS),
}
SECONDS = 240
"""Of processor time for the tests of one fault; a fault that makes a loop endless is seen by this."""
SWITCH = 'cdef extern from "pack.h" nogil:\n    int ax_mutant\n\n\n'
TOKEN = re.compile(r"(?<![\w.])\d+\.?\d*(?:[eE][+-]?\d+)?(?!\w)|<=|>=|==|!=|//|\bnot\b|\band\b|\bor\b|[-+*/<>]")
SWAPS = {
    "+": "-",
    "*": "/",
    "/": "*",
    "<=": "<",
    ">=": ">",
    "==": "!=",
    "!=": "==",
    "and": "or",
    "or": "and",
    "not": "",
    "//": "*",
}
SKIPPED = re.compile(r"cdef (inline|struct|enum|extern)\b|(from|cimport|import|else:|break|continue|ctypedef)\b")


@dataclass(frozen=True, slots=True)
class Mutant:
    """A fault: its kernel, line, the expression that it stands in, and the expression with the fault."""

    kernel: str
    line: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Place:
    """An expression of a kernel: its statement's lines and where it begins and ends in their text."""

    first: int
    last: int
    start: int
    end: int


def statements(lines: list[str]) -> list[tuple[int, int]]:
    """First and last line of each statement that stands in a function's body."""
    found, at, inside = [], 0, False
    while at < len(lines):
        last, text = at, bare(lines[at])
        while depth(text) > 0 or (text.strip().startswith('"""') and text.count('"""') == 1):
            last += 1
            text += "\n" + bare(lines[last])
        if text and not text[0].isspace():
            inside = text.startswith("cdef inline")
        elif inside and text.strip() and not text.strip().startswith('"""') and not SKIPPED.match(text.strip()):
            found.append((at, last))
        at = last + 1
    return found


def bare(line: str) -> str:
    """A line without its comment; the kernels have no text with a # in it."""
    return line.split("#", maxsplit=1)[0].rstrip()


def depth(text: str) -> int:
    return sum(text.count(mark) for mark in "([{") - sum(text.count(mark) for mark in ")]}")


def parts(text: str, start: int, end: int, mark: str = ",") -> list[tuple[int, int]]:
    """Places between the marks that stand outside all brackets."""
    found, level, begin = [], 0, start
    for at in range(start, end):
        level += (text[at] in "([{") - (text[at] in ")]}")
        if level == 0 and text[at] == mark:
            found.append((begin, at))
            begin = at + 1
    return [*found, (begin, end)]


def expressions(text: str) -> list[tuple[int, int]]:
    """Where the expressions of a statement stand whose value can be chosen between."""
    words = re.match(r"\s*(if|elif|while|return)\b(.*?)(:?)$", text, re.DOTALL)
    if words:
        return [(words.start(2), words.end(2))] if words[2].strip() else []
    loop = re.match(r"\s*for \w+ in range\((.*)\):$", text, re.DOTALL)
    if loop:
        return parts(text, loop.start(1), loop.end(1))[:2]  # the step stays a constant
    declared = re.match(r"\s*cdef [\w ]+?(?:\[\w+\])?[ *]+(?=\w+ =)", text)
    if declared:
        found = []
        for start, end in parts(text, declared.end(), len(text)):
            equals = text.find("=", start, end)
            if equals >= 0:
                found.append((equals + 1, end))
        return found
    given = re.match(r"[^=<>!]*?(?:[-+*/]?=)(?!=)", text)
    if not given or "cdef" in text:
        return []
    at = given.end()
    while more := re.match(r"\s*[\w.\[\]]+ =(?!=)", text[at:]):
        at += more.end()
    return parts(text, at, len(text))


def faults(expression: str) -> list[str]:
    """The expression with one fault each."""
    found = []
    for token in TOKEN.finditer(expression):
        word, before = token[0], expression[: token.start()].rstrip()
        if word == "-":
            new = "" if not before or before[-1] in "(,=*/+-<>[" or before.endswith(("else", "if", "return")) else "+"
        elif word in {"<", ">"}:
            if re.search(r"<\w+>$", expression[: token.end()]) or re.match(r"<\w+>", expression[token.start() :]):
                continue  # a cast
            new = word + "="
        elif word == "+" and before[-1:] in "eE" and before[-2:-1].isdigit():
            continue
        elif word[0].isdigit():
            new = (
                f"(10.0 * {word})" if "e" in word else (f"{float(word) + 1.0!r}" if "." in word else str(int(word) + 1))
            )
        else:
            new = SWAPS[word]
        found.append(expression[: token.start()] + new + expression[token.end() :])
    return found


def drawn(number: int, seed: int, only: str | None) -> list[Mutant]:
    """Faults drawn by chance, as many of each kernel as its share of all."""
    every = []
    for kernel in [only] if only else TESTS:
        lines = (ROOT / f"accelxl/kernels/{kernel}.pxd").read_text(encoding="utf-8").split("\n")
        for first, last in statements(lines):
            text = "\n".join(map(bare, lines[first : last + 1]))
            for start, end in expressions(text):
                every += [Mutant(kernel, first + 1, text[start:end], after) for after in faults(text[start:end])]
    random.Random(seed).shuffle(every)
    print(f"{len(every)} faults can be planted; {min(number, len(every))} are", flush=True)
    return every[:number]


def planted(kernel: str, numbered: dict[int, Mutant]) -> str:
    """A kernel's text with its faults behind the switch."""
    lines = (ROOT / f"accelxl/kernels/{kernel}.pxd").read_text(encoding="utf-8").split("\n")
    for first, last in reversed(statements(lines)):
        text = "\n".join(map(bare, lines[first : last + 1]))
        for start, end in reversed(expressions(text)):
            here = [(n, m) for n, m in numbered.items() if m.line == first + 1 and m.before == text[start:end]]
            if here:
                text = f"{text[:start]} ({choice(text, text[start:end].strip(), here)}){text[end:]}"
        lines[first : last + 1] = [text]
    whole = "\n".join(lines)
    place = re.search(r"^(cdef |# .*\ncdef )", whole, re.MULTILINE).start()
    return whole[:place] + SWITCH + whole[place:]


def choice(statement: str, sound: str, here: list[tuple[int, Mutant]]) -> str:
    """An expression that is the sound one, or the fault whose number is set; of truth values Cython takes no choice without a lock."""
    if re.match(r"\s*(if|elif|while)\b", statement) or (
        re.search(r"\b(and|or|not)\b", sound) and " else " not in sound
    ):
        faulty = "".join(f"(ax_mutant == {n} and ({m.after.strip()})) or " for n, m in here)
        return f"{faulty}({' and '.join(f'ax_mutant != {n}' for n, _ in here)} and ({sound}))"
    return "".join(f"({m.after.strip()}) if ax_mutant == {n} else " for n, m in here) + f"({sound})"


def build(folder: Path, mutants: dict[int, Mutant]) -> None:
    """Build a base core in a copy of the package, with all faults in it."""
    built = shutil.ignore_patterns("*.so", "__pycache__", "_v3", "_v4", "*.cpp")
    for name in ("accelxl", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=built)
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, folder)
    package = folder / "accelxl"
    for kernel in {m.kernel for m in mutants.values()}:
        chosen = {n: m for n, m in mutants.items() if m.kernel == kernel}
        (package / f"kernels/{kernel}.pxd").write_text(planted(kernel, chosen), encoding="utf-8")
    head = package / "pack.h"
    text = head.read_text(encoding="utf-8")
    head.write_text(
        text.replace("#include <cmath>", "static int ax_mutant = 0;\n#include <cmath>", 1), encoding="utf-8"
    )
    core = package / "_core.pyx"
    text = core.read_text(encoding="utf-8")
    text += '\n\ncdef extern from "pack.h" nogil:\n    int ax_mutant\n\n\ndef _plant(int number):\n    global ax_mutant\n    ax_mutant = number\n'
    core.write_text(text, encoding="utf-8")
    env = {**os.environ, "ACCELXL_LEVELS": "", "ACCELXL_CFLAGS": "-O1"}
    done = subprocess.run(
        [sys.executable, "setup.py", "-q", "build_ext", "--inplace"],
        cwd=folder, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        sys.exit(done.stdout[-3000:] + done.stderr[-3000:])


# Runs in the copy: one process that has everything imported, and a child of it for each fault.
RUN = """
import os, resource, sys, time
import numpy, pandas, scipy.optimize, hypothesis, pyxirr, pytest, numpy_financial
import accelxl, accelxl.functions, accelxl.domain.finance, accelxl.domain.depreciation
import accelxl._core as core
assert core.__file__.startswith(os.getcwd()), core.__file__
seconds = int(sys.argv[1])
for line in sys.stdin:
    number, *files = line.split()
    start = time.monotonic()
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
        with open(f"mutant-{number}.log", "w") as log:
            os.dup2(log.fileno(), 1), os.dup2(log.fileno(), 2)
        core._plant(int(number))
        os._exit(pytest.main(["-x", "-q", "--no-header", "--tb=line", "-W", "ignore::pytest.PytestAssertRewriteWarning", "-k", "not millisecond and not seconds", "-p", "no:benchmark", "-o", "addopts=--import-mode=importlib", *files]))
    _, status = os.waitpid(child, 0)
    print(number, status, round(time.monotonic() - start, 1), flush=True)
"""


def run(folder: Path, mutants: dict[int, Mutant]) -> dict[int, int]:
    """The status with which the tests ended for each fault, 0 where none of them saw it."""
    env = {**os.environ, "CI": "true", "PYTHONPATH": str(folder), "ACCELXL_CPU": "base", "PYTHONDONTWRITEBYTECODE": "1"}
    with subprocess.Popen(
        [sys.executable, "-c", RUN, str(SECONDS)],
        cwd=folder,
        env=env,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        found = {}
        sound = " ".join(sorted({file for files in TESTS.values() for file in files}))
        for number, files in [(0, sound), *((n, " ".join(TESTS[m.kernel])) for n, m in mutants.items())]:
            process.stdin.write(f"{number} {files}\n")
            process.stdin.flush()
            _, status, seconds = process.stdout.readline().split()
            if number == 0:
                if status != "0":
                    sys.exit("the tests fail without a fault:\n" + (folder / "mutant-0.log").read_text()[-2000:])
                continue
            found[number] = int(status)
            m = mutants[number]
            word = "killed  " if found[number] else "SURVIVES"
            print(
                f"{word} {number:4} {m.kernel}.pxd:{m.line} {seconds}s | {short(m.before)} -> {short(m.after)}",
                flush=True,
            )
        process.stdin.close()
    return found


def short(text: str) -> str:
    return " ".join(text.split())


def main() -> None:
    """Draw, build, run and count."""
    given = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    given.add_argument("number", nargs="?", type=int, default=60)
    given.add_argument("--seed", type=int, default=1)
    given.add_argument("--only", choices=TESTS)
    given.add_argument("--again", type=int, nargs="+", metavar="N")
    asked = given.parse_args()
    mutants = dict(enumerate(drawn(asked.number, asked.seed, asked.only), 1))
    mutants = {n: mutants[n] for n in asked.again or mutants}
    with tempfile.TemporaryDirectory() as name:
        start = time.monotonic()
        build(Path(name), mutants)
        print(f"built in {time.monotonic() - start:.0f} s", flush=True)
        found = run(Path(name), mutants)
    for kernel in TESTS:
        of = [status for n, status in found.items() if mutants[n].kernel == kernel]
        if of:
            print(f"{kernel}: {sum(map(bool, of))} of {len(of)} killed")
    killed = sum(map(bool, found.values()))
    print(f"all: {killed} of {len(found)} killed, {100 * killed / len(found):.1f} %")


if __name__ == "__main__":
    main()
