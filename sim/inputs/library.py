"""Where the scenario files live and which ids they have."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path

from sim.inputs.problems import did_you_mean, file_error, shorten

#: Kind of file -> folder of the library that holds such files.
FOLDERS = {
    "place": "places", "strategy": "strategies", "strand": "strands", "future": "futures", "study": "studies",
    "workshop": "workshops",
}  # fmt: skip

ID = re.compile(r"[a-z][a-z0-9_]{0,63}")


@dataclass(frozen=True)
class Library:
    """A folder of scenario files: a folder of its own for each kind (``FOLDERS``)."""

    root: Path

    def known(self, kind: str) -> dict[str, Path]:
        """Id -> file, in the order of the ids."""
        folder = self.root / FOLDERS[kind]
        return {path.stem: path for path in sorted(folder.glob("*.toml")) if ID.fullmatch(path.stem)}

    def kind_of(self, path: Path) -> str | None:
        """Kind of a file that stands in the library, by its folder."""
        folder = path.resolve().parent
        for kind, name in FOLDERS.items():
            if folder == (self.root / name).resolve():
                return kind
        return None

    def find(self, kind: str, ref: str | Path) -> Path:
        """File of an id, or the path itself. Raises ``InputError`` for an unknown id."""
        if is_path(ref):
            return Path(ref)
        known = self.known(kind)
        if ref not in known:
            name = shorten(str(ref))
            remedy = f"{did_you_mean(str(ref), known, kind)} (a file of your own is named with .toml at the end)"
            raise file_error(name, f'there is no {kind} with the id "{name}"', remedy, field=kind)
        return known[str(ref)]


def is_path(ref: str | Path) -> bool:
    """Whether a reference names a file rather than an id."""
    return isinstance(ref, Path) or ref.endswith(".toml") or "/" in ref or "\\" in ref


def leads_out(ref: str) -> bool:
    """Whether a path that a file names leaves the folder of that file: absolute, or with ``..`` in it."""
    return Path(ref).is_absolute() or ".." in Path(ref.replace("\\", "/")).parts


@lru_cache(maxsize=1)
def packaged() -> Library:
    """The library that is installed with the program."""
    return Library(Path(str(resources.files("scenarios").joinpath("places"))).parent)


def known(kind: str) -> dict[str, Path]:
    """Id -> file of the packaged places, strategies, strands, futures, studies or workshops (``kind``, singular)."""
    return packaged().known(kind)


def list_ids(kind: str) -> tuple[str, ...]:
    """Ids of the packaged places, strategies, strands, futures, studies or workshops, sorted."""
    return tuple(known(kind))
