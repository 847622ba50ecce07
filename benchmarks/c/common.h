/* Arrays and equations shared by both C versions. Column numbers, parameters and constants
   come from "names.h", which the benchmark writes from the model's own schema. */
#include "names.h"
#include "numbers.h"

typedef struct {
    double *child_real; int32_t *child_whole; double *child_pools; uint64_t *child_key;
    double *home_real; int32_t *home_whole; double *home_pools; uint64_t *home_key;
    int32_t *kin_first; int32_t *kin_rows; double *school_real; double *ages; double *sums;
    int64_t children, households, schools;
} Tables;

typedef struct { int64_t number, of_year, year, seed; double season, teaching, low_line, need_line; } Month;

#define MONTH (1.0 / 12.0)
#define N_AGES 240

/* --- children ------------------------------------------------------------------------------------------- */

#define P const ChildParameters *p
INLINE double resilience(double agency, double support, double wellbeing, P) {
    return logistic(p->resilience_level + p->resilience_agency * (agency - 0.5) + p->resilience_support * support
                    + p->resilience_wellbeing * wellbeing);
}
INLINE double attainment_adversity(double hardship, double housing, double unsafety, P) {
    return p->attainment_hardship * hardship + p->attainment_housing * housing
        + p->attainment_unsafety * unsafety;
}
INLINE double school_pull(double effect, double low, double attendance, double secondary, P) {
    double weight = p->attainment_school + secondary * (p->attainment_school_secondary - p->attainment_school);
    return weight * effect - p->attainment_low_peers * low
        + p->attainment_attendance * (attendance - p->attendance_usual);
}
INLINE double personal_pull(double girl, double eal, double age, double need, P) {
    double young = clip((11.0 - age) / 6.0, 0.0, 1.0);
    double held = greater(need - p->need_line, 0.0);
    return p->attainment_girl * (girl - 0.5) - p->attainment_eal_early * eal * young - p->attainment_need * held;
}
INLINE double circumstances_weight(double eal, P) { return 1.0 - p->attainment_eal_buffer * eal; }
INLINE double family_pull(double ses, double learning, double weight, double secondary, P) {
    double status = p->attainment_ses + secondary * (p->attainment_ses_secondary - p->attainment_ses);
    return status * ses + weight * learning;
}
INLINE double towards(double state, double target, double rate, double noise) {
    return state + rate * MONTH * (target - state) + noise;
}
INLINE double transition_presence(double months, P) {
    return (months >= 0.0 ? 1.0 : 0.0) * expo(-p->transition_decay * greater(months, 0.0));
}
INLINE double wellbeing_adversity(double hardship, double unsafety, P) {
    return p->wellbeing_hardship * hardship + p->wellbeing_unsafety * unsafety;
}
INLINE double wellbeing_target(double endowment, double home, double distress, double climate, double transition,
                               double person, double adversity, P) {
    return p->wellbeing_level + endowment + person + p->wellbeing_home * home - p->wellbeing_distress * distress
        + p->wellbeing_climate * climate - p->transition_shock * transition - adversity;
}
INLINE double health_target(double endowment, double housing, double hardship, double distress, P) {
    return p->health_level + endowment - p->health_housing * housing
        - p->health_hardship * (hardship - p->hardship_mean) - p->health_distress * distress;
}
INLINE double agency_step(double agency, double relative, double climate, double support, P) {
    double target = clip(p->agency_level + p->agency_attainment * relative + p->agency_climate * climate
                         + p->agency_support * support, 0.0, 1.0);
    return clip(agency + p->agency_rate * MONTH * (target - agency), 0.0, 1.0);
}
INLINE double attendance_inclination(double child, double health, double wellbeing, double distress, double hardship, P) {
    return child + p->attendance_health * health + p->attendance_wellbeing * wellbeing
        - p->attendance_distress * distress - p->attendance_hardship * (hardship - p->hardship_mean);
}
INLINE double attendance_share(double inclination, double climate, double agency, double secondary, double noise,
                               double season, P) {
    double latent = inclination + p->attendance_climate * climate + p->attendance_agency * (agency - 0.5)
        - p->attendance_secondary * secondary + p->attendance_noise * noise + season;
    double beyond = greater(-p->attendance_withdrawal_line - latent, 0.0);
    return logistic(p->attendance_level + p->attendance_scale * (latent - p->attendance_withdrawal * beyond));
}
INLINE double suspension_probability(double wellbeing, double climate, double secondary, double girl, double hardship,
                                     double absence, P) {
    return logistic(p->suspension_level - p->suspension_wellbeing * wellbeing - p->suspension_climate * climate
                    + p->suspension_secondary * secondary - p->suspension_girl * (girl - 0.5)
                    + p->suspension_hardship * (hardship - p->hardship_mean) + p->suspension_absence * absence);
}
#undef P

