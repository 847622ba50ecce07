"""The reference of the command line, made from the commands themselves."""

from __future__ import annotations

import enum
import inspect
import types
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import typer
from typer.models import ArgumentInfo, OptionInfo

from calibration.cli import app as fitting
from docs.site.markdown import plain, table
from sim.cli.app import app

INTRODUCTION = """\
# Every command and option

This page is made from the commands themselves (`python -m docs.site pages`); `zonesim COMMAND --help` says the same.
What a command's answer holds, the keys of `--json` and the exit codes stand in [the command line](../cli.md). Every
command has `--help` (`-h`); `zonesim --version` shows the version. Options marked * may be given several times."""

#: How the type of a value is told to people who do not program.
_WORDS = {int: "whole number", float: "number", str: "text", Path: "file or folder", bool: ""}


@dataclass(frozen=True)
class Parameter:
    """An argument or option: ``names`` as typed, what it takes in words, its default (empty: none), its help."""

    names: tuple[str, ...]
    takes: str
    default: str
    help: str
    is_argument: bool
    required: bool
    several: bool


@dataclass(frozen=True)
class Command:
    """A command with its full name (``zonesim register save``), what it does, its example and its parameters."""

    name: str
    about: str
    example: str
    parameters: tuple[Parameter, ...]


def all_commands() -> Iterator[Command]:
    """Every command of ``zonesim``, then those of ``zonesim-calibrate``."""
    yield from commands(app, "zonesim ")
    yield from commands(fitting, "zonesim-calibrate ")


def commands(of: typer.Typer, before: str) -> Iterator[Command]:
    """Every command of an app and of the groups in it, in the order of ``--help``; ``before``: what is typed first."""
    for entry in of.registered_commands:
        callback = entry.callback
        if callback is None or entry.hidden:
            continue
        name = entry.name or callback.__name__.replace("_", "-")
        example = (entry.epilog or "").partition("Example:")[2].strip()
        about = inspect.cleandoc(entry.help or callback.__doc__ or "")
        yield Command(f"{before}{name}", about, example, tuple(_parameters(callback)))
    for group in of.registered_groups:
        if group.typer_instance is not None and group.name is not None:
            yield from commands(group.typer_instance, f"{before}{group.name} ")


def _parameters(callback: Any) -> Iterator[Parameter]:
    hints = get_type_hints(callback, include_extras=True)
    for name, given in inspect.signature(callback).parameters.items():
        kind, *extras = get_args(hints[name]) if hasattr(hints[name], "__metadata__") else (hints[name],)
        info = next((one for one in extras if isinstance(one, ArgumentInfo | OptionInfo)), None)
        required = given.default is inspect.Parameter.empty
        default = None if required else given.default
        names = _option_names(info, name) if isinstance(info, OptionInfo) else (_argument_name(info, name),)
        yield Parameter(
            names, _takes(kind, info), _default(default, kind), (info.help or "") if info else "",
            not isinstance(info, OptionInfo), required, _is_list(kind),
        )  # fmt: skip


def _option_names(info: OptionInfo, name: str) -> tuple[str, ...]:
    """``--place``, ``-p``: typer keeps the first where a default would stand, and a pair as ``--on/--off``."""
    first = (info.default,) if isinstance(info.default, str) else ()
    given = (*first, *(info.param_decls or ())) or (f"--{name.replace('_', '-')}",)
    return tuple(word for words in given for word in words.split("/"))


def _argument_name(info: Any, name: str) -> str:
    return (info.metavar if info else None) or name.upper()


def _is_list(kind: Any) -> bool:
    return any(get_origin(part) in (list, tuple) for part in (kind, *get_args(kind)))


def _takes(kind: Any, info: ArgumentInfo | OptionInfo | None) -> str:
    """What stands after the option: a word of its own, the words it can be, or a kind of value with its range."""
    if kind is bool:
        return ""
    if get_origin(kind) in (Union, types.UnionType):
        kind = next(part for part in get_args(kind) if part is not type(None))
    if get_origin(kind) in (list, tuple):
        kind = get_args(kind)[0]
    if get_origin(kind) is Literal:
        return " or ".join(f"`{value}`" for value in get_args(kind))
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return " or ".join(f"`{member.value}`" for member in kind)
    words = _WORDS.get(kind, "text")
    low, high = (info.min, info.max) if info else (None, None)
    if low is not None and high is not None:
        return f"{words}, {low} to {high}"
    return words if low is None else f"{words}, {low} or more"


def _default(value: Any, kind: Any) -> str:
    if kind is bool:
        return "on" if value else "off"
    if value is None or value == "" or value == ():
        return ""
    return f"`{value.value if isinstance(value, enum.Enum) else value}`"


def cli_page() -> str:
    """Markdown of the whole page: a table of commands, then each command; the same commands give the same text."""
    found = list(all_commands())
    listed = table(("command", "does"), ((_link(c), plain(c.about.partition("\n\n")[0])) for c in found))
    return "\n\n".join([INTRODUCTION, listed, *(_section(command) for command in found)]) + "\n"


def _link(command: Command) -> str:
    return f"[`{command.name}`](#{command.name.replace(' ', '-')})"


def _section(command: Command) -> str:
    arguments = [p for p in command.parameters if p.is_argument]
    options = [p for p in command.parameters if not p.is_argument]
    typed = " ".join(_typed(p) for p in arguments)
    usage = f"{command.name} {typed}{' ' if typed else ''}{'[OPTIONS]' if options else ''}".rstrip()
    parts = [f"## {command.name}", plain(command.about), f"```\n{usage}\n```"]
    if command.example:
        parts.append(f"Example: `{command.example}`")
    if arguments:
        parts.append(table(("argument", "meaning"), ((f"`{p.names[0]}`", plain(p.help)) for p in arguments)))
    if options:
        rows = ((_names(p), plain(p.help), p.takes, p.default) for p in options)
        parts.append(table(("option", "meaning", "takes", "default"), rows))
    return "\n\n".join(parts)


def _typed(parameter: Parameter) -> str:
    shown = parameter.names[0] + ("..." if parameter.several else "")
    return shown if parameter.required else f"[{shown}]"


def _names(parameter: Parameter) -> str:
    return ", ".join(f"`{name}`" for name in parameter.names) + (" *" if parameter.several else "")
