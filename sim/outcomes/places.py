"""Indicators that are not means over people: gaps, schools and services."""

from __future__ import annotations

from sim.outcomes.declaring import ACCESS, OFFICIAL, PROGRESS, SCHOOLS_SERVICES, SERVICE, UNSEEN, Declarations

GAPS, SCHOOLS, SERVICES = Declarations("children"), Declarations("schools"), Declarations("services")

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
