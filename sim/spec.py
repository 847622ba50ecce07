"""What a place, a strand and a strategy are: frozen records, checked field by field.

The records hold what the engine needs and nothing about files: reading, merging, filling gaps and
pointing at the wrong line is the business of ``sim.inputs``. They stand on floor 2 so that the
engine can name them in its signatures.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Positive = Annotated[float, Field(gt=0.0)]
NotNegative = Annotated[float, Field(ge=0.0)]

Provenance = Literal["retrieved", "derived", "memory", "judgement"]
CellKind = Literal["published", "derived", "assumption", "judgement", "given", "filled_in"]
Phase = Literal["nursery", "primary", "secondary", "all_through", "special"]
Need = Literal[
    "none", "low_attainment", "low_wellbeing", "poor_health", "absence", "distress", "hardship",
    "overcrowded", "damp", "several_risks", "neet_risk", "weak_school", "young_parent",
]  # fmt: skip
Targeting = Literal["first_come", "targeted", "proportionate", "lottery"]
Payer = Literal["council", "nhs", "schools", "charity", "housing", "government", "police"]
PartnerKind = Literal["school_trust", "council", "nhs", "housing", "charity", "community", "police"]
Governance = Literal["network", "board", "lead_agency", "social_enterprise"]
Depth = Literal["desk", "survey", "deep"]
Driver = Literal["hardship", "housing", "distress", "language", "school_climate", "safety", "access", "stigma"]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Month = Annotated[int, Field(ge=0, le=239)]

#: What drives children's disadvantage in a place beyond its deprivation; those a planner cannot see come last.
DRIVERS: tuple[Driver, ...] = (
    "hardship", "housing", "language", "school_climate", "safety", "distress", "access", "stigma",
)  # fmt: skip
HIDDEN_DRIVERS: tuple[Driver, ...] = ("distress", "access", "stigma")


class Record(BaseModel):
    """A frozen record that refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CellRule(Record):
    """What a cell of a place profile means and which values it may take."""

    unit: str
    low: float
    high: float
    meaning: str


PLACE_CELLS: dict[str, CellRule] = {
    name: CellRule(unit=unit, low=low, high=high, meaning=meaning)
    for name, unit, low, high, meaning in (
        ("children", "children", 20, 3_000_000, "residents from birth to the end of the school year in which they turn 19"),
        ("deprivation_decile", "decile", 1, 10, "IMD decile of the neighbourhood, 1 = most deprived tenth"),
        ("age_0_4_share", "share of children", 0, 1, "children aged 0 to 4"),
        ("age_5_10_share", "share of children", 0, 1, "children aged 5 to 10"),
        ("age_11_15_share", "share of children", 0, 1, "children aged 11 to 15"),
        ("age_16_18_share", "share of children", 0, 1, "children aged 16 to 18"),
        ("lone_parent_share", "share of families", 0, 1, "families with dependent children headed by one adult"),
        ("tenure_owner_share", "share of families", 0, 1, "families who own their home"),
        ("tenure_private_share", "share of families", 0, 1, "families who rent privately"),
        ("tenure_social_share", "share of families", 0, 1, "families who rent from a council or housing association"),
        ("one_child_share", "share of families", 0, 1, "families with one dependent child"),
        ("two_child_share", "share of families", 0, 1, "families with two dependent children"),
        ("three_plus_share", "share of families", 0, 1, "families with three or more dependent children"),
        ("parents_low_qualified_share", "share of families", 0, 1, "families whose best-qualified parent holds no more than GCSEs below grade 4"),
        ("parents_degree_share", "share of families", 0, 1, "families whose best-qualified parent holds a degree"),
        ("workless_share", "share of families", 0, 1, "families with no working adult"),
        ("child_poverty_ahc_share", "share of children", 0, 1, "children below 60 % of median income after housing costs"),
        ("eal_share", "share of children", 0, 1, "children whose first language is other than English"),
        ("overcrowded_share", "share of families", 0, 1, "families below the bedroom standard"),
        ("damp_share", "share of families", 0, 1, "families in damp or cold homes"),
        ("unsafe_share", "share of residents", 0, 1, "residents who feel unsafe walking alone after dark"),
        ("annual_move_share", "share of families a year", 0, 0.5, "families with children who leave the neighbourhood in a year"),
        ("area_km2", "square kilometres", 0.01, 5000, "area of the neighbourhood"),
        ("school_effectiveness", "SD between schools", -2, 2, "mean effectiveness of the schools used, national mean 0"),
        ("school_climate", "SD between schools", -2, 2, "mean climate of the schools used, national mean 0"),
        ("zones", "partnerships", 1, 500, "zones, each with a partnership of its own, into which the place is divided"),
        ("partnership_history", "0..1", 0, 1, "how far schools and services have worked together before, 0.3 = usual"),
        ("driver_hardship", "SD between places", -2, 2, "hardship beyond what is usual for places as deprived"),
        ("driver_housing", "SD between places", -2, 2, "crowded, damp or insecure housing beyond what is usual"),
        ("driver_language", "SD between places", -2, 2, "families new to English beyond what is usual"),
        ("driver_school_climate", "SD between places", -2, 2, "poor climate in schools beyond what is usual"),
        ("driver_safety", "SD between places", -2, 2, "unsafe streets beyond what is usual"),
        ("driver_distress", "SD between places", -2, 2, "parents' distress beyond what is usual (hidden)"),
        ("driver_access", "SD between places", -2, 2, "services that are hard to reach beyond what is usual (hidden)"),
        ("driver_stigma", "SD between places", -2, 2, "shame of asking for help beyond what is usual (hidden)"),
    )
}  # fmt: skip

