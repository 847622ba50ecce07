"""Load published figures from target files, and check that what they ask for can be worked out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from sim.inputs.lines import KeyPath, LineMap
from sim.inputs.problems import Findings, InputError, Problem, did_you_mean, shorten, show
from sim.inputs.reading import read_toml
from sim.inputs.schemas import SCHEMA_VERSION
from sim.inputs.target_records import NO_MEASURE, STATISTIC_NAMES, UNIT_SCALES, Role, StatisticName, Target, TargetFile
from sim.inputs.validation import validated
from sim.outcomes.groups import MEMBERSHIPS
from sim.outcomes.measures import MEASURES

__all__ = [
    "NO_MEASURE", "STATISTIC_NAMES", "UNIT_SCALES", "Role", "StatisticName", "Target", "is_target_file", "load_targets",
    "target_files",
]  # fmt: skip

#: Statistics of two groups -> key that may stand instead of ``against``.
_TWO_GROUPS: dict[str, str | None] = {
    "gap": None, "gap_sd": None, "gap_index": None, "gap_ratio": None, "gap_explained": None, "gap_linked": None,
    "gap_linked_share": None, "ratio": "with", "relative_risk": "with", "odds_ratio": "with",
}  # fmt: skip
#: Statistics of two measures.
_TWO_MEASURES = ("gap_ratio", "gap_explained", "gap_linked", "gap_linked_share", "correlation", "progress")
#: Statistics that know what to do with a second measure.
_MAY_HAVE_WITH = (*_TWO_MEASURES, "ratio", "relative_risk", "odds_ratio", "variance_share")
#: Statistics set beside the national mean, which only the England reference gives.
_NATIONAL = ("progress", "gap_explained")
#: England, deciles of deprivation, or a place by its id.
_PLACE = re.compile(
    r"england|decile:([1-9]|10)|deciles:([1-9]|10)-([1-9]|10)|(la|region|preset):[a-z][a-z0-9_]{0,63}", re.ASCII
)
_PLACES = "write england, decile:1, deciles:9-10, la:hackney, region:north_east or preset:pembury"
#: Keys that say how a measure is read, and so need one.
_OF_A_MEASURE = ("statistic", "of", "against", "with", "line", "quantile", "scale")


def target_files() -> tuple[Path, ...]:
    """The packaged target files, in the order of their names."""
    return tuple(sorted(Path(str(files("calibration").joinpath("targets"))).glob("*.toml")))


def load_targets(path: str | Path | None = None) -> tuple[Target, ...]:
    """The targets of a file, or of every packaged file, in the order of the files. Raises ``InputError``.

    Every problem of every file is told at once; an id may stand once only, in whichever file.
    """
    found: list[Target] = []
    problems: list[Problem] = []
    for file in target_files() if path is None else (Path(path),):
        try:
            found += _targets_of(file)
        except InputError as error:
            problems += error.problems
    problems += _twice(found)
    if problems:
        raise InputError(tuple(problems))
    return tuple(found)


def is_target_file(data: dict[str, Any]) -> bool:
    """Whether what was read from a TOML file is meant as a target file; strands have a text of the name ``target``."""
    if "kind" in data:
        return data["kind"] == "targets"
    return any(isinstance(data.get(key), dict) or _is_tables(data.get(key)) for key in ("target", "targets"))


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 0 and isinstance(value[0], dict)


def _targets_of(path: Path) -> tuple[Target, ...]:
    data, lines = read_toml(path)
    findings = Findings(lines)
    _check_heading(data, findings)
    findings.raise_if_any()
    entries = {key: value for key, value in data.items() if key not in ("schema_version", "kind")}
    file = validated("targets", TargetFile, entries, findings)
    for index, target in enumerate(() if file is None else file.target):
        given = set(data["target"][index])
        target.read_from(lines.file, _own_lines(index, given, lines))
        _check_target(target, given, ("target", index), findings)
    if found := findings.problems():
        raise InputError(tuple(_with_id(problem, data["target"]) for problem in found))
    assert file is not None, "a target file without findings is valid"
    return file.target


def _with_id(problem: Problem, entries: list[Any]) -> Problem:
    """A problem that names the target by its id as well as by its number: ``target[3] gld_all.se``."""
    match = re.match(r"target\[(\d+)\]", problem.field)
    entry = entries[int(match[1]) - 1] if match else None
    name = entry.get("id") if isinstance(entry, dict) else None
    if match is None or not isinstance(name, str):
        return problem
    return replace(problem, field=f"{match[0]} {shorten(name)}{problem.field[match.end() :]}")


def _check_heading(data: dict[str, Any], findings: Findings) -> None:
    version, kind = data.get("schema_version", SCHEMA_VERSION), data.get("kind", "targets")
    if version is not SCHEMA_VERSION and (isinstance(version, bool) or version != SCHEMA_VERSION):
        problem = f"{show(version)} is not a version of the file format that this zonesim understands"
        findings.add(("schema_version",), problem, f"write schema_version = {SCHEMA_VERSION}")
    if kind != "targets":
        findings.add(("kind",), f"this is no target file but a {show(kind)}", 'write kind = "targets"')
    if "target" not in data:
        findings.add((), "there is no target in it", "start each target with a line [[target]]")
    elif not isinstance(data["target"], list):
        findings.add(("target",), "target is not a list of tables", "start each target with a line [[target]]")


def _own_lines(index: int, keys: Iterable[str], lines: LineMap) -> dict[str, int]:
    """Line of each key of a target, and of the target itself under ""."""
    here = ("target", index)
    paths = {"": here} | {key: (*here, key) for key in keys}
    return {key: lines.entries[path][1] for key, path in paths.items() if path in lines.entries}


def _twice(targets: Iterable[Target]) -> list[Problem]:
    first: dict[str, Target] = {}
    problems = []
    for target in targets:
        if target.id in first:
            where = first[target.id].file
            problems.append(target.problem("id", f"the id stands twice (also in {where})", "give each target its own"))
        first.setdefault(target.id, target)
    return problems


def _check_target(target: Target, given: set[str], path: KeyPath, findings: Findings) -> None:
    low, high = target.age_years
    if low > high:
        findings.add((*path, "age_years"), f"the ages run from {low} down to {high}", "write the lower age first")
    if not _PLACE.fullmatch(target.place):
        findings.add((*path, "place"), f"{show(target.place)} is not the key of a place", _PLACES)
    ways = [key for key in ("measure", "input", "reason") if key in given]
    if len(ways) > 1:
        problem = f"{' and '.join(ways)} exclude each other"
        findings.add((*path, ways[-1]), problem, "keep measure if the model is scored, else input or reason")
    elif target.measure is None:
        for key in _OF_A_MEASURE:
            if key in given:
                findings.add((*path, key), f"{key} says how a measure is read, and there is none", "add measure = ...")
    else:
        _check_keys(target, given, path, findings)
        _check_names(target, path, findings)


def _check_keys(target: Target, given: set[str], path: KeyPath, findings: Findings) -> None:
    """The keys that a statistic needs, and those that mean nothing to it."""
    name = target.statistic
    instead = _TWO_GROUPS.get(name)
    if name in _TWO_GROUPS:
        if "against" not in given and (instead is None or instead not in given):
            other = "" if instead is None else f", or {instead} = a second measure"
            findings.add((*path, "statistic"), f"{name} compares two groups", f"add against = the second group{other}")
        elif instead in given and "against" in given:
            findings.add((*path, instead), "against and with are two ways of comparing", "keep one of them")
    elif "against" in given:
        findings.add((*path, "against"), f"{name} is of one group", "leave against out, or change statistic")
    if name in _TWO_MEASURES and "with" not in given:
        findings.add((*path, "statistic"), f"{name} needs a second measure", "add with = the second measure")
    if "with" in given and name not in _MAY_HAVE_WITH:
        findings.add((*path, "with"), f"{name} is of one measure", "leave with out, or change statistic")
    if (name == "quantile") != ("quantile" in given):
        problem = "the quantile is missing" if name == "quantile" else f"{name} is not a quantile"
        findings.add((*path, "quantile"), problem, 'write statistic = "quantile" and quantile = 0.1 together')
    if name in _NATIONAL and target.place != "england":
        findings.add((*path, "place"), f"{name} is set beside the national mean", 'write place = "england"')


def _check_names(target: Target, path: KeyPath, findings: Findings) -> None:
    for key, measure in (("measure", target.measure), ("with", target.with_)):
        if measure is not None and measure not in MEASURES:
            problem = f"the model has no measure {show(measure)}"
            findings.add((*path, key), problem, did_you_mean(measure, MEASURES, "measures"))
    for key, group in (("of", target.of), ("against", target.against)):
        for one in () if group is None else group.split("+"):
            if one not in MEMBERSHIPS:
                findings.add(
                    (*path, key), f"the model has no group {show(one)}", did_you_mean(one, MEMBERSHIPS, "groups")
                )
    both = [MEASURES[m].table for m in (target.measure, target.with_) if m in MEASURES]
    if len(set(both)) > 1:
        problem = f"{target.with_} is of {both[1]}, {target.measure} of {both[0]}"
        findings.add((*path, "with"), problem, "name two measures of the same people")
