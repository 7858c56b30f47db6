"""The quarterly mix against brute force over whole nodes, its limits and prices, and the limits that clash."""

from dataclasses import replace
from itertools import product
from time import monotonic

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accelxl.domain import mix
from accelxl.domain.mix import Device, Quarter
from accelxl.domain.mix.clash import clash
from accelxl.domain.mix.optimiser import _with_binding, sentence
from accelxl.domain.mix.program import build
from accelxl.domain.mix.solver import solve
from accelxl.errors import NoData, NoSolution, OutOfRange, ShapeError, UnknownName, WrongType

MOST = 4
"""Nodes of a device in a quarter that brute force looks through; the supply is never more."""
few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])


def limits_by_hand(devices, quarters, bought, utilization=1.0):
    """The limits that a purchase breaks, from the definitions; `bought` is units by device and quarter."""
    broken = set()
    for k, quarter in enumerate(quarters):
        capacity = flexible = power = 0.0
        for d, device in enumerate(devices):
            now = device.owned
            tokens = device.owned * device.tokens_per_second * (1 - device.drift_per_year) ** (k / 4)
            for q in range(k + 1):
                age = k - q - device.lag_quarters
                if 0 <= age < device.life_quarters:
                    now += bought[d][q]
                    tokens += bought[d][q] * device.tokens_per_second * (1 - device.drift_per_year) ** (age / 4)
            capacity += tokens * utilization
            flexible += device.flexible * tokens * utilization
            power += now * (device.power_kw or 0.0)
        slack = 1e-9
        if capacity < quarter.demand_tps - slack:
            broken.add(("demand", quarter.quarter))
        if quarter.power_kw is not None and power > quarter.power_kw + slack:
            broken.add(("power", quarter.quarter))
        if flexible < quarter.min_flexible_share * capacity - slack:
            broken.add(("flexible share", quarter.quarter))
        spent = sum(
            bought[d][k] * device.unit_price_usd * (1 - device.price_decline_per_year) ** (k / 4)
            for d, device in enumerate(devices)
        )
        if quarter.budget_usd is not None and spent > quarter.budget_usd + slack:
            broken.add(("budget", quarter.quarter))
        if (
            quarter.hbm_gb is not None
            and sum(bought[d][k] * v.memory_gb for d, v in enumerate(devices)) > quarter.hbm_gb + slack
        ):
            broken.add(("HBM", quarter.quarter))
        for d, device in enumerate(devices):
            supply = quarter.supply.get(device.device, device.supply_per_quarter)
            if supply is not None and bought[d][k] > supply + slack:
                broken.add((f"supply of {device.device}", quarter.quarter))
    return broken


def cost_by_hand(devices, span, bought, annual):
    """Present value of level charges and running costs of what is in production, quarter by quarter."""
    r = (1 + annual) ** 0.25 - 1
    total = 0.0
    for d, device in enumerate(devices):
        life = int(device.life_quarters)
        crf = r / (1 - (1 + r) ** -life) if r else 1 / life
        for q in range(span):
            price = device.unit_price_usd * (1 - device.price_decline_per_year) ** (q / 4)
            charge = price * (1 + r) ** device.lag_quarters * crf + device.running_usd_per_quarter
            for k in range(span):
                if 0 <= k - q - device.lag_quarters < life:
                    total += bought[d][q] * charge / (1 + r) ** (k + 1)
                if q == 0:
                    total += device.owned * device.running_usd_per_quarter / (1 + r) ** (k + 1)
    return total


def purchases(devices, span):
    """Every purchase of up to MOST nodes of each device in each quarter."""
    for nodes in product(range(MOST + 1), repeat=len(devices) * span):
        yield [[nodes[d * span + q] * device.per_node for q in range(span)] for d, device in enumerate(devices)]


def cheapest(devices, quarters, annual):
    found = [
        (cost_by_hand(devices, len(quarters), bought, annual), bought)
        for bought in purchases(devices, len(quarters))
        if not limits_by_hand(devices, quarters, bought)
    ]
    return min(found, key=lambda row: row[0], default=(None, None))


