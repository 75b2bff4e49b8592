"""docs/performance.md keeps what was not measured again."""

import importlib
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def performance(monkeypatch, tmp_path):
    """The script as a module: its folder is no package. Nothing has been measured here."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    module = importlib.import_module("performance")
    monkeypatch.setattr(module, "MEASURED", tmp_path)
    return module


def test_only_the_named_sections_are_made_anew(performance):
    first, other = (performance.section(name).partition("\n")[0] for name in ("cache", "workflow"))
    before = f"# Performance\n\nopening\n\n{first}\n\nof May\n\n{other}\n\nof June\n"
    page = performance.page(before, ["workflow"])
    assert f"{first}\n\nof May\n" in page
    assert "of June" not in page
    assert page.count(first) == page.count(other) == 1
