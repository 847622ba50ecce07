"""Verdicts, the error budget and the summaries, on made-up people and numbers worked out by hand."""

from __future__ import annotations

import json
import math
import statistics as plain
from pathlib import Path

import numpy as np
import pytest

from sim.experiments import scoring
from sim.experiments.scoring import (
    TOO_FEW,
    Summary,
    by_domain,
    by_role,
    check_places,
    decompose,
    misses,
    score,
    summarise,
    validate,
    validation_answer,
)
from sim.experiments.statistics import statistic
from sim.inputs import InputError
from sim.inputs.posterior import Posterior
from sim.inputs.register import load_register
from sim.inputs.targets import NO_MEASURE, load_targets
from sim.parameters import Register
from tests.experiments.people import People, made_samples, target

NAN = float("nan")


# --- the error budget ----------------------------------------------------------------------------------------


def test_decomposition_by_hand() -> None:
    """Two draws of three: within 1 and 4, so chance 2.5; means 2 and 12, variance 50, less 2.5 / 3."""
    middle, chance_se, parameter_sd, means = decompose(np.array([[1.0, 2.0, 3.0], [10.0, 12.0, 14.0]]))
    assert (middle, means.tolist()) == (7.0, [2.0, 12.0])
    assert chance_se == pytest.approx(math.sqrt(2.5 / 6))
    assert parameter_sd == pytest.approx(math.sqrt(50 - 2.5 / 3))


def test_decomposition_with_gaps() -> None:
    """A draw of one number tells nothing of chance; a draw of none is left out."""
    values = np.array([[1.0, 3.0, NAN], [4.0, NAN, NAN], [NAN, NAN, NAN]])
    middle, chance_se, parameter_sd, means = decompose(values)
    assert means.tolist() == [2.0, 4.0]
    assert middle == 3.0
    of_a_mean = 2.0 * (1 / 2 + 1) / 2
    assert chance_se == pytest.approx(math.sqrt(of_a_mean / 2))
    assert parameter_sd == pytest.approx(math.sqrt(2.0 - of_a_mean))


def test_chance_and_parameters_are_told_apart() -> None:
    """Parameter SD 2, chance SD 3, 400 draws of 5: both come back, and luck alone gives no parameter variance."""
    luck = np.random.default_rng(3)
    _, chance_se, parameter_sd, _ = decompose(luck.normal(0, 2, (400, 1)) + luck.normal(0, 3, (400, 5)))
    assert parameter_sd == pytest.approx(2.0, abs=0.25)
    assert chance_se * math.sqrt(2000) == pytest.approx(3.0, abs=0.2)
    assert decompose(luck.normal(0, 3, (400, 5)))[2] < 0.8


def test_one_draw_has_no_parameter_error() -> None:
    found = score(target(value=10.0, se=3.0), np.array([[4.0, 6.0, 8.0, 10.0]]))
    chance = plain.stdev([4, 6, 8, 10]) / 2
    assert found.parameter_sd == 0.0
    assert found.chance_se == pytest.approx(chance)
    assert found.simulated == 7.0
    assert found.z == pytest.approx(-3 / math.sqrt(9 + chance**2))
    assert found.low == pytest.approx(7 - 1.6449 * chance, abs=1e-4)
    assert found.high == pytest.approx(7 + 1.6449 * chance, abs=1e-4)


def test_the_interval_is_over_draws() -> None:
    means = np.linspace(0.0, 1.0, 21)
    found = score(target(), means[:, None] + np.array([[-0.1, 0.1]]))
    assert (found.low, found.high) == (pytest.approx(0.05), pytest.approx(0.95))


@pytest.mark.parametrize(("published", "verdict"), [(2.0, "within"), (-2.0, "within"), (2.1, "outside")])
def test_two_combined_standard_errors_are_within(published: float, verdict: str) -> None:
    assert score(target(value=published, se=1.0), np.zeros((1, 2))).verdict == verdict


