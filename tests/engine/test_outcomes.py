"""Every indicator from tables made by hand, with its value worked on paper."""

from __future__ import annotations

import numpy as np
import pytest

from sim.outcomes import (
    GROUPS,
    HEADLINES,
    INDICATOR_IDS,
    INDICATORS,
    POPULATIONS,
    SMALLEST_CELL,
    Reading,
    read_outcomes,
)
from sim.parameters import Parameters, Register
from sim.schema import FOREVER, NEVER
from sim.state import Table

MONTH = 23  # the second August
GROUP_IDS = list(GROUPS)


@pytest.fixture
def parameters(register: Register) -> Parameters:
    reference = register.parameters.reference._replace(
        pass_eyfsp=-0.5, pass_phonics=-0.9, pass_ks2=0.0, pass_gcse4=0.5, attainment8_mean=46.0,
        attainment8_per_sd=20.0, attainment8_top=90.0, value_added_ks2_slope=0.5, value_added_gcse_slope=0.8,
        months_per_sd_5=10.0, months_per_sd_11=20.0, months_per_sd_16=25.0, sdq_mean=9.0, sdq_per_sd=6.0,
        sdq_high_line=17.0, distress_high_line=1.0, persistent_absence_line=0.1, in_need_line=1.0,
        fsm_memory_months=72.0,
    )  # fmt: skip
    families = register.parameters.families._replace(poverty_line=300.0)
    delivery = register.parameters.delivery._replace(risk_hardship=3.0, risk_hardship_usual=0.35, risk_scale=1.7)
    return register.parameters._replace(reference=reference, families=families, delivery=delivery)


Tables = tuple[Table, Table, Table, Table, Table, Table]


@pytest.fixture
def tables() -> Tables:
    """Six children in three homes, three schools, two services, two partners; tests change what they are about."""
    children, households, schools, services = (
        Table("children", 6),
        Table("households", 3),
        Table("schools", 3),
        Table("services", 2),
    )
    children.household = [0, 0, 1, 1, 2, 2]
    children.last_month, children.leaves_month, children.first_month = FOREVER, FOREVER, -300
    children.birth_month, children.cohort = MONTH - 8 * 12, -7
    children.original, children.need_quintile, children.last_reached = 1, 3, NEVER
    for name in ("score_eyfsp", "score_phonics", "score_ks1", "score_ks2", "score_gcse", "score_18", "eet"):
        getattr(children, name)[:] = np.nan
    households.last_month, households.leaves_month, households.first_month = FOREVER, FOREVER, -300
    households.original, households.need_quintile, households.education = 1, 3, 1
    households.fsm_last = [MONTH - 10, NEVER, NEVER]
    households.last_reached, households.waiting_last, households.income_now = NEVER, NEVER, 400.0
    return children, households, schools, services, Table("partners", 2), Table("zone", 1)


def value(reading: Reading, indicator: str, group: str = "all", population: str = "residents") -> float:
    at = POPULATIONS.index(population), GROUP_IDS.index(group), INDICATOR_IDS.index(indicator)
    return float(reading.values[at])


def count(reading: Reading, indicator: str, group: str = "all", population: str = "residents") -> float:
    at = POPULATIONS.index(population), GROUP_IDS.index(group), INDICATOR_IDS.index(indicator)
    return float(reading.counts[at])


def test_shares_at_milestones(tables: Tables, parameters: Parameters) -> None:
    children = tables[0]
    # school year 1: Reception is cohort -4, Year 1 -5, Year 6 -10, Year 11 -15, Year 13 -17
    children.cohort = [-4, -4, -4, -5, -10, -10]
    children.score_eyfsp = [-0.6, -0.5, 1.0, 5.0, 5.0, 5.0]
    children.score_phonics = [9.0, 9.0, 9.0, -1.0, 9.0, 9.0]
    children.score_ks2 = [9.0, 9.0, 9.0, 9.0, 0.2, -0.1]
    reading = read_outcomes(*tables, MONTH, parameters)
    assert value(reading, "gld") == pytest.approx(2 / 3)
    assert count(reading, "gld") == 3
    assert value(reading, "phonics") == 0.0
    assert value(reading, "ks2_expected") == 0.5
    assert value(reading, "score_5") == pytest.approx((-0.6 - 0.5 + 1.0) / 3)
    assert value(reading, "score_11") == pytest.approx(0.05)
    assert np.isnan(value(reading, "score_16"))
    assert count(reading, "score_16") == 0


def test_gcse_destinations_and_value_added(tables: Tables, parameters: Parameters) -> None:
    children = tables[0]
    children.cohort = [-15, -15, -10, -17, -17, -17]
    children.score_gcse = [0.5, 3.0, np.nan, 0.0, 0.0, 0.0]
    children.score_ks2 = [0.0, 1.0, 0.4, 0.0, 0.0, 0.0]
    children.score_eyfsp = [0.0, 0.0, -0.2, 0.0, 0.0, 0.0]
    children.eet = [np.nan, np.nan, np.nan, 1.0, 1.0, 0.0]
    reading = read_outcomes(*tables, MONTH, parameters)
    # 46 + 20 * 0.5 = 56; 46 + 60 is held at 90
    assert value(reading, "attainment8") == pytest.approx(73.0)
    assert value(reading, "english_maths_4") == 1.0
    assert value(reading, "neet") == pytest.approx(1 / 3)
    # GCSE 0.5 - 0.8 * 0 and 3 - 0.8 * 1; KS2 0.4 - 0.5 * -0.2
    assert value(reading, "school_value_added") == pytest.approx((0.5 + 2.2 + 0.5) / 3)


