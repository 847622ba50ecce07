"""Files with one thing wrong, by name: contents, and what is to be said of them. And the right files they come from."""

from __future__ import annotations

from pathlib import Path

from sim.inputs import FileCheck, check_files

PLACE = """schema_version = 1
id = "riverside"
name = "Riverside"

[cells]
children = 1500
deprivation_decile = 2
tenure_social_share = 0.45

[[schools]]
name = "St Anne's"
phase = "primary"
places = 420
"""

STRATEGY = """schema_version = 1
id = "our_plan"
name = "Our plan"
first_september = 2026

[money_gbp]
council = 200000

[[strands]]
strand = "neli"
start = "2027-09"
stop = "2031-08"
places_per_term = 30
"""

STRAND = """schema_version = 1
kind = "strand"
extends = "neli"
id = "our_neli"
ages = [4, 5]
"""

PARTNERED = """schema_version = 1
id = "our_zone"
name = "Our zone"
first_september = 2026

[money_gbp]
council = 200000

[partnership]
governance = "board"
start = "2027-01"
handover = "2031-09"
resident_voice = 0.5

[[partnership.partners]]
id = "council_here"
name = "The council"
kind = "council"
lead = true
commitment = 0.7
aims = ["child_wellbeing", "educational_progress"]

[[partnership.partners]]
id = "nhs_here"
kind = "nhs"
join = "2028-01"

[[strands]]
strand = "partnership_backbone"
"""

FUTURE = """schema_version = 1
id = "storm"
name = "Storm"

[[shocks]]
kind = "school"
size = -0.5
start = "2028-09"
stop = "2030-08"
who = "primary"
share = 0.5
provenance = "derived"
source = "school census"
"""

PLANNED = '[[strands]]\nstrand = "neli"\nplaces_per_term = 30\n'
THEORY = """
[theory_of_change]
starting_situation = "Children start school behind."

[[theory_of_change.steps]]
id = "groups"
name = "Groups run"
kind = "output"
strand = "neli"
by = "2028-08"

[[theory_of_change.steps]]
id = "ready"
name = "Ready for school"
kind = "outcome"
indicator = "gld"
group = "disadvantaged"
size = 0.02
by_month = 48
depends_on = ["groups"]
"""
OTHER_NELI = '\n[[strands]]\nstrand = "neli"\nstart = "2030-09"\nplaces_per_term = 3\n'


def changed(text: str, old: str, new: str) -> bytes:
    """A valid file with one thing made wrong."""
    assert text.count(old) == 1, f"{old!r} should stand once in the file"
    return text.replace(old, new).encode()


def theory(old: str, new: str) -> bytes:
    """A valid strategy with a theory of change in which one thing is made wrong."""
    return STRATEGY.encode() + changed(THEORY, old, new)


STEPS = "theory_of_change.steps"

