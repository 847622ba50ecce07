"""The model set beside published figures: simulated mean, interval, z and verdict of every target.

Error budget of a target, in its own unit. Simulations come in draws d of the parameters, each with luck numbers s of
its own; x_ds is the simulated figure. One-way decomposition of the variance (random effects):

    chance variance     c = mean within draws of (x_ds - mean_d)^2, n - 1 in the denominator
    parameter variance  p = max(0, variance over d of mean_d - c x mean of 1 / luck numbers of d)
    chance SE of the mean = sqrt(c x mean of 1 / luck numbers of d / draws)
    z = (simulated - published) / sqrt(published se^2 + p + chance SE^2);  within if |z| <= 2

The simulated figure is the mean over draws of their means; low and high are the 5th and 95th percentile over draws of
the mean over luck numbers. With one draw (no posterior) p is 0, and low and high are 5th and 95th percentile of the
mean by chance alone.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from sim.experiments.samples import places_of, samples_of
from sim.experiments.statistics import FEWEST_ROWS, SampleLike, statistics
from sim.inputs.posterior import load_posterior
from sim.inputs.problems import InputError, Problem
from sim.inputs.register import load_register
from sim.inputs.targets import NO_MEASURE, Target
from sim.parameters import Register

Reals = npt.NDArray[np.float64]
Progress = Callable[[int, int, str], None]
#: Place key, parameters, luck numbers, threads -> one sample for each luck number.
Sampler = Callable[[str, Register, Sequence[int], int], Sequence[SampleLike]]
Verdict = Literal["within", "outside", "input", "not modelled"]

#: Combined standard errors within which a figure is met.
WITHIN = 2.0
#: Standard errors from the mean to the 5th and 95th percentile of a normal distribution.
NORMAL_90 = 1.6448536269514722
#: Luck numbers below which chance cannot be told from parameters.
FEWEST_SEEDS = 2
TOO_FEW = f"fewer than {FEWEST_ROWS} such people in every sample, or a denominator of 0"


@dataclass(frozen=True)
class Score:
    """One target beside the model, in the published unit.

    ``se``: published, parameter and chance error together, the denominator of ``z``. Numbers are ``None`` where the
    verdict is ``input`` or ``not modelled``; ``reason`` then says where the figure went, or why it is not modelled.
    """

    target: Target
    simulated: float | None
    low: float | None
    high: float | None
    se: float | None
    z: float | None
    verdict: Verdict
    reason: str = ""
    chance_se: float | None = None
    parameter_sd: float | None = None


@dataclass(frozen=True)
class Summary:
    """How many targets came to which verdict. ``share_within``: of those the model speaks of, else ``None``."""

    within: int
    outside: int
    input: int
    not_modelled: int

    @property
    def spoken(self) -> int:
        """Targets the model speaks of and whose figure did not go into it."""
        return self.within + self.outside

    @property
    def share_within(self) -> float | None:
        """Within over spoken; inputs and what is not modelled count in neither."""
        return self.within / self.spoken if self.spoken else None


def parameter_draws(most: int) -> list[Register]:
    """Registers to simulate with: draws spread evenly over the posterior, at most so many; without one the central."""
    posterior = load_posterior()
    if posterior is None:
        return [load_register()]
    available = len(posterior.draws)
    chosen = np.unique(np.linspace(0, available - 1, min(most, available)).round().astype(int))
    return [load_register(own=posterior.values(int(number))) for number in chosen]


def posterior_id() -> str | None:
    """Run id of the fit whose draws are simulated, ``None`` where only the central parameters are."""
    posterior = load_posterior()
    return None if posterior is None else posterior.run_id


def check_places(targets: Iterable[Target]) -> None:
    """Raise ``InputError``, naming every target at fault, for places that cannot be sampled."""
    problems: list[Problem] = []
    for target in targets:
        if target.measure is not None:
            try:
                places_of(target.place)
            except InputError as error:
                problems += [target.problem("place", p.problem, p.remedy) for p in error.problems]
    if problems:
        raise InputError(tuple(problems))


def validate(
    targets: Sequence[Target],
    *,
    draws: Sequence[Register],
    seeds: int,
    seed: int = 1,
    threads: int = 1,
    progress: Progress | None = None,
    sampler: Sampler = samples_of,
) -> tuple[Score, ...]:
    """Score every target, in the order given.

    Draw d of ``draws`` runs on the luck numbers ``seed + d x seeds`` and the ``seeds - 1`` after it, so no two draws
    share luck. ``progress(done, total, what)`` is told after each place and draw. Raises ``ValueError`` for no draws
    or fewer than two luck numbers, ``InputError`` for a target the model cannot read.
    """
    if not draws or seeds < FEWEST_SEEDS:
        raise ValueError(f"give at least one draw and {FEWEST_SEEDS} luck numbers")
    by_place: dict[str, list[int]] = defaultdict(list)
    for index, target in enumerate(targets):
        if target.measure is not None:
            by_place[target.place].append(index)
    simulated = np.full((len(targets), len(draws), seeds), np.nan)
    total, done = len(by_place) * len(draws), 0
    for place, indices in by_place.items():
        for d, register in enumerate(draws):
            luck = range(seed + d * seeds, seed + (d + 1) * seeds)
            for s, sample in enumerate(sampler(place, register, luck, threads)):
                simulated[indices, d, s] = statistics([targets[i] for i in indices], sample)
            done += 1
            if progress is not None:
                progress(done, total, f"places and draws ({place})")
    return tuple(score(target, values) for target, values in zip(targets, simulated, strict=True))


def score(target: Target, simulated: Reals) -> Score:
    """Score of one target from simulated figures, draws x luck numbers, not-a-number where too few people count."""
    if target.input is not None:
        return _without_numbers(target, "input", target.input)
    if target.measure is None:
        return _without_numbers(target, "not modelled", target.reason or NO_MEASURE)
    if not np.isfinite(simulated).any():
        return _without_numbers(target, "not modelled", TOO_FEW)
    middle, chance_se, parameter_sd, means = decompose(simulated)
    se = math.sqrt(target.se**2 + parameter_sd**2 + chance_se**2)
    if len(means) > 1:
        low, high = (float(end) for end in np.quantile(means, (0.05, 0.95)))
    else:
        low, high = middle - NORMAL_90 * chance_se, middle + NORMAL_90 * chance_se
    z = (middle - target.value) / se
    verdict: Verdict = "within" if abs(z) <= WITHIN else "outside"
    return Score(target, middle, low, high, se, z, verdict, "", chance_se, parameter_sd)


def _without_numbers(target: Target, verdict: Verdict, reason: str) -> Score:
    return Score(target, None, None, None, None, None, verdict, reason)


def decompose(simulated: Reals) -> tuple[float, float, float, Reals]:
    """Mean, its chance SE, the parameter SD, and the mean of each draw, of draws x luck numbers.

    What is not finite is left out, and a draw without any number with it. Where no draw has two numbers, chance
    cannot be told from parameters: it counts as 0, and the parameter SD holds both.
    """
    rows = [row[np.isfinite(row)] for row in simulated]
    rows = [row for row in rows if len(row)]
    means = np.array([row.mean() for row in rows])
    freedom = sum(len(row) - 1 for row in rows)
    spread = sum(float(((row - row.mean()) ** 2).sum()) for row in rows)
    chance = spread / freedom if freedom else 0.0
    of_a_mean = chance * float(np.mean([1.0 / len(row) for row in rows]))
    between = float(means.var(ddof=1)) if len(means) > 1 else 0.0
    parameter_sd = math.sqrt(max(0.0, between - of_a_mean)) if len(means) > 1 else 0.0
    return float(means.mean()), math.sqrt(of_a_mean / len(means)), parameter_sd, means


# --- what they come to ---------------------------------------------------------------------------------------


def summarise(scores: Iterable[Score]) -> Summary:
    """Verdicts counted."""
    found = [s.verdict for s in scores]
    return Summary(*(found.count(verdict) for verdict in ("within", "outside", "input", "not modelled")))


def by_role(scores: Sequence[Score]) -> dict[str, Summary]:
    """Summary of each role, sorted; definitions of the model's scales stand apart from fit and validation."""
    roles = sorted({s.target.role for s in scores})
    return {role: summarise(s for s in scores if s.target.role == role) for role in roles}


