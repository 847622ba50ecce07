"""Read ``scenarios/parameters``: every number of the model with its passport, and the mechanism switches."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from sim.inputs.problems import InputError, Problem
from sim.parameters import GROUPS, Calendar, DriverRule, Parameters, Register, UnitValue
from sim.spec import DRIVERS, ServiceKind

_SERVICE_NUMBERS = ("need_share", "uptake", "duration_months", "caseload", "posts_per_1000", "stigma")


@dataclass(frozen=True)
class Passport:
    """One number with where it comes from. ``kind``: evidence, assumption, calibrated or policy."""

    name: str
    value: float
    unit: str
    range: tuple[float, float]
    kind: str
    source: str
    note: str = ""


@cache
def _document(name: str) -> dict[str, Any]:
    text = files("scenarios").joinpath("parameters", f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def passports() -> dict[str, Passport]:
    """Passport of every number of the model by ``file.name``."""
    found = {}
    for group in GROUPS:
        for name, page in _document(group).items():
            if name != "schema_version":
                low, high = page["range"]
                found[f"{group}.{name}"] = Passport(
                    f"{group}.{name}", float(page["value"]), page["unit"], (low, high), page["kind"], page["source"],
                    page.get("note", ""),
                )  # fmt: skip
    return found


def tables(name: str) -> dict[str, dict[str, Any]]:
    """Tables of a file that has no named tuple (``drivers``, ``mechanisms``, ``values``, ...), to be read only."""
    return {table: page for table, page in _document(name).items() if table != "schema_version"}


@cache
def mechanisms() -> dict[str, str]:
    """Mechanisms that ``--without`` can switch off, and what each means."""
    return {name: page["meaning"] for name, page in _document("mechanisms").items() if name != "schema_version"}


@cache
def optional_mechanisms() -> tuple[str, ...]:
    """Mechanisms that are off by themselves, which ``--with`` asks for."""
    return tuple(name for name in mechanisms() if "when_asked" in _document("mechanisms")[name])


@cache
def driver_rules() -> dict[str, DriverRule]:
    """What drives disadvantage beyond deprivation, in the order of ``spec.DRIVERS``."""
    pages = _document("drivers")
    return {
        name: DriverRule(
            pages[name]["meaning"], tuple(pages[name]["cells"]), float(pages[name]["sign"]),
            float(pages[name]["spread"]["value"]),
        )
        for name in DRIVERS
    }  # fmt: skip


def _switched(without: Iterable[str], including: Iterable[str]) -> dict[str, float]:
    """Values that switching mechanisms off, and asking for one that is off by itself, set."""
    sets: dict[str, float] = {}
    for option, asked, known, key in (
        ("--without", without, tuple(mechanisms()), "sets"),
        ("--with", including, optional_mechanisms(), "when_asked"),
    ):  # fmt: skip
        for name in sorted(set(asked)):
            if name not in known:
                what = "no mechanism" if key == "sets" else "no mechanism that is off unless asked for"
                raise InputError(
                    (
                        Problem(
                            "mechanisms.toml", None, option, f"there is {what} {name!r}", "one of: " + ", ".join(known)
                        ),
                    )
                )
            sets |= _document("mechanisms")[name][key]
    return sets


def load_register(
    own: Mapping[str, float] | None = None, without: Iterable[str] = (), including: Iterable[str] = ()
) -> Register:
    """The model's numbers, with ``own`` values by ``file.name``, and mechanisms switched off or asked for.

    Raises ``InputError`` for an unknown name, or an own value outside the range of its passport.
    """
    pages = passports()
    values = {name: page.value for name, page in pages.items()}
    for name, value in (own or {}).items():
        if name not in pages:
            raise InputError(
                (Problem("parameters", None, name, "there is no such parameter", "see zonesim list parameters"),)
            )
        low, high = pages[name].range
        if not low <= value <= high:
            raise InputError(
                (Problem("parameters", None, name, f"{value} is outside the range", f"a number from {low} to {high}"),)
            )
        values[name] = float(value)
    values |= _switched(without, including)
    groups = {
        group: record(**{field: values[f"{group}.{field}"] for field in record._fields})  # type: ignore[attr-defined]
        for group, record in GROUPS.items()
    }
    services = tuple(
        ServiceKind(
            id=name, **{k: page[k] for k in ("name", "unit", "ages", "need", "ongoing")},
            **{k: page[k]["value"] for k in _SERVICE_NUMBERS},
        )
        for name, page in _document("services").items()
        if name != "schema_version"
    )  # fmt: skip
    calendar = Calendar(*(tuple(_document("calendar")[field]["value"]) for field in Calendar._fields))
    prices = _document("prices")["gdp_deflator"]
    deflator = dict(zip(prices["years"], prices["value"], strict=True))
    return Register(Parameters(**groups), calendar, services, deflator, _unit_values(), dict(driver_rules()))


def _unit_values() -> tuple[UnitValue, ...]:
    """Unit values in the order of their ids, so that the order in the file means nothing."""
    return tuple(
        UnitValue(**page | {"id": name, "range": tuple(page["range"]), "gains": tuple(sorted(page["gains"].items()))})
        for name, page in sorted(_document("values")["valued"].items())
    )


def not_valued() -> dict[str, tuple[str, str]]:
    """What has no price in ``values.toml``: id -> (what, why)."""
    return {name: (page["what"], page["why"]) for name, page in _document("values")["not_valued"].items()}
