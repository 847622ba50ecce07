"""The search put to the model: its file gives the promised numbers back, and being stopped changes nothing."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.experiments import compare
from sim.experiments.ensemble import ground, run_on
from sim.experiments.search import Question, QuestionError, optimise
from sim.experiments.search.question import ANSWER
from sim.experiments.search.store import RUNS, Store
from sim.inputs import load_strands, load_strategy
from sim.inputs.checking import check_files
from sim.inputs.problems import InputError
from sim.inputs.register import load_register
from sim.offers import Evidence
from sim.outputs.folders import OutputError
from sim.spec import PlannedStrand, Strategy
from tests.engine.worlds import neighbourhood

STRANDS = ("neli", "book_gifting", "small_group_tuition", "attendance_nudges", "family_hub_current")
PLACE = neighbourhood(150, 2)
SMALL = Question(
    PLACE, 30_000.0, 2.0, ("health_mean", "wellbeing_mean"), strands=STRANDS, starts=(0, 12), runs=6, searches=2,
    luck=2, fresh=3, top=2, years=2, parameters="central",
)  # fmt: skip


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    folder = tmp_path_factory.mktemp("search") / "done"
    return folder, optimise(SMALL, folder, workers=1)


def _values(strategy: Strategy, lucks: tuple[int, ...]) -> np.ndarray:
    """Differences to the twin by luck number and outcome, by the road every comparison takes."""
    comparison = compare(
        [strategy], PLACE, replications=len(lucks), seed=lucks[0], years=2, parameters="central", threads=1
    )
    rows = comparison.yearly.query("population == 'residents' and group == 'all' and year == 2")
    wide = rows.pivot_table(index=["seed", "indicator"], columns="strategy", values="value", observed=True)
    gain = wide[strategy.id] - wide["no_zone"]
    return np.array([[gain[luck, name] for name in SMALL.outcomes] for luck in lucks])


def test_the_file_is_a_strategy_that_keeps_its_promise_to_the_bit(done: tuple[Path, Any]) -> None:
    folder, found = done
    assert check_files([folder / ANSWER])[0].ok
    strategy = load_strategy(folder / ANSWER)
    assert strategy == found.strategies[0]
    at = [s.id for s in found.found.strategies].index(strategy.id)
    assert (_values(strategy, SMALL.lucks) == found.found.values[at][0, :, :2]).all()
    fresh = _values(strategy, SMALL.fresh_lucks).mean(axis=0)
    rows = found.fresh[found.fresh["mix"] == strategy.id]
    assert rows["fresh"].to_numpy() == pytest.approx(fresh, rel=1e-12)
    assert (rows["low"] <= rows["fresh"]).all() and (rows["fresh"] <= rows["high"]).all()


def test_money_and_posts_are_kept_in_the_runs(done: tuple[Path, Any]) -> None:
    found = done[1]
    assert (found.found.gbp() <= 30_000.0 * SMALL.years + 1.0).all()
    assert all(sum(s.money_gbp.values()) <= 30_000.0 and s.posts == 2.0 for s in found.found.strategies)


def test_any_number_of_workers_gives_the_same_answer(done: tuple[Path, Any]) -> None:
    two = optimise(SMALL, workers=2)
    assert two.mixes.equals(done[1].mixes)
    assert two.fresh.equals(done[1].fresh)


@pytest.mark.parametrize("share", [0.0, 0.5, 0.95])
def test_a_search_that_was_stopped_goes_on_to_the_same_answer(
    done: tuple[Path, Any], tmp_path: Path, share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, found = done
    lines = (folder / RUNS).read_bytes().splitlines(keepends=True)
    left = int(share * len(lines))
    stopped = tmp_path / "stopped"
    stopped.mkdir()
    (stopped / "question.json").write_bytes((folder / "question.json").read_bytes())
    # The last line was being written when the power went.
    (stopped / RUNS).write_bytes(b"".join(lines[:left]) + lines[left][:20])
    ran = []
    monkeypatch.setattr(
        "sim.experiments.search.runs.run_on",
        lambda on, strategy, **how: ran.append(strategy.id) or run_on(on, strategy, **how),
    )
    again = optimise(SMALL, stopped, resume=True, workers=1)
    assert again.mixes.equals(found.mixes)
    assert again.fresh.equals(found.fresh)
    assert (stopped / ANSWER).read_bytes() == (folder / ANSWER).read_bytes()
    assert len(ran) == len(lines) - left


def test_more_runs_may_be_added_but_nothing_else_changed(done: tuple[Path, Any], tmp_path: Path) -> None:
    folder, _ = done
    with pytest.raises(OutputError, match="already holds a search"):
        optimise(SMALL, folder)
    with pytest.raises(OutputError, match=r"asked something else \(budget\)"):
        optimise(dataclasses.replace(SMALL, budget=40_000.0), folder, resume=True)
    with pytest.raises(OutputError, match="no search to go on with"):
        optimise(SMALL, tmp_path / "nothing", resume=True)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("dear")
    with pytest.raises(OutputError, match="something that is not a search"):
        optimise(SMALL, tmp_path / "other")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"budget": 0.0}, "more than 0 pounds"),
        ({"posts": 0.0}, "posts must be more than 0"),
        ({"outcomes": ("health_maen",)}, "did you mean 'health_mean'"),
        ({"outcomes": ("gbp_total",)}, "is the cost"),
        ({"starts": (24,)}, "months from 0 to 23"),
        ({"luck": 0}, "luck must be 1 or more"),
        ({"robust": "luck"}, "one of mean, worst, regret"),
        ({"budget": 3.0, "posts": 0.0001}, "no strand fits into 3 pounds a year and 0.0001 posts"),
        ({"outcomes": ("ks2_expected:send:1",), "place": neighbourhood(40, 9)}, "fewer than ten people"),
    ],
)
def test_a_question_without_an_answer_is_told_why(change: dict[str, Any], told: str) -> None:
    with pytest.raises(QuestionError, match=told):
        optimise(dataclasses.replace(SMALL, **change))


def test_an_unknown_strand_is_told_with_the_nearest() -> None:
    with pytest.raises(InputError, match='did you mean "mentoring"'):
        optimise(dataclasses.replace(SMALL, strands=("mentorign",)))


def test_needs_are_what_the_model_sets_aside() -> None:
    """A strategy of one strand at half of full size is given half of what the need says, and is not short."""
    from sim.experiments.search.needs import space_of

    luck = ground(PLACE, load_register(), load_strands(), 1, 24, Evidence("central", 1))
    space = space_of([luck], ["book_gifting", "sure_start_style_centre"], 1e9)
    need = space.needs["book_gifting"]
    assert need.reach is not None
    half = Strategy(
        id="half", name="Half", money_gbp={"council": 0.5 * need.gbp * 1.02},
        strands=(PlannedStrand(strand="book_gifting", reach_share=need.reach / 2),),
    )  # fmt: skip
    assert not [s for s in run_on(luck, half).shortfalls if s[0] == 0 and s[2] < 0.9]
    poor = half.model_copy(update={"money_gbp": {"council": 0.2 * need.gbp}})
    assert [s for s in run_on(luck, poor).shortfalls if s[0] == 0]
    assert space.needs["sure_start_style_centre"].reach is None


def test_the_store_reads_itself_back_to_the_bit_and_survives_a_torn_line(tmp_path: Path) -> None:
    store = Store(tmp_path / RUNS)
    store.put(("a", "none", 1), [0.1 + 0.2, 1e-300])
    store.put(("b", "none", 2), [float("nan"), 3.0])
    store.close()
    with (tmp_path / RUNS).open("ab") as stream:
        stream.write(b'["c", "none", 3, [1.')
    again = Store(tmp_path / RUNS)
    assert len(again) == 2
    assert again.get(("a", "none", 1)) == [0.1 + 0.2, 1e-300]
    assert np.isnan(again.get(("b", "none", 2))[0])
    again.put(("c", "none", 3), [5.0])
    again.close()
    assert Store(tmp_path / RUNS).get(("c", "none", 3)) == [5.0]
