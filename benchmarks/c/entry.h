/* The one entry: a month of families, then of children, over chunks; ``threads`` from 1. */
#include <string.h>

void advance(const Tables *t, const Month *m, const FamilyParameters *f, const ChildParameters *c, int threads) {
    (void)threads;
#pragma omp parallel for num_threads(threads) if (threads > 1) schedule(static)
    for (int64_t chunk = 0; chunk < n_chunks(t->households); chunk++) families_chunk(chunk, t, m, f);
    memset(t->sums, 0, sizeof(double) * n_chunks(t->children) * 5 * t->schools);
#pragma omp parallel for num_threads(threads) if (threads > 1) schedule(static)
    for (int64_t chunk = 0; chunk < n_chunks(t->children); chunk++) children_chunk(chunk, t, m, c);
}
