"""The elementary functions of pack.h: accurate against 50 digits, the same bits in every build, lane and position."""

import ast
import hashlib
import math
import os
import random
import struct
import subprocess
import sys
from decimal import Context, Decimal, localcontext
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import accelxl._core as core
from accelxl import _cpu

ROOT = Path(__file__).parent.parent
DIGITS = Context(prec=60, Emin=-(10**6), Emax=10**6)
INF, NAN = math.inf, math.nan
UNARY = ("exp", "expm1", "log", "log1p")


# -- accuracy ----------------------------------------------------------------------------------------------------------
def exact_expm1(x):
    if abs(x) < Decimal("1e-25"):
        return x + x * x / 2 + x**3 / 6
    with localcontext(prec=100):
        return x.exp() - 1


def exact_log1p(x):
    return x - x * x / 2 + x**3 / 3 if abs(x) < Decimal("1e-30") else (1 + x).ln()


EXACT = {
    "exp": Decimal.exp,
    "expm1": exact_expm1,
    "log": Decimal.ln,
    "log1p": exact_log1p,
    "pow": lambda a, b: (b * a.ln()).exp(),
}
# Largest error allowed, in units of the last place; pack.h states the same.
ULPS = {"exp": 1.0, "expm1": 1.7, "log": 1.3, "log1p": 1.5, "pow": 1.2}


def ulps(name, *args):
    """Error of a function in units of the last place of the exact result."""
    with np.errstate(all="ignore"):
        got = float(getattr(core, name)(*args))
    with localcontext(DIGITS):
        exact = EXACT[name](*map(Decimal, args))
        nearest = float(exact)
        if math.isinf(nearest) or math.isinf(got):
            # The last half unit before infinity may go either way.
            return 0.0 if got == nearest or abs(exact) > Decimal(math.nextafter(sys.float_info.max, 0)) else INF
        return abs(float((Decimal(got) - exact) / Decimal(math.ulp(nearest))))


def magnitude(draw, low, high):
    return 10.0 ** draw.uniform(low, high)


def arguments(name, draw):
    """Arguments of one function: its whole range, the neighbourhood of 1 and 0, and the ends."""
    sign = draw.choice([-1, 1])
    if name == "exp":
        choice = [
            draw.uniform(-745, 709.7),
            draw.uniform(-1, 1),
            sign * magnitude(draw, -20, 0),
            draw.uniform(-745, -705),
        ]
        return (draw.choice(choice),)
    if name == "expm1":
        return (draw.choice([draw.uniform(-45, 709.7), draw.uniform(-1, 1), sign * magnitude(draw, -300, 0)]),)
    if name == "log":
        choice = [magnitude(draw, -323, 308), draw.uniform(0.5, 2), 1 + sign * magnitude(draw, -15, -1)]
        return (draw.choice(choice),)
    if name == "log1p":
        choice = [
            magnitude(draw, -300, 308),
            draw.uniform(-0.999, 2),
            sign * magnitude(draw, -300, -1),
            magnitude(draw, -15, 0) - 1,
        ]
        return (draw.choice(choice),)
    base = draw.choice(
        [magnitude(draw, -300, 300), draw.uniform(0.5, 2), draw.uniform(0.01, 3), 1 + magnitude(draw, -15, -1)]
    )
    power = draw.choice([draw.uniform(-744, 709), draw.uniform(-1, 1), draw.uniform(-50, 50)])
    return base, power / (math.log(base) or 1.0)


@pytest.mark.parametrize("name", EXACT)
def test_functions_agree_with_fifty_digits(name):
    draw = random.Random(name)
    cases = [arguments(name, draw) for _ in range(6_000)]
    worst, where = max((ulps(name, *args), args) for args in cases)
    assert worst <= ULPS[name], where


@given(st.floats(-745, 709.7))
def test_exp_agrees_with_fifty_digits_anywhere(x):
    assert ulps("exp", x) <= ULPS["exp"]


