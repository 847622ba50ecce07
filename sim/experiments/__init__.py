"""Ensembles and comparisons: many replications of one question, always paired with the no-zone twin."""

from sim.experiments.compare import Comparison, compare

__all__ = ["Comparison", "compare"]
