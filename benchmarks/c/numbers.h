/* Numerics and addressed random numbers: the model's own, in C. */
#include <math.h>
#include <stdint.h>

#define GOLDEN 0x9E3779B97F4A7C15ull
#define INLINE static inline __attribute__((always_inline))

/* --- numerics ----------------------------------------------------------------------------------------- */

INLINE double lesser(double a, double b) { return b < a ? b : a; }
INLINE double greater(double a, double b) { return b > a ? b : a; }
INLINE double clip(double x, double low, double high) { return lesser(greater(x, low), high); }

INLINE double expo(double x) {
    double held = clip(x, -700.0, 700.0), k = floor(held * 1.4426950408889634 + 0.5);
    double r = (held - k * 0.6931471803691238) - k * 1.9082149292705877e-10;
    double r2 = r * r, r4 = r2 * r2, r8 = r4 * r4;
    double p01 = 1.0 + r, p23 = 0.5 + r * 0.16666666666666666;
    double p45 = 0.041666666666666664 + r * 0.008333333333333333;
    double p67 = 0.001388888888888889 + r * 0.0001984126984126984;
    double p89 = 2.48015873015873e-05 + r * 2.7557319223985893e-06;
    double pab = 2.755731922398589e-07 + r * 2.505210838544172e-08;
    double pcd = 2.08767569878681e-09 + r * 1.6059043836821613e-10;
    double low = (p01 + r2 * p23) + r4 * (p45 + r2 * p67), high = (p89 + r2 * pab) + r4 * pcd;
    union { int64_t i; double d; } scale;
    scale.i = ((int64_t)(int32_t)k + 1023) << 52;
    return (low + r8 * high) * scale.d;
}
INLINE double logistic(double x) { return 1.0 / (1.0 + expo(-x)); }

/* --- addressed random numbers --------------------------------------------------------------------------- */

INLINE uint64_t mix(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
}
INLINE uint64_t address(int64_t seed, int64_t stream, int64_t month) {
    uint64_t key = mix((uint64_t)seed + GOLDEN);
    key = mix(key + (uint64_t)stream * GOLDEN);
    return mix(key + ((uint64_t)(month + 4096) + 1) * GOLDEN);
}
INLINE uint64_t bits(uint64_t who, uint64_t where) { return mix((who ^ where) + GOLDEN); }
INLINE double uniform(uint64_t b) { return (double)(int32_t)(b >> 33) * 0x1p-31; }
INLINE double shock(uint64_t b, int lane) {
    return (double)(int32_t)((b >> (16 * lane)) & 0xFFFF) * (3.4641016151377544 / 65536.0)
        - 3.4641016151377544 / 2.0 * (1.0 - 1.0 / 65536.0);
}
