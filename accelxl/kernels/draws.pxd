"""Draws of inputs, a tile of scenarios at a time: counters to uniforms, uniforms to the inputs' distributions.

Scenario i of seed k has the same draws whoever asks: the generator is a function of (k, i, dimension), not a state.
Philox4x32-10: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011.
"""

from libc.stdint cimport int64_t, uint32_t, uint64_t

from accelxl.kernels.pack cimport *

cdef extern from "normal.h" nogil:
    double ax_ndtri(double) noexcept
    double ax_ndtr(double) noexcept
    pack pk_ndtri(pack) noexcept
    pack pk_ndtr(pack) noexcept

cdef enum:
    DRAW_TILE = 32        # scenarios of a tile, as in the plan kernel
    ROUNDS = 10
    SIDE = 2              # packs of counters side by side, to hide the latency of a multiplication
    SIDE_WORDS = 8        # four words each
    BITS = 52             # of a uniform
    CURVE = 6             # coefficients of a cell of a curve

# Distributions, in the order of accelxl/scenario/draws.py.
cdef enum:
    UNIFORM = 0           # a + b u
    NORMAL = 1            # a + b z
    LOGNORMAL = 2         # exp(a + b z)
    TRIANGULAR = 3        # a low, b high, c share of the probability below the mode, d and e the squares of the slopes
    CURVED = 4            # a + b T(z), T a table of quintic pieces
    STEPS = 5             # discrete values: a guide, cumulated probabilities, values
    LINES = 6             # straight lines between the sorted observations

# One dimension.
cdef struct Draw:
    int kind
    int whole             # rounded half up
    int slot              # the row of `mix` that links it to the others, -1 where it stands alone
    int cut               # the tails beyond the limits are cut off: u becomes from + width u
    double a
    double b
    double c
    double d
    double e
    double start
    double width
    double low            # limits of the result
    double high
    const double* table
    int64_t cells

cdef struct Draws:
    int dims
    int antithetic        # scenario 2 i + 1 mirrors scenario 2 i
    uint64_t key
    const Draw* draw
    int linked            # dimensions that are linked, 0 where all stand alone
    const double* mix     # (linked, linked), lower triangle: normal scores from independent ones
    const int* members    # (linked,) the dimension of each row
    int64_t run           # scenarios of a scrambled net, 0 for pseudo-random draws
    const uint64_t* nets  # (runs, dims, BITS) direction numbers, scrambled; in the low BITS bits
    const uint64_t* shift # (runs, dims)


cdef inline void philox(mask* c, uint64_t key) noexcept nogil:
    # Ten rounds over SIDE packs of counters, the four words of each after another; only the low half of each lane has a meaning.
    cdef uint32_t k0 = <uint32_t>key, k1 = <uint32_t>(key >> 32)
    cdef mask first, second
    cdef int n, j
    for n in range(ROUNDS):
        for j in range(SIDE):
            first = mk_mul32(c[4 * j], mk(0xD2511F53LL))
            second = mk_mul32(c[4 * j + 2], mk(0xCD9E8D57LL))
            c[4 * j] = mk_shr(second, 32) ^ c[4 * j + 1] ^ mk(<int64_t>k0)
            c[4 * j + 2] = mk_shr(first, 32) ^ c[4 * j + 3] ^ mk(<int64_t>k1)
            c[4 * j + 1] = second
            c[4 * j + 3] = first
        k0 += 0x9E3779B9U
        k1 += 0xBB67AE85U


cdef inline pack unit(mask k) noexcept nogil:
    # (k + 1/2) / 2^52 of a whole number below 2^52: never 0 or 1, and 1 - u is exact.
    return pk_of_bits(k | mk(<int64_t>0x3FF0000000000000LL)) - pk(1.0 - 1.1102230246251565e-16)


cdef inline mask joined(mask high, mask low) noexcept nogil:
    # The upper 52 of the 64 bits of two words.
    return mk_shr((high << 32) | (low & mk(0xFFFFFFFFLL)), 12)


