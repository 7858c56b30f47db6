// The normal distribution for a double and for a pack: quantile and probability, the same bits at every width.
//
// Own rational fits, made in 60 digits by least squares with Lawson's weights at Chebyshev points. Largest relative error of a fit
// 8e-17, of the functions as evaluated 1e-15 (tests/scenario/test_normal.py looks).
#ifndef ACCELXL_NORMAL_H
#define ACCELXL_NORMAL_H

#include "pack.h"

AX_INLINE double ax_root(double x) { return __builtin_sqrt(x); }
#if PW > 1
AX_INLINE pack ax_root(pack x) { return pk_sqrt(x); }
#endif

template <class V, int N> AX_INLINE V ax_polynomial(const double (&c)[N], V x) {
    V y = ax_set<V>(c[N - 1]);
    for (int k = N - 2; k >= 0; --k) y = y * x + ax_set<V>(c[k]);
    return y;
}

// z with Phi(z) = u, where u and 1 - u are at least 1e-17.
template <class V> AX_INLINE V ax_normal_quantile(V u) {
    // z / q over v = 0.425^2 - q^2, q = u - 1/2.
    static const double p1[] = {3.3871328727963665, 133.13684638654448, 1971.433758425617, 13729.877891581995,
                                45912.9743235875, 67247.53000532533, 33418.54265391492, 2507.922775554204};
    static const double q1[] = {1.0, 42.311907224748666, 687.13632104108, 5393.538985191357,
                                21209.99018502354, 39298.159990173386, 28719.673688743944, 5224.307080302276};
    // -z over s = sqrt(-log(p)), p the smaller tail, 1.6 <= s <= 6.3.
    static const double p2[] = {-3.5337233444220613, -34.806603407586664, -50.535438555599775, 24.756047342700313, 69.34221542146894,
                                40.78577433998052, 10.080751896867682, 0.9436146781182497, 0.023559475219958482};
    static const double q2[] = {1.0, 16.32686817979486, 53.32950934659165, 60.30603645083133,
                                30.2444501866963, 7.177082319390424, 0.6673371732352935, 0.01665860682620497};
    V q = u - ax_set<V>(0.5), v = ax_set<V>(0.180625) - q * q;
    V centre = q * (ax_polynomial<V>(p1, v) / ax_polynomial<V>(q1, v));
    V p = ax_select(q < V{}, u, ax_set<V>(1.0) - u);
    V s = ax_root(-ax_logv<V>(p));
    V tail = ax_polynomial<V>(p2, s) / ax_polynomial<V>(q2, s);
    tail = ax_select(q < V{}, -tail, tail);
    return ax_select(v < V{}, tail, centre);
}

// Phi(z); z beyond +-8.5 counts as that.
template <class V> AX_INLINE V ax_normal_probability(V z) {
    // Phi(-t) * exp(t^2 / 2) over t in [0, 8.5].
    static const double p[] = {0.5, 0.661356050713102, 0.4363380671241579, 0.18076286691438267, 0.050740619612765464,
                               0.009824488659786768, 0.0012804096580293167, 0.00010305389966713372, 3.955378444981569e-06};
    static const double q[] = {1.0, 2.120596662229071, 2.064667470730915, 1.2145552210708268, 0.47721947514967433,
                               0.13037723878525642, 0.02488467587011963, 0.0032194250570137957, 0.00025831783498790926,
                               9.914663254759335e-06};
    const V end = ax_set<V>(8.5);
    V t = ax_abs<V>(z);
    t = ax_select(t < end, t, end);
    V lower = ax_expv<V>(ax_set<V>(-0.5) * t * t) * (ax_polynomial<V>(p, t) / ax_polynomial<V>(q, t));
    V value = ax_select(z > V{}, ax_set<V>(1.0) - lower, lower);
    return ax_select(z == z, value, z);
}

AX_INLINE double ax_ndtri(double u) { return ax_normal_quantile<double>(u); }
AX_INLINE double ax_ndtr(double z) { return ax_normal_probability<double>(z); }
AX_INLINE pack pk_ndtri(pack u) { return ax_normal_quantile<pack>(u); }
AX_INLINE pack pk_ndtr(pack z) { return ax_normal_probability<pack>(z); }
#endif
