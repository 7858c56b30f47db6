"""Capex to accelerators: its figures by plain arithmetic, and the article's 600 billion."""

import random

import pytest

from accelxl import catalogue
from accelxl.domain import market
from tests.workbook.books import base, computed, errors, figures, job

NAME = "capex_to_accelerators"


def expected(given):
    """The figures by plain arithmetic from the inputs."""
    levels = {}
    for case in ("low", "middle", "high"):
        left = [given["in_capex_usd"]]
        for step in (1, 2, 3):
            left.append(left[-1] * given[f"in_share_{case}_{step}"])
        levels[case] = left
    middle = levels["middle"]
    premises = given["in_premises_usd"] * given["in_share_middle_2"] * given["in_share_middle_3"]
    unexplained = given["in_capex_usd"] - given["in_other_usd"] - (given["in_capex_usd"] - middle[3]) + premises
    estimates = []
    for k in range(1, 9):
        first, last = given[f"in_first_usd_{k}"], given[f"in_last_usd_{k}"]
        begin, end = given[f"in_first_year_{k}"], given[f"in_last_year_{k}"]
        estimates.append(
            first if last is None else first * (last / first) ** ((given["in_year"] - begin) / (end - begin))
        )
    return {
        "out_chips_low_usd": levels["low"][3],
        "out_chips_usd": middle[3],
        "out_chips_high_usd": levels["high"][3],
        **{f"out_level_{k}": middle[k - 1] for k in range(1, 5)},
        "out_unexplained_usd": unexplained,
        "out_unexplained_part": unexplained / given["in_capex_usd"],
        "out_band_usd": given["in_capex_usd"] * (given["in_band_low"] + given["in_band_high"]) / 2,
        "out_lowest_usd": min(estimates),
        "out_highest_usd": max(estimates),
        "out_ratio": max(estimates) / min(estimates),
        "out_distance": sum(abs(one - middle[3]) for one in estimates) / 8 / middle[3],
    }


def judged(given, shown):
    for name, value in expected(given).items():
        assert shown[name] == pytest.approx(value, rel=1e-9, abs=1e-3), name


def test_the_figures_are_plain_arithmetic_on_the_inputs():
    judged(base(NAME), figures(NAME))


def test_the_article_is_answered():
    shown = figures(NAME)
    assert shown["out_capex_usd"] == 600e9
    # 30 to 40 percent of the headline, about 200 billion
    assert (shown["out_band_low_usd"], shown["out_band_high_usd"]) == (180e9, pytest.approx(240e9))
    assert 180e9 < shown["out_chips_usd"] < 240e9
    assert shown["out_lowest_usd"] == 12e9
    assert 394e9 in [base(NAME)[f"in_first_usd_{k}"] for k in range(1, 9)]


def test_the_scope_tags_are_those_that_the_core_compares():
    given, shown = base(NAME), figures(NAME)
    fields = ("phase", "venue", "components", "period", "currency", "basis")
    tags = [market.scope(*(given[f"in_{field}_{k}"] for field in fields)) for k in (1, 2)]
    assert shown["out_unlike"] == len(market.tags.differences(*tags)) == 3
    assert given["in_venue_1"] in catalogue.market("trendforce_capex_2026", date="2025-11-30").scope


def test_drawn_books_are_plain_arithmetic_and_pass_their_checks():
    rng = random.Random(7)
    books = []
    for _ in range(40):
        shares = {
            f"in_share_{case}_{k}": value
            for k in (1, 2, 3)
            for case, value in zip(
                ("low", "middle", "high"), sorted(rng.uniform(0.3, 0.95) for _ in range(3)), strict=True
            )
        }
        books.append(
            shares
            | {
                "in_capex_usd": rng.uniform(3e11, 9e11),
                "in_other_usd": rng.uniform(5e10, 2e11),
                "in_year": 2028.0 + rng.randint(0, 4),
            }
        )
    found, shown = computed(NAME, [job(NAME, one) for one in books])
    assert errors(NAME, found, len(books)) == []
    for one, figure in zip(books, shown, strict=True):
        assert figure["chk_total"] == 0.0
        judged(base(NAME) | one, figure)


def test_shares_out_of_order_and_another_currency_fail_the_checks():
    _, shown = computed(
        NAME, [job(NAME, {"in_share_low_1": 0.99, "in_share_low_2": 0.9}), job(NAME, {"in_currency_2": "EUR"})]
    )
    assert [one["chk_total"] > 0 for one in shown] == [True, True]
