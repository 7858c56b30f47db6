"""Declarations: what tokens cost and earn, throughput, memory and power."""

from accelxl.domain import serving
from accelxl.functions.registry import function
from accelxl.units import H100_KW

function(
    "ACCEL_COST_PER_MTOK",
    "Accel - Cost",
    serving.cost_per_mtok,
    "Cost of a million tokens on hardware paid by the hour; the throughput decides which: prefill for input, decode for output",
    help={
        "cost_usd_per_hour": "cost of an accelerator-hour, owned or rented",
        "tokens_per_second": "throughput of an accelerator at the latency target",
        "utilization": "share of the throughput that is filled; 1 where the other figures count it already",
    },
    undefined="no token is served where tokens_per_second or utilization is 0",
    examples=[
        ("=ACCEL_COST_PER_MTOK(2.5,1000,0.5)", 2.5e6 / 1.8e6),
        ("=ACCEL_COST_PER_MTOK(3.6,{1000;2000},{0.5,1})", [[2.0, 1.0], [1.0, 0.5]]),
    ],
)

REQUEST = {
    "cost_usd_per_hour": "cost of an accelerator-hour, owned or rented",
    "prefill_tps": "input tokens a second of an accelerator that does prefill only, tokens from cache left out",
    "decode_tps": "output tokens a second of an accelerator that does decode only, at the latency target",
    "cache_hit_rate": "share of the input tokens that is read from cache",
    "cached_work": "time of a cached token as a share of that of a missed one; 0: free",
    "utilization": "share of the throughputs that is filled",
}
PRICES = {
    "price_input": "price of a million input tokens",
    "price_output": "price of a million output tokens",
    "cache_hit_rate": "share of the input tokens that is served from cache",
    "price_cached": "price of a million cached input tokens; blank: as input",
}
EFFICIENCY = {
    "efficiency_low": "measured over the bound, low end of published measurements",
    "efficiency_mid": "the same, middle (a judgement)",
    "efficiency_high": "the same, high end; 1 is the bound itself",
}
NOTHING_SERVED = "no token is served where a throughput or utilization is 0"
TOO_MUCH = (
    "the model needs more than the peak (a utilization above 1): a dense peak in PFLOP/s and the throughput or hours of the same "
    "accelerators are needed"
)
POINTS = {
    "interactivity": "tokens a second that one user gets, of each measured setting",
    "throughput": "tokens a second of an accelerator at that setting",
}

