"""Bad masks: name of the case -> what is done, the file that is named, what is said of it."""

import numpy as np

from tests.bad_input.edits import BACK, COPY, OTHER, FileCase, image, removed, rgb, swapped

MASK = np.ones((6, 8), np.uint8)

MASKS: dict[str, FileCase] = {
    "missing": (removed("ES_gt"), "ES_gt", f"the file is missing; {BACK}"),
    "of another size": (
        image("ED_gt", MASK[:, :7]),
        "ED_gt",
        "size: 7 x 6 pixels, but the frames of patient0001_4CH_sequence.mhd are 8 x 6 "
        f"pixels; {OTHER}",
    ),
    "of another spacing": (
        image("ED_gt", MASK, (0.2, 0.2)),
        "ED_gt",
        "spacing: 0.2 x 0.2 mm, but patient0001_4CH_sequence.mhd says 0.1 x 0.2 mm; "
        "correct the header that is wrong",
    ),
    "of many frames": (
        image("ED_gt", [MASK, MASK]),
        "ED_gt",
        "dimensions: holds 2 frames where one is needed; replace it with the one frame",
    ),
    "unknown label": (
        image("ED_gt", MASK * 4),
        "ED_gt",
        "labels: holds 4, but labels are 0 to 3; correct the mask",
    ),
    "negative label": (
        image("ED_gt", MASK.astype(np.int16) * -1),
        "ED_gt",
        "labels: holds -1, but labels are 0 to 3; correct the mask",
    ),
    "fractions": (
        image("ED_gt", MASK * np.float32(1.5)),
        "ED_gt",
        "labels: holds 1.5, but labels are 0 to 3; correct the mask",
    ),
    "NaN": (
        image("ED_gt", MASK * np.float32(np.nan)),
        "ED_gt",
        f"holds NaN or infinite values; {COPY}",
    ),
    "grey values": (
        image("ED_gt", np.arange(48, dtype=np.uint8).reshape(6, 8)),
        "ED_gt",
        "labels: holds 4, 5, 6, ..., but labels are 0 to 3; correct the mask",
    ),
    "in colour": (rgb("ED_gt"), "ED_gt", f"the pixels are RGB or vectors, not grey values; {COPY}"),
    "empty at ED": (
        image("ED_gt", MASK * 0),
        "ED_gt",
        "labels: the mask is empty; draw it or leave the sequence out",
    ),
    "empty at ES": (
        image("ES_gt", MASK * 0),
        "ES_gt",
        "labels: the mask is empty; draw it or leave the sequence out",
    ),
    "ED and ES swapped": (
        swapped("ED_gt", "ES_gt"),
        "ED_gt",
        "labels: the cavity is smaller (8 pixels) than at ES (16 pixels); swap it with "
        "patient0001_4CH_ES_gt.mhd or correct the cfg",
    ),
}
