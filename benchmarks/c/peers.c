/* The reference model in C: columns in place, every loop marked as vectorisable, a polynomial exponential. */
#include "numbers.h"

#define BLOCK 256
#define EACH _Pragma("omp simd") for (int j = 0; j < size; j++)
#define LANE(b, k) ((double)(int32_t)(((b) >> (16 * (k))) & 0xFFFF) * 0x1p-16)

static uint64_t where(int64_t stream, int64_t month) { return mix((uint64_t)(stream * 4096 + month) * GOLDEN); }

static void homes_month(int64_t month, int64_t n, const double *restrict pressure, const double *restrict means,
                        double *restrict stress, double *restrict home) {
    const uint64_t at = where(2, month);
#pragma omp simd
    for (int64_t j = 0; j < n; j++) {
        double s = stress[j], h = home[j], u = LANE(bits((uint64_t)j, at), 0);
        s = clip(s + 0.10 * (logistic(1.6 * pressure[j] - 1.1 * h - 0.2) - s) + 0.02 * (u - 0.5), 0.0, 1.0);
        stress[j] = s;
        home[j] = clip(h + 0.05 * (logistic(1.2 * means[j] - 1.4 * s + 0.4) - h), 0.0, 1.0);
    }
}

static void children_month(int64_t month, int64_t n, const double *restrict ability, const int32_t *restrict household,
                           const int32_t *restrict school, const int32_t *restrict age0, double *restrict skill,
                           double *restrict wellbeing, double *restrict health, double *restrict social,
                           const double *restrict stress, const double *restrict home, const double *restrict climate,
                           double *restrict total, double *restrict count) {
    const uint64_t at = where(1, month);
    const int32_t shift = (int32_t)(month % 216);
    for (int64_t start = 0; start < n; start += BLOCK) {
        const int size = n - start < BLOCK ? (int)(n - start) : BLOCK;
        double st[BLOCK], ho[BLOCK], cl[BLOCK], pace[BLOCK], u0[BLOCK], u1[BLOCK], u2[BLOCK];
        EACH {
            st[j] = stress[household[start + j]]; ho[j] = home[household[start + j]]; cl[j] = climate[school[start + j]];
        }
        EACH {
            int32_t age = age0[start + j] + shift;
            age = age >= 216 ? age - 216 : age;
            pace[j] = age < 60 ? 0.030 : age < 132 ? 0.020 : 0.012;
        }
        EACH {
            uint64_t b = bits((uint64_t)(start + j), at);
            u0[j] = LANE(b, 0); u1[j] = LANE(b, 1); u2[j] = uniform(b);
        }
        EACH {
            double k = skill[start + j], target = logistic(ability[start + j] + 1.5 * ho[j] + 0.8 * cl[j] - 1.2 * st[j] - 0.6);
            skill[start + j] = clip(k + pace[j] * (target - k) + 0.01 * (u0[j] - 0.5), 0.0, 1.0);
        }
        EACH {
            double w = wellbeing[start + j], target = logistic(2.4 * ho[j] - 3.0 * st[j] + 1.6 * cl[j] - 0.6);
            wellbeing[start + j] = clip(w + 0.15 * (target - w) + 0.02 * (u1[j] - 0.5), 0.0, 1.0);
        }
        EACH {
            double chance = 1.0 - expo(-expo(1.5 * st[j] - wellbeing[start + j] - 3.2)), h = health[start + j];
            health[start + j] = clip(u2[j] < chance ? h - 0.1 : h + 0.01 * (1.0 - h), 0.0, 1.0);
        }
        EACH {
            double s = social[start + j];
            social[start + j] = clip(s + 0.05 * (logistic(2.0 * skill[start + j] + wellbeing[start + j] - 1.5) - s), 0.0, 1.0);
        }
        for (int j = 0; j < size; j++) { total[school[start + j]] += skill[start + j]; count[school[start + j]] += 1.0; }
    }
}

/* Columns in the order of ``population.People``; ``total`` and ``count`` hold a number for each school. */
void month_of_all(int64_t month, int64_t children, int64_t homes, int64_t schools, double *const *real, int32_t *const *whole) {
    double *climate = real[9], *total = real[10], *count = real[11];
    homes_month(month, homes, real[0], real[1], real[2], real[3]);
    for (int64_t s = 0; s < schools; s++) total[s] = count[s] = 0.0;
    children_month(month, children, real[4], whole[0], whole[1], whole[2], real[5], real[6], real[7], real[8], real[2],
                   real[3], climate, total, count);
    for (int64_t s = 0; s < schools; s++) climate[s] += 0.1 * (total[s] / greater(count[s], 1.0) - climate[s]);
}
