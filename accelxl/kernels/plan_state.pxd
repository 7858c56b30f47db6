"""The plan model's state: inputs, tranches and ledger of a pack of scenarios.

The fields of PlanInputs and TrancheInputs stand in the order of the numeric inputs of accelxl/plan/inputs.py (a test compares them):
the caller fills them by position.
"""

from accelxl.kernels.pack cimport *

cdef enum:
    MONTHS = 361      # month 0 (the decision date) to 360
    MAX_TRANCHES = 32
    MACRS_YEARS = 16

# Choices, in the order of Quantity.choices.
cdef enum:
    TIMING_END = 0
    TIMING_MID = 1
    ADOPT_NONE = 0
    ADOPT_LOGISTIC = 1
    ADOPT_GOMPERTZ = 2
    ADOPT_BASS = 3
    BOOK_SL = 0
    BOOK_DDB = 1
    BOOK_SYD = 2
    BOOK_VDB = 3
    TAX_BOOK = 0
    TAX_SL = 1
    TAX_MACRS5 = 2
    TAX_MACRS15 = 3
    LOSS_CREDIT = 0
    LOSS_CARRY = 1
    LIFE_SERVICE = 0
    LIFE_SCHEDULE = 1
    OWN = 0
    LEASE = 1
    RENT = 2

cdef struct PlanInputs:
    pack pue
    pack electricity_usd_per_kwh
    pack electricity_growth_per_year
    pack colo_usd_per_kw_month
    pack colo_includes_power
    pack demand_mtok_per_month
    pack adoption_midpoint_month
    pack adoption_rate_per_month
    pack bass_p_per_year
    pack bass_q_per_year
    pack price_usd_per_mtok
    pack price_input_usd_per_mtok
    pack price_cached_usd_per_mtok
    pack price_output_usd_per_mtok
    pack input_share
    pack cache_hit_rate
    pack price_decline_per_year
    pack opex_share_per_year
    pack staff_usd_per_year
    pack software_usd_per_unit_year
    pack revenue_share
    pack inflation_per_year
    pack discount_rate
    pack tax_rate
    pack loss_limit_share
    pack finance_rate
    pack reinvest_rate
    pack working_capital_days
    pack horizon_months
    pack debt_share
    pack debt_rate
    pack debt_months
    pack equity_rate

cdef struct TrancheInputs:
    pack units
    pack unit_price_usd
    pack attach_share
    pack order_month
    pack lead_time_months
    pack delay_months
    pack install_months
    pack deposit_share
    pack economic_life_months
    pack residual_share
    pack residual_taxed
    pack stranded_share
    pack facility_usd_per_kw
    pack facility_life_months
    pack lease_usd_per_unit_month
    pack lease_months
    pack rent_usd_per_hour
    pack commit_share
    pack commit_discount
    pack tokens_per_second
    pack utilization
    pack availability
    pack drift_per_year
    pack training_months
    pack training_value_usd_per_hour
    pack training_value_decline_per_year
    pack power_kw
    pack load_factor
    pack book_life_months
    pack salvage_share
    pack relife_month
    pack relife_life_months
    pack bonus_share

cdef enum:
    PLAN_FIELDS = 33
    TRANCHE_FIELDS = 33

# What all scenarios of one call share: choices and the calendar.
cdef struct Frame:
    int tranches
    int timing
    int adoption
    int tax_losses
    int fiscal_offset                 # months of month 1's fiscal year that lie before month 1
    int[MAX_TRANCHES] life_starts
    int[MAX_TRANCHES] contract
    int[MAX_TRANCHES] book_method
    int[MAX_TRANCHES] tax_method
    int[MAX_TRANCHES] mid_quarter
    const double* macrs               # (2, 5, MACRS_YEARS): 5 and 15 years; half-year, then mid-quarter 1 to 4
    int wants                         # which groups of metrics are asked for: WANT_*
    int uses                          # which features any scenario uses: USE_*

# Groups of metrics that cost extra, asked for in `wants`.
cdef enum:
    WANT_RATE = 1                     # irr
    WANT_PAYBACK = 2                  # payback_months
    WANT_SUMS = 4                     # sums over the life and what is made of them
    WANT_LEVELS = 8                   # required and break-even figures
    WANT_MIRR = 16
    WANT_IMPAIRMENT = 32
    WANT_EQUITY = 64
    WANT_DETAIL = 128                 # every line of the statement
    WANT_SIGNS = 256                  # irr_sign_changes
    WANT_LINES = 16 | 32 | 64 | 128   # what reads the ledger's lines afterwards

