"""The strand and strategy files: every one valid, sourced, explained and consistent with the others."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from sim.report.evidence_page import STAGES, evidence_page
from sim.spec import DRIVERS, Strand, Strategy

ROOT = Path(__file__).parents[2]
STRAND_FILES = sorted((ROOT / "scenarios" / "strands").glob("*.toml"))
STRATEGY_FILES = sorted((ROOT / "scenarios" / "strategies").glob("*.toml"))
PLACES = {path.stem for path in (ROOT / "scenarios" / "places").glob("*.toml")}
FUNDED_ALIKE = ("schools_only", "early_start", "family_first", "cradle_to_career")
WHOLE_PLACE_UNITS = ("area", "school")


def _read(path: Path) -> dict[str, Any]:
    """A file's keys without its schema version, which must be 1 and stand in the first line."""
    text = path.read_text(encoding="utf-8")
    assert text.startswith("schema_version = 1\n"), path.name
    data = tomllib.loads(text)
    del data["schema_version"]
    return data


@pytest.fixture(scope="module")
def strands() -> dict[str, Strand]:
    return {path.stem: Strand.model_validate(_read(path)) for path in STRAND_FILES}


@pytest.fixture(scope="module")
def strategies() -> dict[str, Strategy]:
    return {path.stem: Strategy.model_validate(_read(path)) for path in STRATEGY_FILES}


def test_there_are_63_strands() -> None:
    assert len(STRAND_FILES) == 63


@pytest.mark.parametrize("path", STRAND_FILES, ids=lambda path: path.stem)
def test_strand_file_is_valid_sourced_and_explained(path: Path) -> None:
    data = _read(path)
    strand = Strand.model_validate(data)
    assert strand.id == path.stem
    assert strand.stage in STAGES
    assert 0 <= strand.ages[0] <= 19, "nobody in the model could take part"
    assert strand.outcome_effects
    assert len({effect.outcome for effect in strand.outcome_effects}) == len(strand.outcome_effects)
    assert strand.sources and all(source.strip() for source in strand.sources)
    assert strand.notes.strip()
    assert strand.delivered_by.strip() and strand.cost_basis.strip()
    assert "provenance" in data["delivery"], "the delivery must say whether it is derived or a judgement"
    assert strand.delivery.note.strip().endswith("."), "the delivery must say what the text supports"


@pytest.mark.parametrize("path", STRAND_FILES, ids=lambda path: path.stem)
def test_delivery_fits_the_published_effect(path: Path) -> None:
    data = _read(path)
    strand = Strand.model_validate(data)
    delivery = strand.delivery
    assert (strand.effect_basis == "area_itt") == (delivery.unit in WHOLE_PLACE_UNITS)
    assert ("site_children" in data["delivery"]) == (strand.cost_unit == "site_year")
    if delivery.need == "none":
        assert delivery.need_share == 1
    if delivery.need == "weak_school":
        assert delivery.unit == "school"
    if any(effect.outcome == "school_effectiveness" for effect in strand.outcome_effects):
        assert delivery.unit == "school"
    if strand.cost_unit == "school_year":
        assert delivery.unit == "school"


def test_figures_of_the_target_texts_are_used(strands: dict[str, Strand]) -> None:
    """Midpoints of the published target texts, worked out by hand."""
    by_hand = {
        "incredible_years": ("low_wellbeing", 0.20),
        "perinatal_mental_health": ("distress", 0.20),
        "neli": ("low_attainment", 0.20),
        "early_talk_boost": ("low_attainment", 0.30),
        "reading_recovery_phonics_catch_up": ("low_attainment", 0.10),
        "school_counselling": ("low_wellbeing", 0.175),
        "zone_link_worker": ("several_risks", 0.15),
        "school_leadership": ("weak_school", 0.17),
    }
    for name, (need, share) in by_hand.items():
        delivery = strands[name].delivery
        assert (delivery.need, delivery.need_share, delivery.provenance) == (need, share, "derived"), name
    assert strands["mental_health_support_team"].delivery.site_children == 8300


@pytest.mark.parametrize("path", STRATEGY_FILES, ids=lambda path: path.stem)
def test_strategy_file_is_valid_and_explained(path: Path, strands: dict[str, Strand]) -> None:
    strategy = Strategy.model_validate(_read(path))
    assert strategy.id == path.stem
    assert strategy.place == "any" or strategy.place in PLACES
    assert strategy.name and strategy.question.endswith("?") and strategy.about.endswith(".") and strategy.authors
    assert strategy.posts is None
    names = [planned.strand for planned in strategy.strands]
    assert len(set(names)) == len(names), "a strand stands twice"
    for planned in strategy.strands:
        strand = strands[planned.strand]
        enrolled = strand.delivery.unit not in WHOLE_PLACE_UNITS
        assert (planned.reach_share is not None) == enrolled, planned.strand
        assert planned.places_per_term is None, "numbers of places fit one place only"
    payers = {strands[name].delivery.payer for name in names}
    assert set(strategy.money_gbp) == payers, "every payer of the mix, and no other, must bring money"
    assert strategy.money_per_child or not strategy.strands
    assert strategy.sources or not strategy.strands


def test_general_strategies_exist_and_no_zone_is_empty(strategies: dict[str, Strategy]) -> None:
    assert {"no_zone", "business_as_usual", "uncoordinated_twenty", *FUNDED_ALIKE} <= set(strategies)
    assert strategies["no_zone"].strands == ()
    assert strategies["no_zone"].money_gbp == {}


def test_every_named_place_with_a_zone_has_its_own_mix(strategies: dict[str, Strategy]) -> None:
    named = ("wallsend", "pembury", "smallshaw_hurst", "waltham_forest", "thamesmead", "bettws", "north_birkenhead")
    for place in named:
        mix = strategies[f"{place}_own_mix"]
        assert mix.place == place
        assert "Known:" in mix.about and "illustration" in mix.about.lower()


