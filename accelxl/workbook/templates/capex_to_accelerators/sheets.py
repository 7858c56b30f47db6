"""The calculation sheets of capex to accelerators: the carve-out, its bridge, the two forecasts, and the estimates side by side."""

from __future__ import annotations

from accelxl.workbook.template import Row, Section, Sheet
from accelxl.workbook.templates.capex_to_accelerators.inputs import PUBLISHERS

STEPS = ("All capital expenditure", "AI data centres", "Compute and network", "Accelerators")
COUNT = Row("number", "Number", "number", "=IF(ISNUMBER(number[-1]),number[-1]+1,1)", format="year")


def case(name: str, label: str) -> Section:
    """Return shares and amounts of a case, step by step."""
    return Section(f"{label} case", (
        Row(f"share_{name}", f"Share of the step before, {label.lower()}", "share",
            f"=IF(number=1,1,INDEX(in_share_{name},MAX(1,number-1)))", format="share"),
        Row(f"level_{name}", f"Amount, {label.lower()}", "USD",
            f"=IF(number=1,in_capex_usd,level_{name}[-1]*share_{name})",
            f"=INDEX(level_{name}[:],COLUMNS(level_{name}[:]))", "+", strong=True),
        Row(f"part_{name}", f"Accelerators in capital expenditure, {label.lower()}", "share",
            total=f"=IF(in_capex_usd>0,level_{name}.total/in_capex_usd,0)", format="share"),
    ))  # fmt: skip


CARVE = Sheet(
    "Carve", "Carve-out", "The headline, step by step: each step is a share of the one before; the total column is the last step",
    len(STEPS),
    (Row("step", "Step", "", texts=STEPS, lines=2), COUNT),
    (
        case("low", "Low"),
        case("middle", "Middle"),
        case("high", "High"),
        Section("Band of the analysts", (
            Row("band_low", "Accelerators at the low end", "USD", total="=in_capex_usd*in_band_low"),
            Row("band_middle", "Accelerators in the middle", "USD", total="=(band_low+band_high)/2"),
            Row("band_high", "Accelerators at the high end", "USD", total="=in_capex_usd*in_band_high"),
            Row("inside", "The middle case lies inside the band", "flag",
                total="=IF(AND(level_middle.total>=band_low,level_middle.total<=band_high),1,0)", format="flag"),
        )),
    ),
    width=18.0,
)  # fmt: skip

BARS = ("All capital expenditure", "Not AI data centres", "AI data centres", "Buildings, power, cooling", "Compute and network",
        "Network, CPUs, storage", "Accelerators")  # fmt: skip
BRIDGE = Sheet(
    "Bridge", "Bridge of the carve-out", "The bars of the bridge: what stays, and what falls away between two steps",
    len(BARS),
    (Row("bar", "Bar", "", texts=BARS, lines=2), COUNT),
    (
        Section("Places", (
            Row("stays", "The bar is a step", "flag", "=MOD(number,2)", format="flag"),
            Row("place", "Step of the bar, or the one before it", "number", "=(number+stays)/2", format="year"),
        )),
        Section("Middle case", (
            Row("top", "Amount of the step", "USD", "=INDEX(Carve.level_middle[:],place)"),
            Row("next", "Amount of the step after", "USD",
                "=INDEX(Carve.level_middle[:],MIN(place+1,COLUMNS(Carve.level_middle[:])))"),
            Row("mark", "Bar and its amount", "USD bn", '=bar&": "&TEXT((level+fall)/10^9,"#,##0")', format="text", lines=2),
            Row("level", "Stays", "USD", "=stays*top", "=SUM(level[:])"),
            Row("foot", "Foot of the bar", "USD", "=(1-stays)*next"),
            Row("fall", "Falls away", "USD", "=(1-stays)*(top-next)", "=SUM(fall[:])"),
        )),
        Section("Band of the steps", (
            Row("low", "Low case", "USD", "=stays*INDEX(Carve.level_low[:],place)"),
            Row("to_middle", "From the low to the middle case", "USD", "=level-low"),
            Row("to_high", "From the middle to the high case", "USD", "=stays*INDEX(Carve.level_high[:],place)-level"),
        )),
    ),
    width=18.0,
)  # fmt: skip

