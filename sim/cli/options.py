"""Options that several commands share, with one wording and one meaning."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Evidence(StrEnum):
    """How the published effects are read."""

    SCEPTICAL = "sceptical"
    CENTRAL = "central"
    HOPEFUL = "hopeful"


class Parameters(StrEnum):
    """Where the parameters of each run come from."""

    DRAWN = "drawn"
    CENTRAL = "central"


PlaceOption = Annotated[str, typer.Option("--place", "-p", help="Place: an id of `list places` or a TOML file.")]
Replications = Annotated[
    int, typer.Option("--replications", "-n", min=1, max=100_000, help="Pairs of runs with different luck.")
]
Seed = Annotated[int, typer.Option("--seed", min=0, max=2**32 - 1, help="Luck number (seed) of the first pair.")]
Years = Annotated[int, typer.Option("--years", "-y", min=1, max=20, help="School years to simulate.")]
EvidenceOption = Annotated[Evidence, typer.Option("--evidence", help="How the published effects are read.")]
ParametersOption = Annotated[
    Parameters,
    typer.Option("--parameters", help="Parameters of each pair: drawn from the posterior, or the central values."),
]
FutureOption = Annotated[
    str | None,
    typer.Option(
        "--future", "-f", help="What the world does: an id of `list futures`, several joined by +, or a TOML file."
    ),
]
Without = Annotated[
    list[str] | None,
    typer.Option("--without", metavar="MECHANISM", help="Mechanism to switch off (see `list mechanisms`; repeatable)."),
]
Including = Annotated[
    list[str] | None,
    typer.Option("--with", metavar="MECHANISM", help="Mechanism to switch on that is off by itself: tipping_point."),
]
Out = Annotated[
    Path | None, typer.Option("--out", "-o", metavar="DIR", help="Run folder (default: a new one in zonesim-runs).")
]
Threads = Annotated[
    int | None, typer.Option("--threads", min=1, max=1024, help="Runs at a time; never changes the results.")
]
Shares = Annotated[
    bool, typer.Option("--shares", help="Split each range into chance, evidence and model; takes four times as long.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output, nothing else.")]
