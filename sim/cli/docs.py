"""``docs``: the documentation, as it was built into this copy of zonesim."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.screen import complain, out

EXIT_MISTAKE = 2
#: Where a build of the documentation lies inside the package.
BUILT = Path(__file__).parents[1] / "documentation" / "index.html"


def docs(
    no_open: Annotated[
        bool, typer.Option("--no-open", help="Do not open the browser, only print where it is.")
    ] = False,
) -> None:
    """Open the documentation that came with this copy, from this computer: nothing is fetched."""
    if not BUILT.is_file():
        complain(
            "this copy of zonesim was installed without the built documentation. In the folder of the source code:\n"
            '  python -m pip install ".[docs]"\n'
            "  python -m docs.site build\n"
            "and then open sim/documentation/index.html there; or read it as it is, from docs/index.md on."
        )
        raise typer.Exit(EXIT_MISTAKE)
    out().print(str(BUILT), markup=False, highlight=False, soft_wrap=True)
    if not no_open:
        webbrowser.open(BUILT.as_uri())
