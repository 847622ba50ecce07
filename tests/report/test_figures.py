"""Figures: drawn without pyplot, the same bytes every time, labels apart, nothing suppressed shown."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.text import Text

from sim.outputs import OutputError, StoredComparison
from sim.report.figures import FIGURES, save_figures
from sim.report.style import rendered, spread


@pytest.mark.parametrize("name", FIGURES)
def test_figures_are_drawn_the_same_twice(comparison: StoredComparison, name: str) -> None:
    draw = FIGURES[name][1]
    first, second = (rendered(draw(comparison), "svg") for _ in range(2))
    assert first == second
    assert b"<svg" in first
    assert b"<dc:date>" not in first


def test_files_are_written_as_png_and_svg(crowded: StoredComparison, tmp_path: Path) -> None:
    written = save_figures(crowded, tmp_path)
    assert sorted(path.name for path in written) == sorted(f"{n}.{k}" for n in FIGURES for k in ("png", "svg"))
    assert all(path.stat().st_size > 10_000 for path in written)


def test_a_folder_that_is_missing_is_said_so(comparison: StoredComparison, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="missing"):
        save_figures(comparison, tmp_path / "missing")


@pytest.mark.parametrize("name", FIGURES)
def test_no_text_is_smaller_than_eleven_points(crowded: StoredComparison, name: str) -> None:
    figure = FIGURES[name][1](crowded)
    sizes = {float(text.get_fontsize()) for text in figure.findobj(Text) if isinstance(text, Text) and text.get_text()}
    assert min(sizes) >= 11


def test_suppressed_years_are_not_drawn(comparison: StoredComparison) -> None:
    panel: Axes = FIGURES["outcomes"][1](comparison).axes[0]
    longest = [max(np.asarray(line.get_xdata())) for line in panel.lines if line.get_linewidth() == 2.6]
    assert longest == [9, 10]


def test_labels_keep_order_and_distance() -> None:
    heights = [0.1, 0.2, 0.1]
    placed = spread([0.5, 0.5, 0.51], heights)
    assert placed[1] - placed[0] >= 0.15 - 1e-9
    assert placed[2] - placed[1] >= 0.15 - 1e-9
    assert max(spread([0.99, 1.0], [0.1, 0.1])) <= 1.0


def test_pyplot_is_never_imported() -> None:
    code = "import sim.report.briefing, sys; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