#: Cells that must sum to one within each group.
CELL_PARTITIONS: tuple[tuple[str, ...], ...] = (
    ("age_0_4_share", "age_5_10_share", "age_11_15_share", "age_16_18_share"),
    ("tenure_owner_share", "tenure_private_share", "tenure_social_share"),
    ("one_child_share", "two_child_share", "three_plus_share"),
)

#: A profile without these cannot be filled in.
REQUIRED_CELLS = ("children", "deprivation_decile")


class Cell(Record):
    """One number of a place profile with its passport."""

    value: float
    unit: str = ""
    kind: CellKind = "given"
    source: str = ""
    year: int | None = None
    note: str = ""


class School(Record):
    """One school as a place profile states it; ``None`` is filled in."""

    name: str = Field(max_length=120)
    phase: Phase
    places: Annotated[int, Field(ge=5, le=5000)]
    effectiveness: Annotated[float, Field(ge=-3, le=3)] | None = None
    climate: Annotated[float, Field(ge=-3, le=3)] | None = None
    kind: CellKind = "given"
    source: str = ""


class ServicePosts(Record):
    """Posts of one baseline service; ``kind_of_service`` names a row of ``services.toml``."""

    kind_of_service: str
    posts: NotNegative
    kind: CellKind = "given"
    source: str = ""


class Fact(Record):
    """A sentence about a place that is shown, not simulated."""

    text: str
    source: str = ""


