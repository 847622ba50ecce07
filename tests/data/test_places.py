"""The place profiles: complete, sourced, inside their limits, and true to the national figures."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from sim.inputs import load_place
from sim.spec import CELL_PARTITIONS, DRIVERS, HIDDEN_DRIVERS, PLACE_CELLS, REQUIRED_CELLS, Place, Strategy

SCENARIOS = Path(__file__).parents[2] / "scenarios"
#: The pair of made-up estates says only how it differs from a profile.
PAIR = ("family_strained_estate", "school_strained_estate")
FILES = sorted(path for path in (SCENARIOS / "places").glob("*.toml") if path.stem not in PAIR)
DECILE_IDS = tuple(f"england_decile_{decile}" for decile in range(1, 11))
REAL_IDS = (
    "wallsend", "pembury", "smallshaw_hurst", "waltham_forest", "thamesmead", "bettws", "north_birkenhead",
)  # fmt: skip
SERVICES = {
    "health_visiting", "family_hub", "early_help", "mental_health_support", "youth_service", "speech_language",
}  # fmt: skip

LAIT = "DfE Local Authority Interactive Tool 2025"
EHS = "English Housing Survey 2023-24"

#: cell -> (national mean, tolerance, source); the tolerance is the published figure's own uncertainty or rounding.
NATIONAL_MEANS: dict[str, tuple[float, float, str]] = {
    "child_poverty_ahc_share": (0.31, 0.01, "House of Commons Library 2024, UK children after housing costs"),
    "lone_parent_share": (0.23, 0.02, "ONS families and households, recalled"),
    "tenure_owner_share": (0.65, 0.01, EHS),
    "tenure_private_share": (0.19, 0.01, EHS),
    "tenure_social_share": (0.16, 0.01, EHS),
    "workless_share": (0.094, 0.007, "ONS 2024, children in long-term workless households, UK"),
    "eal_share": ((7 * 0.234 + 5 * 0.192) / 12, 0.007, f"{LAIT}: primary 23.4 %, secondary 19.2 %"),
    "annual_move_share": (
        1 - 0.78 ** (1 / 3),
        0.008,
        "English Housing Survey: 22 % at their address for under three years",
    ),
    "parents_low_qualified_share": (0.17, 0.005, "assumption"),
    "parents_degree_share": (0.42, 0.005, "assumption"),
    "school_effectiveness": (0.0, 0.001, "definition: national mean 0"),
    "school_climate": (0.0, 0.001, "definition: national mean 0"),
}

#: +1 rises from decile 1 (most deprived) to decile 10, -1 falls, in every step without turning back.
GRADIENTS = {
    "child_poverty_ahc_share": -1, "lone_parent_share": -1, "workless_share": -1, "eal_share": -1,
    "tenure_owner_share": 1, "tenure_private_share": -1, "tenure_social_share": -1, "three_plus_share": -1,
    "parents_low_qualified_share": -1, "parents_degree_share": 1, "overcrowded_share": -1, "damp_share": -1,
    "unsafe_share": -1, "annual_move_share": -1, "area_km2": 1, "school_effectiveness": 1, "school_climate": 1,
}  # fmt: skip

#: Targets that may enter a place: all are of role "calibrate".
INPUT_TARGETS = {
    "cp_ahc_uk", "lone_parent_share", "lt3yrs_all", "tenure_owner", "tenure_private", "tenure_social",
    "workless_long_uk",
    "eal_primary", "eal_secondary", "overcrowd_owner", "overcrowd_private", "overcrowd_social", "turnover_deprived",
    "ne_family_size_people_1", "ne_family_size_people_2", "ne_family_size_people_3plus",
    "unfilled_primary", "unfilled_secondary", "preset_pembury_cyp", "preset_hackney_childpov_ahc",
    "preset_hackney_eal_primary", "preset_north_tyneside_eal_primary", "preset_wallsend_population",
    "preset_wallsend_under16_share", "preset_tameside_childpov_ahc", "preset_ashton_childpov_ahc",
    "preset_tameside_eal_primary", "preset_smallshaw_income_deprived", "preset_ashton_hurst_population",
    "preset_ashton_hurst_under16_share", "preset_ashton_st_michaels_population",
    "preset_ashton_st_michaels_under16_share", "preset_waltham_forest_eal_primary", "preset_greenwich_eal_primary",
}  # fmt: skip


def raw(path: Path) -> dict[str, Any]:
    """Return the file's table without its schema version, which must be 1."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    assert table.pop("schema_version") == 1
    return table


PLACES = {path.stem: Place.model_validate(raw(path)) for path in FILES}
DECILES = [PLACES[place_id] for place_id in DECILE_IDS]


def decile_mean(cell: str) -> float:
    """Mean of a cell over the ten deciles, which carry equal weight."""
    return sum(place.value(cell) for place in DECILES) / len(DECILES)


def filled_value(place: Place, cell: str) -> float:
    """Value of a cell, taken from the profile of the place's decile where the place leaves it out."""
    decile = DECILES[int(place.value("deprivation_decile")) - 1]
    return (place if cell in place.cells else decile).value(cell)


