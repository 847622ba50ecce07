/* What the machine could do at most: bytes a second through a triad, and multiplications with additions a second. */
#include <stdint.h>

/* a = b + s * c over n numbers, ``times`` over: 24 bytes a number (the line that a write fetches is not counted). */
void triad(double *restrict a, const double *restrict b, const double *restrict c, int64_t n, int64_t times, int threads) {
    (void)threads;
#pragma omp parallel num_threads(threads) if (threads > 1)
    for (int64_t t = 0; t < times; t++) {
        const double s = 1.0 + (double)t;
#pragma omp for simd schedule(static)
        for (int64_t i = 0; i < n; i++) a[i] = b[i] + s * c[i];
    }
}

#ifdef __AVX512F__
#define WIDE 8
#else
#define WIDE 4
#endif
typedef double Vector __attribute__((vector_size(WIDE * sizeof(double))));

/* Flops of ``turns``: twelve independent chains of vectors, enough to keep two units of latency four or five busy. */
double fma_chains(int64_t turns, int threads, double *flops) {
    (void)threads;
    double total = 0.0;
    int crew = 0;
#pragma omp parallel num_threads(threads) reduction(+ : total, crew) if (threads > 1)
    {
        const Vector one = {1.0, 1.0, 1.0, 1.0}, by = one * 0.9999999, more = one * 1e-7;
        Vector a = one, b = one * 2, c = one * 3, d = one * 4, e = one * 5, f = one * 6;
        Vector g = one * 7, h = one * 8, i = one * 9, j = one * 10, k = one * 11, l = one * 12;
        for (int64_t t = 0; t < turns; t++) {
            a = a * by + more; b = b * by + more; c = c * by + more; d = d * by + more;
            e = e * by + more; f = f * by + more; g = g * by + more; h = h * by + more;
            i = i * by + more; j = j * by + more; k = k * by + more; l = l * by + more;
        }
        Vector sum = a + b + c + d + e + f + g + h + i + j + k + l;
        total += sum[0] + sum[1] + sum[2] + sum[3];
        crew += 1;
    }
    *flops = 2.0 * 12.0 * WIDE * (double)turns * crew;
    return total;
}