cdef inline void pseudo_tile(const Draws* d, uint64_t first, double* out) noexcept nogil:
    # Each counter gives two dimensions.
    cdef mask[SIDE_WORDS] c
    cdef mask index
    cdef int block, group, lane, i
    for block in range((d.dims + 1) // 2):
        for group in range(DRAW_TILE // PW // SIDE):
            for i in range(SIDE):
                index = mk(<int64_t>(first + (group * SIDE + i) * PW)) + mk_iota()
                if d.antithetic:
                    index = mk_shr(index, 1)
                c[4 * i], c[4 * i + 1], c[4 * i + 2], c[4 * i + 3] = index, mk_shr(index, 32), mk(block), mk(0)
            philox(c, d.key)
            for i in range(SIDE):
                lane = (group * SIDE + i) * PW
                put_unit(d, joined(c[4 * i + 1], c[4 * i]), first + lane, &out[2 * block * DRAW_TILE + lane])
                if 2 * block + 1 < d.dims:
                    put_unit(d, joined(c[4 * i + 3], c[4 * i + 2]), first + lane, &out[(2 * block + 1) * DRAW_TILE + lane])


cdef inline void put_unit(const Draws* d, mask bits, uint64_t first, double* out) noexcept nogil:
    cdef pack u = unit(bits)
    if d.antithetic:
        u = pk_select(-((mk(<int64_t>first) + mk_iota()) & mk(1)), pk(1.0) - u, u)
    pk_store(out, u)


cdef inline void net_tile(const Draws* d, uint64_t first, double* out) noexcept nogil:
    # Points of a scrambled Sobol net: the exclusive or of the direction numbers at the bits of the point's number.
    cdef uint64_t run = first // <uint64_t>d.run, point = first % <uint64_t>d.run, rest, base
    cdef uint64_t[DRAW_TILE] bits
    cdef const uint64_t* v
    cdef int i, j, k
    for i in range(d.dims):
        v = &d.nets[(run * d.dims + i) * BITS]
        base = d.shift[run * d.dims + i]
        rest = point >> 5
        k = 5
        while rest:
            if rest & 1:
                base ^= v[k]
            rest >>= 1
            k += 1
        bits[0] = base
        for k in range(5):
            for j in range(1 << k):
                bits[(1 << k) + j] = bits[j] ^ v[k]
        for j in range(DRAW_TILE // PW):
            pk_store(&out[i * DRAW_TILE + j * PW], unit(mk_load(&bits[j * PW])))


cdef inline void link(const Draws* d, double* at, double* scores, double* mixed) noexcept nogil:
    # Normal scores of the linked dimensions: independent ones, then their sums by the rows of `mix`.
    cdef pack z
    cdef int i, j, k
    for i in range(d.linked):
        for j in range(DRAW_TILE // PW):
            z = pk_ndtri(pk_load(&at[d.members[i] * DRAW_TILE + j * PW]))
            pk_store(&scores[i * DRAW_TILE + j * PW], z)
    for i in range(d.linked):
        for j in range(DRAW_TILE // PW):
            z = pk(0.0)
            for k in range(i + 1):
                z += pk(d.mix[i * d.linked + k]) * pk_load(&scores[k * DRAW_TILE + j * PW])
            pk_store(&mixed[i * DRAW_TILE + j * PW], z)


cdef inline pack curve(const Draw* w, pack z) noexcept nogil:
    # A smooth function of the normal score, in quintic pieces over [-8.25, 8.25].
    cdef pack t = (pk_min(pk_max(z, pk(-8.25)), pk(8.249999)) + pk(8.25)) * pk(w.cells / 16.5), y
    # Rounding to the nearest half-way point gives the cell, whatever the lanes.
    cdef pack cell = (t - pk(0.5)) + pk(6755399441055744.0)
    cdef mask index = (pk_bits(cell) & mk(0xFFFFFFFFLL)) * mk(CURVE)
    cdef int k
    t = t - (cell - pk(6755399441055744.0))
    y = pk_gather(w.table, index + mk(CURVE - 1))
    for k in range(CURVE - 2, -1, -1):
        y = y * t + pk_gather(w.table, index + mk(k))
    return y


cdef inline pack steps(const Draw* w, pack u) noexcept nogil:
    # The first value whose cumulated probability is above u; a guide of `cells` entries says where to begin.
    cdef double[DRAW_TILE] lane
    cdef const double* above
    cdef int64_t values = <int64_t>w.a, k
    cdef double x
    cdef int i
    above = w.table + w.cells
    for i in range(PW):
        x = pk_lane(u, i)
        k = <int64_t>w.table[<int64_t>(x * w.cells)]
        while x >= above[k]:
            k += 1
        lane[i] = above[values + k]
    return pk_load(lane)


cdef inline pack lines(const Draw* w, pack u) noexcept nogil:
    cdef double[DRAW_TILE] lane
    cdef double at
    cdef int64_t k
    cdef int i
    for i in range(PW):
        at = pk_lane(u, i) * (w.cells - 1)
        k = min(<int64_t>at, w.cells - 2)
        lane[i] = w.table[k] + (at - k) * (w.table[k + 1] - w.table[k])
    return pk_load(lane)


cdef inline pack floor_half(pack x) noexcept nogil:
    # floor(x + 1/2): half up.
    cdef pack y = x + pk(0.5)
    cdef pack r = (y + pk(6755399441055744.0)) - pk(6755399441055744.0)
    return r - pk_where(pk_lt(y, r), pk(1.0))


cdef inline pack shaped(const Draw* w, pack u, pack z) noexcept nogil:
    # The draw of a uniform or, for those that grow out of a normal score, of the score.
    cdef pack x
    if w.kind == UNIFORM:
        x = pk(w.a) + pk(w.b) * u
    elif w.kind == NORMAL:
        x = pk(w.a) + pk(w.b) * z
    elif w.kind == LOGNORMAL:
        x = pk_exp(pk(w.a) + pk(w.b) * z)
    elif w.kind == TRIANGULAR:
        x = pk_select(pk_lt(u, pk(w.c)), pk(w.a) + pk_sqrt(u * pk(w.d)), pk(w.b) - pk_sqrt((pk(1.0) - u) * pk(w.e)))
    elif w.kind == CURVED:
        x = pk(w.a) + pk(w.b) * curve(w, z)
    elif w.kind == STEPS:
        x = steps(w, u)
    else:
        x = lines(w, u)
    if w.whole:
        x = floor_half(x)
    return pk_min(pk_max(x, pk(w.low)), pk(w.high))


cdef inline int from_score(const Draw* w) noexcept nogil:
    return w.kind == NORMAL or w.kind == LOGNORMAL or w.kind == CURVED


cdef inline void shape_tile(const Draws* d, double* at, const double* mixed) noexcept nogil:
    cdef const Draw* w
    cdef pack u, z = pk(0.0)
    cdef int i, j, needs_u
    for i in range(d.dims):
        w = &d.draw[i]
        needs_u = w.cut or not from_score(w)
        for j in range(DRAW_TILE // PW):
            u = pk_load(&at[i * DRAW_TILE + j * PW])
            if w.slot >= 0:
                z = pk_load(&mixed[w.slot * DRAW_TILE + j * PW])
                if needs_u:
                    u = pk_min(pk_ndtr(z), pk(1.0 - 1.1102230246251565e-16))
            if w.cut:
                u = pk_min(pk(w.start) + pk(w.width) * u, pk(1.0 - 1.1102230246251565e-16))
            if from_score(w) and (w.cut or w.slot < 0):
                z = pk_ndtri(u)
            pk_store(&at[i * DRAW_TILE + j * PW], shaped(w, u, z))


cdef inline void draw_tile(const Draws* d, uint64_t first, double* out, double* spare) noexcept nogil:
    # Inputs of DRAW_TILE scenarios from `first`, a multiple of DRAW_TILE: out (dims, DRAW_TILE), spare twice the linked dimensions.
    if d.run:
        net_tile(d, first, out)
    else:
        pseudo_tile(d, first, out)
    if d.linked:
        link(d, out, spare, spare + d.linked * DRAW_TILE)
    shape_tile(d, out, spare + d.linked * DRAW_TILE)