def places_in(place: Place, phase: str) -> int:
    """Number of places in the schools of one phase."""
    return sum(school.places for school in place.schools if school.phase == phase)


def test_all_places_are_there_and_no_other() -> None:
    assert set(PLACES) == {*DECILE_IDS, *REAL_IDS, "england_zones"}


@pytest.mark.parametrize("place_id", sorted(PLACES))
class TestEveryPlace:
    """What holds for each file."""

    def test_id_is_the_file_name(self, place_id: str) -> None:
        assert PLACES[place_id].id == place_id

    def test_required_cells_are_given_and_no_unknown_cell(self, place_id: str) -> None:
        cells = PLACES[place_id].cells
        assert set(REQUIRED_CELLS) <= set(cells) <= set(PLACE_CELLS)

    def test_values_lie_within_the_limits_and_units_agree(self, place_id: str) -> None:
        for name, cell in PLACES[place_id].cells.items():
            rule = PLACE_CELLS[name]
            assert rule.low <= cell.value <= rule.high, name
            assert cell.unit == rule.unit, name

    def test_decile_is_a_whole_number(self, place_id: str) -> None:
        assert PLACES[place_id].value("deprivation_decile").is_integer()

    def test_every_cell_states_kind_source_and_note(self, place_id: str) -> None:
        for name, table in raw(SCENARIOS / "places" / f"{place_id}.toml")["cells"].items():
            assert table["kind"] != "filled_in", name
            assert table["source"].strip() and table["note"].strip(), name

    def test_schools_services_and_facts_state_their_source(self, place_id: str) -> None:
        place = PLACES[place_id]
        sources = [item.source for item in place.schools]
        sources += [item.source for item in place.services]
        sources += [item.source for item in place.facts]
        assert all(source.strip() for source in sources)
        assert len({school.name for school in place.schools}) == len(place.schools)
        assert {service.kind_of_service for service in place.services} <= SERVICES

    def test_partitions_are_whole_and_sum_to_one(self, place_id: str) -> None:
        cells = PLACES[place_id].cells
        for group in CELL_PARTITIONS:
            given = [cells[name].value for name in group if name in cells]
            assert len(given) in (0, len(group)), group
            if given:
                assert sum(given) == pytest.approx(1.0, abs=1e-9), group

    def test_only_targets_of_role_calibrate_enter(self, place_id: str) -> None:
        place = PLACES[place_id]
        texts = [cell.note for cell in place.cells.values()]
        texts += [school.source for school in place.schools]
        named = {target for text in texts for target in re.findall(r"target: (\w+)", text)}
        assert named <= INPUT_TARGETS


@pytest.mark.parametrize("place_id", [place_id for place_id, place in PLACES.items() if place.schools])
def test_schools_have_places_for_their_pupils(place_id: str) -> None:
    """Unfilled: 12.3 % primary, 10.5 % secondary (Schools Week 2024), within 3 points, as schools come whole."""
    place = PLACES[place_id]
    children = place.value("children")
    # Reception holds the oldest of the five single years of the youngest band.
    primary = children * (filled_value(place, "age_5_10_share") + filled_value(place, "age_0_4_share") / 5)
    secondary = children * filled_value(place, "age_11_15_share")
    assert 1 - primary / places_in(place, "primary") == pytest.approx(0.123, abs=0.03)
    assert 1 - secondary / places_in(place, "secondary") == pytest.approx(0.105, abs=0.03)


@pytest.mark.parametrize("decile", range(1, 11))
def test_decile_profiles_are_complete(decile: int) -> None:
    place = PLACES[f"england_decile_{decile}"]
    assert set(place.cells) == set(PLACE_CELLS)
    assert place.value("deprivation_decile") == decile
    assert place.value("children") == 2000


@pytest.mark.parametrize("cell", sorted(NATIONAL_MEANS))
def test_decile_means_are_the_national_figures(cell: str) -> None:
    mean, tolerance, _source = NATIONAL_MEANS[cell]
    assert decile_mean(cell) == pytest.approx(mean, abs=tolerance)


@pytest.mark.parametrize("cell", sorted(GRADIENTS))
def test_gradients_never_turn_back(cell: str) -> None:
    values = [GRADIENTS[cell] * place.value(cell) for place in DECILES]
    assert values == sorted(values)
    assert values[0] < values[-1]


def test_family_sizes_follow_from_people_in_families() -> None:
    """North East, people living with 1, 2, 3+ children: 35.6, 40.8, 23.5 % (JRF Insight, 2019/20-2021/22)."""
    adults = 2 - 0.23
    families = [35.6 / (adults + 1), 40.8 / (adults + 2), 23.5 / (adults + 3.3)]
    for cell, number in zip(CELL_PARTITIONS[2], families, strict=True):
        assert decile_mean(cell) == pytest.approx(number / sum(families), abs=0.005)


