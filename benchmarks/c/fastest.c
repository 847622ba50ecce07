/* The fastest version we could write: columns read and written in place, few fused loops, every loop marked as
   vectorisable; built with -ffast-math and, to check it, without. */
#include "common.h"

typedef double Column[BLOCK] __attribute__((aligned(64)));
#define EACH _Pragma("omp simd") for (int j = 0; j < size; j++)
#define REAL(table, name, start) ((table) + (name) * n + (start))

INLINE int all_live(const int32_t *restrict first, const int32_t *restrict last, int32_t month, int size, Column live) {
    int here = 0;
#pragma omp simd reduction(+ : here)
    for (int j = 0; j < size; j++) {
        int now = (first[j] <= month) & (month < last[j]);
        live[j] = now;
        here += now;
    }
    return here == size ? 2 : here > 0;
}
INLINE double pool_sum(const double *restrict from, int64_t n, int j) {
    return (from[j] + from[n + j]) + (from[2 * n + j] + from[3 * n + j]);
}
/* A store for everybody where all are live, else for those who are. */
#define PUT(to, value) (to)[j] = everybody || live[j] == 1.0 ? (value) : (to)[j]

INLINE void children_block(const Tables *t, const Month *m, const ChildParameters *p, int64_t start, int size,
                           const int everybody, const double *restrict live, double *restrict sums) {
    const int64_t n = t->children, nh = t->households, ns = t->schools;
    const double number = m->number, year = m->year, of_year = m->of_year, teaching = m->teaching, season = m->season;
    double *real = t->child_real;
    const int32_t *whole = t->child_whole;
    const int32_t *restrict girl = REAL(whole, CW_girl, start), *restrict eal = REAL(whole, CW_eal, start);
    const int32_t *restrict send = REAL(whole, CW_send, start), *restrict school = REAL(whole, CW_school, start);
    const int32_t *restrict birth = REAL(whole, CW_birth_month, start), *restrict cohort = REAL(whole, CW_cohort, start);
    const int32_t *restrict home = REAL(whole, CW_household, start);
    const uint64_t *restrict key = t->child_key + start;
    double *restrict a_base = REAL(real, C_attainment_base, start), *restrict w_base = REAL(real, C_wellbeing_base, start);
    double *restrict h_base = REAL(real, C_health_base, start), *restrict a_now = REAL(real, C_attainment, start);
    double *restrict w_now = REAL(real, C_wellbeing, start), *restrict h_now = REAL(real, C_health, start);
    double *restrict agency = REAL(real, C_agency, start), *restrict buffer = REAL(real, C_resilience, start);
    double *restrict attendance = REAL(real, C_attendance, start), *restrict absent = REAL(real, C_absence_sum, start);
    double *restrict months = REAL(real, C_attended_months, start), *restrict suspended = REAL(real, C_suspensions, start);
    const double *restrict support = REAL(real, C_support, start);
    const double *restrict ea = REAL(real, C_endow_attainment, start), *restrict ew = REAL(real, C_endow_wellbeing, start);
    const double *restrict needs = REAL(real, C_endow_send, start);
    const double *restrict eh = REAL(real, C_endow_health, start), *restrict et = REAL(real, C_endow_attendance, start);
    const double *restrict pools = t->child_pools + start, *restrict ages = t->ages;
    const double *restrict hh = t->home_real, *restrict sc = t->school_real;
    const uint64_t at_shock = address(m->seed, STREAM_child_shock, m->number);
    const uint64_t at_event = address(m->seed, STREAM_suspension, m->number);
    const double wellbeing_noise = p->wellbeing_noise * sqrt(2.0 * p->wellbeing_rate * MONTH);
    const double health_noise = p->health_noise * sqrt(2.0 * p->health_rate * MONTH);
    Column age, at_school, secondary, transition, rate, noise, weight, sex, ses, learning, distress, hardship, housing,
        unsafety, effect, climate, low, peer, resil, attained, well, sick, moving, present, pa, pw;
    int32_t at[BLOCK], its[BLOCK];
    EACH {
        double held = clip(number - birth[j], 0.0, N_AGES - 1.0), grade = year - cohort[j];
        at[j] = (int32_t)held;
        its[j] = school[j] > 0 ? school[j] : 0;
        age[j] = held * (1.0 / 12.0);
        double months_in = (grade - (grade < YEAR_7 ? RECEPTION : YEAR_7)) * 12.0 + of_year;
        at_school[j] = (grade >= RECEPTION) & (grade <= YEAR_11) & (school[j] >= 0) ? 1.0 : 0.0;
        secondary[j] = grade >= YEAR_7 ? 1.0 : 0.0;
        transition[j] = transition_presence(months_in, p);
    }
    for (int j = 0; j < size; j++) {
        int32_t a = at[j], h = home[j], s = its[j];
        rate[j] = ages[a]; noise[j] = ages[N_AGES + a]; weight[j] = ages[2 * N_AGES + a];
        sex[j] = ages[(4 - girl[j]) * N_AGES + a];
        ses[j] = hh[H_ses * nh + h]; learning[j] = hh[H_home_learning * nh + h]; distress[j] = hh[H_distress * nh + h];
        hardship[j] = hh[H_hardship * nh + h]; housing[j] = hh[H_housing * nh + h]; unsafety[j] = hh[H_unsafety * nh + h];
        effect[j] = sc[S_effectiveness * ns + s]; climate[j] = sc[S_climate * ns + s];
        low[j] = sc[S_low_share * ns + s]; peer[j] = sc[S_mean_attainment * ns + s];
    }
    EACH {
        pa[j] = pool_sum(pools, n, j); pw[j] = pool_sum(pools + 4 * n, n, j);
        resil[j] = resilience(agency[j], support[j], w_base[j] + pw[j], p);
    }
    EACH {
        uint64_t b = bits(key[j], at_shock);
        double circumstances = circumstances_weight(eal[j], p);
        double adversity = circumstances * (1.0 - resil[j]) * attainment_adversity(hardship[j], housing[j], unsafety[j], p);
        double person = personal_pull(girl[j], eal[j], age[j], needs[j], p);
        double family = family_pull(circumstances * ses[j], learning[j], weight[j], secondary[j], p);
        double place = school_pull(effect[j], low[j], attendance[j], secondary[j], p) * at_school[j];
        double target = p->attainment_level + ea[j] + family + place + person
            + p->attainment_wellbeing * (w_base[j] + pw[j]) + p->attainment_agency * (agency[j] - 0.5) - adversity;
        double around = climate[j] * at_school[j];
        double relative = (a_base[j] + pa[j] - peer[j]) * at_school[j];
        attained[j] = towards(a_base[j], target, rate[j], noise[j] * shock(b, 0));
        target = wellbeing_target(ew[j], learning[j], distress[j], around, transition[j], sex[j],
                                  (1.0 - resil[j]) * wellbeing_adversity(hardship[j], unsafety[j], p), p);
        well[j] = towards(w_base[j], target, p->wellbeing_rate, wellbeing_noise * shock(b, 1));
        target = health_target(eh[j], housing[j], hardship[j], distress[j], p);
        sick[j] = towards(h_base[j], target, p->health_rate, health_noise * shock(b, 2));
        double moved = agency_step(agency[j], relative, around, support[j], p);
        moving[j] = age[j] >= 11.0 ? moved : agency[j];
        transition[j] = shock(b, 3);
    }
    EACH {
        double pooled = well[j] + pw[j], ph = pool_sum(pools + 8 * n, n, j);
        double inclined = attendance_inclination(et[j] + pool_sum(pools + 12 * n, n, j), sick[j] + ph, pooled, distress[j],
                                                 hardship[j], p);
        double share = attendance_share(inclined, climate[j], moving[j], secondary[j], transition[j], season, p);
        present[j] = at_school[j] == 1.0 ? share : attendance[j];
        pw[j] = pooled;
        pa[j] += attained[j];
        PUT(h_base, sick[j]); PUT(h_now, sick[j] + ph); PUT(attendance, present[j]);
    }
    EACH {
        double counts = at_school[j] * teaching;
        double chance = suspension_probability(pw[j], climate[j], secondary[j], girl[j], hardship[j], 1.0 - present[j], p);
        double event = uniform(bits(key[j], at_event)) < chance * teaching ? counts : 0.0;
        PUT(absent, absent[j] + counts * (1.0 - present[j])); PUT(months, months[j] + counts);
        PUT(suspended, suspended[j] + event);
        PUT(a_base, attained[j]); PUT(a_now, pa[j]); PUT(w_base, well[j]); PUT(w_now, pw[j]);
        PUT(agency, moving[j]); PUT(buffer, resil[j]);
    }
    EACH {
        low[j] = pa[j] < m->low_line ? 1.0 : 0.0;
        peer[j] = (pw[j] < m->need_line) | (send[j] > 0) ? 1.0 : 0.0;
    }
    for (int j = 0; j < size; j++) if (at_school[j] * (everybody ? 1.0 : live[j]) == 1.0) {
        double *s = sums + its[j];
        s[0] += 1.0; s[ns] += pa[j]; s[2 * ns] += low[j]; s[3 * ns] += peer[j]; s[4 * ns] += present[j];
    }
}

