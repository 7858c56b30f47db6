"""The calculation sheets of own, lease or API in money and time: lease against debt month by month, the commitment by quarter."""

from __future__ import annotations

from accelxl.workbook.template import Row, Section, Sheet

MONTHS = 60
LEASE = Sheet(
    "Lease", "Lease or buy with debt", "One accelerator by month: the net advantage to leasing after tax, and the lease liability",
    MONTHS,
    (Row("month", "Month", "month", "=IF(ISNUMBER(month[-1]),month[-1]+1,1)", format="months"),
     Row("open", "In the term", "flag", "=IF(month<=in_months,1,0)", "=SUM(open[:])", format="flag")),
    (
        Section("Rates and factors", (
            Row("debt", "Rate of debt of a month", "1/month", total="=(1+in_borrowing_rate)^(1/12)-1", format="share2"),
            Row("after_tax", "The same after tax", "1/month", total="=debt*(1-in_tax_rate)", format="share2"),
            Row("early", "Discount factor of the month's start", "ratio", "=(1+after_tax)^-(month-1)", format="number4"),
            Row("late", "Discount factor of the month's end", "ratio", "=(1+after_tax)^-month", format="number4"),
        )),
        Section("Flows", (
            Row("cost", "Price if bought", "USD", total="=Basis.price", sign="+", strong=True),
            Row("payment", "Lease payment and fees, in advance", "USD", "=open*in_lease_usd_per_month+(month=1)*in_lease_upfront_usd",
                "=SUM(payment[:])", "+"),
            Row("wear", "Tax depreciation if bought", "USD",
                '=open*cost*IF(in_write_off="first year",(month=12)*1,(month<=in_tax_life_months)/in_tax_life_months)',
                "=SUM(wear[:])", "+"),
            Row("spared", "Maintenance and insurance that the lessor bears", "USD",
                "=open*cost*in_upkeep_share*in_lessor_share/12", "=SUM(spared[:])", "+"),
            Row("basis", "Tax basis at the end of the term", "USD", total="=cost-wear.total", sign="+"),
            Row("resale", "Resale at the end of the term", "USD", total="=cost*Basis.residual", sign="+"),
            Row("scrap", "Resale after tax", "USD", total="=resale-in_tax_rate*(resale-basis)"),
        )),
        Section("Present values", (
            Row("pv_payment", "Lease payments after tax", "USD", "=-payment*early*(1-in_tax_rate)", "=SUM(pv_payment[:])", "-"),
            Row("pv_shield", "Tax saved by depreciation", "USD", "=-wear*late*in_tax_rate", "=SUM(pv_shield[:])", "-"),
            Row("pv_scrap", "Resale after tax, at the cost of capital", "USD", total="=-scrap*(1+Basis.rate)^-in_months"),
            Row("pv_spared", "Maintenance and insurance after tax", "USD", "=spared*late*(1-in_tax_rate)", "=SUM(pv_spared[:])", "+"),
            Row("nal", "Net advantage to leasing", "USD", total="=cost+pv_payment.total+pv_shield.total+pv_scrap+pv_spared.total",
                strong=True),
            Row("nal_share", "The same, of the price", "share", total="=IF(cost>0,nal/cost,0)", format="share"),
            Row("nal_whole", "The same for all accelerators", "USD", total="=nal*in_accelerators", strong=True),
        )),
        Section("Lease liability", (
            Row("liability", "Liability at commencement, after the first payment", "USD",
                total="=PV(debt,in_months-1,-in_lease_usd_per_month)", sign="+"),
            Row("asset", "Right-of-use asset", "USD", total="=liability+in_lease_usd_per_month+in_lease_upfront_usd", sign="+"),
            Row("opening", "Opening", "USD", "=IF(month=1,liability,closing[-1])", sign="+"),
            Row("interest", "Interest", "USD", "=opening*debt", "=SUM(interest[:])", "+"),
            Row("due", "Payment of the next month, at this month's end", "USD", "=-(month<in_months)*in_lease_usd_per_month",
                "=SUM(due[:])", "-"),
            Row("closing", "Closing", "USD", "=opening+interest+due", sign="+", strong=True),
            Row("liability_whole", "Liability at commencement, all accelerators", "USD", total="=liability*in_accelerators"),
            Row("asset_whole", "Right-of-use asset, all accelerators", "USD", total="=asset*in_accelerators"),
        )),
    ),
)  # fmt: skip

