// A pack of doubles that Cython takes for one double, and elementary functions that give the same bits at every width.
//
// PW is the number of lanes: 8, 4 or 2 with GCC and Clang, 1 (a plain double) with any other compiler.
// Each function is written once, for a double and for a pack of them, from + - * / and bit operations only; built without
// contraction of a*b+c, a lane gives the bits that the scalar gives, on every processor. libm and NumPy do not promise that.
// Largest errors (tests/test_pack.py looks): exp 1.0, expm1 1.7, log 1.3, log1p 1.5, pow 1.2 units in the last place.
#ifndef ACCELXL_PACK_H
#define ACCELXL_PACK_H

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#if defined(__SSE2__) && defined(__GNUC__)
#  include <immintrin.h>
#endif

#ifndef PW
#  if !defined(__GNUC__)
#    define PW 1
#  elif defined(__AVX512F__)
#    define PW 8
#  elif defined(__AVX__)
#    define PW 4
#  else
#    define PW 2
#  endif
#endif

#if defined(__GNUC__)
#  define AX_INLINE static inline __attribute__((always_inline))
#else
#  define AX_INLINE static inline
#endif

#if PW == 1
typedef double pack;
typedef int64_t mask;
#else
typedef double pack __attribute__((vector_size(8 * PW)));
typedef int64_t mask __attribute__((vector_size(8 * PW)));
#endif

// -- lanes ------------------------------------------------------------------------------------------------------------
template <class V> struct ax_lanes;
template <> struct ax_lanes<double> { typedef int64_t bits; };
#if PW > 1
template <> struct ax_lanes<pack> { typedef mask bits; };
#endif
#define AX_BITS(V) typename ax_lanes<V>::bits

template <class V> AX_INLINE V ax_set(double x) { return x - V{}; }
AX_INLINE pack pk(double x) { return ax_set<pack>(x); }
AX_INLINE pack pk_load(const double *p) { pack v; memcpy(&v, p, sizeof v); return v; }
AX_INLINE void pk_store(double *p, pack v) { memcpy(p, &v, sizeof v); }
template <class V> AX_INLINE AX_BITS(V) ax_as_bits(V v) { AX_BITS(V) b; memcpy(&b, &v, sizeof b); return b; }
template <class V> AX_INLINE V ax_from_bits(AX_BITS(V) b) { V v; memcpy(&v, &b, sizeof v); return v; }