@given(st.floats(0, exclude_min=True, allow_infinity=False))
def test_log_agrees_with_fifty_digits_anywhere(x):
    assert ulps("log", x) <= ULPS["log"]


@given(st.floats(1e-300, 1e300), st.floats(-700, 700))
def test_pow_agrees_with_fifty_digits_anywhere(base, power):
    power /= math.log(base) or 1.0
    assert ulps("pow", base, power) <= ULPS["pow"]


def test_accuracy_that_pack_h_states_is_the_one_held_here():
    [line] = [
        line for line in (ROOT / "accelxl/pack.h").read_text(encoding="utf-8").splitlines() if "Largest errors" in line
    ]
    stated = dict(part.split() for part in line.split("): ")[1].removesuffix(" units in the last place.").split(", "))
    assert {name: float(value) for name, value in stated.items()} == ULPS


# Function: {argument: value}.
EDGES = {
    "exp": {-INF: 0.0, INF: INF, -746.0: 0.0, -745.13: 5e-324, 709.79: INF, 0.0: 1.0, NAN: NAN},
    "expm1": {-INF: -1.0, -50.0: -1.0, INF: INF, 710.0: INF, -0.0: -0.0, 5e-324: 5e-324, NAN: NAN},
    "log": {-0.0: -INF, 1.0: 0.0, INF: INF, -1.0: NAN, -INF: NAN, NAN: NAN},
    "log1p": {-1.0: -INF, -2.0: NAN, INF: INF, -0.0: -0.0, 5e-324: 5e-324, NAN: NAN},
}
POWERS = {
    (0.0, 0.0): 1.0, (0.0, 2.0): 0.0, (0.0, -1.0): INF, (2.0, 10.0): 1024.0, (10.0, -2.0): 0.01, (1.0, INF): 1.0,
    (2.0, INF): INF, (2.0, -INF): 0.0, (0.5, INF): 0.0, (0.5, -INF): INF, (INF, -1.0): 0.0, (INF, 0.5): INF,
    (7.0, 0.0): 1.0, (-1.0, 2.0): NAN, (0.5, 1e300): 0.0, (2.0, 1e300): INF, (5e-324, 1.0): 5e-324, (1.1, 1.0): 1.1,
    (NAN, 2.0): NAN, (2.0, NAN): NAN,
}  # fmt: skip
ENDS = [(name, (x,), y) for name, values in EDGES.items() for x, y in values.items()]
ENDS += [("pow", args, y) for args, y in POWERS.items()]


@pytest.mark.parametrize(("name", "args", "right"), ENDS, ids=str)
def test_edges_are_what_they_should_be(name, args, right):
    with np.errstate(all="ignore"):
        got = float(getattr(core, name)(*args))
    assert bits(got) == bits(right)


# -- the same bits everywhere ------------------------------------------------------------------------------------------
def bits(x):
    """Bits of a number, all NaNs being one."""
    return struct.pack("<d", NAN if math.isnan(x) else x)


def hard():
    """First and second arguments that reach every branch: edges, and seeded draws over every magnitude and near 1."""
    draw = random.Random(2026)
    edges = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.5,
        2.0,
        INF,
        -INF,
        NAN,
        5e-324,
        -5e-324,
        1e308,
        709.79,
        709.78,
        -745.13,
        -746.0,
        1e-310,
    ]
    first = [a for a in edges for _ in edges]
    second = [b for _ in edges for b in edges]
    for _ in range(3000):
        first += [draw.choice([1, 1, -1]) * magnitude(draw, -320, 308), draw.uniform(-800, 800), draw.uniform(0.5, 2)]
        second += [draw.uniform(-3, 3), draw.uniform(-400, 400), draw.uniform(-5000, 5000)]
    return np.array(first), np.array(second)


def digest(*arrays):
    """Hash of the bits of arrays, all NaNs being one."""
    return hashlib.sha256(b"".join(np.where(np.isnan(a), NAN, a).tobytes() for a in arrays)).hexdigest()