def by_domain(scores: Sequence[Score]) -> dict[str, dict[str, Summary]]:
    """Summary of each domain and role, sorted."""
    domains = sorted({s.target.domain for s in scores})
    return {domain: by_role([s for s in scores if s.target.domain == domain]) for domain in domains}


def misses(scores: Iterable[Score]) -> list[Score]:
    """Targets outside, the largest |z| first."""
    return sorted((s for s in scores if s.verdict == "outside"), key=lambda s: (-abs(s.z or 0.0), s.target.id))


def validation_answer(scores: Sequence[Score], **about: Any) -> dict[str, Any]:
    """The machine-readable answer: ``about`` first, then every target, then the summaries."""
    return {
        **about,
        "targets": [_row(s) for s in scores],
        "summary": {
            "by_domain": {
                domain: {role: _counted(one) for role, one in roles.items()}
                for domain, roles in by_domain(scores).items()
            },
            "by_role": {role: _counted(one) for role, one in by_role(scores).items()},
        },
    }


def _row(s: Score) -> dict[str, Any]:
    t = s.target
    return {
        "id": t.id, "role": t.role, "published": t.value, "simulated": s.simulated, "low": s.low, "high": s.high,
        "z": s.z, "verdict": s.verdict, "reason": s.reason, "name": t.name, "domain": t.domain, "unit": t.unit,
        "group": t.group, "place": t.place, "year": t.year, "measure": t.measure, "statistic": t.statistic,
        "published_se": t.se, "chance_se": s.chance_se, "parameter_sd": s.parameter_sd, "se": s.se, "note": t.note,
        "source": t.source,
    }  # fmt: skip


def _counted(summary: Summary) -> dict[str, Any]:
    return {
        "spoken": summary.spoken, "within": summary.within, "outside": summary.outside, "input": summary.input,
        "not_modelled": summary.not_modelled, "share_within": summary.share_within,
    }  # fmt: skip
