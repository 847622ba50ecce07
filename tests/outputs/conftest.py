"""A comparison made by hand for the tests of run folders."""

from __future__ import annotations

import pytest

from sim.outputs import StoredComparison
from tests.report.made import made_comparison


@pytest.fixture(scope="session")
def comparison() -> StoredComparison:
    """Two strategies; the first one's last KS2 cells are suppressed."""
    return made_comparison()
