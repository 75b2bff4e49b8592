"""Bad clips of EchoNet: case -> what is done to a sound tree, and what is said of it."""

import os
import shutil

import numpy as np

from tests.bad_input.echonet_edits import (
    ED,
    ES,
    TRACE,
    TRACED,
    VIDEO,
    EchoNetCase,
    EchoNetEdit,
    cut_video,
    film,
    listed,
    other_clip,
    put,
    retraced,
    row,
    swapped,
    truth,
    video_content,
)
from tests.bad_input.edits import BACK, COPY
from tests.echonet_tree import ED_BOX, ES_BOX, traced, video_frames

TRACINGS: dict[str, EchoNetCase] = {
    "never traced": (
        retraced(),
        TRACED,
        "0XA1: 0 traced frames, where ED and ES are needed; trace both, or leave the video out",
    ),
    "traced once": (
        retraced(*ED),
        TRACED,
        "0XA1: 1 traced frames, where ED and ES are needed; trace both, or leave the video out",
    ),
    "a frame past the end": (
        retraced(*ED, *traced("0XA1", 6, ES_BOX)),
        TRACED,
        f"0XA1, frame 6: past the end: the video has frames 0 to 5; {TRACE}",
    ),
    "a negative frame": (
        retraced(*ED, *row(ES, 3, ",4", ",-4")),
        TRACED,
        "0XA1, Frame: '-4' is not the number of a frame, which count from 0; correct it",
    ),
    "half a frame": (
        retraced(*ED, *[f"{one}.5" for one in ES[:1]], *ES[1:]),
        TRACED,
        "0XA1, Frame: '4.5' is not the number of a frame, which count from 0; correct it",
    ),
    "an end in words": (
        retraced(*row(ED, 2, "28.0", "right"), *ES),
        TRACED,
        "0XA1, X2: 'right' is not a number; correct it",
    ),
    "NaN": (
        retraced(*row(ED, 2, "28.0", "nan"), *ES),
        TRACED,
        "0XA1, X2: 'nan' is not a number; correct it",
    ),
    "no value": (
        retraced(*row(ED, 2, "28.0", ""), *ES),
        TRACED,
        "0XA1, X2: '' is not a number; correct it",
    ),
    "a row without a frame": (
        retraced(*[ED[0], ED[1].rpartition(",")[0], *ED[2:]], *ES),
        TRACED,
        "0XA1: '0XA1.avi,12.0,4.5,28.0,4.5' has 5 values, not 6; correct the row",
    ),
    "a row twice": (
        retraced(*ED, ED[7], *ES),
        TRACED,
        f"0XA1, frame 1: 1 of its 22 rows stand there twice; {TRACE}",
    ),
    "a frame twice": (
        retraced(*ED, *ES, *ES),
        TRACED,
        f"0XA1, frame 4: 21 of its 42 rows stand there twice; {TRACE}",
    ),
    "a long axis alone": (
        retraced(*ED, ES[0]),
        TRACED,
        f"0XA1, frame 4: 1 rows, too few for a long axis and 2 chords; {TRACE}",
    ),
    "chords that cross": (
        retraced(*row(ED, 3, "28.0,6.5", "28.0,9.0"), *ES),
        TRACED,
        f"0XA1, frame 1: chords 3 and 4 cross; {TRACE}",
    ),
    "ends of a chord exchanged": (
        swapped,
        TRACED,
        "0XA1, frame 1: the outline crosses itself, as where both ends of a chord are exchanged; "
        f"{TRACE}",
    ),
    "chords in another order": (
        retraced(*ED[:3], ED[9], *ED[3:9], *ED[10:], *ES),
        TRACED,
        "0XA1, frame 1: its chords are not in order along its first row, the long axis; " + TRACE,
    ),
    "the long axis last": (
        retraced(*ED[1:], ED[0], *ES),
        TRACED,
        f"0XA1, frame 1: chords 1 and 20 cross; {TRACE}",
    ),
    "nothing outlined": (
        retraced(*traced("0XA1", 1, (0, 20)), *ES),
        TRACED,
        f"0XA1, frame 1: the outline encloses nothing; {TRACE}",
    ),
    "pixels of another picture": (
        retraced(
            *[one.replace(",12.0,", ",120.0,").replace(",28.0,", ",280.0,") for one in ED], *ES
        ),
        TRACED,
        f"0XA1, frame 1: its outline lies outside of the 40 x 32 pixels of the video; {TRACE}",
    ),
    "another EF": (
        listed("55.1", "62"),
        TRACED,
        f"0XA1, EF: the tracings give 55.0 %, but FileList.csv says 62.0 %; {TRACE}",
    ),
    "one tracing for both": (
        retraced(*ED, *traced("0XA1", 4, ED_BOX)),
        TRACED,
        f"0XA1, EF: the tracings give 0.0 %, but FileList.csv says 55.1 %; {TRACE}",
    ),
}
VIDEOS: dict[str, EchoNetCase] = {
    "cut short": (cut_video, VIDEO, f"cut short: 3 of 6 frames can be read; {COPY}"),
    "empty": (video_content(lambda raw: b""), VIDEO, f"not an AVI file; {COPY}"),
    "another format": (
        video_content(lambda raw: b"\0\0\0\x18ftypmp42"),
        VIDEO,
        "not an AVI file; " + COPY,
    ),
    "a header alone": (
        video_content(lambda raw: raw[:16]),
        VIDEO,
        f"not a readable AVI file (Invalid data found when processing input); {COPY}",
    ),
    "a folder": (
        put(lambda tree: tree.video("0XA1").mkdir()),
        VIDEO,
        f"not a regular file; {COPY}",
    ),
    "a pipe": (
        put(lambda tree: os.mkfifo(tree.video("0XA1"))),
        VIDEO,
        f"not a regular file; {COPY}",
    ),
    "a link to itself": (
        put(lambda tree: tree.video("0XA1").symlink_to(tree.video("0XA1"))),
        VIDEO,
        f"Too many levels of symbolic links; {COPY}",
    ),
    "a link to nowhere": (
        put(lambda tree: tree.video("0XA1").symlink_to("elsewhere.avi")),
        VIDEO,
        f"the file is missing; {BACK}",
    ),
    "dark": (
        film(video_frames(0) * 0),
        VIDEO,
        "pixels: the brightest grey value is 0 of 255, which shows nothing; "
        "scale the images to 0 to 255",
    ),
    "a frame that shows nothing": (
        film(np.where(np.arange(6)[:, None, None] == 3, 96, video_frames(1))),
        VIDEO,
        "pixels: every pixel of frame 3 has one grey value; replace the clip or leave it out",
    ),
    "twice, in small letters and in capitals": (
        lambda tree: shutil.copy(tree.video("0XA1"), tree.root / "Videos/0XA1.AVI"),
        VIDEO,
        "there is 0XA1.AVI, too; keep the one that is right",
    ),
}

