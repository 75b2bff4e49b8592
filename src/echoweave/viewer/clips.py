"""Write the frames, outlines and areas of each sequence as a script that the viewer loads.

A script, because a page that was opened from a file may load scripts and nothing else.
"""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echoweave.io.atomic import whole_file
from echoweave.io.cache import EchoSequence, read_sequence, read_views
from echoweave.io.images import read_array
from echoweave.labels import BACKGROUND, structure_mask, structures_of
from echoweave.logs import Progress
from echoweave.units import UNITS
from echoweave.viewer.contours import outlines
from echoweave.viewer.encode import encode_frame

# Labels of each frame [Y, X]; None where a layer has none.
Layer = list[NDArray[np.uint8] | None]


def write_clips(caches: Sequence[Path], layers: Sequence[Path], folder: Path) -> None:
    """Write ``{sequence}.js`` for every view of every cache file.

    Args:
        caches: ``{patient}.h5``.
        layers: Labels of whole sequences, ``{layer}/{sequence}.nii.gz`` uint8 [T, Y, X]:
            predictions (the folder is named like the arm) and pseudo-labels (like the direction).
        folder: Gets the scripts.
    """
    progress = Progress("writing the viewer", len(caches))
    for done, cache in enumerate(caches, 1):
        for view in read_views(cache):
            echo = read_sequence(cache, view)
            masks = {
                path.parent.name: list(read_array(path))
                for path in layers
                if path.name == f"{echo.name}.nii.gz"
            }
            script = (
                f"echoweave.show({json.dumps(sequence_content(echo, masks), allow_nan=False)});\n"
            )
            with whole_file(folder / f"{echo.name}.js") as temporary:
                temporary.write_text(script)
        progress.update(done, cache.stem)


def sequence_content(echo: EchoSequence, masks: Mapping[str, Layer]) -> dict[str, Any]:
    """Return what the page needs to show ``echo`` with its reference and other ``masks``."""
    layers = {"reference": reference_layer(echo)} | dict(masks)
    return {
        "name": echo.name,
        "frames": [encode_frame(frame) for frame in echo.frames],
        "size": echo.frames.shape[1:],
        "spacing": echo.spacing,
        "ed": echo.ed,
        "es": echo.es,
        "layers": {name: _describe_layer(layer, echo) for name, layer in layers.items()},
    }


def reference_layer(echo: EchoSequence) -> Layer:
    """Return the manual masks at ED and ES, and the dense reference elsewhere if there is one."""
    frames: Layer = [None] * len(echo.frames)
    if echo.dense_labels is not None:
        frames = list(echo.dense_labels)
    if echo.labels is not None:
        frames[echo.ed], frames[echo.es] = echo.labels
    return frames


def _describe_layer(layer: Layer, echo: EchoSequence) -> dict[str, Any]:
    """Return outlines by frame and label, and the area (cm² or px²) by structure and frame."""
    pixel = math.prod(echo.spacing) / UNITS[echo.unit].area_size
    shown = [value for value in echo.label_values if value != BACKGROUND]
    return {
        "outlines": [
            None if labels is None else [outlines(labels == value) for value in shown]
            for labels in layer
        ],
        "areas": {
            structure: [_area(labels, structure, pixel) for labels in layer]
            for structure in structures_of(echo.label_values)
        },
    }


def _area(labels: NDArray[np.uint8] | None, structure: str, pixel: float) -> float | None:
    """Return None for an absent structure too: a dense reference may not know it."""
    pixels = 0 if labels is None else int(structure_mask(labels, structure).sum())
    return round(pixels * pixel, 3) if pixels else None
