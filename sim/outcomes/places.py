"""Indicators that are not means over people: gaps, schools, services and the partnership."""

from __future__ import annotations

from sim.outcomes.declaring import ACCESS, OFFICIAL, PROGRESS, SCHOOLS_SERVICES, SERVICE, UNSEEN, Declarations

GAPS, SCHOOLS, SERVICES = Declarations("children"), Declarations("schools"), Declarations("services")
ZONE = Declarations("zone")

for _age in (5, 11, 16):
    GAPS.declare(
        f"gap_{_age}_sd", f"Disadvantage gap at {_age}", f"gap between poorer and other children at {_age}", "SD", (_age, _age),
        -1, PROGRESS, "after DfE gap measures", 2,
        f"Mean score at {_age} of other children less that of disadvantaged children, in national SD.",
    )  # fmt: skip
    GAPS.declare(
        f"gap_{_age}_months", f"Disadvantage gap at {_age} in months", f"months of learning behind at {_age}", "months",
        (_age, _age), -1, PROGRESS, "after Education Policy Institute", 1,
        f"The gap at {_age} in SD times the months of development one SD stands for.",
    )  # fmt: skip
for _id, _name, _unit, _direction, _text in (
    ("school_effectiveness", "School effectiveness", "SD between schools", 1, "Mean effectiveness of the place's schools, weighted by roll."),
    ("school_climate", "School climate", "SD between schools", 1, "Mean climate of the place's schools, weighted by roll."),
    ("teacher_turnover", "Teacher turnover", "share a year", -1, "Share of teachers who leave in a year, weighted by roll."),
):  # fmt: skip
    # The school workforce census counts who leaves; effectiveness and climate are on nobody's list.
    _seen = OFFICIAL if _id == "teacher_turnover" else UNSEEN
    SCHOOLS.declare(
        _id, _name, _name.lower(), _unit, (4, 16), _direction, SCHOOLS_SERVICES, "model scale", 3, _text, _seen
    )
for _id, _name, _unit, _direction, _text in (
    ("service_vacancies", "Vacant posts", "share of posts", -1, "Posts paid for but not filled, services and strands together."),
    ("service_quality", "Delivery as planned", "share", 1, "Mean delivered share of what was planned, services and strands together."),
    ("waiting_months", "Waiting", "months a starter", -1, "Months waited in the school year for each start."),
):  # fmt: skip
    _family = ACCESS if _id == "waiting_months" else SCHOOLS_SERVICES
    _seen = UNSEEN if _id == "service_quality" else SERVICE
    SERVICES.declare(_id, _name, _name.lower(), _unit, (0, 18), _direction, _family, "model scale", 3, _text, _seen)
for _id, _name, _plain, _unit, _decimals, _text in (
    ("partnership_maturity", "Partnership maturity", "how well partners work as one", "0..1", 3, "Coordination: weighted geometric mean of the seven conditions of a mature partnership."),
    ("maturity_vision", "Shared vision", "shared vision and analysis", "0..1", 3, "Level of the condition shared vision and analysis of the place."),
    ("maturity_relationships", "Relationships", "relationships between partners", "0..1", 3, "Level of the condition relationships between partners."),
    ("maturity_governance", "Governance", "clear governance", "0..1", 3, "Level of the condition governance."),
    ("maturity_backbone", "Backbone team", "a working backbone team", "0..1", 3, "Level of the condition backbone team."),
    ("maturity_voice", "Residents' voice", "residents are heard", "0..1", 3, "Level of the condition residents' voice."),
    ("maturity_data", "Shared data", "partners share data", "0..1", 3, "Level of the condition shared data."),
    ("maturity_learning", "Learning", "partners learn from what they do", "0..1", 3, "Level of the condition learning and review."),
    ("partners_present", "Partners", "partners in the partnership", "partners", 1, "Partners in the partnership at the end of the school year."),
    ("partners_trust", "Trust between partners", "trust between partners", "0..1", 3, "Mean trust of the partners present in one another; 0 without a partnership."),
):  # fmt: skip
    ZONE.declare(_id, _name, _plain, _unit, (0, 18), 1, SCHOOLS_SERVICES, "model scale", _decimals, _text, UNSEEN)