#: name -> (contents, line or None, field, words of the problem, words of the remedy)
BAD: dict[str, tuple[bytes, int | None, str, str, str]] = {
    "unknown key": (changed(PLACE, "name = \"Riverside\"", 'nmae = "Riverside"'), 3, "nmae", "unknown key", "name"),
    "unknown cell": (
        changed(PLACE, "tenure_social_share", "tenure_sociel_share"), 8, "cells.tenure_sociel_share",
        "unknown cell", 'did you mean "tenure_social_share"?',
    ),
    "wrong type": (changed(PLACE, '"Riverside"', "12"), 3, "name", "12 is a whole number", "text"),
    "text for a number": (changed(PLACE, "1500", '"1500"'), 6, "cells.children", '"1500" is text', "20 to 3,000,000"),
    "true for a number": (changed(PLACE, "1500", "true"), 6, "cells.children", "true is true or false", "whole number"),
    "true for places": (changed(PLACE, "420", "true"), 13, "schools[1].places", "true", "from 5 to 5000"),
    "date for a number": (changed(PLACE, "420", "2026-09-01"), 13, "schools[1].places", "2026-09-01", "whole number"),
    "negative places": (changed(PLACE, "420", "-420"), 13, "schools[1].places", "-420 is out of range", "from 5"),
    "no such phase": (
        changed(PLACE, '"primary"', '"infant"'), 12, "schools[1].phase", "not one of the choices", '"primary"',
    ),
    "per cent for a share": (
        changed(PLACE, "0.45", "45"), 8, "cells.tenure_social_share", "45 is out of range", "45 per cent is 0.45",
    ),
    "half a decile": (
        changed(PLACE, "decile = 2", "decile = 2.5"), 7, "cells.deprivation_decile", "not whole", "1 to 10",
    ),
    "shares above one": (
        changed(PLACE, "0.45", "0.45\ntenure_owner_share = 0.7"), 9, "cells.tenure_owner_share", "is 1.15", "at most 1",
    ),
    "shares below one": (
        changed(PLACE, "0.45", "0.1\ntenure_owner_share = 0.1\ntenure_private_share = 0.1"), 9,
        "cells.tenure_owner_share", "is 0.3", "sum to 1",
    ),
    "wrong unit": (
        changed(PLACE, "= 0.45", '= {value = 0.45, unit = "%"}'), 8, "cells.tenure_social_share.unit", '"%" is wrong',
        "share of families",
    ),
    "no children given": (changed(PLACE, "children = 1500\n", ""), 5, "cells.children", "is missing", "add"),
    "number for a table": (
        changed(PLACE, "[[schools]]", "[schools]"), 10, "schools", "is a table", "a list",
    ),
    "school twice": (
        PLACE.encode() + b'[[schools]]\nname = "St Anne\'s"\nphase = "primary"\nplaces = 9\n', 15, "schools[2].name",
        "second school", "own name",
    ),
    "not a number": (changed(PLACE, "1500", "nan"), 6, "cells.children", "nan is not a number", "ordinary number"),
    "infinite": (changed(PLACE, "420", "-inf"), 13, "schools[1].places", "-inf is not a number", "ordinary number"),
    "infinite in a list": (changed(PLACE, "1500", "[1, [inf]]"), 6, "cells.children[2][1]", "inf", "ordinary number"),
    "huge number": (changed(PLACE, "1500", "9" * 400), 6, "cells.children", "larger than 10^15", "15 digits"),
    "huge hexadecimal": (changed(PLACE, "1500", "0x" + "f" * 9000), 6, "cells.children", "larger than", "15 digits"),
    "too many digits": (changed(PLACE, "1500", "9" * 9000), None, "file", "thousands of digits", "15 digits"),
    "too long id": (
        changed(PLACE, '"riverside"', f'"{"r" * 65}"'), 2, "id", "cannot be an id", "at most 64 characters",
    ),
    "id with path": (changed(PLACE, '"riverside"', '"../riverside"'), 2, "id", "cannot be an id", "small letters"),
    "id with line end": (changed(PLACE, '"riverside"', '"riverside\\n"'), 2, "id", "cannot be an id", "small letters"),
    "too long name": (changed(PLACE, '"Riverside"', f'"{"r" * 161}"'), 3, "name", "161 characters", "at most 160"),
    "control character": (
        changed(PLACE, '"Riverside"', r'"River\u001b[31mside"'), 3, "name", r"River\x1b[31mside", "remove it",
    ),
    "older than the first": (changed(PLACE, "version = 1", "version = 0"), 1, "schema_version", "no format 0", "= 1"),
    "newer version": (
        changed(PLACE, "version = 1", "version = 7"), 1, "schema_version", "newer than", "update zonesim",
    ),
    "version as text": (changed(PLACE, "version = 1", 'version = "1.0"'), 1, "schema_version", '"1.0"', "= 1"),
    "missing version": (changed(PLACE, "schema_version = 1\n", ""), None, "schema_version", "is missing", "first line"),
    "missing id": (changed(STRATEGY, 'id = "our_plan"\n', ""), None, "id", "is missing", "add id"),
    "unclear kind": (b"schema_version = 1\nid = 'x'\n", None, "kind", "cannot tell", 'kind = "place"'),
    "unknown kind": (b"schema_version = 1\nkind = 'plan'\n", 2, "kind", '"plan" is not a kind', 'kind = "strategy"'),
    "empty": (b"", None, "file", "empty", "schema_version = 1"),
    "only blanks": (b" \n\n\t\n", None, "file", "empty", "schema_version = 1"),
    "only a byte order mark": (b"\xef\xbb\xbf", None, "file", "empty", "schema_version = 1"),
    "binary": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", 3, "file", "not a text file", "text file"),
    "a NUL byte": (PLACE.encode() + b"about = '\x00'", 14, "file", "NUL", "text file"),
    "latin-1": (changed(PLACE, "Riverside", "Riverside Caf").replace(b"Caf", b"Caf\xe9"), 3, "file", "UTF-8", "save"),
    "UTF-16": (PLACE.encode("utf-16"), None, "file", "UTF-16", "save the file as UTF-8"),
    "50 MB": (b"#" * 50_000_000, None, "file", "larger than 2 MB", "data tables"),
    "deep lists": (
        b"schema_version = 1\nx = " + b"[" * 100_000 + b"]" * 100_000, None, "file", "deeper than 32", "three",
    ),
    "deeper than needed": (b"x = " + b"[" * 33 + b"]" * 33, None, "file", "nested deeper than 32", "three or four"),
    "deep tables": (b"\n[" + b"a." * 300_000 + b"a]\n", 2, "file", "nested deeper than 32", "three or four"),
    "deep quoted tables": (b'[' + b'"a b" . ' * 200_000 + b"a]\n", 1, "file", "nested deeper than 32", "three or four"),
    "quotes without end": (b'x="' + b'\\"' * 300_000, 1, "file", "not valid TOML", "close the text"),
    "not TOML": (changed(PLACE, "children = 1500", "children: 1500"), 6, "file", "not valid TOML", "key = value"),
    "text without quotes": (changed(PLACE, '"Riverside"', "Riverside"), 3, "file", "not valid TOML", '"quotes"'),
    "unclosed list": (changed(PLACE, "1500", "[1500,"), 7, "file", "not valid TOML", ""),
    "unclosed text": (changed(PLACE, '"Riverside"', '"Riverside'), 3, "file", "not valid TOML", ""),
    "key twice": (changed(PLACE, "1500", "1500\nchildren = 1600"), 7, "file", "not valid TOML", "stands twice"),
    "table twice": (PLACE.encode() + b"[cells]\n", 14, "file", "not valid TOML", "stands twice"),
    "stop before start": (
        changed(STRATEGY, "2031-08", "2027-08"), 12, "strands[1].stop", "stops before it starts", "after the start",
    ),
    "stop month before start": (
        (STRATEGY + "\n[[strands]]\nstrand = 'neli'\nstart_month = 90\nstop_month = 90\nreach_share = 0.5").encode(),
        18,
        "strands[2].stop_month", "stops before it starts", "after the start",
    ),
    "before the first September": (
        changed(STRATEGY, "2027-09", "2026-08"), 11, "strands[1].start", "before the first September, 2026-09", "later",
    ),
    "after the horizon": (changed(STRATEGY, "2031-08", "2046-09"), 12, "strands[1].stop", "20 years", "up to 2046-08"),
    "start after the horizon": (
        changed(STRATEGY, 'start = "2027-09"', "start_month = 240"), 11, "strands[1].start_month", "out of range",
        "239",
    ),
    "month thirteen": (changed(STRATEGY, "2027-09", "2027-13"), 11, "strands[1].start", "not a month", '"2027-09"'),
    "full date": (changed(STRATEGY, '"2027-09"', "2027-09-01"), 11, "strands[1].start", "not a month", '"2027-09"'),
    "two starts": (
        changed(STRATEGY, 'start = "2027-09"', 'start = "2027-09"\nstart_month = 12'), 11, "strands[1].start",
        "say the same", "keep one",
    ),
    "no such year": (changed(STRATEGY, "= 2026", "= 26"), 4, "first_september", "26 is not a year", "2000 to 2100"),
    "unknown strand": (
        changed(STRATEGY, '"neli"', '"nelli"'), 10, "strands[1].strand", 'no strand "nelli"', 'did you mean "neli"?',
    ),
    "own ages": (
        changed(STRATEGY, "places_per_term = 30", "places_per_term = 30\nages = [3, 4]"), 14, "strands[1].ages",
        "unknown key", "extends it",
    ),
    "no places for a strand": (
        changed(STRATEGY, "places_per_term = 30\n", ""), 9, "strands[1]", "has no places", "places_per_term = 40",
    ),
    "zero places": (changed(STRATEGY, "= 30", "= 0"), 13, "strands[1].places_per_term", "0 is out of range", "from 1"),
    "places and share": (
        changed(STRATEGY, "= 30", "= 30\nreach_share = 0.2"), 9, "strands[1]", "not both", "strands[1]",
    ),
    "half a place": (changed(STRATEGY, "= 30", "= 30.5"), 13, "strands[1].places_per_term", "30.5", "a whole number"),
    "same strand twice": (STRATEGY.encode() + OTHER_NELI.encode(), 15, "strands[2]", "twice for the same time", "stop"),
    "no money": (
        changed(STRATEGY, "[money_gbp]\ncouncil = 200000\n", ""), None, "money_gbp", "no money for neli", "[money_gbp]",
    ),
    "unknown payer": (
        changed(STRATEGY, "council", "cuncil"), 7, "money_gbp.cuncil", "unknown key", 'did you mean "council"?',
    ),
    "negative money": (
        changed(STRATEGY, "200000", "-1"), 7, "money_gbp.council", "-1 is out of range", "from 0 upwards",
    ),
    "missing place": (
        changed(STRATEGY, "first_sept", 'place = "walsend"\nfirst_sept'), 4, "place", 'no place "walsend"',
        '"wallsend"',
    ),
    "strand list is text": (
        changed(STRATEGY, STRATEGY[STRATEGY.index("[money") :], 'strands = "neli"\n'), 6, "strands", "is text",
        "a list",
    ),
    "own value out of range": (
        changed(STRATEGY, "= 30", "= 30\nvalues = {uptake = 1.5}"), 14, "strands[1].values.uptake", "1.5", "0 to 1",
    ),
    "two partners of one id": (
        PARTNERED.replace('"nhs_here"', '"council_here"').encode(), 24, "partnership.partners[2].id",
        'two partners "council_here"', "an id of its own",
    ),
    "two leads": (
        PARTNERED.replace("join =", "lead = true\njoin =").encode(), 26, "partnership.partners[2].lead",
        '"council_here" leads already', "for one partner",
    ),
    "unknown kind of partner": (
        PARTNERED.replace('"nhs"', '"hospital"').encode(), 25, "partnership.partners[2].kind", "not one of the choices",
        '"school_trust"',
    ),
    "unknown aim": (
        PARTNERED.replace("child_wellbeing", "child_welbeing").encode(), 21, "partnership.partners[1].aims[1]",
        'no family of outcomes "child_welbeing"', 'did you mean "child_wellbeing"?',
    ),
    "join month thirteen": (
        PARTNERED.replace("2028-01", "2028-13").encode(), 26, "partnership.partners[2].join", "not a month",
        '"2027-09"',
    ),
    "partnership starts twice": (
        PARTNERED.replace('start = "2027-01"', 'start = "2027-01"\nstart_month = 4').encode(), 11, "partnership.start",
        "say the same thing", "keep one",
    ),
    "handover before the start": (
        PARTNERED.replace("2031-09", "2026-10").encode(), 12, "partnership.handover", "before the partnership starts",
        "after the start",
    ),
    "handover of no team": (
        PARTNERED.replace("partnership_backbone", "communities_that_care").encode(), 12, "partnership.handover",
        "no backbone team", '"partnership_backbone"',
    ),
    "unknown governance": (
        PARTNERED.replace('"board"', '"bord"').encode(), 10, "partnership.governance", "not one of the choices",
        '"board"',
    ),
    "partnership is a word": (
        changed(STRATEGY, "first_sept", 'partnership = "board"\nfirst_sept'), 4, "partnership", "is text", "a table",
    ),
    "wrong age": (changed(STRAND, "[4, 5]", "[40, 50]"), 5, "ages", "nobody in the model", "from 0 to 19"),
    "ages turned round": (changed(STRAND, "[4, 5]", "[11, 5]"), 5, "ages", "above the oldest", "ages = [5, 11]"),
    "one age": (changed(STRAND, "[4, 5]", "[4]"), 5, "ages", "1 entries", "a list of 2 entries"),
    "neither number nor word": (
        STRAND.encode() + b"fade_half_life_months = 'never'\n", 6, "fade_half_life_months", '"never"',
        'above 0 or "none"',
    ),
    "extends nothing known": (
        changed(STRAND, 'extends = "neli"', 'extends = "nelli"'), 3, "extends", "no strand with the id", '"neli"',
    ),
    "extends a missing file": (
        changed(STRAND, 'extends = "neli"', 'extends = "gone.toml"'), 3, "extends", "no file", "in the same folder",
    ),
    "extends an absolute path": (
        changed(STRAND, 'extends = "neli"', 'extends = "/etc/passwd"'), 3, "extends", "absolute path", "same folder",
    ),
    "extends a Windows path": (
        changed(STRAND, 'extends = "neli"', r"extends = 'C:\neli.toml'"), 3, "extends", "absolute path", "same folder",
    ),
    "extends leads out": (
        changed(STRAND, 'extends = "neli"', 'extends = "../neli.toml"'), 3, "extends", "leads out", "same folder",
    ),
    "extends leads out further in": (
        changed(STRAND, 'extends = "neli"', r"extends = 'a\..\..\neli.toml'"), 3, "extends", "leads out", "same folder",
    ),
    "extends itself": (
        changed(STRAND, 'extends = "neli"', 'extends = "bad.toml"'), 3, "extends", "in a circle", "remove extends",
    ),
    "extends a number": (changed(STRAND, 'extends = "neli"', "extends = 3"), 3, "extends", "3 is not a name", "id"),
    "unknown kind of shock": (
        changed(FUTURE, '"school"', '"schools"'), 6, "shocks[1].kind", "not one of the choices", '"school"',
    ),
    "shock without size": (changed(FUTURE, "size = -0.5\n", ""), 5, "shocks[1].size", "is missing", "size = "),
    "shift beyond all sense": (
        changed(FUTURE, "-0.5", "-5"), 7, "shocks[1].size", "out of range for school", "from -3 to 3",
    ),
    "size as per cent": (changed(FUTURE, "-0.5", "50"), 7, "shocks[1].size", "50 is out of range", "-10 to 10"),
    "negative factor": (
        changed(FUTURE, 'kind = "school"\nsize = -0.5', 'kind = "money"\nsize = -0.5').replace(b"primary", b"nhs")
        .replace(b"share = 0.5\n", b""), 7, "shocks[1].size", "out of range for money (a factor)", "from 0 to 10",
    ),
    "unknown who": (
        changed(FUTURE, '"primary"', '"primry"'), 10, "shocks[1].who", 'school knows no "primry"', '"primary"',
    ),
    "who of a shock to all": (
        changed(FUTURE, '"school"', '"income"').replace(b"-0.5", b"0.9"), 10, "shocks[1].who", "income knows no",
        "strikes everybody",
    ),
    "share of a shock to all": (
        changed(FUTURE, '"school"', '"income"').replace(b"-0.5", b"0.9").replace(b'who = "primary"\n', b""), 10,
        "shocks[1].share", "strikes all", "leave share out",
    ),
    "stroke with a length": (
        changed(FUTURE, '"school"', '"housing"').replace(b"-0.5", b"0.5").replace(b"primary", b"social")
        .replace(b"share = 0.5\n", b""), 5, "shocks[1].months", "happens in one month", "leave out",
    ),
    "shock stops before it starts": (
        changed(FUTURE, "2030-08", "2028-08"), 9, "shocks[1].stop", "stops before it starts", "after the start",
    ),
    "shock with two starts": (
        changed(FUTURE, 'start = "2028-09"', 'start = "2028-09"\nstart_month = 24'), 8, "shocks[1].start",
        "say the same", "keep one",
    ),
    "shock before the first September": (
        changed(FUTURE, "2028-09", "2025-09"), 8, "shocks[1].start", "before the first September", "later",
    ),
    "shock beyond the longest run": (
        changed(FUTURE, 'stop = "2030-08"', "months = 240"), 9, "shocks[1].months", "beyond the longest run", "leave",
    ),
    "derived from nothing": (
        changed(FUTURE, 'source = "school census"\n', ""), 5, "shocks[1]", "from no source", "add source",
    ),
    "future with a plus": (changed(FUTURE, '"storm"', '"wind+storm"'), 2, "id", "plus sign", "use _"),
    "shocks that are text": (
        changed(FUTURE, FUTURE[FUTURE.index("[[") :], 'shocks = "much"\n'), 5, "shocks", "is text", "a list",
    ),
    "step id twice": (theory('"ready"', '"groups"'), 26, f"{STEPS}[2].id", "id of an earlier step", "of its own"),
    "step rests on nothing known": (
        theory('["groups"]', '["group"]'), 33, f"{STEPS}[2].depends_on[1]", 'no step "group"', 'mean "groups"?',
    ),
    "step rests on signs that turn the line round": (
        theory('["groups"]', '["\\u202egroups"]'), 33, f"{STEPS}[2].depends_on[1]", "no step", "groups",
    ),
    "steps in a circle": (
        theory('by = "2028-08"', 'by = "2028-08"\ndepends_on = ["ready"]'), 24, f"{STEPS}[1].depends_on",
        '"groups", "ready" rest on one another', "remove one",
    ),
    "step rests on itself": (
        theory('["groups"]', '["ready"]'), 33, f"{STEPS}[2].depends_on", "rests on itself", "remove it",
    ),
    "step reads no known indicator": (
        theory('"gld"', '"gdl"'), 29, f"{STEPS}[2].indicator", 'no indicator "gdl"', 'did you mean "gld"?',
    ),
    "step counts an unplanned strand": (
        theory('"neli"', '"mentoring"'), 22, f"{STEPS}[1].strand", "not planned in this strategy", "or plan it",
    ),
    "step counts a misspelt strand": (
        theory('"neli"', '"nelli"'), 22, f"{STEPS}[1].strand", '"nelli" is not planned', 'did you mean "neli"?',
    ),
    "step reads and counts": (
        theory('indicator = "gld"', 'indicator = "gld"\nstrand = "neli"'), 25, f"{STEPS}[2]", "give one of them",
        "theory_of_change",
    ),
    "step reads nothing": (theory('strand = "neli"\n', ""), 18, f"{STEPS}[1]", "give one of them", "theory_of_change"),
    "group nobody is in": (
        theory('"disadvantaged"', '"disadvantage"'), 30, f"{STEPS}[2].group", "not read for the group",
        '"disadvantaged"',
    ),
    "group an indicator of families has not": (
        theory('indicator = "gld"\ngroup = "disadvantaged"', 'indicator = "trust_mean"\ngroup = "girls"'), 30,
        f"{STEPS}[2].group", 'not read for the group "girls"', "known groups: all",
    ),
    "group of a school's indicator": (
        theory('"gld"', '"school_climate"'), 30, f"{STEPS}[2].group", "not read for the group", "known groups: all",
    ),
    "no such population": (
        theory('"gld"', '"gld"\npopulation = "everyone"'), 30, f"{STEPS}[2].population", "not one of the choices",
        '"originals"',
    ),
    "no such direction": (
        theory('"gld"', '"gld"\ndirection = "better"'), 30, f"{STEPS}[2].direction", "not one of the choices", '"up"',
    ),
    "size in per cent": (
        theory("0.02", "2"), 31, f"{STEPS}[2].size", '2 is more than "gld" can change', "2 percentage points are 0.02",
    ),
    "negative size": (theory("0.02", "-0.02"), 31, f"{STEPS}[2].size", "-0.02 is out of range", "from 0 upwards"),
    "step by group of a strand": (
        theory('strand = "neli"', 'strand = "neli"\ngroup = "girls"'), 23, f"{STEPS}[1].group", "not told by group",
        "remove group",
    ),
    "count that is to fall": (
        theory('strand = "neli"', 'strand = "neli"\ndirection = "down"'), 23, f"{STEPS}[1].direction", "begins at 0",
        "remove direction",
    ),
    "measure of an indicator": (
        theory('"gld"', '"gld"\nmeasure = "completed"'), 30, f"{STEPS}[2].measure", "counts a strand", "name a strand",
    ),
    "step without a date": (theory('by = "2028-08"\n', ""), 18, f"{STEPS}[1].by_month", "is missing", "1 to 240"),
    "step due in month nought": (
        theory("by_month = 48", "by_month = 0"), 32, f"{STEPS}[2].by_month", "0 is out of range", "1 to 240",
    ),
    "step due after twenty years": (theory("2028-08", "2046-09"), 23, f"{STEPS}[1].by", "20 years", "up to 2046-08"),
    "step due before the first day": (
        theory("2028-08", "2026-08"), 23, f"{STEPS}[1].by", "before the first September", "later",
    ),
    "step due twice": (
        theory('by = "2028-08"', 'by = "2028-08"\nby_month = 24'), 23, f"{STEPS}[1].by", "say the same", "keep one",
    ),
    "step due at a date": (theory('"2028-08"', "2028-08-31"), 23, f"{STEPS}[1].by", "not a month", '"2027-09"'),
    "step with an unknown key": (
        theory('"2028-08"', '"2028-08"\ndepend_on = []'), 24, f"{STEPS}[1].depend_on", "unknown key", '"depends_on"',
    ),
    "steps are text": (
        STRATEGY.encode() + b'[theory_of_change]\nsteps = "many"\n', 15, STEPS, "is text", "a list",
    ),
    "too many steps": (
        STRATEGY.encode()
        + "".join(
            f'[[{STEPS}]]\nid = "s{n}"\nname = "S"\nkind = "step"\nindicator = "gld"\nby_month = 12\n'
            for n in range(41)
        ).encode(), 14, STEPS, "there are 41 steps", "keep the 40",
    ),
    "extends without an id": (changed(STRAND, 'id = "our_neli"\n', ""), None, "id", "an id of its own", 'id = "bad"'),
}  # fmt: skip


def check(path: Path) -> FileCheck:
    """The one check of one file."""
    (found,) = check_files([path])
    return found
