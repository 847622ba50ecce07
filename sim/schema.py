"""The tables of the model: every column with unit and meaning, the enums, the draw streams.

A table is two arrays, ``real`` (float64) and ``whole`` (int32), one row of each array per column, and
one array of identity keys. The named tuples of column numbers below are what compiled code uses.
"""

from __future__ import annotations

from collections import namedtuple
from typing import Any, NamedTuple

import numpy as np


class Column(NamedTuple):
    """One column: its name, unit and meaning."""

    name: str
    unit: str
    meaning: str


class TableSchema(NamedTuple):
    """A declared table: real and whole columns, and the outcomes that have effect pools."""

    name: str
    singular: str
    real: tuple[Column, ...]
    whole: tuple[Column, ...]
    pooled: tuple[str, ...]


def _columns(*rows: tuple[str, str, str]) -> tuple[Column, ...]:
    return tuple(Column(*row) for row in rows)


CHILDREN = TableSchema(
    "children",
    "child",
    _columns(
        ("endow_attainment", "SD", "persistent part of the attainment target"),
        ("endow_wellbeing", "SD", "persistent part of the wellbeing target"),
        ("endow_health", "SD", "persistent part of the health target"),
        ("endow_attendance", "SD", "persistent attendance of this child on the latent scale"),
        ("endow_send", "SD", "persistent liability to special educational needs"),
        ("attainment_base", "SD", "attainment without effect pools, national mean 0"),
        ("wellbeing_base", "SD", "social-emotional wellbeing without effect pools, higher is better"),
        ("health_base", "SD", "health without effect pools"),
        ("attainment", "SD", "attainment with effect pools"),
        ("wellbeing", "SD", "wellbeing with effect pools"),
        ("health", "SD", "health with effect pools"),
        ("attendance", "share", "share of this month's sessions attended"),
        ("agency", "0..1", "sense of being able to shape one's own path (moves from age 11)"),
        ("support", "0..1", "presence of a trusted adult outside the family"),
        ("resilience", "0..1", "buffer against adversity, from agency, trusted adult and wellbeing"),
        ("absence_sum", "months", "sum of monthly absence shares in this school year"),
        ("attended_months", "months", "school months counted in this school year"),
        ("absence_year", "share", "absence in the last full school year"),
        ("suspensions", "count", "suspensions in this school year"),
        ("suspensions_year", "count", "suspensions in the last full school year"),
        ("score_eyfsp", "SD", "test score at the end of Reception, not-a-number before"),
        ("score_phonics", "SD", "test score of the Year 1 phonics check"),
        ("score_ks1", "SD", "test score at the end of Key Stage 1 (Year 2)"),
        ("score_ks2", "SD", "test score of Key Stage 2 (Year 6)"),
        ("score_gcse", "SD", "test score of the GCSE year (Year 11)"),
        ("score_18", "SD", "test score at the end of Year 13"),
        ("eet", "0/1", "in education, employment or training at 18, not-a-number before"),
    ),
    _columns(
        ("household", "row", "row of the household"),
        ("girl", "0/1", "sex recorded as female"),
        ("eal", "0/1", "first language other than English"),
        ("birth_month", "month", "month of birth, month 0 = first September of the run"),
        ("cohort", "school year", "school year of birth; grade = school year - cohort, Reception = 5"),
        ("first_month", "month", "first month in the model"),
        ("last_month", "month", "first month no longer followed"),
        ("leaves_month", "month", "month in which the family leaves the neighbourhood"),
        ("original", "0/1", "in, or born to, a household that was there at month 0"),
        ("from_start", "0/1", "a resident at month 0"),
        ("send", "level", "0 none, 1 SEN support, 2 education, health and care plan"),
        ("primary", "row", "primary school, -1 before admission"),
        ("secondary", "row", "secondary school, -1 before admission"),
        ("school", "row", "school attended this month, -1 if none"),
        ("need_quintile", "1..5", "need of the household when first seen, 5 = highest"),
        ("last_reached", "month", "last month in which a service or strand was used, -9999 if never"),
        ("care_state", "enum", "children's social care: 0 none, 1 in need, 2 protection plan, 3 looked after"),
        ("case_since", "month", "month of the referral that opened the case, -9999 if none is open"),
        ("case_long", "0/1", "the open case is of the long kind"),
        ("referral_last", "month", "last month of a referral, -9999 if never"),
        ("plan_ever", "0/1", "has had a child protection plan"),
        ("referrals", "count", "referrals in this school year"),
        ("referrals_no_need", "count", "referrals assessed and found not in need in this school year"),
        ("referrals_again", "count", "referrals within twelve months of an earlier one in this school year"),
        ("enquiries", "count", "section 47 enquiries in this school year"),
        ("plans", "count", "child protection plans started in this school year"),
        ("plans_again", "count", "of these, second or later plans of the child"),
        ("looked_after_starts", "count", "times the child began to be looked after in this school year"),
        ("looked_after_ends", "count", "times the child ceased to be looked after in this school year"),
        ("cases_closed", "count", "cases of a child in need closed in this school year"),
        ("cases_closed_soon", "count", "of these, closed within three months of the referral"),
    ),
    ("attainment", "wellbeing", "health", "attendance", "eet"),
)