# Features that any scenario of the call uses, in `uses`; the kernel leaves out the others, to the same bits.
cdef enum:
    USE_INFLATION = 1
    USE_POWER_GROWTH = 2
    USE_TRAINING = 4
    USE_CONTRACT = 8
    USE_FACILITY = 16
    USE_RELIFE = 32
    USE_COLO = 64
    USE_STAFF = 128
    USE_DEBT = 256
    USE_DRIFT = 512
    USE_WORKING = 1024
    USE_SHARE = 2048                  # revenue share
    USE_TAXBOOKS = 4096               # tax depreciation of its own
    USE_DEMAND = 8192
    USE_CARRY = 16384
    USE_MID = 32768

# One tranche: its months, what it brings in a month of production, and what its books hold.
cdef struct Cohort:
    pack order
    pack agreed                       # order + lead: the agreed delivery
    pack delivery
    pack planned                      # planned start of service
    pack start                        # service runs in start < t <= end
    pack uncut                        # service end if no horizon cut it
    pack end
    int first                         # months in which no lane has a payment, service or disposal are skipped
    int last
    int pays_to
    int ends_from
    # service
    pack full                         # tokens of a month at full throughput, falling with the drift
    pack kept
    pack fill
    pack kwh
    pack indexed                      # upkeep and software of a month, in prices of the decision date
    pack upkeep
    pack software
    pack colo
    pack hours
    pack training
    pack training_end
    pack training_kept
    pack lease
    pack lease_end
    pack rent
    pack committed
    pack commit_share
    # capital
    pack deposit
    pack balance
    pack plant
    pack cost
    pack salvage
    pack life
    pack held                         # book value of the accelerators
    pack level                        # what a month's book depreciation is made of
    pack relife
    pack relife_end
    pack resale
    pack taxed
    pack basis                        # tax basis that is left
    pack plant_level
    pack plant_end
    pack plant_held
    int contract
    int method
    int own_tax                       # tax depreciation stands in `taxdep`

# What a month brings, over all tranches.
cdef struct Month:
    pack tokens
    pack full
    pack able
    pack producing
    pack kwh
    pack indexed
    pack contract
    pack training
    pack capex
    pack residual
    pack book
    pack taxdep
    pack writeoff                     # book value less residual at disposal: a loss
    pack taxgain                      # taxed result of a disposal
    pack colo
    pack maintenance
    pack software

# A figure for each month.
ctypedef pack[MONTHS] Line

cdef struct Ledger:
    int last                          # the last month of any lane
    pack horizon
    pack today                        # token price of the decision date
    pack staff_from
    pack staff_to
    pack staff
    pack truncated
    Cohort[MAX_TRANCHES] cohort
    Line worth                        # discounted flow, of the lean months
    Line taxdep                       # tax depreciation of its own (MACRS, SL), all tranches
    # lines that later passes read
    Line operating                    # flow that "mid" timing moves
    Line capital                      # flow that stays at t
    Line capex
    Line tax
    Line value                        # book value
    # lines that only the statement reads
    Line df
    Line price                        # token price over today's
    Line infl
    Line power                        # price of electricity
    Line wanted                       # demand, or share of capacity filled
    Line able                         # capacity
    Line tokens
    Line kwh
    Line contract
    Line training
    Line residual
    Line book
    Line writeoff
    Line taxdeduct
    Line taxgain
    Line revenue
    Line opex
    Line taxable
    Line change                       # change in working capital
    Line colo
    Line maintenance
    Line software
    Line staffing
    Line share
    # the debt overlay
    Line draw
    Line principal
    Line interest
    Line equity


cdef extern from "<cmath>" nogil:
    const double NAN


cdef inline pack monthly(pack yearly) noexcept nogil:
    # (1 + g)^(1/12): the monthly factor of an effective annual rate.
    # The rounding of 1 + g moves the factor by a twelfth of itself.
    return pk_exp_near(pk_log_near(pk(1.0) + yearly) / pk(12.0))


cdef inline double* lanes(pack* line) noexcept nogil:
    return <double*>line


cdef inline pack ratio(pack a, pack b) noexcept nogil:
    # a / b, NaN where b is zero.
    return pk_select(pk_eq(b, pk(0.0)), pk(NAN), a / b)
