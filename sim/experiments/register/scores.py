"""How a projection fared: in its bands or not, how far off, on which side, and whether the bands were honest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from sim.experiments.register.actuals import Actual
from sim.experiments.register.entries import BANDS, Entry, Projection, spread_of
from sim.experiments.register.questions import questioned
from sim.outcomes import INDICATORS

Reals = npt.NDArray[np.float64]
#: Version of the answer of ``zonesim register score --json``.
SCHEMA = 1
#: Points of the normal distribution by which an error of measurement widens a band.
_POINTS = ndtri((np.arange(41) + 0.5) / 41)
#: With fewer figures than this a share inside a band says little.
FEW = 20


@dataclass(frozen=True)
class Score:
    """A scored entry.

    readings: one row per figure (indicator, group, year, ends, projected, low90, low50, high50, high90, actual, se,
    error, z, in50, in90; bands widened by ``se``). bias: mean error and z by indicator and by year. calibration: band,
    nominal, inside, of, low, high (90 % interval of the share, taking the figures as independent). questions: see
    ``questioned``. ``cautions``: sentences.
    """

    entry: Entry
    readings: pd.DataFrame
    bias: pd.DataFrame
    calibration: pd.DataFrame
    questions: pd.DataFrame
    cautions: tuple[str, ...]


def score(entry: Entry, actuals: Sequence[Actual], seed: int = 1) -> Score:
    """Score an entry. ``seed`` is that of the permutations by which parameters are questioned."""
    pairs = [(actual, _foretold(entry, actual)) for actual in actuals]
    readings = pd.DataFrame([_reading(actual, one) for actual, one in pairs])
    questions = questioned(entry, pairs, seed)
    return Score(
        entry, readings, _bias(readings), _calibration(readings), questions, _cautions(entry, readings, questions)
    )


def _foretold(entry: Entry, actual: Actual) -> Projection:
    one = entry.at(actual.indicator, actual.group, actual.year)
    assert one is not None, "figures that were not foretold are refused when they are read"
    return one


def _widened(one: Projection, se: float) -> dict[str, float]:
    """Ends of the bands for a figure measured with an error: each replication spread by it."""
    if se == 0.0 and len(one.values):
        return {name: getattr(one, name) for name in BANDS}
    if len(one.values):
        pool = (np.array(one.values)[:, None] + se * _POINTS[None, :]).ravel()
        return dict(zip(BANDS, np.percentile(pool, list(BANDS.values())).tolist(), strict=True))
    both = float(np.hypot(spread_of(one), se))
    middle = {name: one.mean + both * float(ndtri(percent / 100.0)) for name, percent in BANDS.items()}
    return middle if se else middle | {"low90": one.low90, "high90": one.high90}


def _reading(actual: Actual, one: Projection) -> dict[str, Any]:
    bands = _widened(one, actual.se)
    spread = float(np.hypot(spread_of(one), actual.se))
    error = actual.value - one.mean
    return {
        "indicator": actual.indicator, "group": actual.group, "year": actual.year, "ends": one.ends,
        "projected": one.mean, **bands, "actual": actual.value, "se": actual.se, "error": error,
        "z": error / spread if spread > 0.0 else (0.0 if error == 0.0 else float("nan")),
        "in50": bands["low50"] <= actual.value <= bands["high50"],
        "in90": bands["low90"] <= actual.value <= bands["high90"],
    }  # fmt: skip


def _bias(readings: pd.DataFrame) -> pd.DataFrame:
    """Mean error (actual less projected) and z of all figures, of each indicator, and of each year."""
    frames = []
    for by in ("all", "indicator", "year"):
        keys = pd.Series("all", index=readings.index) if by == "all" else readings[by].astype(str)
        groups = readings.groupby(keys, sort=False)
        # Errors of several indicators have no common unit.
        error = groups["error"].mean() if by == "indicator" else groups["error"].mean() * np.nan
        frames.append(
            pd.DataFrame(
                {"by": by, "what": error.index, "figures": groups.size(), "error": error, "z": groups["z"].mean()}
            )
        )
    return pd.concat(frames, ignore_index=True)


def _calibration(readings: pd.DataFrame) -> pd.DataFrame:
    from scipy.stats import beta

    rows = []
    for band, nominal in (("in50", 0.5), ("in90", 0.9)):
        inside, of = int(readings[band].sum()), len(readings)
        # Clopper-Pearson: the shares that would not surprise.
        low = float(beta.ppf(0.05, inside, of - inside + 1)) if inside else 0.0
        high = float(beta.ppf(0.95, inside + 1, of - inside)) if inside < of else 1.0
        rows.append((band.removeprefix("in"), nominal, inside, of, inside / of, low, high))
    return pd.DataFrame(rows, columns=["band", "nominal", "inside", "of", "share", "low", "high"])


def _cautions(entry: Entry, readings: pd.DataFrame, questions: pd.DataFrame) -> tuple[str, ...]:
    told = []
    if len(readings) < FEW:
        told.append(
            f"{len(readings)} figures are few: the share inside the bands says little about whether they are honest."
        )
    if readings.duplicated(["indicator", "group"]).any():
        told.append("Figures of one indicator in several years hang together; they count for less than their number.")
    if (readings["se"] == 0.0).any():
        told.append("Figures without n or se are taken as exact; they leave the bands more often than they should.")
    replications = len(entry.seeds)
    if not len(questions):
        told.append("Which parameters the figures question cannot be said: the entry kept no draws of them.")
    elif replications < 3 * FEW:
        least = 1.64 / max(replications, 4) ** 0.5
        told.append(
            f"Parameters are questioned on {replications} replications: correlations below about {least:.2f} are not "
            "to be told from chance."
        )
    if len(questions) and not questions["stands_out"].any():
        told.append("No parameter stands out beyond what chance would give among so many.")
    if readings["indicator"].map(lambda name: INDICATORS[name].seen == "unseen").any():
        told.append("Some of these indicators nobody measures as the model defines them: compare definitions first.")
    return tuple(told)


def score_json(found: Score) -> dict[str, Any]:
    """The JSON object of a score."""
    import json

    tables = ("readings", "bias", "calibration", "questions")
    return {
        "schema": SCHEMA, "kind": "zonesim.score", "entry": found.entry.id, "saved": found.entry.saved,
        "replications": len(found.entry.seeds),
        **{name: json.loads(getattr(found, name).to_json(orient="records", double_precision=12)) for name in tables},
        "cautions": list(found.cautions),
    }  # fmt: skip
