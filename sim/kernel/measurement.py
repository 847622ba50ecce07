"""Loops of measurement: the chance of every family to answer a survey."""

from __future__ import annotations

from sim._jit import jit
from sim.science.measurement import response_probability


@jit
def response_chances(risk, out, p):
    """Fill ``out`` with the chance (0..1) that each family, by its risk (SD), is asked and answers."""
    for h in range(risk.size):
        out[h] = response_probability(risk[h], p)