def test_absence_attendance_and_suspensions(tables: Tables, parameters: Parameters) -> None:
    children = tables[0]
    children.attended_months = [11.0, 11.0, 10.0, 0.0, 0.0, 0.0]
    children.absence_sum = [1.1, 0.55, 2.0, 0.0, 0.0, 0.0]
    children.suspensions = [0.0, 1.0, 2.0, 5.0, 0.0, 0.0]
    reading = read_outcomes(*tables, MONTH, parameters)
    # absences of 10 %, 5 % and 20 %; the others are not at school
    assert value(reading, "persistent_absence") == pytest.approx(2 / 3)
    assert value(reading, "attendance") == pytest.approx(1 - 0.35 / 3)
    assert value(reading, "suspensions") == pytest.approx(100.0)


def test_wellbeing_of_children(tables: Tables, parameters: Parameters) -> None:
    children = tables[0]
    children.birth_month = MONTH - np.array([4 * 12 + 11, 60, 120, 16 * 12 + 11, 17 * 12, 120])
    children.wellbeing = [-9.0, 0.0, -1.5, 1.0, -9.0, -1.3]
    children.health, children.resilience = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [0, 0, 0, 0.2, 0.6, 0]
    reading = read_outcomes(*tables, MONTH, parameters)
    # of 5 to 16: 9, 18, 3 and 16.8 points
    assert value(reading, "sdq_mean") == pytest.approx((9 + 18 + 3 + 16.8) / 4)
    assert value(reading, "sdq_high") == 0.25
    assert value(reading, "wellbeing_mean") == pytest.approx((-18.0 - 1.8) / 6)
    assert value(reading, "health_mean") == pytest.approx(3.5)
    # 11 to 18
    assert value(reading, "resilience_mean") == pytest.approx(0.4)


def test_families(tables: Tables, parameters: Parameters) -> None:
    households = tables[1]
    households.distress, households.hardship = [1.0, 0.9, 2.0], [0.35, 0.9, 0.35]
    households.home_learning, households.trust = [0.3, -0.3, 0.6], [0.5, 0.6, 0.7]
    households.last_reached, households.waiting_last = [MONTH, MONTH - 11, MONTH - 12], [MONTH, MONTH - 1, NEVER]
    households.reached_months, households.completed = [3, 2, 12], [0, 1, 2]
    households.income_now = [299.0, 300.0, 500.0]
    reading = read_outcomes(*tables, MONTH, parameters)
    assert value(reading, "distress_mean") == pytest.approx(1.3)
    assert value(reading, "distress_high") == pytest.approx(2 / 3)
    assert value(reading, "hardship_mean") == pytest.approx(1.6 / 3)
    assert value(reading, "home_learning_mean") == pytest.approx(0.2)
    assert value(reading, "trust_mean") == pytest.approx(0.6)
    assert value(reading, "families_reached") == pytest.approx(2 / 3)
    assert value(reading, "families_waiting") == pytest.approx(1 / 3)
    assert value(reading, "families_sustained") == pytest.approx(2 / 3)
    assert value(reading, "families_completed") == pytest.approx(2 / 3)
    # risk 1 / 1.7, (0.9 + 3 * 0.55) / 1.7 = 1.5, 2 / 1.7: the second and third are in need, the second was reached
    assert value(reading, "families_in_need_reached") == 0.5
    assert count(reading, "families_in_need_reached") == 2
    assert value(reading, "unmet_need") == pytest.approx(1 / 3)
    # the children of the first home, two of six
    assert value(reading, "child_poverty") == pytest.approx(1 / 3)


def test_children_reached_in_the_last_twelve_months(tables: Tables, parameters: Parameters) -> None:
    tables[0].last_reached = [MONTH, MONTH - 11, MONTH - 12, NEVER, NEVER, NEVER]
    reading = read_outcomes(*tables, MONTH, parameters)
    assert value(reading, "children_reached") == pytest.approx(1 / 3)


def test_gaps_are_other_less_disadvantaged(tables: Tables, parameters: Parameters) -> None:
    children = tables[0]
    children.cohort = -10
    # home 0 is disadvantaged (ten months ago), the others never were
    children.score_ks2 = [-0.5, -0.3, 0.2, 0.4, 0.0, 0.2]
    reading = read_outcomes(*tables, MONTH, parameters)
    assert value(reading, "gap_11_sd") == pytest.approx(0.2 + 0.4)
    assert value(reading, "gap_11_months") == pytest.approx(12.0)
    assert count(reading, "gap_11_sd") == 2
    assert np.isnan(value(reading, "gap_16_sd"))
    assert count(reading, "gap_16_sd") == 0


