"""The command line: ``zonesim``. Heavy libraries are imported only by the commands that need them."""

from sim.cli.app import main

__all__ = ["main"]
