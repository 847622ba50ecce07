"""Panels of the browser pages: one panel is one element, drawn in the browser from a ``.vue`` file."""
