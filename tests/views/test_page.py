"""The page of the how-to renders, steps and resets without a browser; the code of the how-to runs."""

from __future__ import annotations

import functools
import re
import runpy
import weakref
from pathlib import Path

import pytest

from sim.agents import PartnerAgent, SchoolAgent, ServiceAgent, ZoneAgent
from sim.model import ZoneModel

solara = pytest.importorskip("solara")
ipyvuetify = pytest.importorskip("ipyvuetify")
pytest.importorskip("altair")
pytest.importorskip("networkx")

# Said of Mesa's own components.
pytestmark = pytest.mark.filterwarnings("ignore:.*early return:UserWarning")

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "use-mesa.md"
*LESSONS, PAGE = re.findall(r"```python\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def page(tmp_path):
    """The how-to's page inside the layout that ``solara run`` puts around it."""
    path = tmp_path / "page.py"
    path.write_text(PAGE, encoding="utf-8")
    loaded = runpy.run_path(str(path))["Page"]

    @solara.component
    def Layout():
        with solara.AppLayout():
            loaded()

    return Layout


@pytest.fixture
def made(monkeypatch):
    """Weak references to the models made, newest last."""
    models = []
    build = ZoneModel.__init__

    @functools.wraps(build)
    def noted(self, **arguments):
        build(self, **arguments)
        models.append(weakref.ref(self))

    monkeypatch.setattr(ZoneModel, "__init__", noted)
    return models


def press(rendered, label: str) -> None:
    rendered.find(ipyvuetify.Btn, children=[label]).widget.click()


def test_the_page_steps_and_resets(page, made):
    _, rendered = solara.render(page(), handle_error=False)
    try:
        model = made[-1]()
        assert set(model.agents_by_type) == {SchoolAgent, ServiceAgent, PartnerAgent, ZoneAgent}
        press(rendered, "Step")
        press(rendered, "Step")
        assert model.date == "October, Year 1"
        press(rendered, "Reset")
        assert made[-1]() is not model
        assert made[-1]().month == 0
        assert made[-1]().spec.strategy.id == "cradle_to_career"
    finally:
        rendered.close()


def test_two_visitors_have_a_model_each(page, made):
    visits = [solara.render(page(), handle_error=False)[1] for _ in range(2)]
    try:
        assert len(made) == 2
        press(visits[0], "Step")
        press(visits[0], "Step")
        assert [model().month for model in made] == [1, 0]
    finally:
        for visit in visits:
            visit.close()


def test_the_lessons_of_the_how_to_run(capsys):
    names: dict = {}
    for lesson in LESSONS:
        exec(compile(lesson, str(HOW_TO), "exec"), names)
    assert len(names["monthly"]) == 36
    assert names["both"].difference.notna().any()
    assert names["spent"]
    assert len(names["schools_by_month"]) == 12 * len(names["names"])
    assert len(names["runs"]) == 4
    assert "wellbeing" in capsys.readouterr().out
