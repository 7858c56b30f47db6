# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# distutils: language = c++
"""Numeric kernels: float64 in, float64 out, no Python objects inside a loop, no exceptions.

Formulas live in kernels/<subject>.pxd; here are the faces that Python calls, subject by subject:
1. elementwise   @cython.ufunc         a formula as a NumPy ufunc
2. row loops     def ..._rows(..., out) a formula along each row of a 2-D array
3. the plan      packs of scenarios

A result that has no meaning is NaN. Shapes and types are checked by the caller.
"""

cimport cython

cimport accelxl.kernels.pack as pk


def cpu_level() -> int:
    """Widest x86-64 level that this processor runs, 0 where there is one build only."""
    return pk.ax_cpu_level()


def pack_width() -> int:
    """Scenarios in a pack of this build."""
    return pk.PW


# -- elementary functions (for tests) ----------------------------------------------------------------------------------

@cython.ufunc
cdef double exp(double x) noexcept nogil:
    return pk.ax_exp(x)


@cython.ufunc
cdef double expm1(double x) noexcept nogil:
    return pk.ax_expm1(x)


@cython.ufunc
cdef double log(double x) noexcept nogil:
    return pk.ax_log(x)


@cython.ufunc
cdef double log1p(double x) noexcept nogil:
    return pk.ax_log1p(x)


@cython.ufunc
cdef double pow(double base, double exponent) noexcept nogil:
    return pk.ax_pow(base, exponent)
