"""Children: attainment, wellbeing, health, attendance, agency and resilience, month by month.

Each development process is mean-reverting noise around a target that home, school, neighbourhood
and services set (an Ornstein-Uhlenbeck process on the national SD scale; ``docs/model.md`` 3.1).
"""

from __future__ import annotations

from sim._jit import jit
from sim.numerics import clip, exp, logistic
from sim.parameters import ChildParameters

MONTH = 1.0 / 12.0


@jit
def attainment_rate(age_years: float, p: ChildParameters) -> float:
    """Rate at which attainment moves to its target, per year: ``least + (birth - least) exp(-decline * age)``.

    Younger children are more malleable (Cunha & Heckman 2007, AER 97(2), self-productivity), adolescents still are.
    """
    least = p.attainment_rate_least
    return least + (p.attainment_rate_birth - least) * exp(-p.attainment_rate_decline * age_years)


@jit
def home_weight(age_years: float, p: ChildParameters) -> float:
    """Weight of the home learning environment: early value to age 3, later value from 5, linear between."""
    later = clip((age_years - 3.0) / 2.0, 0.0, 1.0)
    return p.attainment_home_early + later * (p.attainment_home_later - p.attainment_home_early)


@jit
def resilience(agency: float, support: float, wellbeing: float, p: ChildParameters) -> float:
    """Share of adversity a child is buffered from, 0..1: logistic of agency, trusted adults and wellbeing (SD).

    Dyson & Kerr: an initiative cuts risks or raises resilience to those that remain (docs/model.md 2.1).
    """
    return logistic(
        p.resilience_level
        + p.resilience_agency * (agency - 0.5)
        + p.resilience_support * support
        + p.resilience_wellbeing * wellbeing
    )


@jit
def attainment_adversity(hardship: float, housing: float, unsafety: float, p: ChildParameters) -> float:
    """Pull of adversity on attainment before buffering, SD: hardship, poor housing, unsafety (all 0..1)."""
    return p.attainment_hardship * hardship + p.attainment_housing * housing + p.attainment_unsafety * unsafety


@jit
def circumstances_weight(eal: float, p: ChildParameters) -> float:
    """How much parents' status and adversity weigh on attainment, 0..1: less where the first language is another.

    The gap by social class is larger among White British pupils than in any other ethnic group (Strand 2014, Research
    Papers in Education 29(2)), and it is the composition of its pupils that London's schools owe their lead to (Burgess
    2014, CMPO 14/333). First language stands in for ethnic group here: places are not described by it.
    """
    return 1.0 - p.attainment_eal_buffer * eal


@jit
def family_pull(ses: float, home_learning: float, weight: float, secondary: float, p: ChildParameters) -> float:
    """Pull of the family on attainment, SD: parental status and the home learning environment at its age weight.

    From 11 status has a weight of its own: choice of school and of subjects, tutoring, expectations and attitudes part
    children of equal scores at 11 by their parents' status (Goodman & Gregg 2010, JRF; Crawford, Macmillan & Vignoles
    2017, Oxford Review of Education 43(1)).
    """
    status = p.attainment_ses + secondary * (p.attainment_ses_secondary - p.attainment_ses)
    return status * ses + weight * home_learning


@jit
def school_pull(
    effectiveness: float, low_share: float, attendance: float, secondary: float, p: ChildParameters
) -> float:
    """Pull of the school on attainment, SD: effectiveness (SD between schools), very low attaining peers, attendance.

    Average and good peers do not matter (Lavy, Silva & Weinhardt 2012); a large share of very low attainers does.
    """
    return (
        (p.attainment_school + secondary * (p.attainment_school_secondary - p.attainment_school)) * effectiveness
        - p.attainment_low_peers * low_share
        + p.attainment_attendance * (attendance - p.attendance_usual)
    )


@jit
def personal_pull(girl: float, eal: float, age_years: float, need: float, p: ChildParameters) -> float:
    """Pull of sex, first language and lasting needs on attainment, SD; the language pull ends at 11.

    What holds a child back is the need (``need``: its endowment of special needs, SD), from birth and whether found or
    not, not the label; needs below ``need_line`` do not.
    """
    young = clip((11.0 - age_years) / 6.0, 0.0, 1.0)
    held = max(need - p.need_line, 0.0)
    return p.attainment_girl * (girl - 0.5) - p.attainment_eal_early * eal * young - p.attainment_need * held


@jit
def attainment_target(
    endowment: float,
    family: float,
    school: float,
    person: float,
    wellbeing: float,
    agency: float,
    adversity: float,
    p: ChildParameters,
) -> float:
    """Target of attainment, SD: endowment + family + school + person + wellbeing + agency - buffered adversity."""
    return (
        p.attainment_level
        + endowment
        + family
        + school
        + person
        + p.attainment_wellbeing * wellbeing
        + p.attainment_agency * (agency - 0.5)
        - adversity
    )


@jit
def towards(state: float, target: float, rate: float, noise: float) -> float:
    """One month of an Ornstein-Uhlenbeck step: ``x + rate (target - x) / 12 + noise`` (noise already scaled)."""
    return state + rate * MONTH * (target - state) + noise


@jit
def wellbeing_adversity(hardship: float, unsafety: float, p: ChildParameters) -> float:
    """Pull of adversity on wellbeing before buffering, SD: hardship and unsafety, both 0..1."""
    return p.wellbeing_hardship * hardship + p.wellbeing_unsafety * unsafety


