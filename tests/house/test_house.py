"""The house itself: every number has a passport, every switch a meaning, every floor its place."""

from __future__ import annotations

import ast
import math
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.engine import EVENTS, advance, create, create_start
from sim.inputs import InputError
from sim.inputs.register import load_register, mechanisms, passports
from sim.parameters import GROUPS, Register
from sim.schema import STREAMS, TABLES, Stream
from sim.spec import Partnership, Strategy
from tests.engine.worlds import TWIN, library_of, made_strand, made_strategy, neighbourhood, planned

ROOT = Path(__file__).parents[2]
PARAMETERS = ROOT / "scenarios" / "parameters"
KINDS = {"evidence", "assumption", "calibrated", "policy"}


def files_of_the_house(*endings: str) -> Iterator[Path]:
    """Every file that people read, by ending; compiled and cached files aside."""
    for top in (
        "sim",
        "scenarios",
        "tests",
        "docs",
        "benchmarks",
        "calibration",
        "README.md",
        "pyproject.toml",
        "CITATION.cff",
    ):
        place = ROOT / top
        found = [place] if place.is_file() else sorted(place.rglob("*"))
        yield from (f for f in found if f.suffix in endings and "__pycache__" not in f.parts)


# --- numbers -----------------------------------------------------------------------------------------------


def test_every_parameter_has_a_passport_and_every_passport_a_parameter() -> None:
    fields = {f"{group}.{field}" for group, record in GROUPS.items() for field in record._fields}  # type: ignore[attr-defined]
    assert set(passports()) == fields


@pytest.mark.parametrize("name", sorted(passports()))
def test_a_passport_is_complete(name: str) -> None:
    page = passports()[name]
    low, high = page.range
    assert math.isfinite(page.value)
    assert low < high
    assert low <= page.value <= high
    assert page.unit.strip()
    assert len(page.source.strip()) > 3
    assert page.kind in KINDS


def test_the_other_numbers_have_passports_too() -> None:
    for file in ("services", "calendar", "prices", "drivers"):
        document = tomllib.loads((PARAMETERS / f"{file}.toml").read_text(encoding="utf-8"))
        for name, page in document.items():
            if name == "schema_version":
                continue
            assert page["source"].strip(), name
            assert page["kind"] in KINDS, name
            numbers = [v for v in page.values() if isinstance(v, dict)] if file in ("services", "drivers") else [page]
            for number in numbers:
                low, high = number["range"]
                values = number["value"] if isinstance(number["value"], list) else [number["value"]]
                assert number["unit"].strip(), name
                assert all(low <= value <= high for value in values), name


def test_every_parameter_is_used() -> None:
    text = "\n".join(
        f.read_text(encoding="utf-8")
        for f in files_of_the_house(".py")
        if f.is_relative_to(ROOT / "sim") and f.name != "parameters.py"
    )
    used = set(re.findall(r"\.([a-z_0-9]+)\b", text))
    fields = {field for record in GROUPS.values() for field in record._fields}  # type: ignore[attr-defined]
    assert fields <= used, sorted(fields - used)


def test_own_values_are_taken_within_their_range_and_refused_outside() -> None:
    low, high = passports()["trust.drift_rate"].range
    assert load_register({"trust.drift_rate": high}).parameters.trust.drift_rate == high
    for name, value in (("trust.drift_rate", high + 0.01), ("trust.drift_rate", low - 0.01), ("trust.gravity", 1.0)):
        with pytest.raises(InputError):
            load_register({name: value})


# --- names that never change -------------------------------------------------------------------------------


def test_streams_are_only_ever_appended() -> None:
    pinned = (
        "home", "family", "child", "work", "household_shock", "child_shock", "child_event", "test", "move", "birth",
        "school_year", "school_month", "identify", "accept", "order", "drop_out", "network", "donor", "trust", "effect",
        "admission", "suspension", "trial",
    )  # fmt: skip
    assert STREAMS[: len(pinned)] == pinned
    assert len(set(STREAMS)) == len(STREAMS)
    assert (Stream.home, Stream.suspension, Stream.trial) == (1, 22, 23)


def test_events_have_names_months_and_meanings() -> None:
    names = [event.name for event in EVENTS]
    assert len(set(names)) == len(names)
    for event in EVENTS:
        assert event.meaning
        assert event.months
        assert set(event.months) <= set(range(12))


def test_columns_have_units_and_meanings() -> None:
    for table in TABLES.values():
        columns = table.real + table.whole
        assert len({c.name for c in columns}) == len(columns)
        assert all(c.unit and c.meaning for c in columns)
        assert set(table.pooled) <= {c.name for c in columns}


# --- switches ----------------------------------------------------------------------------------------------