class Place(Record):
    """A neighbourhood profile with every gap filled in and marked."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    name: str = Field(max_length=160)
    region: str = ""
    about: str = ""
    cells: dict[str, Cell]
    schools: tuple[School, ...] = ()
    services: tuple[ServicePosts, ...] = ()
    facts: tuple[Fact, ...] = ()

    def value(self, cell: str) -> float:
        """Value of a cell in the unit of ``PLACE_CELLS``."""
        return self.cells[cell].value


class Effect(Record):
    """Published effect of a strand on one outcome (benefit-positive SD)."""

    outcome: Literal[
        "attainment", "social_emotional", "health", "attendance", "service_engagement",
        "parent_mental_health", "home_learning", "income", "school_effectiveness",
    ]  # fmt: skip
    effect_sd: Annotated[float, Field(ge=-2, le=2)]
    se_sd: Annotated[float, Field(ge=0, le=2)]


class OtherEffect(Record):
    """A published effect outside the SD table (relative change, GBP, subgroup SD)."""

    outcome: str
    effect_sd: float | None = None
    se_sd: float | None = None
    relative_change: float | None = None
    change: float | None = None


class Delivery(Record):
    """How the model delivers a strand; each value is a modelling choice with its provenance.

    ``unit``: who takes part (a child, a household, a whole school, everybody in the area).
    ``need`` and ``need_share``: who is eligible, as the worst-off share of the national age group.
    ``ongoing``: take-part goes on while eligible (true) or is one course (false).
    ``site_children``: children one site or team serves, for costs per site-year.
    ``trusted_adult``: take-part brings a child a trusted adult outside the family.
    ``contact``: taking part means meeting somebody (counts as reached); false for lessons, letters, staff training.
    ``engagement_is_eet``: the outcome ``service_engagement`` means education, employment or training.
    ``drivers``: what drives disadvantage that the strand works on; it fits a place by them.
    ``stigma``: how far taking part marks a family out (0 = everybody goes, 1 = only families with problems).
    ``backbone``: its posts are the zone's backbone team.
    """

    unit: Literal["child", "household", "school", "area"]
    need: Need = "none"
    need_share: Annotated[float, Field(gt=0, le=1)] = 1.0
    ongoing: bool = False
    site_children: Positive = 2000.0
    trusted_adult: bool = False
    contact: bool = True
    engagement_is_eet: bool = False
    drivers: tuple[Driver, ...] = ()
    stigma: Share = 0.0
    backbone: bool = False
    payer: Payer
    provenance: Provenance = "judgement"
    note: str = ""


class Strand(Record):
    """An intervention of the evidence library, with every key the library carries."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    name: str
    stage: str
    context: Literal["child", "family", "school", "service", "community", "partnership"]
    ages: tuple[int, int]
    outcome_effects: tuple[Effect, ...]
    other_effects: tuple[OtherEffect, ...] = ()
    effect_basis: Literal["participant", "area_itt"]
    effect_provenance: Provenance
    scale_multiplier: Annotated[float, Field(ge=0, le=2)]
    target: str = ""
    duration_months: Annotated[int, Field(ge=1, le=240)]
    fade_half_life_months: Annotated[float, Field(gt=0)] | Literal["none"]
    uptake: Share
    uptake_provenance: Provenance
    unit_cost_gbp: NotNegative
    cost_basis: str
    cost_unit: Literal["participant", "participant_year", "child_in_area_year", "school_year", "site_year"]
    cost_provenance: Provenance
    price_year: Annotated[int, Field(ge=1990, le=2040)]
    delivered_by: str
    evidence_rating: Annotated[int, Field(ge=1, le=5)]
    sources: tuple[str, ...]
    notes: str = ""
    delivery: Delivery

    @model_validator(mode="after")
    def _ages_in_order(self) -> Strand:
        if self.ages[0] > self.ages[1]:
            raise ValueError("ages must be [youngest, oldest] with youngest <= oldest")
        return self


class StrandValues(Record):
    """Own values of a strategy over the library's values; ``None`` keeps the library's."""

    effect_multiplier: Annotated[float, Field(ge=0, le=3)] = 1.0
    uptake: Share | None = None
    unit_cost_gbp: NotNegative | None = None


class PlannedStrand(Record):
    """One strand in a strategy: when, for how many, for whom, at which priority.

    Months count from the September that opens the first school year (month 0).
    ``places_per_term`` is a number of places; ``reach_share`` is a share of those eligible, for
    strategies that are to fit any place. Exactly one is given for strands people enrol in;
    area-wide strands need neither.
    """

    strand: str
    start_month: Annotated[int, Field(ge=0, le=239)] = 0
    ramp_months: Annotated[int, Field(ge=0, le=60)] = 0
    stop_month: Annotated[int, Field(ge=1, le=240)] | None = None
    places_per_term: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    reach_share: Annotated[float, Field(gt=0, le=1)] | None = None
    targeting: Targeting = "first_come"
    outreach: Share = 0.0
    priority: Annotated[int, Field(ge=1, le=99)] = 50
    values: StrandValues = StrandValues()

    @model_validator(mode="after")
    def _dates_in_order(self) -> PlannedStrand:
        if self.stop_month is not None and self.stop_month <= self.start_month:
            raise ValueError("the strand stops before it starts")
        if self.places_per_term is not None and self.reach_share is not None:
            raise ValueError("give places_per_term or reach_share, not both")
        return self


