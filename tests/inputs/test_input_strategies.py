"""Strategies and strands: dates, own values, the strand library."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.inputs import (
    InputError,
    Library,
    check_files,
    known,
    list_ids,
    load_strand,
    load_strands,
    load_strategy,
    packaged,
)
from sim.inputs.theory import LARGEST_CHANGE, theory_notes
from sim.outcomes import GROUPS, INDICATORS, groups_of

HEAD = """schema_version = 1
id = "plan"
name = "Plan"
money_gbp = {council = 1000.5, nhs = 20}
"""


def load(folder: Path, text: str, head: str = HEAD) -> object:
    """The strategy that a text holds."""
    path = folder / "plan.toml"
    path.write_text(head + text)
    return load_strategy(path)


def problem_of(folder: Path, text: str, head: str = HEAD) -> str:
    """The one problem of a text."""
    with pytest.raises(InputError) as caught:
        load(folder, text, head)
    (problem,) = caught.value.problems
    return str(problem)


def planned(folder: Path, dates: str, head: str = HEAD) -> tuple[int, int | None]:
    """Start and stop month of a strand with these dates."""
    path = folder / "plan.toml"
    path.write_text(f'{head}[[strands]]\nstrand = "neli"\nplaces_per_term = 5\n{dates}\n')
    (strand,) = load_strategy(path).strands
    return strand.start_month, strand.stop_month


@pytest.mark.parametrize(
    ("dates", "months"),
    [
        ("", (0, None)),
        ('start = "2026-09"', (0, None)),
        ('start = "2027-01"', (4, None)),
        ('start = "2027-09"\nstop = "2031-08"', (12, 60)),
        ('start = "2027-09"\nstop = "2027-09"', (12, 13)),
        ('start = "2046-08"', (239, None)),
        ('stop = "2046-08"', (0, 240)),
        ("start_month = 3\nstop_month = 9", (3, 9)),
        ('start_month = 12\nstop = "2028-08"', (12, 24)),
    ],
)
def test_dates_become_months(dates: str, months: tuple[int, int | None], tmp_path: Path) -> None:
    assert planned(tmp_path, dates) == months


def test_the_first_september_can_be_moved(tmp_path: Path) -> None:
    assert planned(tmp_path, 'start = "2031-09"', "first_september = 2030\n" + HEAD) == (12, None)


def test_what_a_strategy_takes_and_keeps(tmp_path: Path) -> None:
    text = '[[strands]]\nstrand = "neli"\nreach_share = 0.4\ntargeting = "targeted"\nvalues = {uptake = 1}\n'
    (tmp_path / "plan.toml").write_text(HEAD + "posts = 3\n" + text)
    strategy = load_strategy(tmp_path / "plan.toml")
    assert strategy.money_gbp == {"council": 1000.5, "nhs": 20.0}
    assert strategy.posts == 3
    assert strategy.strands[0].values.uptake == 1
    assert strategy.strands[0].targeting == "targeted"


def test_one_strand_after_the_other_is_no_overlap(tmp_path: Path) -> None:
    strand = '[[strands]]\nstrand = "neli"\nreach_share = 0.4\n'
    assert load(tmp_path, f"{strand}start_month = 24\n{strand}stop_month = 24\n")
    overlap = problem_of(tmp_path, f"{strand}start_month = 24\n{strand}stop_month = 25\n")
    assert "plan.toml:5: strands[1]: " in overlap
    assert "planned twice" in overlap


def test_money_is_needed_only_for_what_costs(tmp_path: Path) -> None:
    strand = '[[strands]]\nstrand = "neli"\nreach_share = 0.4\n'
    head = HEAD.replace("1000.5", "0").replace("20", "0")
    assert "no money for neli" in problem_of(tmp_path, strand, head)
    assert load(tmp_path, strand + "values = {unit_cost_gbp = 0}\n", head)
    assert load(tmp_path, "", head)


def test_area_and_school_strands_need_no_places(tmp_path: Path) -> None:
    for name, strand in load_strands().items():
        text = f'[[strands]]\nstrand = "{name}"\n'
        if strand.delivery.unit in ("child", "household") and strand.effect_basis == "participant":
            assert "has no places" in problem_of(tmp_path, text)
        else:
            assert load(tmp_path, text)


def test_the_place_may_stand_beside_the_strategy(tmp_path: Path) -> None:
    assert "there is no place" in problem_of(tmp_path, 'place = "riverside"\n')
    (tmp_path / "riverside.toml").write_text("")
    assert load(tmp_path, 'place = "riverside"\n')
    assert load(tmp_path, 'place = "wallsend"\n')


def test_a_strategy_extends_another(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('schema_version = 1\nid = "mine"\nextends = "cradle_to_career"\n[money_gbp]\nnhs = 7\n')
    mine, base = load_strategy(path), load_strategy("cradle_to_career")
    assert mine.id == "mine"
    assert mine.money_gbp == base.money_gbp | {"nhs": 7.0}
    assert mine.strands == base.strands


def test_a_strand_extends_another(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('schema_version = 1\nid = "mine"\nextends = "neli"\nuptake = 0.5\n[delivery]\nneed_share = 0.1\n')
    mine, base = load_strand(path), load_strand("neli")
    assert (mine.uptake, mine.delivery.need_share) == (0.5, 0.1)
    assert mine.delivery.payer == base.delivery.payer
    assert mine.outcome_effects == base.outcome_effects


def test_the_library_is_read_once_and_stays_whole() -> None:
    first = load_strands()
    assert tuple(first) == list_ids("strand") == tuple(known("strand"))
    first.clear()
    again = load_strands()
    assert again
    assert again["neli"] is load_strands()["neli"]
    assert load_strand("neli") == again["neli"]


def test_a_broken_library_names_every_broken_file(tmp_path: Path) -> None:
    (tmp_path / "strands").mkdir()
    for name in ("one", "two"):
        (tmp_path / "strands" / f"{name}.toml").write_text("schema_version = 1\n[")
    with pytest.raises(InputError) as caught:
        load_strands(Library(tmp_path))
    assert [Path(problem.file).stem for problem in caught.value.problems] == ["one", "two"]


def examples(document: Path) -> list[str]:
    """The TOML examples of a document that are whole files."""
    blocks = re.findall(r"```toml\n(.*?)```", document.read_text(encoding="utf-8"), re.DOTALL)
    return [block for block in blocks if block.startswith("schema_version")]


@pytest.mark.parametrize(
    "document", ["scenarios/README.md", "docs/how-to/check-your-file.md", "docs/how-to/futures.md"]
)
def test_the_examples_in_the_documents_are_right(document: str, tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    found = examples(root / document)
    assert found
    for text in found:
        path = tmp_path / "example.toml"
        path.write_text(text)
        (checked,) = check_files([path])
        assert checked.ok, checked.problems


# --- the local analysis ----------------------------------------------------------------------------------------


def test_an_analysis_starts_at_a_date_or_a_month(tmp_path: Path) -> None:
    for start, month in (('start = "2027-01"', 4), ("start_month = 4", 4), ("", 0)):
        (tmp_path / "plan.toml").write_text(f'{HEAD}[analysis]\n{start}\nmonths = 18\ndepth = "deep"\n')
        analysis = load_strategy(tmp_path / "plan.toml").analysis
        assert analysis is not None
        assert (analysis.start_month, analysis.months, analysis.depth) == (month, 18, "deep")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('start = "2027-13"\n', 6, ("analysis.start", "is not a month", '"2027-09"')),
        ('start = "2025-01"\n', 6, ("analysis.start", "before the first September")),
        ('start = "2027-01"\nstart_month = 4\n', 6, ("analysis.start", "say the same thing", "keep one")),
        ('depth = "thorough"\n', 6, ("analysis.depth", '"thorough"', "desk", "survey", "deep")),
        ("months = 0\n", 6, ("analysis.months", "1 to 60")),
        ("month = 3\n", 6, ("analysis.month", "months")),
        ("start_month = 230\n", 5, ("analysis", "ends after the longest run", "start it earlier")),
        ('start_month = "soon"\n', 6, ("analysis.start_month", "text", "a whole number")),
    ],
)
def test_a_wrong_analysis_is_told(text: str, line: int, words: tuple[str, ...], tmp_path: Path) -> None:
    told = problem_of(tmp_path, f"[analysis]\n{text}")
    assert f"plan.toml:{line}: " in told
    assert [word for word in words if word not in told] == []


def test_an_analysis_has_to_be_paid_for(tmp_path: Path) -> None:
    head = HEAD.replace("1000.5", "0").replace("20", "0")
    told = problem_of(tmp_path, "[analysis]\nmonths = 6\n", head)
    assert "no money for the local analysis" in told
    assert "add [money_gbp]" in told


def test_a_partnership_has_dates_like_strands(tmp_path: Path) -> None:
    text = """[partnership]
