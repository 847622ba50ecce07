"""The fit of England: what it reads, how marks are set, how a finished fit comes into the parameter files."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from calibration.adopt import SLOPES, with_central_value
from calibration.england import HERE, Mark, england_problem, fitted_targets, load_marks, set_marks, with_values
from calibration.problem import FITTED_ROLES, HoldOutError, goals_of, target_digest
from sim.experiments.samples import deciles_of
from sim.inputs.posterior import load_posterior
from sim.inputs.problems import InputError
from sim.inputs.register import load_register, passports
from sim.inputs.targets import load_targets


class People:
    """A made-up sample of one measure."""

    def __init__(self, values: list[float], ages: list[int]) -> None:
        self._values, self.ages = np.array(values, dtype=float), np.array(ages)

    def values(self, measure: str) -> np.ndarray:
        assert measure == "made"
        return self._values

    def members(self, group: str) -> np.ndarray:
        assert group == "all"
        return np.ones(len(self._values), dtype=bool)


def mark(side: str, figure: float, ages: tuple[int, int] = (0, 18)) -> Mark:
    return Mark("reference.ks2_scaled_per_sd", "made", side, "all", ages, figure)


def test_no_target_held_out_reaches_a_fit() -> None:
    problem = england_problem()
    held_out = {t.id for t in load_targets() if t.role == "validate"}
    assert held_out and not held_out & set(problem.goal_ids)
    assert {goal.role for goal in problem.goals} <= set(FITTED_ROLES)
    one = next(t for t in load_targets() if t.role == "validate" and t.measure)
    with pytest.raises(HoldOutError):
        goals_of([one])


def test_fitted_targets_are_of_england_and_have_a_measure() -> None:
    for target in fitted_targets(load_targets()):
        assert target.measure and deciles_of(target.place) is not None


def test_a_mark_may_not_be_set_on_a_target_held_out(tmp_path: Path) -> None:
    targets = load_targets()
    one = next(t.id for t in targets if t.role == "validate")
    for id_, said in ((one, "held out"), ("no_such_target", "no target")):
        file = tmp_path / "marks.toml"
        file.write_text(
            f'[[mark]]\nparameter = "reference.pass_eyfsp"\nmeasure = "score_5"\ntargets = ["{id_}"]\nside = "above"\n'
        )
        with pytest.raises(InputError, match=said):
            load_marks(targets, file)


def test_every_mark_names_a_parameter_and_no_parameter_is_both_fitted_and_marked() -> None:
    marks = {m.parameter for m in load_marks(load_targets())}
    assert marks <= set(passports())
    assert not marks & set(england_problem().names)


def test_marks_by_hand() -> None:
    p = load_register().parameters
    p = with_values(p, {"reference.ks2_scaled_per_sd": 4.0})
    people = [People([1.0, 2.0, np.nan], [5, 5, 5]), People([3.0, 4.0, 5.0], [5, 5, 6])]
    name = "reference.ks2_scaled_per_sd"
    # of 1..5 a quarter lies above 4, a quarter below 2
    assert set_marks(people, [mark("above", 0.25)], p)[name] == pytest.approx(4.0)
    assert set_marks(people, [mark("below", 0.25)], p)[name] == pytest.approx(2.0)
    # the mean of 1..5 is 3, to be 10: add 7 to the 4 there is; by a factor: 4 * 10 / 3; SD sqrt(2), to be sqrt(8)
    assert set_marks(people, [mark("mean", 10.0)], p)[name] == pytest.approx(11.0)
    assert set_marks(people, [mark("factor", 10.0)], p)[name] == pytest.approx(40.0 / 3.0)
    assert set_marks(people, [mark("spread", np.sqrt(8.0))], p)[name] == pytest.approx(8.0)
    # only those of the ages count
    assert set_marks(people, [mark("mean", 10.0, (6, 6))], p)[name] == pytest.approx(9.0)


def test_a_central_value_changes_one_number_and_nothing_else() -> None:
    text = '[a]\nvalue = 1.0\nkind = "assumption"\nsource = "x"\n\n[ab]\nvalue = 2.0\nkind = "policy"\nsource = "y"\n'
    changed = tomllib.loads(with_central_value(text, "a", 1.5, "the fit"))
    assert changed == {
        "a": {"value": 1.5, "kind": "calibrated", "source": "the fit"},
        "ab": {"value": 2.0, "kind": "policy", "source": "y"},
    }
    kept = tomllib.loads(with_central_value(text, "ab", -3e-05, None))
    assert kept["ab"] == {"value": -3e-05, "kind": "calibrated", "source": "y"}
    with pytest.raises(KeyError):
        with_central_value(text, "b", 1.0, None)


def test_the_packaged_posterior_is_a_fit_to_the_packaged_targets() -> None:
    posterior, problem = load_posterior(), england_problem()
    assert posterior is not None
    assert posterior.target_digest == target_digest(problem.goals)
    marks = {m.parameter for m in load_marks(load_targets())}
    assert set(posterior.names) == set(problem.names) | marks | set(SLOPES)
    pages = passports()
    for name, column in zip(posterior.names, posterior.draws.T, strict=True):
        assert pages[name].kind == "calibrated", name
        assert column.min() <= pages[name].value <= column.max(), name


def test_priors_lie_within_the_ranges_of_the_passports() -> None:
    pages = passports()
    for prior in england_problem().priors:
        low, high = pages[prior.name].range
        assert low <= prior.low < prior.high <= high, prior.name
    assert (HERE / "priors.toml").is_file()