def test_disadvantage_is_remembered_for_six_years_and_no_longer(tables: Tables, parameters: Parameters) -> None:
    tables[1].fsm_last = [MONTH, MONTH - 72, MONTH - 73]
    reading = read_outcomes(*tables, MONTH, parameters)
    assert count(reading, "distress_mean", "disadvantaged") == 2
    assert count(reading, "distress_mean", "other") == 1


def test_groups_of_children(tables: Tables, parameters: Parameters) -> None:
    children, households = tables[0], tables[1]
    children.health = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    children.girl, children.send = [1, 0, 1, 0, 1, 0], [0, 1, 2, 0, 0, 0]
    children.need_quintile = [1, 1, 2, 3, 4, 5]
    households.education = [0, 1, 2]
    reading = read_outcomes(*tables, MONTH, parameters)
    found = {group: value(reading, "health_mean", group) for group in GROUP_IDS}
    assert found == {
        "all": 3.5, "disadvantaged": 1.5, "other": 4.5, "girls": 3.0, "boys": 4.0, "send": 2.5, "need_quintile_1": 1.5,
        "need_quintile_2": 3.0, "need_quintile_3": 4.0, "need_quintile_4": 5.0, "need_quintile_5": 6.0,
        "low_qualified_parents": 1.5, "other_parents": 4.5,
    }  # fmt: skip


def test_residents_are_those_here_and_originals_are_followed(tables: Tables, parameters: Parameters) -> None:
    children = tables[0]
    children.health = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    # a leaver who was here at the start, an arrival, one not yet come, one grown up
    children.leaves_month[0] = 20
    children.original = [1, 0, 1, 1, 1, 1]
    children.first_month[2], children.last_month[3] = MONTH + 1, MONTH
    reading = read_outcomes(*tables, MONTH, parameters)
    assert value(reading, "health_mean") == pytest.approx((2 + 5 + 6) / 3)
    assert value(reading, "health_mean", population="originals") == pytest.approx((1 + 5 + 6) / 3)
    assert count(reading, "health_mean") == count(reading, "health_mean", population="originals") == 3


def test_schools_count_by_roll_and_those_elsewhere_not_at_all(tables: Tables, parameters: Parameters) -> None:
    schools = tables[2]
    schools.roll, schools.elsewhere = [30.0, 10.0, 500.0], [0, 0, 3]
    schools.effectiveness, schools.climate, schools.turnover = [1.0, -1.0, 9.0], [0.0, 2.0, 9.0], [0.1, 0.3, 9.0]
    reading = read_outcomes(*tables, MONTH, parameters)
    assert value(reading, "school_effectiveness") == pytest.approx(0.5)
    assert value(reading, "school_climate") == pytest.approx(0.5)
    assert value(reading, "teacher_turnover") == pytest.approx(0.15)


def test_services(tables: Tables, parameters: Parameters) -> None:
    services = tables[3]
    services.posts_wanted, services.posts_filled = [4.0, 1.0], [3.0, 1.0]
    services.taking_part, services.quality = [30.0, 10.0], [0.75, 1.0]
    services.started, services.wait_months = [10.0, 10.0], [30.0, 0.0]
    reading = read_outcomes(*tables, MONTH, parameters)
    assert value(reading, "service_vacancies") == pytest.approx(0.2)
    assert value(reading, "service_quality") == pytest.approx((0.75 * 30 + 10) / 40)
    assert value(reading, "waiting_months") == pytest.approx(1.5)


def test_the_partnership_is_read_from_zone_and_partners(tables: Tables, parameters: Parameters) -> None:
    partners, zone = tables[4:]
    partners.present, partners.trust = [1, 0], [0.7, 0.1]
    zone.coordination, zone.vision, zone.data = 0.4, 0.3, 0.2
    reading = read_outcomes(*tables, MONTH, parameters)
    assert value(reading, "partnership_maturity") == pytest.approx(0.4)
    assert (value(reading, "maturity_vision"), value(reading, "maturity_data")) == (0.3, 0.2)
    assert value(reading, "partners_present") == 1.0
    assert value(reading, "partners_trust") == pytest.approx(0.7)
    assert count(reading, "maturity_vision") >= SMALLEST_CELL
    partners.present = 0
    assert value(read_outcomes(*tables, MONTH, parameters), "partners_trust") == 0.0


def test_every_indicator_says_what_it_is() -> None:
    for name, indicator in INDICATORS.items():
        assert indicator.id == name
        assert indicator.definition.endswith("."), name
        assert indicator.unit, name
        assert indicator.source, name
        assert indicator.plain_name, name
        assert indicator.direction in (-1, 1), name
        assert indicator.ages[0] <= indicator.ages[1], name
    assert set(HEADLINES) == {i.family for i in INDICATORS.values()}
    assert all(INDICATORS[i].headline and INDICATORS[i].family == family for family, (i, _) in HEADLINES.items())
