"""A comparison made by hand for the tests of reports."""

from __future__ import annotations

import pytest

from sim.outputs import StoredComparison
from tests.report.made import made_comparison, made_strategies


@pytest.fixture(scope="session")
def comparison() -> StoredComparison:
    """Two strategies; the first one's last KS2 cells are suppressed."""
    return made_comparison()


@pytest.fixture(scope="session")
def crowded() -> StoredComparison:
    """Six strategies, so that labels have to make room for each other."""
    return made_comparison(
        made_strategies(4) + tuple(s.model_copy(update={"id": s.id + "_b"}) for s in made_strategies(2))
    )
