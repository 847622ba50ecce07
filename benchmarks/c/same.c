/* The same structure as the kernel: blocks of rows copied into local scratch, short loops, selects, no pragmas. */
#include "common.h"

enum { LIVE, AGE, AT_SCHOOL, SECONDARY, SES, HOME, DISTRESS, HARDSHIP, HOUSING, UNSAFE, EFFECT, CLIMATE, LOW, PEER,
       RATE, NOISE, WEIGHT, SEX, TRANSITION, RESIL, A, W, HE, AG, SUP, XA, XW, XH, XT, PA, PW, PH, PT, T1, T2, ATT, GIRL,
       EAL, SEND, U, SCHOOL, EA, EW, EH, ET, ABSENT, MONTHS, SUSPENDED, GRADE, UE, NEED, CHILD_ROWS };
enum { F_LIVE, INCOME, HARD, F_HOUSING, LONE, WORKLESS, STRAIN, WORST, D, L, PD, PL, PI, XD, XL, F_SES, ED, EL, ADULTS,
       WORKERS, CHILDREN, TENANT, PAY, RENT, PROPENSITY, EARNED, F_U, FSM, FSM_LAST, SHIFT, XP, NOW, OTHER, HOME_ROWS };
typedef double Scratch[BLOCK];
#define EACH for (int j = 0; j < size; j++)

INLINE void read(const double *restrict from, int size, double *restrict to) { EACH to[j] = from[j]; }
INLINE void read_whole(const int32_t *restrict from, int size, double *restrict to) { EACH to[j] = from[j]; }
INLINE void read_pools(const double *restrict from, int64_t rows, int size, double *restrict to) {
    EACH to[j] = (from[j] + from[rows + j]) + (from[2 * rows + j] + from[3 * rows + j]);
}
INLINE void look_up(const double *restrict from, const uint32_t *restrict at, int size, double *restrict to) {
    EACH to[j] = from[at[j]];
}
INLINE void put(Scratch *restrict w, int row, int size, double *restrict to) {
    EACH to[j] = w[LIVE][j] == 1.0 ? w[row][j] : to[j];
}
INLINE void put_whole(Scratch *restrict w, int row, int size, int32_t *restrict to) {
    EACH to[j] = w[LIVE][j] == 1.0 ? (int32_t)w[row][j] : to[j];
}
INLINE int read_live(const int32_t *restrict first, const int32_t *restrict last, int32_t month, int size, double *restrict live) {
    int anybody = 0;
    EACH live[j] = (first[j] <= month) & (month < last[j]) ? 1.0 : 0.0;
    EACH anybody |= live[j] > 0.0;
    return anybody;
}

