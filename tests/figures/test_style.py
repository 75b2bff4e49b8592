from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure

from echoweave.figures.style import COLOURS, colour, drawing, save_figure


def draw_line(path: Path) -> bytes:
    with drawing(1.0, [path]) as figure:
        figure.subplots().plot([1, 2], [3, 1])
    return path.read_bytes()


@pytest.mark.parametrize("suffix", [".svg", ".png"])
def test_equal_figures_give_equal_bytes(tmp_path: Path, suffix: str) -> None:
    assert draw_line(tmp_path / f"a{suffix}") == draw_line(tmp_path / f"b{suffix}")


# As a matplotlibrc sets them, in the working directory or at home.
TASTES: dict[str, dict[Any, Any]] = {
    "colours": {"axes.prop_cycle": mpl.cycler("color", ["red"]), "figure.facecolor": "black"},
    "LaTeX, which is not there": {"text.usetex": True},
    "size": {"savefig.bbox": "tight", "lines.linestyle": ":", "axes.xmargin": 0.4},
    "another country": {"axes.formatter.use_locale": True, "axes.formatter.limits": [0, 0]},
}


@pytest.mark.parametrize("taste", TASTES.values(), ids=TASTES)
def test_the_taste_of_the_user_changes_no_figure(tmp_path: Path, taste: dict[Any, Any]) -> None:
    usual = draw_line(tmp_path / "usual.png")
    with mpl.rc_context(taste):
        assert draw_line(tmp_path / "changed.png") == usual
        # For other figures it stays.
        assert all(mpl.rcParams[name] == value for name, value in taste.items())


def test_the_suffix_chooses_the_format(tmp_path: Path) -> None:
    assert draw_line(tmp_path / "a.png").startswith(b"\x89PNG")
    assert b"<svg" in draw_line(tmp_path / "a.svg")
    with pytest.raises(ValueError, match=r"a\.pdf"):
        save_figure(Figure(), tmp_path / "a.pdf")


def test_no_two_names_share_a_colour() -> None:
    assert len(set(COLOURS.values())) == len(COLOURS)


def test_an_unknown_estimator_keeps_its_colour_and_takes_no_arm_s() -> None:
    assert colour("my-flow") == colour("my-flow")
    assert colour("my-flow") not in COLOURS.values()


def test_a_figure_that_fails_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(KeyError), drawing(1.0, [tmp_path / "a.svg"]):
        raise KeyError
    assert not list(tmp_path.iterdir())
