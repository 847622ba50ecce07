"""The register: what is kept comes back, older entries open, figures are scored as by hand, bad lines are told."""

from __future__ import annotations

import dataclasses
import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.experiments.register import Entry, Shelf, entry_of, read_actuals, score
from sim.experiments.register.entries import entry_from, entry_json, projection
from sim.experiments.register.migrations import newest
from sim.experiments.register.scores import score_json
from sim.inputs.posterior import Posterior
from sim.inputs.problems import InputError
from sim.outputs import write_run_folder
from sim.outputs.folders import OutputError
from sim.outputs.store import read_run_folder
from tests.inputs.made_posterior import made_posterior  # type: ignore[import-not-found]