HOUSEHOLDS = TableSchema(
    "households",
    "household",
    _columns(
        ("ses", "SD", "parental education and status, national mean 0"),
        ("endow_distress", "SD", "persistent part of the distress target"),
        ("endow_home_learning", "SD", "persistent part of the home-learning target"),
        ("x", "km", "easting of the home"),
        ("y", "km", "northing of the home"),
        ("unsafety", "0..1", "share of neighbours who feel unsafe around the home"),
        ("housing", "0..1", "poor housing: overcrowded, damp or both"),
        ("pay", "GBP a week", "full-time gross pay of the first earner"),
        ("pay_shift", "share of pay", "passing part of pay: hours, overtime, better or worse jobs"),
        ("rent", "GBP a week", "housing cost"),
        ("work_propensity", "share", "long-run share of time each adult works"),
        ("workless_income", "GBP a week", "income beyond standard benefits while nobody works"),
        ("income", "GBP a week", "equivalised income after housing costs, smoothed: what families live on"),
        ("income_now", "GBP a week", "equivalised income after housing costs of this month, as surveys ask"),
        ("hardship", "0..1", "material hardship"),
        ("distress_base", "SD", "parental distress without effect pools, higher is worse"),
        ("distress", "SD", "parental distress with effect pools"),
        ("home_learning_base", "SD", "home learning environment without effect pools"),
        ("home_learning", "SD", "home learning environment with effect pools"),
        ("trust_base", "0..1", "trust in services without effect pools"),
        ("trust", "0..1", "trust in services with effect pools"),
        ("trust_start", "0..1", "level to which trust drifts back"),
        ("experience", "trust a month", "this month's good and bad experience with services"),
    ),
    _columns(
        ("adults", "count", "1 = lone parent, 2 = couple"),
        ("tenure", "enum", "0 owner, 1 private rent, 2 social rent"),
        ("education", "enum", "0 low qualified, 1 middle, 2 degree"),
        ("workers", "count", "working adults"),
        ("children_here", "count", "dependent children born and not yet 19"),
        ("home", "row", "home (dwelling) lived in, shared by successive households"),
        ("first_month", "month", "first month in the model"),
        ("last_month", "month", "first month no longer followed"),
        ("leaves_month", "month", "month in which the household leaves the neighbourhood"),
        ("original", "0/1", "there at month 0"),
        ("fsm_now", "0/1", "eligible for free school meals, protection included"),
        ("fsm_last", "month", "last month of eligibility by earnings, -9999 if never"),
        ("overcrowded", "0/1", "below the bedroom standard"),
        ("damp", "0/1", "damp or cold home"),
        ("need_quintile", "1..5", "need when first seen, 5 = highest"),
        ("last_reached", "month", "last month in which anybody in the household used a service or strand"),
        ("reached_months", "months", "months of use in this school year"),
        ("completed", "count", "courses completed in this school year"),
        ("waiting_last", "month", "last month in which somebody waited for a place, -9999 if never"),
    ),
    ("distress", "home_learning", "trust", "income"),
)

