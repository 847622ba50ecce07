"""The JSON Schemas are those of the records and fit the files."""

from __future__ import annotations

import tomllib

import jsonschema  # type: ignore[import-untyped]
import pytest

from sim.inputs import known, packaged
from sim.inputs.json_schema import schema_texts
from sim.inputs.schemas import expected, file_schema, keys_at, node_at
from sim.spec import PLACE_CELLS

KINDS = ("place", "strategy", "strand", "future")
STEP = {"id": "ready", "name": "Ready", "kind": "outcome", "indicator": "gld"}


def test_the_written_schemas_are_current() -> None:
    for name, text in schema_texts().items():
        written = (packaged().root / "schemas" / name).read_text(encoding="utf-8")
        assert written == text, "run: python -m sim.inputs.json_schema"


@pytest.mark.parametrize("kind", KINDS)
def test_every_packaged_file_fits_its_schema(kind: str) -> None:
    schema = file_schema(kind)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for path in known(kind).values():
        validator.validate(tomllib.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("kind", "data", "fits"),
    [
        ("place", {"name": "X", "cells": {"children": 900, "deprivation_decile": {"value": 2}}}, True),
        ("place", {"extends": "wallsend", "cells": {"children": 900}}, True),
        ("place", {"name": "X", "cells": {"children": 900}}, False),
        ("place", {"name": "X", "cells": {"children": -1, "deprivation_decile": 2}}, False),
        ("place", {"name": "X", "cells": {"children": 900, "deprivation_decile": 2, "childs": 3}}, False),
        ("strategy", {"name": "X", "strands": [{"strand": "neli", "start": "2027-09"}]}, True),
        ("strategy", {"name": "X", "strands": [{"strand": "neli", "start": "September"}]}, False),
        ("strategy", {"name": "X", "money_gbp": {"cuncil": 3}}, False),
        ("strategy", {"name": "X", "theory_of_change": {"steps": [STEP | {"by": "2029-08"}]}}, True),
        ("strategy", {"name": "X", "theory_of_change": {"steps": [STEP | {"by_month": 36}]}}, True),
        ("strategy", {"name": "X", "theory_of_change": {"steps": [STEP | {"by": "2029-08", "by_month": 36}]}}, False),
        ("strategy", {"name": "X", "theory_of_change": {"steps": [STEP]}}, False),
        ("strand", {"extends": "neli", "delivery": {"need_share": 0.3}}, True),
        ("strand", {"name": "X"}, False),
        ("future", {"name": "X", "shocks": [{"kind": "work", "size": 0.9, "start": "2027-09"}]}, True),
        ("future", {"name": "X", "shocks": [{"kind": "wrk", "size": 0.9}]}, False),
        ("future", {"id": "a+b", "name": "X"}, False),
    ],
)
def test_the_schema_knows_short_forms_and_mistakes(kind: str, data: dict[str, object], fits: bool) -> None:
    whole = {"schema_version": 1, "id": "x"} | data
    assert jsonschema.Draft202012Validator(file_schema(kind)).is_valid(whole) == fits


def test_what_is_expected_in_plain_words() -> None:
    assert expected(node_at("strategy", ("strands", 3, "reach_share"))) == "a number above 0 to 1"
    assert expected(node_at("strategy", ("strands", 0, "start_month"))) == "a whole number from 0 to 239"
    assert expected(node_at("strategy", ("strands", 0, "start"))) == 'a month such as "2027-09"'
    assert expected(node_at("strand", ("fade_half_life_months",))) == 'a number above 0 or "none"'
    assert expected(node_at("strategy", ("money_per_child",))) == "true or false (without quotes)"
    assert expected(node_at("place", ("cells", "children", "value"))) == "a number from 20 to 3,000,000"
    assert node_at("place", ("nothing", "of", "it")) == {}
    assert set(keys_at("place", ("cells",))) == set(PLACE_CELLS)
    assert "council" in keys_at("strategy", ("money_gbp",))
