"""The posterior: sets of parameters that agree with what is published about England; every run takes one of them.

``scenarios/parameters/posterior.toml`` holds a head (``[posterior]``) and, in ``[draws]``, one array a parameter:
``"children.attainment_noise" = [0.41, 0.39, ...]``; the entries at one place of all arrays are one draw. Without
the file every run takes the central values of the passports.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sim import draws
from sim.inputs.library import packaged
from sim.inputs.problems import Findings, did_you_mean, show, show_number, what_it_is
from sim.inputs.reading import read_toml
from sim.inputs.register import load_register, passports
from sim.parameters import Register
from sim.schema import Stream

Reals = npt.NDArray[np.float64]

#: Where a run's parameters come from: a draw of the posterior, or the passports' own values.
SOURCES = ("drawn", "central")
#: Head of the file, beside ``versions``; all of them text.
HEAD = ("run_id", "date", "method", "target_digest", "prior_digest")
#: Conventions of appraisal, read after the runs and for all of them together: nothing is fitted to them.
NEVER_FITTED = "costs."
_ADDRESS = "posterior"


@dataclass(frozen=True, eq=False)
class Posterior:
    """A sample of the posterior. ``draws``: draws x ``names``, in the units of the passports.

    ``versions``: library -> version it was fitted with; the digests tell which targets and priors it was fitted to.
    """

    run_id: str
    date: str
    versions: Mapping[str, str]
    target_digest: str
    prior_digest: str
    method: str
    names: tuple[str, ...]
    draws: Reals

    @cached_property
    def digest(self) -> str:
        """Hash of names and draws, the only part that moves results; the order of the names means nothing."""
        order = np.argsort(np.array(self.names))
        text = ",".join(self.names[i] for i in order)
        numbers = np.ascontiguousarray(self.draws[:, order], dtype="<f8")
        return hashlib.blake2b(text.encode() + b"\n" + numbers.tobytes(), digest_size=16).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Posterior) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def number(self, luck: int) -> int:
        """Number of the draw, from 0, that belongs to a luck number: a pure function of it, evenly spread."""
        u = draws.uniforms(luck, Stream.model, 0, np.array([draws.key_of(_ADDRESS)], dtype=np.uint64))[0]
        return int(u * len(self.draws))

    def values(self, number: int) -> dict[str, float]:
        """Parameters of one draw by ``file.name``."""
        return dict(zip(self.names, self.draws[number].tolist(), strict=True))


def load_posterior(path: Path | None = None) -> Posterior | None:
    """The posterior of a file, or the packaged one; ``None`` where there is no packaged one.

    Raises ``InputError`` for a parameter that does not exist or is never fitted, a draw outside the range of its
    passport, arrays of unequal length, what is not a number, and an incomplete head.
    """
    if path is not None:
        return _read(path)
    usual = packaged().root / "parameters" / "posterior.toml"
    return _packaged(usual) if usual.exists() else None


def posterior_register(
    posterior: Posterior | None, luck: int, without: Iterable[str] = (), including: Iterable[str] = (),
    own: Mapping[str, float] | None = None,
) -> Register:  # fmt: skip
    """The model's numbers for one luck number: central values, under its draw, under ``own``, under the switches.

    Errors as ``load_register``.
    """
    drawn = {} if posterior is None else posterior.values(posterior.number(luck))
    return load_register(drawn | dict(own or {}), without, including)


def source_of(parameters: str, posterior: Posterior | None = None) -> Posterior | None:
    """The posterior that runs draw from: the one given or else the packaged one, none for central values.

    Raises ``ValueError`` where ``parameters`` is not one of ``SOURCES``.
    """
    if parameters not in SOURCES:
        raise ValueError(f"parameters must be one of {', '.join(SOURCES)}, not {parameters!r}")
    if parameters == "central":
        return None
    return load_posterior() if posterior is None else posterior


def posterior_toml(posterior: Posterior) -> str:
    """The file that ``load_posterior`` reads back to the bit; texts without quotes and line breaks."""
    lines = ["[posterior]", *(f'{key} = "{getattr(posterior, key)}"' for key in HEAD), "", "[posterior.versions]"]
    lines += [f'"{name}" = "{version}"' for name, version in sorted(posterior.versions.items())]
    lines += ["", "[draws]"]
    lines += [
        f'"{name}" = [{", ".join(map(repr, posterior.draws[:, at].tolist()))}]'
        for name, at in sorted(zip(posterior.names, range(len(posterior.names)), strict=True))
    ]
    return "\n".join(lines) + "\n"


@lru_cache(maxsize=1)
def _packaged(path: Path) -> Posterior:
    return _read(path)


def _read(path: Path) -> Posterior:
    data, lines = read_toml(path)
    findings = Findings(lines)
    for key in data:
        if key not in ("posterior", "draws"):
            findings.add((key,), "there is no such table in this file", "keep [posterior] and [draws]")
    head, columns = (_table(data, name, findings) for name in ("posterior", "draws"))
    texts = {key: _text(head, key, findings) for key in HEAD}
    versions = head.get("versions", {})
    if not (isinstance(versions, dict) and all(isinstance(version, str) for version in versions.values())):
        findings.add(("posterior", "versions"), "must be a table of texts", 'write numpy = "2.4.6", one to a line')
    for key in head:
        if key not in (*HEAD, "versions"):
            findings.add(("posterior", key), "there is no such key", did_you_mean(key, (*HEAD, "versions"), "keys"))
    arrays = _arrays(columns, findings)
    findings.raise_if_any()
    # In the order of the names, so that the order in the file means nothing.
    names = tuple(sorted(arrays))
    return Posterior(**texts, versions=versions, names=names, draws=np.array([arrays[name] for name in names]).T)


def _table(data: dict[str, Any], name: str, findings: Findings) -> dict[str, Any]:
    found = data.get(name)
    if isinstance(found, dict) and found:
        return found
    findings.add((name,), f"the table [{name}] is missing or empty", f"give it under [{name}]")
    return {}


def _text(head: dict[str, Any], key: str, findings: Findings) -> str:
    value = head.get(key)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, str) and value.strip():
        return value
    if head:
        problem = "is missing" if value is None else f"must be a text, not {show(value)}"
        findings.add(("posterior", key), problem, f'write {key} = "..."')
    return ""


def _arrays(columns: dict[str, Any], findings: Findings) -> dict[str, list[float]]:
    """Arrays that are right, by name; what is wrong goes to ``findings``."""
    pages, found, length = passports(), {}, None
    for name, values in columns.items():
        path = ("draws", name)
        if isinstance(values, dict):
            findings.add(
                path, "the name of a parameter must stand in quotes", f'write "{name}.{next(iter(values), "x")}" = ['
            )
        elif name not in pages:
            findings.add(path, "there is no such parameter", did_you_mean(name, pages, "parameters"))
        elif name.startswith(NEVER_FITTED):
            findings.add(path, "costs are conventions of appraisal, which nothing is fitted to", "take it out")
        elif not isinstance(values, list) or not values:
            findings.add(
                path, f"must be an array of numbers, not {what_it_is(values)}", "write one number for each draw"
            )
        elif (bad := _first_wrong(values, pages[name].range)) is not None:
            findings.add((*path, bad[0]), *bad[1:])
        elif length is not None and len(values) != length:
            findings.add(path, f"has {len(values)} draws, those above have {length}", f"give {length} numbers")
        else:
            length, found[name] = len(values), [float(value) for value in values]
    return found


def _first_wrong(values: list[Any], limits: tuple[float, float]) -> tuple[int, str, str] | None:
    """Place, problem and remedy of the first value that is no number or lies outside the range."""
    low, high = limits
    remedy = f"a number from {show_number(low)} to {show_number(high)}"
    for at, value in enumerate(values):
        if isinstance(value, bool) or not isinstance(value, int | float):
            return at, f"must be a number, not {show(value)}", remedy
        if not low <= value <= high:
            return at, f"{show_number(value)} is outside the range of the parameter", remedy
    return None