class Partner(Record):
    """A body that works in the zone's partnership.

    ``commitment``: share of what it promises that it does when rested; ``capacity``: share of the time the
    zone asks of it that it can spare; ``aims``: outcome families it is there for (empty: all of them).
    """

    id: Id
    name: str = Field(default="", max_length=120)
    kind: PartnerKind
    commitment: Share = 0.6
    capacity: Share = 0.6
    aims: tuple[str, ...] = ()
    join_month: Month = 0
    lead: bool = False


class Partnership(Record):
    """How the partners of a zone work together; an empty list of partners means one of each usual kind.

    ``resident_voice`` and ``learning``: effort put into hearing residents, into reviewing what works (0..1).
    ``data_sharing``: partners are asked to sign an agreement. ``succession``: somebody stands in for each leader.
    ``champions_per_100_families``: parents who speak for the zone among their neighbours.
    ``handover_month``: month in which the backbone team passes to another body.
    """

    governance: Governance = "board"
    start_month: Month = 0
    partners: tuple[Partner, ...] = ()
    resident_voice: Share = 0.3
    learning: Share = 0.3
    data_sharing: bool = True
    succession: bool = False
    champions_per_100_families: Annotated[float, Field(ge=0, le=20)] = 0.0
    handover_month: Annotated[int, Field(ge=1, le=239)] | None = None


class Analysis(Record):
    """A local analysis that is bought: what drives disadvantage here. ``desk``: figures only; ``survey``: families
    are asked; ``deep``: with ethnography and residents as researchers.
    """  # noqa: D205

    start_month: Month = 0
    months: Annotated[int, Field(ge=1, le=60)] = 12
    depth: Depth = "survey"


class Step(Record):
    """A step of a theory of change: what shall be seen, for whom, by when, and which steps it rests on.

    An output counts ``measure`` of a ``strand``; a step of change or an outcome reads an ``indicator``. ``size``:
    least change in the indicator's unit (or number of people), ``None`` for any change in the ``direction``.
    ``against``: the change is from the twin, or from the first day.
    """

    id: Id
    name: str = Field(max_length=160)
    kind: Literal["output", "step", "outcome"]
    indicator: str | None = None
    strand: str | None = None
    measure: Literal["started", "completed", "taking_part", "posts_filled"] = "started"
    group: str = "all"
    population: Literal["residents", "originals"] = "residents"
    direction: Literal["up", "down"] = "up"
    size: NotNegative | None = None
    against: Literal["twin", "start"] = "twin"
    by_month: Annotated[int, Field(ge=1, le=240)]
    depends_on: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _reads_one_thing(self) -> Step:
        if (self.indicator is None) == (self.strand is None):
            raise ValueError("a step reads an indicator or counts a strand: give one of them")
        return self


class TheoryOfChange(Record):
    """Starting situation and why it is so, and the steps by which the strands are to change it."""

    starting_situation: str = ""
    why: str = ""
    steps: tuple[Step, ...] = ()