CASES = Sheet(
    "Cases", "Parts by case", "The headline in the low, middle and high case, part by part",
    3,
    (Row("case", "Case", "", texts=("Low", "Middle", "High")), COUNT),
    (
        Section("Steps", tuple(
            Row(f"step_{k}", label, "USD",
                f"=CHOOSE(number,Carve.level_low[@{k}],Carve.level_middle[@{k}],Carve.level_high[@{k}])")
            for k, label in enumerate(STEPS, 1)
        )),
        Section("Parts", (
            Row("chips", "Accelerators", "USD", "=step_4", sign="+", strong=True),
            Row("other_it", "Network, CPUs, storage", "USD", "=step_3-step_4", sign="+"),
            Row("sites", "Buildings, power, cooling", "USD", "=step_2-step_3", sign="+"),
            Row("rest", "Not AI data centres", "USD", "=step_1-step_2", sign="+"),
            Row("parts", "Sum of the parts", "USD", "=chips+other_it+sites+rest", strong=True),
        )),
        Section("Shares", (
            Row("part", "Accelerators in capital expenditure", "share", "=IF(step_1>0,step_4/step_1,0)", format="share"),
        )),
    ),
    width=18.0,
)  # fmt: skip


def field(name: str) -> Row:
    """Return a field of both scope tags."""
    return Row(
        name,
        name.capitalize(),
        "text",
        f"=INDEX(in_{name},number)",
        format="text",
        lines=2 if name == "components" else 1,
    )


FIELDS = ("phase", "venue", "components", "period", "currency", "basis")
SCOPES = Sheet(
    "Scopes", "Scope tags", "What each of the two totals covers, field by field, and in which fields they differ",
    2,
    (Row("total", "Total", "", "=INDEX(in_total,number)", format="text"), COUNT),
    (
        Section("Tags", (
            *(field(name) for name in FIELDS),
            Row("tag", "Scope tag", "text",
                '="phase: "&phase&"; venue: "&venue&"; components: "&components&"; period: "&period&"; currency: "&currency'
                '&"; basis: "&basis', format="text", lines=4),
        )),
        Section("Differences", (
            *(Row(f"{name}_differs", f"{name.capitalize()} differs", "flag", total=f"=IF({name}[@1]={name}[@2],0,1)", format="flag")
              for name in FIELDS),
            Row("unlike", "Fields that differ", "fields", total="=" + "+".join(f"{name}_differs" for name in FIELDS), format="year",
                strong=True),
            Row("open", "Fields that differ and have no line of the bridge", "fields",
                total="=phase_differs+period_differs+currency_differs+basis_differs", format="flag"),
        )),
    ),
    width=44.0,
)  # fmt: skip

LINES = ("Headline", "Not AI data centres", "Buildings, power, cooling", "Network, CPUs, storage", "Chips on premises", "Unexplained",
         "Other forecast")  # fmt: skip