function(
    "ACCEL_COST_SPLIT",
    "Accel - Cost",
    serving.cost_split,
    "Cost of a million tokens by the time they take: total, input, cached input, output",
    help={**REQUEST, "input_tokens": "input tokens of a request", "output_tokens": "output tokens of a request"},
    undefined=NOTHING_SERVED,
    examples=[("=ACCEL_COST_SPLIT(3.6,4000,1000,3000,1000)", [[0.4375], [0.25], [0.0], [1.0]])],
)
function(
    "ACCEL_COST_PER_INFERENCE",
    "Accel - Cost",
    serving.cost_per_inference,
    "Cost of a request: the accelerator's seconds in prefill and decode at the price of its hour",
    help={**REQUEST, "input_tokens": "input tokens of the request", "output_tokens": "output tokens of the request"},
    undefined=NOTHING_SERVED,
    examples=[("=ACCEL_COST_PER_INFERENCE(3.6,4000,1000,3000,1000)", 0.00175)],
)
function(
    "ACCEL_COST_PER_TASK",
    "Accel - Cost",
    serving.cost_per_task,
    "Cost of an accepted answer: retries, rejected answers and unseen reasoning included",
    help={
        "cost_usd_per_mtok": "cost or API price of a million tokens, blended over input and output",
        "tokens_per_try": "everything that is paid for in a try: prompt, reasoning, answer, tools",
        "acceptance": "share of the tries whose answer is accepted",
        "review_usd_per_try": "cost of looking at each answer",
    },
    undefined="no answer is accepted where acceptance is 0",
    examples=[("=ACCEL_COST_PER_TASK({3,1},{10000,20000},{0.8,0.4})", [[0.0375, 0.05]])],
)
function(
    "ACCEL_BLEND_TPS",
    "Accel - Cost",
    serving.blend_tps,
    "Throughput over prefill and decode, blended by the time each takes (harmonic, not the plain mean)",
    help={
        "input_tokens": "input tokens of a request or period",
        "output_tokens": "output tokens of the same",
        "prefill_tps": "input tokens a second of an accelerator that does prefill only",
        "decode_tps": "output tokens a second of an accelerator that does decode only",
    },
    undefined="there is no token, or a throughput that is needed is 0",
    examples=[("=ACCEL_BLEND_TPS(3000,1000,4000,1000)", 4000 / 1.75)],
)
function(
    "ACCEL_TOKEN_REVENUE",
    "Accel - Return",
    serving.token_revenue,
    "Revenue of tokens: input that missed the cache, cached input and output, each at its price",
    help={
        "input_mtok": "input tokens in millions, cached ones included",
        "output_mtok": "output tokens in millions",
        **PRICES,
    },
    undefined="a figure is out of range",
    examples=[("=ACCEL_TOKEN_REVENUE(608000,168000,0.55,2.19,0.5625,0.14)", 562100.0)],
)
function(
    "ACCEL_BLENDED_PRICE",
    "Accel - Return",
    serving.blended_price,
    "One price for a mix of input, cached and output tokens",
    help={"input_share": "share of input tokens in all tokens", **PRICES},
    undefined="a figure is out of range",
    examples=[("=ACCEL_BLENDED_PRICE(0.75,0.4,2)", 0.8)],
)
function(
    "ACCEL_GROSS_MARGIN",
    "Accel - Return",
    serving.gross_margin,
    "Gross margin: revenue less cost as a share of the REVENUE",
    help={"revenue": "revenue of the tokens", "cost": "cost of the same tokens"},
    undefined="revenue is 0",
    examples=[("=ACCEL_GROSS_MARGIN(562027,87072)", 1 - 87072 / 562027)],
)
function(
    "ACCEL_MARKUP",
    "Accel - Return",
    serving.markup,
    "Mark-up: revenue less cost as a share of the COST; a mark-up of 545 % is a gross margin of 84.5 %",
    help={"revenue": "revenue of the tokens", "cost": "cost of the same tokens"},
    undefined="cost is 0",
    examples=[("=ACCEL_MARKUP(562027,87072)", 562027 / 87072 - 1)],
)
function(
    "ACCEL_GOODPUT",
    "Accel - Cost",
    serving.goodput,
    "Throughput of an accelerator at a latency target, read from a measured curve; an error outside the measured range",
    help={
        **POINTS,
        "target": "tokens a second that a user is promised",
        "fill": "share of requests that meet the target, or of the throughput that is filled",
    },
    undefined="target is outside the measured range: nothing is extrapolated",
    examples=[("=ACCEL_GOODPUT({20,50,40,100},{9000,5000,4000,1200},50,0.9)", 4500.0)],
)
function(
    "ACCEL_PARETO",
    "Accel - Cost",
    serving.pareto_front,
    "Measured settings that no other beats in both directions: interactivity and throughput, sorted",
    help=POINTS,
    examples=[
        ("=ACCEL_PARETO({20,50,40,100},{9000,5000,4000,1200})", [[20.0, 9000.0], [50.0, 5000.0], [100.0, 1200.0]]),
    ],
)
function(
    "ACCEL_CURVE",
    "Accel - Cost",
    serving.curve,
    "A measured curve read at x by a monotone cubic through its points; an error outside the points",
    help={"x_points": "x of the points, in any order", "y_points": "y of the points", "x": "where to read"},
    undefined="x is outside the points: nothing is extrapolated",
    examples=[("=ACCEL_CURVE({1,2,4},{8,4,2},{2;3})", [[4.0], [18 / 7]])],
)
function(
    "ACCEL_ROOFLINE",
    "Accel - Cost",
    serving.decode_roofline,
    "Estimate of output tokens a second of an accelerator where no benchmark exists: low, mid, high",
    help={
        "batch": "sequences at once per accelerator; a model over n accelerators that serves b has b/n",
        "context": "mean tokens of a sequence in the cache",
        "active_params_b": "billion parameters that work on a token",
        "weights_gb": "GB of weights that the accelerator reads in a step",
        "kv_bytes": "bytes of cache of a token; see ACCEL_KV_BYTES",
        "bandwidth_tb_s": "memory bandwidth in TB/s",
        "peak_pflops": "dense peak in PFLOP/s",
        **EFFICIENCY,
    },
    undefined=(
        "bandwidth or peak is 0, there is nothing to read, or the two do not fit: at most 0.5 bytes a FLOP; "
        "a bandwidth in TB/s (3.35, not 3350 GB/s) and a peak in PFLOP/s (0.989, not 989 TFLOP/s) are needed"
    ),
    examples=[("=ACCEL_ROOFLINE(10,1000,10,20,100000,3,1,0.2,0.5,0.7)", [[2000 / 7], [5000 / 7], [1000.0]])],
)
function(
    "ACCEL_ROOFLINE_PREFILL",
    "Accel - Cost",
    serving.prefill_roofline,
    "Estimate of input tokens a second of an accelerator in prefill where no benchmark exists: low, mid, high",
    help={
        "active_params_b": "billion parameters that work on a token",
        "peak_pflops": "dense peak in PFLOP/s",
        **EFFICIENCY,
    },
    undefined="there are no parameters",
    examples=[("=ACCEL_ROOFLINE_PREFILL(10,1,0.15,0.4,0.76)", [[7500.0], [20000.0], [38000.0]])],
)
function(
    "ACCEL_MFU",
    "Accel - Cost",
    serving.mfu_inference,
    "Model FLOPs utilization of serving: arithmetic that the model needs over the peak",
    help={
        "active_params_b": "billion parameters that work on a token",
        "tokens_per_second": "throughput of an accelerator, tokens from cache left out",
        "peak_pflops": "dense peak in PFLOP/s",
    },
    undefined=f"peak_pflops is 0, or {TOO_MUCH}",
    examples=[("=ACCEL_MFU(10,25000,1)", 0.5)],
)
function(
    "ACCEL_MFU_TRAINING",
    "Accel - Cost",
    serving.mfu_training,
    "Model FLOPs utilization of a training run",
    help={
        "active_params_b": "billion parameters that work on a token",
        "tokens_b": "billion tokens of the run",
        "accelerator_hours": "accelerators times hours",
        "peak_pflops": "dense peak in PFLOP/s",
    },
    undefined=f"accelerator_hours or peak_pflops is 0, or {TOO_MUCH}",
    examples=[("=ACCEL_MFU_TRAINING(37,14800,2664000,0.989)", 6 * 37e9 * 14.8e12 / (2.664e6 * 3600 * 0.989e15))],
)
function(
    "ACCEL_KV_BYTES",
    "Accel - Cost",
    serving.kv_bytes_per_token,
    "Bytes of key-value cache of a token",
    help={
        "layers": "layers of the model",
        "kv_heads": "heads of keys and values (with grouped queries fewer than those of queries)",
        "head_dim": "width of a head",
        "bytes_per_value": "2 for 16 bits, 1 for FP8",
    },
    undefined="a figure is out of range",
    examples=[("=ACCEL_KV_BYTES(80,8,128)", 327680.0)],
)
function(
    "ACCEL_BATCH_FIT",
    "Accel - Cost",
    serving.batch_that_fits,
    "Most sequences that fit into the memory of an accelerator at once",
    help={
        "memory_gb": "memory of the accelerator in GB",
        "weights_gb": "weights that it holds in GB",
        "context": "tokens of a sequence in the cache",
        "kv_bytes": "bytes of cache of a token; see ACCEL_KV_BYTES",
        "headroom_share": "share of the memory that stays free",
    },
    undefined="context or kv_bytes is 0",
    examples=[("=ACCEL_BATCH_FIT(80,35,4096,81920)", 110.0)],
)
function(
    "ACCEL_PER_GW",
    "Accel - Return",
    serving.per_gw,
    "A GW of accelerators: number, tokens/s a MW, joule a token, and revenue, cost and profit of a year",
    help={
        "power_kw": f"kW of an accelerator at the scope that the GW is counted in ({H100_KW})",
        "tokens_per_second": "throughput of an accelerator at the latency target",
        "price_usd_per_mtok": "price of a million tokens, blended over input and output",
        "cost_usd_per_hour": "cost of an accelerator-hour, paid whatever the fill",
        "utilization": "share of the throughput that is filled",
        "revenue_share": "share of the revenue that goes to others, such as the owner of the model",
        "pue": "facility power over accelerators' power, where the GW is the facility's and the kW is not",
    },
    undefined="power_kw is 0, or no token is served",
    examples=[
        (
            "=ACCEL_PER_GW(2,1000,1,1.6)",
            [[500000.0], [500000.0], [2.0], [3.6 * 500000 * 8760], [1.6 * 500000 * 8760], [2.0 * 500000 * 8760]],
        ),
    ],
)
function(
    "ACCEL_ENERGY_PER_TOKEN",
    "Accel - Cost",
    serving.energy_per_token,
    "Joule a token",
    help={
        "power_kw": f"kW of an accelerator ({H100_KW})",
        "tokens_per_second": "throughput of an accelerator",
        "utilization": "share of the throughput that is filled; the power is drawn whatever the fill",
        "pue": "facility power over accelerators' power",
    },
    undefined="no token is served",
    examples=[("=ACCEL_ENERGY_PER_TOKEN(1.5,1000,0.5,1.2)", 3.6)],
)
