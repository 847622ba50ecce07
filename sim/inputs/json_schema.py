"""Write the JSON Schemas of the scenario files: ``python -m sim.inputs.json_schema``.

An editor that knows TOML and JSON Schema uses them to complete keys and underline mistakes.
"""

from __future__ import annotations

import json
from pathlib import Path

from sim.inputs.library import packaged
from sim.inputs.schemas import RECORDS, file_schema


def schema_texts() -> dict[str, str]:
    """File name -> contents of each schema file."""
    return {f"{kind}.schema.json": json.dumps(file_schema(kind), indent=2) + "\n" for kind in RECORDS}


def write_schemas(folder: Path) -> None:
    """Write the schema files into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in schema_texts().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_schemas(packaged().root / "schemas")
