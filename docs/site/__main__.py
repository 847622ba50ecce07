"""``python -m docs.site`` and one of ``pages``, ``answers``, ``lessons``, ``build``, ``licences``."""

from __future__ import annotations

import argparse
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: Where the built copy lies that goes with the package.
SHIPPED = ROOT / "sim" / "documentation"
#: Where what a lesson needs on paper and on the wall is written, seen from where the command is given.
SHEETS = Path("lesson-sheets")


def generated() -> dict[str, str]:
    """The pages under ``docs/`` that are made from code and data: path -> text."""
    from docs.site.api_page import api_page
    from docs.site.cli_page import cli_page
    from docs.site.lesson_page import PAGES, lesson_page
    from sim.inputs import load_strands
    from sim.inputs.register import passports
    from sim.report.evidence_page import evidence_page
    from sim.report.parameters_page import parameters_page

    return {
        "reference/cli.md": cli_page(),
        "reference/api.md": api_page(),
        "parameters.md": parameters_page(passports()),
        "evidence.md": evidence_page(load_strands().values()),
        **{
            f"workshops/{page}.md": lesson_page((ROOT / "docs" / "workshops" / f"{page}.md").read_text("utf-8"), name)
            for page, name in PAGES.items()
        },
    }


def main() -> None:
    """Write the generated pages, or build the site."""
    parser = argparse.ArgumentParser("python -m docs.site", description="The documentation and its built copy.")
    doing = parser.add_subparsers(dest="what", required=True)
    doing.add_parser("pages", help="write the pages that are made from code and data")
    answers = doing.add_parser("answers", help="run what the guides of the lessons give as answers, and rewrite them")
    answers.add_argument("lessons", nargs="*", help="only these lessons (default: all)")
    lessons = doing.add_parser("lessons", help="write guides, handouts and pages to project as files to print and show")
    lessons.add_argument("out", nargs="?", type=Path, default=SHEETS, help=f"folder (default: {SHEETS})")
    build = doing.add_parser("build", help="build the site (needs pip install '.[docs]')")
    build.add_argument("out", nargs="?", type=Path, default=SHIPPED, help="folder (default: sim/documentation)")
    licences = doing.add_parser("licences", help="write the list of licences from what is installed")
    licences.add_argument("where", nargs="*", type=Path, help="more folders with packages, for other systems' ones")
    given = parser.parse_args()
    if given.what == "licences":
        from docs.site.licence_page import licence_page

        (ROOT / "docs" / "licences.md").write_text(licence_page(given.where), encoding="utf-8")
        return
    if given.what == "lessons":
        from docs.site.sheets import write_sheets

        print(write_sheets(given.out).resolve())
        return
    if given.what == "answers":
        _answer(given.lessons)
    if given.what in ("pages", "answers"):
        for name, text in generated().items():
            path = ROOT / "docs" / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return
    from docs.site.building import build_site

    print(build_site(given.out) / "index.html")


def _answer(asked: list[str]) -> None:
    """Run the answers of lessons, keep them, and say which sentences of the guides are to be rewritten."""
    from docs.site.lesson_answers import not_borne_out, run_answers, write
    from docs.site.lesson_page import LESSONS

    if unknown := sorted(set(asked) - set(LESSONS)):
        raise SystemExit(f"no such lesson: {', '.join(unknown)}; there are {', '.join(LESSONS)}")
    for name in asked or LESSONS:
        write(run_answers(name))
    for name in LESSONS:
        for words in not_borne_out(name):
            print(f"docs/workshops/{name}.md says what the numbers do not bear out any more: {words}")


if __name__ == "__main__":
    main()