def test_overcrowding_follows_from_tenure() -> None:
    """Owner 1, private 5, social 8 % (English Housing Survey 2022-23), times 2.5 for families."""
    rates = (0.01, 0.05, 0.08)
    for place in DECILES:
        shares = [place.value(cell) for cell in CELL_PARTITIONS[1]]
        expected = 2.5 * sum(rate * share for rate, share in zip(rates, shares, strict=True))
        assert place.value("overcrowded_share") == pytest.approx(expected, abs=1e-4)


def test_moves_stay_within_the_published_range() -> None:
    values = [place.value("annual_move_share") for place in PLACES.values() if "annual_move_share" in place.cells]
    # From the housing survey's mean of 8 % to the 15 % that the turnover of whole neighbourhoods allows.
    assert all(0.07 <= value <= 0.15 for value in values)


def test_real_places_leave_gaps() -> None:
    for place_id in (*REAL_IDS, "england_zones"):
        assert len(PLACES[place_id].cells) < len(PLACE_CELLS), place_id


def test_decile_profiles_are_usual_in_every_driver() -> None:
    for place in DECILES:
        assert [place.value(f"driver_{name}") for name in DRIVERS] == [0.0] * len(DRIVERS)
        assert place.value("partnership_history") == 0.3
    assert [PLACES["england_zones"].value(f"driver_{name}") for name in DRIVERS] == [0.0] * len(DRIVERS)


def test_what_sources_say_of_hidden_drivers_and_history() -> None:
    """Judged sizes, but the direction is what the sources name; nothing is said of Waltham Forest."""
    named = {
        "bettws": {"access": 1, "stigma": 1}, "pembury": {"access": -1, "stigma": 1}, "thamesmead": {"access": 1},
        "smallshaw_hurst": {"access": 1, "distress": 1}, "north_birkenhead": {"access": 1, "distress": 1},
        "wallsend": {"distress": 1}, "waltham_forest": {},
    }  # fmt: skip
    for place_id, signs in named.items():
        given = {name: PLACES[place_id].cells.get(f"driver_{name}") for name in HIDDEN_DRIVERS}
        assert {name: 1 if cell.value > 0 else -1 for name, cell in given.items() if cell} == signs, place_id
        assert all(cell.kind == "judgement" for cell in given.values() if cell), place_id
    history = {place_id: filled_value(PLACES[place_id], "partnership_history") for place_id in REAL_IDS}
    assert sorted(history, key=history.__getitem__, reverse=True)[:2] == ["bettws", "wallsend"]


def test_wallsend_has_seventeen_schools() -> None:
    phases = [school.phase for school in PLACES["wallsend"].schools]
    assert len(phases) == 17
    assert (phases.count("primary"), phases.count("secondary"), phases.count("special")) == (13, 2, 1)
    assert PLACES["wallsend"].value("children") == 11500


def test_bettws_has_three_primary_schools() -> None:
    assert [school.phase for school in PLACES["bettws"].schools].count("primary") == 3


def test_wallsend_ages_are_those_of_its_four_wards() -> None:
    """Mid-2020 counts of Wallsend, Howdon, Battle Hill and Riverside wards; three quarters of 16-19 are 16-18."""
    counts = [615 + 630 + 556 + 728, 679 + 754 + 712 + 809, 512 + 720 + 555 + 695, (350 + 499 + 393 + 459) * 0.75]
    for cell, count in zip(CELL_PARTITIONS[0], counts, strict=True):
        assert PLACES["wallsend"].value(cell) == pytest.approx(count / sum(counts), abs=2e-4)


def test_england_zones_has_the_reported_size() -> None:
    """At least 235 schools and 85,000 children (University of Manchester impact record)."""
    zones = PLACES["england_zones"]
    assert len(zones.schools) == 235
    assert zones.value("children") == 85000


def test_examples_in_the_readme_are_valid() -> None:
    text = (SCENARIOS / "README.md").read_text(encoding="utf-8")
    blocks = [tomllib.loads(block) for block in re.findall(r"```toml\n(.*?)```", text, flags=re.DOTALL)]
    place, strategy, together, future = blocks
    for block in (place, strategy, future):
        assert block.pop("schema_version") == 1
    assert [partner["kind"] for partner in together["partnership"]["partners"]] == ["council"]
    assert len(Place.model_validate(place).cells) == 3
    planned = Strategy.model_validate(strategy).strands
    assert [item.strand for item in planned] == ["one_to_one_tuition"]
    assert (SCENARIOS / "strands" / f"{planned[0].strand}.toml").is_file()
    assert [shock["kind"] for shock in future["shocks"]] == ["income"]


def test_the_pair_of_estates_differs_in_nothing_but_its_drivers() -> None:
    family, school = (load_place(name) for name in PAIR)
    assert family.schools == school.schools and family.services == school.services
    apart = {name for name in PLACE_CELLS if family.value(name) != school.value(name)}
    assert apart and apart <= {f"driver_{name}" for name in DRIVERS}
    assert all("Not a real place" in place.facts[0].text for place in (family, school))
