"""Monte Carlo: a plan whose inputs are drawn from distributions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from accelxl.parallel import Progress
from accelxl.plan.model import plan_of
from accelxl.scenario.checks import whole
from accelxl.scenario.collect import Ask, collect
from accelxl.scenario.columns import check_metrics
from accelxl.scenario.drawn import distributions_of
from accelxl.scenario.draws import MAX_CASES, draws_of
from accelxl.scenario.job import job_of
from accelxl.scenario.runs import CHECKPOINT_SECONDS, How
from accelxl.scenario.sinks import PERCENTILES


def montecarlo(
    plan: Any,
    distributions: Any,
    metrics: Iterable[str] | str | None = None,
    n: int = 100_000,
    seed: int = 0,
    percentiles: Sequence[float] = PERCENTILES,
    correlation: Any = None,
    *,
    antithetic: bool = False,
    method: Literal["philox", "sobol"] = "philox",
    sink: str | Sequence[str] = "summary",
    level: float | Mapping[str, float] = 0.0,
    bins: Any = 50,
    top: int = 10,
    top_by: str | None = None,
    largest: bool | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    cluster: Any = None,
    out: Any = None,
    checkpoint: Any = None,
    checkpoint_seconds: float = CHECKPOINT_SECONDS,
) -> Any:
    """Metrics of a plan over random draws of its inputs.

    Parameters
    ----------
    plan : Plan, dict, DataFrame or block
        What is not drawn.
    distributions : dict of str to tuple or dict, or rows of a table
        By input, in its unit: ("uniform", low, high), ("normal", mean, sd), ("lognormal", mean, sd), ("triangular", low, mode, high),
        ("pert", low, mode, high), ("discrete", values, weights), ("empirical", values). A normal or lognormal is cut off at the input's
        limits where at most 5 % of it lies beyond them; a whole-number input is rounded half up.
    metrics : iterable of str
        The default is npv, irr, roi, payback_months, cost_per_mtok.
    n : int
        Scenarios, up to 1e12. With sobol the next 16 nets of a power of two, at least 16,384.
    seed : int
        Of 64 bits. The draws of scenario i are a function of seed and i.
    percentiles : sequence of float
        From 0 to 100; exact up to 8,388,608 figures (scenarios times metrics), beyond that within 0.05 % of the value.
    correlation : matrix, DataFrame, dict or table
        Spearman's rank correlations, in the order of the distributions or by name.
    antithetic : bool
        Every second scenario mirrors the one before it: u becomes 1 - u.
    method : str
        philox: pseudo-random; sobol: 16 scramblings of a Sobol net, which also give the standard error.
    sink : str or sequence of str
        summary, histogram, top (these three may go together); array; frame.
    level : float or dict of str to float
        Of which the share of scenarios below is counted.
    bins : int, edges, or dict of str to edges
        Of the histogram; a number is spread evenly over the range of the first 4,096 scenarios.
    top, top_by, largest : int, str, bool
        How many scenarios at the top, by which metric (the first), and whether the largest are best (as the metric is read).
    threads : int
        The default is every processor. The number changes no bit of the result.
    progress : callable
        Called with scenarios done and all.
    cluster : str, Dask Client or cluster
        An address such as tcp://host:8786; the result has the same bits as on one machine.
    out : path
        A file of all scenarios, .parquet, .csv or .xlsx: inputs first, then metrics.
    checkpoint : path
        A file that keeps the state of the run: broken off, the same call goes on from there. It is removed at the end.
    checkpoint_seconds : float
        Between two states of it.

    Returns
    -------
    Outcome
        `outcome["npv"].percentiles[5]`; a dict of arrays for sink array, a DataFrame of inputs and metrics for frame.

    Raises
    ------
    UnknownName
        If an input, metric, kind of distribution or sink does not exist.
    OutOfRange
        If a distribution has no meaning or leaves its input's limits, the correlation matrix is not positive definite, n too large.
    BadFile
        If a file cannot be written; nothing half-written is left.
    Interrupted
        After Ctrl-C.

    Examples
    --------
    >>> plan = {"units": 64, "unit_price_usd": 34000, "tokens_per_second": 2500, "price_usd_per_mtok": 0.6}
    >>> outcome = montecarlo(plan, {"price_usd_per_mtok": ("triangular", 0.1, 0.6, 1.2)}, "npv", n=10_000, seed=1)
    >>> round(outcome["npv"].share_below, 2)
    0.03

    Source
    ------
    Draws: Philox4x32-10 (Salmon et al. 2011). Correlation: a Gaussian copula.
    """
    base = plan_of(plan)
    names = check_metrics(metrics)
    items = distributions_of(base, distributions)
    count = whole(n, "n", 1, MAX_CASES)
    draws = draws_of(items, seed, correlation, antithetic, method, count)
    if draws.run:
        count = draws.run * draws.runs
    job = job_of(base, draws, names, count)
    ask = Ask(sink, percentiles, level, bins, top, top_by, largest)
    return collect(job, ask, How(threads, progress, cluster, out, checkpoint, checkpoint_seconds))
