"""Cython's view of pack.h: a pack of scenarios that reads like one double, and elementary functions."""

from libc.stdint cimport uint64_t

cdef extern from "pack.h" nogil:
    const int PW
    ctypedef double pack
    ctypedef long long mask

    # one double
    double ax_exp(double) noexcept
    double ax_expm1(double) noexcept
    double ax_log(double) noexcept
    double ax_log1p(double) noexcept
    double ax_pow(double, double) noexcept
    int ax_cpu_level() noexcept

    # a pack: make, load, store, look
    pack pk(double) noexcept
    pack pk_load(const double*) noexcept
    void pk_store(double*, pack) noexcept
    double pk_lane(pack, int) noexcept
    void pk_turn(const double*, Py_ssize_t, double*, Py_ssize_t) noexcept
    void pk_prefetch(const double*) noexcept
    double pk_top(pack) noexcept
    double pk_bottom(pack) noexcept

    # compare and choose
    mask pk_lt(pack, pack) noexcept
    mask pk_le(pack, pack) noexcept
    mask pk_eq(pack, pack) noexcept
    mask pk_and(mask, mask) noexcept
    mask pk_or(mask, mask) noexcept
    mask pk_not(mask) noexcept
    mask pk_isnan(pack) noexcept
    int pk_any(mask) noexcept
    int pk_all(mask) noexcept
    pack pk_select(mask, pack, pack) noexcept
    pack pk_where(mask, pack) noexcept
    pack pk_min(pack, pack) noexcept
    pack pk_max(pack, pack) noexcept
    mask pk_sign(pack) noexcept              # a flag in the sign bit
    mask pk_signed(mask) noexcept            # the mask of such a flag
    pack pk_by_sign(pack, pack, pack) noexcept

    # what the next tile reads
    void ax_prefetch(const double*) noexcept

    # stores past the caches, to multiples of a pack's size
    void pk_stream(double*, pack) noexcept
    void ax_streamed() noexcept

    # value, slope and half the bend of four polynomials
    void pk_horner4(const double*, int, Py_ssize_t, const pack*, pack*, pack*, pack*) noexcept

    # a call through it is not inlined
    void* ax_opaque(void*) noexcept

    # whole numbers, 64 bits a lane
    mask mk(long long) noexcept
    mask mk_load(const uint64_t*) noexcept
    mask mk_iota() noexcept
    mask mk_shr(mask, int) noexcept
    mask mk_mul32(mask, mask) noexcept
    long long mk_lane(mask, int) noexcept
    mask pk_bits(pack) noexcept
    pack pk_of_bits(mask) noexcept
    pack pk_gather(const double*, mask) noexcept

    # elementary functions
    pack pk_sqrt(pack) noexcept
    pack pk_exp(pack) noexcept
    pack pk_swift_exp(pack) noexcept       # 0 below -708, e^708 above
    pack pk_exp_near(pack) noexcept          # |x| <= 700
    pack pk_log_near(pack) noexcept          # normal x > 0, else NaN
    pack pk_expm1(pack) noexcept
    pack pk_log(pack) noexcept
    pack pk_log1p(pack) noexcept
    pack pk_pow(pack, pack) noexcept
