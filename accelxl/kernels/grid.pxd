"""Cartesian grids: cells that are sums of entries of small tables.

A cell is a sum of doubles in a fixed order, so neither threads nor the width of a pack changes a bit of it.
"""

from libc.stdint cimport int64_t, uint64_t

from accelxl.kernels.pack cimport *
from accelxl.kernels.sinks cimport *


cdef inline double cell(double left, const double** tables, int count, Py_ssize_t j) noexcept nogil:
    cdef int k
    for k in range(count):
        left = left + tables[k][j]
    return left


cdef enum:
    LINE = 8              # doubles of a line of memory


cdef inline void fill_row(double left, const double** tables, int count, Py_ssize_t n, double* out) noexcept nogil:
    # Cells that share `left`: out[j] = left + tables[0][j] + tables[1][j] + ... Whole lines go past the caches; a line that two rows
    # share does not, because memory takes half a line as slowly as two.
    cdef Py_ssize_t j = 0
    cdef int i, k
    cdef const double* first = tables[0]
    cdef pack x = pk(left), v
    while j < n and <uint64_t>(out + j) % (LINE * 8):
        out[j] = cell(left, tables, count, j)
        j += 1
    if count == 1:
        while j + LINE <= n:
            for i in range(LINE // PW):
                pk_stream(out + j + i * PW, x + pk_load(first + j + i * PW))
            j += LINE
    while j + LINE <= n:
        for i in range(LINE // PW):
            v = x
            for k in range(count):
                v = v + pk_load(tables[k] + j + i * PW)
            pk_stream(out + j + i * PW, v)
        j += LINE
    while j < n:
        out[j] = cell(left, tables, count, j)
        j += 1


cdef inline int64_t below(const double* left, Py_ssize_t n, const double* right, Py_ssize_t m, double level) noexcept nogil:
    # How many sums left[i] + right[j] lie below the level; both lists rise, so that a rounded sum never falls along either.
    cdef Py_ssize_t i, j = m
    cdef int64_t found = 0
    for i in range(n):
        while j > 0 and not left[i] + right[j - 1] < level:
            j -= 1
        if j == 0:
            break
        found += j
    return found


cdef inline void row_sums(const double* x, Py_ssize_t n, double* out) noexcept nogil:
    # Count, mean and squares of a row.
    cdef double[FIELDS] part
    cdef Py_ssize_t i
    for i in range(FIELDS):
        out[i] = 0.0
    i = 0
    while i < n:
        block_sums(x + i, x + i, <int>min(<Py_ssize_t>BLOCK, n - i), -INFINITY, 0, &part[0])
        merge_sums(out, &part[0])
        i += BLOCK


cdef inline void pair_of_lists(const double* left, Py_ssize_t n, const double* right, Py_ssize_t m, double level,
                               double* out) noexcept nogil:
    # The sums of a block whose scenarios are left[i] + right[j]: means add, and so do squares, each as often as it occurs.
    cdef double[FIELDS] a, b
    row_sums(left, n, &a[0])
    row_sums(right, m, &b[0])
    out[COUNT] = a[COUNT] * b[COUNT]
    out[MEAN] = a[MEAN] + b[MEAN]
    out[SQUARES] = a[SQUARES] * b[COUNT] + b[SQUARES] * a[COUNT]
    out[LOW] = left[0] + right[0]
    out[HIGH] = left[n - 1] + right[m - 1]
    out[BELOW] = <double>below(left, n, right, m, level)