open_limit = st.none() | st.integers(0, 60)
DEVICES = st.tuples(*(
    st.builds(
        Device, st.just(name), unit_price_usd=st.integers(1, 9), tokens_per_second=st.integers(1, 9),
        power_kw=st.integers(1, 4), memory_gb=st.integers(1, 9), flexible=st.just(float(flexible)),
        per_node=st.integers(1, 3), lag_quarters=st.integers(0, 1), life_quarters=st.integers(1, 4),
        running_usd_per_quarter=st.integers(0, 3), price_decline_per_year=st.sampled_from([0.0, 0.3]),
        drift_per_year=st.sampled_from([0.0, 0.2]), owned=st.integers(0, 2),
    )
    for name, flexible in (("GPU", 1), ("ASIC", 0))
))  # fmt: skip
SUPPLIES = st.fixed_dictionaries({"GPU": st.integers(0, MOST), "ASIC": st.integers(0, MOST)})
QUARTERS = st.tuples(*(
    st.builds(
        Quarter, st.just(name), demand_tps=st.integers(0, 40), power_kw=open_limit, hbm_gb=open_limit, budget_usd=open_limit,
        min_flexible_share=st.sampled_from([0.0, 0.0, 0.3, 0.5]), supply=SUPPLIES,
    )
    for name in ("Q1", "Q2")
))  # fmt: skip


@few
@given(DEVICES, QUARTERS, st.sampled_from([0.0, 0.1]))
def test_no_purchase_of_whole_nodes_is_cheaper(devices, quarters, annual):
    cost, _ = cheapest(devices, quarters, annual)
    if cost is None:
        with pytest.raises(NoSolution):
            mix.optimal_mix(devices, quarters, annual, gap=0.0)
        return
    found = mix.optimal_mix(devices, quarters, annual, gap=0.0)
    assert found.cost_usd == pytest.approx(cost, rel=1e-6, abs=1e-9)
    assert found.gap == 0.0
    assert not limits_by_hand(devices, quarters, found.bought.tolist())
    assert cost_by_hand(devices, 2, found.bought.tolist(), annual) == pytest.approx(found.cost_usd, rel=1e-9, abs=1e-9)


@few
@given(DEVICES, QUARTERS)
def test_what_a_limit_costs_is_what_the_mix_saves_without_it(devices, quarters):
    try:
        found = mix.optimal_mix(devices, quarters, 0.0, gap=0.0)
    except NoSolution:
        return
    without = {
        "power": {"power_kw": None},
        "budget": {"budget_usd": None},
        "HBM": {"hbm_gb": None},
        "flexible share": {"min_flexible_share": 0.0},
    }
    told = {row.limit: row.usd for row in found.binding}
    for group, ease in without.items():
        eased, _ = cheapest(devices, [replace(quarter, **ease) for quarter in quarters], 0.0)
        assert told.get(group, 0.0) == pytest.approx(found.cost_usd - eased, abs=1e-6)
    assert list(told.values()) == sorted(told.values(), reverse=True)


@few
@given(DEVICES, QUARTERS)
def test_limits_that_clash_cannot_be_met_and_each_is_needed_for_that(devices, quarters):
    if cheapest(devices, quarters, 0.0)[0] is not None:
        return
    named = {(limit.group, limit.quarter) for limit in clash(build(devices, quarters, 0.0, 1.0), 60.0)[0]}
    assert named
    # brute force does not look beyond MOST nodes, so the supplies stay in force where they are not among the limits
    capped = {(f"supply of {d}", q) for d in ("GPU", "ASIC") for q in ("Q1", "Q2")}
    broken = [limits_by_hand(devices, quarters, bought) for bought in purchases(devices, 2)]
    assert all(some & named for some in broken)
    for one in named - capped:
        rest = named - {one}
        # if only purchases beyond MOST can meet the rest, the solver's own answer has to do
        met = any(not some & rest for some in broken)
        assert met or rest_can_be_met(devices, quarters, rest)


def rest_can_be_met(devices, quarters, rest):
    """Whether wide purchases of a single device in the first quarter, or all at most, meet limits."""
    wide = range(200)
    for many, d in product(wide, range(2)):
        bought = [[0.0, 0.0], [0.0, 0.0]]
        bought[d][0] = many * devices[d].per_node
        if not limits_by_hand(devices, quarters, bought) & rest:
            return True
    for one, other, q in product(wide[:40], wide[:40], range(2)):
        bought = [[0.0, 0.0], [0.0, 0.0]]
        bought[0][q], bought[1][q] = one * devices[0].per_node, other * devices[1].per_node
        if not limits_by_hand(devices, quarters, bought) & rest:
            return True
    return False


GPU = Device("GPU", 30_000, 2500, power_kw=1.5, memory_gb=141, per_node=8)
ASIC = Device("ASIC", 12_000, 1500, power_kw=0.8, memory_gb=96, per_node=8, flexible=0, lag_quarters=1)
YEAR = [Quarter(f"Q{q}", 50_000.0 * q) for q in range(1, 5)]


def test_a_life_inside_the_quarters_costs_its_whole_price():
    # bought at once, in production for four of five quarters: the charges are worth the price at any rate
    device = Device("X", 100, 10, lag_quarters=1, life_quarters=4)
    quarters = [Quarter("Q1", 0), *(Quarter(f"Q{q}", 10) for q in range(2, 6))]
    assert mix.optimal_mix([device], quarters, 0.12).cost_usd == pytest.approx(100.0)


