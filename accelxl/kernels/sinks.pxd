"""Sinks: what is kept of scenarios that are not kept themselves.

Sums are made in blocks of 1,024 scenarios, each over 32 lanes that are then added in order, and blocks are merged in order: no
processor, thread or worker changes a bit. Counts may be added in any order.
"""

from libc.stdint cimport int64_t

from accelxl.kernels.pack cimport *

cdef extern from "<cmath>" nogil:
    const double NAN
    const double INFINITY

cdef enum:
    BLOCK = 1024
    LANES = 32

# What is known of a metric over a block or a run of blocks.
cdef enum:
    COUNT = 0             # scenarios with a value
    MEAN = 1
    SQUARES = 2           # sum of squared distances from the mean
    LOW = 3
    HIGH = 4
    BELOW = 5             # ranks below the level
    PAIRS = 6             # pairs of mirrored scenarios with values
    PAIR_MEAN = 7
    PAIR_SQUARES = 8      # sum of squared distances of the pairs' means from theirs
    FIELDS = 9

# Where a scenario without a value stands in the order.
cdef enum:
    RANK_NONE = 0         # nowhere
    RANK_HIGH = 1         # at +infinity
    RANK_LOW = 2          # at -1 where its flows sum to less than zero, else nowhere

# Cells of the sketch: a cell holds the values with the same sign, exponent and first 11 bits of the mantissa.
cdef enum:
    SKETCH_BITS = 11
    SKETCH_FLOOR = -44    # exponent below which a value counts as zero
    SKETCH_SPAN = 128     # powers of two from there on
    SKETCH_SIDE = 262144  # SKETCH_SPAN << SKETCH_BITS
    SKETCH_CELLS = 524291 # both sides, zero, +infinity, no value


cdef inline double added(const pack* lanes) noexcept nogil:
    # The sum of the 32 lanes, in order.
    cdef const double* x = <const double*>lanes
    cdef double total = 0.0
    cdef int i
    for i in range(LANES):
        total += x[i]
    return total