@jit
def wellbeing_sex(girl: float, age_years: float, p: ChildParameters) -> float:
    """Sex and age pattern of wellbeing, SD: boys lower in childhood, girls lower from early adolescence."""
    adolescent = clip((age_years - 10.0) / 5.0, 0.0, 1.0)
    return -p.wellbeing_boy * (1.0 - girl) * (1.0 - adolescent) - p.wellbeing_adolescent_girl * girl * adolescent


@jit
def wellbeing_target(
    endowment: float,
    home_learning: float,
    distress: float,
    climate: float,
    transition: float,
    person: float,
    adversity: float,
    p: ChildParameters,
) -> float:
    """Target of social-emotional wellbeing, SD: home, parental distress, school climate, transitions, adversity."""
    return (
        p.wellbeing_level
        + endowment
        + person
        + p.wellbeing_home * home_learning
        - p.wellbeing_distress * distress
        + p.wellbeing_climate * climate
        - p.transition_shock * transition
        - adversity
    )


@jit
def transition_presence(months_in_school: float, p: ChildParameters) -> float:
    """How present a school transition still is, 0..1, by months since it: 1 at the start, decaying; 0 before it."""
    present = 1.0 if months_in_school >= 0.0 else 0.0
    return present * exp(-p.transition_decay * max(months_in_school, 0.0))


@jit
def health_target(endowment: float, housing: float, hardship: float, distress: float, p: ChildParameters) -> float:
    """Target of health, SD: endowment less poor housing, hardship (centred) and parental distress."""
    return (
        p.health_level
        + endowment
        - p.health_housing * housing
        - p.health_hardship * (hardship - p.hardship_mean)
        - p.health_distress * distress
    )


@jit
def attendance_inclination(
    child: float, health: float, wellbeing: float, distress: float, hardship: float, p: ChildParameters
) -> float:
    """Child and family part of attendance, latent SD: own habit, health, wellbeing, parents' distress, hardship."""
    return (
        child
        + p.attendance_health * health
        + p.attendance_wellbeing * wellbeing
        - p.attendance_distress * distress
        - p.attendance_hardship * (hardship - p.hardship_mean)
    )


@jit
def attendance_share(
    inclination: float, climate: float, agency: float, secondary: float, noise: float, season: float, p: ChildParameters
) -> float:
    """Share of the month's sessions attended: ``logistic(level + scale * latent)``; ``season`` is the month's shift.

    Who falls below ``attendance_withdrawal_line`` falls further: absence breeds absence (ties and lessons lost,
    avoidance), so that a few pupils miss half of school or more (DfE, Pupil absence: severe absence).
    """
    latent = (
        inclination
        + p.attendance_climate * climate
        + p.attendance_agency * (agency - 0.5)
        - p.attendance_secondary * secondary
        + p.attendance_noise * noise
        + season
    )
    beyond = max(-p.attendance_withdrawal_line - latent, 0.0)
    return logistic(p.attendance_level + p.attendance_scale * (latent - p.attendance_withdrawal * beyond))


@jit
def agency_step(agency: float, relative_attainment: float, climate: float, support: float, p: ChildParameters) -> float:
    """Agency next month, 0..1: towards a level set by attainment relative to peers, climate and trusted adults.

    Raffo, Forbes & Thomson: ecologies enable or constrain reflexivity and agency.
    """
    target = clip(
        p.agency_level
        + p.agency_attainment * relative_attainment
        + p.agency_climate * climate
        + p.agency_support * support,
        0.0,
        1.0,
    )
    return clip(agency + p.agency_rate * MONTH * (target - agency), 0.0, 1.0)


@jit
def send_liability(endowment: float, attainment: float, wellbeing: float, girl: float, p: ChildParameters) -> float:
    """Liability to identified special needs, SD: own part, low attainment, low wellbeing; boys more often."""
    return endowment - p.send_attainment * attainment - p.send_wellbeing * wellbeing - p.send_girl * (girl - 0.5)


@jit
def send_level(liability: float, years_to_7: float, p: ChildParameters) -> float:
    """0 none, 1 SEN support, 2 plan, from liability against two thresholds.

    Needs take years of school to be found: both thresholds start higher by ``send_unfound`` in Reception and come down
    evenly to Year 7 (``years_to_7``: school years to go, 7 in Reception). Support is least common among the youngest
    pupils and most at the end of primary school (DfE, Special educational needs in England, by age).
    """
    unfound = p.send_unfound * clip(years_to_7 / 7.0, 0.0, 1.0)
    support = 1.0 if liability > p.send_support_threshold + unfound else 0.0
    plan = 1.0 if liability > p.send_plan_threshold + unfound else 0.0
    return support + plan


@jit
def suspension_probability(
    wellbeing: float, climate: float, secondary: float, girl: float, hardship: float, absence: float, p: ChildParameters
) -> float:
    """Probability of a suspension in a month: logistic of wellbeing, climate, phase, sex, hardship, absence (share)."""
    return logistic(
        p.suspension_level
        - p.suspension_wellbeing * wellbeing
        - p.suspension_climate * climate
        + p.suspension_secondary * secondary
        - p.suspension_girl * (girl - 0.5)
        + p.suspension_hardship * (hardship - p.hardship_mean)
        + p.suspension_absence * absence
    )


@jit
def relative_age_effect(months_after_september: int, grade: int, p: ChildParameters) -> float:
    """Test-score advantage of the older in a school year, SD: in years from the class mean, shrinking as 5 / grade."""
    return p.attainment_month_of_birth * (5.5 - months_after_september) * MONTH * 5.0 / grade
