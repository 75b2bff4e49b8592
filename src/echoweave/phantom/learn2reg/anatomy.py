"""An abdomen of ellipsoids and tubes: how deep a place lies in each organ and tissue.

Places are float32 [3, ...], (z, y, x) in mm towards superior, posterior and left of the middle of
the field of view, which lies in front of the first lumbar vertebra. A depth is in mm, positive
inside; of an ellipsoid it is exact along its shortest axis alone.
"""

from collections.abc import Mapping, Sequence
from functools import reduce
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.float32]
Depth = NDArray[np.float32]
Triple = tuple[float, float, float]
# A place on the middle of a tube and its radius there: (z, y, x, radius).
Bead = tuple[float, float, float, float]

# Numbers are (z, y, x) in mm, sizes and places of a large adult; small organs and vessels are
# thicker than life, so that they are a few voxels wide at 8 mm.
_LIVER: Sequence[tuple[Triple, Triple]] = (
    ((68, -2, -90), (90, 84, 73)),
    ((92, -42, -8), (42, 46, 80)),
)
_SPLEEN: tuple[Triple, Triple] = ((80, 46, 114), (59, 48, 30))
_KIDNEYS: Mapping[int, tuple[Triple, Triple]] = {
    2: ((-20, 57, -72), (60, 30, 31)),
    3: ((-4, 57, 76), (60, 30, 31)),
}
_GALLBLADDER: tuple[Triple, Triple] = ((0, -58, -70), (32, 24, 21))
_ADRENALS: Mapping[int, tuple[Triple, Triple]] = {
    12: ((64, 48, -50), (24, 18, 15)),
    13: ((74, 48, 50), (24, 18, 15)),
}
_TUBES: Mapping[int, Sequence[Sequence[Bead]]] = {
    5: [[(290, 40, 6, 14), (205, 36, 2, 14), (150, 16, 14, 14), (122, 2, 36, 14)]],
    7: [
        [
            (130, 11, 72, 37),
            (92, -20, 79, 40),
            (48, -50, 59, 30),
            (22, -66, 20, 22),
            (14, -60, -18, 16),
        ]
    ],
    8: [[(290, 50, 24, 15), (143, 46, 14, 15), (44, 38, 12, 15), (-115, 36, 8, 14)]],
    9: [[(165, 8, -26, 15), (110, 24, -30, 15), (33, 38, -28, 15), (-115, 38, -24, 14)]],
    10: [
        [
            (62, -13, -56, 13),
            (40, -7, -24, 13),
            (37, -4, 2, 12),
            (55, 17, 46, 12),
            (73, 37, 90, 11),
        ],
        [(40, -7, -18, 12), (-22, -24, -8, 10)],
    ],
    11: [[(-4, -20, -38, 23), (24, -26, -8, 17), (40, -20, 28, 17), (62, 15, 77, 16)]],
}
# Later ones lie over earlier ones where they meet.
_ORDER = (6, 1, 7, 11, 2, 3, 4, 12, 13, 9, 8, 10, 5)
# From one vertebra to the next, and how much of that is disc.
VERTEBRA_MM, DISC_MM = 37.0, 10.0


def organ_depths(places: Places, cavity: Depth) -> dict[int, Depth]:
    """Return the depth in each organ by its label, those that lie over others last.

    Args:
        places: float32 [3, ...] in mm.
        cavity: As :func:`body_depths` gives it; liver and spleen end there.
    """
    depths = {label: _tubes(places, tubes) for label, tubes in _TUBES.items()}
    for label, (centre, semi) in {**_KIDNEYS, **_ADRENALS}.items():
        depths[label] = ellipsoid(places, centre, semi)
    depths[6] = reduce(np.maximum, [ellipsoid(places, *lobe) for lobe in _LIVER])
    depths[6] = np.minimum(depths[6], np.minimum(cavity, -diaphragm_height(places)) - 3)
    depths[1] = np.minimum(ellipsoid(places, *_SPLEEN), cavity - 3)
    depths[4] = ellipsoid(places, *_GALLBLADDER)
    return {label: depths[label] for label in _ORDER}


def organ_labels(depths: Mapping[int, Depth]) -> NDArray[np.uint8]:
    """Return the label at each place, 0 outside of all organs."""
    labels = np.zeros(next(iter(depths.values())).shape, np.uint8)
    for label, depth in depths.items():
        labels[depth > 0] = label
    return labels


def body_depths(places: Places) -> dict[str, Depth]:
    """Return the depth in the layers of the body, from outside inwards: skin, wall and cavity."""
    z, y, x = places
    widths = 1 + 0.05 * np.cos(z / 75)
    return {
        layer: _ellipse((y - shift) / widths, x / widths, *semi)
        for layer, shift, semi in (
            ("skin", 0.0, (130, 180)),
            ("wall", 4.0, (110, 162)),
            ("cavity", -9.0, (90, 143)),
        )
    }


