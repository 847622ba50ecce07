"""Which uncertain numbers decide which strategy is better, and which publication each of them rests on.

Strategies are compared on draws of the parameters (the posterior) and of the evidence (effects of strands, strengths
whose prior includes nought), both at once, on a few luck numbers that all draws share. What is asked of each number
drawn is how much of the variance of the differences goes with it, where the order of two strategies is in doubt. Lines
and marks that follow from the parameters of a draw are no causes and are left out.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from calibration.bank import Progress
from calibration.credibility import Sensitivity, sensitivity
from calibration.problem import Array
from sim.experiments.ensemble import replicate
from sim.inputs import load_strands
from sim.inputs.posterior import Posterior
from sim.inputs.register import load_register, passports
from sim.offers import Evidence, Strengths, drawn_effect, drawn_strengths
from sim.outcomes import GROUPS, HEADLINES, INDICATOR_IDS, INDICATORS
from sim.spec import Place, Strand, Strategy

#: Luck numbers that the draws take turns with.
LUCKS = 4
_GROUP = tuple(GROUPS)


#: An order is in doubt where each of the two is better in at least this share of the draws.
IN_DOUBT = 0.05


@dataclass(frozen=True)
class Ranking:
    """What was drawn (draws x ``names``), the differences (draws x ``outputs``), and how the two go together.

    ``sources``: the publication behind each name. ``wins``: share of draws in which the first strategy of each
    output is the better one. ``found``: over the outputs in doubt, or over all where none is.
    """

    names: tuple[str, ...]
    sources: tuple[str, ...]
    outputs: tuple[str, ...]
    drawn: Array
    differences: Array
    wins: Array
    found: Sensitivity

    def doubtful(self) -> tuple[str, ...]:
        """Outputs on which either of the two strategies may be the better one."""
        return tuple(o for o, in_doubt in zip(self.outputs, _in_doubt(self.wins), strict=True) if in_doubt)

    def most_important(self, count: int = 5) -> list[tuple[str, float, str]]:
        """Name, share of the variance of differences that goes with it, and the publication behind it."""
        source = dict(zip(self.names, self.sources, strict=True))
        return [(name, share, source[name]) for name, share in self.found.most_important(count)]

    def table(self) -> pd.DataFrame:
        """One row a draw: every number drawn, then every difference."""
        return pd.DataFrame(np.hstack([self.drawn, self.differences]), columns=[*self.names, *self.outputs])


def _in_doubt(wins: Array) -> npt.NDArray[np.bool_]:
    return (wins >= IN_DOUBT) & (wins <= 1.0 - IN_DOUBT)


def rank(
    strategies: Sequence[Strategy], place: Place, posterior: Posterior, fitted: Collection[str], draws: int,
    years: int, stance: str = "central", workers: int = 2, progress: Progress | None = None,
) -> Ranking:  # fmt: skip
    """Compare every pair of strategies on ``draws`` joint draws of parameters and evidence.

    ``fitted``: those of the posterior's numbers that were fitted; the others were set after each draw.
    """
    library = load_strands()
    strands = sorted({planned.strand for s in strategies for planned in s.strands})
    effects = [(library[i], which) for i in strands for which in range(len(library[i].outcome_effects))]
    effects = [(strand, which) for strand, which in effects if strand.outcome_effects[which].effect_sd != 0.0]

    def one(draw: int) -> tuple[list[float], list[float]]:
        number = draw % len(posterior.draws)
        register = load_register(posterior.values(number))
        evidence = Evidence(stance, draw, draw)
        runs = replicate(
            strategies, place, register, library, 1 + draw % LUCKS, 12 * years, stance, frozenset(), evidence=evidence
        )
        gains = np.array([[_headline(run.values, *h) for h in HEADLINES.values()] for run in runs])
        pairs = [(gains[a] - gains[b]).tolist() for a, b in _pairs(len(strategies))]
        drawn = [drawn_effect(s.outcome_effects[w], s, w, evidence, register.parameters.evidence) for s, w in effects]
        return (
            [*posterior.draws[number], *drawn, *drawn_strengths(evidence, register.parameters.coordination)],
            [x for pair in pairs for x in pair],
        )

    with ThreadPoolExecutor(workers) as pool:
        found = []
        for result in pool.map(one, range(draws)):
            found.append(result)
            if progress is not None:
                progress(len(found), draws, "draws")
    names = (
        *posterior.names, *(_effect_name(s, w) for s, w in effects), *(f"strength of {n}" for n in Strengths._fields)
    )  # fmt: skip
    sources = (
        *(passports()[name].source for name in posterior.names), *("; ".join(s.sources[:2]) for s, _ in effects),
        *("no study: the prior runs from nought upwards" for _ in Strengths._fields),
    )  # fmt: skip
    outputs = tuple(
        f"{strategies[a - 1].id} - {strategies[b - 1].id}: {indicator}"
        for a, b in _pairs(len(strategies))
        for indicator, _ in HEADLINES.values()
    )
    drawn, differences = (np.array(part) for part in zip(*found, strict=True))
    cause = np.array([name not in posterior.names or name in fitted for name in names])
    keep, told = (drawn.std(axis=0) > 0) & cause, differences.std(axis=0) > 0
    kept = tuple(n for n, k in zip(names, keep, strict=True) if k)
    better = np.array([_direction(o) for o in outputs])
    wins = (differences * better > 0).mean(axis=0)[told]
    drawn, differences, asked = drawn[:, keep], differences[:, told], _in_doubt(wins)
    if not asked.any():
        asked = np.ones_like(asked)
    return Ranking(
        kept, tuple(s for s, k in zip(sources, keep, strict=True) if k), tuple(np.array(outputs)[told].tolist()),
        drawn, differences, wins, sensitivity(kept, drawn, differences[:, asked]),
    )  # fmt: skip


def _pairs(strategies: int) -> list[tuple[int, int]]:
    """Pairs of runs; run 0 is the twin."""
    return list(combinations(range(1, strategies + 1), 2))


def _headline(values: Array, indicator: str, group: str) -> float:
    return float(values[-1, 0, _GROUP.index(group), INDICATOR_IDS.index(indicator)])


def _direction(output: str) -> int:
    return INDICATORS[output.rsplit(": ", 1)[1]].direction


def _effect_name(strand: Strand, which: int) -> str:
    return f"{strand.id}: effect on {strand.outcome_effects[which].outcome}"
