"""Zonesim: an agent-based simulation with which people plan Children's Zones.

The tour: ``sim.science`` holds the equations, ``sim.kernel`` the compiled loops, ``sim.engine`` the order
of the month (``EVENTS``), ``sim.population`` the first day, ``sim.outcomes`` the indicators. Numbers and
sources stand in ``scenarios/``. ``sim.model`` is the Mesa model, ``sim.experiments`` compares strategies,
``sim.cli`` is the command ``zonesim``.
"""

__version__ = "0.1.0"