def test_funded_strategies_have_the_same_money(strategies: dict[str, Strategy]) -> None:
    money = {name: sum(strategies[name].money_gbp.values()) for name in FUNDED_ALIKE}
    assert len(set(money.values())) == 1, money
    alike = money["schools_only"]
    assert 450 <= alike <= 500
    assert sum(strategies["uncoordinated_twenty"].money_gbp.values()) == alike
    assert 0 < sum(strategies["business_as_usual"].money_gbp.values()) < alike / 3


def test_strategies_are_what_their_names_say(strategies: dict[str, Strategy], strands: dict[str, Strand]) -> None:
    def chosen(name: str) -> list[Strand]:
        return [strands[planned.strand] for planned in strategies[name].strands]

    assert {strand.delivery.payer for strand in chosen("schools_only")} == {"schools"}
    assert all(strand.ages[1] <= 5 for strand in chosen("early_start"))
    assert all(strand.delivery.unit != "school" for strand in chosen("family_first"))
    assert {strand.stage for strand in chosen("cradle_to_career")} == set(STAGES)
    contexts = {"child", "family", "school", "service", "community", "partnership"}
    assert {strand.context for strand in chosen("cradle_to_career")} == contexts
    assert len(strategies["uncoordinated_twenty"].strands) == 20
    for name, strategy in strategies.items():
        has_backbone = any(planned.strand == "partnership_backbone" for planned in strategy.strands)
        assert has_backbone == (name in ("cradle_to_career", "coordinated_twenty") or name.endswith("_own_mix")), name


def test_cradle_to_career_builds_up_in_phases(strategies: dict[str, Strategy]) -> None:
    mix = strategies["cradle_to_career"].strands
    start = {planned.strand: planned.start_month for planned in mix}
    assert start["partnership_backbone"] == 0
    assert sum(month < 12 for month in start.values()) <= len(start) / 3, "few early priorities first"
    assert len({month // 12 for month in start.values()}) == 4
    assert [planned.priority for planned in mix if planned.strand == "partnership_backbone"] == [1]


def test_evidence_page_on_disk_is_the_generated_one(strands: dict[str, Strand]) -> None:
    page = (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")
    assert page == evidence_page(strands.values())


def test_evidence_page_does_not_depend_on_order(strands: dict[str, Strand]) -> None:
    assert evidence_page(reversed(list(strands.values()))) == evidence_page(strands.values())


def test_evidence_page_marks_judgement_and_never_as_a_finding(strands: dict[str, Strand]) -> None:
    rows = {
        name: next(line for line in evidence_page([strand]).splitlines() if f"`{name}`" in line)
        for name, strand in strands.items()
    }
    for name, strand in strands.items():
        cells = rows[name].split(" | ")
        effect, uptake, cost = cells[2], cells[6], cells[7]
        marked = [part.endswith("‡ judgement") for part in effect.split("; ")]
        assert marked == [strand.effect_provenance == "judgement"] + [True] * (len(marked) - 1), name
        assert uptake.endswith("‡ judgement") == (strand.uptake_provenance == "judgement"), name
        assert cost.endswith("‡ judgement") == (strand.cost_provenance == "judgement"), name


def test_every_strand_file_says_what_it_works_on_and_how_far_it_marks_a_family_out() -> None:
    for path in STRAND_FILES:
        assert {"drivers", "stigma"} <= set(_read(path)["delivery"]), path.stem


def test_stigma_follows_who_is_asked(strands: dict[str, Strand]) -> None:
    picked = {"early_talk_boost", "neli", "early_education_3_4", "housing_retrofit", "small_group_tuition"}
    picked |= {"ta_led_catch_up", "one_to_one_tuition", "reading_recovery_phonics_catch_up"}
    referred = ("several_risks", "distress", "hardship", "absence", "low_wellbeing")
    for name, strand in strands.items():
        delivery = strand.delivery
        if delivery.need == "none" and name not in ("mental_health_support_team", "social_workers_in_schools"):
            assert delivery.stigma <= 0.2, name
        if delivery.need in referred and name not in picked:
            assert 0.4 <= delivery.stigma <= 0.8, name


def test_every_driver_has_strands_that_work_on_it(strands: dict[str, Strand]) -> None:
    worked_on = {driver for strand in strands.values() for driver in strand.delivery.drivers}
    assert worked_on == set(DRIVERS)


def test_evidence_page_tells_drivers_and_stigma_as_judgement(strands: dict[str, Strand]) -> None:
    page = evidence_page(strands.values())
    assert page.count("of 1 ‡ judgement |") == len(strands)
    row = next(line for line in page.splitlines() if "`family_keyworker`" in line)
    assert "works on hardship, parents' distress, stigma 0.8 of 1 ‡ judgement" in row


def test_evidence_page_refuses_an_unknown_stage(strands: dict[str, Strand]) -> None:
    odd = strands["neli"].model_copy(update={"stage": "retirement"})
    with pytest.raises(ValueError, match="does not know the stage retirement"):
        evidence_page([odd])


def test_the_joined_up_twenty_are_the_same_twenty_with_a_team(strategies: dict[str, Strategy]) -> None:
    alone, joined = strategies["uncoordinated_twenty"], strategies["coordinated_twenty"]
    assert alone.partnership is None and joined.partnership is not None
    assert joined.strands[1:] == alone.strands
    assert joined.strands[0].strand == "partnership_backbone"
    more = {payer: joined.money_gbp[payer] - pounds for payer, pounds in alone.money_gbp.items()}
    assert {payer for payer, pounds in more.items() if pounds} == {"charity"}