SCHOOLS = TableSchema(
    "schools",
    "school",
    _columns(
        ("effectiveness_own", "SD between schools", "level to which effectiveness returns"),
        ("effectiveness_base", "SD between schools", "effectiveness without effect pools"),
        ("effectiveness", "SD between schools", "effectiveness with effect pools"),
        ("climate_own", "SD between schools", "level to which climate returns"),
        ("climate", "SD between schools", "climate: relationships, order, belonging"),
        ("turnover", "share a year", "teachers who leave in a year"),
        ("pastoral_load", "ratio", "pupils in need per pastoral post, national mean 1"),
        ("low_share", "share", "pupils with very low attainment (below -1 SD)"),
        ("mean_attainment", "SD", "mean attainment of pupils"),
        ("roll", "pupils", "pupils on roll"),
        ("places", "pupils", "places"),
        ("attendance", "share", "attendance this month"),
        ("x", "km", "easting"),
        ("y", "km", "northing"),
    ),
    _columns(
        ("phase", "enum", "0 nursery, 1 primary, 2 secondary, 3 all-through, 4 special"),
        ("elsewhere", "quintile", "0 in the place, 1..5 average school of that deprivation quintile, 6 outside places"),
        ("leader_since", "month", "month in which the head started"),
    ),
    ("effectiveness",),
)

SERVICES = TableSchema(
    "services",
    "service",
    _columns(
        ("posts_wanted", "posts", "posts paid for now"),
        ("posts_filled", "posts", "posts filled"),
        ("capacity", "people", "people who can take part at a time"),
        ("taking_part", "people", "people taking part this month"),
        ("exposed", "people", "people an area effect acts on without use"),
        ("waiting", "people", "people waiting"),
        ("quality", "0..1", "delivery as a share of what was planned and paid for"),
        ("planned", "people or sites", "full size this term: places, people eligible, schools or share of a site"),
        ("eligible", "people", "people eligible this term"),
        ("open_to", "people", "people eligible this term who can still use it"),
        ("offered", "people", "offers made in this school year"),
        ("started", "people", "starts in this school year"),
        ("completed", "people", "completions in this school year"),
        ("dropped", "people", "drop-outs in this school year"),
        ("allotted", "GBP", "money allotted for this school year"),
        ("spent", "GBP", "money spent in this school year"),
        ("wait_months", "person-months", "months waited in this school year"),
        ("load", "ratio", "people taking part by the caseload of the filled posts, 1 = full"),
        ("fidelity", "ratio", "effect by the published one: coordination, fit to the place, load"),
    ),
    _columns(
        ("baseline", "0/1", "a service of today rather than a strand of the strategy"),
    ),
    (),
)

PARTNERS = TableSchema(
    "partners",
    "partner",
    _columns(
        ("commitment_own", "0..1", "commitment to which the partner returns"),
        ("commitment", "0..1", "share of what it promises that it does when rested"),
        ("capacity", "0..1", "share of the time asked of it that it can spare"),
        ("trust", "0..1", "trust in the other partners"),
        ("fatigue", "0..1", "tiredness of partnership work"),
        ("pays", "share", "share of its promised money that it pays"),
        ("aligned", "0..1", "how far its own aims are those of the zone"),
    ),
    _columns(
        ("kind", "enum", "number of its kind in PARTNER_KINDS"),
        ("lead", "0/1", "leads the partnership"),
        ("present", "0/1", "in the partnership this month"),
        ("met", "0/1", "came to this month's meeting"),
        ("shares_data", "0/1", "has signed the data agreement"),
        ("leader_since", "month", "month in which its leader started"),
        ("joined", "month", "month in which it joined, -9999 if not yet"),
        ("left", "month", "month in which it left, -9999 if it has not"),
        ("joins_month", "month", "month in which it is asked to join"),
        ("zone", "row", "zone it belongs to"),
    ),
    (),
)

ZONE = TableSchema(
    "zone",
    "zone",
    _columns(
        ("vision", "0..1", "maturity: shared vision and analysis of the place"),
        ("relationships", "0..1", "maturity: relationships between partners"),
        ("governance", "0..1", "maturity: governance"),
        ("backbone", "0..1", "maturity: backbone team"),
        ("voice", "0..1", "maturity: residents' voice"),
        ("data", "0..1", "maturity: shared data"),
        ("learning", "0..1", "maturity: learning"),
        ("coordination", "0..1", "weighted geometric mean of the seven conditions"),
        ("backbone_share", "share", "filled posts of the backbone team by those a full one has"),
        ("met_share", "share", "partners who came to this month's meeting"),
        ("data_share", "share", "partners who share data"),
        ("fatigue", "0..1", "mean tiredness of the partners present"),
        ("analysis", "0..1", "how well the drivers of the place are known"),
        ("reach", "share", "families in which somebody takes part in a strand"),
    ),
    _columns(
        ("active", "0/1", "the partnership has started"),
        ("governance_form", "enum", "number of its form in GOVERNANCE_FORMS"),
        ("partners_present", "count", "partners in the partnership"),
    ),
    (),
)

