"""The reference masks carried over the whole sequence, against those at the other end."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from echoweave.evaluation.roles import read_roles
from echoweave.figures.gallery import count_rows, gallery, sequence_title
from echoweave.figures.overlay import (
    REFERENCE_LINE,
    describe_dice,
    draw_contours,
    reference_handle,
    reference_heart,
    reference_masks,
    show_frame,
)
from echoweave.figures.sources import Sources
from echoweave.figures.style import colour, drawing, say_nothing_to_show
from echoweave.geometry.overlap import structure_dice
from echoweave.labels import parts_of

# Direction -> the mask it carries, and where to.
ENDS = {"forward": ("ED", "ES"), "backward": ("ES", "ED")}
ROW_HEIGHT = 2.15


def draw_closure(
    sequences: Sequence[str],
    caches: Sequence[Path],
    labels: Sequence[Path],
    roles: Path,
    svg: Path,
    png: Path,
) -> None:
    """Draw two panels a sequence: ED carried to ES, and ES carried to ED, on the frame there.

    Args:
        sequences: What to show: sequences with reference masks.
        caches: Cache files of their patients.
        labels: ``{direction}/{sequence}.nii.gz`` of one estimator, forward and backward.
        roles: What the registration networks know of each patient.
        svg: Where the figure goes.
        png: The same.
    """
    sources, known = Sources(caches, labels), read_roles(roles)
    with drawing(0.3 + ROW_HEIGHT * count_rows(len(sequences)), [svg, png]) as figure:
        if not sequences:
            say_nothing_to_show(figure, "No labelled training sequence")
            return
        for panels, name in zip(gallery(figure, len(sequences), len(ENDS)), sequences, strict=True):
            for axes, direction in zip(panels, ENDS, strict=True):
                _draw_end(axes, sources, name, direction, known)
        handles: list[Artist] = [
            Line2D([], [], color=colour(direction), label=f"{start} mask carried to {end}")
            for direction, (start, end) in ENDS.items()
        ]
        handles.append(reference_handle("Manual mask"))
        figure.legend(handles=handles, loc="outside upper center", ncols=len(handles))


def _draw_end(
    axes: Axes, sources: Sources, name: str, direction: str, roles: Mapping[str, str]
) -> None:
    echo = sources.echo(name)
    start, end = ENDS[direction]
    frame = echo.es if end == "ES" else echo.ed
    manual = reference_masks(echo)[frame]
    carried = sources.prediction(direction, name)[frame]
    show_frame(axes, echo.frames[frame], echo.spacing, reference_heart(echo))
    draw_contours(axes, manual, REFERENCE_LINE)
    draw_contours(axes, carried, colour(direction))
    head = f"{sequence_title(echo)}, {roles[echo.patient]}" if direction == "forward" else ""
    scores = describe_dice(structure_dice(carried, manual, parts_of(echo.label_values)))
    axes.set_title(f"{head}\n{start} \N{RIGHTWARDS ARROW} {end}, Dice\n{scores}", loc="left")