BARS = ("Price if bought", "Lease payments", "Lost tax shield", "Lost resale", "Upkeep saved", "Net advantage")
BRIDGE = Sheet(
    "Bridge", "Bridge of the net advantage", "From the price to the net advantage to leasing, all accelerators; bars may pass zero",
    len(BARS),
    (Row("bar", "Bar", "", texts=BARS, lines=2),
     Row("number", "Number", "number", "=IF(ISNUMBER(number[-1]),number[-1]+1,1)", format="year")),
    (
        Section("Bars", (
            Row("amount", "Amount", "USD",
                "=in_accelerators*CHOOSE(number,Lease.cost,Lease.pv_payment.total,Lease.pv_shield.total,Lease.pv_scrap,"
                "Lease.pv_spared.total,0)"),
            Row("after", "Sum after the bar", "USD", "=N(after[-1])+amount"),
            Row("ends", "The bar is a sum", "flag", "=IF(OR(number=1,number=COLUMNS(amount[:])),1,0)", format="flag"),
            Row("top", "Upper end", "USD", "=IF(ends=1,MAX(0,after),MAX(after,after[-1]))"),
            Row("low", "Lower end", "USD", "=IF(ends=1,MIN(0,after),MIN(after,after[-1]))"),
            Row("foot", "Foot above zero", "USD", "=MAX(0,low)"),
            Row("foot_below", "Foot below zero", "USD", "=MIN(0,top)"),
            Row("sum", "Sums", "USD", "=ends*after"),
            Row("rise", "Speaks for leasing", "USD", "=(1-ends)*(amount>0)*(MAX(0,top)-foot)"),
            Row("rise_below", "The same, below zero", "USD", "=(1-ends)*(amount>0)*(MIN(0,low)-foot_below)"),
            Row("fall", "Speaks for buying", "USD", "=(1-ends)*(amount<=0)*(MAX(0,top)-foot)"),
            Row("fall_below", "The same, below zero", "USD", "=(1-ends)*(amount<=0)*(MIN(0,low)-foot_below)"),
            Row("shown", "Amount of the bar", "USD m", "=(amount+(number=COLUMNS(amount[:]))*after)/10^6", format="number1"),
            Row("mark", "Bar and its amount", "USD m", '=bar&": "&IF(shown<0,"\u2212","")&TEXT(ABS(shown),"#,##0.0")', format="text",
                lines=2),
        )),
    ),
    width=18.0,
)  # fmt: skip