def test_a_cheaper_device_that_comes_late_is_bought_ahead_of_its_demand():
    found = mix.optimal_mix([GPU, ASIC], [Quarter("Q1", 0), Quarter("Q2", 12_000)])
    assert found.bought.tolist() == [[0.0, 0.0], [8.0, 0.0]]
    # and where it cannot be ahead, the dear one is bought
    assert mix.optimal_mix([GPU, ASIC], [Quarter("Q1", 12_000)]).bought.tolist() == [[8.0], [0.0]]


def test_the_binding_limit_is_named_with_its_price_and_its_quarters():
    quarters = [Quarter("Q1", 0), Quarter("Q2", 60_000, min_flexible_share=0.5)]
    found = mix.optimal_mix([GPU, ASIC], quarters, 0.0)
    free = mix.optimal_mix([GPU, ASIC], [Quarter("Q1", 0), Quarter("Q2", 60_000)], 0.0)
    (limit,) = found.binding
    assert (limit.limit, limit.quarters) == ("flexible share", ("Q2",))
    assert limit.usd == pytest.approx(found.cost_usd - free.cost_usd)
    assert free.binding == ()
    assert found.flexible_share[1] >= 0.5


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"power_kw": 20.0}, "these 2 limits together: demand of Q1 (at least 50,000 tokens/s) and power of Q1 (at most 20 kW)"),
        ({"hbm_gb": 1000.0}, "demand of Q1 (at least 50,000 tokens/s) and HBM of Q1 (at most 1,000 GB)"),
        ({"budget_usd": 1e5}, "demand of Q1 (at least 50,000 tokens/s) and budget of Q1 (at most 100,000 USD)"),
        ({"supply": {"GPU": 8.0}}, "demand of Q1 (at least 50,000 tokens/s) and supply of GPU in Q1 (at most 8)"),
        ({"power_kw": 10.0, "hbm_gb": 1e9, "budget_usd": 1e9}, "tokens/s) and power of Q1 (at most 10 kW)"),
    ],
)  # fmt: skip
def test_an_infeasible_mix_names_the_limits_that_clash_and_no_others(change, sentence):
    with pytest.raises(NoSolution) as caught:
        mix.optimal_mix([GPU, ASIC], [Quarter("Q1", 50_000, **change), Quarter("Q2", 0)])
    assert sentence in str(caught.value)
    assert "ease any one of them" in str(caught.value)


def test_a_demand_before_anything_can_produce_stands_alone():
    with pytest.raises(NoSolution, match=r"no mix meets the demand of Q1 .*even without the other limits"):
        mix.optimal_mix([ASIC], [Quarter("Q1", 1, power_kw=1e6), Quarter("Q2", 1)])


def test_a_clash_that_only_whole_nodes_have_is_found():
    # half a node would do for both; a node is 8 units of 2 kW
    device = Device("X", 1, 10, power_kw=2, per_node=8)
    with pytest.raises(NoSolution, match=r"demand of Q1 .* and power of Q1"):
        mix.optimal_mix([device], [Quarter("Q1", 40, power_kw=10)])


def test_limits_of_a_mix():
    nothing = mix.optimal_mix([GPU], [Quarter("Q1", 0)])
    assert (nothing.cost_usd, nothing.gap, nothing.bought.tolist()) == (0.0, 0.0, [[0.0]])
    assert np.isnan(nothing.flexible_share).all()
    owned = mix.optimal_mix([Device("GPU", 1, 10, owned=5, running_usd_per_quarter=2)], [Quarter("Q1", 50)], 0.0)
    assert (owned.bought.sum(), owned.cost_usd) == (0.0, 10.0)
    assert mix.optimal_mix([GPU], [Quarter("Q1", 1e9)], utilization=0.5).bought.sum() == 800_000
    eight = mix.optimal_mix([GPU, ASIC], [Quarter(f"Q{q}", 30_000 + 20_000 * q, power_kw=400) for q in range(8)])
    assert eight.gap <= 0.001
    assert (eight.capacity_tps >= [30_000 + 20_000 * q for q in range(8)]).all()
    assert (eight.power_kw <= 400).all()


