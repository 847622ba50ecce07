"""The Plan page drawn without a server."""

from __future__ import annotations

import pytest

# Before any state is made: state made without Solara's server is shared by all pages.
pytest.importorskip("solara.server.starlette")


def test_the_page_renders() -> None:
    import solara

    from sim.ui.pages import plan

    box, rendered = solara.render(plan.Page(), handle_error=False)
    try:
        assert len(box.children) == 1
        assert len(box.children[0].children) == 5, "five panels"
    finally:
        rendered.close()