static void children_chunk(int64_t chunk, const Tables *t, const Month *m, const ChildParameters *p) {
    const int64_t n = t->children, stop = chunk_start(chunk + 1, n);
    double *sums = t->sums + chunk * 5 * t->schools;
    Column live;
    for (int64_t start = chunk_start(chunk, n); start < stop; start += BLOCK) {
        const int size = stop - start < BLOCK ? stop - start : BLOCK;
        const int32_t *whole = t->child_whole + start;
        int who = all_live(whole + CW_first_month * n, whole + CW_last_month * n, m->number, size, live);
        if (who == 2) children_block(t, m, p, start, size, 1, live, sums);
        else if (who == 1) children_block(t, m, p, start, size, 0, live, sums);
    }
}

INLINE void families_block(const Tables *t, const Month *m, const FamilyParameters *p, int64_t start, int size,
                           const int everybody, const double *restrict live) {
    const int64_t n = t->households, nc = t->children;
    const double number = m->number;
    double *real = t->home_real;
    int32_t *whole = t->home_whole;
    const uint64_t *restrict key = t->home_key + start;
    const double *restrict pools = t->home_pools + start, *restrict housing = REAL(real, H_housing, start);
    const double *restrict ses = REAL(real, H_ses, start), *restrict ed = REAL(real, H_endow_distress, start);
    const double *restrict el = REAL(real, H_endow_home_learning, start), *restrict pay = REAL(real, H_pay, start);
    const double *restrict rent = REAL(real, H_rent, start), *restrict propensity = REAL(real, H_work_propensity, start);
    double *restrict shift = REAL(real, H_pay_shift, start);
    double *restrict income_now = REAL(real, H_income_now, start);
    const double *restrict other = REAL(real, H_workless_income, start);
    double *restrict income = REAL(real, H_income, start), *restrict hardship = REAL(real, H_hardship, start);
    double *restrict d_base = REAL(real, H_distress_base, start), *restrict d_now = REAL(real, H_distress, start);
    double *restrict l_base = REAL(real, H_home_learning_base, start), *restrict l_now = REAL(real, H_home_learning, start);
    const int32_t *restrict adults = REAL(whole, HW_adults, start), *restrict children = REAL(whole, HW_children_here, start);
    const int32_t *restrict tenure = REAL(whole, HW_tenure, start);
    int32_t *restrict workers = REAL(whole, HW_workers, start), *restrict fsm = REAL(whole, HW_fsm_now, start);
    int32_t *restrict fsm_last = REAL(whole, HW_fsm_last, start);
    const int32_t *restrict first = t->child_whole + CW_first_month * nc, *restrict last = t->child_whole + CW_last_month * nc;
    const double *restrict wellbeing = t->child_real + C_wellbeing * nc;
    const int32_t *restrict kin = t->kin_first + start, *restrict rows = t->kin_rows;
    const uint64_t at_work = address(m->seed, STREAM_work, m->number);
    const uint64_t at_shock = address(m->seed, STREAM_household_shock, m->number);
    const double distress_noise = p->distress_noise * sqrt(2.0 * p->distress_rate * MONTH);
    const double home_noise = p->home_noise * sqrt(2.0 * p->home_rate * MONTH);
    const double pay_noise = p->pay_shift_noise * sqrt(2.0 * p->pay_shift_rate * MONTH);
    Column worst, at_work_now, money;
    for (int j = 0; j < size; j++) {
        double lowest = 0.0;
        for (int32_t k = kin[j]; k < kin[j + 1]; k++) {
            int32_t i = rows[k];
            int here = (first[i] <= m->number) & (m->number < last[i]);
            lowest = here && wellbeing[i] < lowest ? wellbeing[i] : lowest;
        }
        worst[j] = lowest;
    }
    EACH {
        double cost = rent[j] * p->rent_factor;
        double now = next_workers(workers[j], adults[j], working_share(propensity[j], p), uniform(bits(key[j], at_work)), p);
        double moved = pay_shift_step(shift[j], pay_noise * shock(bits(key[j], at_shock), 2), p);
        double earned = family_earnings(pay[j] * (1.0 + moved), now, p);
        double paid = benefits(earned, adults[j], children[j], cost, tenure[j] > 0 ? 1.0 : 0.0, p);
        double extra = workless_income(other[j], now);
        double equal = ((earned + paid + extra + pool_sum(pools + 12 * n, n, j)) * p->income_factor - cost) / equivalence(adults[j], children[j], p);
        double last_meals = earned < p->fsm_earnings_limit ? number : (double)fsm_last[j];
        at_work_now[j] = now;
        money[j] = income[j] + p->income_smoothing * (equal - income[j]);
        PUT(workers, (int32_t)now); PUT(fsm, number - last_meals <= p->fsm_protection_months ? 1 : 0);
        PUT(fsm_last, (int32_t)last_meals);
        PUT(shift, moved);
        PUT(income, money[j]); PUT(income_now, equal);
    }
    EACH {
        uint64_t b = bits(key[j], at_shock);
        double pd = pool_sum(pools, n, j), pl = pool_sum(pools + 4 * n, n, j), hard = hardship_of(money[j], p);
        double lone = adults[j] == 1 ? 1.0 : 0.0, workless = at_work_now[j] == 0.0 ? 1.0 : 0.0;
        double strain = at_work_now[j] == adults[j] ? 1.0 : 0.0;
        double target = distress_target(ed[j], hard, housing[j], lone, workless, worst[j], p);
        double d = towards(d_base[j], target, p->distress_rate, distress_noise * shock(b, 0));
        target = home_target(el[j], ses[j], d + pd, strain, p);
        double l = towards(l_base[j], target, p->home_rate, home_noise * shock(b, 1));
        PUT(hardship, hard); PUT(d_base, d); PUT(d_now, d + pd); PUT(l_base, l); PUT(l_now, l + pl);
    }
}

static void families_chunk(int64_t chunk, const Tables *t, const Month *m, const FamilyParameters *p) {
    const int64_t n = t->households, stop = chunk_start(chunk + 1, n);
    Column live;
    for (int64_t start = chunk_start(chunk, n); start < stop; start += BLOCK) {
        const int size = stop - start < BLOCK ? stop - start : BLOCK;
        const int32_t *whole = t->home_whole + start;
        int who = all_live(whole + HW_first_month * n, whole + HW_last_month * n, m->number, size, live);
        if (who == 2) families_block(t, m, p, start, size, 1, live);
        else if (who == 1) families_block(t, m, p, start, size, 0, live);
    }
}

#include "entry.h"