TABLES = {table.name: table for table in (CHILDREN, HOUSEHOLDS, SCHOOLS, SERVICES, PARTNERS, ZONE)}

# Column numbers for compiled code. numba takes a named tuple of integers as a constant.
C: Any = namedtuple("C", [c.name for c in CHILDREN.real])(*range(len(CHILDREN.real)))
CW: Any = namedtuple("CW", [c.name for c in CHILDREN.whole])(*range(len(CHILDREN.whole)))
H: Any = namedtuple("H", [c.name for c in HOUSEHOLDS.real])(*range(len(HOUSEHOLDS.real)))
HW: Any = namedtuple("HW", [c.name for c in HOUSEHOLDS.whole])(*range(len(HOUSEHOLDS.whole)))
S: Any = namedtuple("S", [c.name for c in SCHOOLS.real])(*range(len(SCHOOLS.real)))
SW: Any = namedtuple("SW", [c.name for c in SCHOOLS.whole])(*range(len(SCHOOLS.whole)))
V: Any = namedtuple("V", [c.name for c in SERVICES.real])(*range(len(SERVICES.real)))
P: Any = namedtuple("P", [c.name for c in PARTNERS.real])(*range(len(PARTNERS.real)))
PW: Any = namedtuple("PW", [c.name for c in PARTNERS.whole])(*range(len(PARTNERS.whole)))
Z: Any = namedtuple("Z", [c.name for c in ZONE.real])(*range(len(ZONE.real)))
ZW: Any = namedtuple("ZW", [c.name for c in ZONE.whole])(*range(len(ZONE.whole)))

#: Conditions of a mature partnership, the first columns of the zone table in this order.
CONDITIONS = ("vision", "relationships", "governance", "backbone", "voice", "data", "learning")
PARTNER_KINDS = ("school_trust", "council", "nhs", "housing", "charity", "community", "police")
GOVERNANCE_FORMS = ("network", "board", "lead_agency", "social_enterprise")

#: Effect pools: how much of an effect is left after its course fades at which half-life.
POOLS = ("brief", "fast", "slow", "lasting")
N_POOLS = 4

#: Outcomes an offer can move, in the order of its effect table; children's first, then households', then schools'.
CHILD_OUTCOMES = CHILDREN.pooled
HOUSEHOLD_OUTCOMES = HOUSEHOLDS.pooled
SCHOOL_OUTCOMES = SCHOOLS.pooled
N_CHILD_OUTCOMES = len(CHILD_OUTCOMES)
N_HOUSEHOLD_OUTCOMES = len(HOUSEHOLD_OUTCOMES)

# Stages of taking part in an offer (a service or strand).
NOT_IN, WAITING, TAKING_PART, COMPLETED, DROPPED, EXPOSED = (np.int8(n) for n in range(6))

# States of children's social care; a child with a plan or looked after is a child in need too.
NO_CASE, IN_NEED, PROTECTION_PLAN, LOOKED_AFTER = range(4)

# Phases of school.
NURSERY, PRIMARY, SECONDARY, ALL_THROUGH, SPECIAL = range(5)
PHASES = {
    "nursery": NURSERY,
    "primary": PRIMARY,
    "secondary": SECONDARY,
    "all_through": ALL_THROUGH,
    "special": SPECIAL,
}

# Grades: school year minus cohort (school year of birth). Reception 5, Year 6 = 11, Year 11 = 16.
RECEPTION, YEAR_1, YEAR_2, YEAR_6, YEAR_7, YEAR_11, YEAR_13 = 5, 6, 7, 11, 12, 16, 18
LAST_GRADE = 19

# Calendar: month of the school year, September = 0.
SEPTEMBER, JANUARY, APRIL, JUNE, AUGUST = 0, 4, 7, 9, 11
ENROLMENT_MONTHS = (SEPTEMBER, JANUARY, APRIL)

NEVER = -9999
FOREVER = 1_000_000

#: Streams of randomness, one per decision. Append only: a number once used never changes its meaning.
STREAMS = (
    "home", "family", "child", "work", "household_shock", "child_shock", "child_event", "test", "move", "birth",
    "school_year", "school_month", "identify", "accept", "order", "drop_out", "network", "donor", "trust", "effect",
    "admission", "suspension", "trial", "partner_event", "partner_meeting", "driver", "analysis", "champion",
    "model", "future", "dashboard", "care",
)  # fmt: skip
Stream: Any = namedtuple("Stream", STREAMS)(*range(1, len(STREAMS) + 1))
