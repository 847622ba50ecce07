"""The reference of the Python door, made from the docstrings of what ``sim`` offers."""

from __future__ import annotations

import inspect
import re
from dataclasses import is_dataclass
from typing import Any

import sim
import sim.api
from docs.site.markdown import plain

INTRODUCTION = """\
# The model from Python, name by name

This page is made from the docstrings (`python -m docs.site pages`). [The model from Python](../how-to/python.md) tells
how to use it, with examples that run; everything here comes from `sim` itself: `from sim import compare, load`. Options
mean what they mean in [the command line](../cli.md), and the numbers are the same."""

#: A heading of a docstring in numpy style: a line underlined with dashes.
_HEADING = re.compile(r"^(\w[\w ]*)\n-+$", re.MULTILINE)


def public() -> dict[str, Any]:
    """Everything that can be had from ``sim``, functions of ``sim.api`` first, in the order of their names."""
    names = sorted(sim.__all__, key=lambda name: (not hasattr(sim.api, name) or name[0].isupper(), name.lower()))
    return {name: getattr(sim, name) for name in names}


def api_page() -> str:
    """Markdown of the whole page; the same docstrings give the same text."""
    return "\n\n".join([INTRODUCTION, *(_section(name, what) for name, what in public().items())]) + "\n"


def _section(name: str, what: Any) -> str:
    told = inspect.getdoc(what)
    if not told:
        raise ValueError(f"sim.{name} has no docstring")
    parts = [f"## {name}", f"```text\n{_signature(name, what)}\n```", _told(told)]
    if inspect.isclass(what):
        methods = [m for m in vars(what).values() if inspect.isfunction(m) and not m.__name__.startswith("_")]
        parts += [f"### {name}.{m.__name__}\n\n```text\n{_signature(m.__name__, m)}\n```\n\n{_told(_doc_of(m))}"
                  for m in methods]  # fmt: skip
    return "\n\n".join(parts)


def _doc_of(method: Any) -> str:
    return inspect.getdoc(method) or "See the class."


def _signature(name: str, what: Any) -> str:
    """The call, an argument a line where it is long; of a record only its fields."""
    signature = inspect.signature(what)
    arguments = [p for p in signature.parameters.values() if p.name != "self"]
    if is_dataclass(what):
        return f"{name}: " + ", ".join(p.name for p in arguments)
    shown = [_argument(p) for p in arguments]
    keyword = next((i for i, p in enumerate(arguments) if p.kind is p.KEYWORD_ONLY), None)
    if keyword is not None and not any(p.kind is p.VAR_POSITIONAL for p in arguments):
        shown.insert(keyword, "*")
    returned = signature.return_annotation
    end = "" if returned is inspect.Signature.empty or inspect.isclass(what) else f" -> {returned}"
    line = f"{name}({', '.join(shown)}){end}"
    return line if len(line) <= 100 else f"{name}(\n" + "".join(f"    {one},\n" for one in shown) + f"){end}"


def _argument(parameter: inspect.Parameter) -> str:
    """``years: int = 10``; annotations are text already, as everything is annotated late."""
    stars = "*" if parameter.kind is parameter.VAR_POSITIONAL else ""
    default = "" if parameter.default is parameter.empty else f" = {parameter.default!r}"
    return f"{stars}{parameter.name}: {parameter.annotation}{default}"


def _told(docstring: str) -> str:
    """A docstring as Markdown: its headings in bold, its definitions as a list, its examples as code."""
    text = re.sub(r"^([\w, ]+)\n {4}(?=\S)(.*(?:\n {4}\S.*)*)", _definition, docstring, flags=re.MULTILINE)
    blocks = re.split(r"(^>>>[\s\S]*?(?=\n\n|\Z))", text, flags=re.MULTILINE)
    told = "".join(f"```pycon\n{b.rstrip()}\n```" if b.startswith(">>>") else plain(b) for b in blocks)
    return _HEADING.sub(r"**\1**\n", told)


def _definition(found: re.Match[str]) -> str:
    meaning = " ".join(line.strip() for line in found[2].splitlines())
    return f"- ``{found[1].strip()}``: {meaning}"