// Comparisons give a mask of the same width; select takes from a where the mask is set, else from b.
#if PW > 1
AX_INLINE mask pk_lt(pack a, pack b) { return a < b; }
AX_INLINE mask pk_le(pack a, pack b) { return a <= b; }
AX_INLINE mask pk_eq(pack a, pack b) { return a == b; }
AX_INLINE mask pk_not(mask m) { return ~m; }
AX_INLINE pack pk_select(mask m, pack a, pack b) { return m ? a : b; }
#  if PW == 8 && defined(__AVX512DQ__)
AX_INLINE int pk_any(mask m) { return _mm512_movepi64_mask((__m512i)m) != 0; }
#  elif PW == 4 && defined(__AVX__)
AX_INLINE int pk_any(mask m) { return _mm256_movemask_pd((__m256d)m) != 0; }
#  elif PW == 2 && defined(__SSE2__)
AX_INLINE int pk_any(mask m) { return _mm_movemask_pd((__m128d)m) != 0; }
#  else
AX_INLINE int pk_any(mask m) { int64_t s = 0; for (int i = 0; i < PW; ++i) s |= m[i]; return s != 0; }
#  endif
AX_INLINE int pk_all(mask m) { return !pk_any(~m); }
AX_INLINE double pk_lane(pack v, int i) { return v[i]; }
AX_INLINE pack ax_select(mask m, pack a, pack b) { return m ? a : b; }
#else
AX_INLINE mask pk_lt(pack a, pack b) { return -(mask)(a < b); }
AX_INLINE mask pk_le(pack a, pack b) { return -(mask)(a <= b); }
AX_INLINE mask pk_eq(pack a, pack b) { return -(mask)(a == b); }
AX_INLINE mask pk_not(mask m) { return ~m; }
AX_INLINE pack pk_select(mask m, pack a, pack b) { return m ? a : b; }
AX_INLINE int pk_any(mask m) { return m != 0; }
AX_INLINE int pk_all(mask m) { return m == -1; }
AX_INLINE double pk_lane(pack v, int) { return v; }
#endif
AX_INLINE double ax_select(int64_t m, double a, double b) { return m ? a : b; }
AX_INLINE mask pk_and(mask a, mask b) { return a & b; }
AX_INLINE mask pk_or(mask a, mask b) { return a | b; }
AX_INLINE mask pk_isnan(pack a) { return pk_not(pk_eq(a, a)); }
// The second operand where the first is NaN: a NaN never wins. (x86's own min and max do that.)
#if PW == 8 && defined(__AVX512F__)
AX_INLINE pack pk_min(pack a, pack b) { return (pack)_mm512_min_pd((__m512d)a, (__m512d)b); }
AX_INLINE pack pk_max(pack a, pack b) { return (pack)_mm512_max_pd((__m512d)a, (__m512d)b); }
#elif PW == 4 && defined(__AVX__)
AX_INLINE pack pk_min(pack a, pack b) { return (pack)_mm256_min_pd((__m256d)a, (__m256d)b); }
AX_INLINE pack pk_max(pack a, pack b) { return (pack)_mm256_max_pd((__m256d)a, (__m256d)b); }
#elif PW == 2 && defined(__SSE2__)
AX_INLINE pack pk_min(pack a, pack b) { return (pack)_mm_min_pd((__m128d)a, (__m128d)b); }
AX_INLINE pack pk_max(pack a, pack b) { return (pack)_mm_max_pd((__m128d)a, (__m128d)b); }
#else
AX_INLINE pack pk_min(pack a, pack b) { return pk_select(pk_lt(a, b), a, b); }
AX_INLINE pack pk_max(pack a, pack b) { return pk_select(pk_lt(b, a), a, b); }
#endif
// A flag that lives in the sign bit alone: that of a number, the mask of it, the choice by it.
AX_INLINE mask pk_sign(pack a) { return ax_as_bits<pack>(a); }
AX_INLINE mask pk_signed(mask m) { return m >> 63; }
#if PW == 8 && defined(__AVX512DQ__)
AX_INLINE pack pk_by_sign(pack s, pack a, pack b) {
    return (pack)_mm512_mask_blend_pd(_mm512_movepi64_mask((__m512i)pk_sign(s)), (__m512d)b, (__m512d)a);
}
#elif PW == 4 && defined(__AVX__)
AX_INLINE pack pk_by_sign(pack s, pack a, pack b) {  // GCC makes two steps of the intrinsic: a comparison with zero first
    pack r;
    __asm__("vblendvpd %1, %2, %3, %0" : "=x"(r) : "x"(s), "xm"(a), "x"(b));
    return r;
}
#elif PW == 2 && defined(__SSE4_1__)
AX_INLINE pack pk_by_sign(pack s, pack a, pack b) { return (pack)_mm_blendv_pd((__m128d)b, (__m128d)a, (__m128d)s); }
#else
AX_INLINE pack pk_by_sign(pack s, pack a, pack b) { return pk_select(pk_signed(pk_sign(s)), a, b); }
#endif
// The value where the mask is set, else zero.
AX_INLINE pack pk_where(mask m, pack a) { return ax_from_bits<pack>(ax_as_bits<pack>(a) & m); }
AX_INLINE double pk_top(pack v) { double m = pk_lane(v, 0); for (int i = 1; i < PW; ++i) if (pk_lane(v, i) > m) m = pk_lane(v, i); return m; }
AX_INLINE double pk_bottom(pack v) { double m = pk_lane(v, 0); for (int i = 1; i < PW; ++i) if (pk_lane(v, i) < m) m = pk_lane(v, i); return m; }

// A hint that the cache line at p is wanted soon.
AX_INLINE void pk_prefetch(const double *p) {
#if defined(__GNUC__)
    __builtin_prefetch(p);
#else
    (void)p;
#endif
}