def test_a_wide_posterior_widens_what_is_within() -> None:
    values = np.array([[-3.0, -3.0], [0.0, 0.0], [3.0, 3.0]])
    found = score(target(value=5.0, se=0.1), values)
    assert found.parameter_sd == pytest.approx(3.0)
    assert found.se == pytest.approx(math.sqrt(9.01))
    assert found.verdict == "within"


def test_what_is_not_scored_says_why() -> None:
    nothing = np.full((1, 2), NAN)
    cases = [
        (target(None, input="places: child poverty"), "input", "places: child poverty"),
        (target(None, reason="no babies"), "not modelled", "no babies"),
        (target(None), "not modelled", NO_MEASURE),
        (target(), "not modelled", TOO_FEW),
    ]
    for asked, verdict, reason in cases:
        found = score(asked, nothing)
        assert (found.verdict, found.reason) == (verdict, reason)
        assert found.simulated is found.low is found.high is found.se is found.z is None


# --- many targets --------------------------------------------------------------------------------------------


def test_every_draw_has_its_own_luck_and_every_place_is_sampled_once_a_draw(register: Register) -> None:
    asked: list[tuple[str, int, list[int], int]] = []
    draws = [register, load_register(own={"children.attainment_noise": 0.3})]

    def sampler(place: str, drawn: Register, seeds: range, threads: int) -> list[People]:
        asked.append((place, draws.index(drawn), list(seeds), threads))
        return made_samples(place, drawn, seeds, threads)

    targets = [
        target(place="preset:pembury", id="a"),
        target(id="b"),
        target(None, id="c"),
        target("attainment", id="d"),
    ]
    told: list[tuple[int, int, str]] = []
    scores = validate(
        targets, draws=draws, seeds=2, seed=5, threads=3, progress=lambda *at: told.append(at), sampler=sampler
    )
    assert asked == [
        ("preset:pembury", 0, [5, 6], 3), ("preset:pembury", 1, [7, 8], 3), ("england", 0, [5, 6], 3),
        ("england", 1, [7, 8], 3),
    ]  # fmt: skip
    assert [s.target.id for s in scores] == ["a", "b", "c", "d"], "in the order given"
    assert [at[:2] for at in told] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    by_hand = [
        plain.fmean(statistic(targets[3], one) for one in made_samples("england", drawn, luck, 1))
        for drawn, luck in zip(draws, ([5, 6], [7, 8]), strict=True)
    ]
    assert scores[3].simulated == pytest.approx(plain.fmean(by_hand))


@pytest.mark.parametrize(("draws", "seeds"), [(0, 4), (1, 1), (1, 0)])
def test_chance_needs_two_luck_numbers(register: Register, draws: int, seeds: int) -> None:
    with pytest.raises(ValueError, match="at least one draw and 2 luck numbers"):
        validate([target()], draws=[register] * draws, seeds=seeds, sampler=made_samples)


def test_places_are_checked_before_anything_is_run() -> None:
    here = target(place="la:atlantis", id="wet")
    here.read_from("mine.toml", {"": 1, "place": 9})
    with pytest.raises(InputError) as caught:
        check_places([target(), here, target(None, place="la:atlantis", reason="x")])
    (said,) = caught.value.problems
    assert (said.file, said.line, said.field) == ("mine.toml", 9, "wet.place")


