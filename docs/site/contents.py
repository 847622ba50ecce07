"""What stands where in the documentation: every page of ``docs/`` once, by what a reader wants."""

from __future__ import annotations

#: Heading of the side bar -> pages, as paths under ``docs/`` without ending; ``*``: all that begin like this, by name.
CONTENTS: dict[str, tuple[str, ...]] = {
    "Start": ("tour", "how-to/install", "glossary", "how-to/browser", "how-to/browser-security", "security"),
    "Learn": (
        "tutorials/index", "tutorials/first_run", "tutorials/your_own_place", "tutorials/your_own_strand",
        "tutorials/cluster_sweep", "tutorials/mesa_model", "tutorials/what_decides", "tutorials/a_figure_again",
    ),
    "Teach": (
        "workshops/index", "how-to/workshop", "workshops/first_zone*", "workshops/whole_system*",
        "workshops/does_it_last*", "workshops/research_sweep*",
    ),
    "Plan": (
        "how-to/check-your-file", "scenarios", "how-to/futures", "how-to/theory-of-change", "how-to/value-for-money",
        "how-to/joining-up", "how-to/naive-comparisons", "how-to/pairs", "how-to/register",
    ),
    "Research": (
        "how-to/sweep", "how-to/cluster", "how-to/sensitivity", "how-to/discovery", "how-to/search", "how-to/python",
        "how-to/use-mesa", "how-to/virtual-trial", "how-to/validate", "how-to/parity", "how-to/reproduce-exactly",
    ),
    "What it rests on": (
        "model", "mechanisms", "parameters", "evidence", "targets", "calibration", "validation", "across",
    ),
    "Look up": ("cli", "reference/cli", "reference/api", "performance", "licences"),
    "How it changes": ("CHANGELOG", "CONTRIBUTING", "robustness", "decisions/*"),
}  # fmt: skip

#: Pages that lie elsewhere in the repository: path under ``docs/`` in the site -> path from the root.
FROM_ELSEWHERE = {"scenarios": "scenarios/README.md", "targets": "calibration/README.md", "security": "SECURITY.md"}


def in_order(pages: set[str]) -> dict[str, list[str]]:
    """``CONTENTS`` with the stars filled in from the pages there are.

    Raises ``ValueError`` naming pages that stand nowhere or are not there, so that no page can be forgotten.
    """
    named = {page for group in CONTENTS.values() for page in group if not page.endswith("*")}
    found = {
        heading: [
            page
            for entry in group
            for page in (_beginning(entry[:-1], pages - named) if entry.endswith("*") else [entry])
        ]
        for heading, group in CONTENTS.items()
    }
    listed = {page for group in found.values() for page in group}
    if forgotten := sorted(pages - listed - {"index"}):
        raise ValueError(f"not in docs/site/contents.py: {', '.join(forgotten)}")
    if gone := sorted(listed - pages):
        raise ValueError(f"in docs/site/contents.py but not there: {', '.join(gone)}")
    return found


def _beginning(start: str, pages: set[str]) -> list[str]:
    return sorted(page for page in pages if page.startswith(start))