// Turns a square of PW rows and PW columns: column j of `from` becomes the pack at `to` + j * step.
AX_INLINE void pk_turn(const double *from, ptrdiff_t stride, double *to, ptrdiff_t step) {
#if PW > 1 && defined(__has_builtin)
#  if __has_builtin(__builtin_shufflevector)
#    define AX_TURNED
    pack r[PW], t[PW];
    for (int i = 0; i < PW; ++i) r[i] = pk_load(from + i * stride);
#    if PW == 2
    t[0] = __builtin_shufflevector(r[0], r[1], 0, 2);
    t[1] = __builtin_shufflevector(r[0], r[1], 1, 3);
#    elif PW == 4
    for (int i = 0; i < 4; i += 2) {
        t[i] = __builtin_shufflevector(r[i], r[i + 1], 0, 4, 2, 6);
        t[i + 1] = __builtin_shufflevector(r[i], r[i + 1], 1, 5, 3, 7);
    }
    for (int i = 0; i < 2; ++i) {
        r[i] = __builtin_shufflevector(t[i], t[i + 2], 0, 1, 4, 5);
        r[i + 2] = __builtin_shufflevector(t[i], t[i + 2], 2, 3, 6, 7);
    }
    for (int i = 0; i < 4; ++i) t[i] = r[i];
#    else
    for (int i = 0; i < 8; i += 2) {
        t[i] = __builtin_shufflevector(r[i], r[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
        t[i + 1] = __builtin_shufflevector(r[i], r[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    }
    for (int i = 0; i < 2; ++i) {
        pack a = __builtin_shufflevector(t[i], t[i + 2], 0, 1, 8, 9, 4, 5, 12, 13);
        pack b = __builtin_shufflevector(t[i], t[i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        pack c = __builtin_shufflevector(t[i + 4], t[i + 6], 0, 1, 8, 9, 4, 5, 12, 13);
        pack d = __builtin_shufflevector(t[i + 4], t[i + 6], 2, 3, 10, 11, 6, 7, 14, 15);
        r[i] = __builtin_shufflevector(a, c, 0, 1, 2, 3, 8, 9, 10, 11);
        r[i + 4] = __builtin_shufflevector(a, c, 4, 5, 6, 7, 12, 13, 14, 15);
        r[i + 2] = __builtin_shufflevector(b, d, 0, 1, 2, 3, 8, 9, 10, 11);
        r[i + 6] = __builtin_shufflevector(b, d, 4, 5, 6, 7, 12, 13, 14, 15);
    }
    for (int i = 0; i < 8; ++i) t[i] = r[i];
#    endif
    for (int i = 0; i < PW; ++i) pk_store(to + i * step, t[i]);
#  endif
#endif
#ifndef AX_TURNED
    for (int i = 0; i < PW; ++i) for (int j = 0; j < PW; ++j) to[j * step + i] = from[i * stride + j];
#endif
}

AX_INLINE pack pk_sqrt(pack v) {
#if PW > 1
    for (int i = 0; i < PW; ++i) v[i] = __builtin_sqrt(v[i]);
    return v;
#else
    return sqrt(v);
#endif
}

// -- whole numbers: a mask holds 64 bits a lane -------------------------------------------------------------------------------
AX_INLINE mask mk(int64_t x) { return mask{} | x; }
AX_INLINE mask mk_load(const uint64_t *p) { mask v; memcpy(&v, p, sizeof v); return v; }
AX_INLINE mask pk_bits(pack v) { mask b; memcpy(&b, &v, sizeof b); return b; }
AX_INLINE pack pk_of_bits(mask b) { pack v; memcpy(&v, &b, sizeof v); return v; }
// The lanes' numbers, 0 to PW - 1.
AX_INLINE mask mk_iota(void) {
#if PW > 1
    mask v;
    for (int i = 0; i < PW; ++i) v[i] = i;
    return v;
#else
    return 0;
#endif
}
// Shift right, zeros from the left.
AX_INLINE mask mk_shr(mask a, int n) {
#if PW > 1
    typedef uint64_t bits __attribute__((vector_size(8 * PW)));
    return (mask)((bits)a >> n);
#else
    return (mask)((uint64_t)a >> n);
#endif
}
// The product of the low halves, unsigned; the high halves may hold anything.
AX_INLINE mask mk_mul32(mask a, mask b) {
#if PW == 8 && defined(__AVX512F__)
    return (mask)_mm512_maskz_mul_epu32((__mmask8)-1, (__m512i)a, (__m512i)b);  // GCC 12 warns of the plain form
#elif PW == 4 && defined(__AVX2__)
    return (mask)_mm256_mul_epu32((__m256i)a, (__m256i)b);
#elif PW == 2 && defined(__SSE2__)
    return (mask)_mm_mul_epu32((__m128i)a, (__m128i)b);
#else
    return (a & mk(0xffffffff)) * (b & mk(0xffffffff));
#endif
}
AX_INLINE int64_t mk_lane(mask v, int i) {
#if PW > 1
    return v[i];
#else
    (void)i; return v;
#endif
}
// table[index] of each lane.
AX_INLINE pack pk_gather(const double *table, mask index) {
#if PW > 1
    pack v;
    for (int i = 0; i < PW; ++i) v[i] = table[index[i]];
    return v;
#else
    return table[index];
#endif
}

// -- elementary functions ------------------------------------------------------------------------------------------------
#define AX_LN2_HI 0x1.62e42fee00000p-1   // 33 bits: k * AX_LN2_HI is exact for every exponent k
#define AX_LN2_LO 0x1.a39ef35793c76p-33
#define AX_MAGIC 0x1.8p52                // adding it rounds to a whole number, kept in the low bits

template <class V> AX_INLINE V ax_abs(V x) { return ax_from_bits<V>(ax_as_bits<V>(x) & ~((AX_BITS(V)){} | INT64_MIN)); }

// 2^n for whole n in [-1022, 1023].
template <class V> AX_INLINE V ax_pow2(V n) {
    AX_BITS(V) b = ax_as_bits<V>(n + ax_set<V>(AX_MAGIC)) << 52;
    return ax_from_bits<V>(b + ((AX_BITS(V)){} | ((int64_t)1023 << 52)));
}

// (e^r - 1 - r) / r^2 for |r| <= ln(2)/2: minimax, so that r^2 times the error is below 2e-17 |r|.
template <class V> AX_INLINE V ax_exp_tail(V r) {
    V p = ax_set<V>(0x1.af75682e11334p-26);
    p = p * r + ax_set<V>(0x1.28a189696e8a0p-22);
    p = p * r + ax_set<V>(0x1.71ddeadf830c9p-19);
    p = p * r + ax_set<V>(0x1.a019a7d45a329p-16);
    p = p * r + ax_set<V>(0x1.a01a01b56f781p-13);
    p = p * r + ax_set<V>(0x1.6c16c17eb351ep-10);
    p = p * r + ax_set<V>(0x1.111111110e822p-7);
    p = p * r + ax_set<V>(0x1.555555555237fp-5);
    p = p * r + ax_set<V>(0x1.555555555555cp-3);
    return p * r + ax_set<V>(0x1.0000000000005p-1);
}

// e^(x + lo), where lo is a small correction to x.
template <class V> AX_INLINE V ax_exp2part(V x, V lo) {
    const V top = ax_set<V>(709.782712893384), low = ax_set<V>(-745.2);
    V y = ax_select(x < top, x, top);
    y = ax_select(y > low, y, low);
    V n = y * ax_set<V>(1.4426950408889634) + ax_set<V>(AX_MAGIC) - ax_set<V>(AX_MAGIC);
    V r = (y - n * ax_set<V>(AX_LN2_HI)) - n * ax_set<V>(AX_LN2_LO) + lo;
    V e = ax_set<V>(1.0) + (r + r * r * ax_exp_tail<V>(r));
    V half = n * ax_set<V>(0.5) + ax_set<V>(AX_MAGIC) - ax_set<V>(AX_MAGIC);
    V v = e * ax_pow2<V>(half) * ax_pow2<V>(n - half);
    v = ax_select(x > top, ax_set<V>(__builtin_inf()), v);
    return ax_select(x == x, v, x);
}
template <class V> AX_INLINE V ax_expv(V x) { return ax_exp2part<V>(x, V{}); }

// e^x, 0 below -708, e^708 above 708: fewer steps, and the polynomial in pairs, so that many in a row overlap.
template <class V> AX_INLINE V ax_swift_expv(V x) {
    const V low = ax_set<V>(-708.0), top = ax_set<V>(708.0), one = ax_set<V>(1.0);
    V y = ax_select(x > low, x, low);
    y = ax_select(y < top, y, top);
    V n = y * ax_set<V>(1.4426950408889634) + ax_set<V>(AX_MAGIC) - ax_set<V>(AX_MAGIC);
    V r = (y - n * ax_set<V>(AX_LN2_HI)) - n * ax_set<V>(AX_LN2_LO), r2 = r * r, r4 = r2 * r2;
    V a = (ax_set<V>(0.5) + r * ax_set<V>(1.0 / 6.0)) + (ax_set<V>(1.0 / 24.0) + r * ax_set<V>(1.0 / 120.0)) * r2;
    V b = (ax_set<V>(1.0 / 720.0) + r * ax_set<V>(1.0 / 5040.0)) +
          (ax_set<V>(1.0 / 40320.0) + r * ax_set<V>(1.0 / 362880.0)) * r2;
    V c = (ax_set<V>(1.0 / 3628800.0) + r * ax_set<V>(1.0 / 39916800.0)) +
          (ax_set<V>(1.0 / 479001600.0) + r * ax_set<V>(1.0 / 6227020800.0)) * r2;
    V e = one + (r + r2 * (a + r4 * (b + r4 * c)));
    return ax_select(x > low, e * ax_pow2<V>(n), V{});
}

// The same bits for |x| <= 700, where no edge is met.
template <class V> AX_INLINE V ax_exp_nearv(V x) {
    V n = x * ax_set<V>(1.4426950408889634) + ax_set<V>(AX_MAGIC) - ax_set<V>(AX_MAGIC);
    V r = (x - n * ax_set<V>(AX_LN2_HI)) - n * ax_set<V>(AX_LN2_LO);
    return (ax_set<V>(1.0) + (r + r * r * ax_exp_tail<V>(r))) * ax_pow2<V>(n);
}

template <class V> AX_INLINE V ax_expm1v(V x) {
    const V top = ax_set<V>(709.782712893384), low = ax_set<V>(-40.0), one = ax_set<V>(1.0);
    V y = ax_select(x < top, x, top);
    y = ax_select(y > low, y, low);
    V n = y * ax_set<V>(1.4426950408889634) + ax_set<V>(AX_MAGIC) - ax_set<V>(AX_MAGIC);
    V r0 = y - n * ax_set<V>(AX_LN2_HI), c = n * ax_set<V>(AX_LN2_LO);
    V r = r0 - c;
    V lost = (r0 - r) - c;
    V q = r + (r * r * ax_exp_tail<V>(r) + lost);
    V half = n * ax_set<V>(0.5) + ax_set<V>(AX_MAGIC) - ax_set<V>(AX_MAGIC);
    V a = ax_pow2<V>(half), b = ax_pow2<V>(n - half);
    V v = a * q * b + (a * b - one);
    v = ax_select(n > ax_set<V>(1000.0), (q + one) * a * b, v);
    v = ax_select(x > top, ax_set<V>(__builtin_inf()), v);
    v = ax_select(x == V{}, x, v);
    return ax_select(x == x, v, x);
}

// x = 2^k * (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)); x > 0 and normal.
template <class V> AX_INLINE void ax_split(V x, V *k, V *f) {
    typedef AX_BITS(V) B;
    B b = ax_as_bits<V>(x) + ((B){} | (int64_t)(0x3ff0000000000000 - 0x3fe6a09e667f3bcd));
    B e = (b >> 52) - ((B){} | (int64_t)1023);
    B m = (b & ((B){} | (int64_t)0x000fffffffffffff)) + ((B){} | (int64_t)0x3fe6a09e667f3bcd);
    *k = ax_from_bits<V>(e + ax_as_bits<V>(ax_set<V>(AX_MAGIC))) - ax_set<V>(AX_MAGIC);
    *f = ax_from_bits<V>(m) - ax_set<V>(1.0);
}

// 2 (1/5 + z/7 + ...), the series of R below from its second term on, as a power needs it.
template <class V> AX_INLINE V ax_log_rest(V z) {
    V p = ax_set<V>(2.0 / 23.0);
    p = p * z + ax_set<V>(2.0 / 21.0);
    p = p * z + ax_set<V>(2.0 / 19.0);
    p = p * z + ax_set<V>(2.0 / 17.0);
    p = p * z + ax_set<V>(2.0 / 15.0);
    p = p * z + ax_set<V>(2.0 / 13.0);
    p = p * z + ax_set<V>(2.0 / 11.0);
    p = p * z + ax_set<V>(2.0 / 9.0);
    p = p * z + ax_set<V>(2.0 / 7.0);
    return p * z + ax_set<V>(2.0 / 5.0);
}

// R(z) = 2 (z/3 + z^2/5 + ...) with z = s^2, s = f / (2 + f): log(1 + f) = 2 s + s R = f - s (f - R). Minimax: the error of log is
// below 2e-18 of it.
template <class V> AX_INLINE V ax_log_tail(V z) {
    V p = ax_set<V>(0x1.2f041bb9aeab3p-3);
    p = p * z + ax_set<V>(0x1.39a1e07c61251p-3);
    p = p * z + ax_set<V>(0x1.74663d3198eb9p-3);
    p = p * z + ax_set<V>(0x1.c71c52134a490p-3);
    p = p * z + ax_set<V>(0x1.24924941e2495p-2);
    p = p * z + ax_set<V>(0x1.999999997ff0cp-2);
    p = p * z + ax_set<V>(0x1.5555555555592p-1);
    return p * z;
}

// log(x) where x is not a plain positive number: -inf at 0, NaN below, +inf at +inf.
template <class V> AX_INLINE V ax_log_edges(V x, V v) {
    v = ax_select(x == ax_set<V>(__builtin_inf()), x, v);
    v = ax_select(x == V{}, ax_set<V>(-__builtin_inf()), v);
    return ax_select(x >= V{}, v, ax_set<V>(__builtin_nan("")));
}

// log(x + c), where c is a correction far below one unit of x.
template <class V> AX_INLINE V ax_log2part(V x, V c) {
    const V tiny = ax_set<V>(0x1p-1022), up = ax_set<V>(0x1p54);
    V y = ax_select(x < tiny, x * up, x), k, f;
    V shift = ax_select(x < tiny, ax_set<V>(54.0), V{});
    ax_split<V>(y, &k, &f);
    k = k - shift;
    V s = f / (ax_set<V>(2.0) + f);
    V v = k * ax_set<V>(AX_LN2_HI) + ((f - s * (f - ax_log_tail<V>(s * s))) + (k * ax_set<V>(AX_LN2_LO) + c / x));
    return ax_log_edges<V>(x, v);
}
template <class V> AX_INLINE V ax_logv(V x) {
    const V tiny = ax_set<V>(0x1p-1022), up = ax_set<V>(0x1p54);
    V y = ax_select(x < tiny, x * up, x), k, f;
    V shift = ax_select(x < tiny, ax_set<V>(54.0), V{});
    ax_split<V>(y, &k, &f);
    k = k - shift;
    V s = f / (ax_set<V>(2.0) + f);
    V v = k * ax_set<V>(AX_LN2_HI) + ((f - s * (f - ax_log_tail<V>(s * s))) + k * ax_set<V>(AX_LN2_LO));
    return ax_log_edges<V>(x, v);
}
// The same bits for normal finite x > 0; NaN at zero and below.
template <class V> AX_INLINE V ax_log_nearv(V x) {
    V k, f;
    ax_split<V>(x, &k, &f);
    V s = f / (ax_set<V>(2.0) + f);
    V v = k * ax_set<V>(AX_LN2_HI) + ((f - s * (f - ax_log_tail<V>(s * s))) + k * ax_set<V>(AX_LN2_LO));
    return ax_select(x > V{}, v, ax_set<V>(__builtin_nan("")));
}
template <class V> AX_INLINE V ax_log1pv(V x) {
    V u = ax_set<V>(1.0) + x;
    // The part of x that 1 + x could not hold, whichever of the two is larger.
    V big = ax_select(ax_abs<V>(x) < ax_set<V>(1.0), ax_set<V>(1.0) - (u - x), x - (u - ax_set<V>(1.0)));
    V c = ax_select(ax_abs<V>(x) < ax_set<V>(1.0), x - (u - ax_set<V>(1.0)), big);
    V v = ax_log2part<V>(u, c);
    v = ax_select(u == V{}, ax_set<V>(-__builtin_inf()), v);
    v = ax_select(u == ax_set<V>(__builtin_inf()), u, v);
    return ax_select(x == V{}, x, v);
}

// a * b = hi + lo exactly (Veltkamp and Dekker: no fused multiply needed).
template <class V> AX_INLINE void ax_two_product(V a, V b, V *hi, V *lo) {
    const V c = ax_set<V>(134217729.0);
    V p = a * b, t = c * a, ah = t - (t - a), al = a - ah;
    t = c * b;
    V bh = t - (t - b), bl = b - bh;
    *hi = p;
    *lo = ((ah * bh - p) + ah * bl + al * bh) + al * bl;
}

// a^b for a >= 0: log(a) in two doubles, so that the error does not grow with the exponent.
template <class V> AX_INLINE V ax_powv(V a, V b) {
    const V tiny = ax_set<V>(0x1p-1022), up = ax_set<V>(0x1p54), one = ax_set<V>(1.0), inf = ax_set<V>(__builtin_inf());
    V y = ax_select(a < tiny, a * up, a), k, f;
    V shift = ax_select(a < tiny, ax_set<V>(54.0), V{});
    y = ax_select(y > V{}, y, one);
    y = ax_select(y < inf, y, one);
    ax_split<V>(y, &k, &f);
    k = k - shift;
    // s = f / (2 + f) in two parts.
    V d = ax_set<V>(2.0) + f, dl = f - (d - ax_set<V>(2.0));
    V s = f / d, ph, pl;
    ax_two_product<V>(s, d, &ph, &pl);
    V sl = (((f - ph) - pl) - s * dl) / d;
    // log(1 + f) = 2 s + s^3 (2/3 + z (2/5 + ...)), the cube's leading term also in two parts.
    V z = s * s, zl, zh;
    ax_two_product<V>(s, s, &zh, &zl);
    zl = zl + ax_set<V>(2.0) * s * sl;
    V rest = ax_log_rest<V>(z) * z * z;                         // 2 z^2/5 + ..., small
    V ch, cl;                                                 // z * 2/3 in two parts
    ax_two_product<V>(zh, ax_set<V>(2.0 / 3.0), &ch, &cl);
    cl = cl + (zl * ax_set<V>(2.0 / 3.0) + zh * ax_set<V>(3.7007434154171886e-17)) + (rest);
    V th = ch + cl, tl = (ch - th) + cl;                        // R in two parts
    V uh, ul;
    ax_two_product<V>(s, th, &uh, &ul);
    ul = ul + s * tl + sl * th;
    // k ln2 + 2 s + u, largest first.
    V h = k * ax_set<V>(AX_LN2_HI), w = ax_set<V>(2.0) * s;
    V h1 = h + w, e1 = ax_select(ax_abs<V>(h) < ax_abs<V>(w), (w - h1) + h, (h - h1) + w);
    V h2 = h1 + uh, e2 = ax_select(ax_abs<V>(h1) < ax_abs<V>(uh), (uh - h2) + h1, (h1 - h2) + uh);
    V low = e1 + e2 + ul + ax_set<V>(2.0) * sl + k * ax_set<V>(AX_LN2_LO);
    V hi = h2 + low;
    low = (h2 - hi) + low;
    V qh, ql;
    ax_two_product<V>(b, hi, &qh, &ql);
    ql = ql + b * low;
    ql = ax_select(ax_abs<V>(qh) < ax_set<V>(800.0), ql, V{});
    V v = ax_exp2part<V>(qh, ql);
    v = ax_select(ax_abs<V>(b) > ax_set<V>(0x1p900), ax_select(hi * b > V{}, inf, V{}), v);
    v = ax_select(a == V{}, ax_select(b > V{}, V{}, inf), v);
    v = ax_select(a == inf, ax_select(b > V{}, inf, V{}), v);
    v = ax_select(a == one, one, v);
    v = ax_select(b == V{}, one, v);
    v = ax_select(b == b, v, b);
    return ax_select((a >= V{}), v, ax_set<V>(__builtin_nan("")));
}

// Scalar faces for Cython; the pack faces have the prefix pk_.
AX_INLINE double ax_exp(double x) { return ax_expv<double>(x); }
AX_INLINE double ax_expm1(double x) { return ax_expm1v<double>(x); }
AX_INLINE double ax_log(double x) { return ax_logv<double>(x); }
AX_INLINE double ax_log1p(double x) { return ax_log1pv<double>(x); }
AX_INLINE double ax_pow(double a, double b) { return ax_powv<double>(a, b); }
AX_INLINE pack pk_exp(pack x) { return ax_expv<pack>(x); }
AX_INLINE pack pk_swift_exp(pack x) { return ax_swift_expv<pack>(x); }
AX_INLINE pack pk_exp_near(pack x) { return ax_exp_nearv<pack>(x); }
AX_INLINE pack pk_log_near(pack x) { return ax_log_nearv<pack>(x); }
AX_INLINE pack pk_expm1(pack x) { return ax_expm1v<pack>(x); }
AX_INLINE pack pk_log(pack x) { return ax_logv<pack>(x); }
AX_INLINE pack pk_log1p(pack x) { return ax_log1pv<pack>(x); }
AX_INLINE pack pk_pow(pack a, pack b) { return ax_powv<pack>(a, b); }

// Ask for a line of memory that is read soon; any address is allowed.
AX_INLINE void ax_prefetch(const double *p) {
#if defined(__GNUC__)
    __builtin_prefetch(p);
#else
    (void)p;
#endif
}

// Store past the caches, at an address that is a multiple of the pack's size; `ax_streamed` ends a run of such stores.
AX_INLINE void pk_stream(double *p, pack v) {
#if PW == 8 && defined(__AVX512F__)
    _mm512_stream_pd(p, (__m512d)v);
#elif PW == 4 && defined(__AVX__)
    _mm256_stream_pd(p, (__m256d)v);
#elif PW == 2 && defined(__SSE2__)
    _mm_stream_pd(p, (__m128d)v);
#else
    pk_store(p, v);
#endif
}
AX_INLINE void ax_streamed(void) {
#if defined(__SSE2__) && defined(__GNUC__)
    _mm_sfence();
#endif
}

// Four polynomials side by side by Horner's rule, from row `rows` - 1 down to row 1: value, slope and half the bend in x. The twelve
// sums fill the registers, so x is read from memory each time.
#define AX_HORNER(k) do { \
        pack x = *(const volatile pack *)&at[k]; \
        q##k = q##k * x + d##k; d##k = d##k * x + v##k; v##k = v##k * x + pk_load(row + k * PW); \
    } while (0)
AX_INLINE void pk_horner4(const double *rows, int count, ptrdiff_t stride, const pack *at, pack *v, pack *d, pack *q) {
    pack v0{}, v1{}, v2{}, v3{}, d0{}, d1{}, d2{}, d3{}, q0{}, q1{}, q2{}, q3{};
    for (const double *row = rows + (count - 1) * stride; row > rows; row -= stride) {
        AX_HORNER(0); AX_HORNER(1); AX_HORNER(2); AX_HORNER(3);
    }
    v[0] = v0; v[1] = v1; v[2] = v2; v[3] = v3;
    d[0] = d0; d[1] = d1; d[2] = d2; d[3] = d3;
    q[0] = q0; q[1] = q1; q[2] = q2; q[3] = q3;
}

// A pointer that the compiler knows nothing about: a call through it stays a call.
AX_INLINE void *ax_opaque(void *p) {
#if defined(__GNUC__)
    __asm__("" : "+r"(p));
#endif
    return p;
}

// -- the processor -------------------------------------------------------------------------------------------------------
// The widest of our builds that this processor runs: 4, 3, 2 (x86-64 levels) or 0 where there is one build only.
AX_INLINE int ax_cpu_level(void) {
#if defined(__x86_64__) && defined(__GNUC__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd")) return 4;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2")) return 3;
    return 2;
#else
    return 0;
#endif
}
#endif
