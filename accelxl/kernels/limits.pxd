"""Whether numbers lie within the limits of an input."""

from libc.math cimport floor

from accelxl.kernels.pack cimport *

cdef enum:
    PACKS = 4             # looked at side by side


cdef inline int inside(double x, double low, double high, int whole) noexcept nogil:
    return low <= x and x <= high and (not whole or x == floor(x))


cdef inline Py_ssize_t first_outside(const double* x, Py_ssize_t n, double low, double high, int whole) noexcept nogil:
    # The place of the first number outside, n where there is none; NaN is outside. Adding 1.5 * 2^52 leaves no digit after the
    # point, and a whole number up to 2^51 as it is: what fails here is looked at again, one by one.
    cdef Py_ssize_t i = 0, j
    cdef int k
    cdef pack v, least = pk(low), most = pk(high), point = pk(6755399441055744.0)
    cdef mask good
    while i + PACKS * PW <= n:
        good = pk_le(pk(0.0), pk(0.0))
        for k in range(PACKS):
            v = pk_load(x + i + k * PW)
            good = pk_and(good, pk_and(pk_le(least, v), pk_le(v, most)))
            if whole:
                good = pk_and(good, pk_eq((v + point) - point, v))
        if not pk_all(good):
            for j in range(i, i + PACKS * PW):
                if not inside(x[j], low, high, whole):
                    return j
        i += PACKS * PW
    while i < n and inside(x[i], low, high, whole):
        i += 1
    return i