GAP = Sheet(
    "Gap", "Two forecasts reconciled", "By how much the headline is larger, reason by reason, and what no reason explains",
    len(LINES),
    (Row("line", "Bar", "", texts=LINES, lines=2), COUNT),
    (
        Section("By how much the headline is larger", (
            Row("gap", "Difference of the totals", "USD", total="=in_capex_usd-in_other_usd", strong=True),
            Row("outside", "Components: not AI data centres", "USD", total="=Cases.rest[@2]"),
            Row("buildings", "Components: buildings, power, cooling", "USD", total="=Cases.sites[@2]"),
            Row("equipment", "Components: network, CPUs, storage", "USD", total="=Cases.other_it[@2]"),
            Row("premises", "Venue: chips on premises, which only the other counts", "USD",
                total="=-in_premises_usd*INDEX(in_share_middle,2)*INDEX(in_share_middle,1+2)"),
            Row("explained", "Explained", "USD", total="=outside+buildings+equipment+premises", strong=True),
            Row("unexplained", "Unexplained", "USD", total="=gap-explained", strong=True),
            Row("unexplained_part", "Unexplained, share of the headline", "share",
                total="=IF(in_capex_usd>0,unexplained/in_capex_usd,0)", format="share"),
        )),
        Section("Bars", (
            Row("amount", "Total, or by how much it falls", "USD",
                "=CHOOSE(number,in_capex_usd,outside,buildings,equipment,premises,unexplained,in_other_usd)"),
            Row("mark", "Bar and its amount", "USD bn", '=line&": "&IF(amount<0,"+","")&TEXT(ABS(amount)/10^9,"#,##0")',
                format="text", lines=2),
            Row("ends", "The bar is a total", "flag", "=IF(OR(number=1,number=COLUMNS(amount[:])),1,0)", "=SUM(ends[:])", format="flag"),
            Row("after", "Amount after the bar", "USD", "=ends*amount+(1-ends)*(after[-1]-amount)"),
            Row("level", "Totals", "USD", "=ends*amount"),
            Row("foot", "Foot of the bar", "USD", "=(1-ends)*MAX(0,MIN(after[-1],after))"),
            Row("fall", "Falls", "USD", "=(1-ends)*MAX(0,amount)"),
            Row("rise", "Rises", "USD", "=(1-ends)*MAX(0,-amount)"),
        )),
    ),
    width=18.0,
)  # fmt: skip

SPREAD = Sheet(
    "Spread", "Estimates side by side", "Published estimates of the accelerator market, each brought to one year by its own growth",
    len(PUBLISHERS),
    (
        Row("publisher", "Publisher", "", "=INDEX(in_publisher,number)", format="text"),
        Row("counted", "What it counts", "", "=INDEX(in_counted,number)", format="text", lines=2),
        COUNT,
    ),
    (
        Section("As published", (
            Row("first_year", "First year", "year", "=INDEX(in_first_year,number)", format="year"),
            Row("first", "First figure", "USD", "=INDEX(in_first_usd,number)", sign="+"),
            Row("last_year", "Last year", "year", "=INDEX(in_last_year,number)", format="year"),
            Row("last", "Last figure", "USD", "=INDEX(in_last_usd,number)", sign="+"),
        )),
        Section("In one year", (
            Row("single", "A single figure was published", "flag", "=IF(last>0,0,1)", format="flag"),
            Row("growth", "Growth that it implies", "1/year",
                "=IF(single=0,(last/first)^(1/MAX(1,last_year-first_year))-1,0)", format="share"),
            Row("estimate", "Estimate for the year", "USD", "=first*(1+growth)^((1-single)*(in_year-first_year))", sign="+",
                strong=True),
            Row("mark", "Publisher and estimate", "USD bn", '=publisher&": "&TEXT(estimate/10^9,"#,##0")', format="text"),
            Row("times", "Times the lowest", "ratio", "=IF(lowest>0,estimate/lowest,0)", format="number1"),
            Row("headline", "Accelerators in the headline, middle case", "USD", "=Carve.level_middle.total"),
            Row("miss", "Distance of the estimate from it", "USD", "=ABS(estimate-headline)", "=SUM(miss[:])"),
        )),
        Section("Spread", (
            Row("lowest", "Lowest estimate", "USD", total="=MIN(estimate[:])"),
            Row("highest", "Highest estimate", "USD", total="=MAX(estimate[:])"),
            Row("ratio", "Highest over lowest", "ratio", total="=IF(lowest>0,highest/lowest,0)", format="number1"),
            Row("mean_growth", "Mean growth of those with two figures", "1/year",
                total="=SUM(growth[:])/MAX(1,COLUMNS(single[:])-SUM(single[:]))", format="share"),
            Row("distance", "Mean distance from the accelerators in the headline", "share",
                total="=IF(headline[@1]>0,miss.total/COLUMNS(miss[:])/MAX(1,headline[@1]),0)",
                format="share"),
        )),
    ),
    width=18.0,
)  # fmt: skip