LIBRARY = library_of(
    made_strand("alpha", effects={"attainment": 0.3}, ages=(4, 11)),
    made_strand("beta", effects={"attainment": 0.3}, ages=(4, 11), context="school"),
)
SOLO = made_strategy(planned("alpha"))
BOTH = made_strategy(planned("alpha"), planned("beta"))
#: Switches that only act through strands: in a place without strands they change nothing.
THROUGH_STRANDS = {"diminishing_returns", "fade_out"}
#: What partners see is no part of what happens: it changes screens, never the world (tests/engine/test_dashboard.py).
ONLY_SEEN = {"imperfect_measurement"}
#: Switches that need a partnership; some act on partners and zone alone, which the other digest does not show.
THROUGH_PARTNERS = {"partner_events", "slow_maturity", "coordination", "champions"}
TOGETHER = BOTH.model_copy(update={"partnership": Partnership(champions_per_100_families=10)})
#: What it takes to see the others at work in so small a place: slow recruitment, and so long waiting lists.
SEEN_WITH = {"service_load": {"delivery.recruitment_rate": 0.05}}
#: Off unless asked for.
OPTIONAL = {"tipping_point"}


def _digest(
    strategy: Strategy, *without: str, including: tuple[str, ...] = (), own: dict[str, float] | None = None
) -> str:
    place = neighbourhood(120, 2, driver_access=-1.0)
    start = create_start(place, load_register(own, without, including), 3, 24, frozenset(without))
    world = create(start, strategy, LIBRARY)
    advance(world, 24)
    return world.digest()


@pytest.fixture(scope="module")
def usual() -> str:
    return _digest(BOTH)


def _partnership_digest(*without: str) -> str:
    start = create_start(neighbourhood(120, 2), load_register(without=without), 3, 24, frozenset(without))
    world = create(start, TOGETHER, LIBRARY)
    advance(world, 24)
    return world.digest() + world.partners.digest() + world.zone.digest()


@pytest.mark.parametrize("mechanism", sorted(THROUGH_PARTNERS))
def test_switches_of_the_partnership_change_it_and_nothing_without_one(mechanism: str, usual: str) -> None:
    assert _partnership_digest(mechanism) != _partnership_digest()
    assert _digest(BOTH, mechanism) == usual


@pytest.mark.parametrize("mechanism", sorted(set(mechanisms()) - THROUGH_PARTNERS - ONLY_SEEN - OPTIONAL))
def test_every_switch_changes_something(mechanism: str) -> None:
    own = SEEN_WITH.get(mechanism)
    assert _digest(BOTH, mechanism, own=own) != _digest(BOTH, own=own)


@pytest.mark.parametrize("mechanism", sorted(OPTIONAL))
def test_what_is_off_by_itself_changes_something_when_asked_for(mechanism: str, usual: str) -> None:
    assert _digest(BOTH, mechanism) == usual
    own = {"coordination.tipping_reach": 0.1}
    assert _digest(BOTH, including=(mechanism,), own=own) != _digest(BOTH, own=own)


@pytest.mark.parametrize("mechanism", sorted(ONLY_SEEN))
def test_how_partners_see_the_world_does_not_change_it(mechanism: str, usual: str) -> None:
    assert _digest(BOTH, mechanism) == usual


@pytest.mark.parametrize("mechanism", sorted(THROUGH_STRANDS))
def test_switches_of_strands_change_nothing_without_strands(mechanism: str) -> None:
    assert mechanism in mechanisms()
    assert _digest(TWIN, mechanism) == _digest(TWIN)


def test_diminishing_returns_change_nothing_for_a_single_strand() -> None:
    assert _digest(SOLO, "diminishing_returns") == _digest(SOLO)


def test_a_switch_sets_what_it_says_and_nothing_else(register: Register) -> None:
    document = tomllib.loads((PARAMETERS / "mechanisms.toml").read_text(encoding="utf-8"))
    before = {f"{g}.{k}": v for g in GROUPS for k, v in getattr(register.parameters, g)._asdict().items()}
    for name, page in document.items():
        if name == "schema_version":
            continue
        assert page["meaning"].strip()
        off = load_register(without=[name]).parameters
        after = {f"{g}.{k}": v for g in GROUPS for k, v in getattr(off, g)._asdict().items()}
        assert after == before | page["sets"], name


# --- floors, style, words ----------------------------------------------------------------------------------


def run_tool(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)


def test_the_floors_import_in_one_direction() -> None:
    beside = Path(sys.executable).with_name("lint-imports")
    command = str(beside) if beside.exists() else shutil.which("lint-imports")
    assert command, "import-linter comes with the test extra"
    done = run_tool(command)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_style_is_kept() -> None:
    done = run_tool(sys.executable, "-m", "ruff", "check", ".")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_types_hold() -> None:
    done = run_tool(sys.executable, "-m", "mypy")
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_module_says_what_it_is() -> None:
    for file in files_of_the_house(".py"):
        if file.is_relative_to(ROOT / "sim"):
            assert ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))), file


def test_no_file_names_a_machine_or_promises_to_be_finished() -> None:
    unwanted = re.compile(
        "|".join(
            [
                "TO" + "DO",
                "FIX" + "ME",
                r"(?<!\w)/ho" + r"me/[a-z]",
                "/wo" + "rk/",
                r"(?<!\w)/Us" + r"ers/[a-z]",
                "/t" + "mp/[a-z]",
            ]
        )
    )
    found = [
        f"{file.relative_to(ROOT)}: {line.strip()}"
        for file in files_of_the_house(".py", ".toml", ".md", ".json", ".cff")
        for line in file.read_text(encoding="utf-8").splitlines()
        if unwanted.search(line)
    ]
    assert not found, found
