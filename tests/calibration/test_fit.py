"""Fitting a toy whose truth is known: what must come back, to the bit, whatever happens on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from calibration.adopt import MARKS, SLOPES, marks_of, posterior_of, write_parameters
from calibration.bank import SimulationError
from calibration.credibility import (
    contraction,
    identifiability,
    in_words,
    predictive_table,
    sensitivity,
    tolerance_checks,
)
from calibration.fit import NothingToFitError, fit, refitted
from calibration.posterior import Effort
from calibration.problem import Goal, HoldOutError, Problem
from calibration.recovery import RANKED, recover
from calibration.report import _how_wide, read_recovery, write_recovery, write_report
from calibration.store import POSTERIOR, read_fit
from sim.inputs.posterior import load_posterior
from sim.inputs.problems import InputError
from sim.outputs.folders import OutputError
from tests.calibration.toys import SHORT, SMALL, TRUTH, priors, simulate, sometimes_missing, toy

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fit") / "toy"


@pytest.fixture(scope="module")
def fitted(folder):
    return fit(toy(), folder, SMALL, workers=1, effort=SHORT)


def test_the_truth_comes_back(fitted):
    mean, sd = fitted.draws.mean(axis=0), fitted.draws.std(axis=0)
    assert np.all(np.abs(mean - TRUTH) < 3.0 * sd)
    # A goal of its own with se 0.05 leaves about 0.025 of the range of each of the seven.
    assert np.all(sd[:7] < 0.035)
    assert fitted.r_hat < 1.05 and fitted.ess > 240


def test_what_nothing_depends_on_is_not_informed(fitted):
    found = contraction(fitted.draws)
    assert abs(found[7]) < 0.25 and np.all(found[:7] > 0.9)
    told = identifiability(fitted, refitted(fitted))
    assert any("toy.p07" in line for line in in_words(told)[:2])
    assert told.eigenvalues[-1] < 0.1 and told.eigenvalues[-2] > 1.0
    assert abs(told.directions[7, -1]) > 0.9
    # The third single output is the only one that speaks of p02 beside the product.
    assert {goal for goal, _ in told.informed_by[2][:2]} == {"g02", "g07"}


def test_a_second_run_gives_the_same_bits(fitted, folder, tmp_path):
    again = fit(toy(), tmp_path / "again", SMALL, workers=2, pool="processes", effort=SHORT)
    assert np.array_equal(again.draws, fitted.draws) and again.run_id == fitted.run_id
    kept = read_fit(folder)
    assert np.array_equal(kept.draws, fitted.draws) and kept.waves == fitted.waves


def _start(folder: Path, how: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "tests.calibration.toys", str(folder), how]
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)})


def test_killed_in_the_middle_and_resumed_it_gives_the_same_file(fitted, folder, tmp_path):
    there = tmp_path / "killed"
    process = _start(there, "new")
    until = time.monotonic() + 60
    # Eighty points are the first wave: ninety files are in the middle of the second.
    while len(list(there.glob("bank/*/*.npz"))) < 90 and time.monotonic() < until:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (there / POSTERIOR).exists()
    before = {path: path.stat().st_mtime_ns for path in there.glob("bank/*/*.npz")}
    (there / "bank" / "00").mkdir(exist_ok=True)
    (there / "bank" / "00" / ".half.npz.12345678.tmp").write_bytes(b"half")
    assert _start(there, "resume").wait() == 0
    # The date is that of the first start; everything else is the same text.
    resumed, whole = (
        [line for line in (where / POSTERIOR).read_text().splitlines() if not line.startswith("date")]
        for where in (there, folder)
    )
    assert resumed == whole
    assert all(path.stat().st_mtime_ns == when for path, when in before.items()), "kept simulations were made again"
    assert len(before) >= 90 and not list(there.glob("bank/*/.*"))


def test_a_folder_is_never_written_over_by_another_fit(fitted, folder):
    with pytest.raises(OutputError, match="already holds a fit"):
        fit(toy(), folder, SMALL, effort=SHORT)
    with pytest.raises(OutputError, match="something else"):
        fit(toy(se=0.1), folder, SMALL, resume=True, effort=SHORT)
    with pytest.raises(OutputError, match="no fit to resume"):
        fit(toy(), folder / "nowhere", SMALL, resume=True, effort=SHORT)


def test_a_bank_is_shared_between_fits_with_other_tolerances(fitted, folder, tmp_path):
    calls = []

    def counted(values, seeds):
        calls.append(seeds)
        return simulate(values, seeds)

    one_wave = SMALL.__class__(waves=1, points=80, seeds=2, draws=50, seed=3)
    fit(toy(counted, se=0.2), tmp_path / "other", one_wave, shared=folder / "bank", workers=1, effort=Effort(200, 200))
    assert calls == []


def test_the_posterior_file_reads_back_exactly(fitted, folder):
    page = tomllib.loads((folder / POSTERIOR).read_text(encoding="utf-8"))
    assert list(page) == ["posterior", "draws"]
    assert list(page["draws"]) == list(fitted.names)
    assert np.array_equal(np.array(list(page["draws"].values())).T, fitted.natural_draws())
    told = page["posterior"]
    assert told["run_id"] == fitted.run_id and f"R-hat {fitted.r_hat:.3f}" in told["method"]
    assert {"zonesim", "numpy", "numba", "scipy", "sklearn", "emcee", "python"} == set(told["versions"])
    assert {"date", "target_digest", "prior_digest", "method"} <= set(told)


class Scores:
    """Later scores are twice the earlier ones; who lacks one is left out."""

    def values(self, measure):
        earlier = np.array([1.0, 2.0, 4.0, np.nan, 9.0])
        return earlier if measure.startswith("earlier") else np.append(2.0 * earlier[:4], np.nan)


class Marked:
    """An England whose one mark is the sum of the point, and which counts how often it was asked."""

    asked = 0

    def marked(self, point, seeds):
        self.asked += 1
        return [Scores()], {"reference.pass_eyfsp": float(sum(point.values()) + len(seeds))}


def test_marks_join_the_draws_and_are_kept(fitted, tmp_path):
    england = Marked()
    marks = marks_of(fitted, england, tmp_path, 3, workers=1)
    sums = fitted.natural_draws().sum(axis=1) + 3
    assert [m["reference.pass_eyfsp"] for m in marks] == pytest.approx(sums.tolist())
    # A crash cut the last line short: only that draw is simulated again.
    lines = (tmp_path / MARKS).read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / MARKS).write_text("".join(lines[:-1]) + lines[-1][:20], encoding="utf-8")
    again = Marked()
    assert marks_of(fitted, again, tmp_path, 3, workers=1) == marks
    assert again.asked == 1
    found = posterior_of(fitted, marks)
    assert found.names == (*fitted.names, "reference.pass_eyfsp", *SLOPES)
    assert found.draws[:, -3] == pytest.approx(sums)
    assert found.draws[:, -2:] == pytest.approx(2.0)


def test_draws_that_runs_could_not_read_are_not_written(fitted, tmp_path):
    good = load_posterior()
    assert good is not None
    wrong = replace(good, draws=np.where(np.arange(len(good.names)) == 0, 1e9, good.draws))
    with pytest.raises(InputError, match="outside the range"):
        write_parameters(tmp_path, fitted, wrong, {}, lambda _: None)
    assert not list(tmp_path.iterdir())


# --- hold-out ----------------------------------------------------------------------------------------------------


def test_a_target_that_is_held_out_cannot_be_fitted():
    with pytest.raises(HoldOutError, match="held out"):
        Goal("g", 1.0, 0.1, role="validate")
    held = Goal("g", 1.0, 0.1)
    object.__setattr__(held, "role", "validate")
    with pytest.raises(HoldOutError, match="held out"):
        Problem(priors(1), (held,), simulate)


def test_goals_out_of_order_are_refused():
    goals = (Goal("b", 0.0, 1.0), Goal("a", 0.0, 1.0))
    with pytest.raises(ValueError, match="order"):
        Problem(priors(1), goals, simulate)


# --- what simulators may do --------------------------------------------------------------------------------------


def test_a_goal_often_without_value_is_dropped_and_one_seldom_without_is_kept(tmp_path):
    lines = []
    settings = SMALL.__class__(waves=1, points=80, seeds=2, draws=50, seed=3)
    found = fit(
        toy(sometimes_missing), tmp_path / "gaps", settings, workers=1, say=lines.append, effort=Effort(300, 300)
    )
    assert set(found.dropped) == {"g00"} and found.dropped["g00"] > 0.05
    assert "g01" in {goal.id for goal in found.goals} and np.isnan(found.runs.means).any()
    assert any("dropped: g00" in line for line in lines) and np.isfinite(found.draws).all()


def test_a_simulator_without_any_value_is_told(tmp_path):
    def nothing(values, seeds):
        return np.full((len(seeds), 12), np.nan)

    with pytest.raises(NothingToFitError):
        fit(toy(nothing), tmp_path / "nothing", SMALL, workers=1)


def fails(values, seeds):
    raise ZeroDivisionError


def too_short(values, seeds):
    return np.zeros(3)


@pytest.mark.parametrize(
    ("simulator", "words"), [(fails, "ZeroDivisionError"), (too_short, "instead of seeds x goals")]
)
def test_a_simulator_that_fails_is_told_with_its_point(tmp_path, simulator, words):
    with pytest.raises(SimulationError, match=f"of wave 1.*{words}"):
        fit(toy(simulator), tmp_path / "broken", SMALL, workers=2)


# --- credibility -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        (0.9, "about as wide as they should be"),
        (0.8, "narrow: their spread would have to be about 1.3 times"),
        (0.98, "wide: their spread would have to be about 0.7 times"),
    ],
)
def test_coverage_tells_how_much_wider_intervals_would_have_to_be(inside, words):
    assert words in _how_wide(inside)
    assert _how_wide(1.0) == ""


def test_known_truths_are_recovered_and_the_page_is_written(fitted, folder):
    recovery = recover(fitted, 16, workers=1, effort=Effort(block=300, most=300))
    assert recovery.ranks.shape == (16, 8) and recovery.ranks.max() <= RANKED
    # 128 truths: three binomial standard errors around the nominal coverage, widened for dependence.
    assert 0.5 - 0.16 < recovery.inside_50.mean() < 0.5 + 0.16
    assert recovery.inside_90.mean() > 0.9 - 0.1
    assert recovery.informed().tolist() == [True] * 7 + [False]
    assert recovery.chi_square_p() > 1e-3 and recovery.ks_p().min() > 1e-3
    write_recovery(folder, recovery)
    assert np.array_equal(read_recovery(folder).ranks, recovery.ranks)
    page = write_report(folder, fitted, effort=Effort(block=300, most=300)).read_text(encoding="utf-8")
    for words in ("## Waves", "toy.p07", "## Known truths", "x 0.5", "ranks.png"):
        assert words in page
    assert all((folder / f"{name}.png").stat().st_size > 5000 for name in ("ranks", "contraction", "emulators"))


def test_smaller_tolerances_narrow_the_posterior(fitted):
    half, double = tolerance_checks(fitted, refitted(fitted), effort=Effort(block=400, most=400))
    assert np.median(half.spread[:7]) < 0.85 < 1.3 < np.median(double.spread[:7])


def test_a_predictive_check_by_hand():
    goals = (Goal("a", 1.0, 3.0, discrepancy=4.0),)
    outputs = np.array([[10.0], [12.0], [14.0]])
    row = predictive_table(goals, outputs, chance=7.0)[0]
    # Mean 12, variance over draws 4: z = 11 / sqrt(9 + 16 + 4 + 7).
    assert row.mean == 12.0 and row.z == pytest.approx(11.0 / 6.0)
    assert row.low == pytest.approx(10.2) and row.high == pytest.approx(13.8)


def test_the_parameters_that_matter_are_named():
    draws = np.random.default_rng(1).random((200, 6))
    outputs = np.stack([3 * draws[:, 4] + draws[:, 1], draws[:, 4] - 0.0 * draws[:, 0]], axis=1)
    found = sensitivity([f"p{i}" for i in range(6)], draws, outputs)
    assert [name for name, _ in found.most_important(2)] == ["p4", "p1"]
    # p4 is all of the second output and nine tenths of the first; p5 is nothing but chance.
    share = dict(found.most_important(6))
    assert share["p4"] == pytest.approx(0.95, abs=0.03) and share["p1"] > found.chance > share["p5"]


def test_numbers_that_are_tied_do_not_share_more_than_there_is():
    first = np.random.default_rng(2).standard_normal(100)
    tied = first[:, None] + 1e-9 * np.random.default_rng(3).standard_normal((100, 40))
    found = sensitivity([f"p{i}" for i in range(40)], tied, first[:, None])
    assert max(share for _, share in found.most_important(40)) <= 1.0 + 1e-12
