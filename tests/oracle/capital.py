"""Pro formas in plain Python, year by year: what the closed forms of required revenue, construction and options must agree with."""

import math


def after_tax_flows(capital, revenue, years, opex, cost_share, tax_rate, deducted, residual, growth, opex_growth):
    """Flows of a venture: tax on revenue less costs less the year's deduction; at the end the residual, the rest deducted (B4)."""
    flows, left = [-capital], capital
    for year in range(1, years + 1):
        sold = revenue * (1 + growth) ** (year - 1)
        costs = sold * cost_share + opex * (1 + opex_growth) ** (year - 1)
        share = deducted[year - 1] if year <= len(deducted) else 0.0
        income = sold - costs - capital * share
        left -= capital * share
        flows.append(sold - costs - tax_rate * income)
    flows[-1] += residual - tax_rate * (residual - left)
    return flows


def funded_in_a_circle(spend, rate, debt_share, commitment_fee, upfront_fee, rounds=500):
    """Debt at completion, the way a workbook with iterative calculation finds it: guess the debt, fund the uses, take the balance."""
    debt = sum(spend)
    for _ in range(rounds):
        balance = 0.0
        for period, cost in enumerate(spend):
            uses = cost + rate * balance
            uses += commitment_fee * (debt - balance) if period else upfront_fee * debt
            balance += debt_share * uses
        debt = balance
    return debt


def tree(kind, value, price, rate, volatility, years, lost=0.0, expansion=1.0, steps=50):
    """A Cox-Ross-Rubinstein tree by recursion over nodes (B7)."""
    dt = years / steps
    up = math.exp(volatility * math.sqrt(dt))
    p = (((1 + rate) * (1 - lost)) ** dt - 1 / up) / (up - 1 / up)
    base = value * expansion if kind == "expand" else value
    known = {}

    def gain(worth):
        return price - worth if kind == "abandon" else worth - price

    def node(step, ups):
        if (step, ups) not in known:
            worth = base * up ** (2 * ups - step)
            if step == steps:
                known[step, ups] = max(0.0, gain(worth))
            else:
                held = (p * node(step + 1, ups + 1) + (1 - p) * node(step + 1, ups)) / (1 + rate) ** dt
                known[step, ups] = max(held, gain(worth))
        return known[step, ups]

    return node(0, 0)


def restated(cost, life, new_life, age, salvage, new_salvage):
    """Depreciation by year before and after a change of life, a thousandth of a year at a time (ASC 250)."""
    book = cost - (cost - salvage) * min(age, life) / life
    years = math.ceil(max(life, new_life) - age)
    grain = 1000
    before, after = [0.0] * years, [0.0] * years
    for year in range(years):
        for tick in range(grain):
            when = age + year + (tick + 0.5) / grain
            before[year] += (cost - salvage) / life / grain if when < life else 0.0
            after[year] += max(book - new_salvage, 0.0) / (new_life - age) / grain if when < new_life else 0.0
    return before, after