@pytest.mark.parametrize(
    ("devices", "quarters", "error", "sentence"),
    [
        ([], YEAR, ShapeError, "there are 0 devices; 1 to 20"),
        ([GPU], [], ShapeError, "there are 0 quarters; 1 to 40"),
        ([GPU, GPU], YEAR, UnknownName, "the device GPU stands twice"),
        ([GPU], [YEAR[0], YEAR[0]], UnknownName, "the quarter Q1 stands twice"),
        ([Device("X", None, 1)], YEAR, NoData, "X has no unit_price_usd, and every device has a price; enter it"),
        ([Device("X", 1, 1)], [Quarter("Q1", 1, power_kw=1)], NoData, "X has no power_kw, and Q1 has a limit of power"),
        ([Device("X", 1, 1)], [Quarter("Q1", 1, hbm_gb=1)], NoData, "X has no memory_gb, and Q1 has a limit of HBM"),
        ([GPU], [Quarter("Q1", -1)], OutOfRange, "Q1: demand_tps is -1; a number from 0 to"),
        ([GPU], [Quarter("Q1", 1, min_flexible_share=1.2)], OutOfRange, "Q1: min_flexible_share is 1.2"),
        ([GPU], [Quarter("Q1", 1, supply={"GPV": 1})], UnknownName, "Q1 has a supply of 'GPV'; did you mean GPU"),
        ([GPU], [Quarter("Q1", "much")], WrongType, "Q1: demand_tps is 'much'"),
        ([Device("X", 1, 1, per_node=2.5)], YEAR, OutOfRange, "X: per_node is 2.5; a whole number"),
    ],
)
def test_a_mix_says_what_is_wrong(devices, quarters, error, sentence):
    with pytest.raises(error, match=sentence):
        mix.optimal_mix(devices, quarters)


def test_the_optimiser_is_loaded_when_it_is_used():
    import subprocess
    import sys

    code = (
        "import sys; from accelxl.functions import REGISTRY; len(REGISTRY); REGISTRY['ACCEL_BLEND'](1.0, 2.0); "
        "assert not {'scipy', 'pandas', 'xlwings'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_mix_that_may_be_dearer_tells_its_gap():
    devices = [Device(f"D{d}", 1000 + 7 * d, 100 + d, power_kw=10, per_node=7) for d in range(5)]
    quarters = [Quarter(f"Q{q}", 10_000.5 + 937 * q, power_kw=2000 + 110 * q) for q in range(5)]
    least = mix.optimal_mix(devices, quarters, gap=1e-6)
    rough = mix.optimal_mix(devices, quarters, gap=0.3)
    assert 0.0 <= rough.gap <= 0.3
    assert least.cost_usd * (1 - 1e-6) <= rough.cost_usd <= least.cost_usd / (1 - rough.gap) * (1 + 1e-6)


def test_when_time_is_over_the_mix_says_what_it_did_not_weigh():
    program = build([GPU, ASIC], [Quarter("Q1", 50_000, power_kw=1e6)], 0.1, 1.0)
    with pytest.raises(NoSolution, match="no mix was found in the time given; allow more seconds"):
        solve(program, program.limits, 0.0, monotonic() - 1.0)
    found = mix.optimal_mix([GPU, ASIC], [Quarter("Q1", 50_000, power_kw=1e6)])
    hurried = _with_binding(found, program, found.cost_usd, 0.0, -1.0)
    assert (found.weighed, hurried.weighed) == (True, False)
    assert ["binding limit", "not known"] in hurried.rows()
    assert ["binding limit", "demand"] in found.rows()


@pytest.mark.parametrize(
    ("demand", "power", "bought"),
    [
        (1e-9, None, 1.0),  # any demand takes a node, however large the node is
        (30.000001, None, 4.0),  # three units of 10 are a crumb short, and a crumb is no rounding
        (20.0, 2.0, 2.0),
    ],
)
def test_limits_hold_beyond_the_solver_s_tolerance(demand, power, bought):
    found = mix.optimal_mix([Device("X", 10, 10, power_kw=1)], [Quarter("Q1", demand, power)])
    assert found.bought.tolist() == [[bought]]


def test_a_limit_that_is_missed_by_a_ten_millionth_is_missed():
    with pytest.raises(NoSolution, match=r"demand of Q1 .* and power of Q1 \(at most 1\.9999999 kW\)"):
        mix.optimal_mix([Device("X", 10, 10, power_kw=1)], [Quarter("Q1", 20, 1.9999999)])
    with pytest.raises(NoSolution, match=r"demand of Q1 .* and power of Q1"):
        mix.optimal_mix([Device("X", 10, 1e9, power_kw=2)], [Quarter("Q1", 20, 1)])


def test_without_time_all_limits_are_named_and_the_sentence_says_so():
    program = build([GPU], [Quarter("Q1", 50_000, power_kw=1, budget_usd=1e9)], 0.1, 1.0)
    kept, fewest = clash(program, -1.0)
    assert (len(kept), fewest) == (3, False)
    assert "some of them clash; allow more seconds" in sentence(kept, fewest)