def diaphragm_height(places: Places) -> Depth:
    """Return how far above the diaphragm a place lies; its domes are higher than its edges."""
    _, y, x = places
    domes = [
        top * np.exp(-(((y + 5) / 90) ** 2) - ((x - side) / 80) ** 2)
        for top, side in ((118, -76), (102, 80))
    ]
    height: Depth = places[0] - 46 - np.maximum(*domes)
    return height


def bone_depths(places: Places) -> dict[str, Depth]:
    """Return the depth in "spine", "canal", "ribs" and "pelvis"."""
    z, y, x = places
    wall = body_depths(places)["wall"]
    process = np.maximum(_ellipse(y - 114, x, 16, 8), _ellipse(y - 99, x, 10, 33))
    # Ribs run downwards to the front, within the wall of the chest.
    rib = 6 * np.cos(2 * np.pi * (z - 0.45 * y) / 30) - 1
    shell = 6 - np.abs(wall - 9)
    wings = [_blade(places, side) for side in (-1, 1)]
    return {
        "spine": np.maximum(_ellipse(y - 77, x, 20, 25), process),
        "canal": _ellipse(y - 102, x, 8, 10),
        "ribs": np.minimum(np.minimum(rib, shell), z - 10),
        "pelvis": np.maximum(*wings),
    }


def muscle_depth(places: Places) -> Depth:
    """Return the depth in psoas and the muscles along the spine."""
    psoas = [
        _tube(
            places, [(-5, 68, 36 * side, 15), (-120, 48, 64 * side, 26), (-290, 0, 88 * side, 24)]
        )
        for side in (-1, 1)
    ]
    erector = [_ellipse(places[1] - 102, places[2] - 46 * side, 21, 33) for side in (-1, 1)]
    depth: Depth = reduce(np.maximum, [*psoas, *erector])
    return depth


def heart_depth(places: Places) -> Depth:
    """Return the depth in the heart."""
    return ellipsoid(places, (212, -38, 28), (64, 50, 64))


def gas_depth(places: Places) -> Depth:
    """Return the depth in the gas of the stomach: the upper part of one who lies on the back."""
    above = -16 - places[1] - 0.55 * (places[2] - 66)
    depth: Depth = np.minimum(_tubes(places, _TUBES[7]) - 6, above)
    return depth


def ellipsoid(places: Places, centre: Triple, semi: Triple) -> Depth:
    """Return the depth in an ellipsoid, (z, y, x) of its centre and semi-axes in mm."""
    squares = [((place - c) / s) ** 2 for place, c, s in zip(places, centre, semi, strict=True)]
    depth: Depth = (1 - np.sqrt(sum(squares[1:], squares[0]))) * np.float32(min(semi))
    return depth


def _ellipse(y: Depth, x: Depth, semi_y: float, semi_x: float) -> Depth:
    depth: Depth = (1 - np.hypot(y / semi_y, x / semi_x)) * np.float32(min(semi_y, semi_x))
    return depth


def _blade(places: Places, side: int) -> Depth:
    """Return the depth in one wing of the pelvis: a part of a shell."""
    centre, semi = (-205.0, 22.0, 66.0 * side), (98.0, 79.0, 72.0)
    shell = 9 - np.abs(ellipsoid(places, centre, semi))
    outer = np.minimum(places[2] * side - 55, places[1] + 22)
    depth: Depth = np.minimum(shell, np.minimum(outer, -118 - places[0]))
    return depth


def _tubes(places: Places, tubes: Sequence[Sequence[Bead]]) -> Depth:
    return reduce(np.maximum, [_tube(places, beads) for beads in tubes])


def _tube(places: Places, beads: Sequence[Bead]) -> Depth:
    """Return the depth in a chain of straight pieces whose radius changes along them."""
    return reduce(
        np.maximum,
        [_piece(places, first, last) for first, last in pairwise(beads)],
    )


def _piece(places: Places, first: Bead, last: Bead) -> Depth:
    start, way = np.array(first[:3], np.float32), np.subtract(last[:3], first[:3], dtype=np.float32)
    offsets = [place - begin for place, begin in zip(places, start, strict=True)]
    share = sum(offset * step for offset, step in zip(offsets, way, strict=True)) / (way @ way)
    share = np.clip(share, 0, 1)
    squares = [(offset - share * step) ** 2 for offset, step in zip(offsets, way, strict=True)]
    depth: Depth = first[3] + share * (last[3] - first[3]) - np.sqrt(sum(squares[1:], squares[0]))
    return depth