/* --- families ------------------------------------------------------------------------------------------- */

#define P const FamilyParameters *p
INLINE double next_workers(double workers, double adults, double propensity, double u, P) {
    double stop = workers * p->work_turnover * (1.0 - propensity) * MONTH;
    double start = (adults - workers) * p->work_turnover * propensity * MONTH;
    return workers - (u < stop ? 1.0 : 0.0) + (u >= 1.0 - start ? 1.0 : 0.0);
}
INLINE double workless_income(double other, double workers) { return workers == 0.0 ? other : 0.0; }
INLINE double working_share(double propensity, P) { return lesser(propensity * p->work_factor, 1.0); }
INLINE double pay_shift_step(double shift, double noise, P) {
    return greater(shift - p->pay_shift_rate * MONTH * shift + noise, p->pay_shift_least);
}
INLINE double net_earnings(double gross, P) { return gross - p->tax_rate * greater(gross - p->tax_allowance, 0.0); }
INLINE double family_earnings(double pay, double workers, P) {
    double first = net_earnings(pay, p), second = net_earnings(pay * p->couple_second_pay, p);
    return (workers >= 1.0 ? first : 0.0) + (workers >= 2.0 ? second : 0.0);
}
INLINE double benefits(double earned, double adults, double children, double rent, double tenant, P) {
    double allowance = adults == 1.0 ? p->benefit_single : p->benefit_couple;
    double full = allowance + p->benefit_child * lesser(children, p->benefit_children_limit)
        + tenant * p->benefit_rent_share * rent;
    double credit = greater(full - p->benefit_taper * greater(earned - p->benefit_work_allowance, 0.0), 0.0);
    return credit + p->child_benefit_first * (children >= 1.0 ? 1.0 : 0.0)
        + p->child_benefit_other * greater(children - 1.0, 0.0);
}
INLINE double equivalence(double adults, double children, P) {
    return p->scale_first_adult + p->scale_other_adult * (adults - 1.0) + p->scale_child * children;
}
INLINE double hardship_of(double income, P) { return logistic((p->poverty_line - income) / p->hardship_scale); }
INLINE double distress_target(double endowment, double hardship, double housing, double lone, double workless,
                              double worst, P) {
    return p->distress_level + endowment + p->distress_hardship * (hardship - p->hardship_mean)
        + p->distress_housing * housing + p->distress_lone * lone + p->distress_workless * workless
        + p->distress_child * greater(-worst, 0.0);
}
INLINE double home_target(double endowment, double ses, double distress, double strain, P) {
    return p->home_level + endowment + p->home_ses * ses - p->home_distress * distress - p->home_strain * strain;
}
#undef P

/* --- chunks --------------------------------------------------------------------------------------------- */

INLINE int64_t per_chunk(int64_t rows) { int64_t blocks = (rows + BLOCK - 1) / BLOCK; return (blocks + MOST_CHUNKS - 1) / MOST_CHUNKS; }
INLINE int64_t n_chunks(int64_t rows) {
    int64_t blocks = (rows + BLOCK - 1) / BLOCK, each = per_chunk(rows);
    return blocks > 0 ? (blocks + each - 1) / each : 0;
}
INLINE int64_t chunk_start(int64_t chunk, int64_t rows) {
    int64_t at = chunk * per_chunk(rows) * BLOCK;
    return at < rows ? at : rows;
}