# Whole lines, below the folder of the tree.
LINES: dict[str, tuple[EchoNetEdit, str]] = {
    "no tree": (
        lambda tree: shutil.rmtree(tree.root),
        "echonet: data.echonet.root: there is no such folder; point it at the unpacked "
        "EchoNet-Dynamic data",
    ),
    "no videos": (
        lambda tree: shutil.rmtree(tree.root / "Videos"),
        "echonet: data.echonet.root: holds no Videos/; point it at the unpacked EchoNet-Dynamic "
        "data",
    ),
    "a missing video": (
        lambda tree: tree.video("0XA1").unlink(),
        "echonet/Videos: 1 of the 2 videos of FileList.csv are missing: 0XA1.avi; put them back "
        "from the release, or drop their rows",
    ),
    "an underscore in a name": (
        lambda tree: tree.add("0X_D4"),
        "echonet/FileList.csv: 0X_D4: the name has other characters than letters, digits and -; "
        "rename the video, here and in VolumeTracings.csv",
    ),
    "one clip under two names": (
        other_clip,
        "echonet/Videos/0XA1.avi: the same images as ROOT/echonet/Videos/0XB2.avi; keep the one "
        "that is right\n"
        "echonet/Videos/0XB2.avi: the same images as ROOT/echonet/Videos/0XA1.avi; keep the one "
        "that is right",
    ),
    "truth of ED to ES alone": (
        truth(4),
        "truth/0XA1_4CH.nii.gz: size: 4 frames of 40 x 32 pixels, but 0XA1.avi is 6 frames of "
        "40 x 32 pixels; replace it with the one that belongs to the clip",
    ),
    "truth of another size": (
        truth(shape=(64, 64)),
        "truth/0XA1_4CH.nii.gz: size: 6 frames of 64 x 64 pixels, but 0XA1.avi is 6 frames of "
        "40 x 32 pixels; replace it with the one that belongs to the clip",
    ),
    "truth with a myocardium": (
        truth(value=2),
        "truth/0XA1_4CH.nii.gz: labels: holds 2, but labels are 0 to 1; correct the mask",
    ),
    "TED beside it": (
        lambda tree: tree.config["data"]["ted"].update(root="/nowhere"),
        "config: data.ted.root: TED shows patients of CAMUS, and data.dataset is echonet; set it "
        "to null to go without\n"
        "/nowhere: data.ted.root: there is no such folder; point it at the unpacked TED data, or "
        "set it to null to go without",
    ),
}
