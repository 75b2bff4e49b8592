"""One visual style for every figure: size, colours, names, and how a figure is saved."""

import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from echoweave.evaluation.names import display_name
from echoweave.io.atomic import whole_file
from echoweave.segmentation.arms import ARMS

# Width of a full journal page, in inches (180 mm).
PAGE_WIDTH = 7.09
DPI = 200

REFERENCE_COLOUR = "#000000"
# Okabe and Ito's colours for arms and directions, Tol's muted ones for estimators: each set is
# told apart by colour-blind readers, and no name shares its colour with another one.
COLOURS = {
    **{name: arm.colour for name, arm in ARMS.items()},
    "forward": "#E69F00",
    "backward": "#56B4E9",
    "fused": "#CC79A7",
    "still": "#999999",
    "farneback": "#DDCC77",
    "dis": "#999933",
    "dirnet": "#332288",
    "dirnet-multistage": "#88CCEE",
    "dirnet-supervised": "#44AA99",
    "dirnet-noisy": "#117733",
    "svf": "#882255",
    "dual-encoder": "#CC6677",
    "internal": "#BBBBBB",
    "external": "#EE7733",
    # Variants of the abdominal registration add one thing each: the same blue, darker.
    "unregistered": "#AAAAAA",
    "baseline": "#9ECAE1",
    "symmetric": "#6BAED6",
    "pretrained": "#4292C6",
    "noisy-labels": "#2171B5",
    "refined": "#08306B",
    "registered": "#2A788E",
}
_OTHERS = ("#AA4499", "#661100", "#6699CC")

STYLE: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 7.5,
    "axes.titlesize": 8,
    "axes.labelsize": 7.5,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.5,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "legend.fontsize": 7.5,
    "legend.frameon": False,
    "lines.linewidth": 1.2,
    "figure.constrained_layout.w_pad": 0.08,
    # Names come from files: a dollar sign in one is no formula.
    "text.parse_math": False,
    "svg.hashsalt": "echoweave",
    "svg.fonttype": "path",
}


def colour(name: str) -> str:
    """Return the colour of an arm, direction or estimator; the same for the same name, always."""
    return COLOURS.get(name, _OTHERS[zlib.crc32(name.encode()) % len(_OTHERS)])


def display_title(name: str) -> str:
    """Return how the figures write the name of an arm, direction, estimator or structure."""
    words = display_name(name)
    return words[:1].upper() + words[1:]


@contextmanager
def our_style() -> Iterator[None]:
    """Draw in ``STYLE`` over matplotlib's own defaults, whatever the user's matplotlibrc says."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        yield


@contextmanager
def drawing(height: float, paths: Sequence[Path]) -> Iterator[Figure]:
    """Yield an empty figure of page width to draw on, and save it to every one of ``paths``.

    Args:
        height: Inches.
        paths: The suffix of each one chooses its format.
    """
    with our_style():
        figure = Figure(figsize=(PAGE_WIDTH, height), layout="constrained")
        yield figure
        for path in paths:
            save_figure(figure, path)


def save_figure(figure: Figure, path: Path) -> None:
    """Write ``figure`` whole, as SVG or PNG by suffix; equal figures give equal bytes."""
    if path.suffix not in (".svg", ".png"):
        raise ValueError(f"{path}: figures are written as .svg or .png")
    metadata = {"Date": None} if path.suffix == ".svg" else {}
    with whole_file(path) as temporary, our_style():
        figure.savefig(temporary, dpi=DPI, metadata=metadata)


def say_nothing_to_show(figure: Figure, why: str) -> None:
    """Write ``why`` into an empty figure, so that a reader knows it is not broken."""
    figure.text(0.5, 0.5, why, ha="center", va="center", color="#555555", fontsize=9)
