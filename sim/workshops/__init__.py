"""A class at work with a workshop file: its state, its journal, its scores; no web server and no browser here.

Everything that happens is an action, written to the session's file before anybody sees its effect
(``sim.workshops.journal``); the state is what those actions add up to (``sim.workshops.actions``).
"""
