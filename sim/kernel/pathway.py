"""What a course brings an average child in all, directly and through home, school and body.

Published effects are totals. A strand that moves a context as well as an outcome this context moves
would give more than was published, so its direct part is reduced; this loop tells by how much.
"""

from __future__ import annotations

import numpy as np

from sim._jit import jit
from sim.schema import N_CHILD_OUTCOMES, N_HOUSEHOLD_OUTCOMES, N_POOLS
from sim.science import children as science
from sim.science import families as family_science

N_OUTCOMES = N_CHILD_OUTCOMES + N_HOUSEHOLD_OUTCOMES


@jit
def _month(child, home, pooled, support, age, at_school, p, f, e):
    """One noise-free month of a child (attainment, wellbeing, health, attendance, agency) and its home."""
    hardship = family_science.hardship(f.poverty_line + pooled[8] / e.typical_scale, f)
    distress, learning = home[0] - pooled[5], home[1] + pooled[6]
    worst = child[1] + pooled[1]
    target = family_science.distress_target(
        0.0, hardship, e.typical_housing, e.typical_lone, e.typical_workless, worst, f
    )
    new_distress = science.towards(home[0], target, f.distress_rate, 0.0)
    target = family_science.home_target(0.0, 0.0, distress, e.typical_strain, f)
    new_learning = science.towards(home[1], target, f.home_rate, 0.0)
    well, health = child[1] + pooled[1], child[2] + pooled[2]
    resilience = science.resilience(child[4], support, well, p)
    secondary = 1.0 if age >= 11.0 else 0.0
    family = science.family_pull(0.0, learning, science.home_weight(age, p), secondary, p)
    school = at_school * science.school_pull(0.0, e.typical_low_share, child[3], 0.0, p)
    adversity = (1.0 - resilience) * science.attainment_adversity(hardship, e.typical_housing, e.typical_unsafety, p)
    target = science.attainment_target(0.0, family, school, 0.0, well, child[4], adversity, p)
    attainment = science.towards(child[0], target, science.attainment_rate(age, p), 0.0)
    adversity = (1.0 - resilience) * science.wellbeing_adversity(hardship, e.typical_unsafety, p)
    target = science.wellbeing_target(0.0, learning, distress, 0.0, 0.0, 0.0, adversity, p)
    wellbeing = science.towards(child[1], target, p.wellbeing_rate, 0.0)
    target = science.health_target(0.0, e.typical_housing, hardship, distress, p)
    new_health = science.towards(child[2], target, p.health_rate, 0.0)
    moved = science.agency_step(child[4], child[0] + pooled[0], 0.0, support, p)
    agency = moved if age >= 11.0 else child[4]
    inclination = science.attendance_inclination(pooled[3], health, well, distress, hardship, p)
    attendance = science.attendance_share(inclination, 0.0, agency, secondary, 0.0, 0.0, p)
    child[0], child[1], child[2], child[3], child[4] = attainment, wellbeing, new_health, attendance, agency
    home[0], home[1] = new_distress, new_learning
    return inclination


@jit
def course_totals(increments, kept, months, age, support, p, f, e):
    """Change at the end of a course of ``months`` from ``increments`` (9 outcomes x 4 pools a month).

    Returns 9 numbers in the units of the pools: pool plus what the pathways add, against the same child
    and home without the course. ``support``: 1 if the course brings a trusted adult.
    """
    out = np.zeros(N_OUTCOMES)
    inclination = np.zeros(2)
    child, home = np.zeros((2, 5)), np.zeros((2, 2))
    child[:, 3], child[:, 4] = p.attendance_usual, p.agency_level
    pools = np.zeros((2, N_OUTCOMES, N_POOLS))
    pooled = np.zeros((2, N_OUTCOMES))
    for world in range(2):
        for month in range(months):
            years = age + month / 12.0
            pooled[world] = 0.0
            for o in range(N_OUTCOMES):
                for k in range(N_POOLS):
                    pools[world, o, k] = pools[world, o, k] * kept[k] + increments[o, k] * world
                    pooled[world, o] += pools[world, o, k]
            at_school = 1.0 if years >= 4.5 else 0.0
            inclination[world] = _month(
                child[world], home[world], pooled[world], support * world, years, at_school, p, f, e
            )
    for o in range(3):
        out[o] = (child[1, o] - child[0, o]) + pooled[1, o]
    out[3] = inclination[1] - inclination[0]
    out[4] = pooled[1, 4]
    out[5] = pooled[1, 5] - (home[1, 0] - home[0, 0])
    out[6] = pooled[1, 6] + (home[1, 1] - home[0, 1])
    out[7], out[8] = pooled[1, 7], pooled[1, 8]
    return out
