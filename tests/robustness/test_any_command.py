"""Whatever is typed, a command takes it or refuses it in words: no traceback, no fault, and the right exit code."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import typer.main
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calibration.cli import app as fitting
from sim.cli import main
from sim.cli.app import app
from tests.robustness.broken import FUTURE, PARTNERED, PLACE, STRAND, STRATEGY
from tests.robustness.mutations import SAME_EACH_TIME, TRIES
from tests.robustness.test_bad_studies import GOOD as STUDY
from tests.robustness.test_bad_workshops import GOOD as WORKSHOP

#: Where a command hands over to work that takes long or listens: module -> functions. Reaching one is being taken.
WORK = {
    "sim.experiments": ("compare",), "sim.experiments.sweeps": ("sweep",), "sim.experiments.search": ("optimise",),
    "sim.experiments.trials": ("trial",), "sim.experiments.scoring": ("validate",),
    "sim.experiments.parity": ("parity", "save"), "sim.api": ("ground",), "sim.ui.server": ("serve", "serve_class"),
    "webbrowser": ("open",), "calibration.fit": ("fit",), "calibration.ranking": ("rank",),
}  # fmt: skip
TAKEN, MISTAKE = 0, 2
ODD = st.sampled_from(
    ["", " ", "-", "--", "-1", "0", "1e400", "nan", "9" * 25, "0.5", "true", "x" * 5000, "\x1b[31m", "é\u202e", "[red]",
     "%s", "{0}", "..", "../../etc/passwd", "/", "/dev/null", "/proc/1/mem", "~", "*", "a,b,,c", "a+b", "+", "none",
     "all", "\ud800", "2027-09", "1.2.3", "tcp://x", "http://x", "--help", "-h", "@file", "'", '"']
)  # fmt: skip
FILES = {
    "place.toml": PLACE, "strategy.toml": STRATEGY, "strand.toml": STRAND, "future.toml": FUTURE,
    "partnered.toml": PARTNERED, "study.toml": STUDY, "workshop.toml": WORKSHOP, "data.json": "{}",
}  # fmt: skip
USUAL = st.sampled_from(
    [*FILES, "early_start", "pembury", "wallsend", "recession", "quick", "what_decides", "first_zone", "neli",
     "mentoring", "gld", "churn", "1", "3", "20", "council", "girls", "sceptical", "drawn", "out", "education",
     "2027-09", "0.1.0"]
)  # fmt: skip


def commands(of: typer.Typer) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    open_: list[tuple[tuple[str, ...], Any]] = [((), typer.main.get_command(of))]
    while open_:
        words, command = open_.pop()
        if hasattr(command, "commands"):
            open_ += [((*words, name), inner) for name, inner in command.commands.items()]
        else:
            yield words, command


COMMANDS = {f"zonesim {' '.join(words)}": (words, command) for words, command in commands(app)}
FITTING = {f"zonesim-calibrate {' '.join(words)}": (words, command) for words, command in commands(fitting)}


def typed(command: click.Command) -> st.SearchStrategy[list[str]]:
    """Anything behind a command: its own options with likely and odd values, too many and too few arguments."""
    options = [
        (max(p.opts, key=len), getattr(p, "is_flag", False)) for p in command.params if p.opts[0].startswith("-")
    ]
    arguments = sum(not p.opts[0].startswith("-") for p in command.params)
    one = st.one_of(
        *(st.just([name]) if flag else st.tuples(st.just(name), USUAL | ODD).map(list) for name, flag in options),
        st.just(["--nonsense"]),
    )
    few = st.lists(USUAL | ODD, min_size=max(arguments - 1, 0), max_size=arguments + 1)
    right = st.lists(USUAL, min_size=arguments, max_size=arguments)
    return st.builds(
        lambda words, given: words + [w for pair in given for w in pair], right | few, st.lists(one, max_size=4)
    )


@pytest.fixture
def quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with right files of each kind, and commands that stop where the work would begin."""

    def reached(*_: Any, **__: Any) -> None:
        raise SystemExit(TAKEN)

    for module, names in WORK.items():
        for name in names:
            monkeypatch.setattr(importlib.import_module(module), name, reached)
    here = tmp_path / "here"
    here.mkdir()
    for name, text in FILES.items():
        (here / name).write_text(text)
    monkeypatch.chdir(here)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("ZONESIM_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path


def outcome(call: Any, words: list[str], capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    code = call(words)
    said = capsys.readouterr()
    logs = [path.read_text() for path in folder.rglob("zonesim-*.log")]
    assert not logs, f"{words}\n{logs[0]}"
    assert code in (TAKEN, MISTAKE), (words, code, said.err)
    assert "Traceback" not in said.err + said.out, said.err
    if code == MISTAKE:
        assert said.err.strip() or not words or ("--json" in words and json.loads(said.out)), words
        assert "\x1b[31m" not in said.err, words
    elif "--json" in words and "-h" not in words and "--help" not in words and said.out.strip():
        json.loads(said.out)


def tried(times: int) -> settings:
    """How often words are typed, at least four times."""
    return settings(
        deadline=None, max_examples=max(times, 4), derandomize=SAME_EACH_TIME,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
@tried(TRIES // 5)
@given(data=st.data())
def test_anything_typed_is_taken_or_refused(
    name: str, data: st.DataObject, quiet: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words, command = COMMANDS[name]
    outcome(main, [*words, *data.draw(typed(command))], capsys, quiet)


@pytest.mark.parametrize("name", FITTING)
@tried(TRIES // 8)
@given(data=st.data())
def test_anything_typed_at_the_fit_is_taken_or_refused(
    name: str, data: st.DataObject, quiet: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from calibration.cli import main as fit_main

    words, command = FITTING[name]
    outcome(fit_main, [*words, *data.draw(typed(command))], capsys, quiet)


@settings(
    deadline=None, max_examples=TRIES, derandomize=SAME_EACH_TIME,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(words=st.lists(USUAL | ODD | st.sampled_from(["run", "list", "--version"]), max_size=4))
def test_any_words_at_all(words: list[str], quiet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outcome(main, words, capsys, quiet)