static void children_chunk(int64_t chunk, const Tables *t, const Month *m, const ChildParameters *p) {
    const int64_t n = t->children, schools = t->schools, stop = chunk_start(chunk + 1, n);
    double *sums = t->sums + chunk * 5 * schools;
    Scratch w[CHILD_ROWS];
    uint32_t at[BLOCK];
    const double wellbeing_noise = p->wellbeing_noise * sqrt(2.0 * p->wellbeing_rate * MONTH);
    const double health_noise = p->health_noise * sqrt(2.0 * p->health_rate * MONTH);
    const uint64_t at_shock = address(m->seed, STREAM_child_shock, m->number);
    const uint64_t at_event = address(m->seed, STREAM_suspension, m->number);
    for (int64_t start = chunk_start(chunk, n); start < stop; start += BLOCK) {
        const int size = stop - start < BLOCK ? stop - start : BLOCK;
        double *real = t->child_real + start;
        int32_t *whole = t->child_whole + start;
        if (!read_live(whole + CW_first_month * n, whole + CW_last_month * n, m->number, size, w[LIVE])) continue;
        read(real + C_attainment_base * n, size, w[A]); read(real + C_wellbeing_base * n, size, w[W]);
        read(real + C_health_base * n, size, w[HE]); read(real + C_agency * n, size, w[AG]);
        read(real + C_support * n, size, w[SUP]); read(real + C_attendance * n, size, w[ATT]);
        read(real + C_endow_attainment * n, size, w[EA]); read(real + C_endow_wellbeing * n, size, w[EW]);
        read(real + C_endow_health * n, size, w[EH]); read(real + C_endow_attendance * n, size, w[ET]);
        read(real + C_endow_send * n, size, w[NEED]);
        read(real + C_absence_sum * n, size, w[ABSENT]); read(real + C_attended_months * n, size, w[MONTHS]);
        read(real + C_suspensions * n, size, w[SUSPENDED]);
        read_whole(whole + CW_girl * n, size, w[GIRL]); read_whole(whole + CW_eal * n, size, w[EAL]);
        read_whole(whole + CW_send * n, size, w[SEND]); read_whole(whole + CW_school * n, size, w[SCHOOL]);
        read_whole(whole + CW_birth_month * n, size, w[AGE]); read_whole(whole + CW_cohort * n, size, w[GRADE]);
        for (int k = 0; k < 4; k++) read_pools(t->child_pools + 4 * k * n + start, n, size, w[PA + k]);
        EACH {
            w[AGE][j] = clip(m->number - w[AGE][j], 0.0, N_AGES - 1.0);
            at[j] = (uint32_t)(int32_t)w[AGE][j];
            double grade = m->year - w[GRADE][j], entered = grade < YEAR_7 ? RECEPTION : YEAR_7;
            w[TRANSITION][j] = (grade - entered) * 12.0 + m->of_year;
            w[AT_SCHOOL][j] = (grade >= RECEPTION) & (grade <= YEAR_11) & (w[SCHOOL][j] >= 0.0) ? 1.0 : 0.0;
            w[SECONDARY][j] = grade >= YEAR_7 ? 1.0 : 0.0;
        }
        look_up(t->ages, at, size, w[RATE]); look_up(t->ages + N_AGES, at, size, w[NOISE]);
        look_up(t->ages + 2 * N_AGES, at, size, w[WEIGHT]);
        EACH {
            double girl = t->ages[3 * N_AGES + at[j]], boy = t->ages[4 * N_AGES + at[j]];
            w[SEX][j] = w[GIRL][j] == 1.0 ? girl : boy;
        }
        EACH w[AGE][j] = w[AGE][j] / 12.0;
        EACH at[j] = (uint32_t)whole[CW_household * n + j];
        const int64_t nh = t->households;
        look_up(t->home_real + H_ses * nh, at, size, w[SES]); look_up(t->home_real + H_home_learning * nh, at, size, w[HOME]);
        look_up(t->home_real + H_distress * nh, at, size, w[DISTRESS]);
        look_up(t->home_real + H_hardship * nh, at, size, w[HARDSHIP]);
        look_up(t->home_real + H_housing * nh, at, size, w[HOUSING]);
        look_up(t->home_real + H_unsafety * nh, at, size, w[UNSAFE]);
        EACH at[j] = (uint32_t)(int32_t)greater(w[SCHOOL][j], 0.0);
        look_up(t->school_real + S_effectiveness * schools, at, size, w[EFFECT]);
        look_up(t->school_real + S_climate * schools, at, size, w[CLIMATE]);
        look_up(t->school_real + S_low_share * schools, at, size, w[LOW]);
        look_up(t->school_real + S_mean_attainment * schools, at, size, w[PEER]);
        EACH {
            uint64_t b = bits(t->child_key[start + j], at_shock);
            w[XA][j] = shock(b, 0); w[XW][j] = shock(b, 1); w[XH][j] = shock(b, 2); w[XT][j] = shock(b, 3);
        }
        EACH w[UE][j] = uniform(bits(t->child_key[start + j], at_event));
        EACH w[RESIL][j] = resilience(w[AG][j], w[SUP][j], w[W][j] + w[PW][j], p);
        EACH w[TRANSITION][j] = transition_presence(w[TRANSITION][j], p);
        EACH w[T1][j] = attainment_adversity(w[HARDSHIP][j], w[HOUSING][j], w[UNSAFE][j], p);
        EACH {
            double circumstances = circumstances_weight(w[EAL][j], p);
            double family = family_pull(circumstances * w[SES][j], w[HOME][j], w[WEIGHT][j], w[SECONDARY][j], p);
            double school = school_pull(w[EFFECT][j], w[LOW][j], w[ATT][j], w[SECONDARY][j], p) * w[AT_SCHOOL][j];
            double person = personal_pull(w[GIRL][j], w[EAL][j], w[AGE][j], w[NEED][j], p);
            double adversity = circumstances * (1.0 - w[RESIL][j]) * w[T1][j], well = w[W][j] + w[PW][j];
            double target = p->attainment_level + w[EA][j] + family + school + person + p->attainment_wellbeing * well
                + p->attainment_agency * (w[AG][j] - 0.5) - adversity;
            w[T2][j] = towards(w[A][j], target, w[RATE][j], w[NOISE][j] * w[XA][j]);
        }
        EACH {
            double adversity = (1.0 - w[RESIL][j]) * wellbeing_adversity(w[HARDSHIP][j], w[UNSAFE][j], p);
            double target = wellbeing_target(w[EW][j], w[HOME][j], w[DISTRESS][j], w[CLIMATE][j] * w[AT_SCHOOL][j],
                                             w[TRANSITION][j], w[SEX][j], adversity, p);
            w[W][j] = towards(w[W][j], target, p->wellbeing_rate, wellbeing_noise * w[XW][j]);
        }
        EACH {
            double target = health_target(w[EH][j], w[HOUSING][j], w[HARDSHIP][j], w[DISTRESS][j], p);
            w[HE][j] = towards(w[HE][j], target, p->health_rate, health_noise * w[XH][j]);
        }
        EACH {
            double relative = (w[A][j] + w[PA][j] - w[PEER][j]) * w[AT_SCHOOL][j];
            double moved = agency_step(w[AG][j], relative, w[CLIMATE][j] * w[AT_SCHOOL][j], w[SUP][j], p);
            w[AG][j] = w[AGE][j] >= 11.0 ? moved : w[AG][j];
        }
        EACH w[A][j] = w[T2][j];
        EACH w[T1][j] = attendance_inclination(w[ET][j] + w[PT][j], w[HE][j] + w[PH][j], w[W][j] + w[PW][j],
                                               w[DISTRESS][j], w[HARDSHIP][j], p);
        EACH {
            double share = attendance_share(w[T1][j], w[CLIMATE][j], w[AG][j], w[SECONDARY][j], w[XT][j], m->season, p);
            w[ATT][j] = w[AT_SCHOOL][j] == 1.0 ? share : w[ATT][j];
        }
        EACH {
            double chance = suspension_probability(w[W][j] + w[PW][j], w[CLIMATE][j], w[SECONDARY][j], w[GIRL][j],
                                                   w[HARDSHIP][j], 1.0 - w[ATT][j], p);
            w[U][j] = w[UE][j] < chance * m->teaching ? 1.0 : 0.0;
        }
        EACH {
            double counts = w[AT_SCHOOL][j] * m->teaching;
            w[ABSENT][j] += counts * (1.0 - w[ATT][j]); w[MONTHS][j] += counts; w[SUSPENDED][j] += counts * w[U][j];
        }
        put(w, A, size, real + C_attainment_base * n); put(w, W, size, real + C_wellbeing_base * n);
        put(w, HE, size, real + C_health_base * n); put(w, AG, size, real + C_agency * n);
        put(w, RESIL, size, real + C_resilience * n); put(w, ATT, size, real + C_attendance * n);
        put(w, ABSENT, size, real + C_absence_sum * n); put(w, MONTHS, size, real + C_attended_months * n);
        put(w, SUSPENDED, size, real + C_suspensions * n);
        EACH { w[PA][j] += w[A][j]; w[PW][j] += w[W][j]; w[PH][j] += w[HE][j]; }
        put(w, PA, size, real + C_attainment * n); put(w, PW, size, real + C_wellbeing * n);
        put(w, PH, size, real + C_health * n);
        EACH {
            w[T1][j] = w[LIVE][j] * w[AT_SCHOOL][j];
            w[T2][j] = w[PA][j] < m->low_line ? 1.0 : 0.0;
            w[U][j] = (w[PW][j] < m->need_line) | (w[SEND][j] > 0.0) ? 1.0 : 0.0;
        }
        EACH if (w[T1][j] == 1.0) {
            double *s = sums + at[j];
            s[0] += 1.0; s[schools] += w[PA][j]; s[2 * schools] += w[T2][j]; s[3 * schools] += w[U][j];
            s[4 * schools] += w[ATT][j];
        }
    }
}

