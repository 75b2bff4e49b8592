"""The structures as pictures and pages show them."""

from collections.abc import Collection
from typing import NamedTuple

from echoweave.evaluation.names import display_name
from echoweave.labels import STRUCTURES, parts_of

# Bright, for grey pictures; told apart by colour-blind readers, and no colour of the figures.
STRUCTURE_COLOURS = {"cavity": "#FFD23F", "myocardium": "#FF6B8B", "atrium": "#4CC9F0"}


class ShownStructure(NamedTuple):
    """One structure in a picture.

    Attributes:
        name: As in :mod:`echoweave.labels`.
        title: For readers.
        value: Its label.
        colour: "#RRGGBB".
    """

    name: str
    title: str
    value: int
    colour: str


def shown_structures(label_values: Collection[int]) -> list[ShownStructure]:
    """Return the structures that a model with these labels tells apart."""
    return [
        ShownStructure(name, display_name(name), STRUCTURES[name][0], STRUCTURE_COLOURS[name])
        for name in parts_of(label_values)
    ]