def results():
    first, second = hard()
    with np.errstate(all="ignore"):
        return [*(getattr(core, name)(first) for name in UNARY), core.pow(np.abs(first), second)]


def runs_here():
    """The builds that this processor runs."""
    return ["base", *(name for name in _cpu.builds() if int(name[1]) <= core.cpu_level())]


@pytest.mark.parametrize("build", runs_here())
def test_every_build_gives_the_same_bits(build):
    code = "import accelxl; from tests import test_pack as t; print(accelxl._cpu.BUILD, t.digest(*t.results()))"
    env = {**os.environ, "ACCELXL_CPU": build}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [build, digest(*results())]


@pytest.mark.parametrize("name", [*UNARY, "pow"])
def test_position_and_stride_in_an_array_change_no_bit(name):
    function, arguments = getattr(core, name), hard()
    values = arguments if name == "pow" else arguments[:1]
    with np.errstate(all="ignore"):
        alone = np.array([function(*one) for one in zip(*values, strict=True)])
        for step in (1, 2, -3):
            for first in range(9):
                part = slice(first, None, step) if step > 0 else slice(-1 - first, None, step)
                assert digest(function(*(v[part] for v in values))) == digest(alone[part])
        for length in range(20):
            assert digest(function(*(v[400 : 400 + length].copy() for v in values))) == digest(
                alone[400 : 400 + length]
            )


PROGRAM = """
#include <cstdio>
#include <cstdlib>
#include <vector>
#include "pack.h"
static pack each(int f, pack a, pack b) {
    return f == 0 ? pk_exp(a) : f == 1 ? pk_expm1(a) : f == 2 ? pk_log(a) : f == 3 ? pk_log1p(a) : pk_pow(a, b);
}
int main(int, char **argv) {
    size_t n = strtoul(argv[1], nullptr, 10);
    std::vector<double> a(n), b(n), out(n);
    if (fread(a.data(), 8, n, stdin) != n || fread(b.data(), 8, n, stdin) != n) return 2;
    for (int f = 0; f < 5; ++f) {
        for (size_t i = 0; i + PW <= n; i += PW) pk_store(&out[i], each(f, pk_load(&a[i]), pk_load(&b[i])));
        fwrite(out.data(), 8, n, stdout);
    }
    return 0;
}
"""


def build_settings():
    """Compiler flags of setup.py."""
    names = {}
    for node in ast.parse((ROOT / "setup.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in {"GNU_FLAGS", "LEVELS"}:
            names[ast.unparse(node.targets[0])] = ast.literal_eval(node.value)
    return names["GNU_FLAGS"], names["LEVELS"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="packs have one lane there")
@pytest.mark.parametrize("width", [1, 2, 4, 8])
def test_every_lane_of_a_pack_gives_the_bits_of_one_double(width, find, tmp_path):
    flags, levels = build_settings()
    (tmp_path / "lanes.cpp").write_text(PROGRAM)
    level = {8: 4, 4: 3}.get(width, 2)
    machine = levels[level] if core.cpu_level() >= level else []
    compiler = [find("g++"), *flags, *machine, f"-DPW={width}", "-I", str(ROOT / "accelxl")]
    subprocess.run([*compiler, "lanes.cpp", "-o", "lanes"], cwd=tmp_path, check=True)
    first, second = (array[: array.size // 8 * 8] for array in hard())
    for lanes in (first, np.abs(first)):
        data = lanes.tobytes() + second.tobytes()
        done = subprocess.run([tmp_path / "lanes", str(lanes.size)], input=data, capture_output=True, check=True)
        got = np.frombuffer(done.stdout).reshape(5, -1)
        with np.errstate(all="ignore"):
            want = [*(getattr(core, name)(lanes) for name in UNARY), core.pow(lanes, second)]
        assert digest(*got) == digest(*want)