def test_draws_are_spread_over_the_posterior(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.linspace(0.3, 0.5, 9)[:, None]
    posterior = Posterior(
        run_id="x", date="2026-01-01", versions={}, target_digest="", prior_digest="", method="",
        names=("children.attainment_noise",), draws=values,
    )  # fmt: skip
    monkeypatch.setattr(scoring, "load_posterior", lambda: posterior)
    drawn = [r.parameters.children.attainment_noise for r in scoring.parameter_draws(3)]
    assert drawn == pytest.approx([0.3, 0.4, 0.5])
    assert len(scoring.parameter_draws(100)) == 9
    monkeypatch.setattr(scoring, "load_posterior", lambda: None)
    assert scoring.parameter_draws(100) == [load_register()]


# --- summaries -----------------------------------------------------------------------------------------------


def made_scores() -> list[scoring.Score]:
    at = np.zeros((1, 2))
    return [
        score(target(id="a", value=1.0, se=1.0), at),
        score(target(id="b", value=5.0, se=1.0), at),
        score(target(id="c", value=-9.0, se=1.0, role="validate", domain="family_wellbeing"), at),
        score(target(None, id="d", input="a cell"), at),
        score(target(None, id="e", reason="no"), at),
        score(target(id="f", role="define"), at),
    ]


def test_inputs_and_what_is_not_modelled_count_in_no_share() -> None:
    scores = made_scores()
    assert by_role(scores) == {
        "calibrate": Summary(1, 1, 1, 1), "define": Summary(1, 0, 0, 0), "validate": Summary(0, 1, 0, 0),
    }  # fmt: skip
    assert by_role(scores)["calibrate"].share_within == 0.5
    assert by_role(scores)["calibrate"].spoken == 2
    assert summarise([scores[3], scores[4]]).share_within is None
    assert list(by_domain(scores)) == ["education", "family_wellbeing"]
    assert by_domain(scores)["family_wellbeing"]["validate"].outside == 1


def test_misses_by_size() -> None:
    assert [s.target.id for s in misses(made_scores())] == ["c", "b"]


def test_the_answer_is_json_with_the_promised_keys() -> None:
    answer = json.loads(json.dumps(validation_answer(made_scores(), schema=1), allow_nan=False))
    assert list(answer) == ["schema", "targets", "summary"]
    first = answer["targets"][0]
    assert list(first)[:9] == ["id", "role", "published", "simulated", "low", "high", "z", "verdict", "reason"]
    assert (first["published"], first["verdict"], first["reason"]) == (1.0, "within", "")
    assert answer["targets"][3]["simulated"] is None
    assert answer["summary"]["by_role"]["calibrate"] == {
        "spoken": 2, "within": 1, "outside": 1, "input": 1, "not_modelled": 1, "share_within": 0.5,
    }  # fmt: skip
    assert answer["summary"]["by_domain"]["family_wellbeing"]["validate"]["share_within"] == 0.0


# --- a fresh file --------------------------------------------------------------------------------------------


FRESH = """
[[target]]
id = "fresh_{n}"
name = "A made-up figure"
domain = "made_up_domain"
value = {value}
unit = "{unit}"
se = {se}
tolerance_basis = "made up"
group = "anything"
age_years = [5, 16]
year = 2025
role = "validate"
source = "nowhere"
{keys}
"""
KEYS = (
    'measure = "attendance"',
    'measure = "attendance"\nstatistic = "share"\nline = 0.9',
    'measure = "attainment"\nstatistic = "gap"\nof = "fsm"\nagainst = "non_fsm"',
    'measure = "score_16"\nstatistic = "correlation"\nwith = "score_5"',
    'measure = "score_16"\nstatistic = "variance_share"',
    'measure = "sdq_high"\nstatistic = "odds_ratio"\nof = "fsm"\nagainst = "non_fsm"',
    'measure = "sdq_mean"\nstatistic = "quantile"\nquantile = 0.9\nplace = "preset:pembury"',
    'measure = "lone_parent"\nscale = 100',
    'input = "places: child_poverty"',
    'reason = "nobody is born in the model"',
)


def test_ten_made_up_targets_are_scored_without_touching_code(tmp_path: Path, register: Register) -> None:
    path = tmp_path / "fresh.toml"
    path.write_text(
        "".join(FRESH.format(n=n, value=0.5, unit="share", se=0.1, keys=keys) for n, keys in enumerate(KEYS))
    )
    targets = load_targets(path)
    check_places(targets)
    scores = validate(targets, draws=[register], seeds=2, sampler=made_samples)
    assert [s.verdict for s in scores[8:]] == ["input", "not modelled"]
    for one in scores[:8]:
        samples = made_samples(one.target.place, register, [1, 2], 1)
        assert one.simulated == pytest.approx(plain.fmean(statistic(one.target, sample) for sample in samples))
        assert one.verdict == ("within" if abs(one.z or 0.0) <= 2 else "outside")
    assert summarise(scores).spoken == 8
