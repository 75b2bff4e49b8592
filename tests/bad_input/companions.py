"""Sound images that do not belong together: name of the case -> edit, file named, what is said."""

import numpy as np

from tests.bad_input.edits import (
    OTHER,
    PIXDIM,
    Edit,
    FileCase,
    affine,
    image,
    packed,
    stored,
    text,
)
from tests.data_tree import Tree, clip, frames_of

CLIP, CFG = "patient0001_4CH_sequence.mhd", "or correct the cfg"
NIFTI_CLIP = "patient0001_4CH_half_sequence.nii.gz"
SCALE = "scale the images to 0 to 255"
OBLIQUE = "its header says that it is rotated or sheared; resample it onto straight axes"
TURNED = "its header says that it is turned by 180 degrees against"
TURN = "turn the pixels or correct the header"
MATRIX = "TransformMatrix = 1 0 0 1"


def frame(part: str, number: int) -> Edit:
    """Put another frame of the clip in its place, counted from 1."""
    return lambda tree: image(part, frames_of(tree.patient, "4CH")[number - 1])(tree)


def frames_changed(start: int, stop: int, value: int) -> Edit:
    """Give frames of the clip one grey value, and the images of ED and ES with them."""

    def edit(tree: Tree) -> None:
        frames = frames_of(tree.patient, "4CH")
        frames[start:stop] = value
        for part, array in {"sequence": frames, "ED": frames[0], "ES": frames[3]}.items():
            image(part, array)(tree)

    return edit


def scaled(factor: float, offset: float = 0) -> Edit:
    """Store the clip as floats of another range."""
    return image("sequence", clip().astype(np.float32) * factor + offset)


MHD: dict[str, FileCase] = {
    "ED is the next frame": (
        frame("ED", 2),
        "ED",
        f"ED: looks like frame 2, not 1 (ED), of the clip; {OTHER}, {CFG}",
    ),
    "ES is the frame before": (
        frame("ES", 3),
        "ES",
        f"ES: looks like frame 3, not 4 (ES), of the clip; {OTHER}, {CFG}",
    ),
    "ED of the next frame by the cfg": (
        text("cfg", "ED: 1", "ED: 2"),
        "ED",
        f"ED: looks like frame 1, not 2 (ED), of the clip; {OTHER}, {CFG}",
    ),
    "ED of another patient": (
        image("ED", 240 - clip()[0]),
        "ED",
        f"ED: looks like no frame of {CLIP}; {OTHER}",
    ),
    "ES mirrored and the header silent": (
        image("ES", clip()[3, :, ::-1] // 2),
        "ES",
        f"ES: looks like no frame of {CLIP}; {OTHER}",
    ),
    "mask turned by its header": (
        stored("ED_gt", -1, -1),
        "ED_gt",
        f"axes: {TURNED} {CLIP}; {TURN}",
    ),
    "mask rotated by its header": (
        text("ED_gt", MATRIX, "TransformMatrix = 0.8 0.6 -0.6 0.8"),
        "ED_gt",
        OBLIQUE,
    ),
    "mask sheared by its header": (
        text("ED_gt", MATRIX, "TransformMatrix = 1 0.1 0 1"),
        "ED_gt",
        OBLIQUE,
    ),
    "mask without axes": (
        text("ED_gt", MATRIX, "TransformMatrix = 0 0 0 1"),
        "ED_gt",
        "the header is damaged (its axes have no direction); replace it with a sound copy",
    ),
    "mask with a matrix of another size": (
        text("ED_gt", MATRIX, "TransformMatrix = 1 0 0 0 1 0 0 0 1"),
        "ED_gt",
        "TransformMatrix has 9 numbers for 2 dimensions; replace it with a sound copy",
    ),
    "clip in another plane": (
        text(
            "sequence",
            "TransformMatrix = 1 0 0 0 1 0 0 0 1",
            "TransformMatrix = 1 0 0 0 0 1 0 -1 0",
        ),
        "sequence",
        "its header says that it does not lie in the x-y plane; resample it onto straight axes",
    ),
    "a boolean that is none": (
        text("sequence", "CompressedData = False", "CompressedData = maybe"),
        "sequence",
        "CompressedData = maybe is neither True nor False; replace it with a sound copy",
    ),
    "grey values from 0 to 1": (
        scaled(1 / 157),
        "sequence",
        f"pixels: grey values from 0 to 1 in fractions are of another scale; {SCALE}",
    ),
    "grey values in decibels": (
        scaled(60 / 157, -60),
        "sequence",
        f"pixels: grey values from -60 to 0 do not fit 0 to 255; {SCALE}",
    ),
    "grey values in fractions of 60": (
        scaled(60 / 157),
        "sequence",
        f"pixels: grey values from 0 to 60 in fractions are of another scale; {SCALE}",
    ),
    "clip of black frames": (
        frames_changed(0, 4, 0),
        "sequence",
        f"pixels: the brightest grey value is 0 of 255, which shows nothing; {SCALE}",
    ),
    "clip of zeros and ones": (
        image("sequence", clip() // 100),
        "sequence",
        f"pixels: the brightest grey value is 1 of 255, which shows nothing; {SCALE}",
    ),
    "a black frame": (
        frames_changed(1, 2, 0),
        "sequence",
        "pixels: every pixel of frame 2 has one grey value; replace the clip or leave it out",
    ),
    "white frames": (
        frames_changed(1, 3, 255),
        "sequence",
        "pixels: every pixel of frame 2, 3 has one grey value; replace the clip or leave it out",
    ),
}

NIFTI: dict[str, FileCase] = {
    "mask sheared by its sform": (
        affine("ED_gt", lambda before: before + np.outer([1, 0, 0, 0], [0, 0.02, 0, 0])),
        "ED_gt",
        OBLIQUE,
    ),
    "mask turned by its sform": (
        affine("ED_gt", lambda before: np.diag([-1, -1, 1, 1]) @ before),
        "ED_gt",
        f"axes: {TURNED} {NIFTI_CLIP}; {TURN}",
    ),
    "sform of nothing": (
        affine("ED_gt", np.zeros_like),
        "ED_gt",
        "its pixdim says 0.1 x 0.2 mm and its sform 0 x 0 mm; correct the header: distances in mm "
        "depend on it",
    ),
    "two spacings": (
        packed("sequence", PIXDIM, 0.3, at=1),
        "sequence",
        "its pixdim says 0.3 x 0.2 mm and its sform 0.1 x 0.2 mm; correct the header: distances "
        "in mm depend on it",
    ),
}
