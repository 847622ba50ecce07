"""What decides the ranking: everything drawn is told with its source, and a planted cause is found."""

import numpy as np
import pytest

from calibration.ranking import Ranking, _in_doubt, rank
from sim.inputs import load_strategy
from sim.inputs.posterior import Posterior
from tests.engine.worlds import neighbourhood

NAMES = ("families.distress_level", "reference.sdq_high_line")


@pytest.fixture(scope="module")
def found() -> Ranking:
    draws = np.array([[-0.3, 15.0], [-0.1, 19.0], [0.1, 16.0], [0.3, 18.0]])
    posterior = Posterior("made", "2026-11-22", {}, "t", "p", "hand", NAMES, draws)
    strategies = [load_strategy("schools_only"), load_strategy("early_start")]
    return rank(strategies, neighbourhood(300), posterior, NAMES[:1], 8, 2)


def test_all_that_was_drawn_is_told_with_its_source(found: Ranking) -> None:
    assert found.drawn.shape == (8, len(found.names)) and found.differences.shape == (8, len(found.outputs))
    # The line was set after the draw: it follows from the others and is no cause.
    assert NAMES[0] in found.names and NAMES[1] not in found.names
    assert any("effect on" in name for name in found.names)
    assert len(found.sources) == len(found.names) and all(found.sources)
    assert "strength of synergy" in found.names
    assert all(output.startswith("schools_only - early_start: ") for output in found.outputs)
    assert ((found.wins >= 0) & (found.wins <= 1)).all()


def test_the_most_important_come_first(found: Ranking) -> None:
    told = found.most_important(5)
    assert len(told) == 5
    shares = [share for _, share, _ in told]
    assert shares == sorted(shares, reverse=True)


def test_the_same_question_gives_the_same_answer(found: Ranking) -> None:
    draws = np.array([[-0.3, 15.0], [-0.1, 19.0], [0.1, 16.0], [0.3, 18.0]])
    posterior = Posterior("made", "2026-11-22", {}, "t", "p", "hand", NAMES, draws)
    strategies = [load_strategy("schools_only"), load_strategy("early_start")]
    again = rank(strategies, neighbourhood(300), posterior, NAMES[:1], 8, 2, workers=1)
    assert (again.differences == found.differences).all()


def test_every_draw_can_be_kept_as_a_table(found: Ranking) -> None:
    table = found.table()
    assert table.shape == (8, len(found.names) + len(found.outputs))
    assert (table[found.outputs[0]].to_numpy() == found.differences[:, 0]).all()


def test_what_decides_is_asked_where_the_order_is_in_doubt() -> None:
    assert _in_doubt(np.array([0.0, 0.04, 0.05, 0.5, 0.95, 0.96, 1.0])).tolist() == [0, 0, 1, 1, 1, 0, 0]