static void families_chunk(int64_t chunk, const Tables *t, const Month *m, const FamilyParameters *p) {
    const int64_t n = t->households, nc = t->children, stop = chunk_start(chunk + 1, n);
    Scratch w[HOME_ROWS];
    const double distress_noise = p->distress_noise * sqrt(2.0 * p->distress_rate * MONTH);
    const double home_noise = p->home_noise * sqrt(2.0 * p->home_rate * MONTH);
    const double pay_noise = p->pay_shift_noise * sqrt(2.0 * p->pay_shift_rate * MONTH);
    const uint64_t at_work = address(m->seed, STREAM_work, m->number);
    const uint64_t at_shock = address(m->seed, STREAM_household_shock, m->number);
    for (int64_t start = chunk_start(chunk, n); start < stop; start += BLOCK) {
        const int size = stop - start < BLOCK ? stop - start : BLOCK;
        double *real = t->home_real + start;
        int32_t *whole = t->home_whole + start;
        if (!read_live(whole + HW_first_month * n, whole + HW_last_month * n, m->number, size, w[F_LIVE])) continue;
        read(real + H_income * n, size, w[INCOME]); read(real + H_housing * n, size, w[F_HOUSING]);
        read(real + H_distress_base * n, size, w[D]); read(real + H_home_learning_base * n, size, w[L]);
        read(real + H_ses * n, size, w[F_SES]); read(real + H_endow_distress * n, size, w[ED]);
        read(real + H_endow_home_learning * n, size, w[EL]); read(real + H_pay * n, size, w[PAY]);
        read(real + H_pay_shift * n, size, w[SHIFT]);
        read(real + H_rent * n, size, w[RENT]); read(real + H_work_propensity * n, size, w[PROPENSITY]);
        read(real + H_workless_income * n, size, w[OTHER]);
        read_whole(whole + HW_adults * n, size, w[ADULTS]); read_whole(whole + HW_workers * n, size, w[WORKERS]);
        read_whole(whole + HW_children_here * n, size, w[CHILDREN]); read_whole(whole + HW_tenure * n, size, w[TENANT]);
        read_whole(whole + HW_fsm_last * n, size, w[FSM_LAST]);
        read_pools(t->home_pools + start, n, size, w[PD]); read_pools(t->home_pools + 4 * n + start, n, size, w[PL]);
        read_pools(t->home_pools + 12 * n + start, n, size, w[PI]);
        EACH {
            double worst = 0.0;
            for (int32_t k = t->kin_first[start + j]; k < t->kin_first[start + j + 1]; k++) {
                uint32_t i = t->kin_rows[k];
                int here = (t->child_whole[CW_first_month * nc + i] <= m->number) & (m->number < t->child_whole[CW_last_month * nc + i]);
                worst = here ? lesser(worst, t->child_real[C_wellbeing * nc + i]) : worst;
            }
            w[WORST][j] = worst;
        }
        EACH w[F_U][j] = uniform(bits(t->home_key[start + j], at_work));
        EACH {
            uint64_t b = bits(t->home_key[start + j], at_shock);
            w[XD][j] = shock(b, 0); w[XL][j] = shock(b, 1); w[XP][j] = shock(b, 2);
        }
        EACH {
            w[WORKERS][j] = next_workers(w[WORKERS][j], w[ADULTS][j], working_share(w[PROPENSITY][j], p), w[F_U][j], p);
            w[RENT][j] = w[RENT][j] * p->rent_factor;
            w[TENANT][j] = w[TENANT][j] > 0.0 ? 1.0 : 0.0;
        }
        EACH w[SHIFT][j] = pay_shift_step(w[SHIFT][j], pay_noise * w[XP][j], p);
        EACH w[EARNED][j] = family_earnings(w[PAY][j] * (1.0 + w[SHIFT][j]), w[WORKERS][j], p);
        EACH {
            double paid = benefits(w[EARNED][j], w[ADULTS][j], w[CHILDREN][j], w[RENT][j], w[TENANT][j], p);
            double other = workless_income(w[OTHER][j], w[WORKERS][j]);
            w[NOW][j] = ((w[EARNED][j] + paid + other + w[PI][j]) * p->income_factor - w[RENT][j]) / equivalence(w[ADULTS][j], w[CHILDREN][j], p);
            w[INCOME][j] = w[INCOME][j] + p->income_smoothing * (w[NOW][j] - w[INCOME][j]);
        }
        EACH {
            int meals = w[EARNED][j] < p->fsm_earnings_limit;
            w[FSM_LAST][j] = meals ? (double)m->number : w[FSM_LAST][j];
            w[FSM][j] = m->number - w[FSM_LAST][j] <= p->fsm_protection_months ? 1.0 : 0.0;
        }
        EACH {
            w[LONE][j] = w[ADULTS][j] == 1.0 ? 1.0 : 0.0; w[WORKLESS][j] = w[WORKERS][j] == 0.0 ? 1.0 : 0.0;
            w[STRAIN][j] = w[WORKERS][j] == w[ADULTS][j] ? 1.0 : 0.0;
        }
        EACH w[HARD][j] = hardship_of(w[INCOME][j], p);
        EACH {
            double target = distress_target(w[ED][j], w[HARD][j], w[F_HOUSING][j], w[LONE][j], w[WORKLESS][j], w[WORST][j], p);
            w[D][j] = towards(w[D][j], target, p->distress_rate, distress_noise * w[XD][j]);
        }
        EACH {
            double target = home_target(w[EL][j], w[F_SES][j], w[D][j] + w[PD][j], w[STRAIN][j], p);
            w[L][j] = towards(w[L][j], target, p->home_rate, home_noise * w[XL][j]);
        }
        EACH { w[PD][j] += w[D][j]; w[PL][j] += w[L][j]; }
        put(w, INCOME, size, real + H_income * n); put(w, NOW, size, real + H_income_now * n); put(w, HARD, size, real + H_hardship * n);
        put(w, D, size, real + H_distress_base * n); put(w, PD, size, real + H_distress * n);
        put(w, SHIFT, size, real + H_pay_shift * n);
        put(w, L, size, real + H_home_learning_base * n); put(w, PL, size, real + H_home_learning * n);
        put_whole(w, WORKERS, size, whole + HW_workers * n); put_whole(w, FSM, size, whole + HW_fsm_now * n);
        put_whole(w, FSM_LAST, size, whole + HW_fsm_last * n);
    }
}

#include "entry.h"
