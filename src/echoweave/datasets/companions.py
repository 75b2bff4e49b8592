"""Compare what lies beside a clip with the clip: size, spacing, axes and the picture itself."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from echoweave.errors import Problem
from echoweave.io.images import Image
from echoweave.labels import CAVITY

# Headers of one patient round their spacing differently; a real difference is larger.
SPACING_TOLERANCE = 0.01
# A cavity may look a little larger at ES in a weak heart, but not by so much.
SWAPPED_AREA_RATIO = 1.1
# Mean difference of an image to the nearest frame, as a share of the mean grey value of the clip:
# stored again with losses 0.1 at most, that of another heart 0.5 and more.
OTHER_CLIP = 0.25
# Another frame is nearer if its difference is below this share of that of the right one. With
# losses two frames at rest may come out alike.
NEARER = 0.8
BELONGS = "replace it with the one that belongs to the clip"


def check_grid(
    path: Path,
    image: Image | None,
    clip_path: Path,
    clip: Image,
    n_frames: int | None,
    problems: list[Problem],
) -> None:
    """Check that ``image`` has the pixels and the spacing of the frames of the clip.

    Args:
        path: The file of ``image``.
        image: A mask or an image; None if it could not be read.
        clip_path: The file of ``clip``.
        clip: The frames.
        n_frames: How many frames the image must have; None for a single one.
        problems: Gets what is wrong.
    """
    if image is None:
        return
    size = clip.array.shape[1:]
    if image.array.shape != (size if n_frames is None else (n_frames, *size)):
        what = f"{_size(image.array)}, but {_expected(clip_path, clip, n_frames)}"
        problems.append(Problem(str(path), "size", what, BELONGS))
    elif not np.allclose(image.spacing_mm, clip.spacing_mm, rtol=SPACING_TOLERANCE, atol=0):
        what = f"{_pair(image)} mm, but {clip_path.name} says {_pair(clip)} mm"
        problems.append(Problem(str(path), "spacing", what, "correct the header that is wrong"))


def check_orientation(
    path: Path, mask: Image | None, clip_path: Path, images: Sequence[Image | None]
) -> list[Problem]:
    """Return a problem if the header of ``mask`` says another orientation than all ``images``.

    These are the clip, and the image of the same frame, which is compared with the clip by its
    pixels: where their headers differ, one of them is wrong and the mask may follow either.
    """
    known = [image.axes for image in images if image and image.axes]
    if mask is None or not mask.axes or not known or mask.axes in known:
        return []
    what = f"its header says that it is turned by 180 degrees against {clip_path.name}"
    return [Problem(str(path), "axes", what, "turn the pixels or correct the header")]


def check_frames(
    paths: tuple[Path, Path],
    images: tuple[Image, Image],
    clip_path: Path,
    clip: NDArray[np.uint8],
    ed_es: tuple[int, int],
) -> list[Problem]:
    """Return a problem for an ED or ES image that is not the clip's frame of that number."""
    instants = ("ED", "ES")
    nearest = [
        _nearest(image.array, clip, index) for image, index in zip(images, ed_es, strict=True)
    ]
    if nearest == [ed_es[1], ed_es[0]]:
        what = f"looks like frame {ed_es[1] + 1} (ES), not {ed_es[0] + 1} (ED), of the clip"
        remedy = f"swap it with {paths[1].name} or correct the cfg"
        return [Problem(str(paths[0]), "ED", what, remedy)]
    problems = []
    for path, instant, index, found in zip(paths, instants, ed_es, nearest, strict=True):
        if found is None:
            what = f"looks like no frame of {clip_path.name}"
            problems.append(Problem(str(path), instant, what, BELONGS))
        elif found != index:
            what = f"looks like frame {found + 1}, not {index + 1} ({instant}), of the clip"
            problems.append(Problem(str(path), instant, what, f"{BELONGS}, or correct the cfg"))
    return problems


def check_areas(masks: Sequence[tuple[Path, Image | None]]) -> list[Problem]:
    """Return a problem if the masks of ED and ES, in this order, took each other's place."""
    areas = [int((mask.array == CAVITY).sum()) for _, mask in masks if mask]
    if len(areas) < 2 or areas[1] <= SWAPPED_AREA_RATIO * areas[0]:
        return []
    (ed_path, _), (es_path, _) = masks
    what = f"the cavity is smaller ({areas[0]} pixels) than at ES ({areas[1]} pixels)"
    remedy = f"swap it with {es_path.name} or correct the cfg"
    return [Problem(str(ed_path), "labels", what, remedy)]


def _nearest(image: NDArray[np.uint8], clip: NDArray[np.uint8], index: int) -> int | None:
    """Return the frame that ``image`` shows: ``index`` unless another is clearly nearer."""
    if np.array_equal(image, clip[index]):
        return index
    differences = [np.abs(image.astype(np.int16) - frame).mean() for frame in clip]
    nearest = int(np.argmin(differences))
    if differences[nearest] > OTHER_CLIP * clip.mean():
        return None
    return nearest if differences[nearest] < NEARER * differences[index] else index


def _expected(clip_path: Path, clip: Image, n_frames: int | None) -> str:
    if n_frames is None:
        return f"the frames of {clip_path.name} are {_size(clip.array[0])}"
    if n_frames == len(clip.array):
        return f"{clip_path.name} is {_size(clip.array)}"
    return f"ED to ES of the clip is {_size(clip.array[:n_frames])}"


def _size(array: NDArray[np.generic]) -> str:
    frames = f"{len(array)} frames of " if array.ndim == 3 else ""
    return f"{frames}{array.shape[-1]} x {array.shape[-2]} pixels"


def _pair(image: Image) -> str:
    sy, sx = image.spacing_mm
    return f"{sx:g} x {sy:g}"
