"""Places: by id or file, short cells, gaps filled in and marked."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from sim.inputs import InputError, Library, check_files, fill_place, list_ids, load_place, packaged
from sim.spec import CELL_PARTITIONS, PLACE_CELLS, Cell, Place

SHORT = """schema_version = 1
kind = "place"
id = "riverside"
name = "Riverside"
[cells]
children = 2000
deprivation_decile = 2
"""

#: A profile with plain numbers, so that what is filled in can be worked out by hand.
PROFILE: dict[str, float] = {
    "children": 1000, "deprivation_decile": 3, "age_0_4_share": 0.25, "age_5_10_share": 0.35, "age_11_15_share": 0.25,
    "age_16_18_share": 0.15, "tenure_owner_share": 0.5, "tenure_private_share": 0.1, "tenure_social_share": 0.4,
    "one_child_share": 0.4, "two_child_share": 0.4, "three_plus_share": 0.2, "parents_degree_share": 0.3,
    "area_km2": 2.0, "zones": 1,
}  # fmt: skip


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """A library of one decile profile."""
    folder = tmp_path / "library" / "places"
    folder.mkdir(parents=True)
    cells = "\n".join(f"{name} = {PROFILE.get(name, 0.125)}" for name in PLACE_CELLS)
    text = f'schema_version = 1\nid = "england_decile_3"\nname = "Decile 3"\n[cells]\n{cells}\n'
    (folder / "england_decile_3.toml").write_text(text)
    return Library(folder.parent)


def place_with(**cells: float) -> Place:
    """A place of decile 3 with some cells."""
    given = {"children": 500.0, "deprivation_decile": 3.0} | cells
    return Place(id="here", name="Here", cells={name: Cell(value=value) for name, value in given.items()})


def test_every_packaged_place_is_complete() -> None:
    assert {f"england_decile_{decile}" for decile in range(1, 11)} <= set(list_ids("place"))
    for name in list_ids("place"):
        place = load_place(name)
        assert place.id == name
        assert list(place.cells) == list(PLACE_CELLS)
        for group in CELL_PARTITIONS:
            assert sum(place.value(cell) for cell in group) == pytest.approx(1, abs=0.005)
        phases = {school.phase for school in place.schools}
        assert phases & {"primary", "all_through"}
        assert phases & {"secondary", "all_through"}


def test_a_bare_number_gets_its_passport(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(SHORT + 'eal_share = {value = 0.12, kind = "published", source = "census", year = 2025}\n')
    place = load_place(path)
    assert place.cells["children"] == Cell(value=2000, unit="children", kind="given")
    expected = Cell(value=0.12, unit="share of children", kind="published", source="census", year=2025)
    assert place.cells["eal_share"] == expected


def test_gaps_come_from_the_decile_and_say_so(library: Library) -> None:
    place = fill_place(place_with(eal_share=0.9), library)
    assert place.cells["damp_share"] == Cell(
        value=0.125, unit="share of families", kind="filled_in", source="profile of deprivation decile 3"
    )
    assert place.cells["eal_share"] == Cell(value=0.9)
    assert place.value("area_km2") == pytest.approx(1.0), "half the children of the profile on half its area"


def test_the_rest_of_a_partly_given_whole(library: Library) -> None:
    place = fill_place(place_with(tenure_private_share=0.4, three_plus_share=0.1, two_child_share=0.3), library)
    assert place.value("tenure_owner_share") == pytest.approx(0.6 * 5 / 9)
    assert place.value("tenure_social_share") == pytest.approx(0.6 * 4 / 9)
    assert place.value("one_child_share") == pytest.approx(0.6)
    assert place.cells["one_child_share"].kind == "filled_in"
    assert place.cells["tenure_private_share"].kind == "given"


def test_filled_in_shares_never_exceed_what_is_left(library: Library) -> None:
    place = fill_place(place_with(parents_low_qualified_share=0.9, tenure_owner_share=1.0), library)
    assert place.value("parents_degree_share") == pytest.approx(0.1)
    assert place.value("tenure_social_share") == 0


def test_schools_are_made_from_the_number_of_children(library: Library) -> None:
    place = fill_place(place_with(children=4000.0), library)
    primaries = [school for school in place.schools if school.phase == "primary"]
    secondaries = [school for school in place.schools if school.phase == "secondary"]
    # 4000 x (0.35 + 0.25 / 5) x 1.12 = 1792 places in five schools; 4000 x 0.25 x 1.10 = 1100 in one
    assert [school.name for school in primaries] == [f"Primary {index}" for index in range(1, 6)]
    assert {school.places for school in primaries} == {math.ceil(1792 / 5)}
    assert [(school.name, school.places) for school in secondaries] == [("Secondary 1", 1100)]
    assert {school.kind for school in place.schools} == {"filled_in"}
    assert place.services == ()


def test_only_the_missing_phase_is_made(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(SHORT + '[[schools]]\nname = "St Anne"\nphase = "primary"\nplaces = 210\n')
    schools = load_place(path).schools
    assert [school.name for school in schools if school.phase == "primary"] == ["St Anne"]
    assert [school.name for school in schools if school.phase == "secondary"] == ["Secondary 1"]
    assert schools[0].kind == "given"


def test_the_smallest_and_the_largest_place(library: Library) -> None:
    assert {school.places for school in fill_place(place_with(children=20.0), library).schools} == {6, 9}
    assert len(fill_place(place_with(children=3_000_000.0), library).schools) > 4000


def test_filling_a_full_place_changes_nothing() -> None:
    place = load_place("wallsend")
    assert fill_place(place) == place


def test_a_missing_or_incomplete_profile_is_a_problem(library: Library) -> None:
    profile = library.root / "places" / "england_decile_3.toml"
    profile.write_text(profile.read_text().replace("damp_share", "#"))
    with pytest.raises(InputError, match=r"cells\.damp_share: the profile lacks"):
        fill_place(place_with(), library)
    profile.unlink()
    with pytest.raises(InputError, match="england_decile_3"):
        fill_place(place_with(), library)


def test_a_place_extends_another(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    text = 'schema_version = 1\nid = "my_wallsend"\nextends = "wallsend"\n[cells]\ndeprivation_decile = 4\n'
    path.write_text(text + "tenure_owner_share = 0.5\ntenure_private_share = 0.2\ntenure_social_share = 0.3\n")
    (found,) = check_files([path])
    assert found.ok, found.problems
    place, base = load_place(path), load_place("wallsend")
    assert (place.id, place.name) == ("my_wallsend", base.name)
    assert place.cells["deprivation_decile"] == Cell(value=4, unit="decile"), "no source of the old value is kept"
    assert place.cells["children"] == base.cells["children"]
    assert place.schools[: len(base.schools)] == base.schools


def test_lists_of_the_base_are_replaced_and_lines_follow(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text(SHORT + '[[schools]]\nname = "A"\nphase = "primary"\nplaces = 210\n')
    path = tmp_path / "mine.toml"
    text = 'schema_version = 1\nextends = "base.toml"\nid = "mine"\n[[schools]]\nname = "B"\nphase = "secondary"\n'
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        load_place(path)
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.field) == (str(path), 4, "schools[1].places")
    path.write_text(text + "places = 900\n")
    assert [school.name for school in load_place(path).schools][:2] == ["B", "Primary 1"]


def test_the_kind_follows_from_key_contents_or_folder(tmp_path: Path) -> None:
    text = SHORT.replace('kind = "place"\n', "")
    folder = tmp_path / "strategies"
    folder.mkdir()
    for path in (tmp_path / "mine.toml", folder / "mine.toml"):
        path.write_text(text)
        assert [found.kind for found in check_files([path])] == ["place"]
    plan = folder / "plan.toml"
    plan.write_text('schema_version = 1\nid = "plan"\nname = "Nothing yet"\n')
    assert [found.kind for found in check_files([plan])] == ["strategy"]
    assert packaged().kind_of(packaged().known("place")["wallsend"]) == "place"


# --- drivers ---------------------------------------------------------------------------------------------------


def driver_of(library: Library, name: str, **cells: float) -> Cell:
    """A driver of a place of decile 3 with these cells."""
    return fill_place(place_with(**cells), library).cells[f"driver_{name}"]


@pytest.mark.parametrize(
    ("name", "cells", "expected"),
    [
        # every share of the profile is 0.125, its climate too; spreads: 0.06, 0.05, 0.14, 0.4, 0.08
        ("hardship", {"child_poverty_ahc_share": 0.155}, 0.5),
        ("housing", {"overcrowded_share": 0.15}, 0.5),
        ("housing", {"overcrowded_share": 0.15, "damp_share": 0.075}, -0.5),
        ("language", {"eal_share": 0.055}, -0.5),
        ("school_climate", {"school_climate": -0.075}, 0.5),
        ("school_climate", {"school_climate": 0.325}, -0.5),
        ("safety", {"unsafe_share": 0.245}, 1.5),
        ("safety", {"unsafe_share": 0.9}, 2.0),
    ],
)
def test_an_open_driver_is_read_from_its_cells(
    name: str, cells: dict[str, float], expected: float, library: Library
) -> None:
    driver = driver_of(library, name, **cells)
    assert driver.value == pytest.approx(expected)
    assert driver.kind == "derived"
    assert all(cell in driver.source for cell in cells)
    assert "decile 3" in driver.source


def test_a_driver_without_its_cells_is_usual_and_marked(library: Library) -> None:
    driver = driver_of(library, "hardship", eal_share=0.9)
    assert (driver.value, driver.kind) == (0.0, "filled_in")
    assert driver_of(library, "hardship", child_poverty_ahc_share=0.125).value == 0.0


def test_a_hidden_driver_is_unknown_whatever_the_profile_says(library: Library) -> None:
    driver = driver_of(library, "stigma", eal_share=0.9)
    assert (driver.value, driver.kind) == (0.0, "filled_in")
    assert "not known" in driver.source


def test_a_driver_that_is_given_stays(library: Library) -> None:
    assert driver_of(library, "safety", driver_safety=-1.0, unsafe_share=0.9) == Cell(value=-1.0)
    assert driver_of(library, "access", driver_access=1.0) == Cell(value=1.0)


def test_filling_twice_changes_nothing(library: Library) -> None:
    once = fill_place(place_with(unsafe_share=0.2), library)
    assert fill_place(once, library) == once