start = "2027-09"
handover = "2031-09"
[[partnership.partners]]
id = "later"
kind = "nhs"
join = "2028-01"
[[strands]]
strand = "partnership_backbone"
"""
    (tmp_path / "plan.toml").write_text(HEAD + text)
    partnership = load_strategy(tmp_path / "plan.toml").partnership
    assert partnership is not None
    assert (partnership.start_month, partnership.handover_month) == (12, 60)
    assert [partner.join_month for partner in partnership.partners] == [16]


def test_packaged_strategies_say_how_partners_work_together() -> None:
    for name in list_ids("strategy"):
        strategy = load_strategy(name)
        has_team = any(planned.strand == "partnership_backbone" for planned in strategy.strands)
        assert (strategy.partnership is not None) == has_team, name
        if strategy.partnership:
            assert sum(partner.lead for partner in strategy.partnership.partners) == 1, name


STEPS = """
[[strands]]
strand = "neli"
places_per_term = 5

[theory_of_change]
starting_situation = "Behind."

[[theory_of_change.steps]]
id = "ready"
name = "Ready"
kind = "outcome"
indicator = "gld"
"""


@pytest.mark.parametrize(
    ("due", "month"),
    [
        ('by = "2029-08"', 36),
        ('by = "2026-09"', 1),
        ('by = "2046-08"', 240),
        ("by_month = 36", 36),
    ],
)
def test_steps_are_due_at_a_date_or_a_month(due: str, month: int, tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(f"{HEAD}{STEPS}{due}\n")
    theory = load_strategy(tmp_path / "plan.toml").theory_of_change
    assert theory is not None
    assert theory.steps[0].by_month == month


def test_a_step_that_aims_at_less_of_what_is_good_is_allowed(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(f'{HEAD}{STEPS}direction = "down"\nby_month = 24\n')
    (found,) = check_files([tmp_path / "plan.toml"])
    assert found.ok


def test_sizes_have_a_range_for_every_unit() -> None:
    for indicator in INDICATORS.values():
        assert any(indicator.unit.startswith(unit) for unit, _ in LARGEST_CHANGE), indicator.unit


def test_groups_of_an_indicator_are_those_it_is_read_for() -> None:
    assert set(groups_of("gld")) == set(GROUPS)
    assert set(GROUPS) - set(groups_of("trust_mean")) == {"girls", "boys", "send"}
    assert groups_of("gap_5_sd") == groups_of("school_climate") == groups_of("waiting_months") == ("all",)
    with pytest.raises(KeyError):
        groups_of("nothing")


@pytest.mark.parametrize("name", list_ids("strategy"))
def test_packaged_theories_have_few_honest_steps(name: str) -> None:
    strategy = load_strategy(name)
    theory = strategy.theory_of_change
    if name in ("no_zone", "business_as_usual", "uncoordinated_twenty", "coordinated_twenty"):
        assert theory is None
        return
    assert theory is not None and theory.starting_situation and theory.why
    assert 5 <= len(theory.steps) <= 9
    assert {step.kind for step in theory.steps} == {"output", "step", "outcome"}
    assert theory_notes(strategy) == ()
    assert all(step.by_month % 12 == 0 for step in theory.steps)


def test_the_example_of_the_guide_is_right(tmp_path: Path) -> None:
    guide = packaged().root.parent / "docs" / "how-to" / "theory-of-change.md"
    (example,) = re.findall(r"^```toml\n(.*?)^```", guide.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    (tmp_path / "talk_first.toml").write_text(example)
    strategy = load_strategy(tmp_path / "talk_first.toml")
    assert strategy.theory_of_change is not None
    assert [step.by_month for step in strategy.theory_of_change.steps] == [24, 24, 36, 60]
    assert theory_notes(strategy) == ()