QUARTERS = 20
COMMIT = Sheet(
    "Commit", "Commitment by quarter", "Reserved hours against the hours that are used while the work grows; above them on-demand",
    QUARTERS,
    (Row("quarter", "Quarter", "quarter", "=IF(ISNUMBER(quarter[-1]),quarter[-1]+1,1)", format="year"),
     Row("within_term", "Months of it in the horizon", "months",
         "=MAX(0,MIN(k_months_per_quarter,in_months-k_months_per_quarter*(quarter-1)))", "=SUM(within_term[:])", format="months")),
    (
        Section("Hours", (
            Row("full", "Hours of all accelerators", "h", "=in_accelerators*k_hours_per_month*within_term", "=SUM(full[:])", "+"),
            Row("ramp", "Use, of the use in the end", "share", "=MIN(1,in_use_start+(1-in_use_start)*(quarter-1)/in_ramp_quarters)",
                format="share"),
            Row("used", "Used", "h", "=full*in_utilization*ramp", "=SUM(used[:])", "+", strong=True),
            Row("committed", "Committed", "h", "=full*in_commit_share", "=SUM(committed[:])", "+"),
            Row("within", "Used within the commitment", "h", "=MIN(used,committed)", "=SUM(within[:])", "+"),
            Row("above", "Used above it", "h", "=used-within", "=SUM(above[:])", "+"),
            Row("short", "Short of it", "h", "=committed-within", "=SUM(short[:])", "+"),
        )),
        Section("Hours of a month, for the chart; after the horizon as in its last quarter", (
            Row("shown", "Quarter", "quarter", "=MIN(quarter,ROUNDUP(in_months/k_months_per_quarter,0))", format="year"),
            Row("month_full", "Hours of all accelerators", "h a month", "=IF(within_term>0,full/within_term,N(month_full[-1]))",
                sign="+"),
            Row("month_used", "Used", "h a month", "=IF(within_term>0,used/within_term,N(month_used[-1]))",
                sign="+"),
            Row("month_committed", "Committed", "h a month", "=IF(within_term>0,committed/within_term,N(month_committed[-1]))",
                sign="+"),
        )),
        Section("Bill", (
            Row("usd_within", "For use within", "USD", "=within*in_reserved_usd_per_hour", "=SUM(usd_within[:])", "+"),
            Row("usd_short", "For hours not used", "USD", "=short*in_reserved_usd_per_hour*in_shortfall_share",
                "=SUM(usd_short[:])", "+"),
            Row("usd_above", "For use above, on-demand", "USD", "=above*in_demand_usd_per_hour", "=SUM(usd_above[:])", "+"),
            Row("bill", "Bill", "USD", "=usd_within+usd_short+usd_above", "=SUM(bill[:])", "+", strong=True),
            Row("unit", "Cost of an hour used", "USD/h", "=IF(used>0,bill/MAX(1,used),0)",
                "=IF(used.total>0,bill.total/MAX(1,used.total),0)", format="number3"),
        )),
    ),
    width=12.0,
)  # fmt: skip

LEVELS = Sheet(
    "Levels", "Levels of commitment", "The bill of the whole horizon for commitments from nothing to all hours",
    11,
    (Row("level", "Hours committed, of the full hours", "share", "=(number-1)*k_level_step", format="share"),
     Row("number", "Number", "number", "=IF(ISNUMBER(number[-1]),number[-1]+1,1)", format="year")),
    (
        Section("Hours", (
            Row("committed", "Committed", "h", "=level*Commit.full.total", sign="+"),
            Row("within", "Used within the commitment, quarter by quarter", "h",
                "=SUMPRODUCT(Commit.used[:]*(Commit.used[:]<=level*Commit.full[:])+level*Commit.full[:]*"
                "(Commit.used[:]>level*Commit.full[:]))", sign="+"),
        )),
        Section("Bill", (
            Row("usd_within", "For use within", "USD", "=within*in_reserved_usd_per_hour", sign="+"),
            Row("usd_short", "For hours not used", "USD", "=(committed-within)*in_reserved_usd_per_hour*in_shortfall_share", sign="+"),
            Row("usd_above", "For use above, on-demand", "USD", "=(Commit.used.total-within)*in_demand_usd_per_hour", sign="+"),
            Row("bill", "Bill", "USD", "=usd_within+usd_short+usd_above", sign="+", strong=True),
        )),
        Section("The level that costs least", (
            Row("least", "Lowest bill", "USD", total="=MIN(bill[:])", sign="+"),
            Row("best", "Its level", "share", total="=INDEX(level[:],MATCH(least,bill[:],0))", format="share"),
            Row("saving", "The commitment entered costs more than that", "USD", total="=ROUND(Commit.bill.total-least,k_decimals)"),
        )),
    ),
    width=13.0,
)  # fmt: skip
