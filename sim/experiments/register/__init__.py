"""The register: projections kept with their bands and dates, and scored later against what happened."""

from sim.experiments.register.actuals import Actual, read_actuals
from sim.experiments.register.entries import Entry, Projection, entry_of
from sim.experiments.register.questions import questioned
from sim.experiments.register.scores import Score, score
from sim.experiments.register.shelf import Shelf

__all__ = ["Actual", "Entry", "Projection", "Score", "Shelf", "entry_of", "questioned", "read_actuals", "score"]
