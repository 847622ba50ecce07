"""Views read and write the tables, follow the people, and give plain rows where there is no view."""

from __future__ import annotations

import math
import pickle

import mesa
import pytest

from sim.agents import AGENTS, FIXED, ChildAgent, HouseholdAgent, PartnerAgent, SchoolAgent, ServiceAgent, columns
from sim.model import ZoneModel
from sim.schema import TABLES
from sim.state import row


@pytest.fixture(scope="module")
def seen(street):
    """A model with every view, two years in. Tests that change it make their own."""
    model = ZoneModel(place=street, years=3, views="all")
    for _ in range(24):
        model.step()
    return model


@pytest.fixture
def fresh(street):
    return ZoneModel(place=street, years=3, views="all")


@pytest.mark.parametrize("table", TABLES)
def test_every_declared_column_has_a_descriptor(table):
    declared = {c.name: c for c in (*TABLES[table].real, *TABLES[table].whole)}
    for name, column in declared.items():
        descriptor = getattr(AGENTS[table], name)
        assert (descriptor.name, descriptor.unit, descriptor.meaning) == column
        assert column.meaning in descriptor.__doc__


@pytest.mark.parametrize("table", TABLES)
def test_no_column_hides_what_mesa_uses(table):
    ours = {column.name for column, _ in columns(table)}
    assert not ours & (set(dir(mesa.Agent)) | {"model", "unique_id", "pos", "row", "table", "table_name"})


@pytest.mark.parametrize("table", TABLES)
def test_a_view_reads_its_row_as_plain_numbers(seen, table):
    for agent in seen.agents_by_type[AGENTS[table]]:
        for name, value in row(getattr(seen.world, table), agent.row).items():
            got = getattr(agent, name)
            assert type(got) in (int, float)
            assert got == value or (math.isnan(got) and math.isnan(value))


@pytest.mark.parametrize("table", TABLES)
def test_every_column_that_is_not_fixed_takes_back_its_value(fresh, table):
    before = getattr(fresh.world, table).digest()
    for agent in fresh.agents_by_type[AGENTS[table]]:
        for column, _ in columns(table):
            if column.name not in FIXED:
                setattr(agent, column.name, getattr(agent, column.name))
    assert getattr(fresh.world, table).digest() == before


def test_a_value_set_is_a_value_in_the_table(fresh):
    school = next(iter(fresh.agents_by_type[SchoolAgent]))
    school.climate = 1.25
    assert fresh.world.schools.climate[school.row] == 1.25
    child = next(iter(fresh.agents_by_type[ChildAgent]))
    child.send = 2
    assert fresh.world.children.send[child.row] == 2


def test_the_engine_steps_with_what_was_set(street):
    touched, left = ZoneModel(place=street, years=1, views="all"), ZoneModel(place=street, years=1)
    for household in touched.agents_by_type[HouseholdAgent]:
        household.trust_base = 1.0
    for model in (touched, left):
        model.step()
    rows = left.residents()["households"]
    assert touched.world.households.trust[rows].mean() > left.world.households.trust[rows].mean()


@pytest.mark.parametrize("table", TABLES)
def test_a_view_survives_a_table_made_anew(fresh, table):
    agent = next(iter(fresh.agents_by_type[AGENTS[table]]))
    setattr(fresh.world, table, getattr(fresh.world, table).copy())
    column = TABLES[table].real[-1].name
    getattr(fresh.world, table).real[-1, agent.row] = 0.5
    assert getattr(agent, column) == 0.5


@pytest.mark.parametrize(
    ("agent", "column", "value", "error"),
    [
        (ChildAgent, "household", 0, AttributeError),
        (ChildAgent, "school", 10_000, ValueError),
        (ChildAgent, "school", -2, ValueError),
        (ChildAgent, "send", 1.5, TypeError),
        (ChildAgent, "send", 3, ValueError),
        (ChildAgent, "wellbeing_base", float("nan"), ValueError),
        (ChildAgent, "wellbeing_base", float("inf"), ValueError),
        (ChildAgent, "wellbeing_base", "0.5", TypeError),
        (ChildAgent, "agency", 1.1, ValueError),
        (ChildAgent, "leaves_month", -1, ValueError),
        (HouseholdAgent, "home", 0, AttributeError),
        (HouseholdAgent, "tenure", 3, ValueError),
        (HouseholdAgent, "workers", 3, ValueError),
        (SchoolAgent, "phase", 1, AttributeError),
    ],
)
def test_what_a_column_cannot_take_is_refused(fresh, agent, column, value, error):
    view = next(iter(fresh.agents_by_type[agent]))
    before = getattr(view, column)
    with pytest.raises(error, match=f"{column}|integer"):
        setattr(view, column, value)
    assert getattr(view, column) == before


