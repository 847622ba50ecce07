"""Files in: places, strategies, strands, futures, studies and workshops from TOML, checked and explained.

``load_place``, ``load_strategy``, ``load_strand``, ``load_future``, ``load_study`` and ``load_workshop`` take an id of
the packaged library or a path and give a record; what is wrong with a file comes as ``InputError`` with one
``Problem`` (file, line, field, what is wrong, what would be right) for each mistake.
"""

from sim.inputs.checking import FileCheck, check_files
from sim.inputs.futures import load_future
from sim.inputs.library import Library, known, list_ids, packaged
from sim.inputs.lines import LineMap
from sim.inputs.places import fill_place, load_place
from sim.inputs.problems import InputError, Problem
from sim.inputs.reading import read_toml
from sim.inputs.schemas import SCHEMA_VERSION
from sim.inputs.strands import load_strand, load_strands
from sim.inputs.strategies import load_strategy
from sim.inputs.studies import load_study
from sim.inputs.workshops import load_workshop

__all__ = [
    "SCHEMA_VERSION",
    "FileCheck",
    "InputError",
    "Library",
    "LineMap",
    "Problem",
    "check_files",
    "fill_place",
    "known",
    "list_ids",
    "load_future",
    "load_place",
    "load_strand",
    "load_strands",
    "load_strategy",
    "load_study",
    "load_workshop",
    "packaged",
    "read_toml",
]
