"""Files out: the run folder (tidy Parquet, dictionary, manifest) and the machine-readable answer.

>>> from sim.outputs import read_run_folder, write_run_folder
"""

from sim.outputs.answer import comparison_answer, plain
from sim.outputs.folders import OutputError, claim_folder
from sim.outputs.records import FRAMES, SCHEMA_VERSION, ComparisonRecord, StoredComparison, zonesim_version
from sim.outputs.store import read_run_folder, write_run_folder

__all__ = [
    "FRAMES",
    "SCHEMA_VERSION",
    "ComparisonRecord",
    "OutputError",
    "StoredComparison",
    "claim_folder",
    "comparison_answer",
    "plain",
    "read_run_folder",
    "write_run_folder",
    "zonesim_version",
]