class Strategy(Record):
    """A mix of strands with the money and posts it may use.

    ``money_gbp``: payer -> pounds a year (prices of ``price_year``); with ``money_per_child`` pounds
    per resident child of month 0 and year. ``posts``: most full-time posts at a time, or ``None``.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    name: str = Field(max_length=160)
    question: str = ""
    authors: tuple[str, ...] = ()
    about: str = ""
    place: str = "any"
    price_year: Annotated[int, Field(ge=2000, le=2040)] = 2025
    money_gbp: dict[Payer, NotNegative] = {}
    money_per_child: bool = False
    posts: NotNegative | None = None
    partnership: Partnership | None = None
    analysis: Analysis | None = None
    strands: tuple[PlannedStrand, ...] = ()
    theory_of_change: TheoryOfChange | None = None
    sources: tuple[str, ...] = ()


ShockKind = Literal[
    "money", "posts", "service_posts", "strand_posts", "work", "income", "rent", "learning", "wellbeing", "distress",
    "home_learning", "attendance", "teaching", "contact", "moves", "housing", "partner_leaves", "school",
]  # fmt: skip


class Shock(Record):
    """One dated, sized change of the world outside.

    ``size``: a factor (money, posts, service_posts, strand_posts, work, income, rent, teaching, contact, moves), a
    shift in SD (learning, wellbeing, distress, home_learning, attendance in latent SD, school in SD between
    schools), or a share (housing: bad homes put right; partner_leaves: 1). ``who``: payer, service, strand, kind of
    partner or "lead", phase of school; empty for all. ``share``: share of those it strikes. ``months``: how long,
    ``None`` to the end.
    """

    kind: ShockKind
    size: Annotated[float, Field(ge=-10, le=10)]
    start_month: Month = 0
    months: Annotated[int, Field(ge=1, le=240)] | None = None
    who: str = ""
    share: Annotated[float, Field(gt=0, le=1)] = 1.0
    provenance: Provenance = "judgement"
    source: str = ""
    note: str = ""


class Future(Record):
    """What the world does to a place: the same for the twin and for every strategy."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_+]{0,255}$")]
    name: str = Field(max_length=160)
    about: str = ""
    shocks: tuple[Shock, ...] = ()
    sources: tuple[str, ...] = ()


class ServiceKind(Record):
    """A service of today: what it is, whom it serves, how many people a post carries."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    name: str
    unit: Literal["child", "household"]
    ages: tuple[int, int]
    need: Need
    need_share: Share
    uptake: Share
    duration_months: Annotated[int, Field(ge=1, le=240)]
    ongoing: bool
    caseload: Positive
    posts_per_1000: NotNegative
    stigma: Share = 0.0


Stance = Literal["sceptical", "central", "hopeful"]
DesignKind = Literal["grid", "latin_hypercube", "sobol", "morris", "rows"]


class Varied(Record):
    """Something that a study varies: from ``low`` to ``high``, or over ``values``. Names: ``sim.inputs.varied``."""

    name: str = Field(max_length=120)
    low: float | None = None
    high: float | None = None
    values: tuple[float, ...] = ()
    label: str = Field(default="", max_length=160)
    unit: str = Field(default="", max_length=80)

    @model_validator(mode="after")
    def _says_which_values(self) -> Varied:
        ends = [end for end in (self.low, self.high) if end is not None]
        if bool(ends) == bool(self.values) or len(ends) == 1:
            raise ValueError("give low and high, or values")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError("low must be below high")
        return self


class Design(Record):
    """How the points of a study are laid out in the ranges of what it varies.

    ``points``: levels of each range (grid), points (latin_hypercube), base sample (sobol, a power of 2) or
    trajectories (morris). ``second_order``: sobol rows for pairs as well. ``rows``: the points themselves.
    """

    kind: DesignKind = "grid"
    points: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    second_order: bool = False
    rows: tuple[tuple[float, ...], ...] = ()


class Study(Record):
    """Strategies in places under futures at every point of a design, each run beside its twin.

    Replication r of every point has luck number ``seed + r`` for chance, evidence and parameters. ``parameters``:
    drawn from the posterior, or the central values. ``outcomes``: as ``sim.experiments.asked`` reads them.
    """

    id: Id
    name: str = Field(max_length=160)
    question: str = ""
    about: str = ""
    strategies: Annotated[tuple[Strategy, ...], Field(min_length=1)]
    places: Annotated[tuple[Place, ...], Field(min_length=1)]
    futures: Annotated[tuple[Future, ...], Field(min_length=1)]
    evidence: Annotated[tuple[Stance, ...], Field(min_length=1)] = ("central",)
    replications: Annotated[int, Field(ge=1, le=100_000)] = 1
    outcomes: Annotated[tuple[str, ...], Field(min_length=1)]
    years: Annotated[int, Field(ge=1, le=20)] = 10
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = 1
    parameters: Literal["drawn", "central"] = "drawn"
    without: tuple[str, ...] = ()
    including: tuple[str, ...] = ()
    design: Design = Design()
    vary: tuple[Varied, ...] = ()