def test_links_lead_to_views_and_back(seen):
    at_school = 0
    for child in seen.agents_by_type[ChildAgent]:
        household = child.household_agent
        assert isinstance(household, HouseholdAgent)
        assert child in household.children_agents
        assert 0 <= child.age_years <= 19
        school = child.school_agent
        if child.school < 0:
            assert school is None
        elif isinstance(school, SchoolAgent):
            assert child in school.pupils
            at_school += 1
    assert at_school > 0


def test_links_to_what_has_no_view_lead_to_plain_rows(street):
    model = ZoneModel(place=street, years=1, views="places")
    model.step()
    pupils = [pupil for school in model.agents_by_type[SchoolAgent] for pupil in school.pupils]
    assert pupils
    assert not any(isinstance(pupil, mesa.Agent) for pupil in pupils)
    assert {pupil.school for pupil in pupils} <= {school.row for school in model.agents_by_type[SchoolAgent]}


def test_places_have_names(seen):
    assert {s.name for s in seen.agents_by_type[SchoolAgent]} == {s.name for s in seen.spec.place.schools}
    assert tuple(s.name for s in seen.agents_by_type[ServiceAgent]) == seen.world.plan.ids
    together = seen.world.partnership.partners
    assert [p.name for p in seen.agents_by_type[PartnerAgent]] == [partner.id for partner in together]


def test_a_plain_row_registers_nobody_and_cannot_be_changed(street):
    model = ZoneModel(place=street, years=1)
    child = model.child(3)
    looks = (model.household(child.household), model.school(0), model.service(0))
    assert len(model.agents) == 0
    assert child.row == 3
    assert child.attainment == model.world.children.attainment[3]
    for plain in (child, *looks):
        with pytest.raises(AttributeError):
            plain.row = 1
        assert pickle.loads(pickle.dumps(plain)).row == plain.row


@pytest.mark.parametrize("number", [-1, 10**6])
def test_a_row_that_does_not_exist_is_refused(street, number):
    with pytest.raises(IndexError, match="has rows 0 to"):
        ZoneModel(place=street, years=1).child(number)


def test_a_row_taken_off_a_view_stays_as_it_was(fresh):
    child = next(iter(fresh.agents_by_type[ChildAgent]))
    before, attainment = child.as_row(), child.attainment_base
    child.attainment_base = attainment + 1.0
    assert before.attainment_base == attainment


def test_children_and_families_come_and_go_with_their_views(corner):
    model = ZoneModel(place=corner, years=6, views="all")
    came = went = 0
    known = {agent.row for agent in model.agents_by_type[ChildAgent]}
    while model.running:
        model.step()
        for table, rows in model.residents().items():
            views = model.agents_by_type[AGENTS[table]]
            assert sorted(view.row for view in views) == rows.tolist()
        now = {agent.row for agent in model.agents_by_type[ChildAgent]}
        came, went, known = came + len(now - known), went + len(known - now), now
    assert came > 0
    assert went > 0


def test_a_family_sent_away_loses_its_views(fresh):
    child = next(iter(fresh.agents_by_type[ChildAgent]))
    household = child.household_agent
    for member in (household, *household.children_agents):
        member.leaves_month = fresh.world.month + 1
    fresh.step()
    assert child in fresh.agents
    fresh.step()
    assert child not in fresh.agents
    assert household not in fresh.agents
    assert not isinstance(fresh.look("children", child.row), mesa.Agent)


def test_a_removed_view_is_forgotten_and_the_child_is_not(fresh):
    child = next(iter(fresh.agents_by_type[ChildAgent]))
    left = fresh.world.digest()
    child.remove()
    assert child not in fresh.agents
    assert not isinstance(fresh.look("children", child.row), mesa.Agent)
    assert fresh.world.digest() == left


def test_a_subclass_of_a_view_has_its_columns():
    class Pupil(ChildAgent):
        pass

    assert Pupil.table_name == "children"
    assert Pupil.attainment is ChildAgent.attainment