cdef inline void block_sums(const double* x, const double* rank, int n, double level, int pairs, double* out) noexcept nogil:
    # Up to BLOCK scenarios of a metric.
    cdef pack[LANES] count, total, low, high, below, squares
    cdef double[LANES] last_x, last_rank
    cdef const double* at
    cdef const double* by
    cdef pack v, mean, gap, zero = pk(0.0), one = pk(1.0), limit = pk(level)
    cdef mask known
    cdef int tile, tiles = (n + LANES - 1) // LANES, j
    for j in range(LANES // PW):
        count[j] = total[j] = below[j] = squares[j] = zero
        low[j] = pk(INFINITY)
        high[j] = pk(-INFINITY)
    for j in range(LANES):
        last_x[j] = x[(tiles - 1) * LANES + j] if (tiles - 1) * LANES + j < n else NAN
        last_rank[j] = rank[(tiles - 1) * LANES + j] if (tiles - 1) * LANES + j < n else NAN
    for tile in range(tiles):
        at = x + tile * LANES if tile < tiles - 1 else &last_x[0]
        by = rank + tile * LANES if tile < tiles - 1 else &last_rank[0]
        for j in range(LANES // PW):
            v = pk_load(at + j * PW)
            known = pk_eq(v, v)
            count[j] += pk_where(known, one)
            total[j] += pk_where(known, v)
            low[j] = pk_min(v, low[j])
            high[j] = pk_max(v, high[j])
            below[j] += pk_where(pk_lt(pk_load(by + j * PW), limit), one)
    out[COUNT] = added(count)
    out[BELOW] = added(below)
    out[LOW] = out[HIGH] = NAN
    out[MEAN] = out[SQUARES] = out[PAIRS] = out[PAIR_MEAN] = out[PAIR_SQUARES] = 0.0
    if out[COUNT] == 0.0:
        return
    out[LOW] = INFINITY
    out[HIGH] = -INFINITY
    for j in range(LANES):
        out[LOW] = min(out[LOW], (<double*>&low[0])[j])
        out[HIGH] = max(out[HIGH], (<double*>&high[0])[j])
    out[MEAN] = added(total) / out[COUNT]
    mean = pk(out[MEAN])
    for tile in range(tiles):
        at = x + tile * LANES if tile < tiles - 1 else &last_x[0]
        for j in range(LANES // PW):
            v = pk_load(at + j * PW)
            gap = v - mean
            squares[j] += pk_where(pk_eq(v, v), gap * gap)
    out[SQUARES] = added(squares)
    if pairs:
        pair_sums(x, n, out)


cdef inline void pair_sums(const double* x, int n, double* out) noexcept nogil:
    # Means of scenarios 2 i and 2 i + 1, where both have a value.
    cdef double mean, total = 0.0, squares = 0.0, count = 0.0
    cdef int i
    for i in range(0, n - 1, 2):
        mean = 0.5 * x[i] + 0.5 * x[i + 1]
        if mean == mean:
            count += 1.0
            total += mean
    if count == 0.0:
        return
    out[PAIRS] = count
    out[PAIR_MEAN] = total / count
    for i in range(0, n - 1, 2):
        mean = 0.5 * x[i] + 0.5 * x[i + 1]
        if mean == mean:
            squares += (mean - out[PAIR_MEAN]) * (mean - out[PAIR_MEAN])
    out[PAIR_SQUARES] = squares


cdef inline void merge_mean(double* into, const double* other, int count, int mean, int squares) noexcept nogil:
    # Mean and squared distances of two sets together (Chan, Golub and LeVeque 1979).
    cdef double n = into[count] + other[count], gap = other[mean] - into[mean]
    if other[count] == 0.0:
        return
    if into[count] == 0.0:
        into[mean] = other[mean]
        into[squares] = other[squares]
    else:
        into[mean] += gap * (other[count] / n)
        into[squares] += other[squares] + gap * gap * (into[count] * (other[count] / n))
    into[count] = n


cdef inline void merge_sums(double* into, const double* other) noexcept nogil:
    # What comes later in order, into what came before.
    if other[COUNT] > 0.0:
        if into[COUNT] == 0.0:
            into[LOW] = other[LOW]
            into[HIGH] = other[HIGH]
        else:
            into[LOW] = min(into[LOW], other[LOW])
            into[HIGH] = max(into[HIGH], other[HIGH])
    into[BELOW] += other[BELOW]
    merge_mean(into, other, COUNT, MEAN, SQUARES)
    merge_mean(into, other, PAIRS, PAIR_MEAN, PAIR_SQUARES)


cdef inline void ranks(const double* x, const double* flows, int rule, Py_ssize_t n, double* out) noexcept nogil:
    # The figures by which scenarios are ordered.
    cdef Py_ssize_t i
    for i in range(n):
        out[i] = x[i]
        if x[i] != x[i]:
            if rule == RANK_HIGH:
                out[i] = INFINITY
            elif rule == RANK_LOW and flows[i] < 0.0:
                out[i] = -1.0


cdef inline int64_t sketch_cell(double x) noexcept nogil:
    # Without a branch that the processor would have to guess.
    cdef int64_t bits = (<int64_t*>&x)[0], negative = bits >> 63
    cdef int64_t key = ((bits & <int64_t>0x7FFFFFFFFFFFFFFFLL) >> (52 - SKETCH_BITS)) - ((1023 + SKETCH_FLOOR) << SKETCH_BITS) + 1
    key = min(max(key, 0), SKETCH_SIDE)
    key = SKETCH_SIDE + ((key ^ negative) - negative)
    key = SKETCH_CELLS - 2 if x == INFINITY else key
    return key if x == x else SKETCH_CELLS - 1


cdef inline void sketch(const double* x, Py_ssize_t n, int64_t* counts) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        counts[sketch_cell(x[i])] += 1


cdef inline void histogram(const double* x, Py_ssize_t n, const double* edges, Py_ssize_t bins, int64_t* counts) noexcept nogil:
    # counts: below the first edge, the bins (an edge belongs to the bin above it, the last to the bin below), above, no value.
    cdef double low = edges[0], high = edges[bins], scale = bins / (edges[bins] - edges[0]), guess
    cdef Py_ssize_t i, k
    for i in range(n):
        if x[i] < low:
            counts[0] += 1
        elif x[i] > high:
            counts[bins + 1] += 1
        elif x[i] == x[i]:
            guess = (x[i] - low) * scale  # NaN or infinite where the edges lie closer, or wider, than a double can tell
            k = <Py_ssize_t>guess if guess < bins else bins - 1
            while k > 0 and x[i] < edges[k]:
                k -= 1
            while k < bins - 1 and x[i] >= edges[k + 1]:
                k += 1
            counts[k + 1] += 1
        else:
            counts[bins + 2] += 1


cdef inline Py_ssize_t top(const double* x, Py_ssize_t n, int64_t first, double sign, double* best, int64_t* index, Py_ssize_t kept,
                           Py_ssize_t room) noexcept nogil:
    # Keep the `room` largest of sign * x with their numbers, the lower number first among equals; return how many there are.
    cdef Py_ssize_t i, k, worst = 0
    cdef double v
    for k in range(1, kept):
        if best[k] < best[worst] or (best[k] == best[worst] and index[k] > index[worst]):
            worst = k
    for i in range(n):
        v = sign * x[i]
        if v != v:
            continue
        if kept < room:
            best[kept] = v
            index[kept] = first + i
            kept += 1
        elif v > best[worst] or (v == best[worst] and first + i < index[worst]):
            best[worst] = v
            index[worst] = first + i
        else:
            continue
        worst = 0
        for k in range(1, kept):
            if best[k] < best[worst] or (best[k] == best[worst] and index[k] > index[worst]):
                worst = k
    return kept
