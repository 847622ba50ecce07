"""The lock pins everything that is asked for, by hash; every library in it has a licence that goes with ours."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from itertools import pairwise, product
from pathlib import Path

import pytest

pytest.importorskip("packaging")

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from docs.site.licence_page import EXCEPTIONS, kind_of
from docs.site.lock import LOCK, OWN, Pinned, asked, pinned

ROOT = Path(__file__).parents[2]
ENTRIES = pinned()
#: Computers that the lock is for.
COMPUTERS = [
    {"python_version": python, "python_full_version": f"{python}.9", "sys_platform": system, "os_name": name,
     "platform_system": platform, "platform_machine": machine, "implementation_name": "cpython",
     "platform_python_implementation": "CPython", "extra": ""}
    for python, (system, name, platform, machine) in product(
        ("3.11", "3.12", "3.13"),
        (("linux", "posix", "Linux", "x86_64"), ("darwin", "posix", "Darwin", "arm64"),
         ("win32", "nt", "Windows", "AMD64")),
    )
]  # fmt: skip
NAMES = [f"{computer['sys_platform']} {computer['python_version']}" for computer in COMPUTERS]


def taken(computer: dict[str, str]) -> dict[str, Pinned]:
    """What the lock installs on a computer: exactly one version of each library."""
    here = [entry for entry in ENTRIES if entry.marker is None or entry.marker.evaluate(computer)]
    names = [entry.name for entry in here]
    assert len(set(names)) == len(names)
    return dict(zip(names, here, strict=True))


def needed(computer: dict[str, str]) -> Iterator[tuple[str, Requirement]]:
    for extra, requirements in asked().items():
        for requirement in requirements:
            if requirement.marker is None or requirement.marker.evaluate(computer):
                yield extra, requirement


@pytest.mark.parametrize("computer", COMPUTERS, ids=NAMES)
def test_the_lock_keeps_every_bound(computer: dict[str, str]) -> None:
    here = taken(computer)
    for extra, requirement in needed(computer):
        name = canonicalize_name(requirement.name)
        assert name in here, f"{name} of {extra or 'the package'}"
        assert requirement.specifier.contains(here[name].version, prereleases=True), (extra, str(requirement))


def test_the_lock_is_by_hash_and_names_no_server() -> None:
    assert len(ENTRIES) > 150
    for entry in ENTRIES:
        assert entry.hashes and all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in entry.hashes), entry.name
        assert entry.wanted_by, entry.name
    assert not re.search(r"https?:|--(extra-)?index|--find-links| @ |file:", LOCK.read_text(encoding="utf-8"))


def test_what_is_installed_asks_for_nothing_that_is_not_in_the_lock() -> None:
    """Followed wherever the installed version is the one of the lock: another version may ask for other things."""
    computer = COMPUTERS[0] | {"python_version": f"3.{sys.version_info.minor}", "sys_platform": sys.platform}
    computer |= {"python_full_version": f"3.{sys.version_info.minor}.{sys.version_info.micro}"}
    here, missing, looked = taken(computer), [], set[str]()
    waiting = [(str(r.name), frozenset(r.extras)) for _, r in needed(computer)]
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in looked:
            continue
        looked.add((name, extras))  # type: ignore[arg-type]
        pin = here.get(canonicalize_name(name))
        if pin is None:
            missing.append(name)
            continue
        try:
            installed = distribution(name)
        except PackageNotFoundError:
            continue
        if installed.version != pin.version:
            continue
        for line in installed.requires or ():
            asks = Requirement(line)
            if any(asks.marker is None or asks.marker.evaluate(computer | {"extra": e}) for e in (*extras, "")):
                waiting.append((asks.name, frozenset(asks.extras)))
    assert not missing, "make the lock anew (docs/how-to/reproduce-exactly.md)"
    assert len(looked) > 50


def test_every_requirement_has_a_lower_bound() -> None:
    for extra, requirements in asked().items():
        for requirement in requirements:
            assert {clause.operator for clause in requirement.specifier} & {">=", "==", "~="}, (extra, str(requirement))


# --- licences ---------------------------------------------------------------------------------------------------


def licences() -> dict[str, list[str]]:
    """Library -> the other cells of its row on the page: versions, licence, kind, what it comes with."""
    lines = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")][2:]
    return {row[0]: row[1:] for row in rows}


def test_every_library_of_the_lock_is_on_the_page() -> None:
    told = licences()
    for name in {entry.name for entry in ENTRIES}:
        versions = ", ".join(entry.version for entry in ENTRIES if entry.name == name)
        assert told[name][0] == versions, f"{name}: python -m docs.site licences"
    assert set(told) == {entry.name for entry in ENTRIES}
    assert all(first < second for first, second in pairwise(told))


def test_every_licence_goes_with_ours() -> None:
    for name, (_, licence, kind, comes_with) in licences().items():
        assert kind == kind_of(licence) != "unknown", (name, licence)
        if kind == "copyleft by work":
            assert name in EXCEPTIONS and "always" not in comes_with.split(", "), name
    assert set(EXCEPTIONS) <= set(licences())


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("MIT", "permissive"), ("BSD 3-Clause", "permissive"), ("Apache Software License", "permissive"),
        ("BSD-2-Clause AND Apache-2.0 WITH LLVM-exception", "permissive"), ("MPL-2.0 AND MIT", "copyleft by file"),
        ("LGPL-3.0", "copyleft by file"), ("GPL-3.0", "copyleft by work"), ("MIT AND GPL-2.0", "copyleft by work"),
        ("AGPL-3.0", "copyleft by work"), ("GPL-3.0 OR MIT", "permissive"), ("not told", "unknown"),
        ("MIT AND something else", "unknown"), ("GNU Lesser General Public License v2", "copyleft by file"),
    ],
)  # fmt: skip
def test_kinds_of_licences(said: str, kind: str) -> None:
    assert kind_of(said) == kind


# --- how it is made ---------------------------------------------------------------------------------------------


def test_the_script_of_both_ends_names_tests_that_are_there() -> None:
    script = (ROOT / "tests" / "ends.sh").read_text(encoding="utf-8")
    named = re.findall(r"tests/[\w/.]+", script.split("pytest -q")[1])
    assert len(named) > 20
    assert not [name for name in named if not (ROOT / name).exists()]
    bash = shutil.which("bash")
    if bash:
        asked_wrongly = subprocess.run([bash, "tests/ends.sh", "middle"], cwd=ROOT, capture_output=True, check=False)
        assert asked_wrongly.returncode == 2 and b"lowest or newest" in asked_wrongly.stderr


def test_the_package_names_itself_as_in_the_lock() -> None:
    assert any(OWN in entry.wanted_by for entry in ENTRIES)
