"""Panels: one element each, written as one `.vue` file with native controls.

A panel takes keyword arguments only; its script starts with ``module.exports``; an event is called without ``event_``
and passes one value; a value from Python is not there yet in ``data()``, so take it in ``computed`` or ``mounted``.
"""
